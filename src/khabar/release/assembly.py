"""The files of a release folder: data, card, pictures, Croissant, licences, and the manifest last."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path

import khabar
from khabar.corpus import Corpus
from khabar.files import read_text, write_bytes, write_json, write_text
from khabar.release import benchmark_file, card, charts, manifest, plots
from khabar.release.citation import Citation, read_citation
from khabar.release.counts import Census
from khabar.release.croissant import croissant
from khabar.release.data_files import DataFiles, data_path, write_data
from khabar.release.features import columns
from khabar.release.manifest import File, Manifest, UnshownCounts
from khabar.release.pairs import Pair
from khabar.release.plan import Plan
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


def write_release(work: Path, copies: Path, plan: Plan, checkout: Checkout) -> tuple[Manifest, DataFiles]:
    """Write all files of the release into the folder `work`, the manifest last, and copies of its rows.

    Raises DataError with every fault of the corpus, when all of it has been read.
    """
    corpus, version, canary = plan.corpus, plan.version, checkout.canary
    census = Census(corpus, plan.splits)
    data = write_data(work, copies, plan, census, {"khabar.release": version, "khabar.canary": canary.guid})
    digests = {
        config: {split: each.rows for split, each in splits.items()}
        for config, splits in data.written.items()
    }
    content_digest = manifest.release_digest(digests)
    figures = card.figures(
        corpus,
        census,
        version=version,
        content_digest=content_digest,
        citation=checkout.citation,
        written=data.written,
        held_out=plan.held_out,
        keep_private=plan.alone is not None,
    )
    write_text(work / "README.md", card.render(checkout.template, figures))
    _write_plots(work / plots.FOLDER, census, figures["pairs"], canary)
    changelog = read_text(checkout.folder / _CHANGELOG)
    write_text(work / _CHANGELOG, f"{changelog.rstrip()}\n\n<!-- {canary.line} -->\n")
    for name in _LICENCES:  # as they are: nobody may bend the words of a licence
        write_bytes(work / name, (checkout.folder / name).read_bytes())
    _write_croissant(work, plan, data, census, checkout)
    if plan.alone is None:
        _write_benchmark_file(work, data, checkout)
    theirs = _texts_of_others(corpus, census)
    made = Manifest(
        release=version,
        schema_version=corpus.schema.version,
        segmenter=SEGMENTER,
        written_by=_writers(),
        canary=canary.guid,
        content_digest=content_digest,
        gold={split: each.content_digest for split, each in {**digests["documents"], **data.hidden}.items()},
        configs=digests,
        counts=census.sizes,
        tags_cannot_show={
            config: {split: UnshownCounts(**asdict(each)) for split, each in splits.items()}
            for config, splits in census.unshown.items()
        },
        left_out_without_text=_of(plan, census.left_out.without_text),
        left_out_by_licence=_of(plan, census.left_out.by_licence),
        left_out_without_split=[] if plan.alone else census.left_out.without_split,
        texts_of_others=theirs,
        not_to_be_passed_on={
            name: count for name, count in theirs.items() if not corpus.sources[name].may_be_passed_on
        },
        held_out=plan.held_out,
        keep_private=plan.alone is not None,
        files=files_of(work),
    )
    write_json(work / manifest.NAME, made.model_dump())
    return made, data


def _of(plan: Plan, left_out: Mapping[str, list[str]]) -> dict[str, list[str]]:
    return {split: ids for split, ids in left_out.items() if split in plan.splits}


def _texts_of_others(corpus: Corpus, census: Census) -> dict[str, int]:
    tallies = census.source_tallies(corpus.sources)
    return {each.name: each.total for each in tallies if each.total and corpus.sources[each.name].standoff}


def _write_plots(folder: Path, census: Census, pairs: Sequence[Pair], canary: card.Canary) -> None:
    drawn = {
        "entity-types": plots.of_tallies("Entity mentions", census.entity_tallies()),
        "event-types": plots.of_tallies("Events", census.event_tallies()),
        "lengths": plots.of_lengths("Articles by their number of tokens", census.lengths),
    }
    if pairs:
        drawn["agreement"] = plots.of_agreement("Agreement before adjudication (F1)", pairs)
    for name, chart in drawn.items():
        write_text(folder / f"{name}.svg", charts.as_svg(chart, canary.line))


def _write_croissant(work: Path, plan: Plan, data: DataFiles, census: Census, checkout: Checkout) -> None:
    files = {
        config: {
            split: {data_path(config, split): _file(work / data_path(config, split))} for split in splits
        }
        for config, splits in data.written.items()
    }
    value = croissant(
        columns(plan.corpus.schema),
        files,
        checkout.citation,
        version=plan.version,
        text_licences=sorted(census.licences),
        languages=sorted(census.languages),
        canary=checkout.canary.line,
        held_out=plan.held_out,
    )
    write_json(work / "croissant.json", value)


def _write_benchmark_file(work: Path, data: DataFiles, checkout: Checkout) -> None:
    text = benchmark_file.benchmark_file(checkout.citation, data.written, checkout.canary.line)
    if text is not None:
        write_text(work / benchmark_file.NAME, text)


def _writers() -> dict[str, str]:
    import pyarrow as pa

    return {"khabar": khabar.__version__, "pyarrow": pa.__version__}


def files_of(folder: Path, known: Mapping[str, File] | None = None) -> dict[str, File]:
    """Size and digest of every file below the folder; those `known` are not read again."""
    known = known or {}
    paths = sorted(path for path in folder.rglob("*") if path.is_file())
    names = [path.relative_to(folder).as_posix() for path in paths]
    return {name: known.get(name) or _file(path) for name, path in zip(names, paths, strict=True)}


def _file(path: Path) -> File:
    return File(bytes=path.stat().st_size, sha256=file_digest(path))
