"""What went into a silver release, counted: a few numbers, and eight bytes for each id."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from khabar.alignment import Unshown
from khabar.corpus import Article
from khabar.files import sha256
from khabar.release.manifest import SplitCounts
from khabar.silver.rows import SilverRows


@dataclass(slots=True)
class Tally:
    """The counts of a release in the making."""

    counts: SplitCounts = field(default_factory=SplitCounts.none)
    unshown: dict[str, Unshown] = field(default_factory=lambda: {"ner": Unshown(), "triggers": Unshown()})
    sources: Counter[str] = field(default_factory=Counter)
    licences: Counter[str] = field(default_factory=Counter)
    languages: Counter[str] = field(default_factory=Counter)
    left_out: Counter[str] = field(default_factory=Counter)
    """By reason."""
    _ids: set[bytes] = field(default_factory=set)

    def is_new(self, identifier: str) -> bool:
        """Whether no article before had the id (or, at a million articles once in 10⁷, its short digest)."""
        short = bytes.fromhex(sha256(identifier)[:16])
        if short in self._ids:
            return False
        self._ids.add(short)
        return True

    def add(self, article: Article, made: SilverRows) -> None:
        """Count an article that is in the release."""
        self.counts += made.counts
        for config, each in made.unshown.items():
            self.unshown[config] += each
        self.sources[article.source] += 1
        self.licences[article.licence] += 1
        self.languages[article.language] += 1
