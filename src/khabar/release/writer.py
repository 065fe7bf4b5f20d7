"""A release folder, written whole or not at all, and never over another."""

from __future__ import annotations

import re
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import khabar
from khabar.corpus import Corpus
from khabar.errors import CallError, DataError, Faults
from khabar.files import read_text, write_bytes, write_json, write_text
from khabar.release import card, manifest
from khabar.release.citation import Citation, read_citation
from khabar.release.counts import split_counts
from khabar.release.croissant import croissant
from khabar.release.features import columns
from khabar.release.manifest import File, Manifest, UnshownCounts, read_manifest
from khabar.release.parquet import as_parquet
from khabar.release.tables import Tables, make_tables
from khabar.release.verification import check_rows, file_digest
from khabar.text import SEGMENTER

COPIED = ("CHANGELOG.md", "LICENSE", "LICENSE-DATA")
READ = (card.TEMPLATE, "CITATION.cff", *COPIED)
"""What a build takes from the checkout, beside its `annotations`."""


@dataclass(frozen=True, slots=True)
class BuildReport:
    """Where a release is and what it holds; `unchanged` if the very same release was there already."""

    folder: Path
    manifest: Manifest
    unchanged: bool


def build(
    corpus: Corpus, out: str | Path, *, version: str, checkout: str | Path | None = None
) -> BuildReport:
    """Write the release of the corpus to the folder `out`, and check it through the loader first.

    `checkout` holds card template, citation, changelog and licences; by default the folder that holds
    the corpus. Raises DataError where corpus or template are wrong, a split would be empty, the loader
    gives back other rows, or `out` holds this version with another content; CallError where `out` holds
    anything else, or a file of the checkout is missing.
    """
    checkout = Path(checkout) if checkout is not None else corpus.folder.resolve().parent
    out = Path(out).resolve()
    _check_call(out, version, checkout)
    tables = make_tables(corpus)
    with _folder_beside(out) as work:
        made = _write(work, corpus, tables, version, checkout)
        check_rows(work, tables.rows)
        unchanged = _is_release(out)
        if unchanged:
            _check_same(out, work, version)
        else:
            work.replace(out)
    return BuildReport(out, made, unchanged)


def _check_call(out: Path, version: str, checkout: Path) -> None:
    if not re.fullmatch(r"\d+\.\d+\.\d+", version):
        raise CallError(f"a version is three numbers such as 1.2.0, found {version!r}")
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


@contextmanager
def _folder_beside(out: Path) -> Iterator[Path]:
    """A folder on the same disk, gone afterwards unless it was moved to `out`."""
    try:
        out.parent.mkdir(parents=True, exist_ok=True)
        # not a hidden name: the loader passes over hidden folders
        work = Path(tempfile.mkdtemp(dir=out.parent, prefix=f"{out.name}.unfinished-"))
    except OSError as error:
        raise CallError(f"cannot write to {out.parent}: {error.strerror}") from error
    try:
        work.chmod(0o755)  # mkdtemp makes 0700
        yield work
    except OSError as error:
        raise DataError.one(
            out,
            f"could not be written: {error}",
            next_step="nothing was left behind; mend this and build again",
        ) from error
    finally:
        shutil.rmtree(work, ignore_errors=True)


def _write(work: Path, corpus: Corpus, tables: Tables, version: str, checkout: Path) -> Manifest:
    """All files of the release, the manifest last."""
    template = read_text(checkout / card.TEMPLATE)
    citation = read_citation(checkout / "CITATION.cff")
    guid = card.canary(template)
    sizes = _write_data(work, corpus, tables, {"khabar.release": version, "khabar.canary": guid})
    digests = manifest.digests(tables.rows)
    content_digest = manifest.release_digest(digests)
    figures = card.figures(
        corpus, tables, version=version, content_digest=content_digest, citation=citation, sizes=sizes
    )
    write_text(work / "README.md", card.render(template, figures))
    for name in COPIED:
        write_bytes(work / name, (checkout / name).read_bytes())
    _write_croissant(work, corpus, tables, citation, version)
    made = Manifest(
        release=version,
        schema_version=corpus.schema.version,
        segmenter=SEGMENTER,
        written_by=_writers(),
        canary=guid,
        content_digest=content_digest,
        gold={split: each.content_digest for split, each in digests["documents"].items()},
        configs=digests,
        counts={split: split_counts(tables, split) for split in digests["documents"]},
        tags_cannot_show={
            config: {split: UnshownCounts(**asdict(each)) for split, each in splits.items()}
            for config, splits in tables.unshown.items()
        },
        left_out_without_text=tables.without_text,
        left_out_without_split=tables.without_split,
        files=_files(work),
    )
    write_json(work / manifest.NAME, made.model_dump())
    return made


def _write_data(
    work: Path, corpus: Corpus, tables: Tables, marks: dict[str, str]
) -> dict[str, dict[str, card.FileSize]]:
    sizes: dict[str, dict[str, card.FileSize]] = {}
    for config, described in columns(corpus.schema).items():
        sizes[config] = {}
        for split, rows in tables.rows[config].items():
            encoded = as_parquet(rows, described, marks)
            write_bytes(work / data_path(config, split), encoded.data)
            sizes[config][split] = card.FileSize(len(encoded.data), encoded.arrow_bytes)
    return sizes


def data_path(config: str, split: str) -> str:
    """Where the rows of a configuration and split are in a release folder."""
    return f"data/{config}/{split}-00000-of-00001.parquet"


def _write_croissant(work: Path, corpus: Corpus, tables: Tables, citation: Citation, version: str) -> None:
    documents = [row for rows in tables.rows["documents"].values() for row in rows]
    files = {
        config: {
            split: (data_path(config, split), _file(work / data_path(config, split))) for split in splits
        }
        for config, splits in tables.rows.items()
    }
    value = croissant(
        columns(corpus.schema),
        files,
        citation,
        version=version,
        text_licences=sorted({row["licence"] for row in documents}),
        languages=sorted({row["language"] for row in documents}),
    )
    write_json(work / "croissant.json", value)


def _writers() -> dict[str, str]:
    import pyarrow as pa

    return {"khabar": khabar.__version__, "pyarrow": pa.__version__}


def _files(folder: Path) -> dict[str, File]:
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): _file(path) for path in paths}


def _file(path: Path) -> File:
    return File(bytes=path.stat().st_size, sha256=file_digest(path))


def _check_same(out: Path, work: Path, version: str) -> None:
    """Raise DataError unless every file is the same: a release is never bent."""
    there, new = _files(out), _files(work)
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
