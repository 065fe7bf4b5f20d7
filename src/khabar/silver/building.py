"""A silver release: articles with what a model says of them, in the format of a release, apart from gold."""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import asdict, dataclass
from itertools import chain
from pathlib import Path
from typing import Any

import khabar
from khabar.corpus import Corpus
from khabar.errors import CallError, DataError
from khabar.files import content_digest, write_bytes, write_json, write_text
from khabar.release import manifest
from khabar.release.assembly import Checkout, files_of, read_checkout
from khabar.release.manifest import Manifest, Silver, UnshownCounts
from khabar.release.versions import numbers
from khabar.silver.card import silver_card
from khabar.silver.description import silver_croissant
from khabar.silver.guard import Guard
from khabar.silver.making import MakeShard
from khabar.silver.parts import Parts, WritePart, part_path, write_parts
from khabar.silver.predicting import Trained, with_predictions
from khabar.silver.rows import SPLIT, silver_columns
from khabar.silver.settling import settle
from khabar.silver.streaming import check_streamed
from khabar.silver.tally import Tally
from khabar.streams import Limits, StreamFile, find_files, read_records, size_of
from khabar.streams.articles import stream_files
from khabar.streams.resuming import do_shards
from khabar.streams.shards import cut
from khabar.streams.unfinished import unfinished
from khabar.terminal import meter, progress_of
from khabar.text import SEGMENTER
from khabar.workers import cores

ARTICLES = 10_000
"""Articles in a part: some 20 MB of documents."""
SHARD = 500
"""Articles that are predicted before what was made of them is kept."""
LIMITS = Limits(seconds=600, megabytes=4096)
"""What one article may take."""
_LICENCES = ("LICENSE", "LICENSE-DATA")
_ANNOTATOR = re.compile(r"[a-z0-9]+(?:[-.][a-z0-9]+)*")


@dataclass(frozen=True, slots=True)
class SilverReport:
    """Where the release is, what it holds, and, beside it, the list of what was left out of it."""

    folder: Path
    manifest: Manifest
    left_out: Path

    @property
    def remarks(self) -> list[str]:
        """What was left out and why, and where the release is: a line each."""
        silver = self.manifest.silver
        said = [f"{count} left out: {why}" for why, count in (silver.left_out if silver else {}).items()]
        said += [f"each of them: {self.left_out}"] if said else []
        if silver and silver.not_compared:
            said.append(f"near copies of {len(silver.not_compared)} articles could not be told: no text here")
        return [*said, f"silver {self.manifest.release} written and checked by streaming it: {self.folder}"]


def build_silver(
    articles: Sequence[str],
    says: Trained | Sequence[str],
    corpus: Corpus,
    out: str | Path,
    *,
    annotator: str,
    version: str,
    per_part: int = ARTICLES,
    without_near: bool = False,
    workers: int | None = None,
    shard: int = SHARD,
) -> SilverReport:
    """Write a release of what a model (`annotator`) says of the articles, and check it by streaming it.

    `articles` are addresses as `khabar.streams.read_stream` takes them; `says` is the model, or addresses of
    submission records in the order of the articles. An article that is in the corpus, has the text of one in
    it or is near one is left out, whatever split that is in, and told in `<out>-left-out.jsonl`. A run that
    was stopped is gone on with: until the release is there, `<out>.unfinished` keeps what was made of every
    `shard` articles. Files do not depend on `workers` (every core by default), nor on `shard`.

    Raises CallError as `khabar.streams.unfinished.unfinished` does, and where the corpus lacks the text of an
    article (near copies of it could not be told) unless `without_near` allows it; DataError with the faults
    of the first shard that has records which fit neither schema nor article's text, or an unknown source, and
    where nothing is left to release.
    """
    out = Path(out).resolve()
    guard = Guard.of(corpus)
    _check_call(annotator, version, guard, without_near=without_near)
    checkout = read_checkout(corpus.folder.resolve().parent)
    files = stream_files(articles)
    predictions = [] if isinstance(says, Trained) else find_files(says)
    marks = {
        "khabar.release": version,
        "khabar.canary": checkout.canary.guid,
        "khabar.annotator": annotator,
    }
    identity = {
        **_identity(files, predictions, corpus),
        **(says.learnt if isinstance(says, Trained) else {}),
        **marks,
        "articles in a part": per_part,
        "shard": shard,
    }
    told = out.with_name(f"{out.name}-left-out.jsonl")
    with unfinished(out, identity) as run:
        if run.is_put:
            return SilverReport(out, manifest.read_manifest(out), told)
        model = says.model if isinstance(says, Trained) else None
        make = MakeShard(run.folder, corpus.schema, tuple(corpus.sources), guard, annotator, model)
        shards = cut(files, shard)
        if model is None:
            shards = with_predictions(shards, chain.from_iterable(map(read_records, predictions)))
        processes = workers or cores()
        with meter("Predicting", total=size_of(articles), unit="articles") as tell:
            count = do_shards(make, run.folder, shards, workers=processes, limits=LIMITS, tell=tell)
        columns = silver_columns(corpus.schema)
        left_out, release = run.path / "left-out.jsonl", run.path / "release"
        settled = settle(run.folder, count, columns, per_part=per_part, left_out=left_out)
        if settled.parts:
            write = WritePart(run.folder, release, columns, marks, len(settled.parts))
            with progress_of("Writing", len(settled.parts)) as wrote:
                written = write_parts(write, settled.parts, workers=processes, tell=wrote)
            parts = {
                config: Parts(rows, [each[config] for each in written])
                for config, rows in settled.rows.items()
            }
            _clear(
                release,
                {part_path(config, each, len(written)) for config in parts for each in range(len(written))},
            )
            made = _describe(release, corpus, checkout, settled.tally, parts, annotator, version, guard)
            check_streamed(release, made)
            left_out.replace(told)
            run.put(release)
            return SilverReport(out, made, told)
    reasons = ", ".join(f"{count} {why}" for why, count in settled.tally.left_out.items())
    raise DataError.one(out, f"no article is left to release: {reasons or 'there was none'}")


