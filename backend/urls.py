"""Every address of the site: pages at the root, the API below /api/."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("api/", include("backend.api.urls")),
    path("", include("backend.pages.urls")),
]
