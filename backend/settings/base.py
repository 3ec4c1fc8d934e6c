"""Settings for every use but the tests; what differs from place to place comes from the environment."""

from __future__ import annotations

from typing import Any

from backend.settings import databases, environment
from backend.settings.api import REST_FRAMEWORK as REST_FRAMEWORK
from backend.settings.api import SPECTACULAR_SETTINGS as SPECTACULAR_SETTINGS
from backend.settings.jobs import *
from backend.settings.ways import DEFAULT_FROM_EMAIL as DEFAULT_FROM_EMAIL
from backend.settings.ways import EMAIL_HOST as EMAIL_HOST
from backend.settings.ways import EMAIL_HOST_PASSWORD as EMAIL_HOST_PASSWORD
from backend.settings.ways import EMAIL_HOST_USER as EMAIL_HOST_USER
from backend.settings.ways import EMAIL_PORT as EMAIL_PORT
from backend.settings.ways import EMAIL_TIMEOUT as EMAIL_TIMEOUT
from backend.settings.ways import EMAIL_USE_SSL as EMAIL_USE_SSL
from backend.settings.ways import EMAIL_USE_TLS as EMAIL_USE_TLS
from backend.settings.ways import MAIL_REPLY_TO as MAIL_REPLY_TO
from backend.settings.ways import SERVER_EMAIL as SERVER_EMAIL
from backend.settings.ways import SITE_URL as SITE_URL
from backend.settings.ways import WEBHOOK_HOSTS as WEBHOOK_HOSTS

BASE_DIR = environment.BASE_DIR

PILOT_HOME = environment.folder("PILOT_HOME", BASE_DIR / "var")
"""Everything that the program writes lies in here."""

# matplotlib keeps its list of fonts there instead of in somebody's home.
environment.offer("MPLCONFIGDIR", PILOT_HOME / "matplotlib")

# Who may reach the site, and how.

DEBUG = environment.flag("DEBUG")
HTTPS = environment.flag("HTTPS")
TRUSTED_PROXIES = environment.number("TRUSTED_PROXIES", 0)
ALLOWED_HOSTS = environment.words("ALLOWED_HOSTS", "127.0.0.1,localhost,[::1]")
CSRF_TRUSTED_ORIGINS = environment.words("CSRF_TRUSTED_ORIGINS")
SECRET_KEY = environment.text("SECRET_KEY") or environment.kept_secret(PILOT_HOME / "secret-key")

SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = HTTPS
CSRF_FAILURE_VIEW = "backend.pages.errors.expired"
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = CSRF_COOKIE_SAMESITE = LANGUAGE_COOKIE_SAMESITE = "Lax"
LANGUAGE_COOKIE_HTTPONLY = True
SESSION_COOKIE_AGE = 12 * 60 * 60
SECURE_SSL_REDIRECT = HTTPS
# Whoever looks whether the process lives asks it directly, without the proxy that speaks https.
SECURE_REDIRECT_EXEMPT = [r"^healthz$"]
SECURE_HSTS_SECONDS = 365 * 24 * 60 * 60 if HTTPS else 0
# The header is the proxy's word only where a proxy of ours stands in front; otherwise anybody may write it.
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if TRUSTED_PROXIES else None
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

# A form of thousands of fields or megabytes is nobody's work. A file goes to disk beyond the first megabytes.
DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2_000
DATA_UPLOAD_MAX_NUMBER_FILES = 10
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024

# What it is made of.

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_fsm",
    "django_htmx",
    "django_q",
    "django_tasks",
    "rest_framework",
    "drf_spectacular",
    "drf_spectacular_sidecar",
    "lifecycle.parties",
    "lifecycle",
    "finance",
    "reports",
    "backend",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "backend.pages.headers.ContentPolicyMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "backend.middleware.AttributionMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
]

ROOT_URLCONF = "backend.urls"
WSGI_APPLICATION = "backend.wsgi.application"

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "backend.pages.frame.frame",
            ],
        },
    }
]

# Where things are kept.

DATABASE_URL = environment.text("DATABASE_URL")
DATABASES: dict[str, dict[str, Any]] = {
    "default": {
        **(databases.of_url(DATABASE_URL) if DATABASE_URL else databases.private(PILOT_HOME)),
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }
}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

# For what may be lost and may differ between processes; nothing that decides is kept here.
CACHES = {"default": {"BACKEND": "django.core.cache.backends.locmem.LocMemCache"}}

STATIC_URL = "/static/"
STATIC_ROOT = PILOT_HOME / "static"
STORAGES: dict[str, dict[str, Any]] = {
    "default": {
        "BACKEND": "backend.storage.DurableStorage",
        "OPTIONS": {
            "location": PILOT_HOME / "files",
            "file_permissions_mode": 0o600,
            "directory_permissions_mode": 0o700,
        },
    },
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
# Of htmx, Swagger and Redoc only the files themselves are kept once more under hashed names.
WHITENOISE_KEEP_ONLY_HASHED_FILES = False

# Reports. Font files in place of those of the wheel pylopdf-fonts-zh-cn; only the first face of a collection is used.

REPORT_SONG_FONT = environment.text("REPORT_SONG_FONT")
REPORT_HEI_FONT = environment.text("REPORT_HEI_FONT")

# People.

AUTH_USER_MODEL = "parties.Person"
LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "/"
PASSWORD_HASHERS = [
    "django.contrib.auth.hashers.Argon2PasswordHasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator"},
    {"NAME": "backend.passwords.LongEnough", "OPTIONS": {"min_length": 10}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]

# Language and time.

LANGUAGE_CODE = "zh-hans"
LANGUAGES = [("zh-hans", "简体中文"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "backend" / "locale"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Shanghai"

# What the program says of itself goes to standard error; who keeps it is the operator's choice.

LOGGING: dict[str, Any] = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "filters": {"links": {"()": "backend.logs.WithoutPersonalLinks"}},
    "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["links"]}},
    "root": {"handlers": ["stderr"], "level": environment.text("LOG_LEVEL", "INFO").upper()},
    # Django's own handlers would say the same twice, and mail that nobody asked for.
    "loggers": {
        "django": {"handlers": [], "level": "INFO", "propagate": True},
        "django.server": {"handlers": [], "level": "INFO", "propagate": True},
        # One line for every ring, by whoever rings, and one for every look at the queue.
        "django-q": {"level": "WARNING"},
        "django_tasks": {"level": "WARNING"},
        "celery.app.trace": {"level": "WARNING"},
        "celery.worker.strategy": {"level": "WARNING"},
        # A line when it lists its fonts the first time.
        "matplotlib": {"level": "WARNING"},
    },
}
