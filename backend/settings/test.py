"""Settings of the tests: the same, with what only costs time there taken out."""

from __future__ import annotations

from backend.settings.base import *
from backend.settings.base import DATABASES, STORAGES, TASKS

PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]

# A hashed name needs collectstatic first; without it pages would ask for files that are not there.
STORAGES["staticfiles"] = {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}

ALLOWED_HOSTS = ["*"]

# Test databases are thrown away, so no commit has to reach the disk before it is answered.
_options = DATABASES["default"]["OPTIONS"]
_options["options"] = f"{_options.get('options', '')} -c synchronous_commit=off".strip()
DATABASES["default"]["CONN_MAX_AGE"] = 0

# Static files straight from where they lie, without collectstatic.
WHITENOISE_AUTOREFRESH = WHITENOISE_USE_FINDERS = True

# Whoever asks for a job does it, once its transaction is committed.
TASKS["default"]["BACKEND"] = "backend.jobs.inline.InlineEngine"
