"""Applying for acceptance of several projects of one cluster in one go."""

from __future__ import annotations

from typing import ClassVar

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from backend import access
from backend.access import Act
from backend.api.base import ActView
from backend.api.errors import not_found
from backend.api.formats import DayField, Shape, TextField
from backend.api.moves import MovedShape
from lifecycle.acceptance.filing import AT_MOST, file_several
from lifecycle.models import Project


class SeveralShape(Shape):
    """Numbers of projects of one cluster. on: today when left out."""

    projects = serializers.ListField(child=TextField(max_length=50), min_length=1, max_length=AT_MOST)
    on = DayField(required=False)


class AppliedShape(MovedShape):
    """A move that was made, with the project's number."""

    project = TextField()


class ApplicationsView(ActView):
    acts: ClassVar = {"POST": Act.APPLY_FOR_ACCEPTANCE}

    @extend_schema(
        summary=_("一次为同一集群的多个项目申请验收：全部申请成功，或者一个也不申请。"),
        request=SeveralShape,
        responses={201: AppliedShape(many=True)},
    )
    def post(self, request: Request) -> Response:
        shape = SeveralShape(data=request.data)
        shape.is_valid(raise_exception=True)
        wanted = set(shape.validated_data["projects"])
        projects = list(Project.objects.visible_to(self.sight).with_parties().filter(number__in=wanted))
        if len(projects) < len(wanted):
            raise not_found()
        actors = [
            access.acting(self.actor, Act.APPLY_FOR_ACCEPTANCE, self.sight, project) for project in projects
        ]
        changes = file_several(
            projects=projects,
            actor=actors[0],
            on=shape.validated_data.get("on", self.today),
            today=self.today,
            now=timezone.now(),
        )
        told = [MovedShape(change).data | {"project": change.project.number} for change in changes]
        return Response(told, status=201)
