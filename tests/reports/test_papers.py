"""Papers on one matter of a project: a year, a mid-term check, a refund, a certificate; and which there are."""

from __future__ import annotations

import io
from datetime import date
from decimal import Decimal
from typing import Any

import docx
import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from docx.enum.text import WD_ALIGN_PARAGRAPH

from lifecycle.acceptance.closing import certify, publish
from lifecycle.models import AnnualReport, Project
from lifecycle.parties.log import OPERATOR_ACTOR
from reports import exports
from reports.available import available
from reports.built import built
from reports.collect import collect_annual, collect_midterm, collect_refund
from reports.errors import NothingToReport
from reports.exports import build, document_of
from reports.facts import digest_of
from reports.renderers import render
from tests.builders import day, make_milestone, make_project, moved
from tests.finance.settling import asked, spent_project
from tests.lifecycle.acceptance.builders import judged
from tests.lifecycle.inspecting import found, held, planned
from tests.reports import plain_sql
from tests.reports.test_exports import READ, Row, missing, wan

TODAY = date(2026, 11, 21)


def several(project: Project, on: date = TODAY) -> dict[str, list[str]]:
    """The subjects of each kind that can be drawn up."""
    found: dict[str, list[str]] = {}
    for each in available(project, on=on):
        if not each.why:
            found.setdefault(str(each.kind), []).append(each.which)
    return found


def why_not(project: Project, kind: str, on: date = TODAY) -> str:
    return next((each.why for each in available(project, on=on) if each.kind == kind), "")


def text_of(kind: str, project: Project, which: str = "") -> str:
    _facts, document = build(kind, project, on=TODAY, today=TODAY, which=which)
    return str(document)


def test_every_paper_of_every_project_of_the_sample_is_drawn_up_or_it_is_said_why_not(
    programme: None, monkeypatch: pytest.MonkeyPatch
) -> None:
    # Charts take longer than all the rest and have tests of their own.
    monkeypatch.setattr(exports, "figures_of", lambda facts: {})
    for project in Project.objects.order_by("number"):
        for each in available(project, on=TODAY):
            if each.why:
                assert each.why.endswith("。")
                continue
            facts, document = build(each.kind, project, on=TODAY, today=TODAY, which=each.which)
            assert document == document_of(each.kind, facts)
            assert document.digest == digest_of(facts)
        assert several(project)["annual"] == [
            str(year) for year in range(min(2026, project.end_on.year), project.start_on.year - 1, -1)
        ]


@pytest.mark.parametrize("form", list(READ))
def test_the_report_on_a_year_has_the_figures_of_plain_sql(programme: None, form: str) -> None:
    number, year = "BA2022003", 2024
    until = date(year, 12, 31)
    now, before = plain_sql.money(number, until), plain_sql.money(number, date(year - 1, 12, 31))
    rows: list[Row] = [
        (
            source,
            wan(now[source]["committed"]),
            wan(now[source]["received"] - before[source]["received"]),
            wan(now[source]["received"]),
            wan(now[source]["spent"] - before[source]["spent"]),
            wan(now[source]["spent"]),
            wan(now[source]["balance"]),
        )
        for source in plain_sql.SOURCES
    ]
    spent = plain_sql.spent(number, until)
    for category in {category for of, category, _ in spent if of == year}:
        by_source = [spent.get((year, category, source), Decimal(0)) for source in plain_sql.SOURCES]
        rows.append((category, *map(wan, by_source), wan(sum(by_source, Decimal(0)))))

    _facts, document = build(
        "annual", Project.objects.get(number=number), on=TODAY, today=TODAY, which=str(year)
    )

    assert missing(rows, READ[form](render(document, form).content)) == []


@pytest.mark.django_db
def test_a_year_is_told_in_the_words_that_were_handed_in_and_with_what_grew() -> None:
    project = make_project()
    benefits = {
        "sales": "100000.00",
        "tax": "10.00",
        "export": "0.00",
        "patents": 2,
        "standards": 0,
        "new_jobs": 5,
    }
    for year, sales in ((2023, "100000.00"), (2024, "250000.00")):
        AnnualReport.objects.create(
            project=project,
            year=year,
            state="handed_in",
            submitted_on=day(f"{year}-12-20"),
            progress="按计划",
            content={"progress": f"{year} 年进展", "benefits": {**benefits, "sales": sales}},
        )

    facts = collect_annual(project, on=TODAY, today=TODAY, which="2024")

    assert [(each.title, each.text) for each in facts.said] == [("项目进展", "2024 年进展")]
    assert facts.benefits and facts.before
    assert facts.benefits.sales == Decimal("250000.00")
    assert "15.00" in str(
        READ["docx"](render(build("annual", project, on=TODAY, today=TODAY, which="2024")[1], "docx").content)
    )


