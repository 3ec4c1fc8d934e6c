"""The form of each kind of change: plain fields, lists filled in row by row, a grid for the budget."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal
from functools import cached_property
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from backend.pages.budget_form import BudgetForm
from backend.pages.fields import AmountField, DayField, Select
from backend.pages.row_sets import Row, RowSet, raw_values
from lifecycle.changes.acts import REASON_LENGTH
from lifecycle.changes.facts import facts_of, target_rows
from lifecycle.changes.shapes import LONG
from lifecycle.contracts import AMOUNTS, LABELS, SOURCE_OF
from lifecycle.contracts.budget import FIELD
from lifecycle.contracts.terms import annexes_of
from lifecycle.errors import Conflict, Invalid
from lifecycle.models import ChangeKind, Milestone, Project, Site
from lifecycle.models.milestone import UNDONE

FISCAL = ("省拨款", "园区配套")


def _whole(least: int, most: int, **options: Any) -> forms.IntegerField:
    widget = forms.TextInput(attrs={"inputmode": "numeric", "autocomplete": "off"})
    return forms.IntegerField(min_value=least, max_value=most, widget=widget, **options)


def _long(label: Any, *, required: bool = True, rows: int = 6) -> forms.CharField:
    return forms.CharField(
        label=label, max_length=LONG, required=required, widget=forms.Textarea(attrs={"rows": str(rows)})
    )


class ReasonForm(forms.Form):
    """What every change says."""

    reason = forms.CharField(
        label=gettext_lazy("变更理由"),
        max_length=REASON_LENGTH,
        widget=forms.Textarea(attrs={"rows": "3"}),
    )


class UnitForm(forms.Form):
    unit = forms.CharField(
        label=gettext_lazy("变更后的承担单位"),
        max_length=200,
        help_text=gettext_lazy("须已在系统中登记为承担单位，填写全称。"),
    )
    site = forms.ChoiceField(widget=Select, label=gettext_lazy("变更后的所在地"), choices=Site.choices)


class LeaderForm(forms.Form):
    leader = forms.CharField(label=gettext_lazy("变更后的项目负责人"), max_length=100)


class TermForm(forms.Form):
    months = _whole(
        1,
        120,
        label=gettext_lazy("延长月数"),
        help_text=gettext_lazy("一般只能延期一次，不超过 12 个月，须在期满 3 个月前提出。"),
    )


class EarlyAcceptanceForm(forms.Form):
    planned_on = DayField(label=gettext_lazy("拟申请验收日期"))


class PartnersForm(forms.Form):
    partners = _long(gettext_lazy("变更后的参与单位"), required=False, rows=3)


class MembersForm(forms.Form):
    members = _long(gettext_lazy("变更后的项目组成员"))


class TechnicalRouteForm(forms.Form):
    technical_route = _long(gettext_lazy("变更后的技术路线"))


class AmountsForm(forms.Form):
    """The five amounts of a contract, in yuan."""

    def __init__(self, data: Any = None, **options: Any) -> None:
        super().__init__(data, **options)
        for name in AMOUNTS:
            self.fields[name] = AmountField(
                label=LABELS[name], may_be_zero=True, below_zero=name == "self_raised"
            )


class TargetRow(Row):
    tells = ("category", "name", "unit_of_measure", "contract_value")
    id = forms.IntegerField(widget=forms.HiddenInput, required=False)
    name = forms.CharField(label=gettext_lazy("考核指标"), max_length=200)
    contract_value = forms.CharField(label=gettext_lazy("合同值"), max_length=200)
    unit_of_measure = forms.CharField(label=gettext_lazy("计量单位"), max_length=50, required=False)
    category = forms.CharField(label=gettext_lazy("类别"), max_length=100, required=False)


class TrancheRow(Row):
    tells = ("number", "planned_on", "amount", "condition")
    source = forms.ChoiceField(widget=Select, label=gettext_lazy("资金来源"))
    number = _whole(1, 999, label=gettext_lazy("期次"))
    planned_on = DayField(label=gettext_lazy("计划拨付日期"))
    amount = AmountField(label=gettext_lazy("金额（元）"))
    condition = forms.CharField(label=gettext_lazy("拨付条件"), max_length=LONG, required=False)
    is_tail = forms.BooleanField(label=gettext_lazy("尾款"), required=False)

    def __init__(self, data: Any = None, **options: Any) -> None:
        super().__init__(data, **options)
        source = self.fields["source"]
        assert isinstance(source, forms.ChoiceField)
        source.choices = [(word, _(word)) for word in FISCAL]


class AddedRow(Row):
    tells: tuple[str, ...] = ("year", "name", "planned_on")
    may_go = False
    year = _whole(2000, 2099, label=gettext_lazy("年度"))
    name = forms.CharField(label=gettext_lazy("里程碑"), max_length=200)
    planned_on = DayField(label=gettext_lazy("计划完成日期"))


class StandingRow(AddedRow):
    """A milestone that is not done yet."""

    tells: tuple[str, ...] = ("id",)
    may_go = True
    gone_label = gettext_lazy("取消")
    id = forms.IntegerField(widget=forms.HiddenInput)


class Editor:
    """All that is filled in for one change. form: its plain fields; row_sets: its lists; budget: its grid.

    `data` is what was sent; without it the fields show `wanted`, what a draft said so far, or what stands.
    """

    form: forms.Form | None = None
    budget: BudgetForm | None = None

    def __init__(
        self,
        kind: str,
        project: Project,
        data: Mapping[str, Any] | None = None,
        *,
        reason: str = "",
        wanted: dict[str, Any] | None = None,
    ) -> None:
        self.kind, self.project, self.data = kind, project, data
        self.head = ReasonForm(data, initial={"reason": reason})
        self.row_sets: list[RowSet] = []
        self._classes: dict[str, type[Row]] = {}
        self.present = facts_of(kind, project, {})
        _BUILD[kind](self, wanted)

    def is_valid(self) -> bool:
        """Whether each part is of its shape; all are looked at, so that every fault shows."""
        parts = [self.head, self.form, self.budget, *self.row_sets]
        return all([part.is_valid() for part in parts if part is not None])

    @property
    def reason(self) -> str:
        said: str = self.head.cleaned_data["reason"]
        return said

    def wanted(self) -> dict[str, Any]:
        """What is wanted, as `lifecycle.changes` takes it."""
        wanted: dict[str, Any] = {}
        if isinstance(self.form, AmountsForm):
            wanted["amounts"] = _plain(self.form.cleaned_data)
        elif self.form is not None:
            wanted |= _plain(self.form.cleaned_data)
        for rows in self.row_sets:
            wanted[rows.prefix] = [_plain(row.cleaned_data, but="gone") for row in rows.wanted]
        if self.budget is not None:
            wanted[FIELD] = self.budget.wanted()
        if self.kind == ChangeKind.WORK_PLAN:
            wanted["drop"] = [_id(row.initial["id"]) for row in self._set("move").gone]
            wanted["move"] = [row for row in wanted["move"] if row not in self.standing]
        return wanted

    def take(self, refusal: Invalid | Conflict) -> None:
        """Show the refusal beside what it speaks of."""
        faults = refusal.details if isinstance(refusal, Invalid) else {}
        for where, sentence in faults.items():
            self._place(where, sentence)
        if not faults:
            self.head.add_error(None, refusal.message)

    def lengthened(self) -> Editor:
        """The same as it was typed, right or wrong, with more blank rows."""
        assert self.data is not None
        longer = Editor(self.kind, self.project)
        longer.head = ReasonForm(initial=raw_values(longer.head, self.data))
        if longer.form is not None:
            longer.form.initial = raw_values(longer.form, self.data)
        if longer.budget is not None:
            longer.budget.initial = raw_values(longer.budget, self.data)
        longer.row_sets = [
            RowSet.longer(rows, self.data, self._classes[rows.prefix]) for rows in longer.row_sets
        ]
        return longer

    def _place(self, where: str, sentence: str) -> None:
        head, _dot, rest = where.partition(".")
        place, _dot, field = rest.partition(".")
        rows = next((each for each in self.row_sets if each.prefix == head), None)
        if where in self.head.fields:
            self.head.add_error(where, sentence)
        elif head == FIELD and self.budget is not None:
            self.budget.take(where, sentence)
        elif rows is not None and place.isdigit():
            rows.take(self._sent(rows, int(place)), field, sentence)
        elif rows is not None:
            rows.faults.append(sentence)
        elif self.form is not None and (head == "amounts" or where in self.form.fields):
            self.form.add_error(
                rest if rest in self.form.fields else where if where != head else None, sentence
            )
        else:
            self.head.add_error(None, sentence)

    def _sent(self, rows: RowSet, place: int) -> int:
        """The place among the rows of what was the service's row at `place`; unmoved milestones were left out."""
        if self.kind != ChangeKind.WORK_PLAN or rows.prefix != "move":
            return place
        moved = [
            number
            for number, row in enumerate(rows.wanted)
            if _plain(row.cleaned_data, but="gone") not in self.standing
        ]
        return moved[place] if place < len(moved) else len(rows.wanted)

    def _set(self, prefix: str) -> RowSet:
        return next(rows for rows in self.row_sets if rows.prefix == prefix)

    def _rows(self, title: Any, row: type[Row], prefix: str, **options: Any) -> None:
        self._classes[prefix] = row
        self.row_sets.append(RowSet(title, row, prefix, data=self.data, **options))

    @cached_property
    def standing(self) -> list[dict[str, Any]]:
        """The milestones that may still be moved, as the service would have them unmoved."""
        rows = Milestone.objects.filter(project=self.project, state__in=UNDONE).order_by("planned_on", "pk")
        return [
            {**row, "planned_on": row["planned_on"].isoformat()}
            for row in rows.values("id", "year", "name", "planned_on")
        ]


