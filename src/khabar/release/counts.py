"""What a release holds, counted article by article: the figures of its card and manifest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from itertools import combinations

from khabar.agreement import Agreement, compare
from khabar.alignment import Unshown
from khabar.document import Annotation
from khabar.release.manifest import SplitCounts
from khabar.release.pairs import Pair
from khabar.release.rows import Row
from khabar.release.tables import ArticleRows
from khabar.release.walk import Annotated, LeftOut
from khabar.schema import Schema


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

    def __init__(self, schema: Schema, splits: Iterable[str]) -> None:
        self._schema = schema
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
        self._agreement: dict[tuple[str, str], tuple[int, Agreement]] = {}

    def add(self, annotated: Annotated, made: ArticleRows) -> None:
        """Count one article."""
        split, (row,) = annotated.split, made.rows["documents"]
        tokens = sum(len(sentence.tokens) for sentence in annotated.article.sentences)
        self._sizes[split] += _size(row, tokens, made.unshown["ner"].nested, len(annotated.passes))
        self.lengths[split].append(tokens)
        self._entities[split].update([each["type"] for each in row["entities"]])
        self._events[split].update([each["type"] for each in row["events"]])
        self._sources[split][row["source"]] += 1
        self.languages[row["language"]] += 1
        self.licences[row["licence"]] += 1
        for config, each in made.unshown.items():
            self.unshown[config][split] += each
        self._add_passes(annotated.passes)

    def _add_passes(self, passes: Mapping[str, Annotation]) -> None:
        self.passes.update(passes.keys())
        for pair in combinations(sorted(passes), 2):
            found = compare(passes[pair[0]], passes[pair[1]], self._schema)
            articles, before = self._agreement.get(pair, (0, None))
            self._agreement[pair] = (articles + 1, found if before is None else before + found)

    @property
    def sizes(self) -> dict[str, SplitCounts]:
        """The size of each split."""
        return dict(self._sizes)

    @property
    def pairs(self) -> list[Pair]:
        """Every two annotators who did an article in common, sorted, and their agreement."""
        return [Pair(*names, *self._agreement[names]) for names in sorted(self._agreement)]

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
