"""Settings of workers that are measured: as in use, and they know the job of the measure."""

from __future__ import annotations

from backend.settings.base import *
from backend.settings.base import JOB_MODULES

JOB_MODULES = [*JOB_MODULES, "benchmarks.job_tasks"]
