"""What differs between two releases, and which version the rule asks for.

A changed or removed gold label, text, sentence or split is major: scores are not comparable. Added
articles (and added columns, tags at the end, configurations) are minor, everything else patch.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from khabar.errors import CallError
from khabar.files import content_digest
from khabar.release.features import decode
from khabar.release.inventory import of_columns, of_manifests
from khabar.release.labels import Change, compare_documents, labels_of
from khabar.release.manifest import Manifest, read_manifest
from khabar.release.records import Row
from khabar.release.retrieval import release_folder
from khabar.release.verification import check_files, features, loaded
from khabar.release.versions import Bump, numbers, raised

Splits = Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class ReleaseDiff:
    """Two releases and every change from the first to the second, article by article."""

    before: Manifest
    after: Manifest
    changes: tuple[Change, ...]

    @property
    def bump(self) -> Bump:
        """The largest step that any of the changes asks for."""
        return max((each.asks for each in self.changes), default=Bump.none)

    @property
    def least_version(self) -> str:
        """The smallest version the newer release may have."""
        return raised(self.before.release, self.bump)

    @property
    def gold_changed(self) -> list[str]:
        """Splits of both whose gold digest differs: scores on them never share a table."""
        return [
            each for each, digest in self.before.gold.items() if self.after.gold.get(each, digest) != digest
        ]

    @property
    def counts(self) -> Counter[tuple[str, str]]:
        """How many changes there are of each (what, kind)."""
        return Counter((each.what, each.kind) for each in self.changes)


def check_version(found: ReleaseDiff) -> None:
    """Raise CallError where the newer release's version is smaller than its changes ask for."""
    version = found.after.release
    if numbers(version) >= numbers(found.least_version):
        return
    asking = Counter(
        f"{each.what} {each.kind}" for each in found.changes if each.asks is found.bump
    ).most_common(4)
    reasons = ", ".join(f"{count} × {what}" for what, count in asking)
    raise CallError(
        f"version {version} is too small: after {found.before.release} the rule asks for "
        f"{found.least_version} or more ({found.bump.name}: {reasons}); `publish_dataset.py diff` shows them"
    )


def diff(before: str | Path, after: str | Path) -> ReleaseDiff:
    """Every difference between two releases, each a folder or `hf://datasets/owner/name@revision`.

    Raises CallError where one is not there, DataError where a file of one is not what its manifest says:
    a damaged copy would be reported as changes.
    """
    folders = release_folder(before), release_folder(after)
    for folder in folders:
        check_files(folder)
    old, new = (read_manifest(folder) for folder in folders)
    if (old.silver is None) != (new.silver is None):
        raise CallError("one of them is a silver release, the other is gold: they have nothing to compare")
    changes = [*of_manifests(old, new)]
    for config in [name for name in old.configs if name in new.configs]:
        changes += of_columns(config, *(features(folder, config) for folder in folders))
        if old.configs[config] != new.configs[config] and config in _COMPARED:
            known = {each.article for each in changes if each.asks is Bump.major}
            with loaded(folders[0], config) as was, loaded(folders[1], config) as is_now:
                changes += _COMPARED[config](was, is_now, known)
    return ReleaseDiff(old, new, tuple(changes))


# --- articles -----------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class _Held:
    """Where the rows of an article are, and a digest of what they say."""

    split: str
    numbers: list[int]
    digest: str

    def rows(self, splits: Splits) -> list[Row]:
        """The rows, tags by name; labels that are held out are None."""
        dataset = splits[self.split]
        return list(decode([dataset[number] for number in self.numbers], dataset.features))


def _index(splits: Splits, *keys: str) -> dict[tuple[str, ...], _Held]:
    """The rows by those columns, in one pass that holds no row longer than it takes to digest it."""
    found: dict[tuple[str, ...], _Held] = {}
    for split, dataset in splits.items():
        for number, row in enumerate(dataset):
            key = tuple(row[name] for name in keys)
            held = found.get(key)
            said = content_digest([held.digest if held else "", *decode([row], dataset.features)])
            found[key] = _Held(split, [*held.numbers, number] if held else [number], said)
    return found


