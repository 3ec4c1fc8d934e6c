"""Signing in by API, and who one is."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.permissions import AllowAny
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from backend.access import Act, may, responsible_for
from backend.api.authentication import require_own_password
from backend.api.base import View
from backend.api.formats import Shape, TextField
from backend.middleware import client_address
from lifecycle.models import Project
from lifecycle.parties import accounts
from lifecycle.parties.log import Actor
from lifecycle.parties.models import Membership, Role
from lifecycle.reminders.lists import LATE, LATER, NEAR, WEEK, to_do
from lifecycle.rules.answers import Status
from reports.watch import summary


class CredentialsShape(Shape):
    """Name and password, as typed."""

    username = TextField(max_length=200)
    password = TextField(max_length=1000, trim_whitespace=False)


class TokenShape(Shape):
    """What goes into `Authorization: Token …`; good for 90 days."""

    token = TextField()


class TokenView(APIView):
    authentication_classes = ()
    permission_classes = (AllowAny,)

    @extend_schema(
        summary=_("用户名和密码换取令牌，有效期 90 天；修改密码后原令牌失效。"),
        request=CredentialsShape,
        responses=TokenShape,
        auth=[],
    )
    def post(self, request: Request) -> Response:
        shape = CredentialsShape(data=request.data)
        shape.is_valid(raise_exception=True)
        address = client_address(request._request)
        now = timezone.now()
        person = accounts.sign_in(
            username=shape.validated_data["username"],
            password=shape.validated_data["password"],
            address=address,
            now=now,
            by="token",
        )
        require_own_password(person)
        return Response({"token": accounts.issue_token(person=person, actor=Actor(person, address), now=now)})


class ActingShape(Shape):
    """An organisation the person acts for, and in which role."""

    name = TextField()
    kind = TextField()
    role = serializers.ChoiceField(Role.choices)
    role_label = TextField()


class ToDoShape(Shape):
    """Projects in sight, and the answers of today that ask for something to be done.

    late, week, all: what one's own organisations have to do, late, this week, and altogether.
    """

    projects = serializers.IntegerField()
    breaches = serializers.IntegerField()
    warnings = serializers.IntegerField()
    late = serializers.IntegerField()
    week = serializers.IntegerField()
    all = serializers.IntegerField()


class MeShape(Shape):
    """Who asks."""

    username = TextField()
    full_name = TextField()
    email = TextField()
    roles = serializers.ListField(child=TextField())
    organisations = ActingShape(many=True)
    todo = ToDoShape()


class MeView(View):
    @extend_schema(summary=_("本人、所在单位、角色，以及待处理事项的数量。"), responses=MeShape)
    def get(self, request: Request) -> Response:
        self.query.done()
        person = self.person
        memberships = Membership.objects.filter(person=person).select_related("organisation").order_by("pk")
        return Response(
            {
                "username": person.username,
                "full_name": person.full_name,
                "email": person.email,
                "roles": sorted(self.sight.roles),
                "organisations": [
                    {
                        "name": membership.organisation.name,
                        "kind": membership.organisation.kind,
                        "role": membership.role,
                        "role_label": membership.get_role_display(),
                    }
                    for membership in memberships
                ],
                "todo": self._todo(),
            }
        )

    def _todo(self) -> dict[str, int]:
        found = dict.fromkeys(("projects", "breaches", "warnings", "late", "week", "all"), 0)
        if may(Act.SEE_PROJECTS, self.sight):
            counted = summary(Project.objects.visible_to(self.sight), on=self.today, today=self.today)
            answers = sum((tally.answers for tally in counted.rules), start=type(counted.worst)())
            found |= {
                "projects": counted.projects,
                "breaches": answers[Status.BREACH.value],
                "warnings": answers[Status.WARN.value],
            }
        if may(Act.SEE_TODO, self.sight):
            own = responsible_for(self.sight)
            counts = to_do(self.sight, self.person, self.today, own=own).counts()
            found |= {
                "late": counts[LATE],
                "week": counts[WEEK],
                "all": sum(counts[name] for name in (*NEAR, LATER)),
            }
        return found
