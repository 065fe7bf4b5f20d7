"""What went into a silver release, counted: a few numbers, and eight bytes for each id."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass, field

from khabar.alignment import Unshown
from khabar.files import sha256
from khabar.release.manifest import SplitCounts
from khabar.silver.making import Made


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

    def add(self, made: Made) -> None:
        """Count an article that is in the release."""
        self.counts += SplitCounts(**made.counts)
        for config, each in made.unshown.items():
            self.unshown[config] += each
        self.sources[made.source] += 1
        self.licences[made.licence] += 1
        self.languages[made.language] += 1