@pytest.mark.django_db
def test_a_year_that_was_not_reported_on_is_told_from_the_books() -> None:
    project = make_project()
    make_milestone(project, "2024-06-30")

    assert "系统中没有承担单位提交的 2024 年度报告" in text_of("annual", project, "2024")


@pytest.mark.django_db
@pytest.mark.parametrize("which", ["2021", "2027", "1", "年度", ""])
def test_a_year_outside_the_term_or_to_come_is_refused(which: str) -> None:
    with pytest.raises(NothingToReport):
        collect_annual(make_project(), on=TODAY, today=TODAY, which=which)


@pytest.mark.django_db
def test_which_years_there_are_is_said_where_none_is_named() -> None:
    project = make_project(milestones=False)

    with pytest.raises(NothingToReport, match="请指明年度：2022、2023"):
        collect_annual(project, on=date(2023, 5, 1), today=TODAY)


@pytest.mark.django_db
def test_the_year_does_not_tell_what_was_said_after_it() -> None:
    project = make_project(milestones=False)
    late = make_milestone(project, "2023-06-30", completed_on="2024-03-01")
    in_time = make_milestone(project, "2023-09-30", completed_on="2023-09-30")
    for milestone, progress in ((late, "已建成"), (in_time, "已验证")):
        milestone.progress = progress
        milestone.save(update_fields=["progress"])

    steps = {
        each.pk: each.progress
        for each in collect_annual(project, on=TODAY, today=TODAY, which="2023").milestones
    }

    assert steps.pop(late.pk) == ""
    assert list(steps.values()) == ["已验证"]


@pytest.mark.django_db
def test_results_of_a_year_that_is_over_say_from_when_they_are() -> None:
    project = make_project()
    project.targets.create(category="产品", name="新产品", contract_value="3", achieved_value="2")
    said = f"以下为截至{TODAY.year}年{TODAY.month}月{TODAY.day}日登记的累计数"

    assert said in text_of("annual", project, "2023")
    assert said not in text_of("annual", project, str(TODAY.year))


@pytest.mark.django_db
def test_a_year_begins_to_count_on_its_first_day() -> None:
    project = make_project(milestones=False)

    assert several(project, date(2022, 12, 31))["annual"] == ["2022"]
    assert several(project, date(2023, 1, 1))["annual"] == ["2023", "2022"]
    assert why_not(project, "annual", date(2022, 8, 31)) == "实施期尚未开始。"


@pytest.mark.django_db
def test_a_midterm_check_is_recorded_with_its_list_and_findings() -> None:
    project = make_project()
    moved(project, "资金到位", "单位自筹", "500.00", "2024-03-06")
    held(planned(project), result="限期整改", findings=[found(text="台账登记不及时")])
    assert several(project)["midterm"] == ["20240305"]

    facts = collect_midterm(project, on=TODAY, today=TODAY, which="20240305")

    assert len(facts.inspection.checklist) == 6
    assert [each.text for each in facts.findings] == ["台账登记不及时"]
    assert sum(each.received for each in facts.sources) == 0, "money of the day after does not count"
    assert "台账登记不及时" in text_of("midterm", project, "20240305")


@pytest.mark.django_db
@pytest.mark.parametrize("which", ["20240306", "20243005", "2024", "", "１２３４５６７８"])
def test_a_day_without_a_check_is_refused(which: str) -> None:
    project = make_project()
    held(planned(project))

    with pytest.raises(NothingToReport):
        collect_midterm(project, on=TODAY, today=TODAY, which=which)
    assert why_not(project, "midterm", day("2024-03-04")) == "没有中期检查的记录。"


