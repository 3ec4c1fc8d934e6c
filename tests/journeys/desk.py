"""One project of the sample, and everybody around it at their desks: all they do goes through the HTTP API."""

from __future__ import annotations

import csv
import hashlib
import io
from decimal import Decimal
from itertools import count
from typing import Any
from unittest.mock import patch
from uuid import UUID

from django.apps import apps
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from rest_framework.test import APIClient

from backend.sample import PASSWORD
from lifecycle import inspections
from lifecycle.acceptance.scoring import ITEMS
from lifecycle.guards import guards_of
from lifecycle.jobs.working import work
from lifecycle.moves import MOVES
from tests.journeys.clock import Clock
from tests.papers import pdf
from tests.reports.quick import quick_render

Json = Any

TITLES = {
    "application_form": "验收申请表",
    "summary_report": "项目实施总结报告",
}
"""The papers without which acceptance is not applied for, by the number they are filed under."""


class Desk:
    """The people of a project by role, each signed in with a fresh token after every leap of the clock."""

    def __init__(self, number: str, people: dict[str, str], clock: Clock) -> None:
        self.number = number
        self.people = people
        self.clock = clock
        self._signed_in: dict[str, tuple[str, APIClient]] = {}
        self._numbers = count(1)

    # Asking.

    def client(self, who: str) -> APIClient:
        day = self.clock.today.isoformat()
        if self._signed_in.get(who, ("", None))[0] != day:
            client = APIClient()
            answer = client.post(
                "/api/v1/auth/token/", {"username": self.people[who], "password": PASSWORD}, format="json"
            )
            assert answer.status_code == 200, answer.content.decode()
            client.credentials(HTTP_AUTHORIZATION=f"Token {answer.json()['token']}")
            self._signed_in[who] = (day, client)
        return self._signed_in[who][1]

    def address(self, path: str) -> str:
        return f"/api/v1/projects/{self.number}/{path}"

    def get(self, who: str, path: str = "") -> Json:
        answer = self.client(who).get(self.address(path))
        assert answer.status_code == 200, answer.content.decode()
        return answer.json()

    def rows(self, who: str, path: str) -> list[Json]:
        """Every row of a list, over its pages."""
        found, address = [], self.address(path)
        while address:
            answer = self.client(who).get(address)
            assert answer.status_code == 200, answer.content.decode()
            page = answer.json()
            found += page["results"]
            address = page["next"]
        assert len(found) == page["count"]
        return found

    def downloads(self, who: str, path: str) -> bytes:
        """A file, whole."""
        answer = self.client(who).get(self.address(path))
        assert answer.status_code == 200, answer
        content: bytes = answer.getvalue()
        return content

    def does(self, who: str, path: str, said: Json = None, *, method: str = "post", key: str = "") -> Json:
        """What is done, and the answer to it."""
        answer = self._send(who, path, said, method, key)
        assert answer.status_code in (200, 201, 202, 204), answer.content.decode()
        return answer.json() if answer.content else None

    def refused(
        self,
        who: str,
        path: str,
        said: Json = None,
        *,
        status: int = 409,
        code: str = "",
        method: str = "post",
    ) -> Json:
        """What is refused leaves everything as it was; the details of the refusal."""
        self.client(who)
        before = counts()
        answer = self._send(who, path, said, method, "")
        told = answer.json()
        assert (answer.status_code, told["code"]) == (status, code or told["code"]), told
        assert told["message"]
        assert counts() == before
        return told["details"]

    def _send(self, who: str, path: str, said: Json, method: str, key: str) -> Any:
        headers = {"HTTP_IDEMPOTENCY_KEY": key} if key else {}
        send = getattr(self.client(who), method)
        return send(self.address(path), {} if said is None else said, format="json", **headers)

    # Moving on.

    @property
    def state(self) -> str:
        state: str = self.get("auditor", "gates/")["state"]
        return state

    def blocked(self, who: str, move: str, unmet: set[str], **said: Json) -> None:
        """The move, tried too early: it names just these conditions, as the gates had said before."""
        gate = self.get(who, "gates/")["moves"][move]
        assert not gate["allowed"]
        assert codes(gate["conditions"]) == unmet
        assert gate["who"] == MOVES[move].role
        details = self.refused(who, f"moves/{move}/", said, code="blocked")
        assert codes(details["conditions"]) == unmet
        assert len(details["conditions"]) == len(gate["conditions"])

    def moves(self, who: str, move: str, **said: Json) -> Json:
        """The move, once everything is there."""
        gate = self.get(who, "gates/")["moves"][move]
        assert gate["allowed"], [each for each in gate["conditions"] if not each["met"]]
        made = self.does(who, f"moves/{move}/", said)
        assert made["effective_on"] == said.get("on", self.clock.today.isoformat())
        assert self.state == made["to_state"] == MOVES[move].target
        return made

    def issues(self, who: str, kind: str) -> str:
        """A report issued by a job, drawn by renderers that cost nothing; its number."""
        asked = self.does(who, f"reports/{kind}/", {"format": "pdf", "issue": True})
        with patch("reports.issuing.render", quick_render):
            work(UUID(asked["job"]), worker="desk", clock=self.clock)
        told = self.client(who).get(f"/api/v1/jobs/{asked['job']}/").json()
        assert told["state"] == "done", told
        return str(told["result"]["number"])

    def readiness(self, who: str = "park") -> set[str]:
        """What is still missing before acceptance may be applied for, from the first day on."""
        return codes(self.get(who, "gates/")["acceptance"]["conditions"])

    # Papers and money.

    def files(
        self,
        who: str,
        category: str,
        *,
        title: str = "",
        number: str = "",
        about: tuple[str, int] | None = None,
    ) -> int:
        """A small PDF, sent as a browser sends it; the id it is kept under."""
        content = pdf()
        said: dict[str, Json] = {
            "file": SimpleUploadedFile(f"{title or category}.pdf", content, "application/pdf"),
            "category": category,
            "title": title,
            "number": number,
        }
        if about is not None:
            said["subject"], said["subject_id"] = about
        answer = self.client(who).post(self.address("documents/"), said, format="multipart")
        assert answer.status_code == 201, answer.content.decode()
        kept = answer.json()
        assert kept["sha256"] == hashlib.sha256(content).hexdigest()
        paper: int = kept["id"]
        return paper

    def posts(self, who: str, kind: str, source: str, amount: str, **more: str) -> Json:
        """A movement of today; the same key once more answers the same entry."""
        said = {
            "kind": kind,
            "source": source,
            "amount": amount,
            "on": self.clock.today.isoformat(),
            "voucher": self.voucher(),
            **more,
        }
        if kind == "支出":
            said = {"category": "业务费", "invoice": f"票{next(self._numbers):05}", **said}
        key = self.voucher()
        entry = self.does(who, "entries/", said, key=key)
        assert self.does(who, "entries/", said, key=key) == entry
        return entry

    def tranche(self, source: str, number: int) -> Json:
        return next(
            each
            for each in self.rows("auditor", "tranches/")
            if (each["source"], each["number"]) == (source, number)
        )

    def passes_on(self, source: str, number: int, act: str, who: str = "park", **said: str) -> Json:
        """A tranche that arrives or is paid, in full unless said otherwise."""
        pk = self.tranche(source, number)["id"]
        return self.does(
            who, f"tranches/{pk}/{act}/", {"voucher": self.voucher(), **said}, key=self.voucher()
        )

    def confirms(self) -> int:
        """The unit's word for every payment that waits for it; for how many."""
        waiting = self.rows("unit", "payments/?confirmed=no")
        for payment in waiting:
            word = self.does("unit", f"payments/{payment['sequence']}/confirm/")
            assert word["confirmed_on"] == self.clock.today.isoformat()
            self.refused("unit", f"payments/{payment['sequence']}/confirm/", code="already_confirmed")
        assert self.rows("unit", "payments/?confirmed=no") == []
        return len(waiting)

    def voucher(self) -> str:
        return f"R-{next(self._numbers):05}"

    def rule(self, code: str, who: str = "auditor") -> Json:
        """What a rule answers today."""
        rules = self.get(who, "rules/")["rules"]
        return next(answer for answer in rules if answer["code"] == code)

    # The work of each year.

    def milestones(self, year: int) -> list[Json]:
        found = self.rows("auditor", "milestones/")
        return [each for each in found if each["year"] == year and each["state"] != "verified"]

    def completes(self, milestone: Json) -> None:
        """A milestone on its whole way: refused without proof and by a stranger's word, then verified."""
        path = f"milestones/{milestone['id']}"
        done = {"completed_on": self.clock.today.isoformat(), "statement": "按计划完成，检测合格。"}
        self.does("unit", f"{path}/progress/", {"progress": "已完成样品试制"})
        self.refused("unit", f"{path}/hand-in/", done, code="evidence_missing")
        self.files("unit", "milestone", title="检测报告", about=("milestone", milestone["id"]))
        assert self.does("unit", f"{path}/hand-in/", done)["state"] == "handed_in"
        self.refused("unit", f"{path}/verify/", status=403, code="forbidden")
        assert self.does("park", f"{path}/verify/")["state"] == "verified"

    def reports_on(self, year: int) -> None:
        """An annual report, returned once with a point and accepted when that is mended."""
        path = f"annual-reports/{year}/"
        begun = self.does("unit", "annual-reports/", {"year": year})
        assert begun["state"] == "draft"
        assert begun["content"], "what is known already should be there"
        self.refused("unit", f"{path}hand-in/", status=400, code="invalid")
        sections = dict.fromkeys(("progress", "results", "money", "problems", "next_year"), "按计划推进。")
        benefits = {
            "sales": "1000000.00",
            "tax": "80000.00",
            "export": "0.00",
            "patents": 2,
            "standards": 1,
            "new_jobs": 12,
        }
        self.does(
            "unit",
            path,
            {"pace": "按计划", "content": {**sections, "benefits": benefits}},
            method="patch",
        )
        assert self.does("unit", f"{path}hand-in/")["state"] == "handed_in"
        point = {"section": "results", "text": "请补充第三方检测情况。"}
        assert self.does("park", f"{path}return/", {"points": [point]})["points"] == [point]
        self.does("unit", path, {"content": {"results": "已通过第三方检测。"}}, method="patch")
        self.does("unit", f"{path}hand-in/")
        assert self.does("park", f"{path}accept/")["state"] == "accepted"
        self.refused("unit", path, {"content": {"results": "改写"}}, method="patch", code="wrong_state")

    def inspected(self, who: str, result: str, findings: list[Json]) -> int:
        """A mid-term inspection, planned and held today; its id."""
        today = self.clock.today.isoformat()
        planned = self.does(
            who, "inspections/", {"kind": "midterm", "planned_on": today, "inspector": "云湖市科学技术局"}
        )
        held: Json = {
            "held_on": today,
            "checklist": [{"item": item, "is_met": True} for item in inspections.ITEMS],
            "result": result,
            "opinion": "台账与现场核查",
            "findings": findings,
        }
        done = self.does(who, f"inspections/{planned['id']}/hold/", held)
        assert (done["state"], done["result"]) == ("held", result)
        return int(done["id"])

    def mends(self, finding: int, closer: str) -> None:
        """A finding answered with proof and closed by who may."""
        path = f"findings/{finding}"
        answer = {"answer": "已整改，见附件。"}
        self.refused("unit", f"{path}/reply/", answer, code="proof_missing")
        proof = self.files("unit", "rectification", title="整改证明", about=("finding", finding))
        assert self.does("unit", f"{path}/reply/", answer)["proof"] == [proof]
        self.refused("unit", f"{path}/close/", status=403, code="forbidden")
        assert self.does(closer, f"{path}/close/")["state"] == "closed"

    def changes(self, kind: str, wanted: Json, reason: str = "实际需要") -> int:
        """A weighty change on its whole way: unit, park, city, province; its id."""
        change = self.does("unit", "changes/", {"kind": kind, "reason": reason, "wanted": wanted})
        self.passes(change["id"])
        return int(change["id"])

    def passes(self, pk: int) -> None:
        """A request that was drafted, along its chain; nobody decides before it is their turn."""
        path = f"changes/{pk}"
        self.refused("park", f"{path}/agree/", code="wrong_state")
        self.does("unit", f"{path}/hand-in/")
        self.refused("province", f"{path}/agree/", status=403, code="forbidden")
        for who, state in (("park", "at_city"), ("city", "at_province"), ("province", "approved")):
            assert self.does(who, f"{path}/agree/", {"comment": "同意"})["state"] == state

    def prepares_acceptance(self, report_no: str) -> None:
        """The technical report, an audit of the whole investment, the papers, and the settlement of today."""
        today = self.clock.today.isoformat()
        paper = self.files("unit", "technical_report", title="科技报告收录证明")
        self.does(
            "unit",
            "acceptance/technical-report/",
            {"document_no": f"科报{report_no}", "on": today, "document": paper},
        )
        self.does(
            "unit",
            "audits/",
            {
                "on": today,
                "firm": "示例会计师事务所",
                "report_no": report_no,
                "opinion": "无保留意见",
                "audited_investment": self.get("unit")["total_investment"],
            },
        )
        for code, title in TITLES.items():
            self.files("unit", "acceptance", title=title, number=code)
        self.does("unit", "settlement/")

    # Acceptance.

    def judge(self, organiser: str, *, verdict: str = "通过验收") -> None:
        """A panel of three who judge by their personal links, and what they decided, recorded."""
        today = self.clock.today.isoformat()
        said = {
            "meeting_on": today,
            "opinion": "完成合同规定的任务。",
            "task_verdict": verdict,
            "finance_verdict": verdict,
        }
        self.refused(organiser, "acceptance/verdict/", said, code="panel_not_ready")
        experts = [
            self.does(
                organiser,
                "acceptance/panel/",
                {
                    "name": f"专家{place}",
                    "organisation": f"示例学会{place}",
                    "is_finance": place == 2,
                    "is_chair": place == 1,
                },
            )
            for place in (1, 2, 3)
        ]
        for place, expert in enumerate(experts):
            details = self.refused(organiser, "acceptance/verdict/", said, code="panel_not_ready")
            assert experts[place]["name"] in " ".join(details["faults"])
            link = self.does(organiser, f"acceptance/panel/{expert['id']}/link/")["url"]
            self.by_link(link, verdict)
        answer = self.does(organiser, "acceptance/verdict/", said)
        assert (answer["state"], answer["verdict"]) == ("reviewed", verdict)

    def links_expert(self) -> str:
        """The province agrees to organise, and invites an expert; the address of their link, which opens."""
        organiser = self.get("province", "acceptance/")["organisers"][0]
        said = {"organiser": organiser, "on": self.clock.today.isoformat()}
        self.does("province", "acceptance/agree/", said)
        expert = self.does("province", "acceptance/panel/", {"name": "专家", "organisation": "示例学会"})
        link: str = self.does("province", f"acceptance/panel/{expert['id']}/link/")["url"]
        assert not self.is_dead(link)
        return link

    def is_dead(self, link: str) -> bool:
        """Whether the personal link opens nothing any more."""
        return Client().get(link.split("testserver", 1)[1]).status_code == 404

    def by_link(self, link: str, verdict: str) -> None:
        """An expert without an account: reads, is asked for what is missing, judges; then the link is dead."""
        browser = Client()
        path = link.split("testserver", 1)[1]
        shown = browser.get(path)
        assert shown.status_code == 200
        assert self.number in shown.content.decode()
        sheet = {
            **{code: item.most for code, item in ITEMS.items()},
            "task_verdict": verdict,
            "finance_verdict": verdict,
            "opinion": "同意。",
            "has_no_conflict": "on",
        }
        undeclared = {name: value for name, value in sheet.items() if name != "has_no_conflict"}
        assert browser.post(path, undeclared).status_code == 422
        assert browser.post(path, sheet).status_code == 302
        assert browser.get(path).status_code == 404
        assert browser.post(path, sheet).status_code == 404


