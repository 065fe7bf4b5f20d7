"""The pictures of a card: exact bars, well-formed, safe, and readable on light and dark paper."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as some

from khabar.agreement import Agreement, Counts
from khabar.bootstrap import Interval
from khabar.release.charts import Bar, Chart, Part, as_svg
from khabar.release.counts import Tally
from khabar.release.pairs import Pair
from khabar.release.plots import bin_width, of_agreement, of_lengths, of_tallies

SVG = "{http://www.w3.org/2000/svg}"


def test_a_type_is_a_bar_with_a_part_for_each_split() -> None:
    tallies = [Tally("PER", {"train": 3000, "test": 1}), Tally("MED", {"train": 0, "test": 0})]
    chart = of_tallies("Mentions", tallies)
    assert (chart.series, chart.longest) == (("train", "test"), 3001)
    assert [(bar.label, [part.value for part in bar.parts], bar.said) for bar in chart.bars] == [
        ("PER", [3000, 1], "3,001"),
        ("MED", [0, 0], "0"),
    ]


def test_lengths_fall_into_bins_and_the_empty_bin_between_is_shown() -> None:
    chart = of_lengths("Lengths", {"train": [10, 19, 30], "test": [39]})
    assert [(bar.name, [part.value for part in bar.parts]) for bar in chart.bars] == [
        ("10–19", [2, 0]),
        ("20–29", [0, 0]),
        ("30–39", [1, 1]),
    ]
    assert chart.longest == 2


@settings(deadline=None)
@given(some.lists(some.integers(0, 10**7), min_size=1))
def test_every_article_is_in_one_of_at_most_twelve_bins(values: list[int]) -> None:
    chart = of_lengths("Lengths", {"train": values})
    assert len(chart.bars) <= 12
    assert sum(part.value for bar in chart.bars for part in bar.parts) == len(values)


@pytest.mark.parametrize(
    ("values", "width"), [([], 10), ([5], 10), ([0, 119], 10), ([0, 120], 20), ([9, 999], 100)]
)
def test_bins_are_as_narrow_as_twelve_allow(values: list[int], width: int) -> None:
    assert bin_width(values) == width


def test_measures_stand_together_with_a_bar_for_each_pair_of_annotators() -> None:
    agreed = Agreement({"entity": Counts(1, 2, 2), "trigger_c": Counts(0, 0, 0)}, {}, {})
    chart = of_agreement("F1", [Pair("a", "b", 1, agreed), Pair("a", "c", 1, agreed)])
    assert chart.series == ("a and b", "a and c")
    assert [(bar.label, bar.parts[0].series, bar.parts[0].value, bar.said) for bar in chart.bars] == [
        ("mentions: span and type", 0, 0.5, "0.500"),
        ("", 1, 0.5, "0.500"),
        ("triggers: span and event type (Trig-C)", 0, 0.0, "–"),
        ("", 1, 0.0, "–"),
    ]


def test_an_interval_is_a_whisker_to_scale_and_is_said() -> None:
    agreed = Agreement({"entity": Counts(1, 2, 2)}, {}, {})
    chart = of_agreement("F1", [Pair("", "", 2, agreed, {"entity": Interval(0.25, 0.75)})])
    assert chart.series == ("the two passes that gold was made of",)
    assert chart.bars[0].interval == (0.25, 0.75)
    assert chart.bars[0].parts[0].said == "0.500 (0.250–0.750)"
    root = drawn(chart)
    (whisker,) = root.iter(f"{SVG}path")
    bar = next(each for each in root.iter(f"{SVG}rect") if each.get("height") == "16")
    start, length = float(bar.get("x", "")), float(bar.get("width", ""))
    found = re.fullmatch(r"M([\d.]+) \d+v8m0 -4H([\d.]+)m0 -4v8", whisker.get("d", ""))
    assert found is not None
    assert float(found[1]) == pytest.approx(start + length / 2, abs=0.2)
    assert float(found[2]) == pytest.approx(start + length * 1.5, abs=0.2)


def test_the_whole_and_the_pairs_with_most_articles_are_drawn_one_colour_each() -> None:
    agreed = Agreement({"entity": Counts(1, 2, 2)}, {}, {})
    few, many = [Pair("a", name, 1, agreed) for name in "bcd"], [Pair("e", name, 9, agreed) for name in "fgh"]
    chart = of_agreement("F1", [Pair("", "", 12, agreed), *few, *many])
    assert chart.series == ("the two passes that gold was made of", "e and f", "e and g", "e and h")


def drawn(chart: Chart, mark: str = "mark") -> ElementTree.Element:
    return ElementTree.fromstring(as_svg(chart, mark))


def test_bars_are_drawn_to_scale_and_end_to_end() -> None:
    bar = Bar("x", "x", (Part(0, 1, "1"), Part(1, 3, "3")), "4")
    half = Bar("y", "y", (Part(0, 2, "2"), Part(1, 0, "0")), "2")
    root = drawn(Chart("Title", ("train", "test"), (bar, half), 4))
    bars = [each for each in root.iter(f"{SVG}rect") if each.get("height") == "16"]
    first, second, third, fourth = [(float(each.get("x", "")), float(each.get("width", ""))) for each in bars]
    assert first[0] + first[1] == second[0]
    assert second[1] == pytest.approx(3 * first[1], abs=0.3)
    assert (third[0], third[1], fourth[1]) == (first[0], pytest.approx(2 * first[1], abs=0.3), 0)


def test_what_a_picture_shows_is_also_there_in_words() -> None:
    bar = Bar("PER", "PER", (Part(0, 1, "1"), Part(1, 3, "3")), "4")
    root = drawn(Chart("Mentions", ("train", "test"), (bar,), 4), "a canary")
    assert root.findtext(f"{SVG}title") == "Mentions"
    assert root.findtext(f"{SVG}desc") == "PER: train 1, test 3"
    assert root.findtext(f"{SVG}metadata") == "a canary"


def test_names_cannot_break_out_of_a_picture() -> None:
    hostile = "</text><script>alert('😀')</script>\"&"
    root = drawn(
        Chart(hostile, (hostile,), (Bar(hostile, hostile, (Part(0, 1, hostile),), hostile),), 1), hostile
    )
    assert {each.tag.removeprefix(SVG) for each in root.iter()} == {
        *("svg", "title", "desc", "metadata", "style", "rect", "text", "line")
    }


def test_a_picture_has_paper_and_colours_for_the_dark() -> None:
    text = as_svg(Chart("Title", ("train",), (), 0), "mark")
    light, dark = text.split("prefers-color-scheme: dark")
    assert ".paper { fill: #fff }" in light
    assert ".paper { fill: #0d1117 }" in dark
    assert "#0072b2" in light
    assert "#56b4e9" in dark


def test_an_empty_chart_is_a_picture_too() -> None:
    assert drawn(of_tallies("None", [])).findtext(f"{SVG}title") == "None"
    assert drawn(of_lengths("None", {})).findtext(f"{SVG}title") == "None"
    assert drawn(of_agreement("None", [])).findtext(f"{SVG}title") == "None"
