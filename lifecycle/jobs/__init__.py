"""Work behind the scenes: declared once, asked for by anybody, run once by whichever engine there is."""

from lifecycle.jobs.declared import Job, job, jobs
from lifecycle.jobs.runs import Run, Stopped, ask, cancel

__all__ = ["Job", "Run", "Stopped", "ask", "cancel", "job", "jobs"]
