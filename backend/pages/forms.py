"""What the forms of pages share."""

from __future__ import annotations

from django import forms

from lifecycle.errors import Conflict, Invalid


def take(form: forms.Form, refusal: Invalid | Conflict, renamed: dict[str, str] | None = None) -> None:
    """Show a refusal beside the fields it names."""
    sentences = refusal.details if isinstance(refusal, Invalid) else {}
    placed = False
    for field, sentence in sentences.items():
        field = (renamed or {}).get(field, field)
        if field in form.fields:
            form.add_error(field, sentence)
            placed = True
    if not placed:
        form.add_error(None, refusal.message)
