"""Read and write the XML of the WeChat platforms; what could make a parser fetch or swell is refused."""

import re
from collections.abc import Mapping
from xml.etree.ElementTree import Element, ParseError

from defusedxml import DefusedXmlException
from defusedxml.ElementTree import fromstring

Frame = Mapping[str, str]
_NOT_IN_XML = re.compile(r"[^\t\n\r -\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # XML 1.0, production 2


class Malformed(ValueError):
    """It is no frame of the platform's."""


def read(body: bytes | str) -> Frame:
    """The elements of a frame by name; raises Malformed."""
    try:
        root: Element = fromstring(body, forbid_dtd=True)
    except (ParseError, DefusedXmlException, ValueError, LookupError) as error:
        raise Malformed(type(error).__name__) from None
    frame = {child.tag: child.text or "" for child in root}
    if root.tag != "xml" or len(frame) < len(root):
        raise Malformed("not one of each")  # twice the same name means something else to everyone who reads it
    return frame


def write(fields: Mapping[str, str | int]) -> str:
    """A frame of these elements: words as CDATA, numbers bare."""
    return f"<xml>{''.join(f'<{name}>{_held(value)}</{name}>' for name, value in fields.items())}</xml>"


def _held(value: str | int) -> str:
    if isinstance(value, int):
        return str(value)
    words = _NOT_IN_XML.sub("", value).replace("]]>", "]]]]><![CDATA[>")  # CDATA cannot hold its own end
    return f"<![CDATA[{words}]]>"
