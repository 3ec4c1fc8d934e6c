#!/usr/bin/env python
"""Django's command line for this project."""

import gc
import os
import sys


def main() -> None:
    # Until all is loaded (backend.apps): modules are no garbage, and looking for some takes a seventh of a short command.
    gc.disable()
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "backend.settings.base")
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line

    from backend.database import DatabaseTrouble

    try:
        execute_from_command_line(sys.argv)
        sys.stdout.flush()
    except BrokenPipeError:
        # Whoever read our words (`head`, a pager) has had enough; that is no failure to be traced.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(128 + 13)
    except (DatabaseTrouble, ImproperlyConfigured) as trouble:
        # What failed lies outside the program (rights, space, versions): the words help, a traceback does not.
        sys.exit(f"\n{trouble}\n")


if __name__ == "__main__":
    main()
