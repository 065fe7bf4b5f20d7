"""What is scored on: the gold of a split, out of the annotations or out of a release."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from khabar.corpus import Corpus, read_corpus
from khabar.errors import CallError, DataError
from khabar.missing import LISTED, left_out, named
from khabar.release import gold_documents, read_manifest, verify
from khabar.release.errata import deprecation
from khabar.release.manifest import NAME as MANIFEST
from khabar.release.retrieval import release_folder
from khabar.release.verification import loaded, plain_rows
from khabar.schema import Schema, load_schema
from khabar.scoring import Gold, read_gold
from khabar.scoring.gold import Forms
from khabar.text.normalise import key

TRAIN = "train"
"""The split whose names are called seen."""

TEST = "test"
"""The split the leaderboard is of."""


@dataclass(frozen=True, slots=True)
class Ground:
    """Gold and schema, the release they are of (None for the annotations), and what a person must know."""

    gold: Gold
    schema: Schema
    release: str | None
    notes: tuple[str, ...] = ()


def read_ground(
    split: str, *, annotations: Path, texts: Sequence[Path] = (), release: str | None = None
) -> Ground:
    """The gold of a split, from a release where one is named (a folder, or an address of the Hub).

    Raises CallError where the release is of another schema, or lacks the split or its labels, DataError
    where it is not what its manifest says.
    """
    schema = load_schema(annotations / "schema.yaml")
    notes = []
    if release is not None:
        gold, name = _of_release(release, split, schema)
        if gold.left_out:
            notes.append(f"{len(gold.left_out)} left out of the release: {named(gold.left_out)} ({MANIFEST})")
    else:
        corpus = read_corpus(annotations, texts)
        gold, name = _of_corpus(corpus, split), None
        if gold.left_out:
            notes.append(left_out(corpus, gold.left_out))
    if deprecated := deprecation(annotations, name):
        notes.append(f"Release {deprecated.release} is not to be used: {deprecated.reason}")
    return Ground(gold, schema, name, tuple(notes))


def check_whole(on: Ground, split: str, *, partial: bool = False) -> None:
    """Raise CallError if a board of this gold is none of the whole test split, unless `partial` is asked."""
    if split != TEST:
        raise CallError(
            f"the leaderboard of the repository is of {TEST}, not of {split}; write elsewhere with --out DIR"
        )
    if (absent := len(on.gold.left_out)) and not partial:
        here = len(on.gold.articles)
        raise CallError(
            f"the leaderboard of the repository is of the whole test split, and {absent} of its "
            f"{absent + here} articles are left out; nothing was written. Get their texts ({LISTED}), "
            f"or write a board of the {here} elsewhere with --out DIR, or replace it with --partial"
        )


def _of_corpus(corpus: Corpus, split: str) -> Gold:
    rows = gold_documents(corpus, split)
    gold = read_gold(rows, left_out=set(corpus.splits[split]).intersection(corpus.without_text))
    return gold if split == TRAIN else replace(gold, seen=_forms_of_train(corpus))


def _forms_of_train(corpus: Corpus) -> Forms:
    """As `forms_of` has them, of every article of train: gold holds its words, so no text need be here."""
    found: dict[str, set[str]] = {"entities": set(), "triggers": set(), "arguments": set()}
    for gold in (corpus.gold[each] for each in corpus.splits[TRAIN] if each in corpus.gold):
        keys = {each.id: key(each.text) for each in gold.entities}
        found["entities"].update(keys.values())
        found["triggers"].update(key(each.trigger.text) for each in gold.events)
        found["arguments"].update(keys[each.entity] for event in gold.events for each in event.arguments)
    return {task: frozenset(forms) for task, forms in found.items()}


def _of_release(place: str, split: str, schema: Schema) -> tuple[Gold, str]:
    folder = release_folder(place)
    manifest = read_manifest(folder)
    if manifest.silver is not None:
        raise CallError(f"{place} is silver, made by {manifest.silver.annotator}: nothing is scored on it")
    if report := verify(folder):
        raise DataError(report)
    if manifest.schema_version != schema.version:
        raise CallError(
            f"release {manifest.release} has schema {manifest.schema_version}, here is {schema.version}; "
            "name the annotations it was made from with --annotations"
        )
    if split not in manifest.gold:
        raise CallError(
            f"no split {split!r} in release {manifest.release} (there are {', '.join(manifest.gold)})"
        )
    if split == manifest.held_out:
        raise CallError(
            f"release {manifest.release} holds the labels of {split} out; name the folder that has them, "
            f"whose gold is {manifest.gold[split][:12]}…, or score on another split"
        )
    with loaded(folder, "documents") as splits:
        rows = plain_rows(splits[split])
        train = plain_rows(splits[TRAIN]) if split != TRAIN and TRAIN in manifest.gold else None
    gold = read_gold(rows, left_out=manifest.left_out(split), train=train)
    if gold.digest != manifest.gold[split]:
        raise DataError.one(folder, f"the gold of {split} is not that of its manifest")
    return gold, manifest.release
