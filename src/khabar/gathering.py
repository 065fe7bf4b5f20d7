"""What annotators and judges hand in, checked as a whole, then written: all of it or nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from khabar.article_list import Article
from khabar.corpus import Corpus, layer_folder
from khabar.document import Annotation, canonical, dumps
from khabar.errors import CallError, DataError, Fault, Report
from khabar.files import read_json, read_text, write_text
from khabar.quotes import resolve

ALL = "all"
"""In `replace`: every article."""

Made = TypeVar("Made")


@dataclass(frozen=True, slots=True)
class Saved:
    """Files that were written, and files that held the same content already."""

    written: tuple[Path, ...] = ()
    unchanged: tuple[Path, ...] = ()


def gather_quotes(
    corpus: Corpus, files: Iterable[Path], *, annotator: str, replace: Iterable[str] = ()
) -> Saved:
    """Passes out of files in the quoted form (`khabar.quotes`), one article a file.

    Raises DataError with the faults of all files; then nothing is written.
    """
    require_annotator(corpus, annotator, role="annotator")

    def read(path: Path) -> Annotation:
        value = read_json(path)
        article = named_article(corpus, value, source=str(path))
        return resolve(value, text_of(article), annotator=annotator, schema=corpus.schema, source=str(path))

    return save_passes(corpus, each_file(files, read), replace=replace)


def save_passes(corpus: Corpus, passes: Iterable[Annotation], *, replace: Iterable[str] = ()) -> Saved:
    """Write passes where the corpus keeps them; `replace` names articles whose pass may change (or `all`)."""
    return save(files_of(corpus, passes), replace=replace)


def files_of(corpus: Corpus, passes: Iterable[Annotation]) -> dict[Path, str]:
    """Where the corpus keeps each pass, and what the file says. DataError for two of one annotator."""
    contents: dict[Path, str] = {}
    for each in passes:
        path = layer_folder(corpus.folder, each.annotator) / f"{each.article}.json"
        if path in contents:
            raise DataError.one(
                path, f"{each.annotator} is given two passes of {each.article}", next_step="give one of them"
            )
        contents[path] = dumps(canonical(each))
    return contents


@dataclass(frozen=True, slots=True)
class SortedOut:
    """Files to write, those that hold the same content already, and those that may not be replaced."""

    wanted: Mapping[Path, str]
    unchanged: tuple[Path, ...]
    refused: tuple[Report, ...]


def sort_out(contents: Mapping[Path, str], *, replace: Iterable[str] = ()) -> SortedOut:
    """What may be written of files named after articles: other content only where `replace` allows."""
    allowed = set(replace)
    there = {path: read_text(path) for path in contents if path.is_file()}
    same = tuple(path for path, text in there.items() if contents[path] == text)
    refused = {
        path: Report(
            str(path),
            (Fault("", "exists with other content; what was given is never overwritten unasked"),),
            f"--replace {path.stem} to replace it",
        )
        for path in there
        if contents[path] != there[path] and not allowed & {path.stem, ALL}
    }
    left_out = {*same, *refused}
    wanted = {path: text for path, text in contents.items() if path not in left_out}
    return SortedOut(wanted, same, tuple(refused.values()))


def save(contents: Mapping[Path, str], *, replace: Iterable[str] = ()) -> Saved:
    """Write files named after articles. A file with other content is only replaced where `replace` allows.

    Raises DataError naming every file that may not be replaced; then nothing is written.
    """
    found = sort_out(contents, replace=replace)
    if found.refused:
        raise DataError(found.refused)
    for path, text in found.wanted.items():
        write_text(path, text)
    return Saved(tuple(found.wanted), found.unchanged)


def require_annotator(corpus: Corpus, identifier: str, *, role: str) -> None:
    """Raise CallError unless `annotators.yaml` has that id in that role."""
    known = [each.id for each in corpus.annotators.values() if each.role == role]
    if identifier not in known:
        raise CallError(f"no {role} {identifier!r} in annotators.yaml (there are {', '.join(known)})")


def require_articles(corpus: Corpus, replace: Iterable[str]) -> None:
    """Raise CallError unless each name in `replace` is an article of the corpus, or `all`."""
    if unknown := [each for each in replace if each not in corpus.listed and each != ALL]:
        raise CallError(f"--replace: no article {', '.join(unknown)} in articles.jsonl")


def named_article(corpus: Corpus, value: Any, *, source: str) -> Article:
    """The article a value names under `article`. Raises DataError if it names none of the corpus."""
    name = value.get("article") if isinstance(value, dict) else None
    if not isinstance(name, str) or name not in corpus.articles:
        message = f"expected the id of an article in articles.jsonl, found {name!r:.60}"
        raise DataError.one(source, message, where="article", next_step="correct the id and run again")
    return corpus.articles[name]


def text_of(article: Article) -> str:
    """The article's text. Raises DataError if it is not on this machine."""
    if article.text is None:
        message = "its text is not on this machine, so quotes and offsets cannot be checked against it"
        raise DataError.one(
            article.id, message, next_step="put the text beside the corpus: --texts DIR or KHABAR_TEXTS"
        )
    return article.text


def each_file(files: Iterable[Path], make: Callable[[Path], Made]) -> list[Made]:
    """What `make` gives for every file. Raises DataError with the reports of all files that have faults."""
    made: list[Made] = []
    reports: list[Report] = []
    for path in files:
        if not path.is_file():
            raise CallError(f"no file {path}")
        try:
            made.append(make(path))
        except DataError as error:
            reports.extend(error.reports)
    if reports:
        raise DataError(reports)
    return made
