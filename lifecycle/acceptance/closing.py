"""After the verdict: publication, certificate, archive; and what closing or returning a project does to it.

Source: domain catalogue D91, D173: 评审 → 公示 → 发证书 → 归档; D92: one rectification.
"""

from __future__ import annotations

from datetime import date, timedelta

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, gettext_noop

from lifecycle.acceptance.review import present_of
from lifecycle.acceptance.rounds import WrongStep, locked, present_acceptance, require_step
from lifecycle.errors import Conflict
from lifecycle.facts import limits_on
from lifecycle.faults import Faults
from lifecycle.guards import Case, Guard, Made, Outcome, met, unmet
from lifecycle.models import (
    VERDICTS,
    Acceptance,
    AcceptanceState,
    DatedEvent,
    EventKind,
    Project,
    ProjectState,
    StateChange,
)
from lifecycle.parties.log import Actor
from lifecycle.parties.models import Role
from lifecycle.steps import take_step

OBJECTION_LENGTH = 5000
NUMBER_LENGTH = 100
CERTIFIED = VERDICTS[:2]
"""Verdicts that are certified."""

_JUDGED = (AcceptanceState.REVIEWED, AcceptanceState.CONCLUDED)
_STAGES = (ProjectState.ACCEPTANCE, ProjectState.CLOSED)
_PROVINCE = (Role.PROVINCE.value,)


class NotPublished(Conflict):
    """The verdict was not published, or the time of it is not over."""

    code = "not_published"


class NotCertifiable(Conflict):
    """No certificate is given on this verdict."""

    code = "not_certifiable"


class CertificateTaken(Conflict):
    """Another acceptance carries the number."""

    code = "certificate_taken"


class AlreadyCertified(Conflict):
    """A certificate was given, so that what it rests on stands."""

    code = "already_certified"


class AlreadyArchived(Conflict):
    """The acceptance is in the archive; nothing of it changes any more."""

    code = "already_archived"


def publish(
    *,
    project: Project,
    published_from: date,
    published_until: date,
    objection: str,
    actor: Actor,
    today: date,
) -> Acceptance:
    """Publish the verdict from a day until a day, both counted; said anew until the certificate is given.

    objection: what was objected and how it was settled; empty when nothing was.

    Raises:
        NotApplied, WrongStep: nothing is judged. AlreadyCertified, AlreadyArchived: too late.
        Invalid: it begins before the meeting or on a day to come, or lasts less than the batch's limit.
    """
    with transaction.atomic():
        kept = locked(project)
        acceptance = present_acceptance(kept)
        require_step(acceptance, *_JUDGED, stages=_STAGES)
        _refuse_archived(acceptance)
        if acceptance.certified_on is not None:
            raise AlreadyCertified(
                _("已颁发证书，不能再更改公示。"), details={"no": acceptance.certificate_no}
            )
        faults = Faults()
        acceptance.objection = faults.text("objection", objection, limit=OBJECTION_LENGTH, is_required=False)
        faults.day(
            "published_from",
            published_from,
            today=today,
            since=acceptance.meeting_on,
            after=gettext_lazy("评审日期"),
        )
        faults.day("published_until", published_until)
        faults.refuse()
        least = limits_on(kept.cluster.batch_id, on=published_from).publication_days
        if published_until < last_day(published_from, least):
            faults.say("published_until", _("公示应不少于 %(days)d 天（含首尾两日）。") % {"days": least})
        faults.refuse()
        acceptance.published_from, acceptance.published_until = published_from, published_until
        acceptance.save(update_fields=["published_from", "published_until", "objection"])
        take_step(
            acceptance,
            "publish",
            number=kept.number,
            actor=actor,
            on=today,
            from_state=acceptance.state,
            reason=acceptance.objection,
            published_from=published_from.isoformat(),
            published_until=published_until.isoformat(),
        )
    return acceptance


def last_day(first: date, days: int) -> date:
    """The last of `days` days of publication, the first one counted."""
    return first + timedelta(days=max(days, 1) - 1)


def certify(*, project: Project, certificate_no: str, on: date, actor: Actor, today: date) -> Acceptance:
    """Give the certificate (验收证书) after the publication; a number mistyped may be put right until archived.

    Raises:
        NotApplied, WrongStep: nothing is judged. AlreadyArchived: too late.
        NotCertifiable: the verdict is 不通过验收. NotPublished: the publication has not ended before `on`.
        Invalid: no number, or a day to come. CertificateTaken: the number is another's.
    """
    with transaction.atomic():
        kept = locked(project)
        acceptance = present_acceptance(kept)
        require_step(acceptance, *_JUDGED, stages=_STAGES)
        _refuse_archived(acceptance)
        if acceptance.verdict not in CERTIFIED:
            raise NotCertifiable(
                _("验收结论为“%(verdict)s”，不颁发证书。") % {"verdict": _(acceptance.verdict)},
                details={"verdict": acceptance.verdict},
            )
        faults = Faults()
        acceptance.certificate_no = faults.text("certificate_no", certificate_no, limit=NUMBER_LENGTH)
        faults.day("on", on, today=today)
        faults.refuse()
        if acceptance.published_until is None or on <= acceptance.published_until:
            raise NotPublished(
                _("公示尚未结束，不能颁发证书。")
                if acceptance.published_until
                else _("验收结论尚未公示，不能颁发证书。"),
                details={
                    "published_until": acceptance.published_until and acceptance.published_until.isoformat()
                },
            )
        acceptance.certified_on = on
        try:
            with transaction.atomic():
                acceptance.save(update_fields=["certificate_no", "certified_on"])
        except IntegrityError as error:
            raise CertificateTaken(
                _("证书编号“%(number)s”已用于其他项目。") % {"number": acceptance.certificate_no},
                details={"certificate_no": acceptance.certificate_no},
            ) from error
        take_step(
            acceptance,
            "certify",
            number=kept.number,
            actor=actor,
            on=on,
            from_state=acceptance.state,
            certificate_no=acceptance.certificate_no,
        )
    return acceptance


