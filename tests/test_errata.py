"""Known errors and deprecated releases: refused where they name nothing, shown in card and program."""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import yaml

from conftest import tiny_schema_value
from khabar.errors import DataError
from khabar.release import build
from khabar.release.errata import Errata, read_errata
from release_corpus import OURS, THEIRS, corpus_of, make_checkout, write_theirs
from test_publish_dataset import Program, app, call

__all__ = ["app", "call"]


@pytest.fixture
def checkout(tmp_path: Path, repository: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("KHABAR_TEXTS", raising=False)
    card = (repository / "dataset_card.md").read_text(encoding="utf-8")
    return make_checkout(tmp_path / "checkout", tiny_schema_value(), card)


def erratum(words: str, *, article: str = "ours-1", **values: Any) -> dict[str, Any]:
    """An erratum at the first place of these words."""
    start = {**OURS, "theirs-1": THEIRS}[article].index(words)
    return {
        "article": article,
        "span": {"start": start, "end": start + len(words), "text": words},
        "problem": "wrong",
        "change": "the type is ORG",
        "reason": "it is a <ministry> | of a state",
        "found": "0.1.0",
        **values,
    }


@pytest.fixture
def write(checkout: Path) -> Callable[..., None]:
    def written(*errata: dict[str, Any], deprecated: list[dict[str, Any]] | None = None) -> None:
        value = {"errata": list(errata), "deprecated": deprecated or []}
        text = yaml.safe_dump(value, allow_unicode=True, sort_keys=False)
        (checkout / "annotations" / "errata.yaml").write_text(text, encoding="utf-8")

    return written


Write = Callable[..., None]


def faults_of(checkout: Path, **options: Any) -> list[tuple[str, str]]:
    with pytest.raises(DataError) as caught:
        read_errata(corpus_of(checkout), **options)
    return [(fault.where, fault.message) for fault in caught.value.faults]


def test_a_corpus_without_the_file_has_no_known_error(checkout: Path) -> None:
    assert read_errata(corpus_of(checkout)) == Errata()


def test_the_errata_of_this_corpus_are_well_formed(repository: Path) -> None:
    from khabar.corpus import read_corpus

    corpus = read_corpus(repository / "annotations")
    assert isinstance(read_errata(corpus), Errata)


def test_mentions_triggers_and_missing_spans_are_taken_after_emoji_and_astral_letters(
    checkout: Path, write: Write
) -> None:
    write(erratum("لبنان"), erratum("ترفض", problem="spurious"), erratum("𐤀𐤁", problem="missing"))
    found = read_errata(corpus_of(checkout))
    assert [each.span.text for each in found.open] == ["لبنان", "ترفض", "𐤀𐤁"]
    assert found.unchecked == ()


def test_an_erratum_of_no_article_and_one_of_no_span_are_refused_together(
    checkout: Path, write: Write
) -> None:
    start = OURS["ours-1"].index("لبنان")
    write(
        erratum("لبنان") | {"article": "ours-9"},
        erratum("لبنان") | {"span": {"start": start + 1, "end": start + 6, "text": "لبنان"}},
        erratum("خطة"),
        erratum("لبنان") | {"span": {"start": 900, "end": 905, "text": "لبنان"}, "problem": "missing"},
        erratum("لبنان") | {"span": {"start": 7, "end": 7, "text": "لبنان"}},
    )
    plan = OURS["ours-1"].index("خطة")
    assert faults_of(checkout) == [
        ("errata[0].article", "no article 'ours-9' in articles.jsonl"),
        (
            "errata[1].span.text",
            f"text[{start + 1}:{start + 6}] is 'بنان.', the erratum says 'لبنان'",
        ),
        (
            "errata[1].span",
            f"the gold has no mention and no trigger 'لبنان' at [{start + 1}, {start + 6})",
        ),
        ("errata[2].span", f"the gold has no mention and no trigger 'خطة' at [{plan}, {plan + 3})"),
        ("errata[3].span.text", "text[900:905] is '', the erratum says 'لبنان'"),
        ("errata[4].span", "expected start before end, found [7, 7)"),
    ]


def test_a_malformed_file_is_told_with_all_its_faults(checkout: Path, write: Write) -> None:
    write(erratum("لبنان") | {"found": "one", "problem": "odd", "more": 1}, {"article": "ours-1"})
    wheres = [where for where, _ in faults_of(checkout)]
    assert wheres == [
        "errata[0].problem",
        "errata[0].found",
        "errata[0].more",
        *(f"errata[1].{name}" for name in ("span", "problem", "change", "reason", "found")),
    ]


def test_a_fix_comes_after_the_find_and_neither_after_the_build(checkout: Path, write: Write) -> None:
    write(erratum("لبنان", fixed="0.1.0"), erratum("موسكو", found="0.3.0"), erratum("ترفض", fixed="1.0.0"))
    assert faults_of(checkout, version="0.2.0") == [
        ("errata[0].fixed", "expected a release after 0.1.0, found 0.1.0"),
        ("errata[1].found", "0.3.0 is later than 0.2.0, the release being built"),
        ("errata[2].fixed", "1.0.0 is later than 0.2.0, the release being built"),
    ]


def test_a_fixed_error_is_not_held_against_the_text_of_today(checkout: Path, write: Write) -> None:
    gone = {"start": 500, "end": 504, "text": "زالت"}
    write(erratum("لبنان", fixed="1.0.0") | {"span": gone})
    found = read_errata(corpus_of(checkout))
    assert found.open == []
    assert [each.span.text for each in found.fixed_in("1.0.0")] == ["زالت"]


def test_what_is_said_twice_and_a_deprecated_successor_are_refused(checkout: Path, write: Write) -> None:
    old = {"release": "0.1.0", "reason": "offsets were wrong", "instead": "0.2.0"}
    write(erratum("لبنان"), erratum("لبنان"), deprecated=[old, {**old, "release": "0.2.0", "instead": None}])
    assert faults_of(checkout) == [
        ("errata[1]", "says the same as errata[0]"),
        ("deprecated[0].instead", "0.2.0 is deprecated itself"),
    ]


def test_a_stand_off_article_without_its_text_is_named_as_unchecked(
    checkout: Path, write: Write, tmp_path: Path
) -> None:
    write(erratum("باريس", article="theirs-1"), erratum("عقدت", article="theirs-1", problem="missing"))
    assert read_errata(corpus_of(checkout)).unchecked == ("theirs-1",)
    assert read_errata(corpus_of(checkout, write_theirs(tmp_path / "texts"))).unchecked == ()


def test_the_card_shows_open_and_corrected_errors_and_deprecated_releases(
    checkout: Path, write: Write, tmp_path: Path
) -> None:
    write(
        erratum("لبنان"),
        erratum("موسكو", fixed="1.0.0", change="it is metonymic"),
        deprecated=[{"release": "0.1.0", "reason": "Its test split was empty.", "instead": "1.0.0"}],
    )
    card = (build(corpus_of(checkout), tmp_path / "out", version="1.0.0").folder / "README.md").read_text()
    start = OURS["ours-1"].index("لبنان")
    assert (
        f"| `ours-1` | {start}–{start + 5} | لبنان | wrong | the type is ORG | "
        "it is a &lt;ministry&gt; \\| of a state | 0.1.0 |\n"
    ) in card
    assert "- `ours-1`, موسكو (found in 0.1.0): it is metonymic (" in card
    assert "- 0.1.0: Its test split was empty. Use 1.0.0 instead.\n" in card
    assert "None is known" not in card


def test_the_card_of_a_release_tells_nothing_of_labels_it_holds_out(
    checkout: Path, write: Write, tmp_path: Path
) -> None:
    write(erratum("لبنان"), erratum("دمشق", article="ours-3", change="the type is LOC"))
    built = build(corpus_of(checkout), tmp_path / "out", version="1.0.0", hold_out="test")
    card = (built.folder / "README.md").read_text(encoding="utf-8")
    assert "`ours-1`" in card
    assert "the type is LOC" not in card
    assert built.labels is not None
    assert "the type is LOC" in (built.labels / "README.md").read_text(encoding="utf-8")


def test_the_card_says_that_no_error_is_known(checkout: Path, tmp_path: Path) -> None:
    card = (build(corpus_of(checkout), tmp_path / "out", version="1.0.0").folder / "README.md").read_text()
    assert "and repeated here.\n\nNone is known of this release, which does not mean" in card


def test_a_build_refuses_wrong_errata(checkout: Path, write: Write, tmp_path: Path) -> None:
    write(erratum("لبنان") | {"article": "ours-9"})
    with pytest.raises(DataError, match="no article 'ours-9'"):
        build(corpus_of(checkout), tmp_path / "out", version="1.0.0")
    assert not (tmp_path / "out").exists()


def test_the_program_lists_them_and_ends_with_one_where_they_are_wrong(
    call: Program, checkout: Path, write: Write, capsys: pytest.CaptureFixture[str]
) -> None:
    write(erratum("لبنان"), deprecated=[{"release": "0.1.0", "reason": "It tore."}])
    assert call("errata", "--annotations", checkout / "annotations") == 0
    printed = capsys.readouterr().out
    assert "«\u2068لبنان\u2069»" in printed
    assert "0.1.0 is not to be used: It tore. Use: none yet" in printed
    assert call("errata", "--annotations", checkout / "annotations", "--format", "json") == 0
    assert json.loads(capsys.readouterr().out)["errata"][0]["problem"] == "wrong"
    write(erratum("لبنان") | {"article": "ours-9"})
    assert call("errata", "--annotations", checkout / "annotations") == 1
    assert "no article 'ours-9'" in capsys.readouterr().err
