"""The gazetteer, the clitics it sees through, and the rule that fills arguments."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from baseline_articles import assert_valid, marked_rows, new, row, shown, shown_events
from khabar.baselines import gazetteer
from khabar.baselines.clitics import beginnings, endings, forms_at
from khabar.errors import DataError
from khabar.schema import Schema


def entities(train: list[dict[str, Any]], text: str, schema: Schema) -> list[tuple[str, str]]:
    return shown(text, gazetteer.fit(train, schema).predict(new(text)))


def events(
    train: list[dict[str, Any]], text: str, schema: Schema
) -> list[tuple[str, str, list[tuple[str, str]]]]:
    return shown_events(text, gazetteer.fit(train, schema).predict(new(text)))


# --- clitics ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("word", "begun"),
    [
        ("روسيا", ["روسيا"]),
        ("وروسيا", ["وروسيا", "روسيا"]),
        ("فبالقاهرة", ["فبالقاهرة", "بالقاهرة", "القاهرة"]),
        ("بـباريس", ["بـباريس", "باريس"]),
        ("وَلِبنان", ["وَلِبنان", "لِبنان", "بنان"]),
        ("وب", ["وب"]),
    ],
)
def test_a_mention_may_begin_after_a_conjunction_a_preposition_or_both(word: str, begun: list[str]) -> None:
    assert [word[cut.offset :] for cut in beginnings(word)] == begun


@pytest.mark.parametrize(
    ("word", "ended"),
    [
        ("سفيرها", ["سفيرها", "سفير"]),
        ("لقائِهِما", ["لقائِهِما", "لقائِ"]),
        ("وزيرنا", ["وزيرنا", "وزير"]),
        ("القاهرة", ["القاهرة"]),
        ("به", ["به"]),
        ("مصري", ["مصري"]),
    ],
)
def test_a_mention_may_end_before_a_pronoun(word: str, ended: list[str]) -> None:
    assert [word[: cut.offset] for cut in endings(word)] == ended


def test_a_name_after_the_preposition_lam_may_have_lost_the_alef_of_its_article() -> None:
    text = "دعا للأمم المتحدة"
    assert forms_at(text, 5, 17) == (("لامم", "المتحده"), ("الامم", "المتحده"), ("اللامم", "المتحده"))


def test_a_noun_before_a_pronoun_has_the_form_it_has_without_one() -> None:
    assert forms_at("زيارته", 0, 5) == (("زيارت",), ("زياره",))
    assert forms_at("لقائه", 0, 4) == (("لقائ",), ("لقاء",))


# --- names ------------------------------------------------------------------------------------------

NAMES = [
    row("a", "زارت الوزيرة [GPE روسيا] ثم [GPE كوريا الشمالية] بدعوة من [ORG الأمم المتحدة]."),
    row("b", "وصل [PER سامر النهري] إلى مقر [ORG وزارة خارجية [GPE ليبيا]] مساء."),
]


def test_a_known_name_is_found_without_its_proclitic(tiny_schema: Schema) -> None:
    text = "وروسيا ترفض، فلكوريا الشمالية رأي آخر."
    assert gazetteer.fit(NAMES, tiny_schema).predict(new(text))["entities"] == [
        {"start": 1, "end": 6, "type": "GPE"},
        {"start": 15, "end": 29, "type": "GPE"},
    ]


def test_a_known_name_after_lil_begins_at_the_second_lam(tiny_schema: Schema) -> None:
    record = gazetteer.fit(NAMES, tiny_schema).predict(new("رسالة للأمم المتحدة"))
    assert record["entities"] == [{"start": 7, "end": 19, "type": "ORG"}]


def test_a_name_seen_only_after_lil_is_found_with_its_article(tiny_schema: Schema) -> None:
    train = [row("a", "رسالة ل[ORG لجنة العليا] ورسالة ل[ORG لأمم المتحدة]")]
    assert entities(train, "قالت الأمم المتحدة واللجنة العليا", tiny_schema) == [
        ("ORG", "الأمم المتحدة"),
        ("ORG", "اللجنة العليا"),
    ]


def test_a_name_that_itself_begins_with_lam_is_found_after_the_preposition(tiny_schema: Schema) -> None:
    assert entities(NAMES, "مساعدات لليبيا", tiny_schema) == [("GPE", "ليبيا")]


def test_letters_that_look_like_a_clitic_stay_on_a_known_name(tiny_schema: Schema) -> None:
    train = [row("a", "وصل إلى [GPE بولندا] من [GPE ولاية]"), row("b", "وصل [PER ولندا]")]
    assert entities(train, "زار بولندا", tiny_schema) == [("GPE", "بولندا")]


def test_a_name_after_an_emoji_keeps_its_offsets_in_code_points(tiny_schema: Schema) -> None:
    text = "خبر 😀🇱🇧 عن روسيا 𐤀"
    record = gazetteer.fit(NAMES, tiny_schema).predict(new(text))
    assert record["entities"] == [{"start": 11, "end": 16, "type": "GPE"}]
    assert text[11:16] == "روسيا"


def test_spelling_variants_and_marks_do_not_hide_a_name(tiny_schema: Schema) -> None:
    text = "الامم المتّحـدة"
    assert entities(NAMES, text, tiny_schema) == [("ORG", text)]


def test_a_name_inside_a_longer_name_is_found_in_both_places(tiny_schema: Schema) -> None:
    text = "أعلنت وزارة خارجية ليبيا"
    assert entities(NAMES, text, tiny_schema) == [("ORG", "وزارة خارجية ليبيا"), ("GPE", "ليبيا")]


def test_the_longest_name_wins_over_one_it_begins_with(tiny_schema: Schema) -> None:
    train = [row("a", "[GPE كوريا] غير [GPE كوريا الشمالية]")]
    assert entities(train, "كوريا الشمالية وكوريا", tiny_schema) == [
        ("GPE", "كوريا الشمالية"),
        ("GPE", "كوريا"),
    ]


def test_a_word_that_is_mostly_no_name_in_train_is_left_alone(tiny_schema: Schema) -> None:
    once_in_three = row("a", "[PER أمل] وأمل كبير وأمل صغير")
    assert entities([once_in_three], "أمل", tiny_schema) == []
    assert entities([once_in_three, row("b", "قالت [PER أمل]")], "أمل", tiny_schema) == [("PER", "أمل")]


def test_a_form_of_two_types_gets_the_more_frequent_and_on_a_tie_the_earlier_in_the_schema(
    tiny_schema: Schema,
) -> None:
    tie = [row("a", "[ORG جورجيا] و[PER جورجيا]")]
    assert entities(tie, "جورجيا", tiny_schema) == [("PER", "جورجيا")]
    assert entities([*tie, row("b", "[ORG جورجيا]")], "جورجيا", tiny_schema) == [("ORG", "جورجيا")]


def test_a_name_is_not_matched_across_sentences(tiny_schema: Schema) -> None:
    assert entities(NAMES, "كوريا\nالشمالية", tiny_schema) == []


# --- events -----------------------------------------------------------------------------------------

EVENTS = [
    row(
        "a",
        "<Meet التقى> [PER سامر] و[PER ليلى] في [GPE بيروت].\n<Reject رفضت> [GPE روسيا] خطة [ORG الاتحاد].",
        (0, "Participant", 0),
        (0, "Participant", 1),
        (0, "Place", 2),
        (1, "Rejecter", 3),
        (1, "Proposal", 4),
    ),
    row("b", "بعد <Meet لقاء>.\nعقد <Meet اجتماع>ه."),
]


def test_roles_are_filled_by_the_nearest_mention_of_a_type_that_train_saw_there(tiny_schema: Schema) -> None:
    text = "روسيا بعيدة، ثم رفضت بيروت ما قاله سامر عن الاتحاد."
    assert events(EVENTS, text, tiny_schema) == [
        ("Reject", "رفضت", [("Proposal", "الاتحاد"), ("Rejecter", "بيروت")])
    ]


def test_of_two_equally_near_mentions_the_one_after_the_trigger_is_taken(tiny_schema: Schema) -> None:
    assert events(EVENTS, "بيروت رفضت روسيا", tiny_schema) == [("Reject", "رفضت", [("Rejecter", "روسيا")])]


def test_a_clitic_before_a_mention_is_not_a_word_of_distance(tiny_schema: Schema) -> None:
    assert events(EVENTS, "روسيا رفضت وبيروت", tiny_schema) == [("Reject", "رفضت", [("Rejecter", "بيروت")])]


def test_a_role_of_several_takes_coordinated_mentions_on_both_sides_and_no_other(tiny_schema: Schema) -> None:
    text = "قال سامر إن ليلى، وسامر التقى بهم ليلى وسامر، وليلى عند سامر"
    (event,) = events(EVENTS, text, tiny_schema)
    assert event == ("Meet", "التقى", [("Participant", "ليلى"), ("Participant", "سامر")])
    (event,) = events(EVENTS, "التقى ليلى وسامر، وليلى في بيروت", tiny_schema)
    assert event[2] == [
        ("Participant", "ليلى"),
        ("Participant", "سامر"),
        ("Participant", "ليلى"),
        ("Place", "بيروت"),
    ]


def test_a_mention_fills_one_role_of_an_event(tiny_schema: Schema) -> None:
    train = [
        row("a", "<Meet التقى> [GPE روسيا] في [GPE بيروت]", (0, "Participant", 0), (0, "Place", 1)),
        row("b", "<Meet التقى> [GPE روسيا] وغيرها", (0, "Participant", 0)),
    ]
    assert events(train, "التقى بيروت", tiny_schema) == [("Meet", "التقى", [("Participant", "بيروت")])]


def test_a_trigger_without_a_compatible_mention_is_an_event_without_arguments(tiny_schema: Schema) -> None:
    assert events(EVENTS, "رفضت الاقتراح.\nفي روسيا", tiny_schema) == [("Reject", "رفضت", [])]


def test_a_trigger_is_found_after_a_proclitic_and_before_a_pronoun(tiny_schema: Schema) -> None:
    text = "ورفضت، وبلقائهم بعد الاجتماع واجتماع"
    assert [each[:2] for each in events(EVENTS, text, tiny_schema)] == [
        ("Reject", "رفضت"),
        ("Meet", "لقائ"),
        ("Meet", "اجتماع"),
    ]


def test_a_trigger_inside_a_mention_is_dropped_unless_train_shows_such_mentions(tiny_schema: Schema) -> None:
    named = row("c", "بيان [ORG مجلس لقاء الأحزاب]")
    assert events([*EVENTS, named], "مجلس لقاء الأحزاب", tiny_schema) == []
    holding = row("d", "ثم [ORG <Meet لقاء> القمة]")
    assert events([*EVENTS, holding], "لقاء القمة", tiny_schema) == [("Meet", "لقاء", [])]


# --- training ---------------------------------------------------------------------------------------


def test_without_training_articles_nothing_is_predicted(tiny_schema: Schema) -> None:
    record = gazetteer.fit([], tiny_schema).predict(new("التقى سامر ليلى"))
    assert record == {"article": "new", "entities": [], "events": []}


def test_rows_that_do_not_fit_the_schema_are_refused_with_all_their_faults(tiny_schema: Schema) -> None:
    bad = row("a", "<Meet التقى> [PER سامر] و[LOC البحر] ثم <Fly طار>", (0, "Pilot", 0))
    bad["entities"][0]["end"] = 99
    with pytest.raises(DataError) as error:
        gazetteer.fit([bad], tiny_schema)
    assert [(each.where, each.message) for each in error.value.faults] == [
        ("a", "T1: span [6, 99) is not inside the text of 24 code points"),
        ("a", "T2: the schema has no entity type 'LOC'"),
        ("a", "E1: Meet takes no role 'Pilot'"),
        ("a", "E2: the schema has no event type 'Fly'"),
    ]


@settings(deadline=None, max_examples=50)
@given(train=st.lists(marked_rows(), max_size=4), article=marked_rows())
def test_predictions_of_the_gazetteer_are_valid_whatever_it_learnt(
    tiny_schema: Schema, train: list[dict[str, Any]], article: dict[str, Any]
) -> None:
    record = gazetteer.fit(train, tiny_schema).predict(article)
    assert_valid(record, article["text"], tiny_schema)
    assert gazetteer.fit(train, tiny_schema).predict(new(article["text"])) == {**record, "article": "new"}
