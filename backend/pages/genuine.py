"""The check page: whether a printed report or ledger is one that was issued here. For anybody, without signing in.

It tells what stands on the paper anyway, and nothing more: no name, no amount, nobody's project.
"""

from __future__ import annotations

from django import forms
from django.http import HttpRequest, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe

from reports.genuine import verdict_on
from reports.models import ReportKind


class DigestForm(forms.Form):
    """The digest as it is printed, with whatever spaces a person types between its groups."""

    digest = forms.CharField(
        label=gettext_lazy("校验码"),
        max_length=100,
        help_text=gettext_lazy("印在报告封面和页脚、台账说明页上的 64 位字符，空格和大小写不影响。"),
        widget=forms.TextInput(
            attrs={"autocomplete": "off", "spellcheck": "false", "autocapitalize": "none"}
        ),
    )

    def clean_digest(self) -> str:
        digest = "".join(str(self.cleaned_data["digest"]).split()).lower()
        if len(digest) != 64 or set(digest) - set("0123456789abcdef"):
            raise forms.ValidationError(
                _("校验码应为 64 位，由数字 0–9 和字母 a–f 组成；输入的是 %(count)d 位。")
                % {"count": len(digest)}
            )
        return digest


@never_cache
@require_safe
def check(request: HttpRequest) -> HttpResponseBase:
    """The form; with a digest in the address it leads to its answer."""
    form = DigestForm(request.GET or None)
    if form.is_valid():
        return redirect("genuine", form.cleaned_data["digest"])
    return render(request, "pages/genuine_form.html", {"form": form}, status=400 if form.errors else 200)


@never_cache
@require_safe
def genuine(request: HttpRequest, digest: str) -> HttpResponseBase:
    """The answer for one digest: 200 for what was issued, 404 for what was not."""
    verdict = verdict_on(digest)
    return render(
        request,
        "pages/genuine.html",
        {
            "digest": digest,
            "groups": [digest[start : start + 8] for start in range(0, 64, 8)],
            "verdict": verdict,
            "kind": _kind(verdict.kind) if verdict else "",
        },
        status=200 if verdict else 404,
    )


def _kind(kind: str) -> str:
    return _("项目台账") if kind == "ledger" else str(ReportKind(kind).label)
