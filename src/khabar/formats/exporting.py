"""Out of the corpus or a release into a format: what is written, and what the format could not hold."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from khabar.corpus import SPLITS, Corpus
from khabar.errors import CallError, DataError
from khabar.files import write_bytes
from khabar.folders import folder_beside
from khabar.formats import brat, conll2003, conllu_plus, docbin, oneie
from khabar.formats.model import AnnotatedText, Export, of_annotation, of_row
from khabar.schema import Schema

CONFIGS = ("documents", "passes")
_ROWS_AT_A_TIME = 100


class Kind(StrEnum):
    """The formats, by the names the program takes."""

    conll2003 = "conll2003"
    conllu_plus = "conllu-plus"
    brat = "brat"
    oneie = "oneie"
    docbin = "docbin"


@dataclass(frozen=True, slots=True)
class Exported:
    """Files that were written, how many articles are in them, and what they could not hold."""

    files: tuple[Path, ...]
    articles: int
    lost: Counter[str]


def of_release(
    folder: Path, *, config: str = "documents", split: str = ""
) -> tuple[dict[str, list[AnnotatedText]], list[str]]:
    """The articles of a release folder by the name of the file they go to: split, or annotator and split.

    And the articles whose labels the release holds out. Raises CallError where the folder has no such
    configuration or split, or holds all its labels out, DataError where a file is torn.
    """
    if config not in CONFIGS:
        raise CallError(f"articles are in the configurations {', '.join(CONFIGS)}, not in {config!r}")
    found: dict[str, list[AnnotatedText]] = {}
    held_out: list[str] = []
    for name in _wanted(split):
        for path in sorted((folder / "data" / config).glob(f"{name}-*.parquet")):
            for row in _rows(path):
                if row["entities"] is None:  # null is held out, [] is none
                    held_out.append(str(row["id"]))
                    continue
                annotator = f"{row['annotator']}/" if config == "passes" else ""
                found.setdefault(f"{annotator}{name}", []).append(of_row(row))
    if not found and held_out:
        raise CallError(
            f"{folder} holds the labels of {split} out; name the folder that has them, or another --split"
        )
    if not found:
        raise CallError(f"no data/{config}/{split or '<split>'}-*.parquet in {folder}: is it a release?")
    return found, held_out


def _wanted(split: str) -> tuple[str, ...]:
    if split and split not in SPLITS:
        raise CallError(f"no split {split!r} (there are {', '.join(SPLITS)})")
    return (split,) if split else SPLITS


def _rows(path: Path) -> Iterator[Mapping[str, object]]:
    """The rows of the file, of which few are held at a time."""
    from pyarrow import ArrowInvalid, parquet  # seconds to import, and only releases need it

    try:
        with parquet.ParquetFile(path) as file:
            for batch in file.iter_batches(_ROWS_AT_A_TIME):
                yield from batch.to_pylist()
    except (ArrowInvalid, OSError) as error:
        raise DataError.one(
            path, f"not a Parquet file: {error}", next_step="fetch the release again"
        ) from error


def of_corpus(
    corpus: Corpus, *, config: str = "documents", split: str = ""
) -> tuple[dict[str, list[AnnotatedText]], list[str]]:
    """As `of_release`, from gold or passes; and the articles whose text is not on this machine."""
    if config not in CONFIGS:
        raise CallError(f"articles are in the configurations {', '.join(CONFIGS)}, not in {config!r}")
    layers = {"": "gold"} if config == "documents" else {f"{name}/": name for name in corpus.pass_names}
    found: dict[str, list[AnnotatedText]] = {}
    missing: dict[str, None] = {}
    for prefix, layer in layers.items():
        said = {each.article: each for each in corpus.annotations(layer)}
        for name in _wanted(split):
            for article in sorted(said.keys() & set(corpus.splits[name])):
                text = corpus.articles[article].text
                if text is None:
                    missing[article] = None
                else:
                    found.setdefault(f"{prefix}{name}", []).append(of_annotation(said[article], text))
    return found, list(missing)


def write(
    texts: Mapping[str, list[AnnotatedText]],
    kind: Kind,
    out: Path,
    schema: Schema,
    *,
    triggers: bool = False,
    window: oneie.Window = oneie.Window.sentence,
) -> Exported:
    """Write the articles into the folder `out`, which must be new or empty: all of them or nothing."""
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise CallError(f"{out} is there and holds something; name a new folder")
    made = [_export(kind, given, name, schema, triggers, window) for name, given in texts.items()]
    files = {name: content for each in made for name, content in each.files.items()}
    _write_whole(out, files)
    lost = sum((each.lost for each in made), Counter[str]())
    return Exported(tuple(out / name for name in files), sum(map(len, texts.values())), lost)


def _write_whole(out: Path, files: Mapping[str, bytes]) -> None:
    """The files, under a name of their own until all are there."""
    with folder_beside(out, doing="export") as work:
        for name, content in files.items():
            write_bytes(work / name, content)
        work.replace(out)


def _export(
    kind: Kind,
    given: list[AnnotatedText],
    name: str,
    schema: Schema,
    triggers: bool,
    window: oneie.Window,
) -> Export:
    match kind:
        case Kind.conll2003:
            return conll2003.write(given, name, triggers=triggers)
        case Kind.conllu_plus:
            return conllu_plus.write(given, name)
        case Kind.brat:
            return brat.write(given, name, schema)
        case Kind.oneie:
            return oneie.write(given, name, window=window)
        case Kind.docbin:
            return docbin.write(given, name, schema)
