"""Work done behind the scenes: one row for each time a job is asked for, whichever engine runs it."""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from lifecycle.parties.models import Person


class JobState(models.TextChoices):
    WAITING = "waiting", _("等待中")
    RUNNING = "running", _("进行中")
    DONE = "done", _("已完成")
    FAILED = "failed", _("失败")
    CANCELLED = "cancelled", _("已取消")


OVER = (JobState.DONE, JobState.FAILED, JobState.CANCELLED)
"""States in which nothing more happens to a run."""


class JobRun(models.Model):
    """One run of a job: who asked for it, how far it is, what came of it.

    job: the name it was declared by. arguments: JSON, ids and days only. key: of a job and a key there is one
    run for ever (the minute of the timetable, the digest of a file). worker, lease_until: who works on it and
    until when it counts as alive; a lapsed lease lets another worker take it up, and `attempts` tells the two
    apart. done of total: the progress, in the job's own measure, total None while unknown; note: what it is
    at, a Chinese msgid. result: JSON, once done. error: of a failure, for the administrator. rung_at: when
    the engine was last told of it.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    job = models.CharField(_("任务"), max_length=100)
    arguments = models.JSONField(default=dict)
    key = models.CharField(max_length=200, blank=True)
    queue = models.CharField(max_length=20, default="default")
    asked_by = models.ForeignKey(
        Person,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="jobs",
        verbose_name=_("发起人"),
    )
    state = models.CharField(_("状态"), max_length=20, choices=JobState.choices, default=JobState.WAITING)
    attempts = models.PositiveSmallIntegerField(_("尝试次数"), default=0)
    worker = models.CharField(max_length=100, blank=True)
    lease_until = models.DateTimeField(null=True, blank=True)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(null=True, blank=True)
    note = models.CharField(max_length=200, blank=True)
    result = models.JSONField(null=True, blank=True)
    error = models.TextField(blank=True)
    asked_at = models.DateTimeField(_("发起时间"), db_default=Now())
    rung_at = models.DateTimeField(null=True, blank=True)
    started_at = models.DateTimeField(_("开始时间"), null=True, blank=True)
    cancel_asked_at = models.DateTimeField(null=True, blank=True)
    finished_at = models.DateTimeField(_("结束时间"), null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["job", "key"], condition=~Q(key=""), name="job_once_a_key"),
            models.CheckConstraint(condition=Q(state__in=JobState.values), name="job_state_is_known"),
            models.CheckConstraint(
                condition=(Q(state=JobState.RUNNING) & Q(lease_until__isnull=False) & ~Q(worker=""))
                | (~Q(state=JobState.RUNNING) & Q(lease_until__isnull=True)),
                name="job_running_has_worker_and_lease",
            ),
            models.CheckConstraint(
                condition=Q(state__in=OVER, finished_at__isnull=False)
                | (~Q(state__in=OVER) & Q(finished_at__isnull=True)),
                name="job_over_has_its_end",
            ),
            models.CheckConstraint(
                condition=Q(total__isnull=True) | Q(done__lte=models.F("total")),
                name="job_is_never_more_than_done",
            ),
        ]
        indexes: ClassVar = [
            # What tending looks at every minute: runs that are not over.
            models.Index(fields=["state", "asked_at"], name="job_open", condition=~Q(state__in=OVER)),
            models.Index(fields=["job", "-asked_at"], name="job_latest"),
            models.Index(fields=["asked_by", "-asked_at"], name="job_of_person"),
            models.Index(fields=["-asked_at"], name="job_newest"),
            models.Index(fields=["-finished_at"], name="job_failed", condition=Q(state=JobState.FAILED)),
        ]

    def __str__(self) -> str:
        return f"{self.job} {self.state}"

    @property
    def is_over(self) -> bool:
        """Whether nothing more happens to it."""
        return self.state in OVER
