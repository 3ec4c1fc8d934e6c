"""Signing in and out, one's own password, and the language of the pages."""

from __future__ import annotations

from django import forms
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import login, logout, update_session_auth_hash
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_supported_language_variant, gettext_lazy
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.decorators.http import require_http_methods, require_POST

from backend import sample
from backend.middleware import actor_of, client_address
from backend.pages.access import PageRequest, signed_in
from lifecycle.errors import Invalid
from lifecycle.parties import accounts
from lifecycle.parties.models import Person

COOKIE_AGE = 365 * 24 * 3600
"""Seconds for which a browser remembers the language."""


class SignInForm(forms.Form):
    username = forms.CharField(
        label=gettext_lazy("用户名"),
        max_length=150,
        widget=forms.TextInput(
            attrs={
                "autocomplete": "username",
                "autofocus": True,
                "autocapitalize": "none",
                "spellcheck": "false",
            }
        ),
    )
    password = forms.CharField(
        label=gettext_lazy("密码"),
        max_length=1024,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )


class PasswordForm(forms.Form):
    old = forms.CharField(
        label=gettext_lazy("原密码"),
        max_length=1024,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "current-password"}),
    )
    new = forms.CharField(
        label=gettext_lazy("新密码"),
        max_length=1024,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )
    again = forms.CharField(
        label=gettext_lazy("再输一次新密码"),
        max_length=1024,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
    )

    def clean_again(self) -> str:
        again: str = self.cleaned_data["again"]
        if "new" in self.cleaned_data and again != self.cleaned_data["new"]:
            raise forms.ValidationError(_("两次输入的新密码不一致。"))
        return again


@sensitive_post_parameters("password")
@never_cache
@require_http_methods(["GET", "POST"])
def sign_in(request: HttpRequest) -> HttpResponse:
    """The way in; a person already signed in goes on to where they wanted."""
    target = _inside(request, request.POST.get("next") or request.GET.get("next") or "")
    if request.user.is_authenticated:
        return redirect(target)
    form = SignInForm(
        request.POST if request.method == "POST" else None,
        initial={"username": request.GET.get("as")},
    )
    status = 200
    retry_after = None
    if form.is_valid():
        try:
            person = accounts.sign_in(
                username=form.cleaned_data["username"],
                password=form.cleaned_data["password"],
                address=client_address(request),
                now=timezone.now(),
            )
        except accounts.TooManyAttempts as refusal:
            form.add_error(None, refusal.message)
            status, retry_after = 429, refusal.details["retry_after"]
        except accounts.SignInRefused as refusal:
            form.add_error(None, refusal.message)
            status = 400
        else:
            login(request, person)
            return _speaking(
                redirect("password" if person.must_change_password else target),
                person.language,
            )
    elif form.is_bound:
        status = 400
    context = {
        "form": form,
        "next": target,
        "accounts": sample.sample_accounts(),
        "sample_password": sample.PASSWORD,
    }
    response = render(request, "pages/sign_in.html", context, status=status)
    if retry_after is not None:
        response.headers["Retry-After"] = str(retry_after)
    return response


@require_POST
def sign_out(request: HttpRequest) -> HttpResponse:
    """The way out."""
    if request.user.is_authenticated:
        accounts.sign_out(actor=actor_of(request), now=timezone.now())
        logout(request)
    return redirect("sign-in")


@sensitive_post_parameters("old", "new", "again")
@never_cache
@require_http_methods(["GET", "POST"])
@signed_in
def password(request: PageRequest) -> HttpResponseBase:
    """One's own new password; the session goes on, others of the same person end."""
    form = PasswordForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            accounts.change_password(
                person=request.user,
                old=form.cleaned_data["old"],
                new=form.cleaned_data["new"],
                actor=actor_of(request),
                now=timezone.now(),
            )
        except accounts.TooManyAttempts as refusal:
            form.add_error(None, refusal.message)
            return render(request, "pages/password.html", {"form": form}, status=429)
        except Invalid as refusal:
            for field, sentence in refusal.details.items():
                form.add_error(field if field in form.fields else None, sentence)
        else:
            update_session_auth_hash(request, request.user)
            messages.success(request, _("密码已修改。"))
            return redirect("home")
    return render(
        request,
        "pages/password.html",
        {"form": form},
        status=400 if form.is_bound else 200,
    )


@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Pages in the language chosen, for this browser and, when signed in, for the person."""
    wanted = request.POST.get("language", "")
    response = redirect(_inside(request, request.POST.get("next", "")))
    if wanted not in dict(settings.LANGUAGES):
        return response
    if isinstance(request.user, Person) and request.user.language != wanted:
        Person.objects.filter(pk=request.user.pk).update(language=wanted)
    return _speaking(response, wanted)


def _speaking(response: HttpResponse, language: str) -> HttpResponse:
    """The response, with the browser told to ask for this language from now on."""
    if language:
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            get_supported_language_variant(language),
            max_age=COOKIE_AGE,
            samesite="Lax",
            secure=settings.SESSION_COOKIE_SECURE,
        )
    return response


def _inside(request: HttpRequest, target: str) -> str:
    """`target` where it is an address of ours, home otherwise."""
    if url_has_allowed_host_and_scheme(target, {request.get_host()}, require_https=request.is_secure()):
        return target
    return reverse("home")
