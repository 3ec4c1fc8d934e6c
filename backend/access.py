"""Who may do what: one table of acts and roles, used by pages and API alike.

What a person may see is decided by `lifecycle.parties.sight` alone; this says what they may do with
what they see. A role counts on a project only where it is held: as its park, its unit, its city.
docs/roles.md shows the same table to people.
"""

from __future__ import annotations

from dataclasses import replace
from enum import StrEnum
from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from finance.kinds import KINDS
from lifecycle.acceptance.review import organises
from lifecycle.acceptance.rounds import latest_acceptance
from lifecycle.documents import PROVINCE_PAPERS
from lifecycle.errors import Forbidden
from lifecycle.models import AcceptanceState, DocumentCategory
from lifecycle.moves import MOVES
from lifecycle.parties.log import Actor
from lifecycle.parties.models import Organisation, Role
from lifecycle.parties.sight import Sight, sight_of
from lifecycle.wording import listed
from reports.models import ReportKind

if TYPE_CHECKING:
    from django.http import HttpRequest
    from rest_framework.request import Request

    from lifecycle.models import Project


class Act(StrEnum):
    """Something a person does through a page or the API."""

    SEE_PROJECTS = "see_projects"
    SEE_COMPLIANCE = "see_compliance"
    DOWNLOAD_LEDGER = "download_ledger"
    POST_ENTRY = "post_entry"
    REVERSE_ENTRY = "reverse_entry"
    PLAN_MILESTONE = "plan_milestone"
    LOG_MILESTONE = "log_milestone"
    HAND_IN_MILESTONE = "hand_in_milestone"
    VERIFY_MILESTONE = "verify_milestone"
    WAIVE_MILESTONE = "waive_milestone"
    WRITE_ANNUAL_REPORT = "write_annual_report"
    CHECK_ANNUAL_REPORT = "check_annual_report"
    DRAFT_CONTRACT = "draft_contract"
    SIGN_CONTRACT = "sign_contract"
    ASK_CHANGE = "ask_change"
    REVIEW_CHANGE = "review_change"
    ASK_EXEMPTION = "ask_exemption"
    DECIDE_EXEMPTION = "decide_exemption"
    PLAN_TRANCHE = "plan_tranche"
    CONFIRM_PAYMENT = "confirm_payment"
    INSPECT = "inspect"
    ANSWER_FINDING = "answer_finding"
    PREPARE_ACCEPTANCE = "prepare_acceptance"
    REVIEW_ACCEPTANCE = "review_acceptance"
    AGREE_ACCEPTANCE = "agree_acceptance"
    ORGANISE_ACCEPTANCE = "organise_acceptance"
    CERTIFY_ACCEPTANCE = "certify_acceptance"
    RECORD_AUDIT = "record_audit"
    SETTLE = "settle"
    DECIDE_SURPLUS = "decide_surplus"
    ASK_REFUND = "ask_refund"
    RECORD_RECEIPT = "record_receipt"
    RECORD_CREDIT = "record_credit"
    FILE_DOCUMENT = "file_document"
    ISSUE_REPORT = "issue_report"
    SEE_PROGRAMME_REPORTS = "see_programme_reports"
    SEE_TODO = "see_todo"
    SET_CARETAKER = "set_caretaker"
    SET_REMINDERS = "set_reminders"
    START_FUNDING = "start_funding"
    START_IMPLEMENTATION = "start_implementation"
    APPLY_FOR_ACCEPTANCE = "apply_for_acceptance"
    CLOSE = "close"
    RETURN_FOR_RECTIFICATION = "return_for_rectification"
    SUSPEND = "suspend"
    RESUME = "resume"
    TERMINATE = "terminate"
    REVOKE = "revoke"
    IMPORT_WORKBOOK = "import_workbook"
    EXPORT_WORKBOOK = "export_workbook"
    MANAGE_WEBHOOKS = "manage_webhooks"
    SET_LIMITS = "set_limits"
    SET_CALENDAR = "set_calendar"
    MANAGE_PEOPLE = "manage_people"
    READ_LOG = "read_log"
    SEE_HEALTH = "see_health"


_BUSINESS = frozenset({Role.UNIT, Role.PARK, Role.CITY, Role.PROVINCE, Role.AUDITOR})
_UNIT_AND_PARK = frozenset({Role.UNIT, Role.PARK})
_ON_SITE = frozenset({Role.UNIT, Role.PARK, Role.CITY, Role.PROVINCE})
_PARTIES = frozenset({Role.UNIT, Role.PARK, Role.PROVINCE})
_PROVINCE = frozenset({Role.PROVINCE})
_POSTERS = frozenset().union(*(roles for kind in KINDS.values() for roles in kind.posters.values()))

