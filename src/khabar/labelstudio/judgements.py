"""Adjudication of a corpus in Label Studio: which articles need a judge, and what a judge's tasks decide."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from khabar import decisions as decisions_file
from khabar.adjudication import adjudicate
from khabar.batches import only_writer, write_together
from khabar.corpus import Corpus, layer_folder
from khabar.decisions import Decisions, read_decisions
from khabar.differences import differences
from khabar.document import Annotation, dumps
from khabar.errors import CallError, DataError, Fault, Faults, Report
from khabar.files import sha256
from khabar.gathering import ALL, Saved, require_annotator, sort_out
from khabar.gold import decisions_path, passes_of
from khabar.labelstudio.config import TEXT
from khabar.labelstudio.judge_results import NO_REASON, Reasons, judged
from khabar.labelstudio.judge_tasks import PASSES, judge_task, pass_digests
from khabar.schema import shorten
from khabar.settlement import settle

STAGING = ".pull"
"""Folder in the corpus that a pull writes into first; git ignores it."""

NEXT_STEP = "correct these in Label Studio and pull again; nothing was written"


@dataclass(slots=True)
class Docket:
    """The articles of a corpus as a judge finds them, by id; each is in one of these."""

    disputed: dict[str, list[Annotation]] = field(default_factory=dict)
    agreed: dict[str, list[Annotation]] = field(default_factory=dict)
    decided: list[str] = field(default_factory=list)
    stale: list[Fault] = field(default_factory=list)
    single: list[str] = field(default_factory=list)
    without_text: list[str] = field(default_factory=list)


def docket(
    corpus: Corpus, *, articles: Iterable[str] = (), passes: Iterable[str] = (), again: Iterable[str] = ()
) -> Docket:
    """What there is to judge: of those articles (or all), between those annotators (or all who have a pass).

    What has decisions is not judged again unless it is in `again` (or that has `all`); `stale` are decisions
    that the passes no longer bear out. Raises DataError with the faults of all passes, CallError for an
    article that is not in the corpus.
    """
    found, names, reopened = Docket(), list(passes), set(again)
    wanted = list(articles) or list(corpus.articles)
    if unknown := sorted({*wanted, *reopened} - {*corpus.articles, ALL}):
        raise CallError(f"no article {', '.join(unknown)} in articles.jsonl")
    reports: list[Report] = []
    for name in wanted:
        try:
            _enter(found, corpus, name, names, again=bool({name, ALL} & reopened))
        except DataError as error:
            reports += error.reports
    if reports:
        raise DataError(reports)
    return found


def _enter(found: Docket, corpus: Corpus, name: str, names: Sequence[str], *, again: bool) -> None:
    path = decisions_path(corpus, name)
    if path.is_file() and not again:
        try:
            made = read_decisions(path)
            adjudicate(passes_of(corpus, name, made.passes), made, schema=corpus.schema, source=str(path))
            found.decided.append(name)
        except DataError as error:
            message = "decided, but its passes have changed since or the decisions are wrong"
            found.stale.append(Fault(name, f"{message}: {error.faults[0]}"))
        return
    there = [each for each in names or corpus.pass_names if _has_pass(corpus, each, name)]
    if len(there) < 2:
        found.single.append(name)
    elif corpus.articles[name].text is None:
        found.without_text.append(name)
    else:
        passes = passes_of(corpus, name, there)
        (found.disputed if differences(passes) else found.agreed)[name] = passes


def _has_pass(corpus: Corpus, annotator: str, article: str) -> bool:
    return (layer_folder(corpus.folder, annotator) / f"{article}.json").is_file()


def judge_tasks(corpus: Corpus, found: Docket) -> dict[str, dict[str, Any]]:
    """The import task of each disputed article."""
    return {
        name: judge_task(corpus.articles[name], passes, schema=corpus.schema)
        for name, passes in found.disputed.items()
    }


@dataclass(slots=True)
class Judgement:
    """What was pulled. `open` are articles not decided yet, each with the reason; `notes` what to know.

    `refused` are decisions that differ from those there are.
    """

    saved: Saved = field(default_factory=Saved)
    gold: Saved = field(default_factory=Saved)
    decided: list[str] = field(default_factory=list)
    open: list[Fault] = field(default_factory=list)
    notes: list[Fault] = field(default_factory=list)
    refused: tuple[Report, ...] = ()


def gather_judgements(
    corpus: Corpus,
    tasks: Sequence[Mapping[str, Any]],
    *,
    judge: str,
    agreed: Mapping[str, Sequence[Annotation]],
    replace: Iterable[str] = (),
    link: str = "",
) -> Judgement:
    """Decisions and gold out of a judge's tasks, in the form of a JSON export, and of what passes agree on.

    `link` is the address of a task but for its number. Raises DataError with every fault: then nothing is
    written. What is submitted but not decided wholly is left out, and listed in `open`; where there are other
    decisions already, those stay unless `replace` names the article (or has `all`), and it is in `refused`.
    """
    require_annotator(corpus, judge, role="judge")
    reader = _Reader(corpus, judge, link)
    for task in tasks:
        reader.read(task)
    reader.faults.raise_if_any(NEXT_STEP)
    for name, passes in agreed.items():
        if name not in reader.done:
            reader.decide(name, passes)
    found = reader.judgement
    with only_writer(corpus.folder):
        decisions = sort_out(reader.decisions, replace=replace)
        allowed = {path.stem for path in (*decisions.wanted, *decisions.unchanged)}
        derived = {path: text for path, text in reader.gold.items() if path.stem in allowed}
        gold = sort_out(derived, replace=[ALL])  # the decisions are what must not change unasked
        write_together({**decisions.wanted, **gold.wanted}, corpus.folder / STAGING)
    found.decided = sorted(allowed)
    found.saved = Saved(tuple(decisions.wanted), decisions.unchanged)
    found.gold, found.refused = Saved(tuple(gold.wanted), gold.unchanged), decisions.refused
    return found


class _Reader:
    """Goes through the tasks; what they decide is in `decisions` and `gold`, by path."""

    def __init__(self, corpus: Corpus, judge: str, link: str) -> None:
        self.corpus, self.judge, self.link = corpus, judge, link
        self.judgement, self.faults = Judgement(), Faults(f"tasks of {judge}")
        self.decisions: dict[Path, str] = {}
        self.gold: dict[Path, str] = {}
        self.done: dict[str, str] = {}

    def read(self, task: Mapping[str, Any]) -> None:
        """One task, with whatever was submitted of it."""
        number = task.get("id")
        place = f"task {number}" + (f" ({self.link}{number})" if self.link else "")
        data = task.get("data")
        name = data.get("article") if isinstance(data, dict) else None
        if not isinstance(data, dict) or name not in self.corpus.articles:
            self.faults.add(place, f"article {shorten(name)} is none of this corpus; whose task is it?")
            return
        place = f"{name}, {place}"
        if first := self.done.get(name):
            self.faults.add(place, f"the article is in {first} already; delete one of the two")
            return
        self.done[name] = place
        submitted = [each for each in task.get("annotations") or () if not each.get("was_cancelled")]
        if len(submitted) > 1:
            self.faults.add(place, f"{len(submitted)} submissions; delete all but the one that counts")
        elif not submitted:
            self._leave(name, place, task)
        elif messages := list(self._stale(name, data)):
            for message in messages:
                self.faults.add(place, message)
        else:
            self._judge(name, place, data, submitted[0].get("result"))

    def _leave(self, name: str, place: str, task: Mapping[str, Any]) -> None:
        del self.done[name]
        skipped, drafts = task.get("annotations"), task.get("drafts")
        why = "skipped" if skipped else "in draft, not submitted" if drafts else "not judged yet"
        self.judgement.open.append(Fault(place, why))

    def _stale(self, name: str, data: Mapping[str, Any]) -> Iterator[str]:
        """Why the task is not about what the corpus holds now."""
        article, text, digests = self.corpus.articles[name], data.get(TEXT), data.get(PASSES)
        if not isinstance(text, str) or sha256(text) != article.text_sha256:
            yield "its text is not the article's: it was edited on the server, or the article has changed"
        if data.get("schema") != self.corpus.schema.version:
            yield f"made for schema {shorten(data.get('schema'))}, this is {self.corpus.schema.version}"
        if not isinstance(digests, dict) or len(digests) < 2:
            yield f"expected the digests of the passes it was made of, found {shorten(digests)}"
            return
        there = [each for each in digests if _has_pass(self.corpus, str(each), name)]
        now = pass_digests(passes_of(self.corpus, name, there)) if len(there) > 1 else {}
        if changed := sorted(each for each, digest in digests.items() if now.get(each) != digest):
            yield (
                f"the pass of {', '.join(changed)} has changed since the task was made; push it again "
                f"(adjudicate.py push --replace {name}) and judge it anew"
            )

    def _judge(self, name: str, place: str, data: Mapping[str, Any], results: Any) -> None:
        if not isinstance(results, list):
            self.faults.add(place, f"expected `result`, a list, found {shorten(results)}")
            return
        passes = passes_of(self.corpus, name, data[PASSES])
        found = judged(results, passes, data[TEXT], schema=self.corpus.schema)
        for fault in found.faults:
            self.faults.add(f"{place} {fault.where}".rstrip(), fault.message)
        if found.undecided:
            del self.done[name]
            self.judgement.open += [
                Fault(place, f"undecided {each.name}: {each}") for each in found.undecided
            ]
        elif found.gold is not None:
            made = settle(passes, found.gold, judge=self.judge, reason=found.reasons)
            self.decide(name, passes, made)
            self._tell(place, made, found.reasons)

    def decide(self, name: str, passes: Sequence[Annotation], made: Decisions | None = None) -> None:
        """Remember the decisions (none where the passes agree on everything) and the gold that follows."""
        if made is None:
            first, names = passes[0], tuple(sorted(each.annotator for each in passes))
            made = Decisions(name, first.text_sha256, self.judge, first.schema, names)
        text = self.corpus.articles[name].text
        gold = adjudicate(passes, made, schema=self.corpus.schema, text=text)
        self.decisions[decisions_path(self.corpus, name)] = decisions_file.dumps(made)
        self.gold[layer_folder(self.corpus.folder, "gold") / f"{name}.json"] = dumps(gold)

    def _tell(self, place: str, made: Decisions, reasons: Reasons) -> None:
        """Notes that no decision took up, and how many decisions have none."""
        spoken = {each.reason for each in made.decisions}
        for item, words in reasons.notes.items():
            if words not in spoken:
                self.judgement.notes.append(
                    Fault(place, f"nothing was decided of {item}, on which the note is: {words}")
                )
        if silent := sum(each.reason == NO_REASON for each in made.decisions):
            self.judgement.notes.append(
                Fault(place, f"{silent} of {len(made.decisions)} decisions give no reason")
            )
