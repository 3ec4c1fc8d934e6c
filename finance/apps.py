"""Money: the journal and the rules about it."""

from django.apps import AppConfig


class FinanceConfig(AppConfig):
    name = "finance"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Add what finance demands before a move and of a change, what it does after one, what papers are for, and
        what the money asks for by a day.
        """
        from finance import changes, guards, matters
        from finance.models import Refund
        from lifecycle import documents

        changes.register()
        guards.register()
        matters.register()
        documents.subject("refund", Refund)