TABLE: dict[Act, frozenset[str]] = {
    Act.SEE_PROJECTS: _BUSINESS,
    Act.SEE_COMPLIANCE: _BUSINESS,
    Act.DOWNLOAD_LEDGER: _BUSINESS,
    Act.POST_ENTRY: _POSTERS,
    Act.REVERSE_ENTRY: _POSTERS,
    Act.PLAN_MILESTONE: frozenset({Role.PARK}),
    Act.LOG_MILESTONE: _UNIT_AND_PARK,
    Act.HAND_IN_MILESTONE: _UNIT_AND_PARK,
    Act.VERIFY_MILESTONE: frozenset({Role.PARK}),
    Act.WAIVE_MILESTONE: _PROVINCE,
    Act.WRITE_ANNUAL_REPORT: frozenset({Role.UNIT}),
    Act.CHECK_ANNUAL_REPORT: frozenset({Role.PARK}),
    Act.DRAFT_CONTRACT: _PARTIES,
    Act.SIGN_CONTRACT: _PARTIES,
    Act.ASK_CHANGE: frozenset({Role.UNIT}),
    Act.REVIEW_CHANGE: frozenset({Role.PARK, Role.CITY, Role.PROVINCE}),
    Act.ASK_EXEMPTION: frozenset({Role.UNIT, Role.PARK, Role.CITY}),
    Act.DECIDE_EXEMPTION: _PROVINCE,
    Act.PLAN_TRANCHE: frozenset({Role.PARK, Role.PROVINCE}),
    Act.CONFIRM_PAYMENT: frozenset({Role.UNIT}),
    Act.INSPECT: frozenset({Role.CITY, Role.PROVINCE}),
    Act.ANSWER_FINDING: _UNIT_AND_PARK,
    Act.PREPARE_ACCEPTANCE: _UNIT_AND_PARK,
    Act.REVIEW_ACCEPTANCE: frozenset({Role.CITY}),
    Act.AGREE_ACCEPTANCE: _PROVINCE,
    Act.ORGANISE_ACCEPTANCE: frozenset({Role.CITY, Role.PROVINCE}),
    Act.CERTIFY_ACCEPTANCE: _PROVINCE,
    Act.RECORD_AUDIT: _UNIT_AND_PARK,
    Act.SETTLE: _UNIT_AND_PARK,
    Act.DECIDE_SURPLUS: _PROVINCE,
    Act.ASK_REFUND: _PROVINCE,
    Act.RECORD_RECEIPT: _PROVINCE,
    Act.RECORD_CREDIT: _PROVINCE,
    Act.FILE_DOCUMENT: _ON_SITE,
    Act.ISSUE_REPORT: _ON_SITE,
    Act.SEE_PROGRAMME_REPORTS: frozenset({Role.PARK, Role.CITY, Role.PROVINCE, Role.AUDITOR}),
    Act.SEE_TODO: _ON_SITE,
    Act.SET_CARETAKER: _ON_SITE,
    Act.SET_REMINDERS: _PROVINCE,
    **{Act(move.name): frozenset({Role(move.role)}) for move in MOVES.values()},
    Act.IMPORT_WORKBOOK: frozenset({Role.UNIT, Role.PARK, Role.PROVINCE}),
    Act.EXPORT_WORKBOOK: frozenset({Role.PARK, Role.CITY, Role.PROVINCE, Role.AUDITOR}),
    Act.MANAGE_WEBHOOKS: _ON_SITE,
    Act.SET_LIMITS: frozenset({Role.PROVINCE, Role.ADMINISTRATOR}),
    Act.SET_CALENDAR: frozenset({Role.PROVINCE, Role.ADMINISTRATOR}),
    Act.MANAGE_PEOPLE: frozenset({Role.ADMINISTRATOR}),
    Act.READ_LOG: frozenset({Role.LOG_READER}),
    Act.SEE_HEALTH: frozenset({Role.ADMINISTRATOR}),
}
"""Which roles may do each act. Source: PRODUCT.md 'People'; RULES.md 'What may be posted, and by whom'."""


def may(act: Act, sight: Sight) -> bool:
    """Whether some role of the person allows the act at all."""
    return sight.holds(*TABLE[act])