def _simple(
    form: type[forms.Form], *, starts: bool = True
) -> Callable[[Editor, dict[str, Any] | None], None]:
    """Plain fields. starts: whether they begin with what stands, to be edited."""

    def build(editor: Editor, wanted: dict[str, Any] | None) -> None:
        editor.form = form(editor.data, initial=wanted or (editor.present if starts else {}))

    return build


def _unit(editor: Editor, wanted: dict[str, Any] | None) -> None:
    editor.form = UnitForm(editor.data, initial=wanted or {"site": editor.project.site})


def _targets(editor: Editor, wanted: dict[str, Any] | None) -> None:
    rows = wanted["targets"] if wanted else target_rows(editor.project)
    editor._rows(gettext_lazy("变更后的全部考核指标"), TargetRow, "targets", initial=rows)


def _money(editor: Editor, wanted: dict[str, Any] | None) -> None:
    known = wanted or editor.present
    editor.form = AmountsForm(editor.data, initial=known["amounts"])
    editor._rows(
        gettext_lazy("变更后的全部拨款计划"),
        TrancheRow,
        "tranches",
        initial=known["tranches"],
        help_text=gettext_lazy("省拨款和园区配套各期合计应等于上面的合同金额，且不少于已拨付的金额。"),
    )
    if editor.present[FIELD]:
        committed = {source: Decimal(known["amounts"][name]) for name, source in SOURCE_OF.items()}
        _grid(editor, committed, known.get(FIELD) or editor.present[FIELD])


