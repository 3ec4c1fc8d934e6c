"""Money: the journal and the rules about it."""

from django.apps import AppConfig


class FinanceConfig(AppConfig):
    name = "finance"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Add what finance demands before a move and of a change, what it does after one, and what papers are for."""
        from finance import changes, guards
        from finance.models import Refund
        from lifecycle import documents

        changes.register()
        guards.register()
        documents.subject("refund", Refund)
