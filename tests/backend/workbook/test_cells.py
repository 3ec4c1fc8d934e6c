"""Cells as people type them: any spelling reads to the same value, anything else is refused in words."""

from datetime import date, datetime, time, timedelta
from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from backend.workbook.cells import (
    FIRST_DAY,
    LAST_DAY,
    UNITS,
    Amount,
    Cell,
    CellFault,
    Choice,
    Day,
    Number,
    Reader,
    Text,
    Whole,
    is_blank,
    shown,
)
from finance.terms import TOO_MUCH

TO_FULL = {ord(sign): ord(sign) + 0xFEE0 for sign in "0123456789.,-/:()%+"}
EPOCH = date(1899, 12, 30)


def refused(reader: Reader, cell: Cell) -> str:
    """The sentence with which the cell is refused."""
    with pytest.raises(CellFault) as caught:
        reader.read(cell)
    return caught.value.message


def in_unit(unit: str) -> Reader:
    return Amount("元").under_header(unit, epoch=EPOCH)


fen = st.integers(min_value=0, max_value=int(TOO_MUCH * 100) - 1)
days = st.dates(FIRST_DAY, LAST_DAY)


@given(
    fen,
    st.sampled_from(list(UNITS)),
    st.booleans(),
    st.booleans(),
    st.sampled_from(["", " ", "\u3000", "\u00a0"]),
)
def test_any_spelling_of_an_amount_reads_to_the_same_yuan(
    amount: int, unit: str, grouped: bool, full_width: bool, space: str
) -> None:
    yuan = Decimal(amount).scaleb(-2)
    text = format(yuan.scaleb(-UNITS[unit]), ",f" if grouped else "f")
    if full_width:
        text = text.translate(TO_FULL)
    read = in_unit(unit).read(space + text + space)
    assert read == yuan
    assert read.as_tuple().exponent == -2


@given(fen, st.sampled_from(list(UNITS)))
def test_a_number_cell_reads_as_the_decimal_that_excel_shows(amount: int, unit: str) -> None:
    yuan = Decimal(amount).scaleb(-2)
    in_its_unit = yuan.scaleb(-UNITS[unit])
    assume(len(in_its_unit.normalize().as_tuple().digits) <= 15)
    assert in_unit(unit).read(float(in_its_unit)) == yuan


@pytest.mark.parametrize(
    ("unit", "cell", "yuan"),
    [
        ("万元", 0.1, "1000.00"),
        ("万元", 0.1 + 0.2, "3000.00"),
        ("元", 2833333.33, "2833333.33"),
        ("亿元", "０．３５", "35000000.00"),
        ("千元", "１，２３４．５", "1234500.00"),
        ("元", 0, "0.00"),
        ("元", "+5", "5.00"),
        ("", ".5", "0.50"),
    ],
)
def test_the_unit_of_the_header_is_the_one_that_counts(unit: str, cell: Cell, yuan: str) -> None:
    assert str(in_unit(unit).read(cell)) == yuan


@pytest.mark.parametrize("cell", ["350万元", "350 元", "￥350", "1亿", "５万"])
def test_a_unit_inside_a_cell_is_refused(cell: str) -> None:
    assert "单位" in refused(in_unit("万元"), cell)


@pytest.mark.parametrize(
    "cell",
    [
        "约350",
        "1,23",
        "12,3456",
        "1 2,345.6.7",
        "三百",
        "1e5",
        "(350)",
        "--5",
        True,
        date(2022, 1, 1),
        time(1, 1),
    ],
)
def test_what_is_no_number_is_refused(cell: Cell) -> None:
    assert "数字" in refused(in_unit("元"), cell)


@pytest.mark.parametrize("cell", [0.001, "0.005", "1.00000000000000000000000001"])
def test_a_part_of_a_fen_is_refused_and_never_rounded(cell: Cell) -> None:
    assert "分" in refused(in_unit("元"), cell)


def test_a_hundred_thousandth_of_ten_thousand_yuan_is_ten_fen_and_less_is_refused() -> None:
    assert in_unit("万元").read("0.00001") == Decimal("0.10")
    assert "分" in refused(in_unit("万元"), "0.0000001")


