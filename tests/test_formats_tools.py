"""Exports are read by the tools they are for: conllu, spaCy, seqeval; and by a strict reader of brat."""

from __future__ import annotations

import json
import re
from pathlib import Path

import conllu
import spacy
from seqeval.scheme import IOB2, Entities

from format_articles import FIRST, first_article
from khabar.formats import Window, brat, conll2003, conllu_plus, docbin, oneie
from khabar.schema import Schema


def test_seqeval_reads_the_mentions_of_conll_2003_in_strict_mode() -> None:
    content = conll2003.write([first_article()], "test", triggers=True).files["test.conll"].decode()
    start, *sentences = [part.split("\n") for part in content.strip().split("\n\n")]
    assert start == ["-DOCSTART- (ours-first)\tO\tO"]
    rows = [[line.split("\t") for line in sentence] for sentence in sentences]
    found = [
        (each.tag, [row[0] for row in rows[number][each.start : each.end]])
        for number, chunks in enumerate(Entities([[r[1] for r in s] for s in rows], IOB2).entities)
        for each in chunks
    ]
    assert found == [
        ("GPE", ["بيروت"]),
        ("PER", ["سامر", "النهري"]),
        ("GPE", ["بيروت"]),
        ("GPE", ["موسكو"]),
        ("ORG", ["وزارة", "خارجية", "لبنان"]),
        ("GPE", ["ولموسكو"]),
    ]
    assert [row for sentence in rows for row in sentence if row[2] != "O"] == [
        ["التقى", "O", "B-Meet"],
        ["ترفض", "O", "B-Meet"],
    ]


def test_conllu_reads_words_sentences_and_offsets_of_conllu_plus() -> None:
    content = conllu_plus.write([first_article()], "test").files["test.conllup"].decode()
    sentences = conllu.parse(content)
    assert content.startswith("# global.columns = ID FORM MISC KHABAR:NER KHABAR:TRIGGER KHABAR:NESTED\n")
    assert [each.metadata["sent_id"] for each in sentences] == [f"ours-first#{n}" for n in range(4)]
    assert sentences[0].metadata["newdoc id"] == "ours-first"
    assert sentences[0].metadata["text"] == "لقاء في بيروت 😀 أمس"
    for word in (word for sentence in sentences for word in sentence):
        start, end = int(word["misc"]["start_char"]), int(word["misc"]["end_char"])
        assert FIRST[start:end] == word["form"]
    assert [(word["form"], word["khabar:ner"]) for word in sentences[1]][1:3] == [
        ("سامر", "B-PER"),
        ("النهري", "I-PER"),
    ]
    assert [word["khabar:nested"] for word in sentences[1]] == ["_"] * len(sentences[1])
    assert [word["khabar:nested"] for word in sentences[2]][-3:] == ["O", "B-GPE", "O"]
    assert next(word["khabar:trigger"] for word in sentences[2]) == "B-Meet"
    assert sentences[0][-1]["misc"]["SpacesAfter"] == r"\n\n"


def test_spacy_reads_text_mentions_groups_and_sentences_of_a_docbin(
    tiny_schema: Schema, tmp_path: Path
) -> None:
    made = docbin.write([first_article()], "test", tiny_schema)
    (tmp_path / "test.spacy").write_bytes(made.files["test.spacy"])
    (doc,) = spacy.tokens.DocBin().from_disk(tmp_path / "test.spacy").get_docs(spacy.blank("ar").vocab)
    assert doc.text == FIRST
    assert [(each.text, each.label_) for each in doc.ents] == [
        ("بيروت", "GPE"),
        ("سامر النهري", "PER"),
        ("بيروت", "GPE"),
        ("موسكو", "GPE"),
        ("وزارة خارجية لبنان", "ORG"),
        ("ولموسكو", "GPE"),
    ]
    assert [(each.text, each.label_, each.id_) for each in doc.spans["entities"]][4:6] == [
        ("وزارة خارجية لبنان", "ORG", "T5"),
        ("لبنان", "GPE", "T6"),
    ]
    assert [(each.text, each.label_) for each in doc.spans["triggers"]] == [
        ("التقى", "Meet"),
        ("ترفض", "Meet"),
        ("ترفض", "Reject"),
    ]
    assert [sentence.text.strip() for sentence in doc.sents][2] == "ترفض موسكو خطة وزارة خارجية لبنان."
    said = json.loads(doc.user_data["khabar"])
    assert said["events"][2]["arguments"] == [{"role": "Rejecter", "entity": "T4"}]
    assert FIRST[said["entities"][6]["start"] : said["entities"][6]["end"]] == "موسكو"


