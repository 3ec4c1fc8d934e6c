from decimal import Decimal

import pytest

from reports.document import Number, Source, Text
from reports.sections.cells import stated
from reports.shown import shown


@pytest.mark.parametrize("value", ["0", "21287", "3.50", "5,000", "-2", "18250.5"])
def test_what_is_stated_as_a_number_is_one_and_reads_as_written(value):
    cell = stated(value)

    assert isinstance(cell, Number)
    assert cell.value == Decimal(value.replace(",", ""))
    assert shown(cell) == value


@pytest.mark.parametrize(
    "value", ["国际领先", "≥30", "007", "5,00", "１２", "1e3", "12345678901234", "-", "95%", " 8"]
)
def test_what_is_more_than_a_number_stays_as_it_was_written(value):
    source = Source("target", (("id", "1"),))

    assert stated(value, source) == Text(value, source)


def test_nothing_stated_is_a_dash():
    assert shown(stated("")) == "—"
