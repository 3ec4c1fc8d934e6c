"""Yardstick: one entry after another by django-hordak, as its documentation does it. Called by others.py."""

from __future__ import annotations

import json
import sys
import time

import django
from django.conf import settings
from django.core.management import call_command

place = json.loads(sys.argv[1])
settings.configure(
    DATABASES={
        "default": {
            "ENGINE": "django.db.backends.postgresql",
            "NAME": place["dbname"],
            "USER": place.get("user", ""),
            "PASSWORD": place.get("password", ""),
            "HOST": place.get("host", ""),
            "PORT": place.get("port", ""),
        }
    },
    INSTALLED_APPS=["django.contrib.contenttypes", "django.contrib.auth", "mptt", "hordak"],
    DEFAULT_AUTO_FIELD="django.db.models.AutoField",
    DEFAULT_CURRENCY="CNY",
    CURRENCIES=["CNY"],
    USE_TZ=True,
)
django.setup()

from django.db import transaction  # noqa: E402
from hordak.models import (  # type: ignore[import-not-found]  # noqa: E402
    Account,
    AccountType,
    Leg,
    Transaction,
)
from moneyed import Money  # type: ignore[import-not-found]  # noqa: E402


def main() -> None:
    call_command("migrate", verbosity=0, interactive=False)
    bank = Account.objects.create(name="unit", code="1", type=AccountType.asset, currencies=["CNY"])
    costs = Account.objects.create(name="equipment", code="2", type=AccountType.expense, currencies=["CNY"])
    amount = Money("0.01", "CNY")
    for line in sys.stdin:
        began = time.perf_counter()
        for _ in range(json.loads(line)):
            with transaction.atomic():
                made = Transaction.objects.create(description="采购样机部件")
                Leg.objects.create(transaction=made, account=costs, debit=amount)
                Leg.objects.create(transaction=made, account=bank, credit=amount)
        print(time.perf_counter() - began, flush=True)


main()
