"""The plan of a whole file, sheet by sheet, in the order in which they build on one another."""

from collections.abc import Callable
from typing import Any

from django.db.models import Model
from django.utils.translation import gettext as _

from backend.workbook.credit_code import is_sound
from backend.workbook.folding import folded, tight
from backend.workbook.limits import LimitPlan
from backend.workbook.plan import Desk, Plan, by_key, plan_records, shown_value
from backend.workbook.sheets.projects import CONTRACT_AMOUNTS
from backend.workbook.tables import Row, Sheetful
from finance.models import Entry
from finance.terms import SPENDING
from lifecycle.models import AnnualReport, Batch, Cluster, DatedEvent, Milestone, Project, Target, Tranche
from lifecycle.parties.models import Membership, Organisation, OrganisationKind

_BELOW_A_PROJECT: dict[str, type[Model]] = {
    "考核指标": Target,
    "拨款计划": Tranche,
    "里程碑": Milestone,
    "年度报告": AnnualReport,
    "检查验收": DatedEvent,
}
_MAY_CARRY_A_PROJECT = (OrganisationKind.UNIT, OrganisationKind.PARTNER)


def plan_organisations(desk: Desk, sheet: Sheetful) -> Plan:
    """单位. A parent may stand in the same file, above or below."""
    _register(desk, sheet, Organisation, "name")
    codes: dict[str, int] = {}
    for row in sheet.rows:
        _check_credit_code(desk, sheet, row, codes)

    other_kinds: dict[int, Row] = {}

    def judge(row: Row, organisation: Organisation, adding: bool, former: dict[str, Any]) -> str | None:
        reason = desk.scope.against_organisation(
            organisation, former_parent=former.get("parent", organisation.parent_id), changed=former
        )
        if reason is None and "kind" in former:
            other_kinds[organisation.pk] = row
        return reason

    plan = plan_records(
        desk, sheet, model=Organisation, existing=_registered(desk, sheet, "name"), judge=judge
    )
    if other_kinds:
        _check_new_kinds(desk, sheet, other_kinds)
    _check_tree(desk, sheet)
    return plan


def plan_batches(desk: Desk, sheet: Sheetful) -> Plan:
    """批次, with their limits; an empty limit is left as it is."""
    _register(desk, sheet, Batch, "name")
    batches = [_registered(desk, sheet, "name")(row) for row in sheet.rows]
    limits = LimitPlan(
        desk, sheet, [batch.pk for batch in batches if batch is not None and batch.pk is not None]
    )
    plan = plan_records(
        desk,
        sheet,
        model=Batch,
        existing=_registered(desk, sheet, "name"),
        judge=lambda row, batch, adding, former: desk.scope.against_batch(),
        beside=limits.compare,
    )
    plan.beside = limits.plan
    return plan


def plan_clusters(desk: Desk, sheet: Sheetful) -> Plan:
    """集群, each of one park."""
    _register(desk, sheet, Cluster, "name")

    def judge(row: Row, cluster: Cluster, adding: bool, former: dict[str, Any]) -> str | None:
        park = _set_on(cluster, "park")
        if park is not None and park.kind and park.kind != OrganisationKind.PARK:
            desk.fault(sheet, row, "park", _("该单位的类型不是“高新区管委会”"))
        return desk.scope.against_cluster(cluster, former_park=former.get("park"))

    return plan_records(desk, sheet, model=Cluster, existing=_registered(desk, sheet, "name"), judge=judge)


def plan_projects(desk: Desk, sheet: Sheetful) -> Plan:
    """项目. The stage and the contract amounts of a known project have their own doors."""
    _register(desk, sheet, Project, "number")
    new_schemes: dict[int, Row] = {}

    def judge(row: Row, project: Project, adding: bool, former: dict[str, Any]) -> str | None:
        unit = _set_on(project, "unit")
        if unit is not None and unit.kind and unit.kind not in _MAY_CARRY_A_PROJECT:
            desk.fault(sheet, row, "unit", _("该单位的类型不是“承担单位”"))
        former_park = None
        if "cluster" in former:
            old = desk.directory.find("集群", desk.directory.name_of("集群", former["cluster"]))
            former_park = old.park_id if old is not None else -1
        reason = desk.scope.against_project(project, former_park=former_park)
        if reason is not None:
            return reason
        for name, value in former.items():
            present = {"present": shown_value(sheet.table[name], value)}
            if name == "state":
                desk.fault(
                    sheet,
                    row,
                    name,
                    _("已有项目的阶段不能通过导入改变（现为“%(present)s”），请办理阶段变更") % present,
                )
            elif name in CONTRACT_AMOUNTS:
                desk.fault(
                    sheet,
                    row,
                    name,
                    _("已有项目的合同金额不能通过导入改变（现为 %(present)s 元），请办理合同变更") % present,
                )
            elif name == "category_scheme":
                new_schemes[project.pk] = row
        return None

    plan = plan_records(desk, sheet, model=Project, existing=_registered(desk, sheet, "number"), judge=judge)
    if new_schemes:
        spent = Entry.objects.filter(project__in=new_schemes, kind=SPENDING).values_list("project", flat=True)
        for pk in spent.distinct():
            desk.fault(
                sheet,
                new_schemes[pk],
                "category_scheme",
                _("项目已按原科目体系登记支出，不能更换支出科目体系"),
            )
    return plan


