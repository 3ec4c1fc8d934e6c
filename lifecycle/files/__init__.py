"""What an uploaded file is: told by its content, held against what its name says. No models, no storage."""

from lifecycle.files.kinds import INLINE, KINDS, kind_of
from lifecycle.files.names import clean_name
from lifecycle.files.unfit import Unfit

__all__ = ["INLINE", "KINDS", "Unfit", "clean_name", "kind_of"]
