"""Where the province says which kinds of matters nobody turns off, and which are told at once."""

from __future__ import annotations

from django import forms
from django.contrib import messages
from django.http import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods

from backend.access import Act, require
from backend.middleware import actor_of
from backend.pages.access import PageRequest, signed_in
from lifecycle.reminders.settings import set_kinds, settings


class KindsForm(forms.Form):
    """Two boxes for each kind, named by its code; each says what it is for, since a table has no labels of its own."""

    def __init__(self, data: object = None) -> None:
        super().__init__(data)  # type: ignore[arg-type]
        self.held = settings()
        for code, setting in self.held.items():
            title = {"kind": setting.kind.title}
            self.fields[f"{code}-binding"] = forms.BooleanField(
                label=_("%(kind)s：不可关闭") % title, required=False, initial=setting.is_binding
            )
            self.fields[f"{code}-urgent"] = forms.BooleanField(
                label=_("%(kind)s：紧急") % title, required=False, initial=setting.is_urgent
            )

    @property
    def rows(self) -> list[dict[str, object]]:
        """A row a kind, for the template."""
        return [
            {"setting": setting, "binding": self[f"{code}-binding"], "urgent": self[f"{code}-urgent"]}
            for code, setting in self.held.items()
        ]

    def wanted(self) -> dict[str, tuple[bool, bool]]:
        said = self.cleaned_data
        return {code: (said[f"{code}-binding"], said[f"{code}-urgent"]) for code in self.held}


@require_http_methods(["GET", "POST"])
@signed_in
def reminder_kinds(request: PageRequest) -> HttpResponseBase:
    """All kinds with what holds for each; saying it anew (POST)."""
    require(Act.SET_REMINDERS, request.sight)
    form = KindsForm(request.POST if request.method == "POST" else None)
    if form.is_valid():
        count = len(set_kinds(form.wanted(), actor=actor_of(request)))
        messages.success(
            request,
            ngettext("已改动 %(count)d 类事项的设定。", "已改动 %(count)d 类事项的设定。", count)
            % {"count": count},
        )
        return redirect("reminder-kinds")
    return render(request, "pages/reminder_kinds.html", {"form": form})
