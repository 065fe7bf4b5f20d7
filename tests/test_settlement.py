"""The decisions that lead from passes to a gold are found, whatever the gold: deriving gives it again."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from khabar.adjudication import adjudicate
from khabar.corpus import Corpus, layer_folder
from khabar.decisions import Decision, Decisions, Link, Mention, read_decisions
from khabar.document import Annotation, Argument, Entity, Event, Trigger, canonical, read_annotation
from khabar.files import sha256
from khabar.schema import Schema
from khabar.settlement import settle
from strategies import Drawn, annotations, texts

TEXT = "موسكو ترفض خطة باريس 😀 قبل اجتماع لندن"
MOSCOW, REJECTS, PLAN, LONDON = (0, 5), (6, 10), (11, 14), (34, 38)


def words(span: tuple[int, int]) -> str:
    return TEXT[slice(*span)]


def entity(type_: str, span: tuple[int, int], **attributes: bool | str) -> Entity:
    return Entity(f"x{span[0]}", type_, *span, words(span), attributes)


def rejected(*arguments: tuple[str, Entity], realis: str = "actual") -> Event:
    fillers = tuple(Argument(role, filler.id) for role, filler in arguments)
    return Event("e", "Reject", Trigger(*REJECTS, words(REJECTS)), fillers, {"realis": realis})


def annotated(annotator: str, *items: Entity | Event) -> Annotation:
    entities = tuple(each for each in items if isinstance(each, Entity))
    events = tuple(each for each in items if isinstance(each, Event))
    return canonical(Annotation("authored-x", sha256(TEXT), annotator, "1.0", entities, events))


def settled(passes: list[Annotation], gold: Annotation) -> Decisions:
    return settle(passes, gold, judge="judge-1", reason=lambda item: f"so judged: {item}")


def test_each_kind_of_decision_is_found() -> None:
    passes = [
        annotated(
            "a",
            moscow := entity("GPE", MOSCOW, metonym=True),
            plan := entity("ORG", PLAN),
            rejected(("Rejecter", moscow), ("Proposal", plan)),
        ),
        annotated("b", entity("GPE", MOSCOW), plan, rejected(("Proposal", plan), realis="future")),
    ]
    london = entity("GPE", LONDON)
    gold = annotated(
        "gold", moscow, london, rejected(("Rejecter", moscow), ("Place", london), realis="negated")
    )
    reject = Mention("event", "Reject", *REJECTS, words(REJECTS))

    def named(role: str, span: tuple[int, int]) -> Link:
        return Link(reject, role, *span, words(span))

    place = Mention("entity", "GPE", *MOSCOW, words(MOSCOW))
    assert [replace(each, reason="") for each in settled(passes, gold).decisions] == [
        Decision("set", place, ("a", "b"), "", "metonym", True),
        Decision("drop", Mention("entity", "ORG", *PLAN, words(PLAN)), ("a", "b"), ""),
        Decision("add", Mention("entity", "GPE", *LONDON, words(LONDON)), (), ""),
        Decision("set", reject, ("a", "b"), "", "realis", "negated"),
        Decision("add", named("Place", LONDON), (), ""),
        Decision("drop", named("Proposal", PLAN), ("a", "b"), ""),
        Decision("keep", named("Rejecter", MOSCOW), ("a",), ""),
    ]


def test_where_passes_agree_and_gold_says_the_same_nothing_is_decided() -> None:
    items = (plan := entity("ORG", PLAN), rejected(("Proposal", plan)))
    passes = [annotated("a", *items), annotated("b", *items)]
    assert settled(passes, annotated("gold", *items)).decisions == ()


def test_a_dropped_event_takes_its_arguments_along() -> None:
    plan = entity("ORG", PLAN)
    passes = [annotated("a", plan, rejected(("Proposal", plan))), annotated("b", plan)]
    (only,) = settled(passes, annotated("gold", plan)).decisions
    assert (only.action, only.holders) == ("drop", ("a",))


@given(data=st.data(), count=st.integers(2, 3))
@settings(deadline=None, max_examples=150)
def test_deriving_gold_from_what_was_settled_gives_that_gold(
    data: st.DataObject, count: int, tiny_schema: Schema
) -> None:
    drawn: Drawn = data.draw(texts())
    passes = [data.draw(annotations(tiny_schema, drawn, name)) for name in "abc"[:count]]
    gold = data.draw(annotations(tiny_schema, drawn, "gold"))
    made = settled(passes, gold)
    assert adjudicate(passes, made, schema=tiny_schema, text=drawn.text) == gold
    assert settled(passes[::-1], gold) == made


def test_the_decisions_of_the_corpus_are_found_again_from_its_gold(repository_corpus: Corpus) -> None:
    folder = repository_corpus.folder
    for path in sorted((folder / "decisions").glob("*.json")):
        there = read_decisions(path)
        passes = [read_annotation(layer_folder(folder, name) / path.name) for name in there.passes]
        gold = read_annotation(folder / "gold" / path.name)
        found = settled(passes, gold)
        assert {(each.action, *each.subject) for each in found.decisions} == {
            (each.action, *each.subject) for each in there.decisions
        }, path.stem
        assert adjudicate(passes, found, schema=repository_corpus.schema) == gold
