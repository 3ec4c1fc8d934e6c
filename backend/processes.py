"""A process of the Procfile that goes when whoever started it is gone."""

from __future__ import annotations

import contextlib
import os
import signal
import threading
import time
from typing import Any

from honcho.process import Process

LOOK_SECONDS = 0.5
STOP_SECONDS = 5.0


class TiedProcess(Process):
    """Honcho's, run in a process of its own beside the manager; killed, the manager could stop nothing any more."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._manager = os.getpid()

    def run(self, *args: Any, **options: Any) -> None:
        threading.Thread(target=self._watch, name="manager", daemon=True).start()
        super().run(*args, **options)

    def _watch(self) -> None:
        while os.getppid() == self._manager:
            time.sleep(LOOK_SECONDS)
        give_up = time.monotonic() + STOP_SECONDS
        number = signal.SIGTERM
        with contextlib.suppress(ProcessLookupError):
            while self._child is not None:
                # Each has a session of its own, and so one group of all that it started.
                os.killpg(self._child.pid, number)
                time.sleep(LOOK_SECONDS)
                if time.monotonic() > give_up:
                    number = signal.SIGKILL
        os._exit(1)
