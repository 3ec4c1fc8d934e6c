"""Organisations, people, their roles, and what each may see."""

from django.apps import AppConfig


class PartiesConfig(AppConfig):
    name = "lifecycle.parties"
    label = "parties"
    default_auto_field = "django.db.models.BigAutoField"
