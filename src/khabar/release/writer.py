"""A release folder, written whole or not at all, and never over another."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from khabar.corpus import Corpus
from khabar.errors import CallError, Faults
from khabar.folders import folder_beside
from khabar.missing import named
from khabar.release import manifest
from khabar.release.assembly import READ, Checkout, files_of, read_checkout, write_release
from khabar.release.diff import check_version, diff
from khabar.release.features import columns
from khabar.release.manifest import Manifest, read_manifest
from khabar.release.memory import little_arrow
from khabar.release.plan import Plan
from khabar.release.readback import check_rows
from khabar.release.retrieval import release_folder
from khabar.release.versions import numbers
from khabar.release.withholding import check_split


@dataclass(frozen=True, slots=True)
class BuildReport:
    """Where a release is and what it holds; `unchanged` if the very same release was there already.

    `labels` is the folder of the labels that were held out of it.
    """

    folder: Path
    manifest: Manifest
    unchanged: bool
    labels: Path | None = None

    def as_json(self) -> dict[str, Any]:
        """Folders and manifest, for `--format json`."""
        return {
            "folder": str(self.folder),
            "labels": str(self.labels) if self.labels is not None else None,
            "unchanged": self.unchanged,
            **self.manifest.model_dump(),
        }

    @property
    def remarks(self) -> list[str]:
        """What was left out and why, and where the release is: a line each."""
        made = self.manifest
        said = [
            f"{split}: {len(ids)} left out, {why}: {named(ids)}"
            for why, left_out in (
                ("text not on this machine", made.left_out_without_text),
                ("text not to be passed on", made.left_out_by_licence),
            )
            for split, ids in left_out.items()
        ]
        if ids := made.left_out_without_split:
            said.append(f"{len(ids)} with gold left out, in no split: {', '.join(ids)}")
        if made.not_to_be_passed_on:
            said.append(f"for this machine alone: texts of {', '.join(made.not_to_be_passed_on)}")
        if self.labels is not None:
            said.append(f"labels of {made.held_out}, to be kept private: {self.labels}")
        state = (
            "was there already, the same to the byte" if self.unchanged else "written and checked by loading"
        )
        return [*said, f"release {made.release} {state}: {self.folder}"]


def build(
    corpus: Corpus,
    out: str | Path,
    *,
    version: str,
    checkout: str | Path | None = None,
    previous: str | Path | None = None,
    hold_out: str | None = None,
    with_texts: Collection[str] = (),
) -> BuildReport:
    """Write the release of the corpus to the folder `out`, and check it through the loader first.

    `hold_out` names a split whose labels are left out; they go to a second folder, `out` with `-labels` at
    its end, for a private repository. Texts of a source that nobody may pass on are left out; `with_texts`
    names sources whose texts are to be in it nevertheless: such a release cannot be published. `checkout`
    holds card template, citation, changelog and licences; by default the folder that holds the corpus.
    Raises DataError where corpus or template are wrong, a split would be empty, the loader gives back other
    rows, or `out` holds this version with another content; CallError where `out` holds anything else, a file
    of the checkout is missing, or `version` is smaller than what changed since the release `previous` (a
    folder or an address) asks for.
    """
    checkout = Path(checkout) if checkout is not None else corpus.folder.resolve().parent
    out = Path(out).resolve()
    if hold_out is not None:
        check_split(hold_out)
    labels = out.with_name(f"{out.name}-labels") if hold_out is not None else None
    for folder in [out] if labels is None else [out, labels]:
        _check_call(folder, version, checkout)
    previous = release_folder(previous) if previous is not None else None
    beside, given = read_checkout(checkout), tuple(sorted(set(with_texts)))
    made = _write(out, Plan(corpus, version, held_out=hold_out, with_texts=given), beside, previous)
    if hold_out is None or labels is None:
        return made
    _write(labels, Plan(corpus, version, alone=hold_out, with_texts=given), beside, None)
    return replace(made, labels=labels)


def _write(out: Path, plan: Plan, checkout: Checkout, previous: Path | None) -> BuildReport:
    with folder_beside(out) as work, little_arrow():
        release, copies = work / "release", work / "copies"
        release.mkdir()
        copies.mkdir()
        made, data = write_release(release, copies, plan, checkout)
        check_rows(release, data.copies, columns(plan.corpus.schema))
        if previous is not None:
            check_version(diff(previous, release))
        unchanged = _is_release(out)
        if unchanged:
            _check_same(out, release, plan.version)
        else:
            release.replace(out)
    return BuildReport(out, made, unchanged)


def _check_call(out: Path, version: str, checkout: Path) -> None:
    numbers(version)
    missing = [name for name in READ if not (checkout / name).is_file()]
    if missing:
        raise CallError(f"a build needs {', '.join(missing)} in {checkout}")
    if _is_release(out):
        there = read_manifest(out).release
        if there != version:
            raise CallError(f"{out} holds release {there}, this is {version}; name another folder")
    elif out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise CallError(f"{out} is there and is no release; name a new folder")


def _is_release(folder: Path) -> bool:
    return (folder / manifest.NAME).is_file()


def _check_same(out: Path, work: Path, version: str) -> None:
    """Raise DataError unless every file is the same: a release is never bent."""
    there, new = files_of(out), files_of(work)
    faults = Faults(out)
    for name in sorted(there.keys() | new.keys()):
        if name not in new:
            faults.add(name, f"is no file of release {version} as it would be built now")
        elif name not in there:
            faults.add(name, "is missing")
        elif there[name] != new[name]:
            faults.add(name, f"is {there[name].sha256[:12]}…, would now be {new[name].sha256[:12]}…")
    faults.raise_if_any(
        "raise the version (major for changed gold, minor for added articles, patch for card and tools), or "
        "remove the folder if this release was never published"
    )
