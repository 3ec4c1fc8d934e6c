"""For the administrator: people, their roles and passwords, and the organisations. No business data."""

from __future__ import annotations

from typing import Any

from django import forms
from django.contrib import messages
from django.db.models import Count, Exists, OuterRef, Prefetch, Q, Subquery
from django.db.models.functions import Coalesce
from django.http import Http404, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from backend.access import Act, require
from backend.middleware import actor_of
from backend.pages.access import PageRequest, signed_in
from backend.pages.forms import take
from backend.pages.paging import Order, keyset_page
from lifecycle.errors import Conflict, Invalid
from lifecycle.models import Caretaker
from lifecycle.parties import accounts, organisations
from lifecycle.parties.models import (
    AuditScope,
    Membership,
    Organisation,
    OrganisationKind,
    Person,
    Role,
)

PAGE_SIZE = 50


class PersonForm(forms.Form):
    username = forms.CharField(
        label=gettext_lazy("用户名"),
        max_length=100,
        widget=forms.TextInput(attrs={"autocomplete": "off"}),
    )
    full_name = forms.CharField(label=gettext_lazy("姓名"), max_length=100, required=False)
    email = forms.EmailField(label=gettext_lazy("电子邮箱"), required=False)
    password = forms.CharField(
        label=gettext_lazy("初始密码"),
        max_length=1024,
        strip=False,
        widget=forms.PasswordInput(attrs={"autocomplete": "new-password"}),
        help_text=gettext_lazy("至少 10 个字符；首次登录时须修改。"),
    )


class MembershipForm(forms.Form):
    organisation = forms.CharField(
        label=gettext_lazy("单位名称"),
        max_length=200,
        widget=forms.TextInput(attrs={"list": "organisation-names"}),
    )
    role = forms.ChoiceField(label=gettext_lazy("角色"), choices=Role.choices)

    def clean_organisation(self) -> Organisation:
        return _named(self.cleaned_data["organisation"])


class OrganisationForm(forms.Form):
    name = forms.CharField(label=gettext_lazy("单位名称"), max_length=200)
    kind = forms.ChoiceField(label=gettext_lazy("单位类型"), choices=OrganisationKind.choices)
    parent = forms.CharField(
        label=gettext_lazy("上级单位"),
        max_length=200,
        required=False,
        widget=forms.TextInput(attrs={"list": "organisation-names"}),
    )
    credit_code = forms.CharField(label=gettext_lazy("统一社会信用代码"), max_length=40, required=False)
    contact = forms.CharField(label=gettext_lazy("联系人"), max_length=100, required=False)
    phone = forms.CharField(label=gettext_lazy("联系电话"), max_length=100, required=False)
    email = forms.EmailField(label=gettext_lazy("电子邮箱"), required=False)

    def clean_parent(self) -> Organisation | None:
        name: str = self.cleaned_data["parent"]
        return _named(name) if name else None


def _named(name: str) -> Organisation:
    try:
        return Organisation.objects.get(name=name.strip())
    except Organisation.DoesNotExist:
        raise forms.ValidationError(_("没有名为“%(name)s”的单位。") % {"name": name}) from None


@require_http_methods(["GET", "POST"])
@signed_in
def people(request: PageRequest) -> HttpResponseBase:
    """Everyone who may sign in, by name; a new account (POST)."""
    require(Act.MANAGE_PEOPLE, request.sight)
    form = PersonForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            person = accounts.create_person(actor=actor_of(request), now=timezone.now(), **form.cleaned_data)
        except (Invalid, Conflict) as refusal:
            take(form, refusal, {"new": "password"})
        else:
            messages.success(
                request,
                _("已建立账号“%(name)s”，请为其指定角色。") % {"name": person.username},
            )
            return redirect("person", person.pk)
    memberships = Prefetch(
        "memberships",
        Membership.objects.select_related("organisation").order_by("role"),
    )
    found = Person.objects.prefetch_related(memberships)
    words = request.GET.get("q", "").replace("\x00", "")[:100]
    for word in words.split():
        found = found.filter(
            Q(username__icontains=word)
            | Q(full_name__icontains=word)
            | Q(pk__in=Membership.objects.filter(organisation__name__icontains=word).values("person"))
        )
    order = Order(Person, "username")
    page = keyset_page(found, order=order, query=request.GET, size=PAGE_SIZE)
    return render(
        request,
        "pages/people.html",
        {"form": form, "page": page, "q": words},
        status=400 if form.errors else 200,
    )


@require_http_methods(["GET", "POST"])
@signed_in
def person(request: PageRequest, pk: int) -> HttpResponseBase:
    """One person: roles, switched on or off, password; another role (POST)."""
    shown = _person(request, pk)
    form = MembershipForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            accounts.join(
                person=shown,
                actor=actor_of(request),
                now=timezone.now(),
                **form.cleaned_data,
            )
        except (Invalid, Conflict) as refusal:
            take(form, refusal)
        else:
            messages.success(request, _("角色已登记。"))
            return redirect("person", shown.pk)
    return _person_page(request, shown, form=form, status=400 if form.errors else 200)


