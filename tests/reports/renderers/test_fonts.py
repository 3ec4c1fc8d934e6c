import pytest
from django.core.exceptions import ImproperlyConfigured

from reports.renderers import fonts
from reports.renderers.fonts import FacesNotFound, faces


@pytest.fixture(autouse=True)
def looked_for_anew():
    faces.cache_clear()
    yield
    faces.cache_clear()


def test_the_wheel_brings_both_faces():
    found = faces()

    assert (found.song.family, found.hei.family) == ("Noto Serif SC", "Noto Sans SC")
    assert set(found.typst.families()) == {"Noto Serif SC", "Noto Sans SC"}
    assert {ord(sign) for sign in "一、（一）表图〓①⑳—…×≥℃"} <= found.song.covered & found.hei.covered


def test_a_named_font_goes_before_the_wheel(settings, tmp_path):
    named = tmp_path / "mine.otf"
    named.write_bytes(faces().hei.path.read_bytes())
    faces.cache_clear()
    settings.REPORT_SONG_FONT = str(named)

    assert faces().song.path == named
    assert faces().song.family == "Noto Sans SC"


def test_a_named_font_that_is_not_there_is_refused(settings, tmp_path):
    settings.REPORT_HEI_FONT = str(tmp_path / "none.otf")

    with pytest.raises(FacesNotFound, match="REPORT_HEI_FONT"):
        faces()


def test_a_file_that_is_no_font_is_refused(settings, tmp_path):
    (tmp_path / "text.otf").write_text("not a font")
    settings.REPORT_SONG_FONT = str(tmp_path / "text.otf")

    with pytest.raises(FacesNotFound, match=r"text\.otf"):
        faces()


def test_without_any_chinese_font_nothing_is_printed(monkeypatch):
    monkeypatch.setattr(fonts, "find_spec", lambda name: None)

    with pytest.raises(ImproperlyConfigured, match="pylopdf-fonts-zh-cn"):
        faces()