def archive(*, project: Project, archive_no: str, on: date, actor: Actor, today: date) -> Acceptance:
    """Put the papers of a closed project into the archive; nothing of its acceptance changes after that.

    Raises:
        NotApplied, WrongStep: the project is not closed. AlreadyArchived: it is there.
        Invalid: no number, or a day to come, before the closing or before the certificate.
    """
    with transaction.atomic():
        kept = locked(project)
        acceptance = present_acceptance(kept)
        require_step(acceptance, AcceptanceState.CONCLUDED, stages=(ProjectState.CLOSED,))
        _refuse_archived(acceptance)
        faults = Faults()
        acceptance.archive_no = faults.text("archive_no", archive_no, limit=NUMBER_LENGTH)
        faults.day("on", on, today=today, since=_closed_on(kept), after=gettext_lazy("结题日期"))
        if acceptance.certified_on is not None:
            faults.day("on", on, since=acceptance.certified_on, after=gettext_lazy("发证日期"))
        faults.refuse()
        acceptance.archived_on = on
        acceptance.save(update_fields=["archive_no", "archived_on"])
        take_step(
            acceptance,
            "archive",
            number=kept.number,
            actor=actor,
            on=on,
            from_state=acceptance.state,
            archive_no=acceptance.archive_no,
        )
    return acceptance


def _closed_on(project: Project) -> date | None:
    return (
        StateChange.objects.filter(project=project, to_state=ProjectState.CLOSED)
        .order_by("-sequence")
        .values_list("effective_on", flat=True)
        .first()
    )


def _refuse_archived(acceptance: Acceptance) -> None:
    if acceptance.archived_on is not None:
        raise AlreadyArchived(
            _("验收材料已归档（%(number)s），不能再更改。") % {"number": acceptance.archive_no},
            details={"archive_no": acceptance.archive_no},
        )


def conclude(made: Made) -> None:
    """After close: the acceptance is concluded, and its verdict becomes a dated event of the project."""
    acceptance = present_acceptance(made.project, stage=made.change.from_state)
    if acceptance.state != AcceptanceState.REVIEWED:
        raise WrongStep(
            _("验收处于“%(state)s”，尚无结论，不能结题。") % {"state": acceptance.get_state_display()},
            details={"state": acceptance.state},
        )
    former = acceptance.state
    acceptance.conclude()
    acceptance.save(update_fields=["state"])
    # A workbook may have brought the verdict of that very day; the panel's is the one that counts.
    DatedEvent.objects.update_or_create(
        project=made.project,
        kind=EventKind.ACCEPTANCE_VERDICT,
        happened_on=made.on,
        defaults={"result": acceptance.verdict},
    )
    take_step(
        acceptance,
        "conclude",
        number=made.project.number,
        actor=made.actor,
        on=made.on,
        from_state=former,
        verdict=acceptance.verdict,
    )


def give_back(made: Made) -> None:
    """After return_for_rectification: the present round is returned, and no link to it opens any more."""
    acceptance = present_acceptance(made.project, stage=made.change.from_state)
    if acceptance.certified_on is not None:
        raise AlreadyCertified(
            _("已颁发证书（%(no)s），不能退回整改。") % {"no": acceptance.certificate_no},
            details={"no": acceptance.certificate_no},
        )
    former = acceptance.state
    acceptance.give_back()
    acceptance.save(update_fields=["state"])
    acceptance.panel.exclude(token_digest="").update(token_digest="", expires_at=None)
    reason: str = made.said.get("reason", "")
    take_step(
        acceptance,
        "give_back",
        number=made.project.number,
        actor=made.actor,
        on=made.on,
        from_state=former,
        reason=reason,
    )


def _not_returned(case: Case) -> Outcome:
    before = (
        case.project.state_changes.filter(move="return_for_rectification").exists()
        or case.project.acceptances.filter(state=AcceptanceState.RETURNED).exists()
    )
    if before:
        return unmet(gettext_noop("已退回整改过一次，不能再次退回。"))
    return met(gettext_noop("此前没有退回整改。"))


NOT_RETURNED_BEFORE = Guard(
    "not_returned_before",
    gettext_lazy("只退回一次"),
    gettext_lazy("项目管理流程：验收整改以一次为限"),
    "history",
    _PROVINCE,
    _not_returned,
)


def _not_certified(case: Case) -> Outcome:
    acceptance = case.ask(present_of)
    if acceptance is None or acceptance.certified_on is None:
        return met(gettext_noop("尚未颁发验收证书。"))
    return unmet(
        gettext_noop("已颁发验收证书（%(certificate_no)s），不能退回整改。"),
        certificate_no=acceptance.certificate_no,
    )


NOT_CERTIFIED = Guard(
    "not_certified",
    gettext_lazy("尚未发证"),
    gettext_lazy("项目管理流程：发证后结论不再变更"),
    "acceptance",
    _PROVINCE,
    _not_certified,
)
