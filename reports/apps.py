"""What is read from the packages below: standings of many projects, exports."""

from django.apps import AppConfig


class ReportsConfig(AppConfig):
    name = "reports"
    default_auto_field = "django.db.models.BigAutoField"

    def ready(self) -> None:
        """Let the stamped scan of a report be filed against its issue, and a project be closed on its report alone."""
        from lifecycle import documents
        from reports import guards
        from reports.models import Issue
        from reports.scans import SUBJECT

        documents.subject(SUBJECT, Issue)
        guards.register()
