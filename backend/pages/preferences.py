"""How one wants to be told: mail or not and from which hour, which kinds not at all, the mail address, the calendar."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from backend.access import Act, may
from backend.middleware import actor_of
from backend.pages.access import PageRequest, signed_in
from backend.pages.fields import Select
from backend.pages.forms import take
from backend.ways import mail
from backend.ways.contents import absolute
from lifecycle.errors import Invalid
from lifecycle.models import CalendarLink, Digest, Way
from lifecycle.parties.accounts import TooManyAttempts, change_email
from lifecycle.reminders.calendar_links import make_link, revoke_link
from lifecycle.reminders.choices import MAIL_HOURS, choose, preference_of
from lifecycle.reminders.settings import Setting, settings


class ChoicesForm(forms.Form):
    by_mail = forms.BooleanField(label=gettext_lazy("每个工作日以一封邮件汇总发送待办提醒"), required=False)
    mail_from = forms.TypedChoiceField(label=gettext_lazy("邮件时间"), coerce=int, widget=Select)
    urgent_at_once = forms.BooleanField(
        label=gettext_lazy("紧急事项不等汇总，立即单独发送邮件"), required=False
    )
    told = forms.MultipleChoiceField(
        label=gettext_lazy("提醒事项"), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(self, known: dict[str, Setting], data: Any = None, **options: Any) -> None:
        super().__init__(data, **options)
        hours, told = self.fields["mail_from"], self.fields["told"]
        assert isinstance(hours, forms.ChoiceField) and isinstance(told, forms.ChoiceField)
        hours.choices = [(hour, _("%(hour)d 点以后") % {"hour": hour}) for hour in MAIL_HOURS]
        told.choices = [(code, each.kind.title) for code, each in known.items() if not each.is_binding]


class AddressForm(forms.Form):
    email = forms.EmailField(
        label=gettext_lazy("电子邮箱"),
        required=False,
        max_length=254,
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
        help_text=gettext_lazy("留空则不再接收邮件。"),
    )
    password = forms.CharField(
        label=gettext_lazy("登录密码"),
        max_length=1024,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


@never_cache
@require_http_methods(["GET", "POST"])
@signed_in
def preferences(request: PageRequest) -> HttpResponseBase:
    """The choices as they stand; other ones (POST)."""
    known = settings()
    form = None
    if request.method == "POST":
        form = ChoicesForm(known, request.POST)
        if form.is_valid():
            said = form.cleaned_data
            told = set(said.pop("told"))
            muted = [code for code, each in known.items() if not each.is_binding and code not in told]
            try:
                choose(person=request.user, muted=muted, **said)
            except Invalid as refusal:
                take(form, refusal, {"muted": "told"})
            else:
                messages.success(request, _("提醒设置已保存。"))
                return redirect("preferences")
    return _page(request, known, choices=form, status=422 if form else 200)


@sensitive_post_parameters("password")
@never_cache
@require_POST
@signed_in
def email(request: PageRequest) -> HttpResponseBase:
    """Another mail address; the password says that it is its owner who asks."""
    form = AddressForm(request.POST)
    status = 422
    if form.is_valid():
        try:
            change_email(
                person=request.user, actor=actor_of(request), now=timezone.now(), **form.cleaned_data
            )
        except TooManyAttempts as refusal:
            form.add_error(None, refusal.message)
            status = 429
        except Invalid as refusal:
            take(form, refusal)
        else:
            messages.success(request, _("电子邮箱已修改。"))
            return redirect("preferences")
    request.user.refresh_from_db(fields=["email"])
    return _page(request, settings(), address=form, status=status)


@never_cache
@require_POST
@signed_in
def calendar_make(request: PageRequest) -> HttpResponseBase:
    """A calendar address, shown this once; one made before opens no more."""
    token = make_link(person=request.user, actor=actor_of(request), now=timezone.now())
    return _page(request, settings(), calendar=absolute(reverse("api:calendar", args=[token])))


@require_POST
@signed_in
def calendar_revoke(request: PageRequest) -> HttpResponseBase:
    """The calendar address opens no more."""
    if revoke_link(person=request.user, actor=actor_of(request), now=timezone.now()):
        messages.success(request, _("日历订阅地址已停用。"))
    return redirect("preferences")


def _page(
    request: PageRequest,
    known: dict[str, Setting],
    *,
    choices: ChoicesForm | None = None,
    address: AddressForm | None = None,
    calendar: str = "",
    status: int = 200,
) -> HttpResponseBase:
    """Four queries whatever there is."""
    chosen = preference_of(request.user)
    told = [code for code in known if code not in chosen.muted]
    context = {
        "choices": choices
        or ChoicesForm(
            known,
            initial={
                "by_mail": chosen.by_mail,
                "mail_from": chosen.mail_from,
                "urgent_at_once": chosen.urgent_at_once,
                "told": told,
            },
        ),
        "binding": [each.kind.title for each in known.values() if each.is_binding],
        "address": address or AddressForm(initial={"email": request.user.email}),
        "has_server": mail.has_server(),
        "latest": Digest.objects.filter(person=request.user, way=Way.MAIL)
        .order_by("-made_at", "-pk")
        .first(),
        "link": CalendarLink.objects.filter(person=request.user).first(),
        "calendar": calendar,
        "may_manage_webhooks": may(Act.MANAGE_WEBHOOKS, request.sight),
    }
    return render(request, "pages/preferences.html", context, status=status)
