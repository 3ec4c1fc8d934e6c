"""The contract of a project: its versions with what each says and who signed it, drafting, signing, comparing."""

from __future__ import annotations

from typing import Any, ClassVar

from django.db.models import QuerySet
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema, extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from backend.access import Act, acting_in_turn
from backend.api.base import ProjectView
from backend.api.errors import not_found
from backend.api.formats import DayField, Shape, TextField, both_ways
from backend.api.paging import Page
from backend.api.schema import PAGING, ordering, page_of, parameter
from lifecycle.contracts import difference, draft_contract, parties_left, sign, withdraw_draft
from lifecycle.contracts.versions import ANNEX_LENGTH, REASON_LENGTH, SIGNATORY_LENGTH
from lifecycle.errors import Forbidden
from lifecycle.models import Contract, ContractState, Project
from lifecycle.models.contract import PARTIES
from lifecycle.parties.log import Actor
from lifecycle.parties.sight import Sight

ORDERS = ("version",)
LARGEST_ID = 2**63 - 1


@extend_schema_field(OpenApiTypes.OBJECT)
class ObjectField(serializers.Field[Any, Any, Any, Any]):
    """JSON as it came, numbers exact; the service says what is wrong with it."""

    def to_internal_value(self, data: Any) -> Any:
        return data

    def to_representation(self, value: Any) -> Any:
        return value


class SignatureShape(Shape):
    """A party's signature. party: province, park or unit."""

    party = TextField()
    organisation = TextField(source="organisation.name")
    signatory = TextField()
    signed_on = serializers.DateField()
    document = serializers.IntegerField(source="document_id", allow_null=True)


class VersionShape(Shape):
    """A version of the contract. terms: what it says, amounts as texts in yuan; digest: SHA-256 of them.

    parties_left: who has still to sign a draft. change: the change request that made it.
    """

    version = serializers.IntegerField()
    state = serializers.ChoiceField(ContractState.choices)
    drafted_on = serializers.DateField()
    in_force_on = serializers.DateField(allow_null=True)
    digest = TextField()
    change = serializers.IntegerField(source="change_id", allow_null=True)
    terms = ObjectField()
    signatures = SignatureShape(many=True)
    parties_left = serializers.SerializerMethodField()

    @extend_schema_field(serializers.ListField(child=serializers.CharField()))
    def get_parties_left(self, contract: Contract) -> list[str]:
        return parties_left(contract) if contract.state == ContractState.DRAFT else []


class DraftShape(Shape):
    """The annexes of a draft; all else is what the project's facts say. on: today when left out.

    category_budget: {source: {category: yuan}}.
    """

    members = TextField(max_length=ANNEX_LENGTH, allow_blank=True, default="")
    technical_route = TextField(max_length=ANNEX_LENGTH, allow_blank=True, default="")
    category_budget = ObjectField(required=False)
    on = DayField(required=False)


class SigningShape(Shape):
    """Who signed by hand, for which party (needed only by one who acts for several), on which day and paper."""

    signatory = TextField(max_length=SIGNATORY_LENGTH)
    party = serializers.ChoiceField([party.value for party in PARTIES], required=False)
    on = DayField(required=False)
    document = serializers.IntegerField(required=False, allow_null=True, min_value=1, max_value=LARGEST_ID)


class WithdrawalShape(Shape):
    """Why, and on which day (today when left out)."""

    reason = TextField(max_length=REASON_LENGTH, allow_blank=True, default="")
    on = DayField(required=False)


class DifferenceRowShape(Shape):
    """One thing in which two versions differ; before or after is empty where it does not stand there."""

    part = TextField()
    label = TextField()  # type: ignore[assignment]
    before = TextField()
    after = TextField()


class TermDifferenceShape(Shape):
    """What `version` says otherwise than `against` (null: nothing stood before)."""

    version = serializers.IntegerField()
    against = serializers.IntegerField(allow_null=True)
    rows = DifferenceRowShape(many=True)


