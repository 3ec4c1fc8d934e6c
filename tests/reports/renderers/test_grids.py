from datetime import date
from decimal import Decimal

import pytest

from reports.document import Column, Day, Money, Number, Pairs, Percent, Table, Text
from reports.renderers.forms import form_of
from reports.renderers.grids import INSET, ROWS_ON_PAPER, SIZES, Head, ems, grid, lines_of
from tests.reports.renderers.documents import DIGEST, settlement

WIDTH = 442.0


def test_cells_read_as_everywhere_and_stand_by_their_kind():
    table = Table(
        "",
        [Column(title) for title in ("事项", "说明", "金额", "日期", "比例", "数")],
        [
            [
                Text("甲"),
                Text("较长的说明文字"),
                Money(Decimal("1234.5")),
                Day(date(2022, 9, 8)),
                Percent(None),
                Number(3),
            ],
            [Text("乙"), Text("短"), Money(None), Day(None), Percent(Decimal(50)), Number(None)],
        ],
        unit="元",
    )
    laid = grid(table, width=WIDTH)

    assert laid.rows == [
        ["甲", "较长的说明文字", "1,234.50", "2022年9月8日", "—", "3"],
        ["乙", "短", "—", "—", "50.00%", "—"],
    ]
    assert laid.stands == ["clrcrr", "clrcrr"]


def test_groups_of_columns_make_a_head_of_two_rows():
    assert grid(settlement(), width=WIDTH).heads == [
        Head("支出科目", 0, 0, rows=2),
        Head("合同", 0, 1, columns=2),
        Head("决算", 0, 3, columns=2),
        Head("执行率", 0, 5, rows=2),
        Head("预算", 1, 1),
        Head("其中：省拨款", 1, 2),
        Head("支出", 1, 3),
        Head("其中：省拨款", 1, 4),
    ]


def test_numbers_among_words_stand_as_words_do_and_differences_as_figures():
    table = Table(
        "",
        [Column("序号"), Column("期次"), Column("合同值"), Column("增减")],
        [
            [
                Number(1234, form="plain"),
                Number(2, form="plain", after="（尾款）"),
                Text("国际领先水平"),
                Number(-3, form="signed"),
            ],
            [
                Number(2, form="plain"),
                Number(None, form="plain"),
                Number(21287, form="plain"),
                Number(0, form="signed"),
            ],
        ],
    )
    laid = grid(table, width=WIDTH)

    assert laid.rows == [["1234", "2（尾款）", "国际领先水平", "－3"], ["2", "—", "21287", "—"]]
    assert laid.stands == ["cclr", "cclr"]


def test_codes_stay_whole_also_where_figures_are_wider():
    table = Table(
        "",
        [Column("说明", 9), Column("代码", 0.1), Column("凭证号", 0.1)],
        [[Text("很长的说明" * 9), Text("91EB19093FMHDQAEJX"), Text("记-00226")]],
    )
    for slack in (1.0, 1.12):
        laid = grid(table, width=WIDTH, slack=slack)
        rooms = [(width - 2 * INSET) / laid.size for width in laid.widths]

        assert rooms[1] >= ems("91EB19093FMHDQAEJX") * slack
        assert rooms[2] >= ems("记-00226") * slack


def test_widths_fill_the_page_and_no_number_is_broken():
    wide = Table(
        "",
        [Column("名称", 8), Column("金额", 0.1), Column("日期", 0.1)],
        [[Text("很长的名称" * 9), Money(Decimal("12345678901.23")), Day(date(2022, 12, 31))]],
        unit="元",
    )
    laid = grid(wide, width=WIDTH)

    assert sum(laid.widths) == pytest.approx(WIDTH)
    assert laid.size == SIZES[0]
    for place in (1, 2):
        assert laid.widths[place] >= ems(laid.rows[0][place]) * laid.size + 2 * INSET


def test_a_table_of_many_columns_is_set_smaller():
    many = Table("", [Column(f"列{n}") for n in range(10)], [[Money(Decimal("1234567.89"))] * 10], unit="元")

    assert grid(many, width=WIDTH).size == SIZES[-1]
    assert grid(many, width=WIDTH * 1.9).size == SIZES[0]


