"""Reports about many projects: their counts and sums are those of plain SQL, and each is of its own organisation."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from lifecycle.models import DatedEvent, Project
from lifecycle.parties.models import Organisation, OrganisationKind
from reports.collect.brief import LISTED, collect_brief, month_before
from reports.collect.due import collect_due
from reports.collect.many import answers_on, unmet_on
from reports.collect.park import collect_park
from reports.errors import NothingToReport
from reports.judging import answers_of
from reports.kept import refresh
from reports.programme import build_programme, choices_of, programme_document_of
from reports.renderers import render
from tests.builders import day, make_cluster, make_project, moved
from tests.reports import plain_sql
from tests.reports.test_exports import READ, Row, missing, wan

TODAY = date(2026, 11, 21)


def organisations(*kinds: str) -> list[Organisation]:
    found = Organisation.objects.filter(kind__in=kinds).select_related("parent__parent")
    return list(found.order_by("pk"))


def sql(query: str, **given: Any) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(query, given)
        return cursor.fetchall()


@pytest.mark.parametrize("on", [TODAY, date(2024, 6, 30)])
def test_a_parks_results_are_the_sums_of_its_projects(programme: None, on: date) -> None:
    seen = []
    for park in organisations("park"):
        for choice in choices_of([park])[park.pk]:
            facts = collect_park(park, on=on, today=TODAY, which=choice.which)
            numbers = [each.number for each in facts.projects]
            seen += numbers
            assert [(number,) for number in numbers] == sql(
                "SELECT p.number FROM lifecycle_project p JOIN lifecycle_cluster c ON c.id = p.cluster_id"
                " WHERE c.park_id = %(park)s AND c.batch_id = %(batch)s ORDER BY 1",
                park=park.pk,
                batch=int(choice.which),
            )
            totals: dict[str, dict[str, Decimal]] = {}
            for each in facts.projects:
                money = plain_sql.money(each.number, on)
                assert each.grant_received == money["省拨款"]["received"]
                assert each.matching_received == money["园区配套"]["received"]
                assert each.spent == sum(source["spent"] for source in money.values())
                years = plain_sql.milestones(each.number, on).values()
                assert (each.planned, each.done, each.late) == tuple(
                    sum(year[place] for year in years) for place in range(3)
                )
                for source, of in money.items():
                    kept = totals.setdefault(source, {})
                    for name, amount in of.items():
                        kept[name] = kept.get(name, Decimal(0)) + amount
            for total in facts.sources:
                for name in ("committed", "received", "spent", "refunded", "balance", "held_at_park"):
                    assert getattr(total, name) == totals[total.source][name]
    assert sorted(seen) == plain_sql.numbers()


@pytest.mark.parametrize("form", list(READ))
def test_a_parks_figures_stand_on_paper(programme: None, form: str) -> None:
    park = organisations("park")[0]
    which = choices_of([park])[park.pk][-1].which

    built = build_programme("park", park, on=TODAY, today=TODAY, which=which)

    numbers = sql(
        "SELECT p.number FROM lifecycle_project p JOIN lifecycle_cluster c ON c.id = p.cluster_id"
        " WHERE c.park_id = %(park)s AND c.batch_id = %(batch)s",
        park=park.pk,
        batch=int(which),
    )
    rows: list[Row] = []
    for (number,) in numbers:
        money = plain_sql.money(number, TODAY)
        rows.append(
            (
                number,
                wan(money["省拨款"]["committed"]),
                wan(money["省拨款"]["received"]),
                wan(money["园区配套"]["received"]),
                wan(sum((source["spent"] for source in money.values()), Decimal(0))),
            )
        )
    assert built.document == programme_document_of("park", built.facts)
    assert missing(rows, READ[form](render(built.draft(), form).content)) == []


def test_what_is_due_is_counted_by_department_and_listed(programme: None) -> None:
    ended = dict(
        sql(
            "SELECT p.number, p.end_on FROM lifecycle_project p WHERE p.end_on <= %(on)s"
            " AND p.state NOT IN ('terminated', 'revoked')",
            on=TODAY,
        )
    )
    done = {
        number
        for (number,) in sql(
            "SELECT DISTINCT p.number FROM lifecycle_project p JOIN lifecycle_datedevent e ON e.project_id = p.id"
            " WHERE p.state = 'closed' AND e.kind = '验收结论' AND e.happened_on <= %(on)s",
            on=TODAY,
        )
    }
    (province,) = organisations("province")

    whole = collect_due(province, on=TODAY, today=TODAY)
    cities = [collect_due(city, on=TODAY, today=TODAY) for city in organisations("city")]

    assert {each.number: each.end_on for each in whole.projects} == ended
    assert {each.number for each in whole.projects if each.concluded_on} == done & set(ended)
    assert sum(group.due + group.carried for group in whole.groups) == len(ended)
    assert sorted(each.number for city in cities for each in city.projects) == sorted(ended)
    assert [group.name for group in whole.groups] == sorted(
        {city.organisation.name for city in cities if city.projects}
    )


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("on", "expected"),
    [
        ("2026-02-27", None),
        ("2026-02-28", (False, None)),
        ("2026-12-31", (False, None)),
        ("2027-01-01", (True, None)),
        ("2027-02-01", (True, date(2027, 2, 1))),
        ("2027-12-31", (True, date(2027, 2, 1))),
        ("2028-01-01", None),
    ],
)
def test_a_project_is_due_from_the_end_of_its_term_until_the_year_it_was_concluded(on, expected) -> None:
    project = make_project(milestones=False, state="closed")
    DatedEvent.objects.create(project=project, kind="验收申请", happened_on=day("2027-01-10"))
    DatedEvent.objects.create(
        project=project, kind="验收结论", result="通过验收", happened_on=day("2027-02-01")
    )
    city = project.cluster.park.parent
    assert city is not None

    found = collect_due(city, on=day(on), today=day("2028-06-01")).projects

    assert [(each.is_carried, each.concluded_on) for each in found] == ([expected] if expected else [])


@pytest.mark.django_db
def test_what_was_broken_off_is_not_due_any_more() -> None:
    project = make_project(milestones=False, state="terminated")
    DatedEvent.objects.create(project=project, kind="终止", happened_on=day("2026-04-01"))
    city = project.cluster.park.parent
    assert city is not None

    before, after = (collect_due(city, on=day(on), today=TODAY) for on in ("2026-03-31", "2026-04-01"))

    assert len(before.projects) == 1
    assert after.projects == [] and after.groups == []


@pytest.mark.parametrize("on", [TODAY, date(2026, 10, 31)])
def test_the_brief_counts_what_single_answers_say(programme: None, on: date) -> None:
    (province,) = organisations("province")
    ids = list(Project.objects.values_list("pk", flat=True))

    def counts(day: date) -> dict[str, dict[str, set[int]]]:
        found: dict[str, dict[str, set[int]]] = {}
        for pk, answers in answers_of(ids, on=day).items():
            for answer in answers:
                found.setdefault(answer.code, {}).setdefault(answer.status.value, set()).add(pk)
        return found

    facts = collect_brief(province, on=on, today=TODAY)
    now, before = counts(on), counts(month_before(on))

    for rule in facts.rules:
        assert (rule.breached, rule.warned) == tuple(
            len(now[rule.code].get(status, ())) for status in ("breach", "warn")
        )
        assert (rule.breached_before, rule.warned_before) == tuple(
            len(before[rule.code].get(status, ())) for status in ("breach", "warn")
        )
    breaching = set().union(*(of.get("breach", set()) for of in now.values()))
    warned = set().union(*(of.get("warn", set()) for of in now.values())) - breaching
    assert (facts.projects, facts.breaching, facts.warned) == (len(ids), len(breaching), len(warned))
    assert sum(place.projects for place in facts.parks) == len(ids)
    for places in (facts.parks, facts.batches):
        assert sum(place.breaching for place in places) == len(breaching)
        assert sum(place.warned for place in places) == len(warned)
    held = sum(
        (
            money["省拨款"]["held_at_park"]
            for money in (plain_sql.money(each.number, on) for each in facts.late)
        ),
        Decimal(0),
    )
    assert facts.late_sum == held
    assert len(facts.worst) == min(10, len(breaching | warned))
    fresh = {
        (pk, code)
        for code, of in now.items()
        for pk in of.get("breach", set()) - before[code].get("breach", set())
    }
    assert facts.new_count == len(fresh)


@pytest.mark.parametrize("on", [TODAY, date(2026, 10, 31)])
@pytest.mark.parametrize("is_kept", [True, False])
def test_what_is_not_met_is_what_all_answers_say(programme: None, on: date, is_kept: bool) -> None:
    ids = sorted(Project.objects.values_list("pk", flat=True))
    if is_kept:
        refresh(ids, on=TODAY)

    found = list(unmet_on(ids, on=on, today=TODAY))

    assert found == [
        (pk, answer)
        for pk, answers in answers_on(ids, on=on, today=TODAY)
        for answer in answers
        if answer.status.value in ("warn", "breach")
    ]


@pytest.mark.django_db
def test_a_new_breach_is_named_and_a_mended_one_counted() -> None:
    project = make_project(milestones=False)
    moved(project, "到账园区", "省拨款", "100.00", "2026-10-05")
    province = project.cluster.park.parent.parent  # type: ignore[union-attr]
    assert province is not None
    on = day("2026-11-30")

    facts = collect_brief(province, on=on, today=on)

    assert [(each.number, each.days, each.held) for each in facts.late] == [
        (project.number, 56, Decimal("100.00"))
    ]
    assert "FIN-05" in [each.code for each in facts.new_breaches]
    assert facts.late_count == 1 and len(facts.new_breaches) <= LISTED

    moved(project, "拨付单位", "省拨款", "100.00", "2026-12-05")
    later = collect_brief(province, on=day("2026-12-31"), today=day("2026-12-31"))

    assert later.late == []
    assert later.mended_count >= 1


@pytest.mark.django_db
@pytest.mark.parametrize("kind", ["brief", "due", "park"])
def test_statements_do_not_grow_with_the_projects(kind: str) -> None:
    cluster = make_cluster()
    organisation: Any = cluster.park if kind == "park" else cluster.park.parent.parent  # type: ignore[union-attr]
    which = str(cluster.batch_id) if kind == "park" else ""

    def asks() -> int:
        build_programme(kind, organisation, on=TODAY, today=TODAY, which=which)
        with CaptureQueriesContext(connection) as queries:
            build_programme(kind, organisation, on=TODAY, today=TODAY, which=which)
        return len(queries)

    make_project(cluster=cluster)
    few = asks()
    for _each in range(5):
        make_project(cluster=cluster)

    assert asks() == few <= 35


@pytest.mark.django_db
def test_nothing_is_drawn_up_of_whom_it_does_not_concern() -> None:
    project = make_project()
    park = project.cluster.park
    for kind, which in (("due", ""), ("brief", ""), ("park", "999999"), ("park", "")):
        with pytest.raises(NothingToReport):
            build_programme(kind, park, on=TODAY, today=TODAY, which=which)
    unit = project.unit
    assert unit.kind == OrganisationKind.UNIT
    assert choices_of([unit]) == {unit.pk: []}


@pytest.mark.django_db
def test_subjects_name_organisation_and_period() -> None:
    cluster = make_project().cluster
    province: Any = cluster.park.parent.parent  # type: ignore[union-attr]

    assert build_programme("brief", province, on=TODAY, today=TODAY).subject == f"{province.pk:04}-202611"
    assert build_programme("due", province, on=TODAY, today=TODAY).subject == f"{province.pk:04}-2026"
    park = build_programme("park", cluster.park, on=TODAY, today=TODAY, which=str(cluster.batch_id))
    assert park.subject == f"{cluster.park_id:04}-B{cluster.batch_id}"


@pytest.mark.django_db
def test_without_any_project_the_lists_say_so() -> None:
    cluster = make_cluster()
    city: Any = cluster.park.parent

    for kind, organisation, words in (
        ("due", city, "没有应结题验收的项目"),
        ("brief", city.parent, "没有违规和提醒"),
    ):
        built = build_programme(kind, organisation, on=TODAY, today=TODAY)
        assert words in str(built.document)
        assert render(built.draft(), "pdf").content.startswith(b"%PDF")
