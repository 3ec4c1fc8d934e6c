"""What a page tells of one thing inside a project besides its facts: its story, and the papers attached to it."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlencode

from django.db import models
from django.urls import reverse

from backend.pages.step_words import act_word
from lifecycle.models import Document, Project, Step
from lifecycle.parties.models import Role


@dataclass(frozen=True, slots=True)
class Told:
    """One step of a story, with the words for what was done and in which role."""

    step: Step
    act: str
    role: str


@dataclass(frozen=True, slots=True)
class Paper:
    """A document with the address of its download; empty where the reader has none."""

    document: Document
    url: str


def told(steps: Iterable[Step]) -> list[Told]:
    """The steps in words."""
    return [
        Told(
            step,
            act_word(step.subject, step.act),
            str(Role(step.role).label) if step.role in Role.values else "",
        )
        for step in steps
    ]


def stories(project: Project, subject: type[models.Model]) -> dict[int, list[Step]]:
    """The steps of all things of one model inside the project, by their row; one query."""
    found: dict[int, list[Step]] = {}
    steps = Step.objects.filter(project=project, subject=subject._meta.model_name).order_by("pk")
    for step in steps:
        found.setdefault(step.subject_id, []).append(step)
    return found


def papers(project: Project, subject: type[models.Model]) -> dict[int, list[Paper]]:
    """The present documents of all things of one model inside the project, by their row; one query."""
    found: dict[int, list[Paper]] = {}
    documents = (
        Document.objects.filter(project=project, subject=subject._meta.model_name).present().order_by("pk")
    )
    for document in documents:
        url = reverse("document", args=[project.number, document.pk])
        found.setdefault(document.subject_id or 0, []).append(Paper(document, url))
    return found


def upload_url(project: Project, subject: models.Model, category: str, *, back: str) -> str:
    """Where a document of the category is attached to the thing. back: where one goes on from there."""
    about = {"subject": subject._meta.model_name, "id": subject.pk, "category": category, "next": back}
    return f"{reverse('documents', args=[project.number])}?{urlencode(about)}"
