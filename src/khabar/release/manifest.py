"""The manifest: what a release says it holds, so that anyone can tell whether they have it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, ValidationError

from khabar.errors import CallError, DataError, Faults
from khabar.files import canonical_line_of_row, content_digest, read_json
from khabar.release.records import Row
from khabar.schema import add_validation_faults

NAME = "manifest.json"
Digest = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
Count = Annotated[int, Field(ge=0)]


def _inside(name: str) -> str:
    """Whoever pulls a release writes files of these names: none may lead out of the folder."""
    if "\\" in name or "\0" in name or {"", ".", ".."} & set(name.split("/")):
        raise ValueError("expected a path below the release's folder, its parts apart by /")
    return name


FileName = Annotated[str, AfterValidator(_inside)]


class _Part(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class SplitRows(_Part):
    """How many rows a split of a configuration has, and the digest of their content, in order."""

    rows: Count
    content_digest: Digest


class File(_Part):
    """Size and SHA-256 of a file of the release."""

    bytes: Count
    sha256: Digest


class SplitCounts(_Part):
    """What the gold of a split holds. `nested_entities` are those inside another mention."""

    articles: Count
    sentences: Count
    tokens: Count
    entities: Count
    nested_entities: Count
    events: Count
    arguments: Count
    passes: Count

    @classmethod
    def none(cls) -> SplitCounts:
        """Of nothing."""
        return cls(**dict.fromkeys(cls.model_fields, 0))

    def __add__(self, other: SplitCounts) -> SplitCounts:
        mine, theirs = self.__dict__, other.__dict__
        return SplitCounts.model_construct(**{name: mine[name] + theirs[name] for name in mine})


class UnshownCounts(_Part):
    """Spans the tags of a split cannot show as they are, as in `khabar.alignment.Unshown`."""

    nested: Count
    crossing: Count
    off_token: Count
    cut: Count


class Silver(_Part):
    """Of a release that no human and no adjudication stands behind: the model that made it.

    `left_out` counts articles by why they may not be silver; near copies of those `not_compared` could not
    be told, since their text was not there.
    """

    annotator: str
    left_out: dict[str, Count]
    not_compared: list[str]


class Manifest(_Part):
    """`manifest.json`. `files` names every file of the release but the manifest itself.

    `content_digest` does not depend on how the Parquet files are written; `gold` is the digest of each
    split's gold documents, which every score on the split carries. `left_out_by_licence` names the articles
    whose text may not be passed on. `texts_of_others` counts the articles of each stand-off source whose
    text is in the release, `not_to_be_passed_on` those of them that its terms do not let others pass on: such
    a release stays on the machine that built it. `held_out` is the split whose
    labels the release leaves out (`gold` and `counts` are of the labels all the same); `keep_private` says
    that this folder holds just those labels. `silver` is null but in a silver release, which has no `gold`.
    """

    release: str
    schema_version: str
    segmenter: str
    written_by: dict[str, str]
    canary: str
    content_digest: Digest
    gold: dict[str, Digest]
    configs: dict[str, dict[str, SplitRows]]
    counts: dict[str, SplitCounts]
    tags_cannot_show: dict[str, dict[str, UnshownCounts]]
    left_out_without_text: dict[str, list[str]]
    left_out_by_licence: dict[str, list[str]]
    left_out_without_split: list[str]
    texts_of_others: dict[str, Count]
    not_to_be_passed_on: dict[str, Count]
    held_out: str | None
    keep_private: bool
    silver: Silver | None = None
    files: dict[FileName, File]

    def left_out(self, split: str) -> list[str]:
        """Articles of the split that have gold and are not in the release."""
        return sorted(self.left_out_without_text.get(split, []) + self.left_out_by_licence.get(split, []))


def digest(rows: Iterable[Row]) -> SplitRows:
    """Number and content digest of the rows, in their order, tags by name."""
    total, found = 0, hashlib.sha256()
    for row in rows:
        total += 1
        found.update(canonical_line_of_row(row))
    return SplitRows(rows=total, content_digest=found.hexdigest())


def release_digest(configs: Mapping[str, Mapping[str, SplitRows]]) -> str:
    """One digest over the content of all configurations and splits, whatever order they come in."""
    return content_digest(
        [config, split, configs[config][split].content_digest]
        for config in sorted(configs)
        for split in sorted(configs[config])
    )


def read_manifest(path: Path) -> Manifest:
    """The manifest in that file or folder. CallError if there is none, DataError if it is malformed."""
    if not path.exists():
        raise CallError(f"no folder or file {path}")
    path = path / NAME if path.is_dir() else path
    if not path.is_file():
        raise CallError(f"no release at {path.parent}: there is no {NAME}")
    try:
        return Manifest.model_validate(read_json(path))
    except ValidationError as error:
        faults = Faults(path)
        add_validation_faults(faults, error)
        raise DataError(faults.report("get the release again; its manifest is never edited")) from error
