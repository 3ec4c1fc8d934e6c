"""Who pays first: what the park must pay now so that the next provincial money may follow, and how much at most.

Pure: facts in, amounts out. p and k are what the unit has received of provincial and park money, as in the
rule book; amounts are yuan to the fen.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from finance.instalments import FiscalFlow, instalments
from finance.rules.facts import ZERO, FundingFacts, Tranche, total
from finance.rules.held_at_park import held_arrivals
from finance.terms import DIRECT, MATCHING, PROVINCIAL
from lifecycle.rules.answers import Figures, shown
from lifecycle.rules.limits import Ratio
from lifecycle.rules.standing import Standing
from lifecycle.rules.waivers import is_in_force


class Bound(StrEnum):
    """What can stand in the way of one more fen."""

    CONTRACT = "contract"
    CAP = "FIN-02"
    SHARE = "FIN-03"
    PACE = "FIN-04"
    STANDING = "standing"

    @property
    def word(self) -> str:
        """What it is called, untranslated."""
        return _WORDS[self]


_WORDS = {
    Bound.CONTRACT: _("合同剩余金额"),
    Bound.CAP: _("单个项目省拨款上限"),
    Bound.SHARE: _("财政资助最高占比"),
    Bound.PACE: _("园区配套进度"),
    Bound.STANDING: _("项目状态"),
}


@dataclass(frozen=True, slots=True)
class Most:
    """The most that may still be paid, and every bound that one fen more would break."""

    amount: Decimal
    binds: tuple[Bound, ...]

    def as_json(self) -> dict[str, Any]:
        return {"amount": f"{self.amount:.2f}", "binds": [bound.value for bound in self.binds]}


@dataclass(frozen=True, slots=True)
class Next:
    """The first provincial tranche that is not paid in full. left: what is to be paid of it."""

    number: int
    planned_on: date
    left: Decimal


@dataclass(frozen=True, slots=True)
class PassOn:
    """Provincial money at the park. by: the last day before FIN-05 breaches for want of passing it on."""

    amount: Decimal
    arrived_on: date
    by: date


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence and its figures. sentence: Chinese msgid with %(key)s placeholders."""

    sentence: str
    figures: Figures

    @property
    def message(self) -> str:
        """The sentence in the active language."""
        return gettext(self.sentence) % {key: shown(value) for key, value in self.figures.items()}


@dataclass(frozen=True, slots=True)
class PayFirst:
    """What the park and the province may pay, and in which order, as of `on`.

    ratio: park to provincial money that FIN-04 asks for; None where it asks for nothing: a unit outside the
    park, or an exception in force. next: None when no provincial tranche is open. needed: what the park owes
    by the ratio before `next` may follow in full, or, without one, for what the province has paid. park_now:
    of that what it may pay within its own bounds. province_then: what of `next` the province may pay once it
    has; it binds nothing when that is all. held: what waits at the park, oldest first. province_most,
    park_most: as things stand, before anybody pays; of provincial money it is what may still reach the
    unit, and so covers what is held.
    """

    on: date
    is_open: bool
    outside_park: bool
    ratio: Ratio | None
    province_received: Decimal
    park_received: Decimal
    has_plan: bool
    next: Next | None
    needed: Decimal
    park_now: Decimal
    province_then: Most
    held: tuple[PassOn, ...]
    province_most: Most
    park_most: Most

    @property
    def held_in_all(self) -> Decimal:
        """Provincial money that waits at the park."""
        return sum((each.amount for each in self.held), ZERO)

    @property
    def sayings(self) -> list[Said]:
        """What all this comes to, in sentences; the first says what is to be done now."""
        return [*_first(self), *_of_pace(self), *_of_held(self), *_of_most(self)]

    def as_json(self) -> dict[str, Any]:
        """As the interface gives it: amounts as texts with two decimals, days ISO, sentences for the reader."""
        return {
            "on": self.on.isoformat(),
            "ratio": None if self.ratio is None else str(self.ratio),
            "province_received": f"{self.province_received:.2f}",
            "park_received": f"{self.park_received:.2f}",
            "next": self.next
            and {
                "number": self.next.number,
                "planned_on": self.next.planned_on.isoformat(),
                "left": f"{self.next.left:.2f}",
            },
            "needed": f"{self.needed:.2f}",
            "park_now": f"{self.park_now:.2f}",
            "province_then": self.province_then.as_json(),
            "held": [
                {
                    "amount": f"{each.amount:.2f}",
                    "arrived_on": each.arrived_on.isoformat(),
                    "by": each.by.isoformat(),
                }
                for each in self.held
            ],
            "province_most": self.province_most.as_json(),
            "park_most": self.park_most.as_json(),
            "messages": [said.message for said in self.sayings],
        }


