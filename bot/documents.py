"""Draw a paper as a Word file."""

import re
import zipfile
from datetime import UTC, datetime
from io import BytesIO

from docxtpl import DocxTemplate
from jinja2 import StrictUndefined
from jinja2.sandbox import SandboxedEnvironment
from markupsafe import Markup, escape

from knowledge.guides.papers import Draft, papers

_STILL = datetime(2026, 1, 1, tzinfo=UTC)  # the same draft gives the same bytes
_NOT_XML = re.compile(r"[^\n\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # XML 1.0, section 2.2
_NEXT_PARAGRAPH = "\a"  # docxtpl's sign for it


def docx(draft: Draft) -> bytes:
    """The document; raises jinja2.UndefinedError where the layout has a field that the draft has not."""
    paper = papers()[draft.paper]
    template = DocxTemplate(paper.layout)
    environment = SandboxedEnvironment(undefined=StrictUndefined)
    template.render({label: _verbatim(value) for label, value in draft.fields}, environment, autoescape=True)
    _name(template, paper.title)
    written = BytesIO()
    template.save(written)
    return _without_times(written)


def _verbatim(value: str) -> Markup:
    """The value as it was typed, each line a paragraph; empty stays false for the layout's conditions."""
    plain = str(escape(_NOT_XML.sub("", value))).replace("\n", _NEXT_PARAGRAPH)
    return Markup(plain.replace("_", "&#95;"))  # noqa: S704 - escaped above; docxtpl reads {_{ as {{


def _name(template: DocxTemplate, title: str) -> None:
    assert template.docx  # rendering has opened it
    properties = template.docx.core_properties
    properties.title = title
    properties.author = properties.last_modified_by = properties.comments = properties.keywords = ""
    properties.created = properties.modified = _STILL
    properties.revision = 1


def _without_times(written: BytesIO) -> bytes:
    """The same parts, none with the time of day in it."""
    packed = BytesIO()
    with zipfile.ZipFile(written) as parts, zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as still:
        for name in parts.namelist():
            still.writestr(zipfile.ZipInfo(name), parts.read(name), zipfile.ZIP_DEFLATED)
    return packed.getvalue()
