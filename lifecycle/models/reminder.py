"""What has to be done by when, and what people are told of it: matters, planned messages, deliveries."""

from __future__ import annotations

import uuid
from typing import ClassVar, Self

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from lifecycle.models.fields import sane_day
from lifecycle.models.project import Project
from lifecycle.models.webhook import Webhook
from lifecycle.parties.models import Organisation, Person
from lifecycle.parties.sight import Sight


class MatterState(models.TextChoices):
    OPEN = "open", _("待办")
    ANSWERED = "answered", _("已报待复")
    DONE = "done", _("已办结")


class MatterQuerySet(models.QuerySet["Matter"]):
    def visible_to(self, sight: Sight) -> Self:
        """The matters of the projects in sight."""
        return self.filter(sight.projects("project__"))


class Matter(models.Model):
    """Something that somebody has to do by a day, worked out from the facts and never entered by hand.

    kind: one of `lifecycle.reminders.kinds`; subject: the row (or year) it is about, the project's id where it
    is about the project itself. responsible: who has to act; where it is ANSWERED they have acted and wait for
    `waits_for`, and nobody chases them. label: how people call it; figures: exact, as answers keep theirs.
    DONE: no longer among what is due, because it was done or because it fell away. Kept for the story of its
    messages. Only matters due within `lifecycle.reminders.planning.HORIZON` are here.
    """

    # Found by the unique constraint below, as messages are by theirs; one index more would cost every planning.
    project = models.ForeignKey(Project, on_delete=models.CASCADE, related_name="matters", db_index=False)
    kind = models.CharField(max_length=30)
    subject = models.BigIntegerField()
    due_on = models.DateField(_("期限"))
    responsible = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="matters", verbose_name=_("责任单位")
    )
    waits_for = models.ForeignKey(
        Organisation,
        on_delete=models.PROTECT,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("等待单位"),
    )
    label = models.CharField(_("事项"), max_length=300, blank=True)
    figures = models.JSONField(default=dict)
    state = models.CharField(_("状态"), max_length=20, choices=MatterState.choices, default=MatterState.OPEN)
    opened_on = models.DateField()
    done_on = models.DateField(null=True, blank=True)

    objects = MatterQuerySet.as_manager()

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(fields=["project", "kind", "subject"], name="matter_once"),
            models.CheckConstraint(condition=Q(state__in=MatterState.values), name="matter_state_is_known"),
            models.CheckConstraint(
                condition=Q(state=MatterState.DONE, done_on__isnull=False)
                | (~Q(state=MatterState.DONE) & Q(done_on__isnull=True)),
                name="matter_done_has_its_day",
            ),
            models.CheckConstraint(
                condition=~Q(state=MatterState.ANSWERED) | Q(waits_for__isnull=False),
                name="matter_answered_waits_for_somebody",
            ),
            sane_day("due_on", "matter_due_on_is_sane"),
        ]
        indexes: ClassVar = [
            # The to-do list of an organisation, the soonest first.
            models.Index(
                fields=["responsible", "due_on", "id"],
                name="matter_of_responsible",
                condition=Q(state=MatterState.OPEN),
            ),
            # Who is late, and by how much.
            models.Index(
                fields=["due_on", "id"], name="matter_by_due_day", condition=~Q(state=MatterState.DONE)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject} {self.due_on}"


class PlanMark(models.Model):
    """On which facts and for which day the matters and messages of a project were last worked out.

    Stale unless `on` is the day asked for, `stamp` and `sequence` are those of the project's facts and journal
    (see ProjectStamp), and `rules` is the present version of what is planned.
    """

    project = models.OneToOneField(
        Project, on_delete=models.CASCADE, primary_key=True, related_name="plan_mark"
    )
    on = models.DateField(db_column="day")
    stamp = models.BigIntegerField()
    sequence = models.IntegerField()
    rules = models.CharField(max_length=16)

    def __str__(self) -> str:
        return f"{self.project_id} on {self.on}"


class MessageState(models.TextChoices):
    PLANNED = "planned", _("已计划")
    SENT = "sent", _("已发出")
    WITHDRAWN = "withdrawn", _("已撤回")
    OVERTAKEN = "overtaken", _("已被后续提醒代替")


class Message(models.Model):
    """One thing to be said to one organisation about one matter, a number of days before or after it is due.

    step: days after the due day (below zero: before). send_on: the working day on which it goes out; the due
    day itself never shifts. Planned and withdrawn as the facts change; sent once, by a conditional UPDATE, after
    which the database refuses to change or delete it (migration 0015).
    WITHDRAWN: the matter was done, fell away, or is due on another day now. OVERTAKEN: a later step of the same
    matter went to the same organisation in its place.
    """

    matter = models.ForeignKey(Matter, on_delete=models.CASCADE, related_name="messages", db_index=False)
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="messages", db_index=False
    )
    due_on = models.DateField(_("期限"))
    step = models.SmallIntegerField()
    send_on = models.DateField(_("发送日"))
    state = models.CharField(
        _("状态"), max_length=20, choices=MessageState.choices, default=MessageState.PLANNED
    )
    planned_at = models.DateTimeField(db_default=Now())
    sent_at = models.DateTimeField(null=True, blank=True)
    ended_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["matter", "organisation", "due_on", "step"], name="message_planned_once"
            ),
            models.CheckConstraint(condition=Q(state__in=MessageState.values), name="message_state_is_known"),
            models.CheckConstraint(
                condition=Q(state=MessageState.SENT, sent_at__isnull=False)
                | (~Q(state=MessageState.SENT) & Q(sent_at__isnull=True)),
                name="message_sent_has_its_instant",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["send_on", "id"], name="message_to_send", condition=Q(state=MessageState.PLANNED)
            ),
            models.Index(fields=["organisation", "send_on", "id"], name="message_of_organisation"),
        ]

    def __str__(self) -> str:
        return f"{self.matter_id} {self.step:+d} {self.state}"


