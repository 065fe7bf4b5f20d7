"""The columns of a release: one description, from which features, the card's YAML and Croissant derive.

The loader lets the card's YAML win over the Parquet footer, in silence; so both are made from here.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from khabar.schema import Attribute, Schema

CONFIGS: Mapping[str, str] = {
    "documents": "an article: text, metadata, nested entities, events with their arguments",
    "ner": "a sentence: words, offsets, IOB2 tags of the outermost mentions",
    "triggers": "a sentence: words, offsets, IOB2 tags of the event triggers",
    "passes": "an article as one annotator gave it, before adjudication",
}
"""Configurations and what a row of each is; the first is the default."""


@dataclass(frozen=True, slots=True)
class Tags:
    """Labels stored as whole numbers: the position in `names`."""

    names: tuple[str, ...]


Kind: TypeAlias = "str | Tags | list[Kind] | dict[str, Kind]"
"""What a column holds: an Arrow type by name, tags, a list of `[kind]`, or a struct of `{name: kind}`."""

Columns: TypeAlias = dict[str, Kind]


def columns(schema: Schema) -> dict[str, Columns]:
    """The columns of each configuration, in order."""
    entity_tags = tag_names(schema.entities)
    documents = _document_columns(schema)
    return {
        "documents": documents,
        "ner": _sentence_columns("ner_tags", entity_tags),
        "triggers": _sentence_columns("trigger_tags", tag_names(schema.events)),
        "passes": {"id": "string", "annotator": "string", **documents},
    }


def tag_names(types: Iterable[str]) -> tuple[str, ...]:
    """`O`, then `B-` and `I-` of each type, in the order of the schema."""
    return ("O", *(f"{prefix}-{name}" for name in types for prefix in "BI"))


def _document_columns(schema: Schema) -> Columns:
    span: Columns = {"start": "int32", "end": "int32"}
    quote: Columns = {**span, "text": "string"}
    entity: Columns = {"id": "string", "type": "string", **quote, **_attributes(schema.entity_attributes)}
    event: Columns = {
        "id": "string",
        "type": "string",
        "trigger": quote,
        **_attributes(schema.event_attributes),
        "arguments": [{"role": "string", "entity": "string", **quote}],
    }
    words = ("id", "source", "title", "published", "language", "licence", "origin", "text", "text_sha256")
    return {
        **dict.fromkeys(words, "string"),
        "sentences": [{"id": "string", **span}],
        "entities": [entity],
        "events": [event],
    }


def _attributes(attributes: Sequence[Attribute]) -> Columns:
    return {each.name: "bool" if each.kind == "flag" else "string" for each in attributes}


def _sentence_columns(name: str, tags: tuple[str, ...]) -> Columns:
    return {
        "id": "string",
        "article": "string",
        "tokens": ["string"],
        "starts": ["int32"],
        "ends": ["int32"],
        name: [Tags(tags)],
        "source": "string",
        "licence": "string",
    }


def as_features(described: Columns) -> Any:
    """The columns as `datasets.Features`; its `arrow_schema` is what the Parquet files are written with."""
    from datasets import Features  # seconds to import, and only builds need it

    return Features({name: _feature(kind) for name, kind in described.items()})


def _feature(kind: Kind) -> Any:
    from datasets import ClassLabel, List, Value

    match kind:
        case str():
            return Value(kind)
        case Tags():
            return ClassLabel(names=list(kind.names))
        case list():
            return List(_feature(kind[0]))
        case _:
            return {name: _feature(each) for name, each in kind.items()}


def as_yaml(described: Columns) -> list[dict[str, Any]]:
    """The columns as `dataset_info.features` of a card: the `list:` form, which versions from 2.21 load."""
    return [{"name": name, **_yaml(kind)} for name, kind in described.items()]


def _yaml(kind: Kind) -> dict[str, Any]:
    match kind:
        case str():
            return {"dtype": kind}
        case Tags():
            # the Hub wants the keys of `names` to be text
            return {"dtype": {"class_label": {"names": {str(n): name for n, name in enumerate(kind.names)}}}}
        case list():
            return {"list": _yaml_item(kind[0])}
        case _:
            return {"struct": as_yaml(kind)}


def _yaml_item(kind: Kind) -> Any:
    if isinstance(kind, dict):
        return as_yaml(kind)
    return kind if isinstance(kind, str) else _yaml(kind)


def check_fit(value: Mapping[str, Any], described: Columns) -> None:
    """Raise KeyError where a row, or a struct in it, has other keys: Arrow drops or adds one in silence."""
    if value.keys() != described.keys():
        raise KeyError(f"expected the columns {', '.join(described)}, found {', '.join(value)}")
    for name, kind in described.items():
        if isinstance(kind, str) or value[name] is None:
            continue
        if isinstance(kind, dict):
            check_fit(value[name], kind)
        elif isinstance(kind, list) and isinstance(kind[0], dict):
            for each in value[name]:
                check_fit(each, kind[0])


def decode(rows: Iterable[Mapping[str, Any]], features: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Rows of a loaded dataset with each tag by the name *its own* features give it.

    A number that has no name stays a number, so that a comparison finds it.
    """
    names = {
        column: feature.feature.names
        for column, feature in features.items()
        if hasattr(getattr(feature, "feature", None), "names")
    }
    return [
        {
            column: [_name(names[column], tag) for tag in value]
            if column in names and value is not None
            else value
            for column, value in row.items()
        }
        for row in rows
    ]


def _name(names: Sequence[str], tag: Any) -> Any:
    return names[tag] if isinstance(tag, int) and 0 <= tag < len(names) else tag
