"""Every address of the site: pages at the root, the API below /api/."""

from __future__ import annotations

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("api/", include("backend.api.urls")),
    path("", include("backend.pages.urls")),
]

# The pages of 404 and 500 are the templates of those names; the API answers its own refusals.
handler400 = "backend.pages.errors.bad_request"
handler403 = "backend.pages.errors.forbidden"
