"""The page of one system: its figures, its mistakes in their sentences, and where it is good or not."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from markupsafe import Markup

from khabar.pages.figures import Cell, as_cell, in_words, labels_of
from khabar.pages.kinds import in_words as kind_in_words
from khabar.pages.kinds import kinds
from khabar.pages.page import render
from khabar.pages.sentences import in_sentence
from khabar.schema import Bilingual, Schema
from khabar.scoring.gold import Article

_FREQUENT = ("entities", "triggers", "argument_c+")
"""Measures whose most frequent mistakes are shown: exact spans would show most of the first again."""
_UNDEFINED: Mapping[str, Any] = dict.fromkeys(("precision", "recall", "match", "predicted", "gold"))


@dataclass(frozen=True, slots=True)
class Row:
    """A measure, a type or a slice: its figures as the results have them, all None where not predicted."""

    name: str
    label: Bilingual | None
    cell: Cell
    figures: Mapping[str, Any]
    macro: float | None = None
    title: str = ""
    what: str = ""


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of figures under a title; `rows_are` says what a row is."""

    title: str
    rows_are: str
    rows: list[Row]


@dataclass(frozen=True, slots=True)
class Example:
    """A mistake in its sentence; `line` is None where the text is not shown."""

    article: str
    times: int
    line: Markup | None


@dataclass(frozen=True, slots=True)
class Group:
    """Mistakes of one kind between two labels."""

    name: str
    count: int
    examples: list[Example]


def system_page(
    results: Mapping[str, Any], system: Mapping[str, Any], schema: Schema, articles: Mapping[str, Article]
) -> str:
    """The page of a row of `results.json`. `articles` are the scored ones whose text may be shown."""
    titles = {each["name"]: each["title"] for each in results["measures"]}
    frequent = [
        {"title": titles[name], "groups": [_group(each, articles) for each in found]}
        for name, found in system["frequent_mistakes"].items()
        if name in _FREQUENT and found
    ]
    return render(
        "system",
        look="leaderboard",
        script="leaderboard",
        results=results,
        system=system,
        measures=[_measure(each, system["measures"][each["name"]]) for each in results["measures"]],
        mistakes=[
            kinds(titles[name], counts, system["measures"][name]["micro"])
            for name, counts in system["mistakes"].items()
        ],
        frequent=frequent,
        not_shown=in_words(system["submission"]["not_shown_in_tags"]),
        tables=[each for each in _tables(system, schema, titles) if each.rows],
    )


def _measure(measure: Mapping[str, Any], found: Mapping[str, Any] | None) -> Row:
    name, title, what = measure["name"], measure["title"], measure["what"]
    if found is None:
        return Row(name, None, as_cell(None), _UNDEFINED, None, title, what)
    macro = found["macro"]["f1"] if "macro" in found else None
    return Row(name, None, as_cell(found["micro"]), found["micro"], macro, title, what)


def _group(found: Mapping[str, Any], articles: Mapping[str, Article]) -> Group:
    gold, predicted, kind = found["gold"], found["predicted"], kind_in_words(found["kind"])
    if gold is None or predicted is None or gold == predicted:
        name = f"{gold or predicted} {kind}"
    else:
        name = f"{gold} taken for {predicted} ({kind})"
    return Group(name, found["count"], [_example(each, articles) for each in found["examples"]])


def _example(example: Mapping[str, Any], articles: Mapping[str, Article]) -> Example:
    article = articles.get(example["article"])
    line = in_sentence(article, example) if article else None
    return Example(example["article"], example["times"], line)


def _tables(system: Mapping[str, Any], schema: Schema, titles: Mapping[str, str]) -> Iterator[Table]:
    labels = labels_of(schema)
    for name, found in system["measures"].items():
        if found is not None and "types" in found and name in system["mistakes"]:
            rows = [
                Row(type_, labels.get(type_), as_cell(each), each) for type_, each in found["types"].items()
            ]
            yield Table(f"{titles[name]} by type", "Type", rows)
    for name, by_kind in system["slices"].items():
        rows = [
            Row(f"{kind}: {slice_}", None, as_cell(each), each)
            for kind, slices in by_kind.items()
            for slice_, each in slices.items()
        ]
        yield Table(f"{titles[name]} in slices", "Slice", rows)
