"""What was said to this person, and the whole story of one message: planned, sent, how it arrived, seen, done."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.contrib import messages as notices
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_POST, require_safe

from backend.access import Act, require
from backend.pages.access import PageRequest, signed_in
from backend.pages.matter_links import matter_url
from backend.pages.paging import Order, keyset_page
from lifecycle.models import Delivery, DigestState, Message, MessageState, Way
from lifecycle.reminders.reading import mark_seen, story_of
from lifecycle.reminders.sending import with_matters
from lifecycle.reminders.wording import say

PAGE_SIZE = 50
LOOKS = {
    MessageState.PLANNED: "not_applicable",
    MessageState.SENT: "pass",
    MessageState.WITHDRAWN: "waived",
    MessageState.OVERTAKEN: "waived",
}
LOOK_OF_DIGEST = {
    DigestState.WAITING: "not_applicable",
    DigestState.SENT: "pass",
    DigestState.BOUNCED: "breach",
    DigestState.FAILED: "breach",
}


@dataclass(frozen=True, slots=True)
class Heard:
    """A message in the list of one person. by: every way it was said to them."""

    delivery: Delivery
    title: str
    sentence: str
    url: str
    by: list[str]


@require_safe
@signed_in
def messages(request: PageRequest) -> HttpResponseBase:
    """The list, the latest first; `?seen=no` only what was not seen."""
    require(Act.SEE_TODO, request.sight)
    rows = Delivery.objects.filter(person=request.user, way=Way.BELL)
    only_unseen = request.GET.get("seen") == "no"
    if only_unseen:
        rows = rows.filter(seen_at=None, done_at=None)
    page = keyset_page(
        rows.select_related(
            "message__organisation",
            "message__matter__project",
            "message__matter__responsible",
            "message__matter__waits_for",
        ),
        order=Order(Delivery, "made_at", descending=True),
        query=request.GET,
        size=PAGE_SIZE,
    )
    return render(
        request,
        "pages/messages.html",
        {"page": page, "items": heard(request, page.rows), "only_unseen": only_unseen},
    )


@require_safe
@signed_in
def message(request: PageRequest, pk: int) -> HttpResponseBase:
    """The story of one message, for whoever sees its project; who opens what was said to them has seen it."""
    require(Act.SEE_PROJECTS, request.sight)
    found = (
        with_matters(Message.objects.filter(request.sight.projects("matter__project__")))
        .filter(pk=pk)
        .first()
    )
    if found is None:
        raise Http404
    if request.method == "GET":
        mine = Delivery.objects.filter(message=found, person=request.user, way=Way.BELL)
        mark_seen(request.user, mine.values_list("pk", flat=True), now=timezone.now())
    title, sentence = say(found.matter, found.step, _said_on(found))
    return render(
        request,
        "pages/message.html",
        {
            "message": found,
            "matter": found.matter,
            "project": found.matter.project,
            "title": title,
            "sentence": sentence,
            "look": LOOKS[MessageState(found.state)],
            "story": story_of(found),
            "url": matter_url(found.matter),
        },
    )


@require_POST
@signed_in
def seen(request: PageRequest) -> HttpResponseBase:
    """Everything that was said to the person is seen."""
    require(Act.SEE_TODO, request.sight)
    count = mark_seen(request.user, now=timezone.now())
    notices.success(
        request,
        ngettext("已将 %(count)d 条消息标为已读。", "已将 %(count)d 条消息标为已读。", count)
        % {"count": count},
    )
    return redirect("messages")


def heard(request: PageRequest, deliveries: list[Delivery]) -> list[Heard]:
    """Each delivery with its words as they were said, and all the ways it went to the person; one query."""
    by_mail = (
        Delivery.objects.filter(
            person=request.user, way=Way.MAIL, message__in=[each.message_id for each in deliveries]
        )
        .select_related("digest")
        .order_by("pk")
    )
    mails: dict[int, str] = {each.message_id: state_of(each)[1] for each in by_mail}
    found = []
    for delivery in deliveries:
        told = delivery.message
        title, sentence = say(told.matter, told.step, _said_on(told))
        ways = [str(Way.BELL.label)]
        if told.pk in mails:
            ways.append(_("邮件（%(state)s）") % {"state": mails[told.pk]})
        found.append(Heard(delivery, title, sentence, matter_url(told.matter), ways))
    return found


def state_of(delivery: Delivery) -> tuple[str, str]:
    """(look, word) of how far it is on its way."""
    if delivery.way == Way.BELL:
        return ("pass", _("已送达"))
    if delivery.digest is None:
        return ("not_applicable", str(DigestState.WAITING.label))
    state = DigestState(delivery.digest.state)
    return (LOOK_OF_DIGEST[state], str(state.label))


def _said_on(told: Message) -> Any:
    """The day on which it was said; of one that was not, the day on which it is to be."""
    return timezone.localdate(told.sent_at) if told.sent_at else told.send_on
