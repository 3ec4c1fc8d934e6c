"""What stands before money may flow: a contract that every party has signed."""

from __future__ import annotations

from django.utils.translation import gettext_lazy
from django.utils.translation import gettext_noop as _

from lifecycle.guards import Case, Guard, Outcome, met, unmet
from lifecycle.models import Contract, ContractState
from lifecycle.models.contract import PARTIES
from lifecycle.parties.models import Role

_WORDS = {
    Role.PROVINCE.value: _("省科技厅"),
    Role.PARK.value: _("高新区管委会"),
    Role.UNIT.value: _("承担单位"),
}


def _is_signed(case: Case) -> Outcome:
    """By `case.on`: every party under one version, or signed before the project came in."""
    versions = list(
        Contract.objects.filter(project=case.project)
        .exclude(state=ContractState.WITHDRAWN)
        .order_by("version")
        .prefetch_related("signatures")
    )
    if not versions:
        signed = case.project.contract_signed_on
        if signed is not None and signed <= case.on:
            return met(_("合同已于 %(signed)s 签订。"), signed=signed)
        return unmet(_("合同尚未拟定，须由%(parties)s签署。"), parties=list(_WORDS.values()))
    first = versions[0]
    if first.in_force_on is not None and first.in_force_on <= case.on:
        return met(_("合同已于 %(signed)s 签订。"), signed=first.in_force_on)
    signed_by = {signature.party for signature in first.signatures.all() if signature.signed_on <= case.on}
    left = [_WORDS[party.value] for party in PARTIES if party.value not in signed_by]
    return unmet(_("合同尚待%(parties)s签署。"), parties=left)


SIGNED = Guard(
    "contract_signed",
    gettext_lazy("合同签署"),
    gettext_lazy("申报指引 三.5；承诺书 5：按项目合同书拨付"),
    "contract",
    (Role.PROVINCE.value, Role.PARK.value, Role.UNIT.value),
    _is_signed,
)
