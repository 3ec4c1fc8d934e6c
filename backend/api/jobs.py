"""Work behind the scenes through the API: how far it is, what came of it, and stopping it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from backend.api.base import View
from backend.api.errors import not_found
from backend.api.formats import Shape, TextField
from backend.job_acts import cancel_run
from lifecycle.jobs.sight import result_for, run_in_sight
from lifecycle.models import JobRun, JobState


class ProgressShape(Shape):
    """done of total in the job's own measure, total null while nobody knows; note: what it is at."""

    done = serializers.IntegerField()
    total = serializers.IntegerField(allow_null=True)
    note = TextField()


class JobShape(Shape):
    """How a run stands. result: what came of it, once done, for whoever asked for it."""

    state = serializers.ChoiceField(choices=JobState.choices)
    progress = ProgressShape()
    result = serializers.JSONField(allow_null=True)


class _RunView(View):
    """About a run in sight; 404 otherwise."""

    def shown(self, pk: UUID) -> dict[str, Any]:
        run = self.run(pk)
        return {
            "state": run.state,
            "progress": {
                "done": run.done,
                "total": run.total,
                "note": gettext(run.note) if run.note else "",
            },
            "result": result_for(run, self.person),
        }

    def run(self, pk: UUID) -> JobRun:
        run = run_in_sight(pk, self.person, self.sight)
        if run is None:
            raise not_found()
        return run


class JobView(_RunView):
    @extend_schema(summary=_("后台任务：状态、进度、结果（结果只给发起人）。"), responses=JobShape)
    def get(self, request: Request, pk: UUID) -> Response:
        return Response(self.shown(pk))


class CancelView(_RunView):
    @extend_schema(
        summary=_(
            "取消后台任务：等待中的立即取消，进行中的在下一步停下，不留下做了一半的内容；已结束的 409。"
        ),
        request=None,
        responses=JobShape,
    )
    def post(self, request: Request, pk: UUID) -> Response:
        cancel_run(self.run(pk), actor=self.actor, now=timezone.now())
        return Response(self.shown(pk))
