"""Markdown marks in text copied off a page: the marks go, the words stay."""

from __future__ import annotations

import re
from collections.abc import Iterator

from khabar.text.mapping import Edit

_HEADING = re.compile(r"^[ >]*(#{1,6})(?= |$)", re.MULTILINE)
_MARKS = re.compile(
    r"""
      ^(?P<heading>\#{1,6})(?:\ +|$)                       # '## Title', and its closing marks below
    | ^(?P<quote>>)\ *
    | ^(?P<bullet>[*+•▪▫●○◦‣∙■□►▶])\ +
    | (?<!\S)(?P<stray>\#{1,6})(?:\ +|(?=$))               # what is left of a hashtag: '## word'
    | (?P<image>!\[[^\[\]\n]*\]\([^()\s]*(?:\ "[^"\n]*")?\))
    | (?P<open>\[)(?P<label>[^\[\]\n]+)(?P<address>\]\((?:[^()\s]|\([^()\s]*\))*(?:\ "[^"\n]*")?\))
    | (?P<mark>\*{1,3}|(?<![\w*])_{1,3}|`+)(?=\S)(?P<inside>[^*_`\n]+)(?<=\S)(?P=mark)(?![\w*_`])
    """,
    re.MULTILINE | re.VERBOSE,
)
_HINT = re.compile(r"[#>*+•▪▫●○◦‣∙■□►▶\[_`]")


def headings(text: str) -> dict[int, int]:
    """Line number (from 0) and level of each Markdown heading."""
    if "#" not in text:
        return {}
    return {
        number: len(found.group(1))
        for number, line in enumerate(text.split("\n"))
        if (found := _HEADING.match(line))
    }


def marks(text: str) -> Iterator[Edit]:
    """Edits that remove the Markdown marks; nested ones need another round."""
    if _HINT.search(text) is None:
        return
    for found in _MARKS.finditer(text):
        start, end = found.span()
        kind = found.lastgroup
        if found.group("label"):
            yield Edit(*found.span("open"), "", "link")
            yield Edit(*found.span("address"), "", "link")
        elif found.group("inside"):
            inside = found.span("inside")
            yield Edit(start, inside[0], "", "emphasis mark")
            yield Edit(inside[1], end, "", "emphasis mark")
        elif found.group("image"):
            yield Edit(start, end, "", "picture")
        else:
            reason = {"quote": "quotation mark of Markdown", "bullet": "bullet"}.get(
                kind or "", "heading mark"
            )
            yield Edit(start, end, "", reason)
