"""Settings of worker and clock in the tests of the engines: as in use, but a lost worker is missed after seconds."""

from __future__ import annotations

from backend.settings.base import *
from backend.settings.base import JOB_MODULES

JOB_LEASE_SECONDS = 2
JOB_MODULES = [*JOB_MODULES, "tests.backend.jobs.tasks"]
