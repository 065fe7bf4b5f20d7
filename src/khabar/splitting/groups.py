"""Articles that stay together: on the same event, as `same_event.yaml` says, or near duplicates."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from khabar.corpus import Corpus
from khabar.errors import DataError, Faults
from khabar.files import read_yaml
from khabar.missing import named
from khabar.text.dedup import near_duplicates

SAME_EVENT = "same_event.yaml"


@dataclass(frozen=True, slots=True)
class Groups:
    """All articles with gold, in groups that are not divided, single ones too; each sorted, and all sorted.

    `unwritten` are near duplicates that `same_event.yaml` does not keep together: the groups hang on
    having their texts. `unread` are the articles whose text is not here, so that none was looked for.
    """

    groups: tuple[tuple[str, ...], ...]
    unwritten: tuple[tuple[str, str], ...] = ()
    unread: tuple[str, ...] = ()

    @property
    def remarks(self) -> list[str]:
        """What a maker of splits should know, in words."""
        found = [
            f"{left} and {right} are near duplicates: write them into {SAME_EVENT}, so that "
            "the splits do not hang on having their texts"
            for left, right in self.unwritten
        ]
        if self.unread:
            found.append(
                f"{len(self.unread)} without their text, so that no near duplicate of them could be found: "
                f"{named(self.unread)}"
            )
        return found


def read_groups(corpus: Corpus) -> Groups:
    """The groups of the articles that have gold.

    Raises DataError with every fault of `same_event.yaml`.
    """
    ids = sorted(corpus.gold)
    kept = _same_event(corpus.folder / SAME_EVENT, corpus)
    texts = {each: corpus.articles[each].text for each in ids}
    pairs = near_duplicates({each: text for each, text in texts.items() if text is not None})
    owner = {each: number for number, group in enumerate(kept) for each in group}
    unwritten = [
        (each.left, each.right)
        for each in pairs
        if owner.get(each.left, each.left) != owner.get(each.right, each.right)
    ]
    together = [*kept, *unwritten]
    return Groups(
        tuple(_joined(ids, together)),
        tuple(unwritten),
        tuple(each for each, text in texts.items() if text is None),
    )


def _joined(ids: list[str], together: list[tuple[str, ...]]) -> list[tuple[str, ...]]:
    """The ids in groups, so that what shares a member of `together` is in one."""
    group_of = {each: {each} for each in ids}
    for members in together:
        present = [each for each in members if each in group_of]
        merged = {other for each in present for other in group_of[each]}
        for each in merged:
            group_of[each] = merged
    return sorted({tuple(sorted(group)) for group in group_of.values()})


def _same_event(path: Path, corpus: Corpus) -> list[tuple[str, ...]]:
    if not path.is_file():
        return []
    value = read_yaml(path)
    if not isinstance(value, list):
        raise DataError.one(path, f"expected a list of lists of article ids, found {value!r:.60}")
    faults = Faults(path)
    owner: dict[str, int] = {}
    for number, group in enumerate(value):
        if not isinstance(group, list) or len(group) < 2 or not all(isinstance(each, str) for each in group):
            faults.add(f"[{number}]", f"expected a list of two or more article ids, found {group!r:.60}")
            continue
        for each in group:
            if each not in corpus.articles:
                faults.add(f"[{number}]", f"no article {each!r} in articles.jsonl")
            if each in owner:
                faults.add(f"[{number}]", f"{each!r} is in [{owner[each]}] already")
            owner[each] = number
    faults.raise_if_any("correct the groups: each article stands in one, once")
    return [tuple(group) for group in value]
