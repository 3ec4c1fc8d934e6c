"""The ground: parties, the life of a project, its rules."""

from django.apps import AppConfig


class LifecycleConfig(AppConfig):
    name = "lifecycle"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from lifecycle import conditions
        from lifecycle.reminders import of_life

        conditions.register()
        of_life.register()
