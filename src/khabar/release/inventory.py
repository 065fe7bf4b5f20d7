"""What differs between two releases as a whole: versions, splits, columns, files, labels held out."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from khabar.release.labels import Change
from khabar.release.manifest import Manifest
from khabar.release.versions import Bump


def of_manifests(old: Manifest, new: Manifest) -> Iterator[Change]:
    """What the manifests tell. A version of schema or segmenter is a patch; what it moves may be more."""
    for what in ("schema_version", "segmenter"):
        if (was := getattr(old, what)) != (is_now := getattr(new, what)):
            name = what.removesuffix("_version")
            yield Change(name, {"version": was}, {"version": is_now}, Bump.patch)
    parts = [{(config, split) for config, each in of.configs.items() for split in each} for of in (old, new)]
    for config, split in sorted(parts[0] - parts[1]):
        yield Change("part", {"config": config, "split": split}, None, Bump.major, split=split)
    for config, split in sorted(parts[1] - parts[0]):
        yield Change("part", None, {"config": config, "split": split}, Bump.minor, split=split)
    yield from _of_held_out(old, new)
    yield from _of_files(old, new)


def _of_held_out(old: Manifest, new: Manifest) -> Iterator[Change]:
    """Labels that only one release shows; and where both do not, whether the digests of the gold differ."""
    if old.held_out != new.held_out:
        before, after = ({"split": each.held_out} if each.held_out else None for each in (old, new))
        yield Change("held out", before, after, Bump.major if new.held_out else Bump.minor)
    hidden = {each.held_out for each in (old, new) if each.held_out}
    for split in sorted(hidden & old.gold.keys() & new.gold.keys()):
        if old.gold[split] != new.gold[split]:
            before, after = ({"digest": each.gold[split]} for each in (old, new))
            yield Change("gold", before, after, Bump.major, split=split)


def _of_files(old: Manifest, new: Manifest) -> Iterator[Change]:
    """Of Parquet files only those of one version: every other carries its version in its metadata."""
    for name in sorted(old.files.keys() | new.files.keys()):
        was, is_now = old.files.get(name), new.files.get(name)
        if was != is_now and (not name.startswith("data/") or old.release == new.release):
            before, after = ({"path": name, **each.model_dump()} if each else None for each in (was, is_now))
            yield Change("file", before, after, Bump.patch)


def of_columns(config: str, old: Any, new: Any) -> Iterator[Change]:
    """Columns and tag names. A tag keeps its number only if nothing is put in before it."""
    was, is_now = _flat(old), _flat(new)
    for name in dict.fromkeys([*was, *is_now]):
        mine, theirs = was.get(name), is_now.get(name)
        if mine == theirs:
            continue
        names = isinstance(mine, list) and isinstance(theirs, list) and theirs[: len(mine)] == mine
        asks = Bump.minor if mine is None or names else Bump.major
        before, after = (
            {"config": config, "name": name, "type": each} if each else None for each in (mine, theirs)
        )
        yield Change("column", before, after, asks)


def _flat(feature: Any, path: str = "") -> dict[str, str | list[str]]:
    """Every leaf of the features by its path: its type's name, or the names of its tags."""
    if isinstance(feature, Mapping):
        found: dict[str, str | list[str]] = {}
        for name, each in feature.items():
            found |= _flat(each, f"{path}.{name}" if path else name)
        return found
    if hasattr(feature, "names"):
        return {path: list(feature.names)}
    return {path: str(feature.dtype)} if hasattr(feature, "dtype") else _flat(feature.feature, path)