def pay_first(facts: FundingFacts) -> PayFirst:
    """What the park must pay first, what must be passed on, and how much each may still pay.

    The next provincial tranche may follow when k ≥ ratio × (p + what is left of it) (FIN-04). No more may be
    paid than the contract leaves, nor so that p + k exceeds the share of new investment (FIN-03); of
    provincial money neither more than the cap unless an exception is recorded (FIN-02), nor beyond
    k ÷ ratio (FIN-04). Facts that are missing leave nothing to pay. Cost: a pass over plan and payments.
    Source: guide 三.5; 承诺书 3, 5.
    """
    province = facts.flows.received_of(PROVINCIAL)
    park = facts.flows.received_of(MATCHING)
    ratio = _ratio(facts)
    upcoming = _next(facts)
    target = province + (upcoming.left if upcoming else ZERO)
    needed = ZERO if ratio is None else max(ratio.park_needed(target) - park, ZERO)
    park_most = _most(_rooms_of_park(facts, province=province, park=park))
    park_now = min(needed, park_most.amount)
    after = _most(_rooms_of_province(facts, province=province, park=park + park_now, ratio=ratio))
    left = upcoming.left if upcoming else ZERO
    return PayFirst(
        on=facts.on,
        is_open=_is_open(facts),
        outside_park=facts.project.outside_park,
        ratio=ratio,
        province_received=province,
        park_received=park,
        has_plan=any(tranche[0] == PROVINCIAL for tranche in facts.tranches),
        next=upcoming,
        needed=needed,
        park_now=park_now,
        province_then=Most(left, ()) if left <= after.amount else after,
        held=tuple(
            PassOn(amount, day, day + timedelta(days=facts.limits.holding_days))
            for day, amount in held_arrivals(arrived=facts.flows.arrived, gone=total(facts.flows.passed_on))
        ),
        province_most=_most(_rooms_of_province(facts, province=province, park=park, ratio=ratio)),
        park_most=park_most,
    )


def _ratio(facts: FundingFacts) -> Ratio | None:
    """The ratio that FIN-04 asks for; None where it binds nothing."""
    ratio = facts.limits.matching_ratio
    if facts.project.outside_park or ratio.park == 0 or _is_excepted(facts, "FIN-04"):
        return None
    return ratio


def _is_excepted(facts: FundingFacts, rule: str) -> bool:
    return any(waiver.rule == rule and is_in_force(waiver, facts.on) for waiver in facts.waivers)


def _is_open(facts: FundingFacts) -> bool:
    """Whether the project takes payments: neither suspended nor at an end."""
    is_closed = facts.project.state == "closed" and bool(facts.project.happened("验收结论"))
    return facts.project.standing is Standing.ACTIVE and not is_closed


def _next(facts: FundingFacts) -> Next | None:
    """The first open tranche of provincial money, by what the unit has received in all."""
    plan = [Tranche._make(tranche) for tranche in facts.tranches if tranche[0] == PROVINCIAL]
    received = facts.flows.received_of(PROVINCIAL)
    paid = [FiscalFlow(PROVINCIAL, DIRECT, facts.on, received)] if received else []
    for each in instalments(plan, paid, on=facts.on):
        if not each.is_paid:
            return Next(each.tranche.number, each.tranche.planned_on, each.left)
    return None


def _rooms_of_park(facts: FundingFacts, *, province: Decimal, park: Decimal) -> dict[Bound, Decimal]:
    """How much each bound leaves for the park to pay; below zero where it is passed already."""
    rooms = _common_rooms(facts, province=province, park=park)
    rooms[Bound.CONTRACT] = _contract_room(facts, MATCHING, park)
    return rooms


def _rooms_of_province(
    facts: FundingFacts, *, province: Decimal, park: Decimal, ratio: Ratio | None
) -> dict[Bound, Decimal]:
    """How much each bound leaves of provincial money; below zero where it is passed already."""
    rooms = _common_rooms(facts, province=province, park=park)
    rooms[Bound.CONTRACT] = _contract_room(facts, PROVINCIAL, province)
    if not _is_excepted(facts, "FIN-02"):
        rooms[Bound.CAP] = facts.limits.grant_cap - province
    allowed = None if ratio is None else ratio.province_allowed(park)
    if allowed is not None:
        rooms[Bound.PACE] = allowed - province
    return rooms


def _common_rooms(facts: FundingFacts, *, province: Decimal, park: Decimal) -> dict[Bound, Decimal]:
    share = ZERO
    if facts.investment is not None:
        share = facts.limits.fiscal_share.of(facts.investment) - province - park
    rooms = {Bound.SHARE: share}
    if not _is_open(facts):
        rooms[Bound.STANDING] = ZERO
    return rooms


