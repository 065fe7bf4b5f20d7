"""The files of a release folder: data, card, pictures, Croissant, licences, and the manifest last."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import khabar
from khabar.corpus import Corpus
from khabar.files import read_text, write_bytes, write_json, write_text
from khabar.release import card, charts, manifest, plots
from khabar.release.citation import Citation, read_citation
from khabar.release.counts import entity_tallies, event_tallies, lengths, source_tallies, split_counts
from khabar.release.croissant import croissant
from khabar.release.features import columns
from khabar.release.manifest import File, Manifest, UnshownCounts
from khabar.release.pairs import Pair
from khabar.release.parquet import as_parquet
from khabar.release.tables import Tables
from khabar.release.verification import file_digest
from khabar.text import SEGMENTER

_CHANGELOG = "CHANGELOG.md"
_LICENCES = ("LICENSE", "LICENSE-DATA")
READ = (card.TEMPLATE, "CITATION.cff", _CHANGELOG, *_LICENCES)
"""What a build takes from the checkout, beside its `annotations`."""


@dataclass(frozen=True, slots=True)
class Checkout:
    """What a release takes from its checkout beside the corpus."""

    folder: Path
    template: str
    citation: Citation

    @property
    def canary(self) -> card.Canary:
        """The canary of the card's template."""
        return card.canary(self.template)


def read_checkout(folder: Path) -> Checkout:
    """Raises DataError where a file of it is malformed."""
    return Checkout(folder, read_text(folder / card.TEMPLATE), read_citation(folder / "CITATION.cff"))


@dataclass(frozen=True, slots=True)
class Contents:
    """What a release holds: figures are of `gold`, files of `shown`, which may lack the labels of a split."""

    corpus: Corpus
    gold: Tables
    shown: Tables
    version: str
    held_out: str | None = None
    keep_private: bool = False


def write_release(work: Path, contents: Contents, checkout: Checkout) -> Manifest:
    """Write all files of the release into the folder `work`, the manifest last."""
    corpus, tables, version = contents.corpus, contents.gold, contents.version
    canary = checkout.canary
    marks = {"khabar.release": version, "khabar.canary": canary.guid}
    sizes = _write_data(work, corpus, contents.shown, marks)
    digests = manifest.digests(contents.shown.rows)
    gold = digests["documents"] if contents.held_out is None else manifest.digests(tables.rows)["documents"]
    content_digest = manifest.release_digest(digests)
    figures = card.figures(
        corpus,
        tables,
        version=version,
        content_digest=content_digest,
        citation=checkout.citation,
        sizes=sizes,
        held_out=contents.held_out,
        keep_private=contents.keep_private,
    )
    write_text(work / "README.md", card.render(checkout.template, figures))
    _write_plots(work / plots.FOLDER, contents, figures["pairs"], canary)
    changelog = read_text(checkout.folder / _CHANGELOG)
    write_text(work / _CHANGELOG, f"{changelog.rstrip()}\n\n<!-- {canary.line} -->\n")
    for name in _LICENCES:  # as they are: nobody may bend the words of a licence
        write_bytes(work / name, (checkout.folder / name).read_bytes())
    _write_croissant(work, contents, checkout)
    made = Manifest(
        release=version,
        schema_version=corpus.schema.version,
        segmenter=SEGMENTER,
        written_by=_writers(),
        canary=canary.guid,
        content_digest=content_digest,
        gold={split: each.content_digest for split, each in gold.items()},
        configs=digests,
        counts={split: split_counts(tables, split) for split in tables.splits},
        tags_cannot_show={
            config: {split: UnshownCounts(**asdict(each)) for split, each in splits.items()}
            for config, splits in tables.unshown.items()
        },
        left_out_without_text=tables.without_text,
        left_out_without_split=tables.without_split,
        texts_of_others=_texts_of_others(corpus, tables),
        held_out=contents.held_out,
        keep_private=contents.keep_private,
        files=files_of(work),
    )
    write_json(work / manifest.NAME, made.model_dump())
    return made


def _texts_of_others(corpus: Corpus, tables: Tables) -> dict[str, int]:
    tallies = source_tallies(tables, corpus.sources)
    return {each.name: each.total for each in tallies if each.total and corpus.sources[each.name].standoff}


def _write_data(
    work: Path, corpus: Corpus, tables: Tables, marks: Mapping[str, str]
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


def _write_plots(folder: Path, contents: Contents, pairs: Sequence[Pair], canary: card.Canary) -> None:
    schema, tables = contents.corpus.schema, contents.gold
    drawn = {
        "entity-types": plots.of_tallies("Entity mentions", entity_tallies(tables, schema.entities)),
        "event-types": plots.of_tallies("Events", event_tallies(tables, schema.events)),
        "lengths": plots.of_lengths("Articles by their number of tokens", lengths(tables)),
    }
    if pairs:
        drawn["agreement"] = plots.of_agreement("Agreement before adjudication (F1)", pairs)
    for name, chart in drawn.items():
        write_text(folder / f"{name}.svg", charts.as_svg(chart, canary.line))


def _write_croissant(work: Path, contents: Contents, checkout: Checkout) -> None:
    tables = contents.shown
    documents = [row for rows in tables.rows["documents"].values() for row in rows]
    files = {
        config: {
            split: (data_path(config, split), _file(work / data_path(config, split))) for split in splits
        }
        for config, splits in tables.rows.items()
    }
    value = croissant(
        columns(contents.corpus.schema),
        files,
        checkout.citation,
        version=contents.version,
        text_licences=sorted({row["licence"] for row in documents}),
        languages=sorted({row["language"] for row in documents}),
        canary=checkout.canary.line,
        held_out=contents.held_out,
    )
    write_json(work / "croissant.json", value)


def _writers() -> dict[str, str]:
    import pyarrow as pa

    return {"khabar": khabar.__version__, "pyarrow": pa.__version__}


def files_of(folder: Path) -> dict[str, File]:
    """Size and digest of every file below the folder."""
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    return {path.relative_to(folder).as_posix(): _file(path) for path in paths}


def _file(path: Path) -> File:
    return File(bytes=path.stat().st_size, sha256=file_digest(path))
