"""What suspects are judged by: each article's annotation and text, and which form a mention stands for."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property

from khabar.baselines.clitics import Form, forms_at
from khabar.document import Annotation, Entity
from khabar.places import in_context
from khabar.suspects.suspect import Suspect
from khabar.text import Sentence, segment
from khabar.text.normalise import key

ARTICLE = "ال"


@dataclass(frozen=True)
class Source:
    """An annotation and the article's text; None where it is stand-off and not on this machine."""

    annotation: Annotation
    text: str | None

    @property
    def id(self) -> str:
        """The article's id."""
        return self.annotation.article

    @cached_property
    def sentences(self) -> list[Sentence]:
        """None of them where there is no text."""
        return segment(self.text) if self.text is not None else []

    def forms(self, start: int, end: int, words: str) -> tuple[Form, ...]:
        """The forms that the span may stand for; without the text, the words as they are written."""
        if self.text is not None:
            return forms_at(self.text, start, end)
        return (tuple(key(word) for word in words.split()),)

    def suspect(
        self, kind: str, place: tuple[int, int], words: str, type_: str, why: str, weight: float
    ) -> Suspect:
        """A suspect of this article, with its context."""
        context = in_context(self.text, *place) if self.text is not None else f"[{words}]"
        return Suspect(kind, self.id, *place, words, type_, why, context, weight)


def bare(form: Form) -> Form:
    """The form without the article ال on its first word, unless next to nothing would be left."""
    first = form[0]
    cut = first.startswith(ARTICLE) and len(first) > len(ARTICLE) + 1
    return (first.removeprefix(ARTICLE), *form[1:]) if cut else form


class Names:
    """The mentions of all articles by the form they stand for, with and without ال alike."""

    def __init__(self, sources: Sequence[Source]) -> None:
        self._sources = sources
        self._clear: Counter[Form] = Counter()
        for _, _, forms in self._read():
            if len(forms) == 1:
                self._clear[bare(forms[0])] += 1
        self.mentions: defaultdict[Form, list[tuple[Source, Entity]]] = defaultdict(list)
        self._written: set[Form] = set()
        for source, entity, forms in self._read():
            if forms:
                likeliest = self._likeliest(forms)
                self.mentions[likeliest].append((source, entity))
                self._written |= {form for form in forms if bare(form) == likeliest}

    @property
    def forms(self) -> dict[Form, str]:
        """Every form as it is written somewhere, with ال or without, and the type it mostly has."""
        return {form: self.types(form).most_common(1)[0][0] for form in sorted(self._written)}

    def _read(self) -> Iterator[tuple[Source, Entity, tuple[Form, ...]]]:
        for source in self._sources:
            for entity in source.annotation.entities:
                yield source, entity, source.forms(*entity.span, entity.text)

    def _likeliest(self, forms: Iterable[Form]) -> Form:
        """Of several readings (`للجنة`: لجنة or اللجنة) the one that mentions without a clitic have most."""
        return max(map(bare, forms), key=lambda form: self._clear[form])

    def types(self, form: Form) -> Counter[str]:
        """How often the form has each type."""
        return Counter(entity.type for _, entity in self.mentions.get(bare(form), ()))
