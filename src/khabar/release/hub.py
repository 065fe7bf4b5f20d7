"""Publishing on the Hub: once, whole, read back, and never bent.

verify in a fresh cache → find or create the repository → one commit guarded by its parent → read back and
compare by digest → tag at that commit → check the tag → load by tag in a fresh cache. Every step may be
run again: a run that was torn anywhere is finished by the next.
"""

from __future__ import annotations

import hashlib
import re
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from khabar.errors import DataError
from khabar.release.board import space_folder
from khabar.release.contents import FileChange, LocalFile, check_copy, file_changes, local_files
from khabar.release.loading import check_loads_by_tag
from khabar.release.patience import Patience, Tell
from khabar.release.publication import Publication, State
from khabar.release.publishing import Ready, ready
from khabar.release.remote import Remote
from khabar.wording import number_of

Load = Callable[[Remote, Ready], None]
PATIENT = Patience()


@dataclass(frozen=True, slots=True)
class _Found:
    """What a repository holds: its newest commit, and the commit of this release, if there are such."""

    head: str | None
    commit: str | None
    tagged: bool
    changes: list[FileChange]


def publish(
    folder: str | Path,
    repository: str,
    *,
    partial: bool = False,
    private: bool = False,
    dry_run: bool = False,
    patience: Patience = PATIENT,
    tell: Tell = lambda _: None,
    load: Load = check_loads_by_tag,
) -> Publication:
    """Publish the release in the folder as tag `v<version>` of a dataset repository; `private` if made anew.

    Raises CallError where a permission is missing (see `ready`), DataError where the folder is no sound
    release, the Hub has this version with other content or a newer one, held-out labels would go where all
    may read, somebody else commits meanwhile, or Hub or network fail for longer than `patience`.
    """
    remote = Remote(repository, "dataset", patience, tell)
    tell("checking the release in a fresh cache")
    release = ready(Path(folder), partial=partial, private=private)
    found = _look(remote, release)
    new = found.head is None

    def publication(state: State, commit: str | None) -> Publication:
        version = release.manifest.release
        return Publication(repository, version, release.tag, commit, state, new, found.changes)

    if dry_run:
        return publication("unchanged" if found.tagged else "planned", found.commit)
    if new:
        _create(remote, private=private)
        found = _look(remote, release)  # somebody may have been faster
    state: State = "unchanged" if found.tagged else "finished" if found.commit else "published"
    commit = found.commit or _commit(remote, release, found)
    _read_back(remote, release.files, commit)
    if not found.tagged:
        tell(f"tagging {release.tag} at {commit[:12]}")
        remote.tag(release.tag, commit)
    tell(f"loading {release.tag} in a fresh cache")
    load(remote, release)
    return publication(state, commit)


def _title(release: Ready) -> str:
    return f"Release {release.manifest.release}"


def _look(remote: Remote, release: Ready) -> _Found:
    """What is there. Raises DataError where this version is there with other content, or may not go there."""
    head = remote.head()
    if head is None:
        return _Found(None, None, False, file_changes(release.files, {}))
    if release.manifest.keep_private and not remote.is_private():
        raise _refused(remote, "everybody may read it, and these labels are held out", "name a private one")
    version = release.manifest.release
    tags = remote.tags()
    if (tagged := tags.get(release.tag)) is not None:
        next_step = f"release {version} is published and never bent: raise the version"
        remote.check_holds(tagged, release.files, f"tag {release.tag}", next_step)
        return _Found(head, tagged, True, [])
    if (commit := remote.commit_titled(_title(release))) is not None:
        next_step = (
            f"another build of release {version} was committed and not tagged: finish it from that build, or "
            "raise the version"
        )
        remote.check_holds(commit, release.files, f"commit {commit[:12]}", next_step)
        return _Found(head, commit, False, [])
    newest = max((_numbers(each) for each in tags if _numbers(each)), default=())
    if newest > _numbers(release.tag):
        message = (
            f"it holds release {'.'.join(map(str, newest))}; {version} would take its place as the newest"
        )
        raise _refused(remote, message, "raise the version")
    return _Found(head, None, False, file_changes(release.files, remote.tree(head)))


def _refused(remote: Remote, message: str, next_step: str) -> DataError:
    return DataError.one(remote.name, message, where="looking for the repository", next_step=next_step)


def _numbers(tag: str) -> tuple[int, ...]:
    """The three numbers of a release's tag, none of another tag."""
    return tuple(map(int, tag[1:].split("."))) if re.fullmatch(r"v\d+\.\d+\.\d+", tag) else ()


def _create(remote: Remote, *, private: bool) -> None:
    remote.tell(f"creating {'private ' if private else ''}{remote.name}")
    remote.create(private=private)


def _commit(remote: Remote, release: Ready, found: _Found) -> str:
    return _change(
        remote,
        release.files,
        found,
        title=_title(release),
        description=f"Content digest {release.manifest.content_digest}",
    )


def _change(
    remote: Remote, files: dict[str, LocalFile], found: _Found, *, title: str, description: str = ""
) -> str:
    parent = found.head or ""
    size = sum(files[each.path].bytes for each in found.changes if each.kind != "deleted")
    remote.tell(
        f"committing {number_of(len(found.changes), 'changed file')} ({size:,} bytes) on top of {parent[:12]}"
    )
    return remote.commit(files, found.changes, title=title, description=description, parent=parent)


def _read_back(remote: Remote, files: dict[str, LocalFile], commit: str) -> None:
    remote.tell(f"reading back {commit[:12]}")
    with tempfile.TemporaryDirectory(prefix="khabar-read-back-") as folder:
        copy = remote.download(commit, Path(folder) / "copy")
        check_copy(f"{remote.name}, commit {commit[:12]}", files, copy)


def publish_board(
    folder: str | Path,
    repository: str,
    *,
    private: bool = False,
    dry_run: bool = False,
    patience: Patience = PATIENT,
    tell: Tell = lambda _: None,
) -> Publication:
    """Make a static Space hold the pages of the folder, and nothing else, by the same careful steps.

    A Space has no versions: it shows the newest pages. Raises as `publish` does.
    """
    remote = Remote(repository, "space", patience, tell)
    with space_folder(Path(folder)) as pages:
        files = local_files(pages)
        found = _look_at_pages(remote, files)
        new = found.head is None
        if dry_run:
            state: State = "planned" if found.changes else "unchanged"
            return Publication(repository, None, None, found.head, state, new, found.changes)
        if new:
            _create(remote, private=private)
            found = _look_at_pages(remote, files)
        commit = found.head or ""
        if found.changes:
            commit = _change(remote, files, found, title=f"Publish pages {_digest(files)[:12]}")
        _read_back(remote, files, commit)
        state = "published" if found.changes else "unchanged"
        return Publication(repository, None, None, commit, state, new, found.changes)


def _look_at_pages(remote: Remote, files: dict[str, LocalFile]) -> _Found:
    head = remote.head()
    return _Found(head, None, False, file_changes(files, remote.tree(head) if head else {}))


def _digest(files: dict[str, LocalFile]) -> str:
    listed = "".join(f"{each.sha256} {name}\n" for name, each in sorted(files.items()))
    return hashlib.sha256(listed.encode()).hexdigest()
