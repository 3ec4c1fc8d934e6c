"""The check digit of GB 32100."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backend.workbook.credit_code import ALPHABET, check_sign, is_sound


@pytest.mark.parametrize(
    "code", ["91350100M000100Y43", "91350100m000100y43", "９１３５０１００M000100Y43", "115260183BJ1XG612B"]
)
def test_a_real_code_passes_in_any_width_and_case(code: str) -> None:
    assert is_sound(code)


@pytest.mark.parametrize(
    "code", ["91350100M000100Y44", "91350100M000100Y4", "", "91350100M000100Y4O", "91350100M000100Y433"]
)
def test_a_slip_of_the_pen_does_not_pass(code: str) -> None:
    assert not is_sound(code)


@given(st.text(alphabet=ALPHABET, min_size=17, max_size=17))
def test_exactly_one_last_sign_fits_each_body(body: str) -> None:
    assert [sign for sign in ALPHABET if is_sound(body + sign)] == [check_sign(body)]
