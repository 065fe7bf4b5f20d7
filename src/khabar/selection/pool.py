"""The best candidates of each event type, as many as may be needed: memory does not grow with the stream."""

from __future__ import annotations

from bisect import insort
from collections.abc import Iterable, Sequence

from khabar.files import sha256
from khabar.selection.looking import Candidate

NO_EVENT = ""
"""The type under which articles without a predicted event are kept."""

_Ranked = tuple[float, str, str, Candidate]


class Pool:
    """Candidates by predicted event type, the least sure first; of equally unsure ones the seed decides.

    What is in it does not depend on the order in which candidates are offered, if no id comes twice.
    """

    def __init__(self, types: Iterable[str], *, size: int, seed: int) -> None:
        self._size = size
        self._seed = seed
        self._ranked: dict[str, list[_Ranked]] = {each: [] for each in (*types, NO_EVENT)}

    def offer(self, candidate: Candidate) -> None:
        """Keep it under each type of its events where it is among the best."""
        drawn = sha256(f"{self._seed}:{candidate.article.id}")
        ranked = (-candidate.glance.uncertainty, drawn, candidate.article.id, candidate)
        for name in candidate.glance.events or (NO_EVENT,):
            kept = self._ranked[name]
            if len(kept) == self._size and kept[-1][:3] <= ranked[:3]:
                continue
            if any(each[2] == ranked[2] for each in kept):
                continue
            insort(kept, ranked, key=lambda each: each[:3])
            del kept[self._size :]

    @property
    def types(self) -> Sequence[str]:
        """Event types, and last `NO_EVENT`."""
        return tuple(self._ranked)

    def of(self, name: str) -> list[Candidate]:
        """The candidates of a type, the best first."""
        return [each[3] for each in self._ranked[name]]
