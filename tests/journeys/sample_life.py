"""A project of the sample and the people of the sample around it: acts through the services, on days that a test sets."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from itertools import count
from typing import Any

from backend.access import Act
from finance import disbursements, refunds
from finance.models import Entry, Refund
from finance.receipts import record_receipt
from lifecycle import annual_reports, exemptions, findings, milestones
from lifecycle.acceptance import links, panel, scoring
from lifecycle.models import AnnualReport, DocumentCategory, Finding, Milestone, Panelist, Project, Tranche
from lifecycle.parties.models import Person
from tests.builders import day
from tests.journeys.world import ROLES, SHANGHAI, World


class SampleLife(World):
    """A world around a project that the sample brought, with its accounts; `today` is the test's to set."""

    def __init__(self, number: str) -> None:
        self.project = Project.objects.with_parties().get(number=number)
        self.numbers = count(1)
        self.before: list[tuple[Any, ...]] = []
        park = self.project.cluster.park
        places = (self.project.unit, park, park.parent, park.parent.parent)
        self.people = {
            role: [Person.objects.get(memberships__role=role, memberships__organisation=place)]
            for role, place in zip(ROLES, places, strict=True)
        }

    @property
    def day_of(self) -> dict[str, date]:
        return {"on": self.today, "today": self.today}

    # Milestones and reports, by name and year.

    def milestone(self, year: int, name: str) -> Milestone:
        return Milestone.objects.get(project=self.project, year=year, name=name)

    def hands_in(self, year: int, name: str) -> None:
        """A milestone with its proof, completed today."""
        milestone = self.milestone(year, name)
        self.paper(DocumentCategory.MILESTONE, milestone)
        milestones.hand_in(
            milestone=milestone,
            completed_on=self.today,
            statement="按计划完成。",
            actor=self.actor("unit", Act.HAND_IN_MILESTONE),
            today=self.today,
        )

    def verifies(self, year: int, name: str) -> None:
        actor = self.actor("park", Act.VERIFY_MILESTONE)
        milestones.verify(milestone=self.milestone(year, name), actor=actor, **self.day_of)

    def returns(self, year: int, name: str) -> None:
        actor = self.actor("park", Act.VERIFY_MILESTONE)
        milestones.give_back(
            milestone=self.milestone(year, name), reason="缺检测报告", actor=actor, **self.day_of
        )

    def waives(self, year: int, name: str) -> None:
        actor = self.actor("province", Act.WAIVE_MILESTONE)
        milestones.waive(milestone=self.milestone(year, name), reason="不再需要", actor=actor, **self.day_of)

    def reports_on(self, year: int) -> None:
        """The annual report of the year, written where there is none yet, and handed in."""
        actor = self.actor("unit", Act.WRITE_ANNUAL_REPORT)
        if not AnnualReport.objects.filter(project=self.project, year=year).exists():
            report = annual_reports.draft(
                project=self.fresh(), year=year, known={}, actor=actor, today=self.today
            )
            texts: dict[str, Any] = dict.fromkeys(annual_reports.SECTIONS, "按计划推进。")
            texts["benefits"] = dict.fromkeys(annual_reports.BENEFITS, "1")
            annual_reports.save_draft(
                report=report, content=texts, pace="按计划", actor=actor, today=self.today
            )
        annual_reports.hand_in(report=self.annual_report(year), actor=actor, **self.day_of)

    def annual_report(self, year: int) -> AnnualReport:
        return AnnualReport.objects.get(project=self.project, year=year)

    def returns_report(self, year: int) -> None:
        annual_reports.give_back(
            report=self.annual_report(year),
            points=[{"section": "progress", "text": "请补充样机情况"}],
            actor=self.actor("park", Act.CHECK_ANNUAL_REPORT),
            **self.day_of,
        )

    def accepts_report(self, year: int) -> None:
        actor = self.actor("park", Act.CHECK_ANNUAL_REPORT)
        annual_reports.accept(report=self.annual_report(year), actor=actor, **self.day_of)

    # Findings, by the only one there is.

    def replies(self) -> None:
        finding = Finding.objects.get(project=self.project)
        self.paper(DocumentCategory.RECTIFICATION, finding)
        actor = self.actor("unit", Act.ANSWER_FINDING)
        findings.reply(finding=finding, answer="已整改。", actor=actor, **self.day_of)

    # Money, by source and number of the instalment.

    def instalment(self, source: str, number: int) -> Tranche:
        return Tranche.objects.get(project=self.project, source=source, number=number)

    def arrives(self, source: str, number: int, voucher: str) -> None:
        disbursements.record_arrival(
            tranche=self.instalment(source, number),
            on=self.today,
            voucher=voucher,
            key=voucher,
            actor=self.actor("park", Act.POST_ENTRY),
            today=self.today,
        )

    def pays(self, source: str, number: int, voucher: str) -> None:
        disbursements.pay(
            tranche=self.instalment(source, number),
            on=self.today,
            voucher=voucher,
            key=voucher,
            actor=self.actor("park", Act.POST_ENTRY),
            today=self.today,
        )

    def confirms(self, voucher: str) -> None:
        """The unit's word that the payment came."""
        paid = Entry.objects.get(project=self.project, voucher=voucher)
        disbursements.confirm(
            project=self.fresh(),
            sequence=paid.sequence,
            actor=self.actor("unit", Act.CONFIRM_PAYMENT),
            **self.day_of,
        )

    def asks_back(self, source: str) -> None:
        """What a terminated project still holds of the source."""
        refunds.ask_refund(
            project=self.fresh(),
            cause="termination",
            source=source,
            holder="unit",
            actor=self.actor("province", Act.ASK_REFUND),
            **self.day_of,
        )

    def refund(self, source: str) -> Refund:
        return Refund.objects.get(project=self.project, source=source)

    def receives(self, source: str) -> None:
        """All that was asked for of the source."""
        refund = self.refund(source)
        voucher = f"退-{refund.pk}"
        record_receipt(
            refund=refund,
            on=self.today,
            amount=refund.amount,
            interest=refund.interest,
            voucher=voucher,
            actor=self.actor("province", Act.RECORD_RECEIPT),
            today=self.today,
            key=voucher,
        )

    def asks_back_no_more(self, source: str) -> None:
        actor = self.actor("province", Act.ASK_REFUND)
        refunds.withdraw_refund(refund=self.refund(source), reason="误发通知", actor=actor, **self.day_of)

    # Exceptions.

    def excepted(self, until: str) -> None:
        """The exception that was asked for is granted up to that day."""
        paper = self.paper(DocumentCategory.DECISION)
        exemptions.grant(
            exemption=self.project.exemptions.get(state="asked"),
            document=paper.pk,
            until=day(until),
            actor=self.actor("province", Act.DECIDE_EXEMPTION),
            **self.day_of,
        )

    def not_excepted(self) -> None:
        exemptions.refuse(
            exemption=self.project.exemptions.get(state="asked"),
            reason="理由不足",
            actor=self.actor("province", Act.DECIDE_EXEMPTION),
            **self.day_of,
        )

    # The panel.

    def invites_three(self) -> None:
        for place in range(3):
            panel.invite(
                project=self.fresh(),
                name=f"专家{place}",
                organisation=f"示例学会{place}",
                specialty="",
                is_finance=place == 1,
                is_chair=place == 0,
                actor=self.actor("province", Act.ORGANISE_ACCEPTANCE),
                today=self.today,
            )

    def links_expert(self, place: int, last_day: str) -> str:
        """The token of a personal link that opens up to the end of that day."""
        midnight = datetime.combine(day(last_day) + timedelta(days=1), datetime.min.time(), SHANGHAI)
        return links.send_link(
            panelist=self._expert(place),
            expires_at=midnight,
            actor=self.actor("province", Act.ORGANISE_ACCEPTANCE),
            now=self.now,
            today=self.today,
        )

    def judges(self, token: str) -> None:
        scoring.submit_scores(
            token=token,
            scores={code: item.most for code, item in scoring.ITEMS.items()},
            task_verdict="通过验收",
            finance_verdict="通过验收",
            opinion="同意。",
            has_no_conflict=True,
            address="127.0.0.1",
            now=self.now,
            today=self.today,
        )

    def _expert(self, place: int) -> Panelist:
        expert: Panelist = self.panelists()[place]
        return expert
