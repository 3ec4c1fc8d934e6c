"""Work behind the scenes: declared once, asked for by anybody, run once by whichever engine there is."""

from lifecycle.jobs.declared import Job, job, jobs
from lifecycle.jobs.runs import Run, Stopped, ask, cancel
from lifecycle.jobs.tending import Tended, tend
from lifecycle.jobs.working import work

__all__ = ["Job", "Run", "Stopped", "Tended", "ask", "cancel", "job", "jobs", "tend", "work"]