def _contract_room(facts: FundingFacts, source: str, received: Decimal) -> Decimal:
    promised = facts.committed.get(source)
    return ZERO if promised is None else promised - received


def _most(rooms: Mapping[Bound, Decimal]) -> Most:
    """The least room, and who leaves no more than that."""
    amount = max(min(rooms.values()), ZERO)
    return Most(amount, tuple(bound for bound in Bound if bound in rooms and rooms[bound] <= amount))


def _words(bounds: tuple[Bound, ...]) -> list[str]:
    return [bound.word for bound in bounds]


def _first(found: PayFirst) -> list[Said]:
    """What is to be done now."""
    if not found.is_open:
        return [Said(_("项目已结题、暂停、终止或撤销，现在不能拨付。"), {})]
    said = _of_next(found, found.next) if found.next else _of_no_next(found)
    if found.needed > found.park_now:
        said.append(
            Said(
                _("按配套比例园区应先支付 %(needed)s 元，但受%(binds)s限制，现在最多只能支付 %(park)s 元。"),
                {
                    "needed": found.needed,
                    "park": found.park_now,
                    "binds": _words(found.park_most.binds),
                },
            )
        )
    return said


def _of_next(found: PayFirst, upcoming: Next) -> list[Said]:
    province = found.province_then.amount
    figures: Figures = {
        "park": found.park_now,
        "province": province,
        "number": upcoming.number,
        "short": upcoming.left - province,
        "binds": _words(found.province_then.binds),
    }
    if province == upcoming.left:
        if found.park_now:
            sentence = _(
                "园区现在应先支付 %(park)s 元，之后省可拨付 %(province)s 元（省拨款第 %(number)s 期）。"
            )
        else:
            sentence = _("园区无需先付，省拨款现在可拨付 %(province)s 元（第 %(number)s 期）。")
    elif found.park_now:
        sentence = _(
            "园区现在应先支付 %(park)s 元，之后省可拨付 %(province)s 元；"
            "省拨款第 %(number)s 期还差 %(short)s 元，受%(binds)s限制。"
        )
    else:
        sentence = _("省拨款现在可拨付 %(province)s 元；第 %(number)s 期还差 %(short)s 元，受%(binds)s限制。")
    return [Said(sentence, figures)]


def _of_no_next(found: PayFirst) -> list[Said]:
    figures: Figures = {"park": found.park_now}
    if not found.has_plan:
        said = [Said(_("没有登记省拨款的拨款计划，无法测算下一期。"), {})]
    else:
        said = [Said(_("省拨款各期均已足额拨付。"), {})]
    if found.park_now:
        said.append(Said(_("园区配套落后于省拨款，园区现在应支付 %(park)s 元补足。"), figures))
    return said


def _of_pace(found: PayFirst) -> list[Said]:
    if found.outside_park:
        return [Said(_("承担单位不在本高新区内，省拨款不以园区配套到位为前提。"), {})]
    if found.ratio is None:
        return [Said(_("配套进度（FIN-04）不作要求或已批准例外，省拨款不以园区配套到位为前提。"), {})]
    return []


def _of_held(found: PayFirst) -> list[Said]:
    if not found.held:
        return []
    oldest = found.held[0]
    figures: Figures = {
        "held": found.held_in_all,
        "amount": oldest.amount,
        "oldest": oldest.arrived_on,
        "due": oldest.by,
        "days": (found.on - oldest.by).days,
    }
    if not found.is_open:
        return [Said(_("园区尚有省拨款 %(held)s 元，最早一笔于 %(oldest)s 到账。"), figures)]
    if found.on <= oldest.by:
        sentence = _(
            "园区尚有省拨款 %(held)s 元待拨，其中 %(amount)s 元于 %(oldest)s 到账，应不迟于 %(due)s 拨付承担单位。"
        )
    else:
        sentence = _(
            "园区尚有省拨款 %(held)s 元待拨，其中 %(amount)s 元于 %(oldest)s 到账，"
            "应不迟于 %(due)s 拨付承担单位，已超过 %(days)s 天，应立即拨付。"
        )
    return [Said(sentence, figures)]


def _of_most(found: PayFirst) -> list[Said]:
    if not found.is_open:
        return []
    return [
        Said(
            _("按现有到位情况，省拨款最多还可拨付 %(amount)s 元（受%(binds)s限制）。"),
            {"amount": found.province_most.amount, "binds": _words(found.province_most.binds)},
        ),
        Said(
            _("园区配套最多还可支付 %(amount)s 元（受%(binds)s限制）。"),
            {"amount": found.park_most.amount, "binds": _words(found.park_most.binds)},
        ),
    ]