def test_notes_tell_of_rounding_only_where_it_shows():
    notes = grid(settlement(), width=WIDTH).notes

    assert notes[0] == "注：1.间接费用以合同为准。"
    assert notes[1].strip().startswith("2.金额以万元列示并四舍五入")


@pytest.mark.parametrize("more", [0, 1])
def test_a_table_too_long_for_paper_keeps_its_first_rows_and_its_last_and_says_so(more):
    rows = [[Text(str(number))] for number in range(ROWS_ON_PAPER + more)]
    laid = grid(Table("", [Column("甲")], rows, indent={ROWS_ON_PAPER - 1 + more: 1}), width=WIDTH)

    assert len(laid.rows) == ROWS_ON_PAPER
    assert laid.rows[-1] == [str(ROWS_ON_PAPER - 1 + more)]
    assert laid.indent == {ROWS_ON_PAPER - 1: 1}
    assert bool(laid.notes) == bool(more)


def test_a_short_table_is_kept_whole_and_a_long_row_may_go_over_a_page():
    short = grid(settlement(), width=WIDTH)
    long = grid(Table("", [Column("甲")], [[Text("长文" * 600)]]), width=WIDTH)

    assert (short.breakable, short.tall) == (False, False)
    assert (long.breakable, long.tall) == (True, True)


def test_a_table_without_rows_has_its_head():
    assert grid(Table("", [Column("甲"), Column("乙")], []), width=WIDTH).rows == []


def test_two_short_pairs_share_a_row_and_a_long_value_has_its_own():
    form = form_of(
        Pairs(
            "",
            [
                ("甲", Text("一")),
                ("乙", Text("二")),
                ("丙", Text("三")),
                ("丁", Text(DIGEST)),
                ("戊", Text("五")),
            ],
        )
    )

    assert form.rows == [[("甲", "一"), ("乙", "二")], [("丙", "三")], [("丁", DIGEST)], [("戊", "五")]]
    assert not form.breakable
    assert form_of(Pairs("", [("甲", Text("长文" * 600))])).breakable


def test_a_credit_code_is_not_broken():
    code = "11340655H2QWJM8FDF"
    table = Table(
        "",
        [Column("角色"), Column("名称", 3), Column("信用代码", 0.5)],
        [[Text("单位"), Text("名" * 60), Text(code)]],
    )
    laid = grid(table, width=WIDTH)

    assert laid.widths[2] >= ems(code) * laid.size + 2 * INSET


def test_what_short_columns_do_not_need_goes_to_long_texts():
    columns = [Column("项目编号"), Column("项目名称"), Column("开始日期"), Column("结束日期"), Column("阶段")]
    row = [
        Text("BA2022001"),
        Text("射频前端模组关键技术研发及产业化"),
        *[Day(date(2022, 9, 1), is_short=True)] * 2,
        Text("验收"),
    ]
    laid = grid(Table("", columns, [row] * 8), width=WIDTH)

    assert lines_of(laid.rows[0][1], (laid.widths[1] - 2 * INSET) / laid.size) == 1


def test_a_table_is_set_smaller_where_that_makes_it_much_lower():
    columns = [
        Column(title) for title in ("主管部门", "项目名称", "承担单位", "实施期届满", "申请验收", "结论日期")
    ]
    row = [*[Text("射频前端模组关键技术研发及产业化")] * 3, *[Day(date(2022, 9, 1), is_short=True)] * 3]

    assert grid(Table("", columns, [row] * 8), width=WIDTH).size == SIZES[1]


def test_a_parted_table_keeps_three_rows_together_at_either_end_and_fewer_long_ones():
    def rows(count, lines=1):
        return grid(Table("", [Column("甲")], [[Text("\n".join("甲" * lines))]] * count), width=WIDTH)

    assert [
        (laid.breakable, laid.first, laid.last) for laid in (rows(6), rows(7), rows(5, 3), rows(5, 6))
    ] == [
        (False, 0, 0),
        (True, 3, 3),
        (False, 0, 0),
        (True, 2, 2),
    ]
    assert (rows(9, 8).first, rows(9, 20).first) == (2, 0)
