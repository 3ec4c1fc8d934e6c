"""For each condition of each move, a project on either side of its edge: a day, a fen, or one thing apart.

All else is in order on both sides, so that the move is made on the one and names just this condition on the other.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from finance.audits import record_audit
from finance.models import Entry, PaymentConfirmation
from finance.receipts import record_receipt
from finance.settlement import freeze
from finance.surplus import decide_surplus
from lifecycle.guards import Case
from lifecycle.models import (
    Acceptance,
    AnnualReport,
    DatedEvent,
    Finding,
    Project,
    StateChange,
    Target,
    Tranche,
)
from lifecycle.moves import MOVES
from lifecycle.parties.log import OPERATOR_ACTOR
from tests.builders import YEARS, day, make_cluster, make_milestone, make_project, moved, yuan
from tests.finance.settling import asked
from tests.lifecycle.acceptance.builders import on_file
from tests.reports.sealing import seal

Side = Callable[[], Case]

SHANGHAI = ZoneInfo("Asia/Shanghai")

PLAN = (("2022-10-31", "2450000.00"), ("2024-05-01", "1050000.00"))
"""The tranches of each fiscal source, where a case does not say otherwise."""


@dataclass(frozen=True, slots=True)
class Edge:
    """Both sides of a condition. also: what cannot but be open with it."""

    met: Side
    unmet: Side
    also: frozenset[str] = frozenset()


def case(project: Project, on: str, today: str = "") -> Case:
    return Case(Project.objects.with_parties().get(pk=project.pk), day(on), day(today or on))


def recorded(project: Project, move: str, on: str) -> None:
    """The project has made the move on that day, whatever it lacked."""
    last = StateChange.objects.filter(project=project).latest("sequence")
    StateChange.objects.create(
        project=project,
        sequence=last.sequence + 1,
        move=move,
        from_state=last.to_state,
        to_state=MOVES[move].target,
        effective_on=day(on),
    )
    Project.objects.filter(pk=project.pk).update(state=MOVES[move].target)
    project.refresh_from_db()


def happened(project: Project, kind: str, on: str, result: str = "批准") -> None:
    DatedEvent.objects.create(project=project, kind=kind, happened_on=day(on), result=result)


def planned(project: Project, source: str, *amounts: str) -> None:
    for number, ((planned_on, usual), amount) in enumerate(zip(PLAN, amounts, strict=True), start=1):
        Tranche.objects.create(
            project=project,
            source=source,
            number=number,
            planned_on=day(planned_on),
            amount=yuan(amount or usual),
        )


def approved(
    *,
    grant: str = "3500000.00",
    matching: str = "3500000.00",
    investment: str = "24000000.00",
    signed_on: str = "2022-09-10",
    end_on: str = "2026-02-28",
    years: tuple[int, ...] = YEARS,
    letter_on: str = "2022-04-22",
    value: str = "8",
    second: str = "",
) -> Case:
    """At 立项 on 2022-09-10, everything there. second: of 园区配套, where it does not complete the contract."""
    project = make_project(
        cluster=make_cluster(commitment_letter_on=letter_on),
        state="approved",
        milestones=False,
        provincial_grant=yuan(grant),
        park_matching=yuan(matching),
        total_investment=yuan(investment),
        contract_signed_on=day(signed_on),
        end_on=day(end_on),
    )
    for year in years:
        make_milestone(project, f"{year}-{'02' if year == 2026 else '12'}-20")
    Target.objects.create(project=project, name="授权发明专利", contract_value=value)
    first = Decimal(PLAN[0][1])
    planned(project, "省拨款", "", str(Decimal(grant) - first))
    planned(project, "园区配套", "", second or str(Decimal(matching) - first))
    return case(project, "2022-09-10")


def in_funding(
    *,
    began_on: str = "2022-09-20",
    on: str = "2022-10-31",
    park_first: str = "2450000.00",
    arrived: str = "",
    paid: str = "2450000.00",
    confirmed: int = 2,
) -> Case:
    """At 拨款, the first tranche of both sources paid on 2022-10-01, as many payments confirmed as said."""
    project = make_project(state="approved", milestones=False)
    planned(project, "省拨款", "", "")
    planned(project, "园区配套", park_first, str(Decimal(3_500_000) - Decimal(park_first)))
    recorded(project, "start_funding", began_on)
    if arrived:
        moved(project, "到账园区", "省拨款", arrived, "2022-10-01")
    moved(project, "拨付单位", "省拨款", paid, "2022-10-01")
    moved(project, "拨付单位", "园区配套", park_first, "2022-10-01")
    payments = Entry.objects.filter(project=project, kind="拨付单位").order_by("sequence")
    for entry in payments[:confirmed]:
        PaymentConfirmation.objects.create(project=project, entry=entry, confirmed_on=day("2022-10-05"))
    return case(project, on)


def at_work(
    *,
    on: str = "2026-03-10",
    today: str = "2026-03-11",
    went_on: str = "2026-01-20",
    applied_before: str = "",
    done_on: str = "2026-02-20",
    reviewed_on: str = "2025-12-20",
    report_on: str = "2026-03-01",
    papers: tuple[str, ...] = ("application_form", "summary_report"),
    closed_on: str = "2026-02-01",
    audited_on: str = "2026-03-01",
    grant: str = "3500000.00",
    matching: str = "3500000.00",
    second: str = "1050000.00",
    second_of_grant_on: str = "2024-05-10",
    arrived_on: str = "",
    spent: str = "3400000.00",
    spent_on: str = "2023-01-10",
    voucher: str = "记-1",
    afterwards: str = "资金到位",
) -> Case:
    """At 实施, its term over on 2026-02-28, everything there for acceptance; settled on the last day of the term.

    second: what was paid of the second tranche of 园区配套. voucher: of a second 支出 on one invoice.
    arrived_on: of a fen more than was passed on. afterwards: what moved a fen of own money since.
    audited_on: empty for never.
    """
    project = make_project(
        state="implementing",
        milestones=False,
        provincial_grant=yuan(grant),
        park_matching=yuan(matching),
    )
    first = PLAN[0][1]
    planned(project, "省拨款", "", str(Decimal(grant) - Decimal(first)))
    planned(project, "园区配套", "", str(Decimal(matching) - Decimal(first)))
    recorded(project, "suspend", "2026-01-10")
    recorded(project, "resume", went_on)
    if applied_before:
        happened(project, "验收申请", applied_before, result="")
    for year in YEARS:
        last = year == 2026
        make_milestone(
            project,
            f"{year}-{'02' if last else '12'}-20",
            completed_on=done_on if last else f"{year}-12-20",
        )
    for year in (2023, 2024, 2025):
        AnnualReport.objects.create(
            project=project,
            year=year,
            state="accepted",
            submitted_on=day(f"{year}-12-05"),
            reviewed_on=day(reviewed_on if year == 2025 else f"{year}-12-20"),
        )
    happened(project, "科技报告", report_on, result="收录")
    for code in papers:
        on_file(project, number=code)
    Finding.objects.create(
        project=project,
        severity="minor",
        text="台账摘要不全",
        found_on=day("2026-01-05"),
        due_on=day("2026-03-31"),
        state="closed",
        closed_on=day(closed_on),
    )
    moved(project, "拨付单位", "省拨款", first, "2022-10-05")
    moved(project, "拨付单位", "园区配套", first, "2022-10-05")
    moved(project, "拨付单位", "省拨款", str(Decimal(grant) - Decimal(first)), second_of_grant_on)
    moved(project, "拨付单位", "园区配套", second, "2024-05-10")
    if arrived_on:
        moved(project, "到账园区", "省拨款", str(Decimal(grant) + Decimal("0.01")), arrived_on)
    moved(project, "资金到位", "单位自筹", "17000000.00", "2022-08-25")
    moved(project, "支出", "单位自筹", "100.00", spent_on, invoice="1001")
    moved(project, "支出", "单位自筹", "16000000.00", "2024-06-10", invoice="1002", voucher="记-1")
    moved(project, "支出", "省拨款", spent, "2024-06-10", invoice="1002", voucher=voucher)
    if audited_on:
        happened(project, "专项审计", audited_on, result="无保留意见")
    freeze(project=project, on=day("2026-02-28"), actor=OPERATOR_ACTOR, today=day(today))
    moved(project, afterwards, "单位自筹", "0.01", today)
    return case(project, on, today)


def judged(
    *,
    on: str = "2026-06-10",
    today: str = "2026-06-11",
    applied_on: str = "2026-03-10",
    agreed_on: str = "2026-03-20",
    meeting_on: str = "2026-05-20",
    investment: str = "21000000.00",
    kept_until: str = "2028-06-01",
    came_back: str = "30.00",
    afterwards: str = "退回",
    certificate_no: str = "",
    rounds: int = 1,
    sealed_on: str = "2026-06-10",
) -> Case:
    """At 验收, applied for on 2026-03-10, judged, what is left kept by the unit, a refund of 30.00 yuan asked for.

    came_back: how much of the refund. afterwards: what moved a fen of own money after the settlement.
    rounds: applications so far; all but the last were given back. sealed_on: when the report was issued.
    """
    project = make_project(state="implementing", milestones=False)
    recorded(project, "apply_for_acceptance", applied_on)
    happened(project, "验收申请", "2026-03-10", result="")
    moved(project, "拨付单位", "省拨款", "3500000.00", "2022-10-05")
    moved(project, "拨付单位", "园区配套", "3500000.00", "2022-10-05")
    moved(project, "资金到位", "单位自筹", "14000000.00", "2022-10-05")
    moved(project, "支出", "省拨款", "3400000.00", "2023-01-10")
    moved(project, "支出", "园区配套", "3500000.00", "2023-01-10")
    freeze(project=project, on=day("2026-03-01"), actor=OPERATOR_ACTOR, today=day(today))
    record_audit(
        project=project,
        on=day("2026-03-05"),
        firm="示例会计师事务所",
        report_no="会审1号",
        opinion="无保留意见",
        audited_investment=yuan(investment),
        actor=OPERATOR_ACTOR,
        today=day(today),
    )
    if rounds > 1:
        Acceptance.objects.create(project=project, round=1, state="returned", applied_on=day("2025-12-01"))
    Acceptance.objects.create(
        project=project,
        round=rounds,
        state="reviewed",
        applied_on=day("2026-03-10"),
        organiser=project.cluster.park.parent,
        agreed_on=day(agreed_on),
        meeting_on=day(meeting_on),
        opinion="同意",
        task_verdict="通过验收",
        finance_verdict="通过验收",
        verdict="通过验收",
        published_from=day("2026-05-21"),
        published_until=day("2026-05-28"),
        certificate_no=certificate_no,
        certified_on=day("2026-05-29") if certificate_no else None,
    )
    moved(project, afterwards, "单位自筹", "0.01", "2026-05-20")
    refund = asked(project, "30.00", on="2026-05-22")
    record_receipt(
        refund=refund,
        on=day("2026-05-25"),
        amount=yuan(came_back),
        interest=yuan("0"),
        voucher="收-1",
        actor=OPERATOR_ACTOR,
        today=day(today),
    )
    decide_surplus(
        project=project,
        use="kept",
        on=day(max("2026-06-01", meeting_on)),
        kept_until=day(kept_until),
        reason="继续研发",
        actor=OPERATOR_ACTOR,
        today=day(max(today, meeting_on)),
    )
    seal(project, at=datetime.combine(day(sealed_on), time(12), SHANGHAI))
    return case(project, on, today)


def running(*, went_on: str = "2026-03-10", kind: str = "", event_on: str = "") -> Case:
    """At 实施 on 2026-03-10, once resumed; perhaps an event that was brought in."""
    project = make_project()
    recorded(project, "suspend", "2026-01-10")
    recorded(project, "resume", went_on)
    if kind:
        happened(project, kind, event_on)
    return case(project, "2026-03-10", "2026-03-11")


def stopped(*, since: str = "2026-03-10", event_on: str = "") -> Case:
    """At 暂停 on 2026-03-10; perhaps a resumption that was brought in."""
    project = make_project()
    recorded(project, "suspend", since)
    if event_on:
        happened(project, "恢复", event_on)
    return case(project, "2026-03-10", "2026-03-11")


def days_before(on: str, days: int) -> str:
    return (day(on) - timedelta(days=days)).isoformat()


APPLYING = "2026-03-10"
LATE_GRANT = {"matching": "3499999.99", "second": "1049999.99", "spent": "2000000.00", "today": APPLYING}
"""A contract with a fen less of 园区配套 than of 省拨款, so that the second tranche of the latter is ahead of it."""

EDGES: dict[tuple[str, str], Edge] = {
    ("start_funding", "contract_signed"): Edge(approved, lambda: approved(signed_on="2022-09-11")),
    ("start_funding", "LC-01"): Edge(approved, lambda: approved(end_on="2026-03-01")),
    ("start_funding", "LC-02"): Edge(approved, lambda: approved(years=YEARS[:-1])),
    ("start_funding", "LC-08"): Edge(
        lambda: approved(letter_on="2022-09-10"), lambda: approved(letter_on="2022-09-11")
    ),
    ("start_funding", "targets_complete"): Edge(approved, lambda: approved(value="")),
    ("start_funding", "FIN-01"): Edge(approved, lambda: approved(matching="3499999.99")),
    ("start_funding", "FIN-02"): Edge(
        lambda: approved(grant="5000000.00", matching="5000000.01", investment="30000000.03"),
        lambda: approved(grant="5000000.01", matching="5000000.01", investment="30000000.06"),
    ),
    ("start_funding", "FIN-03"): Edge(
        lambda: approved(investment="21000000.00"), lambda: approved(investment="20999999.99")
    ),
    ("start_funding", "tranche_plan_complete"): Edge(approved, lambda: approved(second="1049999.99")),
    ("start_implementation", "day_in_order"): Edge(
        lambda: in_funding(began_on="2022-10-31"), lambda: in_funding(began_on="2022-11-01")
    ),
    ("start_implementation", "first_tranche_confirmed"): Edge(in_funding, lambda: in_funding(confirmed=1)),
    ("start_implementation", "FIN-04"): Edge(
        lambda: in_funding(park_first="2449999.99"),
        lambda: in_funding(park_first="2449999.99", on="2022-11-01"),
    ),
    ("start_implementation", "FIN-05"): Edge(
        lambda: in_funding(arrived="2450000.01"), lambda: in_funding(arrived="2450000.01", on="2022-11-01")
    ),
    ("apply_for_acceptance", "day_in_order"): Edge(
        lambda: at_work(went_on=APPLYING), lambda: at_work(went_on="2026-03-11")
    ),
    ("apply_for_acceptance", "application_day_free"): Edge(
        lambda: at_work(applied_before="2026-03-09"), lambda: at_work(applied_before=APPLYING)
    ),
    ("apply_for_acceptance", "term_ended"): Edge(
        lambda: at_work(on="2026-03-01"),
        lambda: at_work(on="2026-02-28", report_on="2026-02-20", audited_on="2026-02-20"),
    ),
    ("apply_for_acceptance", "milestones_done"): Edge(
        lambda: at_work(done_on=APPLYING), lambda: at_work(done_on="2026-03-11")
    ),
    ("apply_for_acceptance", "annual_reports_complete"): Edge(
        lambda: at_work(reviewed_on=APPLYING), lambda: at_work(reviewed_on="2026-03-11")
    ),
    ("apply_for_acceptance", "technical_report_filed"): Edge(
        lambda: at_work(report_on=APPLYING), lambda: at_work(report_on="2026-03-11")
    ),
    ("apply_for_acceptance", "dossier_complete"): Edge(
        at_work, lambda: at_work(papers=("application_form",))
    ),
    ("apply_for_acceptance", "no_open_finding"): Edge(
        lambda: at_work(closed_on=APPLYING), lambda: at_work(closed_on="2026-03-11")
    ),
    # A fen more in the contract than of 省拨款, so that the fen that is missing leaves the pace as it was.
    ("apply_for_acceptance", "tranches_paid"): Edge(
        lambda: at_work(matching="3500000.01", second="1050000.01"),
        lambda: at_work(matching="3500000.01", second="1050000.00"),
    ),
    ("apply_for_acceptance", "audit_on_file"): Edge(
        lambda: at_work(audited_on=APPLYING), lambda: at_work(audited_on="2026-03-11")
    ),
    ("apply_for_acceptance", "FIN-04"): Edge(
        lambda: at_work(**LATE_GRANT, second_of_grant_on=days_before(APPLYING, 30)),
        lambda: at_work(**LATE_GRANT, second_of_grant_on=days_before(APPLYING, 31)),
    ),
    ("apply_for_acceptance", "FIN-05"): Edge(
        lambda: at_work(arrived_on=days_before(APPLYING, 30), today=APPLYING),
        lambda: at_work(arrived_on=days_before(APPLYING, 31), today=APPLYING),
    ),
    ("apply_for_acceptance", "FIN-07"): Edge(
        lambda: at_work(spent="3500000.00"), lambda: at_work(spent="3500000.01")
    ),
    ("apply_for_acceptance", "FIN-09"): Edge(
        lambda: at_work(spent_on="2022-09-01"), lambda: at_work(spent_on="2022-08-31")
    ),
    ("apply_for_acceptance", "FIN-11"): Edge(
        lambda: at_work(voucher="记-1"), lambda: at_work(voucher="记-2")
    ),
    ("apply_for_acceptance", "settlement_adds_up"): Edge(
        lambda: at_work(afterwards="资金到位"), lambda: at_work(afterwards="支出")
    ),
    ("close", "day_in_order"): Edge(
        lambda: judged(applied_on="2026-06-10"), lambda: judged(applied_on="2026-06-11")
    ),
    ("close", "acceptance_agreed"): Edge(
        lambda: judged(agreed_on="2026-06-10"), lambda: judged(agreed_on="2026-06-11")
    ),
    ("close", "verdicts_recorded"): Edge(
        lambda: judged(meeting_on="2026-06-10"),
        lambda: judged(meeting_on="2026-06-11"),
        # What is left is decided about after the panel has met.
        also=frozenset({"surplus_settled"}),
    ),
    ("close", "FIN-10"): Edge(judged, lambda: judged(investment="20999999.99")),
    ("close", "surplus_settled"): Edge(
        lambda: judged(kept_until="2026-06-11"), lambda: judged(kept_until="2026-06-10")
    ),
    ("close", "refunds_settled"): Edge(judged, lambda: judged(came_back="29.99")),
    ("close", "settlement_sealed"): Edge(
        lambda: judged(afterwards="退回"), lambda: judged(afterwards="支出")
    ),
    ("close", "report_sealed"): Edge(judged, lambda: judged(sealed_on="2026-06-11")),
    ("return_for_rectification", "day_in_order"): Edge(
        lambda: judged(applied_on="2026-06-10"), lambda: judged(applied_on="2026-06-11")
    ),
    ("return_for_rectification", "not_returned_before"): Edge(judged, lambda: judged(rounds=2)),
    ("return_for_rectification", "not_certified"): Edge(judged, lambda: judged(certificate_no="证1")),
    ("suspend", "day_in_order"): Edge(running, lambda: running(went_on="2026-03-11")),
    ("suspend", "event_day_free"): Edge(
        lambda: running(kind="暂停", event_on="2026-03-09"),
        lambda: running(kind="暂停", event_on="2026-03-10"),
    ),
    ("resume", "day_in_order"): Edge(stopped, lambda: stopped(since="2026-03-11")),
    ("resume", "event_day_free"): Edge(
        lambda: stopped(event_on="2026-03-09"), lambda: stopped(event_on="2026-03-10")
    ),
    ("terminate", "day_in_order"): Edge(running, lambda: running(went_on="2026-03-11")),
    ("terminate", "event_day_free"): Edge(
        lambda: running(kind="终止", event_on="2026-03-09"),
        lambda: running(kind="终止", event_on="2026-03-10"),
    ),
    ("revoke", "day_in_order"): Edge(running, lambda: running(went_on="2026-03-11")),
    ("revoke", "event_day_free"): Edge(
        lambda: running(kind="撤销", event_on="2026-03-09"),
        lambda: running(kind="撤销", event_on="2026-03-10"),
    ),
}

NEVER_UNMET = {("start_funding", "day_in_order")}
"""Nothing leads to 立项, so that no move lies before the first one."""
