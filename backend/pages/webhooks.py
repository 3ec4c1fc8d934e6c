"""The webhooks of the organisations one acts for: added, tried, paused, deleted. What was entered is shown to nobody again."""

from __future__ import annotations

from typing import Any

from django import forms
from django.conf import settings
from django.contrib import messages
from django.db.models import QuerySet
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from backend.access import TABLE, Act, require
from backend.middleware import actor_of
from backend.pages.access import PageRequest, signed_in
from backend.pages.fields import Select
from backend.pages.forms import take
from backend.ways import webhooks as calls
from backend.ways.guard import Gate
from lifecycle.errors import Conflict, Invalid
from lifecycle.models import Dialect, Webhook
from lifecycle.parties.accounts import TooManyAttempts
from lifecycle.parties.models import Organisation
from lifecycle.parties.sight import Sight
from lifecycle.reminders import hooks

TEST_SECONDS = 6.0
"""How long a test may keep its reader waiting."""


class WebhookForm(forms.Form):
    organisation = forms.ModelChoiceField(
        queryset=Organisation.objects.none(), label=gettext_lazy("单位"), empty_label=None
    )
    name = forms.CharField(label=gettext_lazy("名称"), max_length=hooks.NAME_LENGTH)
    dialect = forms.ChoiceField(
        label=gettext_lazy("类型"), choices=Dialect.choices, initial=Dialect.WECOM, widget=Select
    )
    url = forms.CharField(
        label=gettext_lazy("地址"),
        max_length=hooks.URL_LENGTH,
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "url"}),
        help_text=gettext_lazy("在群聊中添加自定义机器人后得到的 https 地址。登记后不再显示。"),
    )
    secret = forms.CharField(
        label=gettext_lazy("签名密钥"),
        max_length=hooks.SECRET_LENGTH,
        required=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=gettext_lazy("钉钉、飞书机器人启用“加签”时填写；通用 JSON 必填。登记后不再显示。"),
    )

    def __init__(self, organisations: QuerySet[Organisation], data: Any = None) -> None:
        super().__init__(data)
        field = self.fields["organisation"]
        assert isinstance(field, forms.ModelChoiceField)
        field.queryset = organisations


def own_organisations(sight: Sight) -> QuerySet[Organisation]:
    """Those that the person acts for in a role that manages webhooks, by name."""
    held = (ids for role, ids in sight.acting.items() if role in TABLE[Act.MANAGE_WEBHOOKS])
    return Organisation.objects.filter(pk__in=frozenset().union(*held)).order_by("name")


@sensitive_post_parameters("url", "secret")
@never_cache
@require_http_methods(["GET", "POST"])
@signed_in
def webhooks(request: PageRequest) -> HttpResponseBase:
    """Those there are, by organisation and name; another one (POST)."""
    require(Act.MANAGE_WEBHOOKS, request.sight)
    organisations = own_organisations(request.sight)
    form = WebhookForm(organisations, request.POST if request.method == "POST" else None)
    status = 422 if form.is_bound else 200
    if form.is_valid():
        try:
            hooks.add_webhook(
                url_fault=Gate.of_settings().fault,
                actor=actor_of(request),
                now=timezone.now(),
                **form.cleaned_data,
            )
        except (Invalid, Conflict) as refusal:
            take(form, refusal)
        else:
            messages.success(request, _("已登记，建议发送一条测试消息。"))
            return redirect("webhooks")
    context = {
        "webhooks": _own(request).defer("url", "secret").order_by("organisation__name", "name"),
        "form": form,
        "hosts": settings.WEBHOOK_HOSTS,
        "now": timezone.now(),
    }
    return render(request, "pages/webhooks.html", context, status=status)


@require_POST
@signed_in
def test(request: PageRequest, pk: int) -> HttpResponseBase:
    """Send a message that says only that it would arrive, and tell what the receiver said."""
    webhook = _one(request, pk)
    now = timezone.now()
    try:
        hooks.note_test(webhook=webhook, actor=actor_of(request), now=now)
    except TooManyAttempts as refusal:
        messages.error(request, refusal.message)
        return redirect("webhooks")
    reached = calls.send(calls.test_call(webhook, now=now), webhook.dialect, gate())
    if reached.error:
        messages.error(request, _("测试消息没有送达：%(error)s") % {"error": reached.error})
    else:
        messages.success(request, _("测试消息已送达“%(name)s”。") % {"name": webhook.name})
    return redirect("webhooks")


def gate() -> Gate:
    """What a test may call: what every call may, in less time."""
    return Gate.of_settings(total_seconds=TEST_SECONDS)


@require_POST
@signed_in
def switch(request: PageRequest, pk: int) -> HttpResponseBase:
    """Pause it, or let it go on."""
    active = request.POST.get("active") == "yes"
    hooks.switch_webhook(
        webhook=_one(request, pk), active=active, actor=actor_of(request), now=timezone.now()
    )
    messages.success(request, _("已恢复发送。") if active else _("已暂停发送，期间的消息留待恢复后发送。"))
    return redirect("webhooks")


@require_POST
@signed_in
def delete(request: PageRequest, pk: int) -> HttpResponseBase:
    """Take it away."""
    hooks.delete_webhook(webhook=_one(request, pk), actor=actor_of(request), now=timezone.now())
    messages.success(request, _("已删除。"))
    return redirect("webhooks")


def _own(request: PageRequest) -> QuerySet[Webhook]:
    own = own_organisations(request.sight).order_by()
    return Webhook.objects.filter(organisation__in=own).select_related("organisation")


def _one(request: PageRequest, pk: int) -> Webhook:
    require(Act.MANAGE_WEBHOOKS, request.sight)
    try:
        return _own(request).get(pk=pk)
    except Webhook.DoesNotExist:
        raise Http404 from None
