"""The figures of agreement as plain values: printed as JSON, shown by tables and page."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from khabar.agreement.comparison import Agreement
from khabar.agreement.counts import Confusion, Counts, kappa
from khabar.agreement.intervals import Figure, intervals_of
from khabar.agreement.pairs import Pair
from khabar.agreement.tokens import can_count_tokens, coefficients
from khabar.bootstrap import LEVEL, RESAMPLES, SEED, Interval
from khabar.corpus import Corpus
from khabar.missing import named

SHOWN = 40
"""Disagreements that are given, the most frequent."""

MEASURES_IN_WORDS = {
    "entity": "mentions: span and type",
    "entity_span": "mentions: span",
    "entity_overlap": "mentions: overlap and type",
    "trigger_i": "triggers: span (Trig-I)",
    "trigger_c": "triggers: span and event type (Trig-C)",
    "argument_i": "arguments: span and event type (Arg-I)",
    "argument_c": "arguments: span, event type and role (Arg-C)",
    "argument_i+": "arguments: as Arg-I, of the same trigger (Arg-I+)",
    "argument_c+": "arguments: as Arg-C, of the same trigger (Arg-C+)",
    "argument_given_i": "arguments: Arg-I+, of events that both have",
    "argument_given_c": "arguments: Arg-C+, of events that both have",
}
"""The measures of agreement in words."""


def report(
    corpus: Corpus,
    headline: Pair | None,
    found: list[Pair],
    *,
    resamples: int = RESAMPLES,
) -> dict[str, Any]:
    """All figures: over the corpus (null where nothing was decided), and of every two annotators.

    Kappa and alpha of tokens are left out where `can_count_tokens` says no.
    """
    return {
        "schema": corpus.schema.version,
        "intervals": {"level": LEVEL, "resamples": resamples, "seed": SEED},
        "corpus": None if headline is None else _pair(headline, corpus, resamples),
        "pairs": [_pair(each, corpus, resamples) for each in found],
    }


def remarks(found: Mapping[str, Any]) -> list[str]:
    """What a reader of the figures should know, in words."""
    said = []
    if not found["pairs"]:
        said.append("no article has passes of two annotators yet")
    if found["pairs"] and not can_count_tokens():
        said.append("left out: kappa and alpha of tokens, which need NLTK (pip install 'khabar[agreement]')")
    if found["corpus"] and found["pairs"]:
        said.append("types and disagreements of each pair of annotators: --page or --format json")
    shown = [found["corpus"]] if found["corpus"] else []
    if absent := sorted({id_ for each in (*shown, *found["pairs"]) for id_ in each["without_text"]}):
        said.append(
            f"{len(absent)} without their text, so that their tokens are not counted: {named(absent)}"
        )
    return said


def _pair(pair: Pair, corpus: Corpus, resamples: int) -> dict[str, Any]:
    intervals = intervals_of(list(pair.articles.values()), resamples=resamples)
    tokens = (
        {name: coefficients(each) for name, each in pair.total.tokens.items()} if can_count_tokens() else {}
    )
    return {
        "annotators": [pair.first, pair.second] if pair.first else None,
        "kinds": sorted(
            {corpus.annotators[each].kind for each in pair.annotators if each in corpus.annotators}
        ),
        "articles": list(pair.articles),
        "without_text": [each for each in pair.articles if corpus.articles[each].text is None],
        **as_json(pair.total, intervals),
        "tokens": {
            name: {"tokens": each.tokens, "kappa": each.kappa, "alpha": each.alpha}
            for name, each in tokens.items()
        },
        "disagreements": _disagreements(pair),
    }


def _disagreements(pair: Pair) -> dict[str, Any]:
    ranked = sorted(
        pair.differences.items(), key=lambda each: (-each[1], each[0].kind, each[0].form, each[0].first)
    )
    kinds: dict[str, int] = {}
    for each, count in sorted(ranked, key=lambda item: item[0].kind):
        kinds[each.kind] = kinds.get(each.kind, 0) + count
    return {
        "kinds": kinds,
        "most_frequent": [
            {"kind": d.kind, "first": d.first, "second": d.second, "text": d.words, "count": count}
            for d, count in ranked[:SHOWN]
        ],
    }


def as_json(
    agreement: Agreement, intervals: Mapping[Figure, Interval | None] | None = None
) -> dict[str, Any]:
    """The figures with their counts, and with their intervals where these are given."""
    known = intervals or {}
    return {
        "measures": {name: _row(each, known.get((name, ""))) for name, each in agreement.counts.items()},
        "by_type": {
            name: {type_: _row(each, known.get((name, type_))) for type_, each in rows.items()}
            for name, rows in agreement.by_type.items()
        },
        "attributes": {
            name: {
                "compared": sum(confusion.values()),
                "kappa": kappa(confusion),
                "confusion": _cells(confusion),
            }
            for name, confusion in agreement.attributes.items()
        },
        "types": {name: _cells(confusion) for name, confusion in agreement.types.items()},
    }


def _row(counts: Counts, interval: Interval | None) -> dict[str, Any]:
    return {
        "match": counts.match,
        "first": counts.first,
        "second": counts.second,
        "f1": counts.f1,
        "f1_interval": None if interval is None else list(interval),
    }


def _cells(confusion: Confusion) -> list[dict[str, Any]]:
    return [
        {"first": left, "second": right, "count": count}
        for (left, right), count in sorted(confusion.items(), key=str)
    ]
