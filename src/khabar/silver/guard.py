"""What keeps gold and silver apart: ids, texts, and near copies."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from khabar.corpus import Corpus
from khabar.errors import CallError, DataError, Faults
from khabar.release.manifest import read_manifest
from khabar.release.retrieval import release_folder
from khabar.silver.streaming import documents
from khabar.text.copies import Looked, Originals

NEXT_STEP = (
    "build the silver release again from the same predictions: it leaves out what is in the corpus or near it"
)


@dataclass(frozen=True, slots=True)
class Guard:
    """The articles of a corpus, of any split and of none, against which others are held.

    `without_text` names those whose text is not on this machine: of them id and text's digest are known,
    near copies of them are not.
    """

    digests: Mapping[str, str]
    ids: frozenset[str]
    originals: Originals
    without_text: tuple[str, ...]

    @classmethod
    def of(cls, corpus: Corpus) -> Guard:
        """The guard of that corpus."""
        articles = corpus.articles.values()
        return cls(
            {each.text_sha256: each.id for each in articles},
            frozenset(each.id for each in articles),
            Originals((each.id, each.text) for each in articles if each.text is not None),
            tuple(sorted(corpus.without_text)),
        )

    def reason(self, identifier: str, text_sha256: str, text: str) -> tuple[str, str] | None:
        """Why the article may not be silver, and the article of the corpus that stands against it."""
        if identifier in self.ids:
            return "has the id of an article of the corpus", identifier
        if text_sha256 in self.digests:
            return "has the text of an article of the corpus", self.digests[text_sha256]
        near = self.originals.near(Looked.at(text))
        return ("is near an article of the corpus", near[0].original) if near else None


def check_apart(corpus: Corpus, silver: str | Path) -> None:
    """Raise DataError with every article of the silver release that is in the corpus, or near one there.

    `silver` is a folder or an address, as `khabar.release.verify` takes it. CallError where it is no silver
    release.
    """
    folder = release_folder(silver)
    if read_manifest(folder).silver is None:
        raise CallError(f"{silver} is no silver release")
    guard, faults = Guard.of(corpus), Faults(silver)
    for row in documents(folder):
        if found := guard.reason(row["id"], row["text_sha256"], row["text"]):
            faults.add(row["id"], f"{found[0]}: {found[1]}")
    if faults:
        raise DataError(faults.report(NEXT_STEP))