@require_safe
@signed_in
def hand_over(request: PageRequest, pk: int) -> HttpResponseBase:
    """Where the person acts, who else does, and whether they look after anything there; no business data."""
    shown = _person(request, pk)
    colleagues = (
        Membership.objects.filter(
            organisation=OuterRef("organisation"), role=OuterRef("role"), person__is_active=True
        )
        .exclude(person=shown)
        .order_by()
        .values("organisation")
        .annotate(count=Count("pk"))
        .values("count")
    )
    memberships = (
        shown.memberships.select_related("organisation")
        .annotate(
            colleagues=Coalesce(Subquery(colleagues), 0),
            has_work=Exists(
                Caretaker.objects.filter(
                    person=shown,
                    organisation=OuterRef("organisation"),
                    organisation__kind=OuterRef("role"),
                )
            ),
        )
        .order_by("organisation__name", "role")
    )
    return render(request, "pages/person_hand_over.html", {"person": shown, "memberships": memberships})


@require_POST
@signed_in
def leave(request: PageRequest, pk: int, membership: int) -> HttpResponseBase:
    """Take a role back."""
    shown = _person(request, pk)
    try:
        held = shown.memberships.select_related("organisation", "person").get(pk=membership)
    except Membership.DoesNotExist:
        raise Http404 from None
    accounts.leave(membership=held, actor=actor_of(request), now=timezone.now())
    messages.success(request, _("角色已收回。"))
    return redirect("person", shown.pk)


@require_POST
@signed_in
def switch(request: PageRequest, pk: int) -> HttpResponseBase:
    """Switch an account on or off; nobody switches off their own."""
    shown = _person(request, pk)
    if shown.pk == request.user.pk:
        raise Conflict(_("不能停用自己的账号。"))
    active = request.POST.get("active") == "yes"
    accounts.switch(person=shown, active=active, actor=actor_of(request), now=timezone.now())
    messages.success(request, _("账号已启用。") if active else _("账号已停用。"))
    return redirect("person", shown.pk)


@never_cache
@require_POST
@signed_in
def reset(request: PageRequest, pk: int) -> HttpResponseBase:
    """A random password, shown this once; it has to be changed at the next sign-in."""
    shown = _person(request, pk)
    password = accounts.reset_password(person=shown, actor=actor_of(request), now=timezone.now())
    return _person_page(request, shown, form=MembershipForm(), password=password)


def _person(request: PageRequest, pk: int) -> Person:
    require(Act.MANAGE_PEOPLE, request.sight)
    try:
        return Person.objects.get(pk=pk)
    except Person.DoesNotExist:
        raise Http404 from None


def _person_page(
    request: PageRequest,
    person: Person,
    *,
    form: MembershipForm,
    password: str = "",
    status: int = 200,
) -> HttpResponseBase:
    context = {
        "person": person,
        "memberships": person.memberships.select_related("organisation").order_by(
            "role", "organisation__name"
        ),
        "form": form,
        "organisation_names": _names(),
        "new_password": password,
    }
    return render(request, "pages/person.html", context, status=status)


def _names() -> Any:
    """Names to choose from; those of units are found by typing, so that the page stays small."""
    kinds = (
        OrganisationKind.PROVINCE,
        OrganisationKind.CITY,
        OrganisationKind.PARK,
        OrganisationKind.AUDITOR,
    )
    return Organisation.objects.filter(kind__in=kinds).order_by("name").values_list("name", flat=True)[:500]


@require_http_methods(["GET", "POST"])
@signed_in
def organisation_list(request: PageRequest) -> HttpResponseBase:
    """All organisations by name; a new one (POST)."""
    require(Act.MANAGE_PEOPLE, request.sight)
    form = OrganisationForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        try:
            added = organisations.add_organisation(actor=actor_of(request), **form.cleaned_data)
        except (Invalid, Conflict) as refusal:
            take(form, refusal)
        else:
            messages.success(request, _("已登记单位“%(name)s”。") % {"name": added.name})
            return redirect("organisations")
    found = Organisation.objects.select_related("parent").prefetch_related("audit_scopes__root")
    words = request.GET.get("q", "").replace("\x00", "")[:100]
    for word in words.split():
        found = found.filter(Q(name__icontains=word) | Q(credit_code__icontains=word))
    kind = request.GET.get("kind", "")
    if kind in OrganisationKind.values:
        found = found.filter(kind=kind)
    order = Order(Organisation, "name")
    context = {
        "form": form,
        "page": keyset_page(found, order=order, query=request.GET, size=PAGE_SIZE),
        "q": words,
        "kind": kind,
        "kinds": OrganisationKind.choices,
        "organisation_names": _names(),
    }
    return render(request, "pages/organisations.html", context, status=400 if form.errors else 200)


@require_POST
@signed_in
def open_scope(request: PageRequest, pk: int) -> HttpResponseBase:
    """Let an auditing organisation read everything below another."""
    require(Act.MANAGE_PEOPLE, request.sight)
    try:
        auditor = Organisation.objects.get(pk=pk)
        root = Organisation.objects.get(name=request.POST.get("root", "").replace("\x00", "").strip())
    except Organisation.DoesNotExist:
        raise Invalid(_("没有这个单位，请核对名称。")) from None
    organisations.open_scope(auditor=auditor, root=root, actor=actor_of(request))
    messages.success(request, _("审计范围已登记。"))
    return redirect("organisations")


@require_POST
@signed_in
def close_scope(request: PageRequest, pk: int) -> HttpResponseBase:
    """Take back what an auditing organisation may read."""
    require(Act.MANAGE_PEOPLE, request.sight)
    try:
        scope = AuditScope.objects.select_related("auditor", "root").get(pk=pk)
    except AuditScope.DoesNotExist:
        raise Http404 from None
    organisations.close_scope(scope=scope, actor=actor_of(request))
    messages.success(request, _("审计范围已收回。"))
    return redirect("organisations")