class ContractView(ProjectView):
    acts: ClassVar = {"GET": Act.SEE_PROJECTS, "POST": Act.DRAFT_CONTRACT}

    @extend_schema(
        summary=_("某项目合同的各个版本，连同内容和签署情况。"),
        parameters=[
            *PAGING,
            ordering(*ORDERS),
            parameter("state", _("状态。"), enum=ContractState.values),
        ],
        responses=page_of(VersionShape),
        operation_id="projects_contract_list",
    )
    def get(self, request: Request, number: str) -> Response:
        query = self.query
        page = Page.read(query)
        order = query.choice("ordering", both_ways(ORDERS), default="version")
        state = query.choice("state", ContractState.values)
        query.done()
        rows = versions_of(self.project)
        if state:
            rows = rows.filter(state=state)
        count = rows.count()
        page.check(count)
        found = rows.order_by(order)[page.start : page.end]
        return page.answer(request, count, list(VersionShape(found, many=True).data))

    @extend_schema(
        summary=_("拟定合同（立项阶段）：按项目现有内容和附件冻结为待签署的一版。"),
        request=DraftShape,
        responses={201: VersionShape},
    )
    def post(self, request: Request, number: str) -> Response:
        shape = DraftShape(data=request.data)
        shape.is_valid(raise_exception=True)
        said = shape.validated_data
        said.setdefault("on", self.today)
        drafted = draft_contract(project_id=self.project.pk, actor=self.actor, today=self.today, **said)
        return Response(VersionShape(drafted).data, status=201)


class SignView(ProjectView):
    acts: ClassVar = {"POST": Act.SIGN_CONTRACT}

    @extend_schema(
        summary=_("代表本单位签署合同；各方签齐后即日生效。"), request=SigningShape, responses=VersionShape
    )
    def post(self, request: Request, number: str, version: int) -> Response:
        contract = version_in(self.project, version)
        shape = SigningShape(data=request.data)
        shape.is_valid(raise_exception=True)
        said = shape.validated_data
        actor = signing(self.actor, self.sight, self.project, contract, said.get("party", ""))
        signed = sign(
            contract=contract,
            signatory=said["signatory"],
            document_id=said.get("document"),
            actor=actor,
            on=said.get("on", self.today),
            today=self.today,
        )
        return Response(VersionShape(signed).data)


class WithdrawView(ProjectView):
    acts: ClassVar = {"POST": Act.DRAFT_CONTRACT}

    @extend_schema(
        summary=_("作废待签署的合同；更正后重新拟定。"), request=WithdrawalShape, responses=VersionShape
    )
    def post(self, request: Request, number: str, version: int) -> Response:
        contract = version_in(self.project, version)
        shape = WithdrawalShape(data=request.data)
        shape.is_valid(raise_exception=True)
        said = shape.validated_data
        said.setdefault("on", self.today)
        return Response(
            VersionShape(withdraw_draft(contract=contract, actor=self.actor, today=self.today, **said)).data
        )


class DifferenceView(ProjectView):
    acts: ClassVar = {"GET": Act.SEE_PROJECTS}

    @extend_schema(
        summary=_("合同某一版与另一版（默认为其前一版）的差异。"),
        parameters=[parameter("against", _("与哪一版比较；不填为前一版。"))],
        responses=TermDifferenceShape,
    )
    def get(self, request: Request, number: str, version: int) -> Response:
        query = self.query
        against = query.count("against", default=0, largest=32_767) if query.text("against") else None
        query.done()
        contract = version_in(self.project, version)
        other = former_of(contract) if against is None else version_in(self.project, against)
        rows = difference({} if other is None else other.terms, contract.terms)
        return Response(
            {
                "version": contract.version,
                "against": other and other.version,
                "rows": [row.as_json() for row in rows],
            }
        )


def versions_of(project: Project) -> QuerySet[Contract]:
    """The versions of the project's contract, with their signatures; two queries."""
    return Contract.objects.filter(project=project).prefetch_related("signatures__organisation")


def version_in(project: Project, version: int) -> Contract:
    """That version. Raises NotFound."""
    contract = versions_of(project).filter(version=version).first()
    if contract is None:
        raise not_found()
    return contract


def former_of(contract: Contract) -> Contract | None:
    """The version before it that was not withdrawn."""
    return (
        Contract.objects.filter(project=contract.project_id, version__lt=contract.version)
        .exclude(state=ContractState.WITHDRAWN)
        .order_by("-version")
        .first()
    )


def signing(actor: Actor, sight: Sight, project: Project, contract: Contract, party: str) -> Actor:
    """Who signs, as the party named, or as the first of their own that has not signed yet.

    Raises Forbidden where they do not act for the party named.
    """
    for turn in [party] if party else parties_left(contract):
        found = acting_in_turn(actor, Act.SIGN_CONTRACT, sight, project, turn=turn)
        if found.role == turn:
            return found
    if party:
        raise Forbidden(gettext("您不代表这一签约方。"), details={"party": party})
    return actor
