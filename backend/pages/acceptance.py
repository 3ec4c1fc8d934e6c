"""Acceptance of a project on one page: how far it is, the papers, the panel, and a form for who may go on."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any
from urllib.parse import urlencode

from django import forms
from django.db.models import Count, Q
from django.http import Http404, HttpResponse, HttpResponseBase
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST

from backend.access import Act, may_on, require_on, require_organiser
from backend.pages.acceptance_forms import (
    AgreeForm,
    ArchiveForm,
    CertificateForm,
    CityReviewForm,
    InviteForm,
    PublicationForm,
    TechnicalReportForm,
    VerdictForm,
)
from backend.pages.acceptance_way import Elsewhere, way_of
from backend.pages.access import PageRequest, project_in_sight, signed_in
from backend.pages.forms import take
from backend.pages.project_parts import actor_on, attempt, done, part
from backend.pages.told import stories, told
from lifecycle.acceptance import closing, dossier, links, panel, review, verdict
from lifecycle.acceptance.overview import Round, rounds_of
from lifecycle.acceptance.scoring import SHEET
from lifecycle.acceptance.self_rating import latest_rating
from lifecycle.benefits import told_benefits
from lifecycle.errors import Conflict, Invalid
from lifecycle.models import (
    Acceptance,
    AcceptanceState,
    DatedEvent,
    EventKind,
    Panelist,
    Project,
    ProjectState,
)
from lifecycle.moves import moves_from
from lifecycle.rules.standing import REFUSED

LINK_DAYS = (7, 14, 30)
"""For how long a link may be made to open, in days; the middle one unless another is chosen."""

MOVES_SHOWN = ("apply_for_acceptance", "close", "return_for_rectification")


@dataclass(frozen=True, slots=True)
class Standing:
    """Where the acceptance stands, as far as it decides who may do what next. present: the round that is open."""

    project: Project
    present: Round | None
    today: date

    def is_in(self, *states: AcceptanceState) -> bool:
        return self.present is not None and self.present.acceptance.state in states

    @property
    def waits_for_review(self) -> bool:
        """Filed; or come in at 验收, where its first round is made by the first act."""
        return self.project.state == ProjectState.ACCEPTANCE and (
            self.present is None or self.is_in(AcceptanceState.FILED)
        )

    @property
    def is_judged(self) -> bool:
        return (
            self.is_in(AcceptanceState.REVIEWED, AcceptanceState.CONCLUDED)
            and self.project.state in (ProjectState.ACCEPTANCE, ProjectState.CLOSED)
            and self.present is not None
            and self.present.acceptance.archived_on is None
        )

    @property
    def may_certify(self) -> bool:
        if self.present is None:
            return False
        acceptance = self.present.acceptance
        return (
            self.is_judged
            and acceptance.verdict in closing.CERTIFIED
            and acceptance.published_until is not None
            and acceptance.published_until < self.today
        )

    @property
    def panel_is_ready(self) -> bool:
        """Whether the panel is sound and has judged, so that its verdict may be recorded."""
        return (
            self.is_in(AcceptanceState.AGREED)
            and self.present is not None
            and not self.present.faults
            and self.present.submitted == len(self.present.panel)
        )


@dataclass(frozen=True, slots=True)
class Deed:
    """Something a person may do by a form of the page. form: made for what is said and where the acceptance
    stands. is_open: whether it is its turn. do: the service, given the project and what was typed.
    """

    act: Act
    form: Callable[[Any, Standing], forms.Form]
    is_open: Callable[[Standing], bool]
    do: Callable[..., Any]
    done: str | Promise
    by_organiser: bool = False


DEEDS: dict[str, Deed] = {
    "technical-report": Deed(
        Act.PREPARE_ACCEPTANCE,
        lambda data, stands: TechnicalReportForm(data, project=stands.project, today=stands.today),
        lambda stands: stands.project.state == ProjectState.IMPLEMENTING,
        dossier.record_technical_report,
        gettext_lazy("已登记科技报告。"),
    ),
    "city-review": Deed(
        Act.REVIEW_ACCEPTANCE,
        lambda data, stands: CityReviewForm(data, present=stands.present, today=stands.today),
        lambda stands: stands.waits_for_review,
        review.city_review,
        gettext_lazy("已登记设区市意见。"),
    ),
    "agree": Deed(
        Act.AGREE_ACCEPTANCE,
        lambda data, stands: AgreeForm(
            data, project=stands.project, present=stands.present, today=stands.today
        ),
        lambda stands: (
            stands.waits_for_review
            or (stands.project.state == ProjectState.ACCEPTANCE and stands.is_in(AcceptanceState.AGREED))
        ),
        review.agree,
        gettext_lazy("已同意验收申请并确定组织单位。"),
    ),
    "invite": Deed(
        Act.ORGANISE_ACCEPTANCE,
        lambda data, stands: InviteForm(data),
        lambda stands: (
            stands.is_in(AcceptanceState.AGREED) and stands.project.state == ProjectState.ACCEPTANCE
        ),
        panel.invite,
        gettext_lazy("已邀请专家。"),
        by_organiser=True,
    ),
    "verdict": Deed(
        Act.ORGANISE_ACCEPTANCE,
        lambda data, stands: VerdictForm(data, present=stands.present, today=stands.today),
        lambda stands: stands.panel_is_ready and stands.project.state == ProjectState.ACCEPTANCE,
        verdict.record_verdict,
        gettext_lazy("已登记验收结论。"),
        by_organiser=True,
    ),
    "publication": Deed(
        Act.CERTIFY_ACCEPTANCE,
        lambda data, stands: PublicationForm(
            data, project=stands.project, present=stands.present, today=stands.today
        ),
        lambda stands: (
            stands.is_judged and stands.present is not None and stands.present.acceptance.certified_on is None
        ),
        closing.publish,
        gettext_lazy("已登记公示。"),
    ),
    "certificate": Deed(
        Act.CERTIFY_ACCEPTANCE,
        lambda data, stands: CertificateForm(data, present=stands.present, today=stands.today),
        lambda stands: stands.may_certify,
        closing.certify,
        gettext_lazy("已登记验收证书。"),
    ),
    "archive": Deed(
        Act.CERTIFY_ACCEPTANCE,
        lambda data, stands: ArchiveForm(data, today=stands.today),
        lambda stands: (
            stands.is_judged
            and stands.is_in(AcceptanceState.CONCLUDED)
            and stands.project.state == ProjectState.CLOSED
        ),
        closing.archive,
        gettext_lazy("已登记归档。"),
    ),
}
"""Every form of the page, by the word it is sent with, in the order of the way."""


@require_http_methods(["GET", "HEAD", "POST"])
@signed_in
def acceptance(request: PageRequest, number: str) -> HttpResponseBase:
    """The page; a form of it that is sent (POST) names itself in `act`."""
    project = project_in_sight(request, number)
    require_on(Act.SEE_PROJECTS, request.sight, project)
    if request.method != "POST":
        return _page(request, project)
    word = request.POST.get("act", "")
    if word not in DEEDS:
        raise Http404
    deed = DEEDS[word]
    require_on(deed.act, request.sight, project)
    if deed.by_organiser:
        require_organiser(request.sight, project)
    form = deed.form(request.POST, standing_of(request, project)[0])
    if form.is_valid():
        try:
            deed.do(
                project=project,
                actor=actor_on(request, deed.act, project),
                today=timezone.localdate(),
                **form.cleaned_data,
            )
        except (Invalid, Conflict) as refusal:
            take(form, refusal)
        else:
            return done(request, str(deed.done), "acceptance", project)
    return _page(request, project_in_sight(request, number), faulty=(word, form), status=422)


@never_cache
@require_POST
@signed_in
def expert(request: PageRequest, number: str, pk: int) -> HttpResponseBase:
    """One expert of the panel: a new link, shown this once (`act` link), its end (withdraw), or off the panel (drop)."""
    project = project_in_sight(request, number)
    require_on(Act.ORGANISE_ACCEPTANCE, request.sight, project)
    try:
        chosen = Panelist.objects.select_related("acceptance__project").get(
            acceptance__project=project, pk=pk
        )
    except Panelist.DoesNotExist:
        raise Http404 from None
    require_organiser(request.sight, project)
    word = request.POST.get("act", "")
    today = timezone.localdate()
    about: dict[str, Any] = {
        "panelist": chosen,
        "actor": actor_on(request, Act.ORGANISE_ACCEPTANCE, project),
        "today": today,
    }
    if word == "link":
        now = timezone.now()
        days = request.POST.get("days", "")
        lasts = int(days) if days in map(str, LINK_DAYS) else LINK_DAYS[1]
        made: list[str] = []
        if attempt(
            request,
            lambda: made.append(links.send_link(expires_at=now + timedelta(days=lasts), now=now, **about)),
        ):
            url = request.build_absolute_uri(reverse("expert", args=made))
            return _page(request, project, new_link={"name": chosen.name, "url": url, "days": lasts})
    elif word == "withdraw":
        if attempt(request, lambda: links.withdraw_link(**about)):
            said = _("%(name)s的评审链接已失效。") % {"name": chosen.name}
            return done(request, said, "acceptance", project)
    elif word == "drop":
        if attempt(request, lambda: panel.drop(**about)):
            said = _("%(name)s已移出专家组。") % {"name": chosen.name}
            return done(request, said, "acceptance", project)
    else:
        raise Http404
    return _page(request, project, status=409)


def standing_of(request: PageRequest, project: Project) -> tuple[Standing, list[Round]]:
    """Where the acceptance stands, and its rounds, the latest first."""
    today = timezone.localdate()
    rounds = rounds_of(project, request.sight, on=today)
    is_open = bool(rounds) and rounds[0].acceptance.state != AcceptanceState.RETURNED
    return Standing(project, rounds[0] if is_open else None, today), rounds


_EVENTS = (EventKind.TECHNICAL_REPORT, EventKind.ACCEPTANCE_APPLICATION, EventKind.ACCEPTANCE_VERDICT)
_ENDED = (ProjectState.CLOSED, ProjectState.TERMINATED, ProjectState.REVOKED)


def _elsewhere(project: Project, events: Sequence[DatedEvent]) -> Elsewhere | None:
    """What is on record of an application without a round; events: from the earliest. None at work, where it counts
    no more.
    """
    filed = [
        event
        for event in events
        if event.kind == EventKind.ACCEPTANCE_APPLICATION and event.result != REFUSED
    ]
    if project.state not in (ProjectState.ACCEPTANCE, *_ENDED) or not filed:
        return None
    judged = [event for event in events if event.kind == EventKind.ACCEPTANCE_VERDICT and event.result]
    if project.state != ProjectState.CLOSED or not judged:
        return Elsewhere(filed[-1].happened_on)
    return Elsewhere(filed[-1].happened_on, judged[-1].happened_on, judged[-1].result)


def _page(
    request: PageRequest,
    project: Project,
    *,
    faulty: tuple[str, forms.Form] | None = None,
    new_link: dict[str, Any] | None = None,
    status: int = 200,
) -> HttpResponse:
    stands, rounds = standing_of(request, project)
    shown = {
        word: deed.form(None, stands)
        for word, deed in DEEDS.items()
        if deed.is_open(stands) and _may(request, deed, stands)
    }
    refusal: list[str] = []
    if faulty is not None:
        word, form = faulty
        if word in shown:
            shown[word] = form
        else:
            # The acceptance moved on meanwhile; the form is gone, what it was refused for is not.
            refusal = [str(sentence) for sentences in form.errors.values() for sentence in sentences]
    checklist = dossier.checklist_of(project, on=stands.today)
    events = list(DatedEvent.objects.filter(project=project, kind__in=_EVENTS).order_by("happened_on"))
    elsewhere = None if rounds else _elsewhere(project, events)
    is_over = project.state in _ENDED and (project.state != ProjectState.CLOSED or stands.present is None)
    return part(
        request,
        "pages/acceptance.html",
        project,
        here="acceptance",
        status=status,
        title=_("验收"),
        way=way_of(stands.present, checklist, today=stands.today, elsewhere=elsewhere, is_over=is_over),
        elsewhere=elsewhere,
        wants_papers=dossier.is_demanded(project),
        targets=project.targets.aggregate(all=Count("pk"), written=Count("pk", filter=~Q(achieved_value=""))),
        told_years=[each.year for each in told_benefits(project)],
        rating=latest_rating(project),
        checklist=[(row, _query_of(project, row)) for row in checklist],
        technical_reports=[event for event in reversed(events) if event.kind == EventKind.TECHNICAL_REPORT],
        rounds=rounds,
        present=stands.present,
        sheet=SHEET,
        stories={pk: told(steps) for pk, steps in stories(project, Acceptance).items()},
        forms=shown,
        refusal=refusal,
        new_link=new_link,
        link_days=LINK_DAYS,
        may_organise="invite" in shown,
        moves=[
            (move, reverse("move", args=[project.number, move.name]))
            for move in moves_from(project.state)
            if move.name in MOVES_SHOWN and may_on(Act(move.name), request.sight, project)
        ],
    )


def _may(request: PageRequest, deed: Deed, stands: Standing) -> bool:
    if not may_on(deed.act, request.sight, stands.project):
        return False
    return not deed.by_organiser or (
        stands.present is not None and review.organises(stands.present.acceptance, request.sight)
    )


def _query_of(project: Project, row: dossier.Row) -> str:
    """What the page of documents is asked for a line of the checklist; it leads back here."""
    requirement = row.requirement
    number = {"number": requirement.number} if requirement.number else {}
    back = f"{reverse('acceptance', args=[project.number])}#dossier"
    return urlencode({"category": requirement.category.value, **number, "next": back})
