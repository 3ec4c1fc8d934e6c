"""How the world reaches us: commands, pages and their words, the API, the workbook."""

from django.apps import AppConfig


class BackendConfig(AppConfig):
    name = "backend"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Declare the jobs of all packages and tell the engine how it is rung."""
        from backend.jobs.wiring import wire

        wire()
