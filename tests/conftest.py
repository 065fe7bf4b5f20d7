"""Fixtures that several test files use."""

from __future__ import annotations

import os
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from hypothesis import HealthCheck, settings

from khabar.corpus import Corpus
from khabar.schema import Schema, load_schema

if TYPE_CHECKING:
    from khabar.scoring import Gold

pytest_plugins = ["gathering", "label_studio_server"]
pytest.register_assert_rewrite("label_studio_items")

if "CI" not in os.environ:  # where it is set, hypothesis's own `ci` holds
    # a busy machine makes an example slow, not wrong
    settings.register_profile("khabar", deadline=None, suppress_health_check=[HealthCheck.too_slow])
    settings.load_profile("khabar")

REPOSITORY = Path(__file__).resolve().parents[1]


@pytest.fixture(scope="session")
def repository() -> Path:
    """The checkout."""
    return REPOSITORY


@pytest.fixture(scope="session")
def schema() -> Schema:
    """The schema of the corpus."""
    return load_schema(REPOSITORY / "annotations" / "schema.yaml")


@pytest.fixture(scope="session")
def tiny_schema() -> Schema:
    """Three entity types and two event types: enough for every rule, small enough to read."""
    return Schema.model_validate(tiny_schema_value())


@pytest.fixture
def tiny_value() -> dict[str, Any]:
    """The tiny schema as its YAML would be read, to be spoilt by a test."""
    return tiny_schema_value()


@pytest.fixture(scope="session")
def gold() -> Gold:
    """The gold of the two articles of `scoring_gold`."""
    from khabar.scoring import read_gold  # seqeval behind it is slow to import
    from scoring_gold import gold_rows

    return read_gold(gold_rows())


@pytest.fixture(scope="session")
def repository_corpus() -> Corpus:
    """The corpus as a clone has it: without any text of others, whatever `KHABAR_TEXTS` says."""
    return Corpus(REPOSITORY / "annotations")


@pytest.fixture(scope="session")
def standoff_folders() -> list[Path]:
    """The folders of texts of others that `KHABAR_TEXTS` names."""
    return [Path(each) for each in variable("KHABAR_TEXTS").split(os.pathsep)]


@pytest.fixture(scope="session")
def sample_article(standoff_folders: list[Path]) -> Path:
    """The stand-off article as a person copied it off a page."""
    return next(
        path for folder in standoff_folders if (path := folder / "eureporter-milan-osce.txt").is_file()
    )


@pytest.fixture(scope="session")
def corpora() -> Path:
    """The folder of open corpora that `KHABAR_CORPORA` names."""
    return Path(variable("KHABAR_CORPORA"))


def variable(name: str) -> str:
    """The environment variable's value; the test is skipped, or under CI fails, without it."""
    value = os.environ.get(name)
    if not value:
        message = f"{name} is not set: it names folders of texts that are not ours to ship"
        pytest.fail(message) if os.environ.get("CI") else pytest.skip(message)
    return value


def words(text: str) -> dict[str, str]:
    """The same words for both languages."""
    return {"ar": text, "en": text}


def entity_type(name: str, hotkey: str) -> dict[str, Any]:
    """An entity type of the tiny schema."""
    return {
        "name": name,
        "label": words(name),
        "definition": words(name),
        "examples": [f"[{name}]"],
        "color": f"#0000{int(hotkey):02d}",
        "hotkey": hotkey,
        "mappings": {"wojood": [name]},
    }


def role(name: str, entity_types: list[str], *, many: bool = False) -> dict[str, Any]:
    """A role of the tiny schema."""
    return {
        "name": name,
        "many": many,
        "label": words(name),
        "definition": words(name),
        "entity_types": entity_types,
    }


def tiny_schema_value() -> dict[str, Any]:
    """The tiny schema, made anew at each call."""
    values = ["actual", "future", "negated", "hypothetical"]
    event = {"definition": words("حدث"), "examples": [], "mappings": {"ace": []}}
    return {
        "version": "1.0",
        "entity_types": [entity_type("PER", "1"), entity_type("GPE", "2"), entity_type("ORG", "3")],
        "entity_attributes": [
            {
                "name": "metonym",
                "kind": "flag",
                "applies_to": ["GPE"],
                "label": words("مجاز"),
                "definition": words("مجاز"),
                "hotkey": "m",
            }
        ],
        "common_roles": [role("Place", ["GPE"], many=True), role("Time", ["ORG"], many=True)],
        "event_types": [
            {
                **event,
                "name": "Meet",
                "label": words("لقاء"),
                "color": "#111111",
                "hotkey": "t",
                "roles": [role("Participant", ["PER", "GPE", "ORG"], many=True), role("Topic", ["ORG"])],
            },
            {
                **event,
                "name": "Reject",
                "label": words("رفض"),
                "color": "#222222",
                "hotkey": "y",
                "roles": [role("Rejecter", ["GPE", "PER"]), role("Proposal", ["ORG"])],
            },
        ],
        "event_attributes": [
            {
                "name": "realis",
                "kind": "choice",
                "applies_to": ["Meet", "Reject"],
                "label": words("الواقعية"),
                "definition": words("الواقعية"),
                "default": "actual",
                "values": [
                    {"name": name, "label": words(name), "definition": words(name), "hotkey": hotkey}
                    for name, hotkey in zip(values, "asdf", strict=True)
                ],
            }
        ],
    }