def codes(conditions: list[Json]) -> set[str]:
    """Which of the conditions are not met."""
    return {each["code"] for each in conditions if not each["met"]}


def counts() -> dict[str, int]:
    """How many rows each table holds. Whoever asks must have signed in before: that is written down."""
    tables = [model._meta.db_table for model in apps.get_models() if model._meta.managed]
    with connection.cursor() as cursor:
        cursor.execute(" UNION ALL ".join(f"SELECT '{table}', count(*) FROM \"{table}\"" for table in tables))
        return dict(cursor.fetchall())


def audited(desk: Desk) -> list[Json]:
    """The moves so far, once an auditor has looked through gates, history, ledger and papers; and may do nothing."""
    history = desk.rows("auditor", "history/")
    assert [row["sequence"] for row in history] == list(range(1, len(history) + 1))
    assert history[-1]["to_state"] == desk.get("auditor", "gates/")["state"]
    for row in history[1:]:
        assert not codes([*row["conditions"], *row["conditions_today"]])
        assert [each["code"] for each in row["conditions"]] == [each.code for each in guards_of(row["move"])]
        assert all(each["message"] and each["basis"] for each in row["conditions"])
        assert row["actor"]
    ledger = checked_ledger(desk.downloads("auditor", "ledger/?format=csv"), desk.number)
    entries = desk.rows("auditor", "entries/?page_size=200")
    assert [row["哈希"] for row in ledger] == [entry["hash"] for entry in entries]
    for paper in desk.rows("auditor", "documents/?page_size=200"):
        content = desk.downloads("auditor", f"documents/{paper['id']}/content/")
        assert hashlib.sha256(content).hexdigest() == paper["sha256"]
    for path in ("entries/", "tranches/", "milestones/", "findings/", "contract/", "changes/", "surplus/"):
        desk.refused("auditor", path, status=403, code="forbidden")
    return history


