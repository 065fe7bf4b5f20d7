"""Known errors of the gold, and releases that should not be used any more: `annotations/errata.yaml`.

A release is never changed, so what is wrong in one is said in the next: in its card, and by the program.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from rich.table import Table
from rich.text import Text

from khabar.article_list import Article
from khabar.corpus import Corpus, layer_folder
from khabar.document import Annotation
from khabar.errors import DataError, Faults
from khabar.files import read_yaml
from khabar.release.changelog import quoted
from khabar.release.versions import numbers
from khabar.schema import add_validation_faults

NAME = "errata.yaml"
NEXT_STEP = "correct annotations/errata.yaml; docs/releases.md says what each key means"

Version = Annotated[str, Field(pattern=r"^(0|[1-9][0-9]*)(\.(0|[1-9][0-9]*)){2}$")]
Words = Annotated[str, Field(min_length=1)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Quote(_Part):
    """A span of the article, code points `[start, end)`, and the words it covers."""

    start: Annotated[int, Field(ge=0)]
    end: Annotated[int, Field(ge=1)]
    text: Words


class Erratum(_Part):
    """One known error.

    `problem`: the gold lacks something at the span (`missing`), says something wrong of what it has there
    (`wrong`), or has something there that should not be (`spurious`). `change` says what is right,
    `found` the release it was found in, `fixed` the first one without it (none yet, if absent).
    """

    article: Words
    span: Quote
    problem: Literal["missing", "wrong", "spurious"]
    change: Words
    reason: Words
    found: Version
    fixed: Version | None = None


class Deprecation(_Part):
    """A release that should not be used any more, why, and which one to use instead."""

    release: Version
    reason: Words
    instead: Version | None = None


class _File(_Part):
    errata: list[Erratum]
    deprecated: list[Deprecation]


@dataclass(frozen=True, slots=True)
class Errata:
    """What `errata.yaml` says; `unchecked` are articles it cannot be held against, for want of a text."""

    known: tuple[Erratum, ...] = ()
    deprecated: tuple[Deprecation, ...] = ()
    unchecked: tuple[str, ...] = ()

    @property
    def open(self) -> list[Erratum]:
        """Errors that no release is without."""
        return [each for each in self.known if each.fixed is None]

    def fixed_in(self, version: str) -> list[Erratum]:
        """Errors whose correction came with that release."""
        return [each for each in self.known if each.fixed == version]

    def without(self, articles: Collection[str]) -> Errata:
        """Without what is said of these articles: their labels are held out, and an erratum tells some."""
        return replace(self, known=tuple(each for each in self.known if each.article not in articles))

    def as_json(self) -> dict[str, Any]:
        """All of it as plain values."""
        return {
            "errata": [each.model_dump() for each in self.known],
            "deprecated": [each.model_dump() for each in self.deprecated],
            "unchecked": list(self.unchecked),
        }


def read_errata(corpus: Corpus, *, version: str | None = None) -> Errata:
    """The corpus's known errors and deprecated releases; none of either without the file.

    Raises DataError with every fault: an article or a span there is not, a fix no later than the find, or
    anything found or fixed only after `version`, the release being built.
    """
    file = _read(corpus.folder)
    faults = Faults(corpus.folder / NAME)
    for number, each in enumerate(file.errata):
        _check(f"errata[{number}]", each, corpus, faults)
        _check_versions(f"errata[{number}]", each, version, faults)
    _check_once("errata", [each.model_dump() for each in file.errata], faults)
    _check_deprecated(file.deprecated, faults)
    faults.raise_if_any(NEXT_STEP)
    named = dict.fromkeys(each.article for each in file.errata if each.fixed is None)
    unchecked = tuple(each.id for each in corpus.with_texts(named, Faults(NAME)) if each.text is None)
    return Errata(tuple(file.errata), tuple(file.deprecated), unchecked)


def deprecation(annotations: Path, release: str | None) -> Deprecation | None:
    """What the folder's `errata.yaml` says against using that release, None if nothing."""
    return next((each for each in _read(annotations).deprecated if each.release == release), None)