@pytest.mark.parametrize("cell", [-0.01, "-5", "－５"])
def test_negative_amounts_are_refused(cell: Cell) -> None:
    assert "负" in refused(in_unit("元"), cell)


def test_what_other_amounts_leave_over_may_be_negative() -> None:
    assert Amount("万元", remainder=True).read(-100.0) == Decimal("-1000000.00")


@pytest.mark.parametrize("cell", [1e11, "100000000000", 1e300, float(10**20)])
def test_absurd_amounts_are_refused(cell: Cell) -> None:
    assert "过大" in refused(in_unit("元"), cell)


@pytest.mark.parametrize("cell", [float("inf"), float("nan"), "9" * 200])
def test_numbers_without_end_are_refused(cell: Cell) -> None:
    refused(in_unit("元"), cell)


def test_the_largest_amount_is_just_below_the_bound() -> None:
    assert in_unit("元").read("99,999,999,999.99") == TOO_MUCH - Decimal("0.01")


def test_nothing_is_an_amount_only_where_it_makes_sense() -> None:
    assert in_unit("元").read(0) == 0
    assert "大于零" in refused(Amount("元", zero=False), 0)


def test_an_unknown_unit_of_a_header_is_refused() -> None:
    with pytest.raises(CellFault, match="美元"):
        Amount("元").under_header("美元", epoch=EPOCH)


@given(
    days,
    st.sampled_from(["{0}-{1}-{2}", "{0}/{1}/{2}", "{0}.{1}.{2}", "{0}年{1}月{2}日", "{0} 年 {1} 月 {2} 日"]),
    st.booleans(),
    st.booleans(),
    st.sampled_from(["", " ", "\u3000"]),
    st.sampled_from(["", " 00:00:00", " 8:30"]),
)
def test_any_spelling_of_a_day_reads_to_the_same_day(
    day: date, pattern: str, padded: bool, full_width: bool, space: str, clock: str
) -> None:
    width = "02d" if padded else "d"
    text = pattern.format(day.year, format(day.month, width), format(day.day, width)) + clock
    if full_width:
        text = text.translate(TO_FULL)
    assert Day().read(space + text + space) == day


@given(days, st.times())
def test_excel_days_serial_numbers_and_their_text_read_to_the_same_day(day: date, clock: time) -> None:
    serial = (day - EPOCH).days
    assert Day().read(day) == day
    assert Day().read(datetime.combine(day, clock)) == day
    assert Day().read(serial) == day
    assert Day().read(float(serial)) == day
    assert Day().read(str(serial)) == day
    assert Day(epoch=date(1904, 1, 1)).read(float(serial - 1462)) == day


@pytest.mark.parametrize(
    "cell",
    [
        "2022-2-30",
        "2022-13-1",
        "2022-9/1",
        "2022-9",
        "22-9-1",
        "9/1/2022",
        "明年",
        "20220901",
        "2022-09-01 下午",
        True,
        time(1, 1),
        timedelta(1),
        float("nan"),
        -5.0,
        3e6,
    ],
)
def test_what_is_no_day_is_refused(cell: Cell) -> None:
    assert "日期" in refused(Day(), cell)


@pytest.mark.parametrize(
    "cell",
    [date(1900, 1, 1), "1900-01-01", 1, 2022, date(1999, 12, 31), "9999-12-31", date(2100, 1, 1), 2958465],
)
def test_days_outside_this_century_are_refused(cell: Cell) -> None:
    assert "2000 年至 2099 年" in refused(Day(), cell)


def test_a_day_column_takes_no_unit() -> None:
    with pytest.raises(CellFault):
        Day().under_header("万元", epoch=EPOCH)


@pytest.mark.parametrize("cell", [2022, 2022.0, "2022", "２０２２", " 2022年", "2022年度", "2,022"])
def test_a_year_reads_to_the_same_number(cell: Cell) -> None:
    assert Whole(2000, 2099, year=True).read(cell) == 2022