def require(act: Act, sight: Sight) -> None:
    """Raises Forbidden unless some role of the person allows the act."""
    if not may(act, sight):
        raise Forbidden(_("您的角色没有这项操作的权限。"), details={"act": act.value})


def responsible_for(sight: Sight) -> frozenset[int]:
    """The organisations that the person acts for in a role in which one has something to do."""
    return frozenset().union(*(sight.acting.get(role, frozenset()) for role in TABLE[Act.SEE_TODO]))


def roles_on(sight: Sight, project: Project) -> frozenset[str]:
    """The roles the person holds towards this project.

    Needs `project.cluster.park` and `project.unit` (with_parties) so as to cost no query. A project
    has to be in sight already: an auditor's role then counts as it stands.
    """
    held = sight.roles & {Role.PROVINCE, Role.AUDITOR}
    if project.cluster.park_id in sight.acting.get(Role.PARK, ()):
        held |= {Role.PARK}
    if project.unit_id in sight.acting.get(Role.UNIT, ()):
        held |= {Role.UNIT}
    if not {project.cluster.park.parent_id, project.unit.parent_id}.isdisjoint(
        sight.acting.get(Role.CITY, ())
    ):
        held |= {Role.CITY}
    return held


def may_on(act: Act, sight: Sight, project: Project) -> bool:
    """Whether a role that the person holds towards this project allows the act."""
    return not roles_on(sight, project).isdisjoint(TABLE[act])


def acting(actor: Actor, act: Act, sight: Sight, project: Project) -> Actor:
    """The one who acts, in the role by which they may do this to the project.

    Where several allow it, the one nearest to the money's source counts. Raises Forbidden where none does.
    """
    require_on(act, sight, project)
    held = roles_on(sight, project) & TABLE[act]
    role = next(role for role in _BY_RANK if role in held)
    return replace(actor, role=role.value)


def acting_in_turn(actor: Actor, act: Act, sight: Sight, project: Project, *, turn: str | None) -> Actor:
    """As `acting`, but in the role whose turn it is, where the person may do the act in it.

    So one who holds several roles towards the project does in each what falls to it.
    """
    in_rank = acting(actor, act, sight, project)
    return replace(actor, role=turn) if turn in roles_on(sight, project) & TABLE[act] else in_rank


_BY_RANK = (Role.PROVINCE, Role.CITY, Role.PARK, Role.UNIT, Role.AUDITOR)


def require_on(act: Act, sight: Sight, project: Project) -> None:
    """Raises Forbidden unless a role held towards this project allows the act."""
    if not may_on(act, sight, project):
        raise Forbidden(_("您在该项目中的角色没有这项操作的权限。"), details={"act": act.value})


def require_organiser(sight: Sight, project: Project) -> None:
    """Raises Forbidden where somebody else was named to organise the acceptance that is being judged.

    Before that nobody is named; the act itself then says what is missing.
    """
    acceptance = latest_acceptance(project)
    if acceptance is None or acceptance.state != AcceptanceState.AGREED:
        return
    if not organises(acceptance, sight):
        raise Forbidden(
            _("本次验收由%(organiser)s组织，应由其办理。") % {"organiser": acceptance.organiser},
            details={"act": Act.ORGANISE_ACCEPTANCE.value, "organiser": str(acceptance.organiser)},
        )


def postable(sight: Sight, project: Project) -> dict[str, tuple[str, ...]]:
    """The sources that the person may post on this project, by kind of movement, where there is any."""
    held = roles_on(sight, project)
    kinds = {
        name: tuple(source for source, posters in kind.posters.items() if not posters.isdisjoint(held))
        for name, kind in KINDS.items()
    }
    return {name: sources for name, sources in kinds.items() if sources}


def require_posting(sight: Sight, project: Project, *, kind: str, source: str) -> None:
    """Raises Forbidden unless the person may post, and so reverse, this kind of this source here.

    An unknown kind or source is left to `finance.posting`, which says what is wanted.
    """
    require_on(Act.POST_ENTRY, sight, project)
    posters = KINDS[kind].posters.get(source) if kind in KINDS else None
    if posters is not None and posters.isdisjoint(roles_on(sight, project)):
        raise Forbidden(
            _("“%(kind)s”（%(source)s）应由%(wanted)s登记。")
            % {
                "kind": _(kind),
                "source": _(source),
                "wanted": listed(str(Role(role).label) for role in Role if role in posters),
            },
            details={"kind": kind, "source": source, "wanted": sorted(posters)},
        )