def _clear(release: Path, parts: Collection[str]) -> None:
    """Remove all but these: a run that was stopped may have left its description, or pieces of it."""
    for path in release.rglob("*"):
        if path.is_file() and path.relative_to(release).as_posix() not in parts:
            path.unlink()


def _identity(
    files: Sequence[StreamFile], predictions: Sequence[StreamFile], corpus: Corpus
) -> dict[str, Any]:
    """What must be the same for a stopped run to be gone on with, beside the terms of the release."""
    import pyarrow as pa

    return {
        "khabar": khabar.__version__,
        "pyarrow": pa.__version__,
        "segmenter": SEGMENTER,
        "inputs": [each.address for each in files],
        "predictions": [each.address for each in predictions],
        "schema": content_digest([corpus.schema.model_dump(mode="json")]),
        "corpus": content_digest(
            [each.id, each.text_sha256, each.text is None] for _, each in sorted(corpus.articles.items())
        ),
    }


def _check_call(annotator: str, version: str, guard: Guard, *, without_near: bool) -> None:
    numbers(version)
    if not _ANNOTATOR.fullmatch(annotator):
        raise CallError(f"an annotator is named by a-z, 0-9, . and -, found {annotator!r}")
    if guard.without_text and not without_near:
        raise CallError(
            f"the texts of {len(guard.without_text)} articles of the corpus are not on this machine "
            f"({', '.join(guard.without_text)}), so near copies of them could not be kept out; name the "
            "folder of their texts (--texts, KHABAR_TEXTS), or allow it with --without-near"
        )


def _describe(
    release: Path,
    corpus: Corpus,
    checkout: Checkout,
    tally: Tally,
    parts: dict[str, Parts],
    annotator: str,
    version: str,
    guard: Guard,
) -> Manifest:
    """Write card, Croissant, licences and manifest."""
    import pyarrow as pa

    data = files_of(release)
    configs = {config: {SPLIT: each.rows} for config, each in parts.items()}
    digest = manifest.release_digest(configs)
    silver = Silver(
        annotator=annotator,
        left_out=dict(sorted(tally.left_out.items())),
        not_compared=list(guard.without_text),
    )
    write_text(
        release / "README.md",
        silver_card(corpus, checkout, tally, parts, silver=silver, version=version, content_digest=digest),
    )
    write_json(
        release / "croissant.json",
        silver_croissant(corpus, checkout, tally, parts, data, annotator=annotator, version=version),
    )
    for name in _LICENCES:
        write_bytes(release / name, (checkout.folder / name).read_bytes())
    theirs = {name: count for name, count in sorted(tally.sources.items()) if corpus.sources[name].standoff}
    made = Manifest(
        release=version,
        schema_version=corpus.schema.version,
        segmenter=SEGMENTER,
        written_by={"khabar": khabar.__version__, "pyarrow": pa.__version__},
        canary=checkout.canary.guid,
        content_digest=digest,
        gold={},
        configs=configs,
        counts={SPLIT: tally.counts},
        tags_cannot_show={
            config: {SPLIT: UnshownCounts(**asdict(each))} for config, each in tally.unshown.items()
        },
        left_out_without_text={},
        left_out_by_licence={},
        left_out_without_split=[],
        texts_of_others=theirs,
        not_to_be_passed_on={
            name: count for name, count in theirs.items() if not corpus.sources[name].may_be_passed_on
        },
        held_out=None,
        keep_private=False,
        silver=silver,
        files=files_of(release, data),
    )
    write_json(release / manifest.NAME, made.model_dump())
    return made
