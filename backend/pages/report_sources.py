"""Where a figure of a report comes from, as an address: the entries, the row or the rule behind it."""

from __future__ import annotations

from urllib.parse import urlencode

from django.urls import reverse

from lifecycle.models import Project
from reports.document import Source

_PAGES = {
    "entries": "project-ledger",
    "contract": "contract",
    "tranche": "tranches",
    "milestone": "milestones",
    "target": "targets",
    "annual_report": "annual-reports",
    "benefits": "benefits",
    "self_rating": "self-rating",
    "inspection": "inspections",
    "finding": "inspections",
    "change": "changes",
    "acceptance": "acceptance",
    "audit": "settlement",
    "settlement": "settlement",
    "refund": "refunds",
    "exemption": "exemptions",
    "document": "documents",
    "rule": "project",
}
"""The page on which each kind of source stands."""

_ANCHORS = {
    "milestone": "milestone",
    "target": "target",
    "tranche": "tranche",
    "document": "document",
    "finding": "finding",
    "inspection": "inspection",
}


def address_of(source: Source, project: Project | None) -> str:
    """The address at which the source can be looked at; empty where it is of a project and none is named.

    A source of the kind "project" is that project itself.
    """
    what = dict(source.what)
    if source.kind == "project":
        return reverse("project", args=[what["number"]])
    if project is None:
        return ""
    if source.kind == "document" and "id" in what:
        return reverse("document", args=[project.number, int(what["id"])])
    if source.kind == "change" and "id" in what:
        return reverse("change", args=[project.number, int(what["id"])])
    address = reverse(_PAGES[source.kind], args=[project.number])
    if source.kind == "rule":
        return f"{address}#{what.get('code', '')}"
    if source.kind == "entries":
        return f"{address}?{urlencode(what)}" if what else address
    anchor = _ANCHORS.get(source.kind)
    return f"{address}#{anchor}-{what['id']}" if anchor and "id" in what else address