class Way(models.TextChoices):
    """How a message reaches somebody."""

    BELL = "bell", _("站内提醒")
    MAIL = "mail", _("邮件")
    WEBHOOK = "webhook", _("群机器人")


class DigestState(models.TextChoices):
    WAITING = "waiting", _("待发送")
    SENT = "sent", _("已发送")
    BOUNCED = "bounced", _("被退回")
    FAILED = "failed", _("发送失败")


class Digest(models.Model):
    """One mail to one person, or one call of one webhook, that carries several messages.

    Its id is the Message-ID of the mail and the delivery number of the call, the same at every attempt, so that
    a receiver can tell a repeat. person or webhook: whom it goes to. Ordinary ones go out once a day (`on`);
    urgent ones by themselves. claimed_at: who sends it took it then; a claim lapses, attempts tell two apart.
    next_try_at: not before. error: what the other side said last.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    way = models.CharField(max_length=10, choices=Way.choices)
    person = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, blank=True, related_name="digests"
    )
    webhook = models.ForeignKey(
        Webhook, on_delete=models.CASCADE, null=True, blank=True, related_name="digests"
    )
    on = models.DateField(db_column="day")
    is_urgent = models.BooleanField(default=False)
    state = models.CharField(max_length=10, choices=DigestState.choices, default=DigestState.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    claimed_at = models.DateTimeField(null=True, blank=True)
    next_try_at = models.DateTimeField(null=True, blank=True)
    made_at = models.DateTimeField(db_default=Now())
    sent_at = models.DateTimeField(null=True, blank=True)
    error = models.TextField(blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["way", "person", "on"],
                condition=Q(person__isnull=False, is_urgent=False),
                name="digest_once_a_day",
            ),
            models.CheckConstraint(
                condition=Q(way=Way.MAIL, person__isnull=False, webhook__isnull=True)
                | Q(way=Way.WEBHOOK, person__isnull=True, webhook__isnull=False),
                name="digest_goes_to_a_person_or_a_webhook",
            ),
            models.CheckConstraint(condition=Q(state__in=DigestState.values), name="digest_state_is_known"),
            models.CheckConstraint(
                condition=~Q(state=DigestState.SENT) | Q(sent_at__isnull=False),
                name="digest_sent_has_its_instant",
            ),
        ]
        indexes: ClassVar = [
            models.Index(
                fields=["next_try_at"], name="digest_to_send", condition=Q(state=DigestState.WAITING)
            ),
        ]

    def __str__(self) -> str:
        return f"{self.way} {self.on} {self.state}"


class Delivery(models.Model):
    """One message on its way to one person, or to one webhook: the end of the message's story.

    BELL: it stands in their list from `made_at` on. MAIL, WEBHOOK: it waits for, and then shares the fate of,
    its `digest`. seen_at: the person saw it; done_at: the matter was done while it stood in their list.
    """

    message = models.ForeignKey(Message, on_delete=models.CASCADE, related_name="deliveries")
    way = models.CharField(max_length=10, choices=Way.choices)
    person = models.ForeignKey(
        Person, on_delete=models.PROTECT, null=True, blank=True, related_name="deliveries"
    )
    webhook = models.ForeignKey(
        Webhook, on_delete=models.CASCADE, null=True, blank=True, related_name="deliveries"
    )
    digest = models.ForeignKey(
        Digest, on_delete=models.SET_NULL, null=True, blank=True, related_name="deliveries"
    )
    made_at = models.DateTimeField()
    seen_at = models.DateTimeField(null=True, blank=True)
    done_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints: ClassVar = [
            models.UniqueConstraint(
                fields=["message", "way", "person"],
                condition=Q(person__isnull=False),
                name="delivered_once_to_a_person",
            ),
            models.UniqueConstraint(
                fields=["message", "webhook"],
                condition=Q(webhook__isnull=False),
                name="delivered_once_to_a_webhook",
            ),
            models.CheckConstraint(
                condition=Q(way__in=(Way.BELL, Way.MAIL), person__isnull=False, webhook__isnull=True)
                | Q(way=Way.WEBHOOK, person__isnull=True, webhook__isnull=False),
                name="delivery_goes_to_a_person_or_a_webhook",
            ),
        ]
        indexes: ClassVar = [
            models.Index(fields=["person", "-made_at"], name="delivery_bell", condition=Q(way="bell")),
            models.Index(
                fields=["person", "-made_at", "-id"],
                name="delivery_unseen",
                condition=Q(way="bell", seen_at__isnull=True, done_at__isnull=True),
            ),
            models.Index(
                fields=["person", "webhook"],
                name="delivery_without_digest",
                condition=Q(digest__isnull=True) & ~Q(way="bell"),
            ),
        ]

    def __str__(self) -> str:
        return f"{self.message_id} {self.way}"
