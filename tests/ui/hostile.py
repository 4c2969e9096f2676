"""What a hostile name, text or link would have to become to do harm, and a look for it on a page.

    HOSTILE                 strings that would do something, were they taken for HTML, Markdown, a path or SQL
    look_for_harm(at)       raises AssertionError where one of them stands on the page unescaped

Streamlit's Markdown has pictures (the browser asks another host for them), links, formulas, icons
and colours; it stands in every label, tooltip, table and alert, and `st.html` takes tags as they are.
Boxes of code, fields, frames of data and charts show text as text.
"""

import re
from collections.abc import Iterator
from html.parser import HTMLParser
from typing import Any

from google.protobuf.message import Message
from streamlit.proto.Markdown_pb2 import Markdown
from streamlit.testing.v1 import AppTest

HOSTILE = (
    '<img src=x onerror="window.__pwned=1">',
    "\"><script>window.__pwned='evil.test'</script>",
    "![x](http://evil.test/x.png)",
    "[x](javascript:window.__pwned=1)",
    "` ![x](http://evil.test/y.png) `",
    "http://evil.test/z",
    ":material/bomb: :red[pwned]",
    "$\\pwned$",
    "'; DROP TABLE uploads; --",
    "../../../../etc/passwd",
    "\u202egnp.live",
    "nul\0nul",
)
# No words between them: an alphabet that learns pieces makes whole strings its tokens.
HOSTILE_TEXT = "".join(f"{line}\n" * 12 for line in HOSTILE)

# Elements, and fields of others, that show text as text or are never shown.
TEXT_ALONE = {"code", "text", "json", "dataframe", "vega_lite_chart", "bidi_component", "page_link"}
FIELDS_ALONE = {"id", "value", "default", "placeholder", "form_id", "url", "user_key", "accept", "file_name", "icon",
                "image_type", "key", "query_param_key", "element_id", "raw_value", "raw_values", "formatted_values",
                }  # fmt: skip
CODE = re.compile(r"(?<![\\`])(`+)(?!`).+?(?<!`)\1(?!`)", re.DOTALL)
HARM = re.compile(r"evil\.test|javascript:|(?<!\\)(?:<img|<script|:material/bomb|:red\[pwned|\$\\pwned)")


class _Tags(HTMLParser):
    """The tags of a piece of HTML that would do something."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note a tag that loads or runs, a handler, a link that leaves."""
        told = dict(attrs)
        loads = tag in ("img", "script", "iframe", "object", "embed", "link", "base", "form", "a")
        if loads or any(name.startswith("on") or name in ("href", "src", "srcdoc", "action") for name in told):
            self.found.append(f"<{tag} {told}>")


def harm_in_html(body: str) -> list[str]:
    """What would load, run or lead away in a piece of HTML."""
    tags = _Tags()
    tags.feed(body)
    return tags.found


def harm_in_markdown(body: str) -> list[str]:
    """What of the hostile strings Streamlit's Markdown would take for more than text."""
    return HARM.findall(CODE.sub("", body))


def look_for_harm(at: AppTest) -> None:
    """Fail where a hostile string is more than text on this page."""
    for kind, message in _messages(at._tree):
        if kind == "html":
            assert not harm_in_html(message.body), message.body[:500]
        elif kind == "exception":
            raise AssertionError(message.message)
        elif kind not in TEXT_ALONE and not (
            kind == "markdown" and message.element_type == Markdown.Type.LATEX  # KaTeX trusts nothing
        ):
            for field, words in _strings(message, kind):
                assert not harm_in_markdown(words), (kind, field, words[:500])
                if getattr(message, "allow_html", False):
                    assert not harm_in_html(words), (kind, field, words[:500])
        if kind == "table":
            for words in _cells(at, message):
                assert not harm_in_markdown(words), ("a cell", words)


def _messages(node: Any) -> Iterator[tuple[str, Any]]:
    """What is drawn, element by element: its kind and its message."""
    proto = getattr(node, "proto", None)
    if isinstance(proto, Message):
        yield node.type, proto
    for child in getattr(node, "children", {}).values():
        yield from _messages(child)


def _strings(message: Any, kind: str) -> Iterator[tuple[str, str]]:
    """All words of a message that may be shown, in whatever depth."""
    for field, value in message.ListFields():
        name = field.name
        if name in FIELDS_ALONE or (name == "options" and kind in ("selectbox", "multiselect", "select_slider")):
            continue
        for part in value if isinstance(value, list | tuple) or hasattr(value, "append") else [value]:
            if isinstance(part, str):
                yield name, part
            elif isinstance(part, Message):
                yield from _strings(part, kind)


def _cells(at: AppTest, message: Any) -> Iterator[str]:
    """The words in a table, whose cells are Markdown."""
    for table in at.table:
        if table.proto is message:
            frame = table.value
            yield from map(str, [*frame.columns, *frame.index, *frame.to_numpy().ravel()])
