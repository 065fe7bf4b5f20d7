"""What a release holds, counted article by article: the figures of its card and manifest."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from rich.table import Table

from khabar.alignment import Unshown
from khabar.corpus import Corpus
from khabar.document import Annotation
from khabar.release.manifest import Manifest, SplitCounts
from khabar.release.pairs import Agreements, Pair
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
        self._sizes = {split: dict.fromkeys(SplitCounts.model_fields, 0) for split in self.splits}
        self._entities: dict[str, Counter[str]] = {split: Counter() for split in self.splits}
        self._events: dict[str, Counter[str]] = {split: Counter() for split in self.splits}
        self._sources: dict[str, Counter[str]] = {split: Counter() for split in self.splits}
        self._agreements = Agreements(corpus)
        self._forms = UnseenForms()

    def add(self, annotated: Annotated, made: ArticleRows) -> None:
        """Count one article."""
        split, gold, article = annotated.split, annotated.gold, annotated.article
        tokens, passes = len(article.edges.starts), len(annotated.passes)
        self._add_size(split, gold, len(article.sentences), tokens, made.unshown["ner"].nested, passes)
        self.lengths[split].append(tokens)
        self._entities[split].update([each.type for each in gold.entities])
        self._events[split].update([each.type for each in gold.events])
        self._sources[split][article.article.source] += 1
        self.languages[article.article.language] += 1
        self.licences[article.article.licence] += 1
        for config, each in made.unshown.items():
            self.unshown[config][split] += each
        self.passes.update(annotated.passes.keys())
        self._agreements.add(article.id, article.edges, annotated.passes)
        self._add_forms(split, gold)

    @property
    def sizes(self) -> dict[str, SplitCounts]:
        """The size of each split."""
        return {split: SplitCounts(**each) for split, each in self._sizes.items()}

    @property
    def pairs(self) -> list[Pair]:
        """The agreement of its passes, as `khabar.release.pairs.Agreements` gives it."""
        return self._agreements.pairs

    def _add_size(
        self, split: str, gold: Annotation, sentences: int, tokens: int, nested: int, passes: int
    ) -> None:
        size = self._sizes[split]
        size["articles"] += 1
        size["sentences"] += sentences
        size["tokens"] += tokens
        size["entities"] += len(gold.entities)
        size["nested_entities"] += nested
        size["events"] += len(gold.events)
        size["arguments"] += sum([len(each.arguments) for each in gold.events])
        size["passes"] += passes

    def _add_forms(self, split: str, said: Annotation) -> None:
        """Mentions of train before those of test, as the splits come."""
        named = [(each.type, each.text) for each in said.entities]
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
