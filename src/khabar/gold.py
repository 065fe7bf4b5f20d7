"""Gold of a corpus: judges' files become decisions, passes and decisions become gold, to be compared."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from difflib import unified_diff
from pathlib import Path
from typing import Any

from khabar import decisions as decisions_file
from khabar.adjudication import Difference, adjudicate, amend, differences
from khabar.checks import check
from khabar.corpus import Corpus, layer_folder
from khabar.decisions import Decisions, Link, Mention, item_json, read_decisions
from khabar.document import Annotation, dumps, read_annotation
from khabar.errors import CallError, DataError, Fault, Faults, Report
from khabar.files import read_json, read_text
from khabar.gathering import ALL, Saved, each_file, named_article, require_annotator, save, text_of
from khabar.judging import expand
from khabar.places import in_context

_SHOWN_LINES = 12


@dataclass(frozen=True, slots=True)
class Derived:
    """Gold as passes and decisions give it, and the articles that have passes but wait for a judge."""

    annotations: tuple[Annotation, ...]
    waiting: tuple[str, ...]


def passes_of(corpus: Corpus, article: str, names: Iterable[str] | None = None) -> list[Annotation]:
    """The checked passes of an article, by those annotators or by all who have one.

    Raises DataError with the faults of all of them, CallError if one is missing or there are less than two.
    """
    known = corpus.articles.get(article)
    if known is None:
        raise CallError(f"no article {article!r} in articles.jsonl")
    given = corpus.pass_names if names is None else list(names)
    paths = [layer_folder(corpus.folder, name) / f"{article}.json" for name in given]
    if names is None:
        paths = [path for path in paths if path.is_file()]
    if len(paths) < 2:
        found = ", ".join(path.parent.name for path in paths) or "nobody"
        raise CallError(f"{article} needs passes of two annotators, there is one of {found}")

    def read(path: Path) -> Annotation:
        annotation = read_annotation(path)
        faults = Faults(path)
        for name, expected, found in (
            ("article", article, annotation.article),
            ("annotator", path.parent.name, annotation.annotator),
            ("text_sha256", known.text_sha256, annotation.text_sha256),
        ):
            if expected != found:
                faults.add(name, f"expected {expected}, found {found}")
        faults.raise_if_any("gather the pass again")
        if report := check(annotation, corpus.schema, text=known.text, source=str(path)):
            raise DataError(report)
        return annotation

    return each_file(paths, read)


def decisions_path(corpus: Corpus, article: str) -> Path:
    """Where the decisions on an article are."""
    return corpus.folder / "decisions" / f"{article}.json"


def decide(
    corpus: Corpus, files: Iterable[Path], *, replace: Iterable[str] = (), amending: bool = False
) -> Saved:
    """Decisions out of judges' files (`khabar.judging`), checked by deriving gold from them.

    With `amending`, a file adds to and overrides the decisions there are. Raises DataError with the faults
    of all files; then nothing is written.
    """
    contents: dict[Path, str] = {}

    def read(path: Path) -> None:
        value = read_json(path)
        article = named_article(corpus, value, source=str(path))
        where = decisions_path(corpus, article.id)
        if amending and not where.is_file():
            raise CallError(f"no decisions to amend at {where}")
        there = read_decisions(where) if amending else None
        passes = passes_of(corpus, article.id, there.passes if there else None)
        text = text_of(article)
        made, places = expand(value, passes, text=text, schema=corpus.schema, source=str(path))
        require_annotator(corpus, made.judge, role="judge")
        if there:
            made, places = amend(there, made, places)
        adjudicate(passes, made, schema=corpus.schema, text=text, source=str(path), places=places)
        if where in contents:
            raise DataError.one(path, f"{article.id} is decided in another of these files already")
        contents[where] = decisions_file.dumps(made)

    each_file(files, read)
    return save(contents, replace=[ALL] if amending else replace)


def derive_gold(corpus: Corpus) -> Derived:
    """Gold of every article that has decisions; texts are used where they are on this machine.

    Raises DataError with the faults of all articles, a gold file that no decisions explain among them.
    """
    paths = sorted((corpus.folder / "decisions").glob("*.json"))

    def derive(path: Path) -> Annotation:
        made = read_decisions(path)
        if made.article != path.stem:
            raise DataError.one(path, f"expected decisions on {path.stem!r}, found {made.article!r}")
        if made.article not in corpus.articles:
            raise DataError.one(path, f"no article {made.article!r} in articles.jsonl")
        _check_judges(corpus, made, path)
        passes = passes_of(corpus, made.article, made.passes)
        text = corpus.articles[made.article].text
        return adjudicate(passes, made, schema=corpus.schema, text=text, source=str(path))

    derived = each_file(paths, derive)
    decided = {each.article for each in derived}
    reports = [
        Report(str(path), (Fault("", "gold that no decisions explain"),), "decide the article, or remove it")
        for path in sorted(layer_folder(corpus.folder, "gold").glob("*.json"))
        if path.stem not in decided
    ]
    if reports:
        raise DataError(reports)
    counts = [
        path.stem for name in corpus.pass_names for path in (corpus.folder / "passes" / name).glob("*.json")
    ]
    waiting = {each for each in counts if counts.count(each) > 1} - decided
    return Derived(tuple(derived), tuple(sorted(waiting)))


def _check_judges(corpus: Corpus, made: Decisions, path: Path) -> None:
    faults = Faults(path)
    judges = {each.id for each in corpus.annotators.values() if each.role == "judge"}
    for name in {made.judge, *(each.judge for each in made.decisions if each.judge)} - judges:
        faults.add("judge", f"no judge {name!r} in annotators.yaml")
    faults.raise_if_any("correct the judge, or add it to annotators.yaml")


def save_gold(corpus: Corpus, derived: Derived) -> Saved:
    """Write `gold/` as derived, whatever was there."""
    folder = layer_folder(corpus.folder, "gold")
    contents = {folder / f"{each.article}.json": dumps(each) for each in derived.annotations}
    return save(contents, replace=[ALL])


def compare_gold(corpus: Corpus, derived: Derived) -> None:
    """Raise DataError, showing the lines that differ, unless `gold/` is exactly what was derived."""
    reports: list[Report] = []
    for each in derived.annotations:
        path = layer_folder(corpus.folder, "gold") / f"{each.article}.json"
        found = read_text(path) if path.is_file() else ""
        lines = list(unified_diff(found.splitlines(), dumps(each).splitlines(), n=0, lineterm=""))[2:]
        shown = [line for line in lines if not line.startswith("@@")]
        if shown:
            faults = [Fault("", line) for line in shown[:_SHOWN_LINES]]
            if len(shown) > _SHOWN_LINES:
                faults.append(Fault("", f"… and {len(shown) - _SHOWN_LINES} lines more"))
            next_step = "scripts/gather_annotations.py gold (- is the file, + what passes and decisions give)"
            reports.append(Report(str(path), tuple(faults), next_step))
    if reports:
        raise DataError(reports)


def difference_row(each: Difference, passes: Iterable[Annotation], text: str) -> dict[str, Any]:
    """A difference as a judge reads it: the item, who has it, its place in the text, what follows it."""
    item = each.item
    row: dict[str, Any] = {"name": each.name, "kind": item.kind, **item_json(item), "in": list(each.holders)}
    if each.attribute:
        row |= {"attribute": each.attribute, "values": dict(each.values)}
    if isinstance(item, Link):
        trigger = in_context(text, item.event.start, item.event.end)
        return row | {"context": in_context(text, item.start, item.end), "event_context": trigger}
    row |= {"context": in_context(text, item.start, item.end)}
    return row | ({"arguments": _arguments(item, passes)} if item.kind == "event" else {})


def _arguments(event: Mention, passes: Iterable[Annotation]) -> list[str]:
    """What each pass attaches to the event, for the judge to see what is kept with it."""
    return [
        f"{argument.role} {each.entity(argument.entity).text!r} in {each.annotator}"
        for each in passes
        for found in each.events
        if found.key == (event.start, event.end, event.type)
        for argument in found.arguments
    ]


def open_differences(corpus: Corpus, article: str) -> list[dict[str, Any]]:
    """The numbered differences of the passes that were decided on, or of all where nothing is decided yet.

    Each is as `difference_row` shows it.
    """
    decided = decisions_path(corpus, article)
    passes = passes_of(corpus, article, read_decisions(decided).passes if decided.is_file() else None)
    text = text_of(corpus.articles[article])
    return [difference_row(each, passes, text) for each in differences(passes)]