def _read(folder: Path) -> _File:
    """The form of the file; without one, nothing is known."""
    path = folder / NAME
    if not path.is_file():
        return _File(errata=[], deprecated=[])
    try:
        return _File.model_validate(read_yaml(path))
    except ValidationError as error:
        faults = Faults(path)
        add_validation_faults(faults, error)
        raise DataError(faults.report(NEXT_STEP)) from error


def _check(where: str, erratum: Erratum, corpus: Corpus, faults: Faults) -> None:
    """The span of an open erratum is of the text that is here; of a fixed one, of an older text."""
    article, gold = _read_article(corpus, erratum.article)
    span = erratum.span
    if article is None:
        faults.add(f"{where}.article", f"no article {erratum.article!r} in articles.jsonl")
    elif gold is None:
        faults.add(f"{where}.article", f"{erratum.article!r} has no gold, so none that is wrong")
    elif span.end <= span.start:
        faults.add(f"{where}.span", f"expected start before end, found [{span.start}, {span.end})")
    elif erratum.fixed is None:
        _check_words(f"{where}.span", span, article.text, faults)
        if erratum.problem != "missing" and (span.start, span.end, span.text) not in _spans(gold):
            faults.add(
                f"{where}.span",
                f"the gold has no mention and no trigger {span.text!r} at [{span.start}, {span.end})",
            )


def _read_article(corpus: Corpus, name: str) -> tuple[Article | None, Annotation | None]:
    """The article with its text and its gold, each None if there is none: read alone, not with all others."""
    if name not in corpus.listed:
        return None, None
    (article,) = corpus.with_texts([name], Faults(NAME))  # a wrong text is told when the texts are read
    has_gold = (layer_folder(corpus.folder, "gold") / f"{name}.json").is_file()
    return article, corpus.annotation("gold", name, article) if has_gold else None


def _check_words(where: str, span: Quote, text: str | None, faults: Faults) -> None:
    if text is not None and text[span.start : span.end] != span.text:
        found = text[span.start : span.end]
        faults.add(
            f"{where}.text", f"text[{span.start}:{span.end}] is {found!r}, the erratum says {span.text!r}"
        )


def _spans(gold: Annotation) -> set[tuple[int, int, str]]:
    """Mentions and triggers."""
    mentions = {(*each.span, each.text) for each in gold.entities}
    return mentions | {(*each.trigger.span, each.trigger.text) for each in gold.events}


def _check_versions(where: str, erratum: Erratum, version: str | None, faults: Faults) -> None:
    if erratum.fixed is not None and numbers(erratum.fixed) <= numbers(erratum.found):
        faults.add(f"{where}.fixed", f"expected a release after {erratum.found}, found {erratum.fixed}")
    for name in ("found", "fixed"):
        given = getattr(erratum, name)
        if given and version and numbers(given) > numbers(version):
            faults.add(f"{where}.{name}", f"{given} is later than {version}, the release being built")


def _check_deprecated(deprecated: Sequence[Deprecation], faults: Faults) -> None:
    _check_once("deprecated", [each.release for each in deprecated], faults)
    gone = {each.release for each in deprecated}
    for number, each in enumerate(deprecated):
        if each.instead in gone:
            faults.add(f"deprecated[{number}].instead", f"{each.instead} is deprecated itself")


def _check_once(name: str, values: Sequence[Any], faults: Faults) -> None:
    for number, value in enumerate(values):
        if (first := values.index(value)) < number:
            faults.add(f"{name}[{number}]", f"says the same as {name}[{first}]")


def errata_table(errata: Errata) -> Table:
    """The known errors, a row each."""
    table = Table("article", "words", "problem", "change", "reason", "found", "fixed")
    for each in errata.known:
        words = f"{quoted(each.span.text)} [{each.span.start}:{each.span.end}]"
        cells = (each.article, words, each.problem, each.change, each.reason, each.found, each.fixed or "–")
        table.add_row(*map(Text, cells))
    return table
