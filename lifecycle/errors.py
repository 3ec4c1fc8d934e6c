"""What goes wrong in the domain: one base, so that the edges can answer every refusal alike."""

from __future__ import annotations

from typing import Any


class DomainError(Exception):
    """A refusal that a person can act on.

    code: stable English word for programs. message: a sentence in the reader's language.
    details: figures behind the refusal, JSON ready (amounts as strings, days ISO).
    """

    code = "refused"

    def __init__(
        self, message: str, *, code: str | None = None, details: dict[str, Any] | None = None
    ) -> None:
        super().__init__(message)
        if code is not None:
            self.code = code
        self.message = message
        self.details = details or {}


class Forbidden(DomainError):
    """The person may see the thing but not do this to it."""

    code = "forbidden"


class Invalid(DomainError):
    """What was sent does not have the right shape; details name the fields."""

    code = "invalid"


class Conflict(DomainError):
    """What was asked cannot be done to the thing as it stands now."""

    code = "conflict"


class StageForbids(Conflict):
    """The project's stage allows no such act; details: state."""

    code = "stage_forbids"


class WrongState(Conflict):
    """The thing stands where the act does not start from; details: state."""

    code = "wrong_state"


class ChangedMeanwhile(Conflict):
    """Somebody else saved the thing since it was read."""

    code = "changed_meanwhile"
