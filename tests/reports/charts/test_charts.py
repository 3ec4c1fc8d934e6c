"""Every chart at its edges: nothing, one, many, long names, code in names; the same values the same bytes."""

import hashlib
import os
import re
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from decimal import Decimal
from functools import cache
from xml.etree import ElementTree

import pytest

from reports.charts.canvas import apart, wrapped
from reports.charts.course import course
from reports.charts.funding import Pot, funding
from reports.charts.limits import limits
from reports.charts.spending import spending
from reports.charts.targets import Target, targets
from reports.charts.timeline import ROWS, Step, timeline
from reports.charts.unmet import Bar, unmet
from reports.charts.waterfall import DoesNotAddUp, Fall, waterfall
from reports.renderers.chart_words import parted
from reports.renderers.grids import ems

ON = date(2026, 3, 20)
MILLION = Decimal("1000000")
NAME = "面向高端装备制造的新一代智能感知与自主决策系统样机研制及第三方检测" * 3
CODE = '$x^2$ <b>&"#_ \\frac{1}{2} 𬎆😀'

PROVINCE = [(date(2022, 10, 8), Decimal("2600000")), (date(2024, 3, 1), Decimal("5200000"))]
PARK = [(date(2022, 12, 1), Decimal("2000000")), (date(2024, 6, 10), Decimal("5200000.00"))]


def steps(count, name=NAME):
    return [
        Step(
            name,
            date(2022, 9, 1) + timedelta(days=40 * number % 1300),
            date(2023, 1, 1) if number % 3 else None,
            number % 7 == 6,
        )
        for number in range(count)
    ]


def wants(count, name=NAME):
    return [Target(name, Decimal(100), Decimal(9 * number), "件") for number in range(count)]


CHARTS = {
    "no money": lambda: course([], [], ratio=Decimal(1), on=ON),
    "one payment": lambda: course(PROVINCE[:1], [], ratio=Decimal(1), on=PROVINCE[0][0]),
    "course": lambda: course(PROVINCE, PARK, ratio=Decimal(1), on=ON),
    "another ratio": lambda: course(PROVINCE, PARK, ratio=Decimal("1.50"), on=ON),
    "outside the park": lambda: course(PROVINCE, PARK, ratio=None, on=ON),
    "many payments": lambda: course(
        [(date(2022, 1, 1) + timedelta(days=n), MILLION * n) for n in range(1, 1000)],
        PARK,
        ratio=Decimal(1),
        on=ON,
    ),
    "limits": lambda: limits(MILLION * 5, MILLION * 5, MILLION * 31, cap=MILLION * 5, ratio=Decimal(1)),
    "no limits": lambda: limits(Decimal(0), Decimal(0), None, cap=None, ratio=None),
    "beyond limits": lambda: limits(MILLION * 90, Decimal(0), MILLION, cap=MILLION * 5, ratio=Decimal("0.5")),
    "no spending": lambda: spending([2022], ["设备费"], [[Decimal(0)]]),
    "spending": lambda: spending(
        [2022, 2023], ["设备费", CODE], [[MILLION, MILLION * 2], [MILLION, Decimal("-1.00")]]
    ),
    "many categories": lambda: spending(
        [2022], [f"{NAME}{n}" for n in range(30)], [[MILLION * n] for n in range(30)]
    ),
    "no milestones": lambda: timeline([], on=ON),
    "one milestone": lambda: timeline([Step(CODE, ON)], on=ON),
    "milestones": lambda: timeline(steps(ROWS), on=ON),
    "hundreds of milestones": lambda: timeline(steps(400), on=ON),
    "no targets": lambda: targets([Target("甲", None, None)]),
    "one target": lambda: targets([Target(CODE, Decimal("0.01"), Decimal(0), CODE)]),
    "targets": lambda: targets(wants(20)),
    "hundreds of targets": lambda: targets(wants(300)),
    "nothing unmet": lambda: unmet([], caption="规则"),
    "unmet": lambda: unmet([Bar(f"{NAME}{n}", n, 2 * n, 3) for n in range(22)], caption="规则"),
    "no funding": lambda: funding([]),
    "funding": lambda: funding(
        [Pot(CODE, MILLION, MILLION, Decimal(-1)), Pot("其他", MILLION, MILLION, MILLION)]
    ),
    "no fall": lambda: waterfall([]),
    "a fall of nothing": lambda: waterfall([Fall("合同承诺", Decimal(0), True)]),
    "a shortage": lambda: waterfall(
        [Fall(NAME, MILLION, True), Fall(CODE, -MILLION * 3), Fall("结余", -MILLION * 2, True)]
    ),
}


SOME = ("course", "limits", "spending", "hundreds of milestones", "targets", "a shortage")


@cache
def drawn(name):
    return CHARTS[name]()


