"""The schema: entity types, event types, roles and attributes, read from `annotations/schema.yaml`.

Everything that names a type derives from here: label configuration, dataset features, validators,
the tables of the guidelines, the pages.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from functools import cached_property
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from khabar.errors import CallError, Faults
from khabar.files import read_yaml

NAME = r"^[A-Za-z][A-Za-z0-9]*$"
"""Type and role names: they become IOB2 tags, column names and HTML classes, so nothing else is safe."""

Name = Annotated[str, Field(pattern=NAME, max_length=40)]
Hotkey = Annotated[str, Field(pattern=r"^(shift\+)?[!-~]$")]
Color = Annotated[str, Field(pattern=r"^#[0-9a-fA-F]{6}$")]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class Bilingual(_Part):
    """The same words in Arabic and in English."""

    ar: Annotated[str, Field(min_length=1)]
    en: Annotated[str, Field(min_length=1)]


class EntityType(_Part):
    """A type of mention."""

    name: Name
    label: Bilingual
    definition: Bilingual
    examples: list[str]
    color: Color
    hotkey: Hotkey
    mappings: dict[str, list[str]]


class Role(_Part):
    """A role of an event type: what may fill it, and whether several may."""

    name: Name
    many: bool
    label: Bilingual
    definition: Bilingual
    entity_types: Annotated[list[Name], Field(min_length=1)]


class EventType(_Part):
    """A type of event. `roles` are its own; every event also takes the schema's common roles."""

    name: Name
    label: Bilingual
    definition: Bilingual
    examples: list[str]
    color: Color
    hotkey: Hotkey
    mappings: dict[str, list[str]]
    roles: list[Role]


class Value(_Part):
    """One value of a choice."""

    name: Annotated[str, Field(pattern=r"^[a-z][a-z_]*$")]
    label: Bilingual
    definition: Bilingual
    hotkey: Hotkey


class Attribute(_Part):
    """A property of a mention or an event: a flag (true or absent) or a choice of one value.

    A choice without a default must be given wherever it applies.
    """

    name: Annotated[str, Field(pattern=r"^[a-z][a-z_]*$")]
    kind: Literal["flag", "choice"]
    applies_to: Annotated[list[Name], Field(min_length=1)]
    label: Bilingual
    definition: Bilingual
    hotkey: Hotkey | None = None
    default: str | None = None
    values: list[Value] = []


class Schema(_Part):
    """The whole schema. Orders are those of the file."""

    version: Annotated[str, Field(pattern=r"^\d+\.\d+$")]
    entity_types: Annotated[list[EntityType], Field(min_length=1)]
    entity_attributes: list[Attribute]
    common_roles: list[Role]
    event_types: list[EventType]
    event_attributes: list[Attribute]

    @cached_property
    def entities(self) -> dict[str, EntityType]:
        """Entity types by name."""
        return {each.name: each for each in self.entity_types}

    @cached_property
    def events(self) -> dict[str, EventType]:
        """Event types by name."""
        return {each.name: each for each in self.event_types}

    @cached_property
    def _roles(self) -> dict[str, dict[str, Role]]:
        return {
            event.name: {role.name: role for role in (*event.roles, *self.common_roles)}
            for event in self.event_types
        }

    def roles(self, event_type: str) -> dict[str, Role]:
        """Roles an event of that type takes, its own first, then the common ones. KeyError if unknown."""
        return self._roles[event_type]

    @cached_property
    def fillers(self) -> frozenset[tuple[str, str, str]]:
        """Every event type with each of its roles and each entity type that fills it."""
        return frozenset(
            (event, role.name, filler)
            for event, roles in self._roles.items()
            for role in roles.values()
            for filler in role.entity_types
        )

    @cached_property
    def role_names(self) -> list[str]:
        """Every role name once, in the order of the file, common roles last."""
        names = [role.name for event in self.event_types for role in event.roles]
        return list(dict.fromkeys([*names, *(role.name for role in self.common_roles)]))

    @cached_property
    def _attributes(self) -> dict[str, dict[str, list[Attribute]]]:
        owners: dict[str, tuple[Iterable[str], list[Attribute]]] = {
            "entities": (self.entities, self.entity_attributes),
            "events": (self.events, self.event_attributes),
        }
        return {
            group: {name: [each for each in attributes if name in each.applies_to] for name in types}
            for group, (types, attributes) in owners.items()
        }

    def entity_attributes_of(self, entity_type: str) -> list[Attribute]:
        """Attributes a mention of that type may carry; of an unknown type, none."""
        return self._attributes["entities"].get(entity_type, [])

    def event_attributes_of(self, event_type: str) -> list[Attribute]:
        """Attributes an event of that type may carry; of an unknown type, none."""
        return self._attributes["events"].get(event_type, [])


def default_annotations() -> Path:
    """The `annotations` folder of the checkout this package is installed from, or of the current folder."""
    checkout = Path(__file__).resolve().parents[2] / "annotations"
    return checkout if checkout.is_dir() else Path("annotations")


