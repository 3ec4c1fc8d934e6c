"""The name a file came with, cut down to a name: no path, no signs that nobody sees, no more than fits."""

from __future__ import annotations

import re
import unicodedata

NAME_LENGTH = 200
ENDING_LENGTH = 10

_PATH = re.compile(r"[/\\]")
_RESERVED = re.compile(r'[<>:"|?*]')
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})


def clean_name(name: str) -> str:
    """The last part of a path without control and direction signs, reserved ones written as _.

    At most NAME_LENGTH signs, the ending kept. Empty when nothing is left.
    """
    last = _PATH.split(unicodedata.normalize("NFC", name))[-1]
    seen = "".join(sign for sign in last if unicodedata.category(sign) not in _UNSEEN)
    cleaned = " ".join(_RESERVED.sub("_", seen).split()).strip(". ")
    stem, dot, ending = cleaned.rpartition(".")
    if len(cleaned) > NAME_LENGTH and dot and len(ending) <= ENDING_LENGTH:
        return f"{stem[: NAME_LENGTH - len(ending) - 1].rstrip('. ')}.{ending}"
    return cleaned[:NAME_LENGTH]


def ending_of(name: str) -> str:
    """The ending in lower case, without its dot; empty where there is none."""
    stem, dot, ending = name.rpartition(".")
    return ending.lower() if stem and dot else ""


def stem_of(name: str) -> str:
    """The name without its ending."""
    stem, dot, _ = name.rpartition(".")
    return stem if stem and dot else name