@pytest.mark.django_db
def test_a_notice_of_refund_says_to_whom_why_how_much_and_until_when() -> None:
    project = spent_project()
    asked(project, "30.00", interest=Decimal("1.25"), reason="设备费超支", notice_no="苏科资发〔2026〕12号")
    assert several(project)["refund"] == ["1"]

    facts = collect_refund(project, on=TODAY, today=TODAY, which="1")
    text = text_of("refund", project, "1")

    assert facts.holder == project.unit.name
    assert (facts.amount, facts.interest, facts.due_on) == (
        Decimal("30.00"),
        Decimal("1.25"),
        day("2026-07-01"),
    )
    letter = docx.Document(
        io.BytesIO(render(build("refund", project, on=TODAY, today=TODAY, which="1")[1], "docx").content)
    )
    sent = {paragraph.text: paragraph.alignment for paragraph in letter.paragraphs}
    assert sent["2026年6月1日"] == WD_ALIGN_PARAGRAPH.RIGHT
    for words in (
        "人民币叁拾壹元贰角伍分",
        "2026年7月1日",
        "设备费超支",
        "苏科资发〔2026〕12号",
        project.unit.name,
    ):
        assert words in text


@pytest.mark.django_db
def test_a_notice_that_was_taken_back_cannot_be_drawn_up_and_keeps_its_place() -> None:
    project = spent_project()
    first = asked(project, "10.00")
    asked(project, "5.00")
    first.withdraw()
    first.save(update_fields=["state"])

    assert several(project)["refund"] == ["2"]
    with pytest.raises(NothingToReport, match="已撤回"):
        collect_refund(project, on=TODAY, today=TODAY, which="1")
    with pytest.raises(NothingToReport, match="没有这一笔"):
        collect_refund(project, on=day("2026-05-31"), today=TODAY, which="2")


def certified() -> Project:
    acceptance = judged()
    meeting = acceptance.meeting_on
    assert meeting is not None
    facts: dict[str, Any] = {"project": acceptance.project, "actor": OPERATOR_ACTOR, "today": TODAY}
    publish(published_from=meeting, published_until=day("2026-07-30"), objection="", **facts)
    certify(certificate_no="苏科验字〔2026〕001号", on=day("2026-07-31"), **facts)
    return acceptance.project


@pytest.mark.django_db
def test_a_certificate_is_one_page_from_the_day_it_is_given() -> None:
    project = certified()
    assert several(project)["certificate"] == ["1"]
    assert why_not(project, "certificate", day("2026-07-30")) == "验收尚未颁发证书。"

    _facts, document = build("certificate", project, on=TODAY, today=TODAY, which="1")
    lines = READ["pdf"](render(document, "pdf").content)

    assert any("苏科验字〔2026〕001号" in cell for line in lines for cell in line)
    assert ["第", "1", "页共", "1", "页"] in lines or any("共1页" in "".join(line) for line in lines)
    with pytest.raises(NothingToReport, match="尚未颁发证书"):
        build("certificate", project, on=day("2026-07-30"), today=TODAY, which="1")
    with pytest.raises(NothingToReport, match="没有这一轮"):
        build("certificate", project, on=TODAY, today=TODAY, which="2")


@pytest.mark.django_db
def test_what_a_project_has_one_of_is_not_asked_for_by_a_name() -> None:
    with pytest.raises(NothingToReport):
        build("settlement", make_project(), on=TODAY, today=TODAY, which="2024")


@pytest.mark.django_db
def test_the_subject_names_the_year_so_that_issues_of_two_years_are_told_apart() -> None:
    project = make_project()

    assert built("annual", project, on=TODAY, today=TODAY, which="2024").subject == f"{project.number}-2024"
    assert built("settlement", project, on=TODAY, today=TODAY).subject == project.number


@pytest.mark.django_db
def test_statements_do_not_grow_with_what_there_is() -> None:
    small, large = make_project(milestones=False), spent_project()
    for number in range(1, 29):
        make_milestone(large, f"2024-05-{number:02}")
    for project in (small, large):
        available(project, on=TODAY)

    def asks(kind: str, project: Project, which: str) -> int:
        with CaptureQueriesContext(connection) as queries:
            build(kind, project, on=TODAY, today=TODAY, which=which)
        return len(queries)

    assert asks("annual", small, "2024") == asks("annual", large, "2024") <= 12
    assert asks("disbursements", small, "") == asks("disbursements", large, "") <= 12
    with CaptureQueriesContext(connection) as queries:
        available(large, on=TODAY)
    assert len(queries) == 2


@pytest.mark.django_db
def test_the_command_takes_a_year(tmp_path) -> None:
    project = make_project()
    out = str(tmp_path / "a.docx")

    call_command("report", "annual", project.number, "--year", "2024", "--format", "docx", "-o", out)
    with pytest.raises(CommandError, match="2031 年度"):
        call_command("report", "annual", project.number, "--year", "2031", "--format", "docx", "-o", out)

    assert (tmp_path / "a.docx").read_bytes().startswith(b"PK")
