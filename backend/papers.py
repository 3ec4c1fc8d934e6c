"""Papers over HTTP, for pages and API alike: handed out whole and unread, noted in the log.

A paper came from somebody and may hold anything, so a browser is told to run nothing of it, to guess
nothing about it and to keep it from whatever else is open.
"""

from __future__ import annotations

from django.http import FileResponse

from lifecycle.documents import open_document
from lifecycle.files import INLINE
from lifecycle.models import Document
from lifecycle.parties.log import Actor, record

POLICY = (
    "default-src 'none'; img-src 'self' data:; style-src 'unsafe-inline'; frame-ancestors 'none'; sandbox"
)


def paper_response(document: Document, *, inline: bool, actor: Actor) -> FileResponse:
    """The file as it came, streamed. inline: shown by the browser, where it is of a kind that may be.

    Needs `document.project` at hand. Raises FileLost before anything is sent.
    """
    file = open_document(document)
    record(
        actor,
        "download_document",
        subject=document.project.number,
        document=document.pk,
        title=document.title,
    )
    shown = inline and document.media_type in INLINE
    return FileResponse(
        file,
        as_attachment=not shown,
        filename=document.file_name,
        content_type=document.media_type,
        headers={
            "X-Content-Type-Options": "nosniff",
            "Content-Security-Policy": POLICY,
            "Cross-Origin-Resource-Policy": "same-origin",
            "Cache-Control": "private, no-store",
        },
    )
