"""Records to articles inside a task of another engine, in a process of their own and within limits."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice

from khabar.article_list import Article
from khabar.streams import Conversion, Duplicate, Limits, Quarantined, Record
from khabar.streams.pool import run

Found = Article | Quarantined | Duplicate
_AT_ONCE = 100


@dataclass(frozen=True, slots=True)
class ConvertRecords:
    """The job of the process: what each record gives."""

    conversion: Conversion

    def __call__(
        self, task: list[Record], begin: Callable[[int], None], refused: Mapping[int, str]
    ) -> list[Found]:
        """In the order of the records."""
        found: list[Found] = []
        for number, record in enumerate(task):
            if number in refused:
                found.append(Quarantined(record.place, "limit", refused[number]))
            else:
                begin(number)
                found.append(self.conversion.convert(record))
        return found


def converted(records: Iterable[Record], conversion: Conversion, limits: Limits) -> Iterator[Found]:
    """What each record gives, in order."""
    coming = iter(records)
    batches = iter(lambda: list(islice(coming, _AT_ONCE)), [])
    for _, found in run(ConvertRecords(conversion), enumerate(batches), workers=1, limits=limits):
        yield from found
