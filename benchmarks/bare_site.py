"""Yardstick: the barest site there can be, without middleware, sign-in, permissions, counting or paging.

`/api/` is the plainest DRF list of 50 projects, `/projects/` and `/entries/` the plainest templates of
50 rows. Served by the same server as ours, on the same database.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import django
from django.conf import settings

from backend.settings import databases

settings.configure(
    DATABASES={"default": {**databases.of_url(os.environ["DATABASE_URL"]), "CONN_MAX_AGE": 60}},
    ALLOWED_HOSTS=["127.0.0.1"],
    SECRET_KEY="not a secret: it guards nothing",
    INSTALLED_APPS=[
        "django.contrib.contenttypes",
        "django.contrib.auth",
        "rest_framework",
        "lifecycle.parties",
        "lifecycle",
        "finance",
    ],
    AUTH_USER_MODEL="parties.Person",
    DEFAULT_AUTO_FIELD="django.db.models.BigAutoField",
    MIDDLEWARE=[],
    ROOT_URLCONF=__name__,
    TEMPLATES=[
        {
            "BACKEND": "django.template.backends.django.DjangoTemplates",
            "DIRS": [Path(__file__).parent / "templates"],
        }
    ],
    REST_FRAMEWORK={
        "DEFAULT_AUTHENTICATION_CLASSES": [],
        "DEFAULT_PERMISSION_CLASSES": [],
        "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
        "UNAUTHENTICATED_USER": None,
    },
    USE_TZ=True,
)
django.setup()

from django.core.wsgi import get_wsgi_application  # noqa: E402
from django.http import HttpRequest, HttpResponse  # noqa: E402
from django.shortcuts import render  # noqa: E402
from django.urls import path  # noqa: E402
from rest_framework import serializers  # noqa: E402
from rest_framework.generics import ListAPIView  # noqa: E402

from finance.models import Entry  # noqa: E402
from lifecycle.models import Project  # noqa: E402

ROWS = 50


class BareSerializer(serializers.ModelSerializer[Project]):
    park = serializers.CharField(source="cluster.park.name")
    batch = serializers.CharField(source="cluster.batch.name")
    unit = serializers.CharField(source="unit.name")

    class Meta:
        model = Project
        fields = (
            "number", "name", "state", "park", "batch", "unit", "site", "leader", "start_on", "end_on",
            "total_investment", "provincial_grant", "park_matching", "self_raised", "social_capital",
            "contract_signed_on",
        )  # fmt: skip


class BareList(ListAPIView[Project]):
    serializer_class = BareSerializer

    def get_queryset(self) -> Any:
        return Project.objects.select_related("unit", "cluster__park", "cluster__batch").order_by("number")[
            :ROWS
        ]


def projects(request: HttpRequest) -> HttpResponse:
    rows = Project.objects.select_related("unit").order_by("number")[:ROWS]
    return render(request, "bare_projects.html", {"rows": rows})


def entries(request: HttpRequest) -> HttpResponse:
    rows = (
        Entry.objects.filter(project=int(request.GET["project"]))
        .select_related("debit", "credit")
        .order_by("-sequence")[:ROWS]
    )
    return render(request, "bare_entries.html", {"rows": rows})


urlpatterns = [path("api/", BareList.as_view()), path("projects/", projects), path("entries/", entries)]
application = get_wsgi_application()
