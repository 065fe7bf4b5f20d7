"""Where streams lie: files, folders, globs, fsspec addresses; and folders in which files appear whole."""

from __future__ import annotations

import os
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

import fsspec
from fsspec.implementations.local import LocalFileSystem

from khabar.errors import CallError
from khabar.files import write_chunks

FORMS = (".jsonl", ".jsonl.gz", ".jsonl.zst", ".parquet")
"""What a stream may be: JSON Lines, plain or compressed, and Parquet."""


@dataclass(frozen=True, slots=True)
class StreamFile:
    """A file of a stream: its address as messages give it, its form, and its size in bytes if known."""

    address: str
    form: str
    size: int | None
    _files: Any
    _path: str

    def open(self) -> IO[bytes]:
        """The bytes of the file, compressed as they are."""
        if isinstance(self._files, LocalFileSystem):
            return Path(self._path).open("rb")
        opened: IO[bytes] = self._files.open(self._path, "rb")
        return opened


def form_of(name: str) -> str | None:
    """The form that the file's name says, or None."""
    return next((form for form in FORMS if name.lower().endswith(form)), None)


def find_files(addresses: Sequence[str], *, more_forms: Sequence[str] = ()) -> list[StreamFile]:
    """The files of the stream, in the order of the addresses; those of a folder or glob sorted by name.

    An address is a file, a folder, a glob, or any of these as fsspec writes it (`s3://bucket/news/*.jsonl.gz`,
    `zip://*.jsonl::pages.zip`). Hidden files are passed over. A file named twice is read once.
    Raises CallError for an address that leads to no file of a known form.
    """
    found: dict[tuple[str, str], StreamFile] = {}
    for address in addresses:
        files, path = _at(address)
        names = _names(files, path, address, more_forms)
        for name in names:
            shown = address if len(names) == 1 and name == path else _shown(files, name, address, path)
            form = form_of(name) or next(each for each in more_forms if name.lower().endswith(each))
            found.setdefault(
                (str(files.protocol), name), StreamFile(shown, form, files.size(name), files, name)
            )
    return list(found.values())


def _at(address: str) -> tuple[Any, str]:
    """The file system of an address, and the path in it."""
    try:
        files, path = fsspec.url_to_fs(address)
    except (ImportError, ValueError) as error:  # a protocol whose package is absent, or unknown
        raise CallError(f"{address}: {error}") from error
    return files, path


def _names(files: Any, path: str, address: str, more_forms: Sequence[str]) -> list[str]:
    known = (*FORMS, *more_forms)

    def is_known(name: str) -> bool:
        return name.lower().endswith(tuple(known))

    if is_known(path) and "*" not in path and files.isfile(path):
        return [path]
    if "*" in path:
        inside = files.glob(path)
    elif files.isdir(path):
        inside = files.find(path)
    elif files.exists(path):
        raise CallError(f"{address} is not one of {', '.join(known)}")
    else:
        raise CallError(f"no file or folder {address}")
    root = path.rstrip("/")
    names = sorted(name for name in inside if is_known(name) and "/." not in f"/{name.removeprefix(root)}")
    if not names:
        raise CallError(f"no {', '.join(known)} in {address}")
    return names


def _shown(files: Any, name: str, address: str, path: str) -> str:
    if isinstance(files, LocalFileSystem):
        given = Path(address)
        inside = Path(name)
        return str(given / inside.relative_to(path)) if "*" not in path else _as_given(inside, given)
    return str(files.unstrip_protocol(name))


def _as_given(path: Path, pattern: Path) -> str:
    """A glob's file as the person would write it: relative where the pattern was."""
    return str(path) if pattern.is_absolute() else os.path.relpath(path)


class Folder:
    """A folder at a local path or fsspec address, in which every file is written whole or not at all.

    Locally a file gets its name after all is written; elsewhere the file system itself shows an object only
    once it is whole, as object stores do.
    """

    def __init__(self, address: str) -> None:
        self.address = address
        self._files, self._root = _at(address)
        self._local = isinstance(self._files, LocalFileSystem)

    def _at(self, name: str) -> str:
        return f"{self._root.rstrip('/')}/{name}"

    def write(self, name: str, chunks: Iterable[bytes]) -> None:
        """Write the file. A write that fails leaves what was there."""
        if self._local:
            write_chunks(Path(self._at(name)), chunks)
            return
        with self._files.transaction, self._files.open(self._at(name), "wb") as file:
            for chunk in chunks:
                file.write(chunk)

    def read(self, name: str) -> bytes:
        """The bytes of the file. FileNotFoundError where there is none."""
        data: bytes = self._files.cat_file(self._at(name))
        return data

    def has(self, name: str) -> bool:
        """Whether there is such a file."""
        return bool(self._files.exists(self._at(name)))

    def names(self, inside: str = "") -> set[str]:
        """The names of the files in the folder, or in one inside it; none where there is no folder."""
        where = self._at(inside).rstrip("/")
        self._files.invalidate_cache(where)
        if not self._files.isdir(where):
            return set()
        return {each.rsplit("/", 1)[-1] for each in self._files.ls(where, detail=False)}

    def move(self, name: str, to: str) -> None:
        """Give the file another name in the folder."""
        if self._local:
            Path(self._at(name)).replace(self._at(to))
        else:
            self._files.mv(self._at(name), self._at(to))

    def remove(self, name: str) -> None:
        """Remove the file, or the folder with all that is in it."""
        self._files.rm(self._at(name), recursive=True)