def test_oneie_offsets_are_tokens_and_ids_resolve_in_their_window() -> None:
    content = oneie.write([first_article()], "test").files["test.jsonl"].decode()
    windows = [json.loads(line) for line in content.splitlines()]
    assert [each["wnd_id"] for each in windows] == [f"ours-first#{n}" for n in range(4)]
    for window in windows:
        assert {"doc_id", "text", "tokens", "entity_mentions", "event_mentions"} <= window.keys()
        ids = {each["id"] for each in window["entity_mentions"]}
        spans = [*window["entity_mentions"], *(event["trigger"] for event in window["event_mentions"])]
        for each in spans:
            covered = window["tokens"][each["start"] : each["end"]]
            assert each["text"] in " ".join(covered)
            assert window["text"][each["start_char"] : each["end_char"]] == each["text"]
        for event in window["event_mentions"]:
            assert {each["entity_id"] for each in event["arguments"]} <= ids
    assert [(each["role"], each["text"]) for each in windows[1]["event_mentions"][0]["arguments"]] == [
        ("Participant", "سامر النهري"),
        ("Participant", "بيروت"),
    ]


def test_a_window_of_the_article_holds_the_argument_of_another_sentence() -> None:
    content = oneie.write([first_article()], "test", window=Window.article).files["test.jsonl"].decode()
    (window,) = [json.loads(line) for line in content.splitlines()]
    assert [each["role"] for each in window["event_mentions"][0]["arguments"]] == [
        "Participant",
        "Participant",
        "Place",
    ]


def test_brat_files_are_to_the_letter_what_brat_writes(tiny_schema: Schema) -> None:
    files = brat.write([first_article()], "test", tiny_schema).files
    assert files["test/ours-first.txt"].decode() == FIRST
    lines = files["test/ours-first.ann"].decode().splitlines()
    for line in lines:
        if spans := re.fullmatch(r"T\d+\t\w+ (\d+) (\d+)\t(.+)", line):
            assert FIRST[int(spans[1]) : int(spans[2])] == spans[3]
    assert [line for line in lines if line[0] in "EA"] == [
        "E1\tMeet:T8 Participant:T2 Participant2:T3 Place:T1",
        "E2\tMeet:T9",
        "E3\tReject:T10 Rejecter:T4",
        "A1\tmetonym T4",
        "A2\trealis E1 actual",
        "A3\trealis E2 negated",
        "A4\trealis E3 future",
    ]


def test_annotation_conf_says_what_the_schema_says(tiny_schema: Schema) -> None:
    parts = re.split(r"^\[(\w+)\]\n", brat.configuration(tiny_schema), flags=re.MULTILINE)[1:]
    said = {name: body.split("\n") for name, body in zip(parts[::2], parts[1::2], strict=True)}
    assert list(said) == ["entities", "relations", "events", "attributes"]
    assert [line for line in said["entities"] if line] == ["PER", "GPE", "ORG"]
    assert [line for line in said["events"] if line] == [
        "Meet\tParticipant*:PER|GPE|ORG, Topic?:ORG, Place*:GPE, Time*:ORG",
        "Reject\tRejecter?:GPE|PER, Proposal?:ORG, Place*:GPE, Time*:ORG",
    ]
    assert [line for line in said["attributes"] if line] == [
        "metonym\tArg:GPE",
        "realis\tArg:Meet|Reject, Value:actual|future|negated|hypothetical",
    ]


def test_two_exports_of_one_article_are_the_same_to_the_byte(tiny_schema: Schema) -> None:
    assert (
        docbin.write([first_article()], "a", tiny_schema).files
        == docbin.write([first_article()], "a", tiny_schema).files
    )
