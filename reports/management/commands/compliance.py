"""`manage.py compliance`: money and answers to every rule, of some projects or all, on any day."""

from __future__ import annotations

import json
from argparse import ArgumentParser, ArgumentTypeError
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.utils import timezone
from django.utils.translation import gettext as _

from finance.facts import repeated_invoices
from finance.funding import Funding, funding_of
from lifecycle.models import Project
from lifecycle.reading import in_chunks
from lifecycle.rules.answers import Answer, shown
from lifecycle.wording import listed
from reports.watch import CHUNK, RULE_OF, judged


@dataclass(frozen=True, slots=True)
class Report:
    """One project's money and answers."""

    number: str
    name: str
    funding: Funding
    answers: tuple[Answer, ...]


class Command(BaseCommand):
    help = _("列出项目的资金情况和各条规则的判定。")
    requires_system_checks: list[str] = []  # noqa: RUF012 - as Django declares it

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument(
            "--project",
            action="append",
            default=[],
            metavar="NO",
            help=_("项目编号，可多次给出；缺省为全部项目"),
        )
        parser.add_argument(
            "--on",
            type=_day,
            metavar="DAY",
            help=_("截至哪一天（YYYY-MM-DD），缺省为今天"),
        )
        parser.add_argument(
            "--known-at",
            type=_instant,
            metavar="INSTANT",
            help=_("只用这一时刻之前登记的数据（ISO 8601）"),
        )
        parser.add_argument("--json", action="store_true", help=_("以 JSON 输出"))

    def handle(
        self,
        *args: Any,
        project: list[str],
        on: date | None,
        known_at: datetime | None,
        json: bool,
        **options: Any,
    ) -> None:
        today = timezone.localdate()
        day = on or (timezone.localdate(known_at) if known_at else today)
        chosen = _chosen(project)
        reports = _reports(chosen, on=day, known_at=known_at)
        lines = _as_json(day, reports) if json else _as_text(day, reports)
        for line in lines:
            self.stdout.write(line, ending="")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(_("日期“%(found)s”应写作 YYYY-MM-DD。") % {"found": text}) from None


def _instant(text: str) -> datetime:
    try:
        instant = datetime.fromisoformat(text)
    except ValueError:
        raise ArgumentTypeError(_("时刻“%(found)s”应写作 ISO 8601 格式。") % {"found": text}) from None
    return instant if timezone.is_aware(instant) else timezone.make_aware(instant)


def _chosen(numbers: Sequence[str]) -> dict[int, tuple[str, str]]:
    """(number, name) by project id, in order of number.

    Raises CommandError when a number is no project's; it names all such.
    """
    projects = Project.objects.order_by("number")
    if numbers:
        projects = projects.filter(number__in=numbers)
    found = {pk: (number, name) for pk, number, name in projects.values_list("pk", "number", "name")}
    unknown = sorted(set(numbers) - {number for number, _name in found.values()})
    if unknown:
        raise CommandError(_("没有编号为 %(numbers)s 的项目。") % {"numbers": listed(unknown)})
    return found


def _reports(chosen: dict[int, tuple[str, str]], *, on: date, known_at: datetime | None) -> Iterator[Report]:
    """A report for each project that was recorded by then, in order of number; memory is that of a chunk."""
    ids = list(chosen)
    repeated = repeated_invoices(ids, on=on, known_at=known_at)
    for chunk in in_chunks(ids, CHUNK):
        funding = funding_of(chunk, on=on, known_at=known_at)
        for pk, answers in judged(chunk, on=on, known_at=known_at, repeated=repeated):
            yield Report(*chosen[pk], funding[pk], answers)


def _as_json(on: date, reports: Iterator[Report]) -> Iterator[str]:
    """The object of the interface, piece by piece."""
    yield f'{{"on": "{on.isoformat()}", "projects": {{'
    comma = ""
    for report in reports:
        rules = {
            answer.code: {
                "status": answer.status.value,
                "message": answer.message,
                "figures": answer.figures_json(),
            }
            for answer in report.answers
        }
        content = {"rules": rules, "funding": report.funding.as_json()}
        number = json.dumps(report.number, ensure_ascii=False)
        yield f"{comma}\n{number}: {json.dumps(content, ensure_ascii=False)}"
        comma = ","
    yield "\n}}\n"


def _as_text(on: date, reports: Iterator[Report]) -> Iterator[str]:
    yield _("截至 %(on)s") % {"on": on.isoformat()} + "\n"
    for report in reports:
        yield f"\n{report.number} {report.name}\n"
        for source, money in report.funding.sources.items():
            yield (
                "  "
                + _(
                    "%(source)s：合同 %(committed)s，到账园区 %(arrived)s，园区待拨 %(held)s，"
                    "单位到位 %(received)s，支出 %(spent)s，退回 %(refunded)s，结存 %(balance)s（元）"
                )
                % {
                    "source": shown(source),
                    "committed": shown(money.committed),
                    "arrived": shown(money.arrived_at_park),
                    "held": shown(money.held_at_park),
                    "received": shown(money.received),
                    "spent": shown(money.spent),
                    "refunded": shown(money.refunded),
                    "balance": shown(money.balance),
                }
                + "\n"
            )
        for answer in report.answers:
            title = RULE_OF[answer.code].title
            yield f"  {answer.code} {title} [{answer.status.label}] {answer.message}\n"
