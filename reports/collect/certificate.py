"""The facts of a certificate of acceptance (验收证书): one round that was certified."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext as _

from finance.funding import funding_of
from lifecycle.models import Acceptance, Panelist, Project
from reports.collect.head import opened
from reports.collect.money import sources_of
from reports.collect.rounds import rounds_of
from reports.errors import NothingToReport
from reports.facts_papers import CertificateFacts

KIND = "certificate"


def collect_certificate(project: Project, *, on: date, today: date, which: str = "") -> CertificateFacts:
    """All that the certificate of the round `which` says; eight statements.

    Raises NothingToReport where there is no such round, or it was not certified by `on`.
    """
    with opened(project, on=on, today=today) as known:
        rounds = rounds_of(known.records[Acceptance], known.records[Panelist], dict(known.names), on=on)
        found = next((each for each in rounds if str(each.round) == which), None)
        if found is None:
            raise NothingToReport(_("没有这一轮验收。"))
        if found.certified_on is None:
            raise NothingToReport(_("这一轮验收尚未颁发证书。"))
        funding = funding_of([project], on=found.certified_on)[project.pk]
        return CertificateFacts(**known.head(KIND), round=found, sources=sources_of(funding))