def plan_below_projects(desk: Desk, sheet: Sheetful) -> Plan:
    """考核指标, 拨款计划, 里程碑, 年度报告, 检查验收: records of a project, known by their key within it."""
    title = sheet.table.title
    model = _BELOW_A_PROJECT[title]
    column = sheet.table["project"]
    projects = {id(row): desk.directory.find(column.refers, row["project"] or "") for row in sheet.rows}
    of_pk = {
        project.pk: project for project in projects.values() if project is not None and project.pk is not None
    }
    known = by_key(
        model._default_manager.filter(project__in=of_pk) if of_pk else (),
        ("project_id", *sheet.table.key[1:]),
    )

    def existing(row: Row) -> Any | None:
        project = projects[id(row)]
        if project is None or project.pk is None:
            return None
        return known.get((project.pk, *sheet.table.key_of(row.values)[1:]))

    def judge(row: Row, record: Any, adding: bool, former: dict[str, Any]) -> str | None:
        project = projects[id(row)]
        if project is None:
            return None
        if isinstance(record, AnnualReport) and record.content:
            return _("该年度报告已在系统内填报，不能通过导入改变，请在年度报告页办理")
        changed = {name for name in sheet.headings if row[name] not in ("", None)} - set(sheet.table.key)
        return desk.scope.against_record(title, project, adding=adding, changed=changed if adding else former)

    def settle(record: Any) -> tuple[str, ...]:
        """Milestones and annual reports stand as their days and texts say they do."""
        if isinstance(record, Milestone):
            project = _set_on(record, "project") or of_pk.get(record.project_id)
            record.follow_the_record(verified=project is not None and desk.scope.may_verify(project))
            return ("state", "waived_on")
        if isinstance(record, AnnualReport):
            record.follow_the_record()
            return ("state",)
        return ()

    return plan_records(desk, sheet, model=model, existing=existing, judge=judge, settle=settle)


def _register(desk: Desk, sheet: Sheetful, model: type[Model], name: str) -> None:
    """Let every new row be found by its name before any row refers to it."""
    title = sheet.table.title
    for row in sheet.rows:
        text = row[name]
        if name in row.bad or not text or desk.directory.find(title, text) is not None:
            continue
        if desk.directory.is_hidden(title, text):
            desk.fault(sheet, row, name, _("该名称或编号已被使用，且不在您的管理范围内"))
        desk.directory.add(title, text, model())


def _registered(desk: Desk, sheet: Sheetful, name: str) -> Callable[[Row], Any | None]:
    def existing(row: Row) -> Any | None:
        return None if name in row.bad or not row[name] else desk.directory.find(sheet.table.title, row[name])

    return existing


def _check_credit_code(desk: Desk, sheet: Sheetful, row: Row, seen: dict[str, int]) -> None:
    if "credit_code" in row.bad:
        return
    code = tight(row["credit_code"]).upper()
    if not is_sound(code):
        desk.warn(sheet, row, "credit_code", _("统一社会信用代码的校验码不符（GB 32100），请人工核对"))
    first = seen.setdefault(code, row.number)
    if first != row.number:
        desk.warn(
            sheet, row, "credit_code", _("与第 %(row)s 行的统一社会信用代码相同，请人工核对") % {"row": first}
        )


def _check_new_kinds(desk: Desk, sheet: Sheetful, rows: dict[int, Row]) -> None:
    """An organisation that acts as what it is stays what it is; `rows` by the id of the organisation."""
    acting = set(Cluster.objects.filter(park__in=rows).values_list("park", flat=True))
    acting |= set(Project.objects.filter(unit__in=rows).values_list("unit", flat=True))
    acting |= set(Membership.objects.filter(organisation__in=rows).values_list("organisation", flat=True))
    for pk in acting:
        desk.fault(sheet, rows[pk], "kind", _("该单位已有集群、项目或用户，不能更换单位类型"))


def _check_tree(desk: Desk, sheet: Sheetful) -> None:
    """No organisation may stand above itself."""
    above = {
        folded(desk.directory.name_of("单位", pk)): folded(desk.directory.name_of("单位", parent))
        for pk, parent in Organisation.objects.exclude(parent=None).values_list("pk", "parent")
    }
    if "parent" not in sheet.headings:
        return
    for row in sheet.rows:
        if row["name"]:
            above[folded(row["name"])] = folded(row["parent"] or "")
    for row in sheet.rows:
        path: list[str] = []
        name = folded(row["name"] or "")
        while name and name not in path:
            path.append(name)
            name = above.get(name, "")
        if name and name == folded(row["name"] or ""):
            desk.fault(sheet, row, "parent", _("上级单位互相循环，单位不能是自己的上级"))


def _set_on(instance: Model, name: str) -> Any | None:
    """The reference that was set on an instance, without asking the database."""
    return instance._state.fields_cache.get(name)


PLANNERS: dict[str, Callable[[Desk, Sheetful], Plan]] = {
    "单位": plan_organisations,
    "批次": plan_batches,
    "集群": plan_clusters,
    "项目": plan_projects,
    **dict.fromkeys(_BELOW_A_PROJECT, plan_below_projects),
}