def _of_documents(old: Splits, new: Splits, _known: set[str]) -> Iterator[Change]:
    was, is_now = _index(old, "id"), _index(new, "id")
    for key in sorted(was.keys() | is_now.keys()):
        article, mine, theirs = key[0], was.get(key), is_now.get(key)
        if mine and theirs:
            if mine.split != theirs.split:
                sides = {"split": mine.split}, {"split": theirs.split}
                yield Change("split", *sides, Bump.major, article, theirs.split)
            if mine.digest != theirs.digest:
                yield from compare_documents(mine.rows(old)[0], theirs.rows(new)[0], theirs.split)
        elif mine:
            yield from _one_sided(mine.rows(old)[0], mine.split, added=False)
        elif theirs:
            yield from _one_sided(theirs.rows(new)[0], theirs.split, added=True)


def _one_sided(row: Row, split: str, *, added: bool) -> Iterator[Change]:
    place = {"title": row["title"], "source": row["source"], "characters": len(row["text"])}
    asks = Bump.minor if added else Bump.major
    before, after = (None, place) if added else (place, None)
    yield Change("article", before, after, asks, row["id"], split)
    yield from labels_of(row, row["id"], split, added=added, asks=asks)


def _of_sentences(old: Splits, new: Splits, known: set[str]) -> Iterator[Change]:
    """Articles of both whose words or tags differ though nothing said so far explains it."""
    was, is_now = _index(old, "article"), _index(new, "article")
    for key in sorted(was.keys() & is_now.keys()):
        if was[key].digest != is_now[key].digest and key[0] not in known:
            held = was[key], is_now[key]
            if changed := _tagged(held[0].rows(old), held[1].rows(new)):
                yield Change("tags", *changed, Bump.major, key[0], held[1].split)


def _tagged(old: list[Row], new: list[Row]) -> tuple[Row, Row] | None:
    """The sentences whose words or tags differ, on each side; None if only their metadata do.

    Tags that one side holds out are left out of the other.
    """
    passing = {name for row in (*old, *new) for name, each in row.items() if each is None}
    metadata = {"source", "licence", *passing}
    sides = [
        {row["id"]: {key: each for key, each in row.items() if key not in metadata} for row in rows}
        for rows in (old, new)
    ]
    changed = [each for each in {**sides[0], **sides[1]} if sides[0].get(each) != sides[1].get(each)]
    if not changed:
        return None
    return (
        {"sentences": [sides[0][each] for each in changed if each in sides[0]]},
        {"sentences": [sides[1][each] for each in changed if each in sides[1]]},
    )


def _of_passes(old: Splits, new: Splits, _known: set[str]) -> Iterator[Change]:
    """Passes are no gold: whatever happens to them is a patch. Those of added articles are not listed."""
    was, is_now = _index(old, "id", "annotator"), _index(new, "id", "annotator")
    articles = {article for article, _ in was} & {article for article, _ in is_now}
    for key in sorted(was.keys() | is_now.keys()):
        mine, theirs = was.get(key), is_now.get(key)
        if mine and theirs and not _said_otherwise(mine.rows(old)[0], theirs.rows(new)[0]):
            continue
        if key[0] in articles:
            before, after = ({"annotator": key[1]} if each else None for each in (mine, theirs))
            split = theirs.split if theirs else was[key].split
            yield Change("pass", before, after, Bump.patch, key[0], split)


def _said_otherwise(old: Row, new: Row) -> bool:
    """Whether an annotator says another thing, not only of a text that was cut otherwise."""
    labels = {"mention", "event", "argument"}
    return old != new and any(each.what in labels for each in compare_documents(old, new, ""))


_COMPARED = {
    "documents": _of_documents,
    "ner": _of_sentences,
    "triggers": _of_sentences,
    "passes": _of_passes,
}
