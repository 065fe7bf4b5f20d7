"""Random moments to kill something at, however busy the machine is."""

from __future__ import annotations

import random


class Moments:
    """Seconds drawn from a work's length, which nobody knows before: it hangs on what else runs.

    A moment that came too late halves the time they are drawn from, one in time makes it a tenth longer, so
    that most are in time from the first few on.
    """

    def __init__(self, seed: int, longest: float) -> None:
        self._random = random.Random(seed)
        self.longest = longest

    def draw(self) -> float:
        return self._random.uniform(0, self.longest)

    def was(self, *, in_time: bool) -> None:
        """Whether the work still went on at the last moment."""
        self.longest *= 1.1 if in_time else 0.5
