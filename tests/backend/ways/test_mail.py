"""Mail to a real server: what arrives, what is refused for good or for now, what hangs, and what a name cannot do."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from email.message import EmailMessage
from email.utils import parsedate_to_datetime

import pytest
from django.core.mail import EmailMultiAlternatives
from pytest_django import Settings

from backend.ways import sending
from backend.ways.mail import Post
from backend.ways.sending import ATTEMPTS, CLAIM, Sent, deliver, give_up_lapsed
from lifecycle.models import Digest, Project
from lifecycle.parties.models import Person
from tests.backend.ways.conftest import MailServer, free_port
from tests.builders import make_project
from tests.reminding import at, deliver_to, make_matter, reader

pytestmark = pytest.mark.django_db

NOW = at("2026-11-26T09:05")


@pytest.fixture
def project() -> Project:
    return make_project(milestones=False, number="BA2022001", name="氢能电堆中试")


def told(person: Person, project: Project, **facts: object) -> None:
    deliver_to(person, make_matter(project, **facts), at=NOW)


def sent(now: datetime = NOW) -> Sent:
    return deliver(clock=lambda: now)


def text_of(mail: EmailMessage, kind: str) -> str:
    part = mail.get_body((kind,))
    assert part is not None
    return str(part.get_content())


def test_a_mail_arrives_with_all_that_a_mail_of_a_list_should_have(mail_server: MailServer, project: Project):
    person = reader(project, name="王工")
    told(person, project)
    told(person, project, due_on="2026-11-20", label="样机 <定型>")

    assert sent() == Sent(mails=1)

    [(recipient, mail)] = mail_server.mails
    digest = Digest.objects.get()
    assert recipient == person.email
    assert mail["To"] == f"王工 <{person.email}>"
    assert mail["From"] == "集群试点项目 <noreply@pilot.example.org>"
    assert mail["Subject"] == "2 项待办提醒（2026-11-26）"
    assert mail["Reply-To"] == "help@pilot.example.org"
    assert mail["Message-ID"] == f"<{digest.pk}@pilot.example.org>"
    assert mail["List-Id"] == "<reminders.pilot.example.org>"
    assert mail["List-Unsubscribe"] == "<https://pilot.example.org/preferences/>"
    assert mail["Auto-Submitted"] == "auto-generated"
    assert parsedate_to_datetime(mail["Date"]) == NOW
    assert mail.get_content_type() == "multipart/alternative"
    assert (digest.state, digest.attempts, digest.sent_at) == ("sent", 1, NOW)

    plain, html = text_of(mail, "plain"), text_of(mail, "html")
    assert plain.startswith("王工，您好：")
    assert "您有 2 项待办事项，其中 1 项已逾期。" in plain
    assert "1. 里程碑：样机 <定型>" in plain
    assert "里程碑“样机 <定型>”应于 2026-11-20 前完成，已逾期 6 天。" in plain
    assert "项目：BA2022001 氢能电堆中试" in plain
    assert plain.index("样机") < plain.index("中试线建成")
    assert "样机 &lt;定型&gt;" in html and "<定型>" not in html
    for part in (plain, html):
        assert "https://pilot.example.org/projects/BA2022001/" in part
        assert "https://pilot.example.org/preferences/" in part
    assert "<script" not in html and "src=" not in html


def test_the_subject_is_chinese_in_a_form_that_every_server_takes(mail_server: MailServer, project: Project):
    told(reader(project), project)

    sent()

    [(_, mail)] = mail_server.mails
    assert mail["Subject"] == "待办提醒：里程碑：中试线建成"
    assert all(line.isascii() for line in mail.as_bytes().decode("ascii").splitlines())


def test_a_mail_is_in_the_language_of_its_reader(mail_server: MailServer, project: Project):
    person = reader(project)
    Person.objects.filter(pk=person.pk).update(language="en")
    told(person, project)

    sent()

    [(_, mail)] = mail_server.mails
    assert mail["Content-Language"] == "en"
    assert 'lang="en"' in text_of(mail, "html")


def test_urgent_mail_says_so_and_a_day_has_one_other(mail_server: MailServer, project: Project):
    person = reader(project)
    told(person, project, kind="test_alarm", label="")
    told(person, project)

    assert sent() == Sent(mails=2)
    told(person, project)
    assert sent(NOW + timedelta(hours=2)) == Sent()

    subjects = sorted(mail["Subject"] for _, mail in mail_server.mails)
    assert subjects == ["【紧急】待办提醒：资金滞留", "待办提醒：里程碑：中试线建成"]


@pytest.mark.parametrize("where", ["label", "project", "name", "number"])
def test_a_name_with_an_end_of_line_writes_no_header(mail_server: MailServer, where: str):
    evil = "甲\r\nBcc: spy@example.org\r\n\r\n<b>x</b>"
    project = make_project(
        milestones=False,
        name=evil if where == "project" else "项目",
        **({"number": evil} if where == "number" else {}),
    )
    person = reader(project, name=evil[:90] if where == "name" else "王工")
    told(person, project, **({"label": evil} if where == "label" else {}))

    assert sent() == Sent(mails=1)

    [(recipient, mail)] = mail_server.mails
    assert recipient == person.email
    assert "Bcc" not in mail
    assert [address.addr_spec for address in mail["To"].addresses] == [person.email]
    assert "<b>" not in text_of(mail, "html")
    assert mail.get_content_type() == "multipart/alternative"


def test_who_has_hundreds_of_messages_gets_a_mail_of_some_length(mail_server: MailServer, project: Project):
    person = reader(project)
    for _ in range(103):
        told(person, project)

    sent()

    [(_, mail)] = mail_server.mails
    assert mail["Subject"].startswith("103 项")
    assert "另有 3 项未列出" in text_of(mail, "plain")
    assert "另有 3 项未列出" in text_of(mail, "html")


def test_of_a_matter_that_waited_over_several_steps_the_latest_is_told(
    mail_server: MailServer, project: Project
):
    person, matter = reader(project), make_matter(project, due_on="2026-11-20")
    for step in (-7, 1, 7, -1):
        deliver_to(person, matter, at=NOW, step=step)

    assert sent() == Sent(mails=1)

    [(_, mail)] = mail_server.mails
    assert mail["Subject"] == "待办提醒：里程碑：中试线建成"
    assert text_of(mail, "plain").count("https://pilot.example.org/projects/") == 1
    assert "报设区市科技局" in text_of(mail, "plain")
    assert Digest.objects.get().deliveries.count() == 4


def test_an_address_that_is_refused_for_good_is_a_bounce(mail_server: MailServer, project: Project):
    told(reader(project, email="gone@example.org"), project)
    told(reader(project), project)
    mail_server.answers["gone"] = "550 5.1.1 no such user"

    assert sent() == Sent(mails=1, bounced=1)
    assert sent(NOW + timedelta(days=1)) == Sent()

    digest = Digest.objects.get(person__email="gone@example.org")
    assert (digest.state, digest.sent_at) == ("bounced", None)
    assert "no such user" in digest.error


def test_an_address_that_is_refused_for_now_is_tried_later_under_the_same_number(
    mail_server: MailServer, project: Project
):
    told(reader(project, email="busy@example.org"), project)
    mail_server.answers["busy"] = "451 4.7.1 try later"

    assert sent() == Sent(later=1)
    digest = Digest.objects.get()
    assert (digest.state, digest.attempts) == ("waiting", 1)
    assert "try later" in digest.error
    assert sent(NOW + timedelta(seconds=59)) == Sent()
    mail_server.answers.clear()
    assert sent(NOW + timedelta(seconds=60)) == Sent(mails=1)

    [(_, mail)] = mail_server.mails
    assert mail["Message-ID"].startswith(f"<{digest.pk}@")


def test_after_so_many_attempts_it_is_given_up(mail_server: MailServer, project: Project):
    told(reader(project, email="busy@example.org"), project)
    mail_server.answers["busy"] = "451 4.7.1 try later"

    now, rounds = NOW, []
    for _ in range(ATTEMPTS + 1):
        rounds.append(sent(now))
        now += timedelta(days=1)

    assert rounds == [*[Sent(later=1)] * (ATTEMPTS - 1), Sent(failed=1), Sent()]
    assert Digest.objects.get().state == "failed"


def test_content_that_is_refused_for_good_is_not_sent_again(mail_server: MailServer, project: Project):
    told(reader(project, email="picky@example.org"), project)
    mail_server.after_data["picky"] = "554 5.7.1 looks like spam"

    assert sent() == Sent(failed=1)
    assert "spam" in Digest.objects.get().error


def test_a_server_that_hangs_at_one_mail_keeps_no_other_back(mail_server: MailServer, project: Project):
    told(reader(project, email="slow@example.org"), project)
    for _ in range(3):
        told(reader(project), project)
    mail_server.hangs.add("slow")

    assert sent() == Sent(mails=3, later=1)
    assert Digest.objects.get(state="waiting").person.email == "slow@example.org"


def test_a_server_that_hangs_at_every_mail_is_left_alone_for_a_while(
    mail_server: MailServer, project: Project
):
    for name in ("a", "b", "c", "d"):
        told(reader(project, email=f"{name}@example.org"), project)
        mail_server.hangs.add(name)

    assert sent() == Sent(later=2, is_mail_down=True)
    assert sorted(Digest.objects.values_list("attempts", flat=True)) == [0, 0, 1, 1]


def test_a_server_that_is_away_costs_no_attempt_and_loses_nothing(
    settings: Settings, mail_server: MailServer, project: Project
):
    for _ in range(2):
        told(reader(project), project)
    settings.EMAIL_PORT = free_port()
    now = NOW
    for _ in range(ATTEMPTS + 3):
        assert sent(now) == Sent(later=1, is_mail_down=True)
        now += timedelta(minutes=5)
    assert set(Digest.objects.values_list("state", "attempts")) == {("waiting", 0)}

    settings.EMAIL_PORT = mail_server.port
    assert sent(now) == Sent(mails=2)


def test_without_a_server_nothing_is_put_together_and_nothing_lost(
    settings: Settings, mail_server: MailServer, project: Project
):
    person = reader(project)
    told(person, project)
    settings.EMAIL_HOST = ""
    assert sent() == Sent()
    told(person, project)
    assert sent(NOW + timedelta(days=1)) == Sent()
    assert not Digest.objects.exists()

    settings.EMAIL_HOST = "127.0.0.1"
    assert sent(NOW + timedelta(days=1, hours=1)) == Sent(mails=1)
    [(_, mail)] = mail_server.mails
    assert mail["Subject"].startswith("2 项")


def test_an_address_that_is_none_is_a_bounce_and_no_fault(mail_server: MailServer, project: Project):
    for email in ("no address", "a@b\r\nRCPT TO:<x@y>", "王@example.org"):
        told(reader(project, email=email), project)
    told(reader(project), project)

    assert sent() == Sent(mails=1, bounced=3)


class Killed(BaseException):
    """The process ends here."""


@pytest.mark.parametrize("when", ["before the sending", "between sending and marking"])
def test_killed_at_any_moment_it_goes_out_again_under_the_same_number(
    mail_server: MailServer, project: Project, monkeypatch: pytest.MonkeyPatch, when: str
):
    told(reader(project), project)
    real: Callable[[Post, EmailMultiAlternatives], object] = Post.send

    def killed(post: Post, mail: EmailMultiAlternatives) -> None:
        if when == "between sending and marking":
            real(post, mail)
        raise Killed

    monkeypatch.setattr(Post, "send", killed)
    monkeypatch.setattr(sending, "_fault", lambda digest, error: (_ for _ in ()).throw(error))
    with pytest.raises(Killed):
        sent()
    monkeypatch.setattr(Post, "send", real)
    digest = Digest.objects.get()
    assert (digest.state, digest.attempts) == ("waiting", 1)

    assert sent(NOW + CLAIM) == Sent()
    assert sent(NOW + CLAIM + timedelta(seconds=1)) == Sent(mails=1)
    assert {mail["Message-ID"] for _, mail in mail_server.mails} == {f"<{digest.pk}@pilot.example.org>"}
    assert len(mail_server.mails) == (2 if when == "between sending and marking" else 1)


def test_a_claim_is_taken_by_one_and_ended_by_the_one_who_has_it(project: Project, mail_server: MailServer):
    told(reader(project), project)
    sending.gather(now=NOW, by_mail=True)
    [number] = sending.due(sending.Way.MAIL, NOW)

    first = sending.claim(number, now=NOW)
    assert first is not None
    assert sending.claim(number, now=NOW + CLAIM) is None
    second = sending.claim(number, now=NOW + CLAIM + timedelta(seconds=1))
    assert second is not None

    round_ = sending._Round(lambda: NOW, sending.Gate.of_settings(), lambda over: None)
    assert round_._mark(first, state="failed") == 0
    assert round_._mark(second, state="sent", sent_at=NOW) == 1


def test_a_digest_whose_sender_died_each_time_counts_as_failed(project: Project):
    told(reader(project), project)
    sending.gather(now=NOW, by_mail=True)
    Digest.objects.update(attempts=ATTEMPTS, claimed_at=NOW)

    assert give_up_lapsed(now=NOW + CLAIM) == 0
    assert give_up_lapsed(now=NOW + CLAIM + timedelta(seconds=1)) == 1
    assert Digest.objects.get().state == "failed"


def test_a_fault_of_ours_in_one_mail_keeps_no_other_back(
    mail_server: MailServer, project: Project, monkeypatch: pytest.MonkeyPatch
):
    broken = reader(project)
    told(broken, project)
    told(reader(project), project)
    real = sending.mails.write

    def write(digest: Digest, person: Person, *, now: datetime) -> EmailMultiAlternatives:
        if person == broken:
            raise KeyError("figure")
        return real(digest, person, now=now)

    monkeypatch.setattr(sending.mails, "write", write)

    assert sent() == Sent(mails=1, later=1)


def test_a_round_that_is_cancelled_leaves_the_rest_for_the_next(mail_server: MailServer, project: Project):
    for _ in range(3):
        told(reader(project), project)

    def note(over: int) -> None:
        if over == 1:
            raise Killed

    with pytest.raises(Killed):
        deliver(clock=lambda: NOW, note=note)

    assert Digest.objects.filter(state="sent").count() == 1
    later = NOW + CLAIM + timedelta(seconds=1)
    assert deliver(clock=lambda: later).mails == 2
    assert len({mail["Message-ID"] for _, mail in mail_server.mails}) == 3
