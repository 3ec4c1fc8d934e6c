"""Every act of the API upon one project, each by who may do it and with a sound body, to be tried at any stage."""

from __future__ import annotations

from typing import NamedTuple

from lifecycle import inspections
from lifecycle.moves import MOVES
from tests.journeys.desk import Desk, Json


class Act(NamedTuple):
    """What is sent: by whom, to which address of the project, and what."""

    who: str
    path: str
    said: Json
    method: str = "post"


def nothing_goes(desk: Desk, *, but: tuple[str, ...] = ()) -> None:
    """Whatever is tried is a conflict that says why, and leaves no trace. but: ends of addresses that are open."""
    paper = desk.rows("auditor", "documents/")[0]["id"]
    tried = [act for act in acts(desk, paper) if not act.path.endswith(but)] if but else acts(desk, paper)
    for act in tried:
        desk.refused(act.who, act.path, act.said, method=act.method)
    assert len(tried) > 50


def acts(desk: Desk, paper: int) -> list[Act]:
    """paper: a document of the project, for what is decided on one. Each subject is its first of the project."""
    today = desk.clock.today.isoformat()
    on = {"on": today}
    why = {"reason": "按程序办理"}
    found = [Act(move.role, f"moves/{move.name}/", _said(move.name, paper, desk)) for move in MOVES.values()]
    for who, kind, source in (
        ("unit", "支出", "省拨款"),
        ("park", "拨付单位", "园区配套"),
        ("park", "到账园区", "省拨款"),
        ("province", "直接拨付", "省拨款"),
    ):
        movement = {"kind": kind, "source": source, "amount": "0.01", "voucher": "R-0", "invoice": "", **on}
        found.append(Act(who, "entries/", movement | ({"category": "业务费"} if kind == "支出" else {})))
    tranche = {
        "source": "园区配套",
        "number": 9,
        "planned_on": today,
        "amount": "1.00",
        "condition": "",
    }
    found.append(Act("park", "tranches/", tranche))
    found += [
        act
        for pk in _first(desk, "tranches/")
        for act in (
            Act("park", f"tranches/{pk}/", {"amount": "1.00"}, "patch"),
            Act("park", f"tranches/{pk}/", None, "delete"),
            Act("park", f"tranches/{pk}/arrive/", {"voucher": "R-0"}),
            Act("park", f"tranches/{pk}/pay/", {"voucher": "R-0"}),
        )
    ]
    found.append(Act("park", "milestones/", {"year": 2027, "name": "另一项", "planned_on": "2027-06-30"}))
    found += [
        act
        for pk in _first(desk, "milestones/")
        for act in (
            Act("unit", f"milestones/{pk}/progress/", {"progress": "改写"}),
            Act("unit", f"milestones/{pk}/hand-in/", {"completed_on": today, "statement": "改写"}),
            Act("unit", f"milestones/{pk}/take-back/", None),
            Act("park", f"milestones/{pk}/verify/", on),
            Act("park", f"milestones/{pk}/return/", on | why),
            Act("province", f"milestones/{pk}/waive/", on | why),
        )
    ]
    year = desk.rows("auditor", "annual-reports/")[0]["year"]
    points = [{"section": "results", "text": "请补充"}]
    found += [
        Act("unit", "annual-reports/", {"year": year}),
        Act("unit", f"annual-reports/{year}/", {"content": {"results": "改写"}}, "patch"),
        Act("unit", f"annual-reports/{year}/hand-in/", on),
        Act("park", f"annual-reports/{year}/return/", on | {"points": points}),
        Act("park", f"annual-reports/{year}/accept/", on),
    ]
    held = {
        "held_on": today,
        "checklist": [{"item": item, "is_met": True} for item in inspections.ITEMS],
        "result": "通过",
        "opinion": "已核对",
    }
    planned = {"kind": "spot", "planned_on": today, "inspector": "设区市科技局"}
    found.append(Act("city", "inspections/", planned))
    for pk in _first(desk, "inspections/"):
        found.append(Act("city", f"inspections/{pk}/hold/", held))
        found.append(Act("city", f"inspections/{pk}/cancel/", on | why))
    for pk in _first(desk, "findings/"):
        found.append(Act("unit", f"findings/{pk}/reply/", on | {"answer": "已整改"}))
        found.append(Act("city", f"findings/{pk}/return/", on | why))
        found.append(Act("city", f"findings/{pk}/close/", on))
    for kind, wanted in (
        ("leader", {"leader": "另一人"}),
        ("term", {"months": 1}),
        ("members", {"members": "另一组"}),
        ("early_acceptance", {"planned_on": "2027-06-30"}),
    ):
        found.append(Act("unit", "changes/", {"kind": kind, "wanted": wanted, **why}))
    for pk in _first(desk, "changes/"):
        found.append(Act("unit", f"changes/{pk}/", {"wanted": {"leader": "另一人"}}, "patch"))
        found.append(Act("unit", f"changes/{pk}/hand-in/", on))
        found.append(Act("unit", f"changes/{pk}/withdraw/", on))
        for act in ("agree", "return", "refuse"):
            found.append(Act("park", f"changes/{pk}/{act}/", on | ({} if act == "agree" else why)))
    found.append(Act("park", "contract/", {}))
    for contract in desk.rows("auditor", "contract/"):
        found.append(Act("park", f"contract/{contract['version']}/sign/", {"signatory": "王主任"}))
        found.append(Act("park", f"contract/{contract['version']}/withdraw/", why))
    organiser = desk.get("province", "acceptance/")["organisers"][0]
    expert = {"name": "另一专家", "organisation": "示例学会"}
    passed = {"task_verdict": "通过验收", "finance_verdict": "通过验收", "opinion": "同意"}
    found += [
        Act("unit", "acceptance/technical-report/", {"document_no": "科报2", **on}),
        Act("city", "acceptance/city-review/", {"opinion": "同意", **on}),
        Act("province", "acceptance/agree/", {"organiser": organiser, **on}),
        Act("province", "acceptance/panel/", expert),
        Act("province", "acceptance/verdict/", {"meeting_on": today, **passed}),
        Act(
            "province",
            "acceptance/publication/",
            {"published_from": today, "published_until": "2029-12-31"},
        ),
        Act("province", "acceptance/certificate/", {"certificate_no": "证2", **on}),
        Act("province", "acceptance/archive/", {"archive_no": "档2", **on}),
    ]
    for each in desk.get("province", "acceptance/panel/")[:1]:
        found.append(Act("province", f"acceptance/panel/{each['id']}/", None, "delete"))
        found.append(Act("province", f"acceptance/panel/{each['id']}/link/", {}))
        found.append(Act("province", f"acceptance/panel/{each['id']}/link/", None, "delete"))
    audit = {
        "firm": "示例会计师事务所",
        "report_no": "会审2",
        "opinion": "无保留意见",
        "audited_investment": "1.00",
    }
    found += [
        Act("unit", "audits/", audit | on),
        Act("unit", "settlement/", on),
        Act("province", "surplus/", {"use": "kept", **why}),
    ]
    for refund in desk.rows("auditor", "refunds/")[:1]:
        came = {"amount": "0.01", "voucher": "收-0", **on}
        found.append(Act("province", f"refunds/{refund['id']}/receipts/", came))
        found.append(Act("province", f"refunds/{refund['id']}/withdraw/", on | why))
        found.append(Act("province", f"refunds/{refund['id']}/interest/", on | {"interest": "1.00"}))
    found.append(Act("unit", "exemptions/", {"rule": "FIN-04", **why}))
    entries = desk.rows("auditor", "entries/?kind=支出&source=省拨款")
    found += [
        act
        for entry in [each for each in entries if not each["reversed_by"] and not each["reverses"]][:1]
        for act in (
            Act("unit", f"entries/{entry['sequence']}/reverse/", on | why),
            Act("unit", f"entries/{entry['sequence']}/disallow/", on | why),
        )
    ]
    return found


def _first(desk: Desk, path: str) -> list[int]:
    """The id of the first row of a list, where there is one."""
    return [row["id"] for row in desk.rows("auditor", path)[:1]]


def _said(move: str, paper: int, desk: Desk) -> Json:
    needs = MOVES[move].needs
    said: dict[str, Json] = {}
    if "reason" in needs:
        said["reason"] = "按程序办理"
    if "reason_class" in needs:
        said["reason_class"] = "objective"
    if "document" in needs:
        said["document"] = paper
    if "findings" in needs:
        said["findings"] = [{"severity": "major", "text": "检测报告不全"}]
        said["due_on"] = desk.clock.today.replace(day=28).isoformat()
    return said
