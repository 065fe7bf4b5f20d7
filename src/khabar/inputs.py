"""Raw inputs: files, folders and JSON Lines, read into what a page or record says, nothing cleaned yet."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from khabar.errors import CallError, DataError, Fault, Faults, Report
from khabar.files import read_json_lines, read_text
from khabar.schema import add_validation_faults
from khabar.standoff import Lines, aligned_documents, slug_of
from khabar.text.html import decode, extract
from khabar.text.page import Metadata, iso_date

PLAIN = (".txt", ".md")
PAGES = (".html", ".htm")
RECORDS = (".jsonl",)
MAX_BYTES = 16 * 1024 * 1024
"""A single article in a file of its own is never longer."""


@dataclass(frozen=True, slots=True)
class RawArticle:
    """An article as it came in; `place` is its file, or file and line of JSON Lines."""

    place: str
    slug: str
    raw: str
    published: str | None = None
    published_from: str | None = None
    author: str | None = None
    address: str | None = None


class _Record(BaseModel):
    """A line of JSON Lines: text or html, and what is known of it."""

    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)

    id: Annotated[str, Field(min_length=1)] | None = None
    title: str | None = None
    text: str | None = None
    html: str | None = None
    published: str | None = None
    author: str | None = None
    url: str | None = None


def files_of(paths: Iterable[Path]) -> list[Path]:
    """The files named, and those of a known kind in the folders named, sorted; hidden ones are passed over.

    Raises CallError for a path that is missing, of an unknown kind, or holds no raw articles.
    """
    known = PLAIN + PAGES + RECORDS
    found: list[Path] = []
    for path in paths:
        if path.is_dir():
            inside = [
                each
                for each in sorted(path.rglob("*"))
                if each.suffix.lower() in known and each.is_file() and not _hidden(each, path)
            ]
            if not inside:
                raise CallError(f"no {', '.join(known)} in the folder {path}")
            found += inside
        elif not path.is_file():
            raise CallError(f"no file or folder {path}")
        elif path.suffix.lower() not in known:
            raise CallError(f"{path} is not one of {', '.join(known)}")
        else:
            found.append(path)
    return list(dict.fromkeys(found))


def documents_in(folder: Path, lines: Lines, wanted: Sequence[str] = ()) -> list[RawArticle]:
    """The wanted documents of a line-aligned corpus, in the order wanted; by default all of them.

    Raises CallError naming the wanted documents that it does not have.
    """
    there = aligned_documents(folder, lines)
    if absent := [name for name in wanted if name not in there]:
        raise CallError(f"no document {', '.join(absent)} in {folder / lines.documents}")
    return [
        RawArticle(f"{folder / lines.texts}#{name}", slug_of(name), there[name]) for name in wanted or there
    ]


def _hidden(path: Path, folder: Path) -> bool:
    return any(part.startswith(".") for part in path.relative_to(folder).parts)


def read_inputs(path: Path, reports: list[Report]) -> Iterator[RawArticle]:
    """The raw articles of one file that can be read; what is wrong with others is added to the reports."""
    try:
        if path.suffix.lower() in RECORDS:
            yield from _records(path, reports)
        elif path.stat().st_size > MAX_BYTES:
            size, limit = path.stat().st_size // 2**20, MAX_BYTES // 2**20
            message = f"file of {size} MiB; expected one article, which is never longer than {limit} MiB"
            reports.append(Report(str(path), (Fault("", message),), "give one article a file, or JSON Lines"))
        elif path.suffix.lower() in PAGES:
            yield _page(str(path), slug_of(path.stem), decode(path.read_bytes(), source=str(path)))
        else:
            yield RawArticle(str(path), slug_of(path.stem), read_text(path))
    except DataError as error:
        reports.extend(error.reports)


def _page(place: str, slug: str, html: str) -> RawArticle:
    page = extract(html)
    told = page.metadata
    raw = _with_title(told.title, "\n".join(page.paragraphs))
    return RawArticle(place, slug, raw, told.published, told.published_from, told.author, told.address)


def _with_title(title: str | None, body: str) -> str:
    return f"{' '.join(title.split())}\n\n{body}" if title else body


def _records(path: Path, reports: list[Report]) -> Iterator[RawArticle]:
    faults = Faults(path)
    try:
        for number, value in read_json_lines(path):
            article = raw_article(value, f"{path}:{number}", f"line {number}", faults)
            if article is not None:
                yield article
    except DataError as error:
        for fault in error.faults:
            faults.add(fault.where, fault.message)
    if faults:
        reports.append(faults.report("correct these lines and run again"))


def raw_article(value: Any, place: str, where: str, faults: Faults) -> RawArticle | None:
    """The raw article of one record of JSON Lines; none where it has faults, which are added to `faults`.

    Raises CallError for a web page where the extra `html` is not installed.
    """
    before = len(faults)
    try:
        record = _Record.model_validate(value)
    except ValidationError as error:
        found = Faults("")
        add_validation_faults(found, error)
        for fault in found.report().faults:
            faults.add(f"{where} {fault.where}".rstrip(), fault.message)
        return None
    if (record.text is None) == (record.html is None):
        faults.add(where, "expected text or html, found " + ("neither" if record.text is None else "both"))
    published = iso_date(record.published) if record.published else None
    if record.published and published is None:
        faults.add(
            f"{where} published", f"expected YYYY, YYYY-MM or YYYY-MM-DD, found {record.published!r:.60}"
        )
    if len(faults) > before:
        return None
    slug = slug_of(record.id or "")
    told, body = Metadata(), record.text or ""
    if record.html is not None:
        page = extract(record.html)
        told, body = page.metadata, "\n".join(page.paragraphs)
    return RawArticle(
        place,
        slug,
        _with_title(record.title or told.title, body),
        published or told.published,
        "record" if published else told.published_from,
        record.author or told.author,
        record.url or told.address,
    )
