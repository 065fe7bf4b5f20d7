"""What must be true of a folder before it leaves the machine."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from khabar.errors import CallError, DataError, Faults
from khabar.missing import named
from khabar.release.contents import LocalFile, local_files
from khabar.release.manifest import NAME, Manifest, read_manifest
from khabar.release.verification import verify
from khabar.wording import number_of


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


def ready(folder: Path, *, partial: bool, private: bool = False) -> Ready:
    """The release in the folder, every file and row of it checked through the loader in a fresh cache.

    `partial` allows a release that leaves articles out for want of their text; `private` says that it goes
    to where only some may read, which held-out labels want. Raises CallError where a permission is missing
    or allows nothing, or where the release holds texts that nobody may pass on; DataError where the folder
    is not what its manifest says.
    """
    folder = folder.resolve()
    manifest = read_manifest(folder)
    if manifest.keep_private and not private:
        raise CallError(
            f"{folder} holds the labels that release {manifest.release} holds out: publish it with "
            "--private, to a repository of its own"
        )
    _check_permissions(manifest, partial=partial)
    if report := verify(folder):
        raise DataError(report)
    files = local_files(folder)
    faults = Faults(folder)
    for name in files.keys() - manifest.files.keys() - {NAME}:
        faults.add(name, "is no file of the release")
    faults.raise_if_any("move it away: what is published is the release, nothing else")
    return Ready(folder, manifest, files)


def _check_permissions(manifest: Manifest, *, partial: bool) -> None:
    left_out = sorted(each for ids in manifest.left_out_without_text.values() for each in ids)
    if left_out and not partial:
        raise CallError(
            f"release {manifest.release} leaves out {number_of(len(left_out), 'article')} whose text was not "
            f"on the machine that built it ({named(left_out)}); build it again with their texts, or publish "
            "it with --partial"
        )
    if partial and not left_out:
        raise CallError(f"release {manifest.release} leaves no article out; publish it without --partial")
    if closed := manifest.not_to_be_passed_on:
        counted = ", ".join(f"{name}: {count}" for name, count in closed.items())
        raise CallError(
            f"release {manifest.release} holds texts that their terms do not let others pass on ("
            f"articles of {counted}); build it again without --with-texts. Where you do have the right, say "
            "so in sources.yaml with `redistribute: true`"
        )
