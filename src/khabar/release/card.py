"""The dataset card: the template's words, every figure computed, and the metadata loaders read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import yaml
from jinja2 import Environment, StrictUndefined, TemplateError

from khabar.bootstrap import RESAMPLES
from khabar.corpus import Annotator, Corpus
from khabar.errors import DataError
from khabar.guidelines import owners
from khabar.release.citation import Citation
from khabar.release.counts import Census, Tally
from khabar.release.croissant import ANNOTATION_LICENCE
from khabar.release.errata import read_errata
from khabar.release.features import CONFIGS, as_yaml, columns
from khabar.release.manifest import SplitCounts
from khabar.release.meanings import described
from khabar.release.pairs import MEASURES
from khabar.release.parquet import Written
from khabar.schema import Schema

TEMPLATE = "dataset_card.md"
_CANARY = re.compile(r".*canary GUID ([0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12})\b")
_LINE_BREAK = re.compile(r"\s*[\r\n]\s*")
_SIZES = (
    (1_000, "n<1K"),
    (10_000, "1K<n<10K"),
    (100_000, "10K<n<100K"),
    (1_000_000, "100K<n<1M"),
    (10_000_000, "1M<n<10M"),
)


class Verbatim(str):
    """Text that goes into the card as it is: metadata and code blocks."""

    __slots__ = ()


@dataclass(frozen=True, slots=True)
class Canary:
    """The line that says whose benchmark this is, and the GUID in it."""

    line: str
    guid: str


def canary(template: str) -> Canary:
    """The canary line of the template. Raises DataError where it has none."""
    found = _CANARY.search(template)
    if found is None:
        raise DataError.one(
            TEMPLATE,
            "expected a line with 'canary GUID' and a UUID, found none",
            next_step="put one in: `python -c 'import uuid; print(uuid.uuid4())'` makes a UUID",
        )
    return Canary(found.group().strip(), found.group(1))


def render(template: str, figures: Mapping[str, Any]) -> str:
    """The card. Whatever is printed is made safe for a Markdown table, unless it is `Verbatim`.

    Raises DataError, with the line, where the template is not one or asks for a figure there is not.
    """
    environment = Environment(  # noqa: S701 - the result is Markdown; `finalize` makes it safe
        undefined=StrictUndefined,
        finalize=_cell,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
    try:
        return environment.from_string(template).render(figures)
    except TemplateError as error:
        line = getattr(error, "lineno", None)
        where = f"line {line}" if line else ""
        raise DataError.one(
            TEMPLATE, str(error), where=where, next_step="correct the template; khabar.release.card fills it"
        ) from error


def _cell(value: Any) -> Any:
    if isinstance(value, Verbatim) or not isinstance(value, str):
        return value
    safe = value.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace("|", "\\|")
    return _LINE_BREAK.sub(" ", safe)


def figures(
    corpus: Corpus,
    census: Census,
    *,
    version: str,
    content_digest: str,
    citation: Citation,
    written: Mapping[str, Mapping[str, Written]],
    held_out: str | None = None,
    keep_private: bool = False,
) -> dict[str, Any]:
    """Everything the template may print."""
    schema = corpus.schema
    return {
        "metadata": Verbatim(metadata(corpus, census, version=version, written=written)),
        "version": version,
        "held_out": held_out,
        "keep_private": keep_private,
        "schema_version": schema.version,
        "content_digest": content_digest,
        "configs": CONFIGS,
        "columns": described(columns(schema)),
        "splits": census.sizes,
        "total": sum(census.sizes.values(), SplitCounts.none()),
        "entity_types": _with_tallies(schema.entities, census.entity_tallies()),
        "event_types": _with_tallies(schema.events, census.event_tallies()),
        "unseen": census.unseen,
        "roles": {name: list(schema.roles(name).values()) for name in schema.events},
        "attributes": [
            (each, owners(each, schema)) for each in (*schema.entity_attributes, *schema.event_attributes)
        ],
        "sources": [
            each
            for each in _with_tallies(corpus.sources, census.source_tallies(corpus.sources))
            if each[1].total
        ],
        "annotators": _annotators(corpus, census),
        "pairs": census.pairs,
        "measures": MEASURES,
        "unshown": census.unshown,
        "resamples": RESAMPLES,
        "errata": read_errata(corpus, version=version).without(corpus.splits[held_out] if held_out else ()),
        "without_text": _of(census, census.left_out.without_text),
        "by_licence": _of(census, census.left_out.by_licence),
        "licences": sorted(census.licences),
        "closed": [
            corpus.sources[each.name].name
            for each in census.source_tallies(corpus.sources)
            if each.total and not corpus.sources[each.name].may_be_passed_on
        ],
        "without_split": census.left_out.without_split,
        "citation": citation,
        "bibtex": Verbatim(citation.bibtex(version)),
    }


def _of(census: Census, left_out: Mapping[str, list[str]]) -> dict[str, list[str]]:
    return {split: ids for split, ids in left_out.items() if split in census.splits}


def _with_tallies(described: Mapping[str, Any], tallies: Sequence[Tally]) -> list[tuple[Any, Tally]]:
    return [(described[each.name], each) for each in tallies]


def _annotators(corpus: Corpus, census: Census) -> list[tuple[Annotator, int]]:
    """Annotators with the number of their passes in the release, then judges (who make no passes)."""
    return [
        (each, census.passes[each.id])
        for each in corpus.annotators.values()
        if census.passes[each.id] or each.role == "judge"
    ]


def metadata(
    corpus: Corpus, census: Census, *, version: str, written: Mapping[str, Mapping[str, Written]]
) -> str:
    """The computed part of the card's YAML: what `load_dataset` reads, and what the Hub searches by."""
    licences = licence_names([ANNOTATION_LICENCE, *sorted(census.licences)])
    value = {
        "license": licences[0] if len(licences) == 1 else licences,
        "language": sorted(census.languages),
        "annotations_creators": _creators(corpus, census),
        "size_categories": [size_category(census.languages.total())],
        "configs": [
            {
                "config_name": config,
                **({"default": True} if config == next(iter(CONFIGS)) else {}),
                "version": version,  # part of the loader's cache key
                "data_files": [{"split": split, "path": f"data/{config}/{split}-*"} for split in splits],
            }
            for config, splits in written.items()
        ],
        "dataset_info": [_info(config, corpus.schema, splits) for config, splits in written.items()],
    }
    return yaml.safe_dump(value, allow_unicode=True, sort_keys=False, width=1000)


def licence_names(licences: Iterable[str]) -> list[str]:
    """The Hub's names of licences: SPDX names in small letters, `other` for terms in words of their own."""
    return list(dict.fromkeys("other" if " " in each else each.lower() for each in licences))


def _creators(corpus: Corpus, census: Census) -> list[str]:
    """In the Hub's words."""
    kinds = {each.kind for each, passes in _annotators(corpus, census) if passes}
    return sorted({"human": "expert-generated", "model": "machine-generated"}[kind] for kind in kinds)


def size_category(rows: int) -> str:
    """The Hub's class of that many rows."""
    return next((name for limit, name in _SIZES if rows < limit), "10M<n<100M")


def _info(config: str, schema: Schema, splits: Mapping[str, Written]) -> dict[str, Any]:
    return {
        "config_name": config,
        "features": as_yaml(columns(schema)[config]),
        "splits": [
            {"name": split, "num_bytes": each.arrow_bytes, "num_examples": each.rows.rows}
            for split, each in splits.items()
        ],
        "download_size": sum(each.bytes for each in splits.values()),
        "dataset_size": sum(each.arrow_bytes for each in splits.values()),
    }
