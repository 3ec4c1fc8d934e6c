"""Money: the journal and the rules about it."""

from django.apps import AppConfig


class FinanceConfig(AppConfig):
    name = "finance"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        from finance.models import Refund
        from lifecycle import documents

        documents.subject("refund", Refund)
