"""What a release holds, counted from its rows: the figures of its card and manifest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from rich.table import Table

from khabar.release.manifest import Manifest, SplitCounts
from khabar.release.rows import Row
from khabar.release.tables import Tables
from khabar.text.forms import Unseen, unseen_by_type

OfRow = Callable[[Row], list[str]]


@dataclass(frozen=True, slots=True)
class Tally:
    """How often something occurs in the gold of each split."""

    name: str
    by_split: dict[str, int]

    @property
    def total(self) -> int:
        """Over all splits."""
        return sum(self.by_split.values())


def split_counts(tables: Tables, split: str) -> SplitCounts:
    """The size of a split."""
    documents = tables.rows["documents"][split]
    sentences = tables.rows["ner"][split]
    return SplitCounts(
        articles=len(documents),
        sentences=len(sentences),
        tokens=sum(len(row["tokens"]) for row in sentences),
        entities=sum(len(row["entities"]) for row in documents),
        nested_entities=tables.unshown["ner"][split].nested,
        events=sum(len(row["events"]) for row in documents),
        arguments=sum(len(event["arguments"]) for row in documents for event in row["events"]),
        passes=len(tables.rows["passes"][split]),
    )


def sizes_table(manifest: Manifest) -> Table:
    """The sizes of the splits of a release, for the terminal."""
    table = Table("", *manifest.counts, title=f"Release {manifest.release}")
    for name in SplitCounts.model_fields:
        table.add_row(
            name.replace("_", " "), *(str(getattr(each, name)) for each in manifest.counts.values())
        )
    return table


def total(counts: Mapping[str, SplitCounts]) -> SplitCounts:
    """All splits together."""
    values = [each.model_dump() for each in counts.values()]
    return SplitCounts(**{name: sum(each[name] for each in values) for name in SplitCounts.model_fields})


def entity_tallies(tables: Tables, names: Iterable[str]) -> list[Tally]:
    """Mentions of each type, in the order of `names`; a type that never occurs is there with zeros."""
    return _tallies(tables, names, lambda row: [each["type"] for each in row["entities"]])


def event_tallies(tables: Tables, names: Iterable[str]) -> list[Tally]:
    """Events of each type, as `entity_tallies`."""
    return _tallies(tables, names, lambda row: [each["type"] for each in row["events"]])


def unseen_entities(tables: Tables, names: Iterable[str]) -> dict[str, Unseen] | None:
    """Of each type, the mentions of test whose words are no mention in train; None without those splits."""
    if not {"train", "test"} <= set(tables.splits):
        return None
    train, test = (
        [(each["type"], each["text"]) for row in tables.rows["documents"][split] for each in row["entities"]]
        for split in ("train", "test")
    )
    return unseen_by_type(train, test, names)


def lengths(tables: Tables) -> dict[str, list[int]]:
    """The tokens of each article, by split."""
    found: dict[str, list[int]] = {}
    for split in tables.splits:
        tokens: Counter[str] = Counter()
        for row in tables.rows["ner"][split]:
            tokens[row["article"]] += len(row["tokens"])
        found[split] = list(tokens.values())
    return found


def source_tallies(tables: Tables, names: Iterable[str]) -> list[Tally]:
    """Articles of each source, as `entity_tallies`."""
    return _tallies(tables, names, lambda row: [row["source"]])


def _tallies(tables: Tables, names: Iterable[str], of_row: OfRow) -> list[Tally]:
    counted = {
        split: Counter(name for row in tables.rows["documents"][split] for name in of_row(row))
        for split in tables.splits
    }
    return [Tally(name, {split: counted[split][name] for split in tables.splits}) for name in names]
