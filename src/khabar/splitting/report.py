"""What the splits hold: instances of each type, and how much of test was not seen in train."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from rich.table import Table

from khabar.corpus import Corpus
from khabar.document import Annotation
from khabar.splitting.features import counts_of, least_in_test
from khabar.text.forms import Named, Unseen, unseen_by_type


@dataclass(frozen=True, slots=True)
class Row:
    """A source or type: its instances by split, and how many of test have words unseen in train."""

    kind: str
    name: str
    by_split: Mapping[str, int]
    unseen: Unseen | None = None

    @property
    def total(self) -> int:
        """Over all splits."""
        return sum(self.by_split.values())


@dataclass(frozen=True, slots=True)
class SplitReport:
    """Articles per split, a row per source, event type and entity type, and mentions and triggers unseen."""

    articles: Mapping[str, int]
    rows: tuple[Row, ...]
    mentions: Unseen
    triggers: Unseen

    @property
    def short(self) -> tuple[str, ...]:
        """Event types of which test has too few, though there are enough in all."""
        return tuple(
            each.name
            for each in self.rows
            if each.kind == "event" and each.by_split["test"] < least_in_test(each.total)
        )

    def as_json(self) -> dict[str, Any]:
        """For `--format json`."""
        return {
            "articles": dict(self.articles),
            "rows": [
                {"kind": each.kind, "name": each.name, **each.by_split, "unseen": _as_json(each.unseen)}
                for each in self.rows
            ],
            "mentions": _as_json(self.mentions),
            "triggers": _as_json(self.triggers),
        }


def _as_json(unseen: Unseen | None) -> dict[str, Any] | None:
    return None if unseen is None else asdict(unseen) | {"share": unseen.share}


def report_of(corpus: Corpus, splits: Mapping[str, Sequence[str]]) -> SplitReport:
    """The report of these splits, over the articles in them that have gold."""
    gold = {
        split: [corpus.gold[each] for each in ids if each in corpus.gold] for split, ids in splits.items()
    }
    counts = {split: counts_of(corpus, [each.article for each in given]) for split, given in gold.items()}
    unseen = {
        "entity": unseen_by_type(_mentions(gold["train"]), _mentions(gold["test"]), corpus.schema.entities),
        "event": unseen_by_type(_triggers(gold["train"]), _triggers(gold["test"]), corpus.schema.events),
    }
    names: dict[str, Iterable[str]] = {
        "source": corpus.sources,
        "event": corpus.schema.events,
        "entity": corpus.schema.entities,
    }
    rows = [
        Row(
            kind,
            name,
            {split: counts[split][kind, name] for split in splits},
            unseen[kind][name] if kind in unseen else None,
        )
        for kind, known in names.items()
        for name in known
    ]
    return SplitReport(
        {split: len(given) for split, given in gold.items()},
        tuple(rows),
        _all(unseen["entity"].values()),
        _all(unseen["event"].values()),
    )


def _all(parts: Iterable[Unseen]) -> Unseen:
    listed = list(parts)
    return Unseen(sum(each.unseen for each in listed), sum(each.total for each in listed))


def _mentions(gold: Iterable[Annotation]) -> list[Named]:
    return [(each.type, each.text) for annotation in gold for each in annotation.entities]


def _triggers(gold: Iterable[Annotation]) -> list[Named]:
    return [(each.type, each.trigger.text) for annotation in gold for each in annotation.events]


def splits_table(report: SplitReport) -> Table:
    """The report for the terminal."""
    table = Table("", "", *report.articles, "total", "unseen in train, of test", title="Splits")
    table.add_row("articles", "", *map(str, report.articles.values()), str(sum(report.articles.values())), "")
    last = ""
    for each in report.rows:
        if each.kind != last:
            table.add_section()
        counts = map(str, each.by_split.values())
        table.add_row(
            each.kind if each.kind != last else "", each.name, *counts, str(each.total), _said(each.unseen)
        )
        last = each.kind
    table.add_section()
    blank = [""] * (len(report.articles) + 1)
    table.add_row("all", "mentions", *blank, _said(report.mentions))
    table.add_row("", "triggers", *blank, _said(report.triggers))
    return table


def _said(unseen: Unseen | None) -> str:
    if unseen is None:
        return ""
    share = "–" if unseen.share is None else f"{100 * unseen.share:.0f} %"
    return f"{share} ({unseen.unseen} of {unseen.total})"
