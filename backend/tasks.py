"""What backend has done behind the scenes."""

from __future__ import annotations

from backend.workbook.job import bring_in as bring_in
from backend.workbook.job import sweep_uploads as sweep_uploads
