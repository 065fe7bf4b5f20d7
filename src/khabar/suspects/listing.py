"""All suspects of a layer, ranked."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from khabar.corpus import Corpus
from khabar.errors import CallError, DataError, Faults
from khabar.files import read_yaml
from khabar.schema import Schema
from khabar.suspects import edges, events, names, triggers
from khabar.suspects.evidence import Names, Source
from khabar.suspects.suspect import KINDS, Suspect

NEVER = "never_triggers.yaml"


@dataclass(frozen=True, slots=True)
class Listing:
    """Suspects, the gravest first, and the articles whose text is not here, so that little could be seen."""

    layer: str
    suspects: tuple[Suspect, ...]
    without_text: tuple[str, ...]

    @property
    def counts(self) -> dict[str, int]:
        """Suspects of each kind, zeros too."""
        found = Counter(each.kind for each in self.suspects)
        return {kind: found[kind] for kind in KINDS}

    def as_json(self) -> dict[str, Any]:
        """For `--format json`."""
        return {
            "layer": self.layer,
            "counts": self.counts,
            "without_text": list(self.without_text),
            "suspects": [each.as_json() for each in self.suspects],
        }


def list_suspects(
    corpus: Corpus, *, layer: str = "gold", articles: Iterable[str] = (), kinds: Iterable[str] = ()
) -> Listing:
    """The suspects of those articles and kinds, or of all, judged by the whole layer (gold or a pass).

    Raises CallError for an article that the layer does not have.
    """
    sources = [Source(each, corpus.articles[each.article].text) for each in corpus.annotations(layer)]
    wanted = set(articles) or {each.id for each in sources}
    shown = set(kinds) or set(KINDS)
    if unknown := sorted(wanted - {each.id for each in sources}):
        raise CallError(f"{layer} has no article {', '.join(unknown)}")
    never = read_never(corpus.folder / NEVER, corpus.schema)
    found = [
        each for each in _all(sources, corpus.schema, never) if each.article in wanted and each.kind in shown
    ]
    absent = tuple(each.id for each in sources if each.text is None and each.id in wanted)
    return Listing(layer, tuple(sorted(found, key=lambda each: each.rank)), absent)


def _all(sources: Sequence[Source], schema: Schema, never: Mapping[str, Sequence[str]]) -> Iterator[Suspect]:
    known_names = Names(sources)
    known_triggers = triggers.known_triggers(sources)
    yield from names.type_clashes(known_names)
    yield from names.unannotated_names(sources, known_names)
    yield from names.unannotated_inside(sources, known_names)
    yield from edges.clitic_starts(sources, known_names)
    yield from edges.clitic_flags(sources, known_names, schema)
    yield from edges.metonyms(sources, schema)
    yield from triggers.trigger_types(sources, known_triggers)
    yield from triggers.clitic_starts(sources, known_triggers)
    yield from triggers.unannotated_triggers(sources, known_triggers)
    yield from triggers.never_triggers(sources, never)
    yield from events.without_arguments(sources)
    yield from events.unlikely_roles(sources)


def read_never(path: Path, schema: Schema) -> dict[str, list[str]]:
    """Event type → words that are never its trigger; nothing where there is no such file.

    Raises DataError with every fault of the file.
    """
    if not path.is_file():
        return {}
    value = read_yaml(path)
    if not isinstance(value, dict):
        raise DataError.one(path, f"expected event types with lists of words, found {value!r:.60}")
    faults = Faults(path)
    for name, words in value.items():
        if name not in schema.events:
            faults.add(str(name), f"the schema has no such event type (there are {', '.join(schema.events)})")
        if not isinstance(words, list) or not all(isinstance(word, str) and word.strip() for word in words):
            faults.add(str(name), f"expected a list of words, found {words!r:.60}")
    faults.raise_if_any("correct the file")
    return value
