"""A browser without a screen: signed in as somebody, asking for pages and parts of pages."""

from __future__ import annotations

from typing import Any

from django.test import Client

from lifecycle.parties.models import Person

HTMX = {"HTTP_HX_REQUEST": "true"}
"""What htmx says of itself when it asks for a part."""


def browser_of(person: Person | None) -> Client:
    """A client with the person's session; a stranger's for nobody."""
    client = Client()
    if person is not None:
        client.force_login(person)
    return client


def text_of(response: Any) -> str:
    """The page as text."""
    return str(response.content.decode())
