"""The acceptance report of a project that went all the way: every chapter has something to say, and says it rightly."""

from __future__ import annotations

from decimal import Decimal
from io import BytesIO

import pytest
from pypdf import PdfReader

from reports.document import Absent, Document, Section
from reports.exports import build
from reports.facts import AcceptanceFacts, decode
from reports.renderers import render
from tests.journeys.lives import EXPERTS, concluded
from tests.reports import plain_sql
from tests.reports.sections.reading import blocks_of, paragraphs, table, texts

pytestmark = pytest.mark.django_db


def chapter(document: Document, title: str) -> Section:
    return next(each for each in (*document.sections, *document.annexes) if each.title == title)


def test_a_project_that_went_all_the_way_fills_every_chapter():
    world = concluded()
    content, document = build("acceptance", world.fresh(), on=world.today, today=world.today)
    facts = decode(content, AcceptanceFacts)

    silent = {
        each.title: block.why
        for each in (*document.sections, *document.annexes)
        for block in blocks_of(each)
        if isinstance(block, Absent)
    }
    assert silent == {}
    assert len(document.sections) == 11

    # The rating, as it was filed: the money of the ledger by plain SQL over what the contract plans.
    ((filed_on,),) = plain_sql.rows(
        "SELECT a.applied_on FROM lifecycle_acceptance a JOIN lifecycle_project p ON p.id = a.project_id"
        " WHERE p.number = %(number)s",
        world.project.number,
        world.today,
    )
    money = plain_sql.money(world.project.number, filed_on)
    spent = sum(each["spent"] for each in money.values())
    planned = sum(each["committed"] for each in money.values())
    execution = (10 * spent / planned).quantize(Decimal("0.01"))
    scores = texts(table(chapter(document, "绩效自评"), "绩效自评得分"))
    assert [row[2] for row in scores] == [
        f"{execution}",
        "48.50",
        "27.00",
        "9.50",
        f"{execution + Decimal('85.00')}",
    ]
    assert facts.rating is not None and facts.rating.filed_on == filed_on

    targets = {row[1]: row for row in texts(table(document.sections[1], "考核指标合同约定与完成情况对照表"))}
    assert targets["授权发明专利"][3:6] == ["8", "9", "112.50%"]
    assert targets["累计新增销售收入"][5] == "91.25%"
    assert targets["技术水平"][5] == "—"

    panel = table(chapter(document, "验收组织与结论"), "验收专家组名单")
    assert [row[0] for row in texts(panel)] == [name for name, *_rest in EXPERTS]
    means = texts(table(chapter(document, "验收组织与结论"), "专家评分汇总表"))
    totals = [Decimal(cell) for cell in means[-1][3:8]]
    assert means[-1][8] == f"{sum(totals) / 5:.2f}"
    assert "专家组一致同意该项目通过验收" in paragraphs(chapter(document, "验收组织与结论"))


def test_its_pdf_says_what_was_handed_in():
    world = concluded()
    _content, document = build("acceptance", world.fresh(), on=world.today, today=world.today)

    pdf = PdfReader(BytesIO(render(document, "pdf").content))

    text = "".join(page.extract_text() for page in pdf.pages).replace("\n", "").replace(" ", "")
    for said in ("18250.5", "91.25%", "自评等级为“优”", "欧阳志远", "档2026-18"):
        assert said in text