def filable(sight: Sight, project: Project) -> tuple[str, ...]:
    """The categories of papers that the person may file with this project, in their order."""
    if not may_on(Act.FILE_DOCUMENT, sight, project):
        return ()
    is_province = Role.PROVINCE in roles_on(sight, project)
    return tuple(each for each in DocumentCategory.values if is_province or each not in PROVINCE_PAPERS)


ISSUERS: dict[str, frozenset[str]] = {
    ReportKind.ACCEPTANCE: _PARTIES,
    ReportKind.ANNUAL: _PARTIES,
    ReportKind.SETTLEMENT: _PARTIES,
    ReportKind.SPENDING: _PARTIES,
    ReportKind.DISBURSEMENTS: frozenset({Role.PARK, Role.PROVINCE}),
    ReportKind.MIDTERM: frozenset({Role.CITY, Role.PROVINCE}),
    ReportKind.REFUND: _PROVINCE,
    ReportKind.CERTIFICATE: _PROVINCE,
    ReportKind.PARK: frozenset({Role.PARK, Role.PROVINCE}),
    ReportKind.DUE: frozenset({Role.CITY, Role.PROVINCE}),
    ReportKind.BRIEF: _PROVINCE,
}
"""Who issues which report: whoever answers for what it says."""


def require_issuing(sight: Sight, project: Project, kind: str) -> None:
    """Raises Forbidden unless the person may issue a report of this kind on the project."""
    require_on(Act.ISSUE_REPORT, sight, project)
    if not may_issue(sight, project, kind):
        raise _issued_by_others(kind)


def _issued_by_others(kind: str) -> Forbidden:
    return Forbidden(
        _("“%(kind)s”由%(issuers)s出具。")
        % {
            "kind": ReportKind(kind).label,
            "issuers": listed([str(Role(role).label) for role in Role if role in ISSUERS[kind]]),
        },
        details={"kind": kind},
    )


def may_issue(sight: Sight, project: Project, kind: str) -> bool:
    """Whether the person may issue a report of this kind on the project."""
    return may_on(Act.ISSUE_REPORT, sight, project) and bool(roles_on(sight, project) & ISSUERS[kind])


def organisations_reported_on(sight: Sight) -> QuerySet[Organisation]:
    """The organisations whose reports about many projects the person may look at, parents at hand.

    The province all; a city itself and its parks; a park itself; an auditor what the scope says.
    """
    found = Organisation.objects.select_related("parent__parent")
    if sight.everything:
        return found
    return found.filter(Q(pk__in=sight.cities | sight.parks) | Q(parent__in=sight.cities))


def may_issue_about(sight: Sight, organisation: Organisation, kind: str) -> bool:
    """Whether the person may issue a report of this kind about the organisation's projects."""
    held = sight.roles & {Role.PROVINCE}
    if organisation.pk in sight.acting.get(Role.PARK, ()):
        held |= {Role.PARK}
    if not {organisation.pk, organisation.parent_id}.isdisjoint(sight.acting.get(Role.CITY, ())):
        held |= {Role.CITY}
    return bool(held & TABLE[Act.ISSUE_REPORT] & ISSUERS[kind])


def issuing_about(actor: Actor, sight: Sight, organisation: Organisation, kind: str) -> Actor:
    """The one who issues a report of this kind about the organisation's projects, in the role by which they may.

    Raises Forbidden where no role allows it.
    """
    require(Act.ISSUE_REPORT, sight)
    if not may_issue_about(sight, organisation, kind):
        raise _issued_by_others(kind)
    role = next(role for role in _BY_RANK if role in sight.roles & ISSUERS[kind])
    return replace(actor, role=role.value)


def require_filing(sight: Sight, project: Project, category: str) -> None:
    """Raises Forbidden unless the person may file a paper of this category here.

    An unknown category is left to `lifecycle.documents`, which says what is wanted.
    """
    require_on(Act.FILE_DOCUMENT, sight, project)
    if category in DocumentCategory.values and category not in filable(sight, project):
        raise Forbidden(
            _("“%(category)s”只由省科技厅上传。") % {"category": DocumentCategory(category).label},
            details={"category": category},
        )


def sight_for(request: HttpRequest | Request) -> Sight:
    """What the one who asks may see; worked out once a request."""
    plain: HttpRequest = getattr(request, "_request", request)
    known: Sight | None = getattr(plain, "_sight", None)
    if known is None:
        known = sight_of(request.user)  # type: ignore[arg-type]
        plain._sight = known  # type: ignore[attr-defined]
    return known