def words_of(figure):
    return [
        "".join(text.itertext())
        for text in ElementTree.fromstring(figure.svg).iter()
        if text.tag.endswith("text")
    ]


def places_of(figure):
    """Where texts stand, roughly: left, top, right, bottom in points."""
    for text in ElementTree.fromstring(figure.svg).iter():
        if text.tag.endswith("}text") and text.text and "rotate(-90" not in text.get("transform", ""):
            style = text.get("style", "")
            size = float(re.search(r"([\d.]+)px", style).group(1))
            x, y = (
                map(float, re.search(r"translate\(([-\d.]+) ([-\d.]+)\)", text.get("transform", "")).groups())
                if ("translate" in text.get("transform", ""))
                else (float(text.get("x")), float(text.get("y")))
            )
            width = ems(text.text) * size * 0.9
            anchor = re.search(r"text-anchor: (\w+)", style)
            x -= {"middle": width / 2, "end": width}.get(anchor.group(1) if anchor else "", 0)
            yield x, y - size * 0.7, x + width, y


@pytest.mark.parametrize("name", CHARTS)
def test_a_chart_is_drawn_with_words_and_an_alternative(name):
    figure = drawn(name)

    assert figure.caption
    assert figure.alt.endswith(("。", "；"))
    assert figure.svg.startswith("<svg")
    assert words_of(figure)
    assert not re.search(r"<script|<image|<dc:date|href=\"(?!#)", figure.svg)
    assert len(figure.svg) < 200_000


@pytest.mark.parametrize("name", CHARTS)
def test_every_word_can_be_taken_out_of_the_drawing(name):
    drawing, words = parted(drawn(name).svg, str)

    assert [word.text for word in words] == words_of(drawn(name))
    assert not [each for each in ElementTree.fromstring(drawing).iter() if each.tag.endswith("}text")]


@pytest.mark.parametrize("name", CHARTS)
def test_no_label_lies_on_another(name):
    places = sorted(places_of(drawn(name)))

    for number, (left, top, right, bottom) in enumerate(places):
        for other_left, other_top, other_right, other_bottom in places[number + 1 :]:
            across = min(right, other_right) - max(left, other_left)
            down = min(bottom, other_bottom) - max(top, other_top)
            assert across <= 1 or down <= 1, (left, top, other_left, other_top)


@pytest.mark.parametrize(
    ("figure", "beside"),
    [
        (
            lambda: unmet([Bar("甲", 2, 1), Bar("乙", 0, 5), Bar("丙", 1, 0)], caption="规则"),
            {"甲": "2＋1", "乙": "0＋5", "丙": "1＋0"},
        ),
        (
            lambda: funding(
                [Pot("甲", MILLION, MILLION * 2, MILLION), Pot("乙", MILLION, MILLION * 3, MILLION)]
            ),
            {"甲": "200.00", "乙": "300.00"},
        ),
        (
            lambda: targets([Target("甲", Decimal(4), Decimal(1)), Target("乙", Decimal(4), Decimal(2))]),
            {"甲": "1／4 （25.00%）", "乙": "2／4 （50.00%）"},
        ),
        (
            lambda: timeline([Step("甲", ON - timedelta(days=9)), Step("乙", ON - timedelta(days=5))], on=ON),
            {"甲": "逾期 9 天", "乙": "逾期 5 天"},
        ),
    ],
    ids=["unmet", "funding", "targets", "timeline"],
)
def test_a_name_stands_beside_its_own_figures(figure, beside):
    _drawing, words = parted(figure().svg, str)
    height = {word.text: word.y for word in words}

    assert {
        name: figures
        for name in beside
        for figures in beside.values()
        if abs(height[name] - height[figures]) < 2
    } == beside


def test_names_are_drawn_as_they_are_and_what_has_no_glyph_as_geta():
    figure = timeline([Step("$x^2$ <b>&#_", ON), Step("张𬎆", ON)], on=ON)

    assert "$x^2$ <b>&#_" in words_of(figure)
    assert "张〓" in words_of(figure)
    assert "张𬎆" in figure.alt


def test_a_course_says_what_came_in_and_hatches_what_the_park_is_behind():
    figure = course(PROVINCE, PARK, ratio=Decimal(1), on=ON)

    assert "累计 520.00 万元" in figure.alt
    assert "2022年10月8日" in figure.alt
    assert "配套未跟上" in words_of(figure)
    assert "省拨款线亦为 1:1 应配套线" in words_of(figure)


def test_a_park_that_keeps_pace_has_no_gap_and_one_that_owes_nothing_no_line():
    even = course(PROVINCE, PROVINCE, ratio=Decimal(1), on=ON)
    outside = course(PROVINCE, [], ratio=None, on=ON)

    assert "配套未跟上" not in words_of(even)
    assert not any("应配套" in word or "未跟上" in word for word in words_of(outside))


