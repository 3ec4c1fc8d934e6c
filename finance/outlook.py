"""The payments of one project as page and API open them: each tranche, what holds it back, who pays first."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from finance.calculator import PayFirst, pay_first
from finance.disbursements import fiscal_flows, release_facts
from finance.facts import funding_facts
from finance.instalments import RECEIVED, FiscalFlow, Instalment, instalments
from finance.release import ReleaseCondition, judge_release, unmet
from finance.terms import FISCAL
from lifecycle.facts import life_facts
from lifecycle.models import Project, Tranche
from lifecycle.rules.facts import LifeFacts


@dataclass(frozen=True, slots=True)
class Prospect:
    """A tranche as of a day: how far it is, and its conditions as they stand.

    is_next_to_arrive, is_next_to_pay: every earlier tranche of its source is past that, and it is not.
    """

    instalment: Instalment[Tranche]
    conditions: list[ReleaseCondition]
    is_next_to_arrive: bool
    is_next_to_pay: bool

    @property
    def tranche(self) -> Tranche:
        return self.instalment.tranche

    @property
    def unmet(self) -> list[ReleaseCondition]:
        """The conditions that hold its payment back."""
        return unmet(self.conditions)


@dataclass(frozen=True, slots=True)
class Payments:
    """The plan of one project by source, in the order of settling, as of the day `life` is of.

    unconfirmed: payments that the unit has not confirmed, oldest first.
    """

    sources: dict[str, list[Prospect]]
    unconfirmed: list[FiscalFlow]
    life: LifeFacts

    @property
    def prospects(self) -> list[Prospect]:
        """All tranches, provincial ones first."""
        return [prospect for plan in self.sources.values() for prospect in plan]


def payments_made(project: Project, *, on: date) -> list[FiscalFlow]:
    """Every payment of fiscal money to the unit that stands on `on`, in the order of its day; one query."""
    flows = fiscal_flows([project.pk], on=on).get(project.pk, [])
    return [flow for flow in flows if flow.kind in RECEIVED]


def payments_of(project: Project, *, on: date) -> Payments:
    """The payments as of the end of `on`; twelve queries however many there are."""
    flows = fiscal_flows([project.pk], on=on).get(project.pk, [])
    facts = release_facts(project, on=on)
    sources: dict[str, list[Prospect]] = {source: [] for source in FISCAL}
    arriving, paying = set(FISCAL), set(FISCAL)
    for instalment in instalments(Tranche.objects.filter(project=project), flows, on=on):
        source = instalment.tranche.source
        is_next_to_arrive = source in arriving and instalment.to_arrive > 0
        is_next_to_pay = source in paying and not instalment.is_paid
        if is_next_to_arrive:
            arriving.remove(source)
        if is_next_to_pay:
            paying.remove(source)
        sources[source].append(
            Prospect(
                instalment,
                judge_release(instalment.tranche.condition, facts),
                is_next_to_arrive,
                is_next_to_pay,
            )
        )
    return Payments(sources, [flow for flow in flows if flow.awaits_confirmation], facts.life)


def pay_first_of(project: Project, *, on: date, life: LifeFacts | None = None) -> PayFirst:
    """Who pays first, as of `on`; three queries, eight more without `life` of that day."""
    known = life or life_facts([project.pk], on=on)[project.pk]
    return pay_first(funding_facts({project.pk: known}, on=on, repeated={})[project.pk])
