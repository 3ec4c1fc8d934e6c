"""What must have happened before a tranche is paid, read from the words of its 拨付条件. Pure.

Contracts write these few conditions in many ways; what is recognised is judged on facts, and words that hold
none of them are left to people, who see them as they stand.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_noop as _

from lifecycle.rules.annual_reports import years_owing
from lifecycle.rules.answers import Figures, shown
from lifecycle.rules.facts import MIDTERM_CHECK, LifeFacts
from lifecycle.rules.midterm import PASSED

CONTRACT_SIGNED = "contract_signed"
MIDTERM_PASSED = "midterm_passed"
ANNUAL_REPORT_CHECKED = "annual_report_checked"
ACCEPTANCE_PASSED = "acceptance_passed"
FOR_PEOPLE = "for_people"
"""What is said of words that hold none of the others."""

ACCEPTANCE_VERDICT = "验收结论"
ACCEPTED = "通过验收"

# A few characters within the same clause.
_NEAR = "[^，,。;；、]"
_MIDTERM = f"中期{_NEAR}{{0,4}}?(?:检查|评估|评审|考核|验收)"
_ANNUAL = f"年度{_NEAR}{{0,6}}?报告|年报"
_CHECKED = "审核|审查|审阅|检查|考核|通过|合格"

_WORDS: dict[str, re.Pattern[str]] = {
    CONTRACT_SIGNED: re.compile(
        f"(?:合同|任务书){_NEAR}{{0,4}}?(?:签订|签定|签署|签字|生效)|(?:签订|签定|签署){_NEAR}{{0,6}}?(?:合同|任务书)"
    ),
    MIDTERM_PASSED: re.compile(
        f"(?:{_MIDTERM}){_NEAR}{{0,8}}?(?:通过|合格|后)|通过{_NEAR}{{0,4}}?(?:{_MIDTERM})"
    ),
    ANNUAL_REPORT_CHECKED: re.compile(
        f"(?:{_ANNUAL}){_NEAR}{{0,8}}?(?:{_CHECKED})|(?:{_CHECKED}){_NEAR}{{0,4}}?(?:{_ANNUAL})"
    ),
    ACCEPTANCE_PASSED: re.compile(
        "(?<!中期)(?<!设备)(?<!到货)(?<!安装)(?<!工程)(?<!阶段)验收(?:结题)?(?:通过|合格|完成|后)"
        "|通过(?:项目|省|专家|综合|结题|最终)*验收"
    ),
}
"""How each condition is written, in the order of a project's life."""


@dataclass(frozen=True, slots=True)
class ReleaseFacts:
    """What conditions are judged on, as of `life.on`.

    reviewed_on: by 年度, the day its report was reviewed. panel: the day on which the panel of the present
    acceptance met and what it came to; a tail is paid upon that, before the project is closed.
    """

    life: LifeFacts
    reviewed_on: Mapping[int, date | None]
    panel: tuple[date, str] | None = None


@dataclass(frozen=True, slots=True)
class ReleaseCondition:
    """One condition with what was found. is_met: None where people judge.

    sentence: Chinese msgid with %(key)s placeholders, every key one of `figures`.
    """

    code: str
    is_met: bool | None
    sentence: str
    figures: Figures

    @property
    def message(self) -> str:
        """The sentence in the active language."""
        return gettext(self.sentence) % {key: shown(value) for key, value in self.figures.items()}

    def as_json(self) -> dict[str, Any]:
        """Its code, whether it is met (null where people judge), and the sentence."""
        return {"code": self.code, "met": self.is_met, "message": self.message}


def release_conditions(text: str) -> list[str]:
    """The codes of the conditions that the words hold, in the order of a project's life; none in empty words.

    Width and spaces do not matter. Words that hold none of the known conditions give FOR_PEOPLE alone.
    """
    folded = "".join(unicodedata.normalize("NFKC", text).split())
    if not folded:
        return []
    return [code for code, words in _WORDS.items() if words.search(folded)] or [FOR_PEOPLE]


