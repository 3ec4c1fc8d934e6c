"""What a project is, who takes part, and what its contract says."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_noop

from lifecycle.categories import CATEGORIES
from lifecycle.contracts.terms import SOURCE_OF
from lifecycle.models import Contract, ContractState, DatedEvent, Project, Signature
from lifecycle.parties.models import Organisation, Role
from lifecycle.rules.facts import Event, LifeFacts
from lifecycle.rules.limits import Limits
from lifecycle.rules.standing import Standing
from reports.facts import (
    BudgetLine,
    ContractFacts,
    LimitFacts,
    PartyFacts,
    ProjectFacts,
    SignatureFacts,
)
from reports.overview import STAGES, Stage

STOPPED = {
    Standing.SUSPENDED: gettext_noop("已暂停"),
    Standing.TERMINATED: gettext_noop("已终止"),
    Standing.REVOKED: gettext_noop("已撤销"),
}

CLOSED = gettext_noop("已结题")


def life_in(project: Project, events: Sequence[DatedEvent], limits: Limits, *, on: date) -> LifeFacts:
    """As much of the life as the end of the term follows from."""
    return LifeFacts(
        on=on,
        limits=limits,
        state=project.state,
        outside_park=project.is_outside_park,
        start_on=project.start_on,
        final_end_on=project.end_on,
        award_on=project.cluster.batch.awarded_on,
        signed_on=project.contract_signed_on,
        commitment_on=project.cluster.commitment_letter_on,
        events=[
            Event(each.kind, each.happened_on, each.result, each.value, each.decided_on) for each in events
        ],
    )


def project_facts(project: Project, stage: Stage, life: LifeFacts) -> ProjectFacts:
    """The project as it stood on the day of `life`; project: with its parties."""
    cluster = project.cluster
    batch = cluster.batch
    return ProjectFacts(
        pk=project.pk,
        number=project.number,
        name=project.name,
        stage=stage_label(stage),
        is_inferred=stage.inferred,
        is_ended=stage.standing.is_ended,
        is_outside_park=project.is_outside_park,
        site=project.site,
        cluster=cluster.name,
        industry_field=cluster.industry_field,
        product_group=cluster.product_group,
        batch=batch.name,
        award_document=batch.document_no,
        awarded_on=batch.awarded_on,
        commitment_on=cluster.commitment_letter_on,
        leader=project.leader,
        partners=project.partners,
        target_product=project.target_product,
        chain_link=project.chain_link,
        technology_source=project.technology_source,
        expected_level=project.expected_level,
        scheme=project.category_scheme,
        start_on=project.start_on,
        end_on=life.end_on or project.end_on,
    )


def stage_label(stage: Stage) -> str:
    if stage.standing in STOPPED:
        return STOPPED[stage.standing]
    return CLOSED if stage.is_closed else str(STAGES[stage.step].label)


def parties_of(project: Project, others: Mapping[int, Organisation]) -> list[PartyFacts]:
    """Unit, park, city and province, as far as the tree goes. others: by id, the province among them."""
    park = project.cluster.park
    city = park.parent
    found: list[tuple[str, Organisation | None]] = [
        (Role.UNIT.value, project.unit),
        (Role.PARK.value, park),
        (Role.CITY.value, city),
        (Role.PROVINCE.value, others.get(province_of(project) or 0)),
    ]
    return [
        PartyFacts(role=role, name=each.name, credit_code=each.credit_code)
        for role, each in found
        if each is not None
    ]


def province_of(project: Project) -> int | None:
    """The id of the organisation above the park's city."""
    city = project.cluster.park.parent
    return None if city is None else city.parent_id


def contract_facts(
    project: Project,
    contracts: Sequence[Contract],
    signatures: Sequence[Signature],
    names: Mapping[int, str],
    *,
    on: date,
) -> ContractFacts:
    """The latest version that was in force by the end of `on`. names: of the organisations that signed, by id."""
    stood = [
        each
        for each in contracts
        if each.in_force_on is not None
        and each.in_force_on <= on
        and each.state in (ContractState.IN_FORCE, ContractState.SUPERSEDED)
    ]
    contract = stood[-1] if stood else None
    terms: dict[str, Any] = contract.terms if contract else {}
    first_versions = {each.pk for each in contracts if contract and each.version <= contract.version}
    signed_on = project.contract_signed_on
    return ContractFacts(
        version=contract.version if contract else 0,
        in_force_on=contract.in_force_on if contract else None,
        signed_on=signed_on if signed_on is not None and signed_on <= on else None,
        digest=contract.digest if contract else "",
        total_investment=project.total_investment,
        members=terms.get("members", ""),
        technical_route=terms.get("technical_route", ""),
        signatures=[
            SignatureFacts(
                party=str(Role(each.party).label),
                organisation=names.get(each.organisation_id, ""),
                signatory=each.signatory,
                signed_on=each.signed_on,
            )
            for each in signatures
            if each.contract_id in first_versions and each.signed_on <= on
        ],
        budget=_budget(project, terms.get("category_budget", {})),
    )


def _budget(project: Project, budget: dict[str, dict[str, str]]) -> list[BudgetLine]:
    return [
        BudgetLine(source=source, category=category, amount=Decimal(budget[source][category]))
        for source in SOURCE_OF.values()
        for category in CATEGORIES[project.category_scheme]
        if category in budget.get(source, {})
    ]


def limit_facts(limits: Limits) -> LimitFacts:
    return LimitFacts(
        grant_cap=limits.grant_cap,
        matching_park=limits.matching_ratio.park,
        matching_province=limits.matching_ratio.province,
        share_numerator=limits.fiscal_share.numerator,
        share_denominator=limits.fiscal_share.denominator,
        pace_days=limits.pace_days,
        holding_days=limits.holding_days,
    )
