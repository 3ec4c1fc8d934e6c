"""Where each kind of matter is dealt with, and who waits for it: the one list of that, for pages, mail and calendars."""

from __future__ import annotations

from collections.abc import Callable

from django.urls import reverse

from lifecycle.models import Matter
from lifecycle.parties.models import Organisation


def _page(name: str, anchor: str = "") -> Callable[[str, int], str]:
    """A page inside the project; in the anchor {} stands for the subject."""

    def address(number: str, subject: int) -> str:
        place = reverse(name, args=[number])
        return f"{place}#{anchor.format(subject)}" if anchor else place

    return address


_PLACES: dict[str, Callable[[str, int], str]] = {
    "contract_signing": _page("contract"),
    "milestone": _page("milestones", "milestone-{}"),
    "milestone_check": _page("milestones", "milestone-{}"),
    "annual_report": _page("annual-reports", "year-{}"),
    "annual_report_check": lambda number, subject: reverse("annual-report", args=[number, subject]),
    "mid_term": _page("inspections"),
    "term_end": _page("moves"),
    "acceptance_application": _page("acceptance"),
    "finding": _page("inspections", "finding-{}"),
    "finding_check": _page("inspections", "finding-{}"),
    "change_review": lambda number, subject: reverse("change", args=[number, subject]),
    "exemption_decision": _page("exemptions", "exemption-{}"),
    "exemption_end": _page("exemptions", "exemption-{}"),
    "acceptance_review": _page("acceptance"),
    "expert_link": _page("acceptance"),
    "document_expiry": _page("documents"),
    "tranche": _page("tranches"),
    "payment_confirmation": _page("tranches", "unconfirmed"),
    "held_money": _page("tranches"),
    "park_shortfall": _page("tranches"),
    "refund": _page("refunds", "refund-{}"),
}
"""By kind; what is not here is dealt with from the page of its project."""


def place_of_matter(kind: str, number: str, subject: int) -> str:
    """The path of the page, with its anchor, on which a matter of the project is dealt with."""
    place = _PLACES.get(kind)
    return reverse("project", args=[number]) if place is None else place(number, subject)


def matter_url(matter: Matter) -> str:
    """As `place_of_matter`; needs the matter's project."""
    return place_of_matter(matter.kind, matter.project.number, matter.subject)


_WAIT_FOR_A_REPLY = frozenset(
    {"milestone_check", "annual_report_check", "finding_check", "change_review", "exemption_decision"}
)


def waiting(matter: Matter) -> Organisation | None:
    """Who waits for it to be done: the unit whose work is looked at, the park whose payment is confirmed.

    None where nobody does. Needs `project.unit` and `project.cluster.park`.
    """
    if matter.kind in _WAIT_FOR_A_REPLY:
        return matter.project.unit
    if matter.kind == "payment_confirmation":
        return matter.project.cluster.park
    if matter.kind in ("tranche", "held_money"):
        return matter.project.unit
    return None
