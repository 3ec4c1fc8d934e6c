"""Settings of the work behind the scenes: which engine rings, how many work, when a worker counts as lost."""

from __future__ import annotations

from typing import Any

from backend.settings import environment

CELERY_BROKER_URL = environment.text("CELERY_BROKER_URL")
"""Set, Celery is the engine; unset, django-q2 on our own database."""

JOB_MODULES = ["lifecycle.tasks", "finance.tasks", "reports.tasks", "backend.tasks"]
"""Where jobs are declared."""

JOB_WORKERS = environment.number("JOB_WORKERS", 2)
"""How many runs a worker does at the same time, each in a process of its own."""

JOB_LEASE_SECONDS = 60
"""How long a run counts as worked on after its worker's last sign of life; a sign comes four times as often."""

TASKS: dict[str, dict[str, Any]] = {
    "default": {
        "BACKEND": "backend.jobs.celery.CeleryEngine" if CELERY_BROKER_URL else "backend.jobs.q2.Q2Engine",
        "QUEUES": ["default"],
    }
}

_DAY = 24 * 60 * 60

Q_CLUSTER: dict[str, Any] = {
    "name": "pilot",
    "orm": "default",
    "workers": JOB_WORKERS or 1,
    "poll": 0.2,
    # As many rings as workers are taken off the queue ahead, so that a free worker of another machine finds some.
    "queue_limit": JOB_WORKERS or 1,
    # The time of an attempt is ours to enforce, and a ring heard twice does nothing.
    "timeout": _DAY,
    "retry": _DAY + 60,
    "max_attempts": 1,
    "ack_failures": True,
    # What came of a run stands in its own row.
    "save_limit": -1,
    "catch_up": False,
    # The clock is a process of its own.
    "scheduler": False,
}

CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_ACKS_LATE = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_CONCURRENCY = JOB_WORKERS or 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_REDIRECT_STDOUTS = False
CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_TIMEZONE = "Asia/Shanghai"
CELERY_ENABLE_UTC = True
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
# Whoever rings does not wait for a broker that is away: the clock rings again.
CELERY_BROKER_CONNECTION_TIMEOUT = 3
CELERY_BROKER_TRANSPORT_OPTIONS = {"socket_timeout": 10, "socket_connect_timeout": 3}