def checked_ledger(content: bytes, number: str) -> list[dict[str, str]]:
    """The rows of a whole ledger in CSV, once its chain has been made anew, as docs/ledger-hash.md says."""
    rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"), newline="")))
    header, entries = rows[0], rows[1:]
    head = _digest(number)
    for place, (*fields, kept) in enumerate(entries, start=1):
        for text in (9, 10, 11, 12):
            fields[text] = fields[text].removeprefix("'")
        assert (fields[0], fields[14]) == (str(place), head)
        assert _digest(*fields) == kept
        head = kept
    return [dict(zip(header, row, strict=True)) for row in entries]


def _digest(*fields: str) -> str:
    return hashlib.sha256("\x1f".join(("pilot-ledger-1", *fields)).encode()).hexdigest()


def sums(ledger: list[dict[str, str]], kind: str) -> dict[str, Decimal]:
    """Yuan by source of one kind of movement; what was reversed and its reversal left out."""
    gone = {row["红冲序号"] for row in ledger if row["红冲序号"]}
    found: dict[str, Decimal] = {}
    for row in ledger:
        if row["业务类型"] == kind and row["序号"] not in gone and not row["红冲序号"]:
            found[row["资金来源"]] = found.get(row["资金来源"], Decimal(0)) + Decimal(row["金额（元）"])
    return found
