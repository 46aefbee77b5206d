"""Take the pictures and files that a form brings."""

from starlette.datastructures import FormData, UploadFile
from starlette.exceptions import HTTPException

from handlers import enclosures
from handlers.enclosures import Limits
from handlers.errors import Refused
from handlers.messages import Enclosed

FIELD = "file"
ACCEPT = ",".join(enclosures.ENDINGS.values()) + ",.jpeg"
MOST = 20  # files that are read of a form at all; what is set is less


def given(form: FormData) -> list[UploadFile]:
    """The files that were chosen; a form without any brings an empty one. Raises 400 for one in place of words."""
    if any(isinstance(one, UploadFile) and name != FIELD for name, one in form.multi_items()):
        raise HTTPException(400)
    return [one for one in form.getlist(FIELD) if isinstance(one, UploadFile) and (one.filename or one.size)]


async def taken(form: FormData, limits: Limits, channel: str, of: str) -> tuple[Enclosed, ...]:
    """What goes with the message that is known as `of`; raises Refused and names the file that is not taken."""
    chosen = given(form)
    if len(chosen) > limits.message:
        raise Refused(f"图片和文件一次最多{limits.message}个，请分几次发。")
    return tuple([await _one(file, limits, enclosures.mark(channel, of, n)) for n, file in enumerate(chosen)])


async def _one(file: UploadFile, limits: Limits, mark: str) -> Enclosed:
    name = file.filename or ""
    # what is too large is not even read
    content = await file.read() if (file.size or 0) <= limits.size else b"x" * (limits.size + 1)
    try:
        kind = enclosures.checked(content, limits.size)
    except Refused as refused:
        raise Refused(f"“{name}”没有收下：{refused}。请换一个再发。") from None
    return Enclosed(mark, enclosures.named(name, kind), content=content)
