"""How the world reaches us: commands, pages and their words, the API, the workbook."""

from django.apps import AppConfig


class BackendConfig(AppConfig):
    name = "backend"
    default_auto_field = "django.db.models.BigAutoField"
