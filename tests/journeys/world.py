"""One project with people of every role around it, at a time that the test moves; acts through the services."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from itertools import count
from typing import Any
from zoneinfo import ZoneInfo

from django.db import connection

from backend import access
from backend.access import Act
from finance import audits, disbursements, settlement, surplus
from finance.models import Entry, Refund
from finance.posting import Movement, post_entry, reverse_entry
from finance.receipts import record_receipt
from lifecycle import (
    acceptance,
    annual_reports,
    changes,
    contracts,
    exemptions,
    findings,
    inspections,
    milestones,
)
from lifecycle.acceptance import closing, dossier, links, panel, review, scoring, verdict
from lifecycle.errors import DomainError
from lifecycle.models import (
    AnnualReport,
    AnnualReportState,
    ChangeRequest,
    Contract,
    ContractState,
    Document,
    DocumentCategory,
    Finding,
    FindingState,
    Inspection,
    InspectionState,
    Milestone,
    MilestoneState,
    Panelist,
    Project,
    Target,
    Tranche,
)
from lifecycle.moves import MOVES
from lifecycle.parties.log import Actor
from lifecycle.parties.models import Person, Role
from lifecycle.parties.sight import sight_of
from lifecycle.transitions import FUNCTIONS, Said
from tests.builders import YEARS, day, make_cluster, make_milestone, make_project, yuan
from tests.people import make_person
from tests.reports.sealing import seal

SHANGHAI = ZoneInfo("Asia/Shanghai")
ROLES = ("unit", "park", "city", "province")
TABLES = (
    "lifecycle_project",
    "lifecycle_statechange",
    "lifecycle_step",
    "lifecycle_contract",
    "lifecycle_changerequest",
    "lifecycle_milestone",
    "lifecycle_annualreport",
    "lifecycle_datedevent",
    "lifecycle_tranche",
    "lifecycle_target",
    "lifecycle_yearbenefits",
    "lifecycle_selfrating",
    "lifecycle_inspection",
    "lifecycle_finding",
    "lifecycle_acceptance",
    "lifecycle_exemption",
    "lifecycle_document",
    "lifecycle_creditrecord",
    "finance_entry",
    "finance_account",
    "finance_paymentconfirmation",
    "finance_audit",
    "finance_settlement",
    "finance_surplusdecision",
    "finance_refund",
    "finance_refundreceipt",
)
_FINGERPRINT = " UNION ALL ".join(
    f"SELECT '{table}', count(*), md5(string_agg(t::text, E'\\n' ORDER BY t.id)) FROM {table} t"
    f" WHERE {'id' if table == 'lifecycle_project' else 'project_id'} = %(project)s"
    for table in TABLES
)


def fingerprint(project: Project) -> list[tuple[Any, ...]]:
    """What every table holds of the project; nothing was written where it stays the same."""
    with connection.cursor() as cursor:
        cursor.execute(_FINGERPRINT, {"project": project.pk})
        return list(cursor.fetchall())


class World:
    """A project at 立项, awarded on 2022-08-20, with a plan of two tranches of each fiscal source and a tail."""

    def __init__(self) -> None:
        cluster = make_cluster()
        self.today = day("2022-08-25")
        self.numbers = count(1)
        self.before: list[tuple[Any, ...]] = []
        self.project = make_project(
            cluster=cluster, state="approved", milestones=False, contract_signed_on=None, partners="示例大学"
        )
        park = cluster.park
        self.people: dict[str, list[Person]] = {
            "unit": [make_person((Role.UNIT, self.project.unit)) for _ in range(2)],
            "park": [make_person((Role.PARK, park)) for _ in range(2)],
            "city": [make_person((Role.CITY, park.parent))],
            "province": [make_person((Role.PROVINCE, park.parent.parent))],
        }
        for year in YEARS:
            make_milestone(self.project, f"{year}-{'02' if year == 2026 else '12'}-20")
        Target.objects.create(project=self.project, name="授权发明专利", contract_value="8")
        for source in ("省拨款", "园区配套"):
            for number, (planned_on, amount, condition) in enumerate(
                (("2022-10-31", "2450000", "合同签订后"), ("2024-05-01", "1050000", "中期检查通过")), start=1
            ):
                Tranche.objects.create(
                    project=self.project,
                    source=source,
                    number=number,
                    planned_on=day(planned_on),
                    amount=yuan(amount),
                    condition=condition,
                )

    # Time, people, and what is kept.

    @property
    def now(self) -> datetime:
        return datetime(self.today.year, self.today.month, self.today.day, 12, tzinfo=SHANGHAI)

    def pass_days(self, days: int) -> None:
        self.today += timedelta(days=days)

    def fresh(self) -> Project:
        """The project as it stands."""
        return Project.objects.with_parties().get(pk=self.project.pk)

    def actor(self, role: str, act: Act | None = None, *, who: int = 0) -> Actor:
        """Somebody of that role; with `act` only where they may do that. Raises Forbidden otherwise."""
        person = self.people[role][who % len(self.people[role])]
        if act is None:
            return Actor(person, "127.0.0.1", role)
        return access.acting(Actor(person, "127.0.0.1"), act, sight_of(person), self.fresh())

    def fingerprint(self) -> list[tuple[Any, ...]]:
        return fingerprint(self.project)

    def attempt(self, act: Callable[[], Any]) -> DomainError | None:
        """Do it; where it is refused, the refusal, once it was seen to have left no trace."""
        self.before = self.fingerprint()
        try:
            act()
        except DomainError as refusal:
            assert self.fingerprint() == self.before, f"{refusal.code} left something behind"
            return refusal
        return None

    def paper(self, category: str, subject: Any = None, number: str = "") -> Document:
        """A row of a paper on file, without the file behind it; filed before the act that speaks of it."""
        place = next(self.numbers)
        document = Document.objects.create(
            project=self.project,
            category=category,
            subject=subject._meta.model_name if subject is not None else "",
            subject_id=subject.pk if subject is not None else None,
            title=f"材料{place}",
            number=number,
            file_name=f"材料{place}.pdf",
            stored_as=f"walk/{self.project.pk}-{place}",
            media_type="application/pdf",
            size=1000,
            sha256=f"{place:064x}",
        )
        # It stays on file whatever becomes of the act.
        self.before = self.fingerprint()
        return document

    # Acts, each as somebody of a role who may or may not do it.

    def move(self, name: str, role: str, *, days_ago: int = 0, reason_class: str = "objective") -> None:
        actor = self.actor(role, Act(name))
        needs = MOVES[name].needs
        on = self.today - timedelta(days=days_ago)
        said = Said(
            reason="按程序办理",
            reason_class=reason_class if "reason_class" in needs else "",
            document=self.paper(DocumentCategory.DECISION).pk if "document" in needs else None,
            findings=[{"severity": "major", "text": "检测报告不全"}] if "findings" in needs else [],
            due_on=on + timedelta(days=60) if "findings" in needs else None,
        )
        FUNCTIONS[name](
            project_id=self.project.pk, actor=actor, on=on, today=self.today, now=self.now, said=said
        )

    def draft_contract(self, role: str) -> None:
        contracts.draft_contract(
            project_id=self.project.pk,
            actor=self.actor(role, Act.DRAFT_CONTRACT),
            on=self.today,
            today=self.today,
        )

    def sign(self, role: str) -> None:
        contract = Contract.objects.filter(project=self.project, state=ContractState.DRAFT).first()
        if contract is not None:
            contracts.sign(
                contract=contract,
                signatory="王主任",
                actor=self.actor(role, Act.SIGN_CONTRACT),
                on=self.today,
                today=self.today,
            )

    def arrive(self, place: int, role: str, share: int = 4) -> None:
        tranche = self.tranche(place)
        disbursements.record_arrival(
            tranche=tranche,
            on=self.today,
            voucher=self.voucher(),
            amount=None if share >= 4 else (tranche.amount * share / 4).quantize(Decimal("0.01")),
            key=self.voucher(),
            actor=self.actor(role, Act.POST_ENTRY),
            today=self.today,
        )

    def pay(self, place: int, role: str, share: int = 4) -> None:
        tranche = self.tranche(place)
        disbursements.pay(
            tranche=tranche,
            on=self.today,
            voucher=self.voucher(),
            amount=None if share >= 4 else (tranche.amount * share / 4).quantize(Decimal("0.01")),
            key=self.voucher(),
            actor=self.actor(role, Act.POST_ENTRY),
            today=self.today,
        )

    def confirm(self, role: str) -> None:
        paid = (
            Entry.objects.filter(project=self.project, kind__in=("拨付单位", "直接拨付"), confirmation=None)
            .standing()
            .order_by("sequence")
            .first()
        )
        if paid is not None:
            disbursements.confirm(
                project=self.fresh(),
                sequence=paid.sequence,
                on=self.today,
                actor=self.actor(role, Act.CONFIRM_PAYMENT),
                today=self.today,
            )

    def post(self, kind: str, source: str, amount: int, role: str, category: str = "") -> None:
        project = self.fresh()
        actor = self.actor(role, Act.POST_ENTRY)
        assert actor.person is not None
        access.require_posting(sight_of(actor.person), project, kind=kind, source=source)
        post_entry(
            project=project,
            movement=Movement(
                kind=kind,
                source=source,
                amount=Decimal(amount).quantize(Decimal("0.01")),
                on=self.today,
                voucher=self.voucher(),
                category=category or ("业务费" if kind == "支出" else ""),
            ),
            key=self.voucher(),
            actor=actor,
            today=self.today,
        )

    def reverse_last(self, role: str) -> None:
        last = Entry.objects.filter(project=self.project).standing().order_by("-sequence").first()
        if last is not None:
            reverse_entry(
                project=self.fresh(),
                sequence=last.sequence,
                on=self.today,
                reason="记错",
                actor=self.actor(role, Act.REVERSE_ENTRY),
                today=self.today,
            )

    def work(self, role: str, act: str, who: int = 0) -> None:
        """The next milestone on its way: handed in, verified, given back, waived, or logged."""
        actor = self.actor(
            role,
            {
                "log": Act.LOG_MILESTONE,
                "hand_in": Act.HAND_IN_MILESTONE,
                "verify": Act.VERIFY_MILESTONE,
                "give_back": Act.VERIFY_MILESTONE,
                "waive": Act.WAIVE_MILESTONE,
            }[act],
            who=who,
        )
        settled = (MilestoneState.VERIFIED, MilestoneState.WAIVED)
        step = Milestone.objects.filter(project=self.project).exclude(state__in=settled)
        waiting = step.filter(state=MilestoneState.HANDED_IN).order_by("planned_on").first()
        step_next = step.exclude(state=MilestoneState.HANDED_IN).order_by("planned_on").first()
        day_of = {"on": self.today, "today": self.today}
        if act in ("verify", "give_back") and waiting is not None:
            if act == "verify":
                milestones.verify(milestone=waiting, actor=actor, **day_of)
            else:
                milestones.give_back(milestone=waiting, reason="缺检测报告", actor=actor, **day_of)
        elif act == "hand_in" and step_next is not None:
            milestones.hand_in(
                milestone=step_next,
                completed_on=self.today,
                statement="已完成",
                actor=actor,
                today=self.today,
            )
        elif act == "waive" and step_next is not None:
            milestones.waive(milestone=step_next, reason="不再需要", actor=actor, **day_of)
        elif act == "log" and step_next is not None:
            milestones.log_progress(milestone=step_next, progress="过半", actor=actor, today=self.today)

    def prove(self) -> None:
        """Evidence for every milestone that is still to be done."""
        for step in Milestone.objects.filter(project=self.project, completed_on=None):
            if not Document.objects.attached_to(step).exists():
                self.paper(DocumentCategory.MILESTONE, step)

    def report(self, role: str, act: str) -> None:
        """The annual report that is furthest behind: drafted, written, handed in, given back, accepted."""
        writing = act in ("draft", "write", "hand_in")
        actor = self.actor(role, Act.WRITE_ANNUAL_REPORT if writing else Act.CHECK_ANNUAL_REPORT)
        reports = AnnualReport.objects.filter(project=self.project)
        if act == "draft":
            taken = set(reports.values_list("year", flat=True))
            year = next((year for year in YEARS if year not in taken), YEARS[-1])
            annual_reports.draft(project=self.fresh(), year=year, known={}, actor=actor, today=self.today)
            return
        mine = reports.filter(state__in=(AnnualReportState.DRAFT, AnnualReportState.RETURNED))
        theirs = reports.filter(state=AnnualReportState.HANDED_IN)
        report = (mine if writing else theirs).order_by("year").first()
        if report is None:
            return
        day_of = {"on": self.today, "today": self.today}
        if act == "write":
            texts: dict[str, Any] = dict.fromkeys(annual_reports.SECTIONS, "按计划推进。")
            texts["benefits"] = dict.fromkeys(annual_reports.BENEFITS, "1")
            annual_reports.save_draft(
                report=report, content=texts, pace="按计划", actor=actor, today=self.today
            )
        elif act == "hand_in":
            annual_reports.hand_in(report=report, actor=actor, **day_of)
        elif act == "give_back":
            annual_reports.give_back(
                report=report,
                points=[{"section": "progress", "text": "请补充样机情况"}],
                actor=actor,
                **day_of,
            )
        else:
            annual_reports.accept(report=report, actor=actor, **day_of)

    def inspect(self, role: str, act: str, result: str = "通过") -> None:
        actor = self.actor(role, Act.INSPECT)
        if act == "plan":
            inspections.plan_inspection(
                project=self.fresh(),
                kind="midterm",
                planned_on=self.today,
                inspector="设区市科技局",
                on=self.today,
                actor=actor,
                today=self.today,
            )
            return
        planned = Inspection.objects.filter(project=self.project, state=InspectionState.PLANNED).first()
        if planned is not None:
            found = (
                []
                if result == "通过"
                else [findings.Raised("major", "台账不全", self.today + timedelta(days=30))]
            )
            inspections.hold(
                inspection=planned,
                held_on=self.today,
                checklist=[inspections.Checked(str(item), "已核对", True) for item in inspections.ITEMS],
                result=result,
                opinion="已检查",
                findings=found,
                actor=actor,
                today=self.today,
            )

    def mend_finding(self, role: str, act: str) -> None:
        actor = self.actor(role, Act.ANSWER_FINDING if act == "reply" else Act.INSPECT)
        wanted = FindingState.OPEN if act == "reply" else FindingState.ANSWERED
        finding = Finding.objects.filter(project=self.project, state=wanted).order_by("due_on").first()
        if finding is None:
            return
        day_of = {"on": self.today, "today": self.today}
        if act == "reply":
            if not Document.objects.attached_to(finding).exists():
                self.paper(DocumentCategory.RECTIFICATION, finding)
            findings.reply(finding=finding, answer="已整改", actor=actor, **day_of)
        elif act == "give_back":
            findings.give_back(finding=finding, reason="证明不足", actor=actor, **day_of)
        else:
            findings.shut(finding=finding, actor=actor, **day_of)

    def change(self, role: str, act: str, kind: str = "leader", months: int = 6) -> None:
        """A change request, asked for or taken a step further."""
        actor = self.actor(
            role, Act.ASK_CHANGE if act in ("ask", "hand_in", "withdraw") else Act.REVIEW_CHANGE
        )
        day_of = {"on": self.today, "today": self.today}
        if act == "ask":
            changes.ask(
                project_id=self.project.pk,
                kind=kind,
                reason="实际需要",
                wanted={"leader": f"李工{next(self.numbers)}"} if kind == "leader" else {"months": months},
                actor=actor,
                **day_of,
            )
            return
        request = (
            ChangeRequest.objects.filter(project=self.project)
            .exclude(state__in=("approved", "refused", "withdrawn"))
            .order_by("pk")
            .first()
        )
        if request is None:
            return
        if act == "hand_in":
            changes.hand_in(change=request, actor=actor, **day_of)
        elif act == "agree":
            changes.agree(change=request, actor=actor, **day_of)
        elif act == "give_back":
            changes.give_back(change=request, reason="请补充说明", actor=actor, **day_of)
        elif act == "refuse":
            changes.refuse_change(change=request, reason="理由不足", actor=actor, **day_of)
        else:
            changes.withdraw(change=request, actor=actor, **day_of)

    def exempt(self, role: str, act: str, rule: str = "FIN-04") -> None:
        day_of = {"on": self.today, "today": self.today}
        if act == "ask":
            actor = self.actor(role, Act.ASK_EXEMPTION)
            exemptions.ask(project=self.fresh(), rule=rule, reason="区域统筹", actor=actor, **day_of)
            return
        actor = self.actor(role, Act.DECIDE_EXEMPTION)
        asked = self.project.exemptions.filter(state="asked").first()
        if asked is not None:
            paper = self.paper(DocumentCategory.DECISION)
            exemptions.grant(
                exemption=asked,
                document=paper.pk,
                until=self.today + timedelta(days=90),
                actor=actor,
                **day_of,
            )

    def technical_report(self, role: str) -> None:
        dossier.record_technical_report(
            project=self.fresh(),
            document_no=f"科报{next(self.numbers)}",
            on=self.today,
            document=None,
            actor=self.actor(role, Act.PREPARE_ACCEPTANCE),
            today=self.today,
        )

    def file_papers(self) -> None:
        """The papers without which acceptance is not applied for."""
        for row in dossier.checklist_of(self.fresh(), on=self.today):
            if row.requirement.is_required and not row.is_met:
                self.paper(DocumentCategory.ACCEPTANCE, number=row.requirement.code)

    def audit(self, role: str, investment: int = 24_000_000) -> None:
        audits.record_audit(
            project=self.fresh(),
            on=self.today,
            firm="示例会计师事务所",
            report_no=f"会审{next(self.numbers)}",
            opinion="无保留意见",
            audited_investment=Decimal(investment).quantize(Decimal("0.01")),
            actor=self.actor(role, Act.RECORD_AUDIT),
            today=self.today,
        )

    def freeze(self, role: str) -> None:
        settlement.freeze(
            project=self.fresh(), on=self.today, actor=self.actor(role, Act.SETTLE), today=self.today
        )

    def seal(self) -> None:
        """The acceptance report, issued as things stand."""
        seal(self.fresh(), at=self.now)

    def accept(self, role: str, act: str) -> None:
        """The acceptance that was applied for, a step further."""
        project = self.fresh()
        day_of = {"on": self.today, "today": self.today}
        if act == "city_review":
            actor = self.actor(role, Act.REVIEW_ACCEPTANCE)
            review.city_review(project=project, opinion="同意", actor=actor, **day_of)
        elif act == "agree":
            actor = self.actor(role, Act.AGREE_ACCEPTANCE)
            organiser = project.cluster.park.parent.parent
            review.agree(project=project, organiser=organiser, actor=actor, **day_of)
        elif act == "invite":
            actor = self.actor(role, Act.ORGANISE_ACCEPTANCE)
            place = next(self.numbers)
            panel.invite(
                project=project,
                name=f"专家{place}",
                organisation="示例研究所",
                specialty="集成电路",
                is_finance=place % 2 == 0,
                is_chair=not self.panelists().filter(is_chair=True).exists(),
                actor=actor,
                today=self.today,
            )
        elif act == "score":
            actor = self.actor(role, Act.ORGANISE_ACCEPTANCE)
            expert = self.panelists().filter(submitted_at=None).first()
            if expert is not None:
                token = links.send_link(
                    panelist=expert,
                    expires_at=self.now + timedelta(days=7),
                    actor=actor,
                    now=self.now,
                    today=self.today,
                )
                scoring.submit_scores(
                    token=token,
                    scores={code: item.most for code, item in scoring.ITEMS.items()},
                    task_verdict="通过验收",
                    finance_verdict="通过验收",
                    opinion="同意通过验收",
                    has_no_conflict=True,
                    address="127.0.0.1",
                    now=self.now,
                    today=self.today,
                )
        elif act == "verdict":
            actor = self.actor(role, Act.ORGANISE_ACCEPTANCE)
            verdict.record_verdict(
                project=project,
                meeting_on=self.today,
                opinion="完成合同任务",
                task_verdict="通过验收",
                finance_verdict="通过验收",
                actor=actor,
                today=self.today,
            )
        elif act == "surplus":
            actor = self.actor(role, Act.DECIDE_SURPLUS)
            surplus.decide_surplus(project=project, use="kept", reason="继续研发", actor=actor, **day_of)
        else:
            actor = self.actor(role, Act.CERTIFY_ACCEPTANCE)
            closing.certify(project=project, certificate_no=f"证{next(self.numbers)}", actor=actor, **day_of)

    def panelists(self) -> Any:
        latest = acceptance.rounds.latest_acceptance(self.project)
        return Panelist.objects.filter(acceptance=latest).order_by("pk")

    def receive(self, role: str) -> None:
        refund = Refund.objects.filter(project=self.project, state="asked").order_by("pk").first()
        actor = self.actor(role, Act.RECORD_RECEIPT)
        if refund is not None:
            record_receipt(
                refund=refund,
                on=self.today,
                amount=refund.amount,
                interest=refund.interest,
                voucher=self.voucher(),
                actor=actor,
                today=self.today,
                key=self.voucher(),
            )

    def tranche(self, place: int) -> Tranche:
        plan = list(Tranche.objects.filter(project=self.project).order_by("planned_on", "source", "number"))
        return plan[place % len(plan)]

    def voucher(self) -> str:
        return f"步-{next(self.numbers):05}"
