"""Why a file is not taken."""

from __future__ import annotations

from django.utils.translation import gettext as _

from lifecycle.errors import Invalid


class Unfit(Invalid):
    """The file is not one we keep; details hold the sentence under `file`."""

    code = "unfit_file"

    def __init__(self, message: str, *, code: str | None = None) -> None:
        super().__init__(message, code=code, details={"file": message})


def damaged() -> Unfit:
    return Unfit(_("文件已损坏或不完整，请重新导出后再上传。"))


def locked() -> Unfit:
    return Unfit(_("文件设有打开密码，请去掉密码后再上传。"))


def with_macros() -> Unfit:
    return Unfit(_("文件含有宏，请另存为不含宏的文件后再上传。"))
