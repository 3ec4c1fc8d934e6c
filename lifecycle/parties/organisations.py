"""Keeping the organisations: a new one, its place in the tree, and what an auditor may read."""

from __future__ import annotations

from typing import Any

from django.db import IntegrityError, transaction
from django.utils.translation import gettext as _

from lifecycle.errors import Conflict, Invalid
from lifecycle.parties.log import Actor, record
from lifecycle.parties.models import AuditScope, Organisation, OrganisationKind

PARENT_KINDS: dict[str, frozenset[str]] = {
    OrganisationKind.PROVINCE: frozenset(),
    OrganisationKind.CITY: frozenset({OrganisationKind.PROVINCE}),
    OrganisationKind.PARK: frozenset({OrganisationKind.CITY, OrganisationKind.PROVINCE}),
    OrganisationKind.UNIT: frozenset({OrganisationKind.CITY, OrganisationKind.PARK}),
    OrganisationKind.PARTNER: frozenset(OrganisationKind.values),
    OrganisationKind.AUDITOR: frozenset({OrganisationKind.PROVINCE}),
}
"""Below which kinds of organisation each kind stands."""


class OrganisationExists(Conflict):
    """An organisation of that name exists."""

    code = "organisation_exists"


def add_organisation(
    *, name: str, kind: str, parent: Organisation | None, actor: Actor, **facts: Any
) -> Organisation:
    """A new organisation. facts: credit_code, contact, phone, email.

    Raises:
        Invalid: no name, an unknown kind, or a parent it cannot stand below; details name the field.
        OrganisationExists: the name is taken.
    """
    faults: dict[str, str] = {}
    name = name.strip()
    if not name:
        faults["name"] = _("请填写单位名称。")
    if kind not in OrganisationKind.values:
        faults["kind"] = _("没有这种单位类型。")
    elif parent is not None and parent.kind not in PARENT_KINDS[kind]:
        faults["parent"] = _("“%(kind)s”不能隶属于“%(parent)s”。") % {
            "kind": OrganisationKind(kind).label,
            "parent": parent.get_kind_display(),
        }
    if faults:
        raise Invalid(" ".join(faults.values()), details=faults)
    try:
        with transaction.atomic():
            added = Organisation.objects.create(name=name, kind=kind, parent=parent, **facts)
            record(
                actor,
                "add_organisation",
                subject=name,
                kind=kind,
                parent=parent.name if parent else "",
            )
    except IntegrityError as error:
        raise OrganisationExists(
            _("已有名为“%(name)s”的单位。") % {"name": name}, details={"name": name}
        ) from error
    return added


def open_scope(*, auditor: Organisation, root: Organisation, actor: Actor) -> AuditScope:
    """Let an auditing organisation read everything below `root`; once more changes nothing.

    Raises:
        Invalid: the first is no auditing organisation, or the second has no projects below it.
    """
    if auditor.kind != OrganisationKind.AUDITOR:
        raise Invalid(_("只有审计机构可以设定审计范围。"), details={"auditor": auditor.name})
    if root.kind in (OrganisationKind.AUDITOR, OrganisationKind.PARTNER):
        raise Invalid(_("审计范围应为省、市、高新区或承担单位。"), details={"root": root.name})
    with transaction.atomic():
        scope, is_new = AuditScope.objects.get_or_create(auditor=auditor, root=root)
        if is_new:
            record(actor, "open_scope", subject=auditor.name, root=root.name)
    return scope


def close_scope(*, scope: AuditScope, actor: Actor) -> None:
    """Take a scope back."""
    with transaction.atomic():
        record(actor, "close_scope", subject=scope.auditor.name, root=scope.root.name)
        scope.delete()
