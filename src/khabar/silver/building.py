"""A silver release: articles with what a model says of them, in the format of a release, apart from gold."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import asdict, dataclass
from pathlib import Path

import khabar
from khabar.corpus import Corpus
from khabar.errors import CallError, DataError
from khabar.files import write_bytes, write_json, write_text
from khabar.release import manifest
from khabar.release.assembly import Checkout, files_of, read_checkout
from khabar.release.manifest import Manifest, Silver, UnshownCounts
from khabar.release.unfinished import folder_beside
from khabar.silver.card import silver_card
from khabar.silver.description import silver_croissant
from khabar.silver.guard import Guard
from khabar.silver.predicting import Pair
from khabar.silver.rows import silver_columns
from khabar.silver.shards import SPLIT, Parts, Shards
from khabar.silver.streaming import check_streamed
from khabar.silver.tally import Tally
from khabar.silver.writing import write_silver
from khabar.text import SEGMENTER

ARTICLES = 10_000
"""Articles in a part: some 20 MB of documents."""
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
    pairs: Iterable[Pair],
    corpus: Corpus,
    out: str | Path,
    *,
    annotator: str,
    version: str,
    per_part: int = ARTICLES,
    without_near: bool = False,
) -> SilverReport:
    """Write a release of what a model (`annotator`) says of the articles, and check it by streaming it.

    An article that is in the corpus, has the text of one in it or is near one is left out, whatever split
    that is in, and told in `<out>-left-out.jsonl`. Raises CallError where `out` is there, or the corpus lacks
    the text of an article (near copies of it could not be told) unless `without_near` allows it; DataError
    at the first record that does not fit the schema or the article's text, for an unknown source, and where
    nothing is left to release.
    """
    out = Path(out).resolve()
    guard = Guard.of(corpus)
    _check_call(out, annotator, version, guard, without_near=without_near)
    checkout = read_checkout(corpus.folder.resolve().parent)
    told = out.with_name(f"{out.name}-left-out.jsonl")
    marks = {
        "khabar.release": version,
        "khabar.canary": checkout.canary.guid,
        "khabar.annotator": annotator,
    }
    with folder_beside(out) as work:
        release, scratch, left_out = work / "release", work / "scratch", work / "left-out.jsonl"
        release.mkdir()
        scratch.mkdir()
        with Shards(release, scratch, silver_columns(corpus.schema), marks, per_part) as shards:
            tally = write_silver(pairs, corpus, annotator, guard, shards, left_out)
            if not tally.counts.articles:
                reasons = ", ".join(f"{count} {why}" for why, count in tally.left_out.items())
                raise DataError.one(out, f"no article is left to release: {reasons or 'there was none'}")
            parts = shards.finish()
        made = _describe(release, corpus, checkout, tally, parts, annotator, version, guard)
        check_streamed(release, made)
        left_out.replace(told)
        release.replace(out)
    return SilverReport(out, made, told)


def _check_call(out: Path, annotator: str, version: str, guard: Guard, *, without_near: bool) -> None:
    if not re.fullmatch(r"\d+\.\d+\.\d+", version):
        raise CallError(f"a version is three numbers such as 1.2.0, found {version!r}")
    if not _ANNOTATOR.fullmatch(annotator):
        raise CallError(f"an annotator is named by a-z, 0-9, . and -, found {annotator!r}")
    if out.exists() and (not out.is_dir() or any(out.iterdir())):
        raise CallError(f"{out} is there; a release is never written over: name a new folder")
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