@pytest.mark.parametrize("cell", [2022.5, "二〇二二", 1999, 2100, True, date(2022, 1, 1), "年"])
def test_other_years_are_refused(cell: Cell) -> None:
    assert "2000 至 2099" in refused(Whole(2000, 2099, year=True), cell)


def test_a_count_takes_no_year() -> None:
    assert "整数" in refused(Whole(1, 99), "1年")


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("　甲 ", "甲"),
        ("（甲）", "（甲）"),
        ("'=1+1", "=1+1"),
        (20220001.0, "20220001"),
        (13800000000, "13800000000"),
        (1.5, "1.5"),
        (0.1 + 0.2, "0.3"),
        (date(2022, 9, 1), "2022-09-01"),
        (datetime.combine(date(2022, 9, 1), time(8, 30)), "2022-09-01"),
        ("两\n行", "两\n行"),
    ],
)
def test_text_is_kept_as_typed(cell: Cell, text: str) -> None:
    assert Text(50).read(cell) == text


def test_text_is_refused_just_beyond_its_length() -> None:
    assert Text(5).read("一二三四五") == "一二三四五"
    assert "最多 5 个字符，实有 6 个" in refused(Text(5), "一二三四五六")


def test_a_hundred_kilobytes_in_a_cell_are_refused_with_a_short_word() -> None:
    assert len(refused(Text(200), "长" * 100_000)) < 60


@pytest.mark.parametrize("cell", ["甲\x00乙", "甲\x1f乙", "\x07甲"])
def test_control_characters_are_refused(cell: str) -> None:
    assert "控制字符" in refused(Text(50), cell)


@pytest.mark.parametrize("cell", [date(2022, 3, 1), time(3, 1), timedelta(hours=30)])
def test_a_number_that_excel_made_a_day_of_is_refused(cell: Cell) -> None:
    assert "文本" in refused(Text(50, verbatim=True), cell)


@pytest.mark.parametrize("cell", [1.234567890123456e17, float("inf"), True])
def test_text_of_which_excel_lost_a_part_is_refused(cell: Cell) -> None:
    refused(Text(50), cell)


@pytest.mark.parametrize("cell", ["省拨款", " 省 拨款", "省拨款\u3000"])
def test_a_choice_does_not_mind_spaces(cell: str) -> None:
    assert Choice(("省拨款", "园区配套")).read(cell) == "省拨款"


def test_a_choice_comes_out_as_listed() -> None:
    long = "出版/文献/信息传播/知识产权事务费"
    assert Choice((long,)).read("出版／文献／信息传播／知识产权事务费") == long


@pytest.mark.parametrize("cell", ["省拨", "省拨款、园区配套", 1.0, True, date(2022, 1, 1)])
def test_what_is_not_on_the_list_is_refused_with_the_list(cell: Cell) -> None:
    assert "省拨款、园区配套" in refused(Choice(("省拨款", "园区配套")), cell)


def test_a_plain_number_is_exact_and_bounded() -> None:
    reader = Number(2, Decimal(1000))
    assert reader.read(6.0) == 6
    assert reader.read("-１.25") == Decimal("-1.25")
    for cell in ("6个月", 1000, 0.125, True):
        refused(reader, cell)


@given(
    st.one_of(
        st.text(),
        st.floats(),
        st.integers(),
        st.booleans(),
        st.dates(),
        st.datetimes(),
        st.times(),
        st.timedeltas(),
    )
)
def test_whatever_a_cell_holds_is_read_or_refused_with_a_sentence(cell: Cell) -> None:
    readers = (
        Text(50),
        Text(50, verbatim=True),
        Amount("万元"),
        Day(),
        Whole(1, 99, year=True),
        Number(2, Decimal(9)),
        Choice(("甲",)),
    )
    for reader in readers:
        try:
            reader.read(cell)
        except CellFault as fault:
            assert fault.message
    assert len(shown(cell)) <= 61
    assert is_blank(cell) == (shown(cell, 10**6) == "" and isinstance(cell, str))