def load_schema(path: str | Path | None = None) -> Schema:
    """The schema in that file, by default `annotations/schema.yaml` of the checkout.

    Raises CallError if there is no such file, DataError with every fault and its place if it is malformed.
    """
    path = Path(path) if path is not None else default_annotations() / "schema.yaml"
    if not path.is_file():
        raise CallError(f"no schema at {path}; name it, or run from a checkout of the repository")
    faults = Faults(path)
    try:
        schema = Schema.model_validate(read_yaml(path))
    except ValidationError as error:
        add_validation_faults(faults, error)
    else:
        _check_names(schema, faults)
        _check_references(schema, faults)
        _check_hotkeys(schema, faults)
    faults.raise_if_any(
        "correct the schema; DESIGN and the docstrings of khabar.schema say what each key means"
    )
    return schema


def add_validation_faults(faults: Faults, error: ValidationError) -> None:
    """Turn pydantic's findings into faults with a path such as `event_types[3].roles[0].name`."""
    for found in error.errors(include_url=False):
        given = "" if found["type"] == "missing" else f", found {shorten(found['input'])}"
        faults.add(path_of(found["loc"]), f"{found['msg'][:1].lower()}{found['msg'][1:]}{given}")


def path_of(location: Sequence[int | str]) -> str:
    """`("events", 3, "type")` as `events[3].type`."""
    text = "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in location)
    return text.removeprefix(".")


def shorten(value: Any, limit: int = 60) -> str:
    """The value as a fault shows it: never more than a line."""
    text = repr(value)
    return text if len(text) <= limit else text[: limit - 1] + "…"


def _check_names(schema: Schema, faults: Faults) -> None:
    groups: list[tuple[str, list[str]]] = [
        ("entity_types", [each.name for each in schema.entity_types]),
        ("event_types", [each.name for each in schema.event_types]),
        ("entity_attributes", [each.name for each in schema.entity_attributes]),
        ("event_attributes", [each.name for each in schema.event_attributes]),
    ]
    for number, event in enumerate(schema.event_types):
        names = [role.name for role in (*event.roles, *schema.common_roles)]
        groups.append((f"event_types[{number}].roles", names))
    for where, names in groups:
        for name in dict.fromkeys(names):
            if names.count(name) > 1:
                faults.add(where, f"name {name!r} is given {names.count(name)} times; names are unique")
    for name in {"id", "type", "start", "end", "text", "trigger", "arguments"} & {
        each.name for each in (*schema.entity_attributes, *schema.event_attributes)
    }:
        faults.add("attributes", f"{name!r} is a key of the annotation file itself; choose another name")


def _check_references(schema: Schema, faults: Faults) -> None:
    for where, role in _all_roles(schema):
        _check_known(faults, f"{where}.entity_types", role.entity_types, schema.entities, "entity type")
    for group, known, kind in (
        ("entity_attributes", list(schema.entities), "entity type"),
        ("event_attributes", list(schema.events), "event type"),
    ):
        for number, attribute in enumerate(getattr(schema, group)):
            where = f"{group}[{number}]"
            _check_known(faults, f"{where}.applies_to", attribute.applies_to, known, kind)
            _check_attribute(faults, where, attribute)


def _all_roles(schema: Schema) -> Iterator[tuple[str, Role]]:
    for number, role in enumerate(schema.common_roles):
        yield f"common_roles[{number}]", role
    for event_number, event in enumerate(schema.event_types):
        for number, role in enumerate(event.roles):
            yield f"event_types[{event_number}].roles[{number}]", role


def _check_known(faults: Faults, where: str, names: list[str], known: Any, kind: str) -> None:
    for number, name in enumerate(names):
        if name not in known:
            faults.add(f"{where}[{number}]", f"no {kind} {name!r} (there are {', '.join(known)})")
        if names.index(name) < number:
            faults.add(f"{where}[{number}]", f"{name!r} is given twice")


def _check_attribute(faults: Faults, where: str, attribute: Attribute) -> None:
    values = [value.name for value in attribute.values]
    if attribute.kind == "flag":
        if values or attribute.default is not None:
            faults.add(where, f"flag {attribute.name!r} takes no values and no default")
        if attribute.hotkey is None:
            faults.add(f"{where}.hotkey", f"flag {attribute.name!r} needs a hotkey")
    elif len(set(values)) != len(values) or len(values) < 2:
        faults.add(
            f"{where}.values", f"choice {attribute.name!r} needs two or more different values, found {values}"
        )
    elif attribute.default is not None and attribute.default not in values:
        faults.add(f"{where}.default", f"{attribute.default!r} is none of {', '.join(values)}")


_TAKEN = {"u": "unselect"}
"""Keys that Label Studio 1.23 itself answers to while a text is annotated, with what they do there."""


def _check_hotkeys(schema: Schema, faults: Faults) -> None:
    used = {key: f"Label Studio itself ({what})" for key, what in _TAKEN.items()}
    attributes = (*schema.entity_attributes, *schema.event_attributes)
    owners: list[tuple[str, str | None]] = [
        *((each.name, each.hotkey) for each in schema.entity_types),
        *((each.name, each.hotkey) for each in schema.event_types),
        *((each.name, each.hotkey) for each in attributes),
        *((f"{each.name}={value.name}", value.hotkey) for each in attributes for value in each.values),
    ]
    for owner, hotkey in owners:
        if hotkey is None:
            continue
        if hotkey in used:
            faults.add("hotkey", f"{hotkey!r} is the key of both {used[hotkey]} and {owner}")
        used[hotkey] = owner
