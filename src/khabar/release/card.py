"""The dataset card: the template's words, every figure computed, and the metadata loaders read."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import yaml
from jinja2 import Environment, StrictUndefined, TemplateError

from khabar.bootstrap import RESAMPLES
from khabar.corpus import Annotator, Corpus
from khabar.errors import DataError
from khabar.guidelines import owners
from khabar.release import counts
from khabar.release.citation import Citation
from khabar.release.errata import read_errata
from khabar.release.features import CONFIGS, as_yaml, columns
from khabar.release.pairs import MEASURES, agreement_of_pairs
from khabar.release.tables import Tables
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


@dataclass(frozen=True, slots=True)
class FileSize:
    """A data file's size on disk, and as Arrow once it is read."""

    bytes: int
    arrow_bytes: int


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
    tables: Tables,
    *,
    version: str,
    content_digest: str,
    citation: Citation,
    sizes: Mapping[str, Mapping[str, FileSize]],
    held_out: str | None = None,
    keep_private: bool = False,
) -> dict[str, Any]:
    """Everything the template may print."""
    schema = corpus.schema
    by_split = {split: counts.split_counts(tables, split) for split in tables.rows["documents"]}
    return {
        "metadata": Verbatim(metadata(corpus, tables, version=version, sizes=sizes)),
        "version": version,
        "held_out": held_out,
        "keep_private": keep_private,
        "schema_version": schema.version,
        "content_digest": content_digest,
        "configs": CONFIGS,
        "splits": by_split,
        "total": counts.total(by_split),
        "entity_types": _with_tallies(schema.entities, counts.entity_tallies(tables, schema.entities)),
        "event_types": _with_tallies(schema.events, counts.event_tallies(tables, schema.events)),
        "unseen": counts.unseen_entities(tables, schema.entities),
        "roles": {name: list(schema.roles(name).values()) for name in schema.events},
        "attributes": [
            (each, owners(each, schema)) for each in (*schema.entity_attributes, *schema.event_attributes)
        ],
        "sources": [
            each
            for each in _with_tallies(corpus.sources, counts.source_tallies(tables, corpus.sources))
            if each[1].total
        ],
        "annotators": _annotators(corpus, tables),
        "pairs": agreement_of_pairs(corpus, tables),
        "measures": MEASURES,
        "resamples": RESAMPLES,
        "unshown": tables.unshown,
        "errata": read_errata(corpus, version=version).without(corpus.splits[held_out] if held_out else ()),
        "without_text": tables.without_text,
        "without_split": tables.without_split,
        "citation": citation,
        "bibtex": Verbatim(citation.bibtex(version)),
    }


def _with_tallies(
    described: Mapping[str, Any], tallies: Sequence[counts.Tally]
) -> list[tuple[Any, counts.Tally]]:
    return [(described[each.name], each) for each in tallies]


def _annotators(corpus: Corpus, tables: Tables) -> list[tuple[Annotator, int]]:
    """Annotators with the number of their passes in the release, then judges (who make no passes)."""
    made = [row["annotator"] for splits in tables.rows["passes"].values() for row in splits]
    return [
        (each, made.count(each.id))
        for each in corpus.annotators.values()
        if each.id in made or each.role == "judge"
    ]


def metadata(
    corpus: Corpus, tables: Tables, *, version: str, sizes: Mapping[str, Mapping[str, FileSize]]
) -> str:
    """The computed part of the card's YAML: what `load_dataset` reads, and what the Hub searches by."""
    documents = [row for rows in tables.rows["documents"].values() for row in rows]
    value = {
        "language": sorted({row["language"] for row in documents}),
        "annotations_creators": _creators(corpus, tables),
        "size_categories": [size_category(len(documents))],
        "configs": [
            {
                "config_name": config,
                **({"default": True} if config == next(iter(CONFIGS)) else {}),
                "version": version,  # part of the loader's cache key
                "data_files": [{"split": split, "path": f"data/{config}/{split}-*"} for split in splits],
            }
            for config, splits in sizes.items()
        ],
        "dataset_info": [_info(config, tables, corpus.schema, splits) for config, splits in sizes.items()],
    }
    return yaml.safe_dump(value, allow_unicode=True, sort_keys=False, width=1000)


def _creators(corpus: Corpus, tables: Tables) -> list[str]:
    """In the Hub's words."""
    kinds = {each.kind for each, passes in _annotators(corpus, tables) if passes}
    return sorted({"human": "expert-generated", "model": "machine-generated"}[kind] for kind in kinds)


def size_category(rows: int) -> str:
    """The Hub's class of that many rows."""
    return next((name for limit, name in _SIZES if rows < limit), "10M<n<100M")


def _info(config: str, tables: Tables, schema: Schema, splits: Mapping[str, FileSize]) -> dict[str, Any]:
    return {
        "config_name": config,
        "features": as_yaml(columns(schema)[config]),
        "splits": [
            {"name": split, "num_bytes": size.arrow_bytes, "num_examples": len(tables.rows[config][split])}
            for split, size in splits.items()
        ],
        "download_size": sum(size.bytes for size in splits.values()),
        "dataset_size": sum(size.arrow_bytes for size in splits.values()),
    }
