"""What must be true of a folder before it leaves the machine."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

from khabar.errors import CallError, DataError, Faults
from khabar.release.contents import LocalFile, local_files
from khabar.release.manifest import NAME, Manifest, read_manifest
from khabar.release.verification import verify


@dataclass(frozen=True, slots=True)
class Ready:
    """A verified release folder that may be published."""

    folder: Path
    manifest: Manifest
    files: dict[str, LocalFile]

    @property
    def tag(self) -> str:
        """The tag that names this release."""
        return f"v{self.manifest.release}"


def ready(folder: Path, *, partial: bool, texts: Collection[str], private: bool = False) -> Ready:
    """The release in the folder, every file and row of it checked through the loader in a fresh cache.

    `partial` allows a release that leaves articles out; `texts` names the sources whose texts, under
    others' rights, may go out with it; `private` says that it goes to where only some may read, which
    held-out labels want. Raises CallError where a permission is missing or names nothing,
    DataError where the folder is not what its manifest says.
    """
    folder = folder.resolve()
    manifest = read_manifest(folder)
    if manifest.keep_private and not private:
        raise CallError(
            f"{folder} holds the labels that release {manifest.release} holds out: publish it with "
            "--private, to a repository of its own"
        )
    _check_permissions(manifest, partial=partial, texts=set(texts))
    if report := verify(folder):
        raise DataError(report)
    files = local_files(folder)
    faults = Faults(folder)
    for name in files.keys() - manifest.files.keys() - {NAME}:
        faults.add(name, "is no file of the release")
    faults.raise_if_any("move it away: what is published is the release, nothing else")
    return Ready(folder, manifest, files)


def _check_permissions(manifest: Manifest, *, partial: bool, texts: set[str]) -> None:
    left_out = sorted(each for ids in manifest.left_out_without_text.values() for each in ids)
    if left_out and not partial:
        raise CallError(
            f"release {manifest.release} leaves out {len(left_out)} articles whose text was not on the "
            f"machine that built it ({', '.join(left_out)}); build it again with their texts, or publish it "
            "with --partial"
        )
    if partial and not left_out:
        raise CallError(f"release {manifest.release} leaves no article out; publish it without --partial")
    theirs = manifest.texts_of_others
    if unnamed := sorted(theirs.keys() - texts):
        counted = ", ".join(f"{name}: {theirs[name]}" for name in unnamed)
        flags = " ".join(f"--with-texts {name}" for name in unnamed)
        raise CallError(
            f"release {manifest.release} holds texts under others' rights (articles of {counted}); build it "
            f"without them, or, where you may pass them on, say so with {flags}"
        )
    if unknown := sorted(texts - theirs.keys()):
        there = ", ".join(sorted(theirs)) or "none"
        raise CallError(
            f"release {manifest.release} holds no texts of {', '.join(unknown)} (of others there: {there})"
        )
