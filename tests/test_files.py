"""Reading strictly, writing whole."""

from __future__ import annotations

import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khabar import files
from khabar.errors import DataError


def test_a_file_that_is_not_utf8_is_refused_with_its_byte_and_line(tmp_path: Path) -> None:
    path = tmp_path / "a.txt"
    path.write_bytes("خبر\nسطر\n".encode() + b"\xc7\xe1")
    with pytest.raises(DataError, match=r"line 3: expected UTF-8, found byte 0xc7 at offset 14"):
        files.read_text(path)


def test_every_bad_line_of_json_lines_is_told(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes('{"خبر": 1}\n{"a": 1, "a": 2}\n\n{oops}\n{"b": NaN}\n'.encode() + b'"\xff"\n')
    with pytest.raises(DataError) as caught:
        list(files.read_json_lines(path))
    assert [str(fault) for fault in caught.value.faults] == [
        "line 2: key given twice in one object: a",
        "line 4: not JSON: Expecting property name enclosed in double quotes at column 2",
        "line 5: NaN is not a JSON number",
        "line 6: expected UTF-8, found byte 0xff",
    ]


def test_good_lines_come_with_their_numbers(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_text('{"a": "خبر"}\r\n\n[1]\n', encoding="utf-8")
    assert list(files.read_json_lines(path)) == [(1, {"a": "خبر"}), (3, [1])]


def test_a_line_too_long_for_an_article_is_refused_before_it_is_parsed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(files, "MAX_LINE", 2**20)
    path = tmp_path / "a.jsonl"
    path.write_text('{}\n"' + "x" * 2**21 + '"\n', encoding="utf-8")
    with pytest.raises(DataError, match="line 2: line longer than 1 MiB; expected one record a line"):
        list(files.read_json_lines(path))


def test_a_deeply_nested_value_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    path.write_text("[" * 200_000, encoding="utf-8")
    with pytest.raises(DataError, match="nested too deeply"):
        files.read_json(path)


def test_a_failed_write_leaves_the_old_file_and_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = tmp_path / "a.json"
    files.write_json(path, {"خبر": 1})
    before = path.read_bytes()

    def disk_full(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(files.os, "fsync", disk_full)
    with pytest.raises(OSError, match="No space left"):
        files.write_json(path, {"خبر": 2})
    assert path.read_bytes() == before
    assert [each.name for each in tmp_path.iterdir()] == ["a.json"]


def test_a_written_file_can_be_read_by_others(tmp_path: Path) -> None:
    path = tmp_path / "folder" / "a.txt"
    files.write_text(path, "خبر\n")
    assert path.read_text(encoding="utf-8") == "خبر\n"
    assert stat.S_IMODE(path.stat().st_mode) & stat.S_IRUSR | stat.S_IWUSR


def test_the_content_digest_does_not_depend_on_the_order_of_keys() -> None:
    assert files.content_digest([{"a": 1, "ب": [2]}]) == files.content_digest([{"ب": [2], "a": 1}])
    assert files.content_digest([{"a": 1}]) != files.content_digest([{"a": 2}])
    assert files.content_digest([]) == files.sha256("")


def test_a_byte_order_mark_is_named_with_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "a.jsonl"
    path.write_bytes(b"\xef\xbb\xbf{}\n")
    with pytest.raises(DataError, match=r"line 1: begins with a byte order mark \(BOM\)"):
        list(files.read_json_lines(path))


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ('{"a:b": "c:d", "e": [{"f": ":"}]}', {"a:b": "c:d", "e": [{"f": ":"}]}),
        ('["10:30", {"a" : {"b":1}}]', ["10:30", {"a": {"b": 1}}]),
    ],
)
def test_colons_in_words_are_no_doubled_keys(text: str, value: object) -> None:
    assert files.parse_json(text, source="x", where="") == value


@pytest.mark.parametrize(
    "text", ['{"a" : 1, "a" : ":"}', '[{"b": {"c": 1, "c": 1}}]', '{"a:": 1, "a:": 2, "b": []}']
)
def test_a_doubled_key_is_found_wherever_it_is(text: str) -> None:
    with pytest.raises(DataError, match="key given twice in one object"):
        files.parse_json(text, source="x", where="")


plain = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63 - 1) | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=20,
)


@given(row=st.dictionaries(st.text(), plain))
def test_the_quick_way_to_a_canonical_line_gives_the_very_same(row: dict[str, object]) -> None:
    assert files.canonical_line_of_row(row) == files.canonical_line(row)


def test_controls_marks_and_astral_letters_are_written_alike_in_both_ways() -> None:
    row = {"نص": '\x00\x1f\x7f\x85\u2028\ufeff"\\/\b\f\n\r\t 😀𐤀 خبَر', "b": [{"z": True, "a": None}]}
    assert files.canonical_line_of_row(row) == files.canonical_line(row)
    with pytest.raises(ValueError, match=r"surrogates not allowed|utf"):
        files.canonical_line_of_row({"a": "\ud800"})
