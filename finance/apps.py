"""Money: the journal and the rules about it."""

from django.apps import AppConfig


class FinanceConfig(AppConfig):
    name = "finance"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Add what finance demands before a move and of a change, and what it does after one."""
        from finance import changes, guards

        changes.register()
        guards.register()
