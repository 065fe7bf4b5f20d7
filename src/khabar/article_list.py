"""The list of the articles of a corpus, `articles.jsonl`: what each is, without its text."""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Annotated, Any

import msgspec
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from khabar.errors import CallError, Faults
from khabar.files import dump_json, read_json_lines, write_text
from khabar.schema import add_validation_faults

ID = r"^[a-z0-9]+(?:[-.][a-z0-9]+)*$"
_NAME = "articles.jsonl"


class Article(BaseModel):
    """A line of `articles.jsonl`; `title` is null where the text is not ours, `text` is never in the line."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    id: Annotated[str, Field(pattern=ID)]
    source: Annotated[str, Field(pattern=ID)]
    title: str | None
    published: Annotated[str, Field(pattern=r"^\d{4}(-\d\d){0,2}$")] | None
    language: str
    licence: str
    text_sha256: Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
    origin: str
    text: Annotated[str | None, Field(exclude=True)] = None


class ArticleList(Mapping[str, Article]):
    """Articles by id, in order: each a line of JSON until it is asked for, a seventh of what objects take."""

    def __init__(self, articles: Iterable[Article] = ()) -> None:
        self._lines: dict[str, bytes] = {}
        for each in articles:
            self.add(each)

    def add(self, article: Article) -> None:
        """One more, or another in the place of one of its id; its text is not kept."""
        # the id interned, as splits and names of files are: each is in memory once
        self._lines[sys.intern(article.id)] = msgspec.json.encode(
            [*article.model_dump(exclude={"id"}).values()]
        )

    def __getitem__(self, identifier: str) -> Article:
        values = msgspec.json.decode(self._lines[identifier])
        return Article.model_construct(id=identifier, **dict(zip(_FIELDS, values, strict=True)))

    def __contains__(self, identifier: object) -> bool:
        return identifier in self._lines

    def __iter__(self) -> Iterator[str]:
        return iter(self._lines)

    def __len__(self) -> int:
        return len(self._lines)


_FIELDS = [name for name, field in Article.model_fields.items() if name != "id" and not field.exclude]


def read_article_list(folder: Path) -> ArticleList:
    """The articles of an `annotations` folder.

    Raises CallError where it has no such file, and DataError with the faults of all its lines.
    """
    path = folder / _NAME
    if not path.is_file():
        raise CallError(f"no corpus at {folder}: there is no {_NAME} in it")
    faults = Faults(path)
    found = ArticleList()
    for number, value in read_json_lines(path):
        article = _read_line(path, number, value, faults)
        if article is None:
            continue
        if article.id in found:
            faults.add(f"line {number}", f"article {article.id!r} is given twice")
        found.add(article)
    faults.raise_if_any("correct the lines, or write them again with scripts/convert_articles.py")
    return found


def _read_line(path: Path, number: int, value: Any, faults: Faults) -> Article | None:
    try:
        return Article.model_validate(value)
    except ValidationError as error:
        line_faults = Faults(path)
        add_validation_faults(line_faults, error)
        for fault in line_faults.report().faults:
            faults.add(f"line {number} {fault.where}".rstrip(), fault.message)
        return None


def write_articles(folder: Path, articles: Iterable[Article]) -> None:
    """Write `articles.jsonl`, sorted by id; texts are not touched."""
    ordered = sorted(articles, key=lambda each: each.id)
    write_text(folder / _NAME, "".join(dump_json(each.model_dump()) + "\n" for each in ordered))