def test_limits_name_the_figures_of_the_project_and_only_the_limits_there_are():
    figure = limits(MILLION * 5, MILLION * 4, None, cap=MILLION * 5, ratio=None)

    assert "本项目：省拨款 500.00 万元，园区配套 400.00 万元" in words_of(figure)
    assert not any("三分之一" in word or "配套比例" in word for word in words_of(figure))


def test_spending_shows_totals_and_names_every_category_in_words():
    figure = spending([2022], [f"科目{n}" for n in range(12)], [[MILLION] for _ in range(12)])

    assert "1,200.00" in words_of(figure)
    assert "其他（5 类）" in words_of(figure)
    assert all(f"科目{n} 100.00 万元" in figure.alt for n in range(12))


@pytest.mark.parametrize(
    ("step", "fate"),
    [
        (Step("甲", ON, ON), "按期完成 1 个"),
        (Step("甲", ON - timedelta(days=1), ON), "逾期完成 1 个"),
        (Step("甲", ON - timedelta(days=1)), "逾期未完成 1 个"),
        (Step("甲", ON), "未到期 1 个"),
        (Step("甲", ON - timedelta(days=9), None, True), "免除 1 个"),
        (Step("甲", ON - timedelta(days=1), ON + timedelta(days=1)), "逾期未完成 1 个"),
    ],
)
def test_a_milestone_has_its_fate_on_a_day(step, fate):
    assert fate in timeline([step], on=ON).alt


def test_hundreds_of_milestones_are_counted_by_year():
    words = words_of(timeline(steps(400), on=ON))

    assert "2023年" in words
    assert sum(int(word.split()[1]) for word in words if word.startswith("共 ")) == 400


@pytest.mark.parametrize(("reached", "said"), [("99.999", "99.99%"), ("100", "100.00%"), ("0", "0.00%")])
def test_a_target_just_missed_never_reads_as_met(reached, said):
    figure = targets([Target("甲", Decimal("100.00"), Decimal(reached), "件")])

    assert any(said in word for word in words_of(figure))


def test_of_too_many_targets_the_least_reached_are_drawn_and_all_are_told():
    figure = targets(wants(30))

    assert any("最低的 24 项，共 30 项" in word for word in words_of(figure))
    assert figure.alt.count("合同值 100") == 30


def test_a_fall_that_does_not_lead_to_its_level_is_not_drawn():
    with pytest.raises(DoesNotAddUp, match="结余"):
        waterfall([Fall("到位", MILLION, True), Fall("支出", -MILLION), Fall("结余", Decimal("0.01"), True)])


def test_a_fall_shows_its_steps_with_their_sign():
    figure = waterfall(
        [
            Fall("承诺", MILLION, True),
            Fall("追加", MILLION),
            Fall("支出", -MILLION * 3),
            Fall("结余", -MILLION, True),
        ]
    )

    assert {"100.00", "+100.00", "-300.00", "-100.00"} <= set(words_of(figure))
    assert (
        figure.alt == "承诺为 100.00 万元，加：追加 100.00 万元，减：支出 300.00 万元，结余为 -100.00 万元。"
    )


def test_the_same_values_are_the_same_chart_in_threads_and_in_another_process():
    serial = [drawn(name).svg for name in SOME]
    with ThreadPoolExecutor(2) as pool:
        threaded = list(pool.map(lambda name: CHARTS[name]().svg, SOME))
    program = (
        "import django, hashlib; django.setup()\n"
        "from tests.reports.charts.test_charts import SOME, drawn\n"
        "print(hashlib.sha256(''.join(drawn(name).svg for name in SOME).encode()).hexdigest())"
    )
    elsewhere = subprocess.run(
        [sys.executable, "-W", "error", "-c", program],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "backend.settings.test"},
    ).stdout.strip()

    assert threaded == serial
    assert hashlib.sha256("".join(serial).encode()).hexdigest() == elsewhere


def test_labels_at_one_place_are_moved_apart_in_their_order():
    moved = apart([0.5, 0.5, 0.1], 0.2)

    assert moved[0] - moved[1] == pytest.approx(0.2)
    assert moved[2] == pytest.approx(0.1)


def test_a_long_name_is_wrapped_and_then_cut():
    lines = wrapped(NAME, 10, 2).split("\n")

    assert len(lines) == 2
    assert lines[1].endswith("…")
    assert all(ems(line) <= 10 for line in lines)
    assert wrapped("短 名", 10, 2) == "短 名"


def test_importing_charts_does_not_import_matplotlib():
    program = (
        "import django, sys; django.setup(); import reports.charts.course; print('matplotlib' in sys.modules)"
    )
    done = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        check=True,
        env={**os.environ, "DJANGO_SETTINGS_MODULE": "backend.settings.test"},
    )

    assert done.stdout.strip() == "False"
