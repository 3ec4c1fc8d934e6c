"""Engines: who is told that a run waits, and who then does it. What a run is stands in lifecycle.jobs."""
