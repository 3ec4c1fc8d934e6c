"""How the world reaches us: commands, pages and their words, the API, the workbook."""

import gc

from django.apps import AppConfig


class BackendConfig(AppConfig):
    name = "backend"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Declare the jobs of all packages and tell the engine how it is rung.

        The last of all that is loaded: it stays to the end, so the collector of cycles, off until now (manage.py, wsgi.py),
        need never look at it.
        """
        from backend.jobs.wiring import wire

        wire()
        gc.freeze()
        gc.enable()
