"""Texts of others in line-aligned corpora: one file of sentences, one that says which document each is of."""

from __future__ import annotations

import re
from pathlib import Path

from pydantic import BaseModel, ConfigDict

from khabar.errors import DataError
from khabar.files import read_text

_NOT_IN_SLUG = re.compile(r"[^a-z0-9]+")


class Lines(BaseModel):
    """Names of the two files: line n of `texts` is of the document on line n of `documents`."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    texts: str
    documents: str

    def in_folder(self, folder: Path) -> bool:
        """Whether both files are there."""
        return not self.missing_in(folder)

    def missing_in(self, folder: Path) -> list[str]:
        """Names of those of the two files that are not there."""
        return [name for name in (self.texts, self.documents) if not (folder / name).is_file()]


def slug_of(name: str) -> str:
    """The name in lower-case ASCII letters, digits and hyphens; empty if it has none of them."""
    return _NOT_IN_SLUG.sub("-", name.lower()).strip("-")


def aligned_documents(folder: Path, lines: Lines) -> dict[str, str]:
    """The raw text of each document by its id: first line, blank line, a line each of the others.

    Raises DataError where the two files are not as long as each other, or a document's lines are apart.
    """
    texts = _lines(folder / lines.texts)
    documents = _lines(folder / lines.documents)
    if len(texts) != len(documents):
        message = f"{len(texts)} lines, but {lines.documents} has {len(documents)}; they belong line to line"
        raise DataError.one(folder / lines.texts, message, next_step="get both files again, of one version")
    found: dict[str, list[str]] = {}
    last = ""
    for number, (name, text) in enumerate(zip(documents, texts, strict=True), 1):
        if name != last and name in found:
            message = f"document {name!r} goes on after another began"
            raise DataError.one(
                folder / lines.documents, message, where=f"line {number}", next_step="get the file again"
            )
        found.setdefault(name, []).append(text)
        last = name
    return {name: "\n".join([rows[0], "", *rows[1:]]) for name, rows in found.items()}


def _lines(path: Path) -> list[str]:
    """The file's lines; a sentence may hold other line breaks than LF, so `splitlines` would miscount."""
    return read_text(path).removesuffix("\n").split("\n")
