"""What a release holds, counted article by article: the figures of its card and manifest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from rich.table import Table

from khabar.alignment import Unshown
from khabar.corpus import Corpus
from khabar.release.manifest import Manifest, SplitCounts
from khabar.release.pairs import Agreements, Pair
from khabar.release.rows import Row
from khabar.release.tables import ArticleRows
from khabar.release.walk import Annotated, LeftOut
from khabar.text.forms import Unseen, UnseenForms


@dataclass(frozen=True, slots=True)
class Tally:
    """How often something occurs in the gold of each split."""

    name: str
    by_split: dict[str, int]

    @property
    def total(self) -> int:
        """Over all splits."""
        return sum(self.by_split.values())


class Census:
    """Counts of the articles it was shown. It holds a few numbers an article, and no row."""

    def __init__(self, corpus: Corpus, splits: Iterable[str]) -> None:
        self._schema = corpus.schema
        self.left_out = LeftOut()
        """What the walk that shows the articles leaves out."""
        self.splits = tuple(splits)
        self.unshown = {config: dict.fromkeys(self.splits, Unshown()) for config in ("ner", "triggers")}
        """By configuration that has tags, and split."""
        self.lengths: dict[str, list[int]] = {split: [] for split in self.splits}
        """The tokens of each article, by split."""
        self.passes: Counter[str] = Counter()
        """By annotator."""
        self.languages: Counter[str] = Counter()
        self.licences: Counter[str] = Counter()
        self._sizes = {split: SplitCounts.none() for split in self.splits}
        self._entities: dict[str, Counter[str]] = {split: Counter() for split in self.splits}
        self._events: dict[str, Counter[str]] = {split: Counter() for split in self.splits}
        self._sources: dict[str, Counter[str]] = {split: Counter() for split in self.splits}
        self._agreements = Agreements(corpus)
        self._forms = UnseenForms()

    def add(self, annotated: Annotated, made: ArticleRows) -> None:
        """Count one article."""
        split, (row,) = annotated.split, made.rows["documents"]
        tokens = len(annotated.article.edges.starts)
        self._sizes[split] += _size(row, tokens, made.unshown["ner"].nested, len(annotated.passes))
        self.lengths[split].append(tokens)
        self._entities[split].update([each["type"] for each in row["entities"]])
        self._events[split].update([each["type"] for each in row["events"]])
        self._sources[split][row["source"]] += 1
        self.languages[row["language"]] += 1
        self.licences[row["licence"]] += 1
        for config, each in made.unshown.items():
            self.unshown[config][split] += each
        self.passes.update(annotated.passes.keys())
        self._agreements.add(annotated.article.id, annotated.article.edges, annotated.passes)
        self._add_forms(split, row)

    @property
    def sizes(self) -> dict[str, SplitCounts]:
        """The size of each split."""
        return dict(self._sizes)

    @property
    def pairs(self) -> list[Pair]:
        """The agreement of its passes, as `khabar.release.pairs.Agreements` gives it."""
        return self._agreements.pairs

    def _add_forms(self, split: str, row: Row) -> None:
        """Mentions of train before those of test, as the splits come."""
        named = [(each["type"], each["text"]) for each in row["entities"]]
        if split == "train":
            self._forms.learn(named)
        elif split == "test":
            self._forms.count(named)

    @property
    def unseen(self) -> dict[str, Unseen] | None:
        """Of each type, the mentions of test whose words are none in train; None without those splits."""
        known = {"train", "test"} <= set(self.splits)
        return self._forms.by_type(self._schema.entities) if known else None

    def entity_tallies(self) -> list[Tally]:
        """Mentions of each type of the schema, in its order; a type that never occurs is there with zeros."""
        return list(_tallies(self._entities, self._schema.entities))

    def event_tallies(self) -> list[Tally]:
        """Events of each type, as `entity_tallies`."""
        return list(_tallies(self._events, self._schema.events))

    def source_tallies(self, names: Iterable[str]) -> list[Tally]:
        """Articles of each source, as `entity_tallies`."""
        return list(_tallies(self._sources, names))


def _size(row: Row, tokens: int, nested: int, passes: int) -> SplitCounts:
    return SplitCounts.model_construct(
        articles=1,
        sentences=len(row["sentences"]),
        tokens=tokens,
        entities=len(row["entities"]),
        nested_entities=nested,
        events=len(row["events"]),
        arguments=sum(len(event["arguments"]) for event in row["events"]),
        passes=passes,
    )


def _tallies(counted: Mapping[str, Counter[str]], names: Iterable[str]) -> Iterator[Tally]:
    for name in names:
        yield Tally(name, {split: each[name] for split, each in counted.items()})


def sizes_table(manifest: Manifest) -> Table:
    """The sizes of the splits of a release, for the terminal."""
    table = Table("", *manifest.counts, title=f"Release {manifest.release}")
    for name in SplitCounts.model_fields:
        table.add_row(
            name.replace("_", " "), *(str(getattr(each, name)) for each in manifest.counts.values())
        )
    return table