def _categories(editor: Editor, wanted: dict[str, Any] | None) -> None:
    _grid(editor, editor.project.committed(), (wanted or annexes_of(editor.project))[FIELD])


def _grid(editor: Editor, committed: Mapping[str, Decimal], budget: Any) -> None:
    editor.budget = BudgetForm(
        editor.data, scheme=editor.project.category_scheme, committed=committed, budget=budget
    )


def _work_plan(editor: Editor, wanted: dict[str, Any] | None) -> None:
    moved = {row["id"]: row for row in (wanted or {}).get("move", ())}
    drop = (wanted or {}).get("drop", ())
    rows = [{**row, **moved.get(row["id"], {}), "gone": row["id"] in drop} for row in editor.standing]
    editor._rows(
        gettext_lazy("尚未完成的里程碑"),
        StandingRow,
        "move",
        initial=rows,
        blank=0,
        help_text=gettext_lazy("改动需要调整的行；不再需要的勾选“取消”。已提交和已核实的不能调整。"),
    )
    editor._rows(gettext_lazy("新增的里程碑"), AddedRow, "add", initial=(wanted or {}).get("add", ()))


def _plain(values: Mapping[str, Any], *, but: str = "") -> dict[str, Any]:
    """Cleaned values as JSON has them."""
    return {name: _json(value) for name, value in values.items() if name != but}


def _id(text: Any) -> int:
    """The id that was sent; one that no row has where it is none."""
    return int(text) if str(text).isdigit() and len(str(text)) < 19 else 0


def _json(value: Any) -> Any:
    if isinstance(value, date):
        return value.isoformat()
    return f"{value:.2f}" if isinstance(value, Decimal) else value


_BUILD: dict[str, Callable[[Editor, dict[str, Any] | None], None]] = {
    ChangeKind.UNIT: _unit,
    ChangeKind.LEADER: _simple(LeaderForm, starts=False),
    ChangeKind.TERM: _simple(TermForm),
    ChangeKind.TARGETS: _targets,
    ChangeKind.TOTAL: _money,
    ChangeKind.EARLY_ACCEPTANCE: _simple(EarlyAcceptanceForm),
    ChangeKind.PARTNERS: _simple(PartnersForm),
    ChangeKind.SOURCE_STRUCTURE: _money,
    ChangeKind.WORK_PLAN: _work_plan,
    ChangeKind.MEMBERS: _simple(MembersForm),
    ChangeKind.TECHNICAL_ROUTE: _simple(TechnicalRouteForm),
    ChangeKind.CATEGORIES: _categories,
}