def judge_release(text: str, facts: ReleaseFacts) -> list[ReleaseCondition]:
    """Each condition that the words hold, judged on the facts; empty where there is none."""
    return [
        ReleaseCondition(FOR_PEOPLE, None, _("“%(condition)s”由经办人判断是否满足。"), {"condition": text})
        if code == FOR_PEOPLE
        else _JUDGES[code](facts)
        for code in release_conditions(text)
    ]


def unmet(conditions: list[ReleaseCondition]) -> list[ReleaseCondition]:
    """Those that are judged and found unmet."""
    return [condition for condition in conditions if condition.is_met is False]


def _contract_signed(facts: ReleaseFacts) -> ReleaseCondition:
    signed, on = facts.life.signed_on, facts.life.on
    if signed is not None and signed <= on:
        return _met(CONTRACT_SIGNED, _("合同已于 %(signed)s 签订。"), signed=signed)
    return _not_met(CONTRACT_SIGNED, _("合同尚未签订。"))


def _midterm_passed(facts: ReleaseFacts) -> ReleaseCondition:
    checks = [event for event in facts.life.happened(MIDTERM_CHECK) if event.result]
    if not checks:
        return _not_met(MIDTERM_PASSED, _("中期检查尚无结果。"))
    last = checks[-1]
    if last.result == PASSED:
        return _met(MIDTERM_PASSED, _("%(checked)s 中期检查通过。"), checked=last.on)
    return _not_met(
        MIDTERM_PASSED,
        _("%(checked)s 中期检查结果为“%(result)s”，尚未通过。"),
        checked=last.on,
        result=last.result,
    )


def _annual_report_checked(facts: ReleaseFacts) -> ReleaseCondition:
    """Every report that is owed was reviewed, and one was at all: where none is owed yet, none was checked."""
    life = facts.life
    reviewed = sorted(year for year, day in facts.reviewed_on.items() if day is not None and day <= life.on)
    owed = years_owing(life, since=life.start_on.year) if life.start_on else []
    lacking = [year for year in owed if year not in reviewed]
    if lacking:
        return _not_met(ANNUAL_REPORT_CHECKED, _("%(years)s 年度报告尚未审核。"), years=lacking)
    if not reviewed:
        return _not_met(ANNUAL_REPORT_CHECKED, _("尚无审核通过的年度报告。"))
    return _met(ANNUAL_REPORT_CHECKED, _("%(years)s 年度报告已审核。"), years=reviewed)


def _acceptance_passed(facts: ReleaseFacts) -> ReleaseCondition:
    """The panel's verdict, or the one of the day of closing, whichever is the later."""
    verdicts = [(event.on, event.result) for event in facts.life.happened(ACCEPTANCE_VERDICT) if event.result]
    if facts.panel is not None and facts.panel[0] <= facts.life.on:
        verdicts.append(facts.panel)
    if not verdicts:
        return _not_met(ACCEPTANCE_PASSED, _("尚无验收结论。"))
    on, result = max(verdicts, key=lambda verdict: verdict[0])
    if result == ACCEPTED:
        return _met(ACCEPTANCE_PASSED, _("%(checked)s 通过验收。"), checked=on)
    return _not_met(
        ACCEPTANCE_PASSED,
        _("%(checked)s 验收结论为“%(result)s”，未通过验收。"),
        checked=on,
        result=result,
    )


_JUDGES = {
    CONTRACT_SIGNED: _contract_signed,
    MIDTERM_PASSED: _midterm_passed,
    ANNUAL_REPORT_CHECKED: _annual_report_checked,
    ACCEPTANCE_PASSED: _acceptance_passed,
}


def _met(code: str, sentence: str, **figures: Any) -> ReleaseCondition:
    return ReleaseCondition(code, True, sentence, figures)


def _not_met(code: str, sentence: str, **figures: Any) -> ReleaseCondition:
    return ReleaseCondition(code, False, sentence, figures)
