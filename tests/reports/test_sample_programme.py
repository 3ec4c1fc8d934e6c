"""The sample programme, brought in as people do it, against the answers that came with it."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from backend.sample import PROGRAMME
from backend.workbook.importing import import_workbook
from finance.funding import funding_of
from lifecycle.models import Project
from lifecycle.parties.log import OPERATOR_ACTOR
from lifecycle.parties.sight import OPERATOR
from reports.watch import answers_of, kept_answers_of
from tests.builders import day

EXPECTED = sorted((Path(__file__).parents[1] / "data").glob("programme.expected*.json"))


@pytest.mark.django_db
def test_every_amount_and_every_answer_of_the_sample_is_as_expected_on_four_days() -> None:
    import_workbook(
        PROGRAMME.read_bytes(),
        actor=OPERATOR_ACTOR,
        sight=OPERATOR,
        now=datetime(2026, 11, 22, 1, 0, tzinfo=UTC),
    )
    number_of = dict(Project.objects.values_list("pk", "number"))
    assert len(EXPECTED) == 4

    for file in EXPECTED:
        expected = json.loads(file.read_text(encoding="utf-8"))
        on = day(expected["on"])
        money = {
            number_of[pk]: funding.as_json()
            for pk, funding in funding_of(Project.objects.all(), on=on).items()
        }
        judged = _by_number(number_of, answers_of(Project.objects.all(), on=on))
        kept = _by_number(number_of, kept_answers_of(Project.objects.all(), on=on))

        assert money == {number: project["funding"] for number, project in expected["projects"].items()}
        assert {
            number: {code: answers[code] for code in expected["projects"][number]["rules"]}
            for number, answers in judged.items()
        } == {number: project["rules"] for number, project in expected["projects"].items()}
        assert kept == judged
        # A workbook brings neither audited figures nor refunds nor findings: what was filed for acceptance does
        # not pass, and nothing is overdue.
        assert {answers["FIN-10"] for answers in judged.values()} <= {"breach", "warn", "not_applicable"}
        assert {answers["FIN-12"] for answers in judged.values()} == {"pass"}
        assert {answers["LC-10"] for answers in judged.values()} <= {"pass", "not_applicable"}

    now = {number_of[pk]: funding.as_json() for pk, funding in funding_of(Project.objects.all()).items()}
    assert now == money


def _by_number(number_of: dict[int, str], answers: dict[int, Any]) -> dict[str, dict[str, str]]:
    return {
        number_of[pk]: {answer.code: answer.status.value for answer in given} for pk, given in answers.items()
    }
