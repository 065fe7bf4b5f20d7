"""What a reviewer is shown: places that the rest of the corpus speaks against, and no others."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from conftest import tiny_schema_value
from khabar.corpus import read_corpus
from khabar.document import Annotation, Argument, Entity, Event, Trigger, write_annotation
from khabar.errors import CallError, DataError
from khabar.files import sha256, write_json_lines
from khabar.suspects import KINDS, Suspect, list_suspects
from khabar.suspects.triggers import stem

Mark = tuple[str, str, int] | tuple[str, str, int, dict[str, bool]]
Happening = tuple[str, str, list[tuple[str, int]]]


def annotated(
    article: str, text: str, marks: list[Mark], happenings: list[Happening] | None = None
) -> Annotation:
    """Mentions `(type, words, nth place, flags)`, events `(type, words, [(role, number of the mention)])`."""
    entities = []
    for number, (type_, words, nth, *flags) in enumerate(marks, 1):
        start = place(text, words, nth)
        flag = flags[0] if flags else {}
        entities.append(Entity(f"T{number}", type_, start, start + len(words), words, flag))
    events = []
    for number, (type_, words, arguments) in enumerate(happenings or [], 1):
        start = place(text, words, 0)
        trigger = Trigger(start, start + len(words), words)
        linked = tuple(Argument(role, f"T{filler}") for role, filler in arguments)
        events.append(Event(f"E{number}", type_, trigger, linked, {"realis": "actual"}))
    return Annotation(article, sha256(text), "gold", "1.0", tuple(entities), tuple(events))


def place(text: str, words: str, nth: int) -> int:
    start = text.index(words)
    for _ in range(nth):
        start = text.index(words, start + 1)
    return start


def corpus_of(
    folder: Path, gold: dict[str, tuple[str, list[Mark], list[Happening]]], absent: tuple[str, ...] = ()
) -> Path:
    """A corpus of these articles; the texts of the absent ones are not in it."""
    schema = tiny_schema_value()
    clitic = {**schema["entity_attributes"][0], "name": "clitic", "applies_to": ["GPE", "ORG"], "hotkey": "n"}
    schema["entity_attributes"].append(clitic)
    (folder / "texts").mkdir(parents=True)
    (folder / "schema.yaml").write_text(yaml.safe_dump(schema, allow_unicode=True), encoding="utf-8")
    lines = []
    for article, (text, marks, happenings) in gold.items():
        if article not in absent:
            (folder / "texts" / f"{article}.txt").write_text(text, encoding="utf-8")
        write_annotation(folder / "gold" / f"{article}.json", annotated(article, text, marks, happenings))
        lines.append(
            {
                "id": article,
                "source": "a",
                "title": None,
                "published": None,
                "language": "ar",
                "licence": "x",
                "text_sha256": sha256(text),
                "origin": "x",
            }
        )
    write_json_lines(folder / "articles.jsonl", lines)
    return folder


def found(folder: Path, kind: str) -> list[tuple[str, str, int, str, float]]:
    """Article, words, start, type and weight of the suspects of that kind."""
    listing = list_suspects(read_corpus(folder), kinds=[kind])
    return [(s.article, s.text, s.start, s.type, round(s.weight, 3)) for s in listing.suspects]


def test_the_rarer_type_of_a_name_is_suspect_with_and_without_the_article(tmp_path: Path) -> None:
    text = "التقى اتحاد 😀 ووفد الاتحاد في الاتحاد."
    marks: list[Mark] = [("ORG", "اتحاد", 0), ("GPE", "الاتحاد", 0), ("ORG", "الاتحاد", 1)]
    folder = corpus_of(tmp_path / "c", {"a-1": (text, marks, [])})
    assert found(folder, "name_type") == [("a-1", "الاتحاد", 19, "GPE", 0.667)]


def test_a_name_after_an_elided_alef_is_the_name_with_its_article(tmp_path: Path) -> None:
    text = "زار اليمن ثم وصل لليمن."
    flagged: list[Mark] = [("GPE", "اليمن", 0), ("ORG", "ليمن", 1, {"clitic": True})]
    folder = corpus_of(tmp_path / "c", {"a-1": (text, flagged, [])})
    assert found(folder, "name_type") == [("a-1", "اليمن", 4, "GPE", 0.5), ("a-1", "ليمن", 18, "ORG", 0.5)]
    assert found(folder, "clitic_flag") == []
    assert found(folder, "clitic_start") == []


def test_a_missing_and_a_false_clitic_flag_are_suspect(tmp_path: Path) -> None:
    text = "زار اليمن ثم وصل لليمن وعاد إلى لبنان."
    marks: list[Mark] = [("GPE", "اليمن", 0), ("GPE", "ليمن", 1), ("GPE", "لبنان", 0, {"clitic": True})]
    folder = corpus_of(tmp_path / "c", {"a-1": (text, marks, [])})
    assert found(folder, "clitic_flag") == [("a-1", "لبنان", 32, "GPE", 0.9), ("a-1", "ليمن", 18, "GPE", 0.8)]


def test_a_name_left_out_is_found_behind_proclitics_but_not_inside_a_mention(tmp_path: Path) -> None:
    first = "في موسكو 😀 وفي موسكو."
    second = "من باريس إلى وموسكو، وقال ناطق باسم حزب موسكو."
    folder = corpus_of(
        tmp_path / "c",
        {
            "a-1": (first, [("GPE", "موسكو", 0), ("GPE", "موسكو", 1)], []),
            "a-2": (second, [("ORG", "حزب موسكو", 0)], []),
        },
    )
    assert found(folder, "unannotated_name") == [("a-2", "موسكو", 14, "GPE", 0.667)]
    assert found(folder, "unannotated_inside") == []


def test_a_name_inside_a_mention_is_suspect_where_such_mentions_hold_one_elsewhere(tmp_path: Path) -> None:
    text = "قال حزب لبنان، ورد حزب مصر، وسافرا إلى مصر."
    marks: list[Mark] = [
        ("ORG", "حزب لبنان", 0),
        ("GPE", "لبنان", 0),
        ("ORG", "حزب مصر", 0),
        ("GPE", "مصر", 1),
    ]
    folder = corpus_of(tmp_path / "c", {"a-1": (text, marks, [])})
    assert found(folder, "unannotated_inside") == [("a-1", "مصر", 23, "GPE", 0.5)]


def test_a_shorter_name_of_the_same_thing_is_no_name_inside(tmp_path: Path) -> None:
    text = "قال حزب العمل، ورد حزب العمل التركي وعضو اتحاد حزب العمل."
    marks: list[Mark] = [
        ("ORG", "حزب العمل", 0),
        ("ORG", "حزب العمل التركي", 0),
        ("ORG", "اتحاد حزب العمل", 0),
        ("ORG", "حزب العمل", 2),
    ]
    folder = corpus_of(tmp_path / "c", {"a-1": (text, marks, [])})
    assert found(folder, "unannotated_inside") == []


def test_a_clitic_inside_a_mention_or_a_trigger_is_suspect(tmp_path: Path) -> None:
    text = "رفضت موسكو، ورفضت وموسكو، ثم رفض رجل من موسكو وواشنطن."
    marks: list[Mark] = [("GPE", "موسكو", 0), ("GPE", "وموسكو", 0), ("GPE", "موسكو", 2), ("GPE", "واشنطن", 0)]
    happenings: list[Happening] = [
        ("Reject", "رفضت", []),
        ("Reject", "ورفضت", []),
        ("Reject", "رفض", []),
    ]
    folder = corpus_of(tmp_path / "c", {"a-1": (text, marks, happenings[:2])})
    assert found(folder, "clitic_start") == [("a-1", "وموسكو", 18, "GPE", 0.667)]
    other = "رفض رجل وورفض آخر ثم ترفض."
    folder = corpus_of(
        tmp_path / "d", {"a-1": (text, marks, happenings[:2]), "a-2": (other, [], [happenings[2]])}
    )
    assert ("a-1", "ورفضت", 12, "Reject", 0.667) in found(folder, "clitic_start")


def test_metonyms_agree_within_a_sentence_and_a_list(tmp_path: Path) -> None:
    text = "ترفض موسكو وباريس ما تطلبه برلين. وتطلب برلين ما تريده برلين.\nوعادوا من برلين."
    flag = {"metonym": True}
    marks: list[Mark] = [
        ("GPE", "موسكو", 0, flag), ("GPE", "باريس", 0), ("GPE", "برلين", 0),
        ("GPE", "برلين", 1, flag), ("GPE", "برلين", 2), ("GPE", "برلين", 3),
    ]  # fmt: skip
    folder = corpus_of(tmp_path / "c", {"a-1": (text, marks, [])})
    assert found(folder, "metonym") == [("a-1", "باريس", 12, "GPE", 0.7), ("a-1", "برلين", 55, "GPE", 0.3)]


@pytest.mark.parametrize(
    ("word", "expected"),
    [("الاجتماعات", "اجتماع"), ("اجتماع", "اجتماع"), ("يرفض", "رفض"), ("رفضت", "رفض"), ("زيارته", "زيار"),
     ("زيارة", "زيار"), ("زيارتها", "زيار"), ("إدانت", "ادان"), ("نفى", "نفي"), ("دان", "دان")],
)  # fmt: skip
def test_the_stem_of_a_word_is_light(word: str, expected: str) -> None:
    assert stem(word) == expected


def test_trigger_words_left_out_are_found_whatever_their_inflection(tmp_path: Path) -> None:
    text = "ترفض موسكو ثم يرفض رجل وبرفضها للرفض 😀 كان الرفض."
    folder = corpus_of(tmp_path / "c", {"a-1": (text, [("GPE", "موسكو", 0)], [("Reject", "يرفض", [])])})
    assert found(folder, "unannotated_trigger") == [
        ("a-1", "رفضها", 25, "Reject", 0.25),
        ("a-1", "لرفض", 32, "Reject", 0.25),
        ("a-1", "الرفض", 43, "Reject", 0.25),
    ]


def test_a_trigger_word_inside_a_mention_is_suspect_only_where_such_mentions_hold_triggers(
    tmp_path: Path,
) -> None:
    text = "رفض ثم لجنة رفض."
    folder = corpus_of(tmp_path / "c", {"a-1": (text, [("ORG", "لجنة رفض", 0)], [("Reject", "رفض", [])])})
    assert found(folder, "unannotated_trigger") == []


def test_a_word_mostly_of_another_event_type_is_suspect(tmp_path: Path) -> None:
    texts = {f"a-{n}": ("لقاء أول", [], [("Meet", "لقاء", [])]) for n in range(4)}
    texts["a-4"] = ("لقاءات", [], [("Reject", "لقاءات", [])])
    folder = corpus_of(tmp_path / "c", texts)  # type: ignore[arg-type]
    assert found(folder, "trigger_type") == [("a-4", "لقاءات", 0, "Reject", 0.8)]


def test_events_without_arguments_and_rare_fillers_are_suspect(tmp_path: Path) -> None:
    gold = {
        f"a-{n}": ("رفض سامر", [("PER" if n else "GPE", "سامر", 0)], [("Reject", "رفض", [("Rejecter", 1)])])
        for n in range(5)
    }
    gold["a-5"] = ("رفض", [], [("Reject", "رفض", [])])  # type: ignore[assignment]
    folder = corpus_of(tmp_path / "c", gold, absent=("a-0",))  # type: ignore[arg-type]
    assert found(folder, "no_arguments") == [("a-5", "رفض", 0, "Reject", 0.833)]
    listing = list_suspects(read_corpus(folder), kinds=["unlikely_role"])
    why = "Rejecter of Reject 'رفض' at 0: GPE fills 1 of 5"
    assert listing.suspects == (Suspect("unlikely_role", "a-0", 4, 8, "سامر", "GPE", why, "[سامر]", 0.8),)
    assert listing.without_text == ("a-0",)


def test_words_that_are_never_a_trigger_come_from_a_file_that_is_checked(tmp_path: Path) -> None:
    gold = {"a-1": ("قالت إنها رفضت", [], [("Meet", "قالت", []), ("Reject", "رفضت", [])])}
    folder = corpus_of(tmp_path / "c", gold)  # type: ignore[arg-type]
    assert found(folder, "never_trigger") == []
    (folder / "never_triggers.yaml").write_text("Meet: [قال]\n", encoding="utf-8")
    assert found(folder, "never_trigger") == [("a-1", "قالت", 0, "Meet", 1.0)]
    (folder / "never_triggers.yaml").write_text("Dance: [قال]\nMeet: قال\n", encoding="utf-8")
    with pytest.raises(DataError) as caught:
        found(folder, "never_trigger")
    assert [fault.where for fault in caught.value.faults] == ["Dance", "Meet"]


def test_an_unknown_article_is_a_wrong_call(tmp_path: Path) -> None:
    folder = corpus_of(tmp_path / "c", {"a-1": ("رفض", [], [])})
    with pytest.raises(CallError, match="gold has no article a-9"):
        list_suspects(read_corpus(folder), articles=["a-9"])


def test_the_program_prints_suspects_and_counts_them_on_stderr(repository: Path, tmp_path: Path) -> None:
    text = "في موسكو ثم موسكو."
    folder = corpus_of(tmp_path / "c", {"a-1": (text, [("GPE", "موسكو", 0)], [])})
    command = [sys.executable, "scripts/gather_annotations.py", "suspects", "--annotations", str(folder)]
    environment = {key: value for key, value in os.environ.items() if key != "KHABAR_TEXTS"}
    plain, asked = (
        subprocess.run(
            [*command, *more], cwd=repository, capture_output=True, text=True, check=True, env=environment
        )
        for more in ((), ("a-1", "--format", "json", "--kind", "unannotated_name"))
    )
    assert plain.stdout == (
        "0.50 unannotated_name a-1 [12, 17) GPE 'موسكو': annotated 1 times, left out 1\n"
        "    في موسكو ثم [موسكو].\n"
    )
    assert [line.split()[:2] for line in plain.stderr.splitlines()] == [
        [str(int(kind == "unannotated_name")), f"{kind}:"] for kind in KINDS
    ]
    value = json.loads(asked.stdout)
    assert value["counts"]["unannotated_name"] == 1
    assert value["suspects"][0]["start"] == 12
    assert len(asked.stderr.splitlines()) == 1


@pytest.mark.parametrize("layer", ["gold", "annotator-a"])
def test_every_suspect_of_the_corpus_shows_the_words_of_its_place(repository: Path, layer: str) -> None:
    corpus = read_corpus(repository / "annotations")
    listing = list_suspects(corpus, layer=layer)
    assert listing.suspects
    for each in listing.suspects:
        text = corpus.articles[each.article].text
        assert text is None or text[each.start : each.end] == each.text
        assert f"[{each.text}]".replace("\n", "⏎") in each.context
        assert 0 < each.weight <= 1
    assert list(listing.suspects) == sorted(listing.suspects, key=lambda each: each.rank)
