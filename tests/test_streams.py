"""Streams of articles: every form and address in, the same articles out, whatever is in between."""

from __future__ import annotations

import gzip
import json
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from khabar.errors import CallError, DataError
from khabar.files import sha256
from khabar.streams import FORMS, Folder, find_files, read_records, read_stream, size_of
from khabar.streams.duplicates import Repeats, repeats
from khabar.streams.reading import Record, value_of
from khabar.streams.shards import cut
from khabar.streams.writing import decode, encode
from stream_articles import contents, lines_of, listed, record, rows, run

RECORDS = [record(number) for number in range(25)]


@pytest.fixture
def plain(tmp_path: Path) -> Path:
    path = tmp_path / "in" / "a.jsonl"
    path.parent.mkdir()
    path.write_bytes(lines_of(RECORDS))
    return path


def test_an_article_of_a_stream_is_what_the_single_program_makes_of_it(plain: Path, tmp_path: Path) -> None:
    summary = run([plain], tmp_path / "out")
    assert (summary.read, summary.written, summary.quarantined, summary.duplicates) == (25, 25, 0, 0)
    first = rows(tmp_path / "out")[0]
    text = (
        "لقاء 0 في بيروت\n\nبحث الوزيران في بيروت يوم الأحد الملف رقم 0 سبل تثبيت الهدنة 😀.\n"
        "وقال مصدر مطلع إن الاجتماع رقم 1 يعقد في بيروت."
    )
    assert first == {
        "id": "ours-n-0",
        "source": "ours",
        "title": "لقاء 0 في بيروت",
        "published": "2024-03",
        "language": "ar",
        "licence": "CC-BY-4.0",
        "text_sha256": sha256(text),
        "origin": "written for a test",
        "text": text,
    }
    assert [row["id"] for row in rows(tmp_path / "out")] == [f"ours-n-{number}" for number in range(25)]


@pytest.mark.parametrize("form", FORMS)
def test_every_form_gives_back_what_was_written(form: str, tmp_path: Path) -> None:
    path = tmp_path / f"a{form}"
    path.write_bytes(encode(RECORDS, form))
    assert decode(path.read_bytes(), form) == RECORDS
    assert [value_of(each) for each in read_records(*find_files([str(path)]))] == RECORDS
    assert encode(RECORDS, form) == encode(RECORDS, form)


@pytest.mark.parametrize("form", FORMS)
def test_articles_written_in_any_form_are_read_again_as_articles(
    plain: Path, tmp_path: Path, form: str
) -> None:
    run([plain], tmp_path / "out", form=form)
    told: list[tuple[int, int, bool]] = []
    articles = list(read_stream([str(tmp_path / "out")], lambda *each: told.append(each)))
    assert [each.id for each in articles] == [f"ours-n-{number}" for number in range(25)]
    assert all(sha256(each.text or "") == each.text_sha256 for each in articles)
    assert [(done, anew) for done, _, anew in told] == [(1, True)] * 25
    assert sum(part for _, part, _ in told) == size_of([str(tmp_path / "out")])


def test_archives_of_several_members_are_read_to_their_end(tmp_path: Path) -> None:
    (tmp_path / "a.jsonl.gz").write_bytes(b"".join(gzip.compress(lines_of([each])) for each in RECORDS))
    packed = [pa.compress(lines_of([each]), codec="zstd", asbytes=True) for each in RECORDS]
    (tmp_path / "b.jsonl.zst").write_bytes(b"".join(packed))
    for file in find_files([str(tmp_path)]):
        assert [value_of(each) for each in read_records(file)] == RECORDS


def test_folders_globs_and_archives_name_their_files_in_order(tmp_path: Path, plain: Path) -> None:
    folder = plain.parent
    (folder / "deep").mkdir()
    for name in ("b.jsonl.gz", "deep/c.parquet", ".hidden.jsonl", "note.txt"):
        (folder / name).write_bytes(b"")
    with zipfile.ZipFile(tmp_path / "z.zip", "w") as archive:
        archive.write(plain, "z.jsonl")
    names = [file.address for file in find_files([str(folder)])]
    assert names == [str(folder / name) for name in ("a.jsonl", "b.jsonl.gz", "deep/c.parquet")]
    assert [each.address for each in find_files([f"{folder}/*.jsonl", str(plain)])] == [str(plain)]
    (inside,) = find_files([f"zip://z.jsonl::{tmp_path / 'z.zip'}"])
    assert [value_of(each) for each in read_records(inside)] == RECORDS


def test_a_stream_is_read_at_another_address() -> None:
    folder = Folder("memory://streams/in")
    folder.write("b/2.jsonl.gz", [encode(RECORDS[20:], ".jsonl.gz")])
    folder.write("a/1.jsonl.zst", [encode(RECORDS[:20], ".jsonl.zst")])
    files = find_files(["memory://streams/in/*/*.jsonl.*"])
    assert [each.address for each in files] == [
        "memory:///streams/in/a/1.jsonl.zst",
        "memory:///streams/in/b/2.jsonl.gz",
    ]
    assert [value_of(each) for file in files for each in read_records(file)] == RECORDS


def test_an_address_whose_package_is_absent_names_it() -> None:
    with pytest.raises(CallError, match=r"s3://news/a\.jsonl: Install s3fs to access S3"):
        find_files(["s3://news/a.jsonl"])
    with pytest.raises(CallError, match="Protocol not known: nothing"):
        find_files(["nothing://a.jsonl"])


def test_a_folder_at_another_address_is_written_and_read_alike() -> None:
    folder = Folder("memory://streams/out")
    folder.write("work/a.json", [b"{", b"}"])
    folder.move("work/a.json", "a.json")
    assert (folder.read("a.json"), folder.names(), folder.names("work")) == (b"{}", {"a.json"}, set())

    def broken() -> Iterator[bytes]:
        yield b"["
        raise RuntimeError("stopped half-way")

    with pytest.raises(RuntimeError, match="stopped half-way"):
        folder.write("a.json", broken())
    assert folder.read("a.json") == b"{}"
    folder.remove("a.json")
    assert not folder.has("a.json")


@pytest.mark.parametrize("address", ["nowhere.jsonl", "nowhere/*.jsonl", "{folder}", "{folder}/a.txt"])
def test_an_address_that_leads_nowhere_is_a_wrong_call(tmp_path: Path, address: str) -> None:
    (tmp_path / "a.txt").write_text("خبر", encoding="utf-8")
    with pytest.raises(CallError):
        find_files([address.format(folder=tmp_path)])


def test_the_output_depends_on_nothing_but_input_and_settings(plain: Path, tmp_path: Path) -> None:
    for workers in (1, 2, 4):
        run([plain], tmp_path / f"{workers}", workers=workers, shard=3)
    assert len(contents(tmp_path / "1")) == 9 + 3
    assert contents(tmp_path / "1") == contents(tmp_path / "2") == contents(tmp_path / "4")


def test_rows_of_parquet_give_the_same_articles_as_lines(plain: Path, tmp_path: Path) -> None:
    pq.write_table(pa.Table.from_pylist(RECORDS), tmp_path / "a.parquet", row_group_size=7)
    run([plain], tmp_path / "lines")
    run([tmp_path / "a.parquet"], tmp_path / "rows")
    assert rows(tmp_path / "rows") == rows(tmp_path / "lines")


def test_of_equal_texts_and_of_equal_ids_the_first_stays(tmp_path: Path) -> None:
    records = [record(number) for number in range(12)]
    again = {**records[2], "id": "copy"}
    other = {**record(50), "id": "n-3"}
    (tmp_path / "a.jsonl").write_bytes(lines_of([*records, again, other, records[11]]))
    summary = run([tmp_path / "a.jsonl"], tmp_path / "out", shard=4)
    assert (summary.read, summary.written, summary.quarantined, summary.duplicates) == (15, 12, 1, 2)
    place = str(tmp_path / "a.jsonl")
    assert listed(tmp_path / "out", "duplicates.jsonl") == [
        {"place": f"{place}:13", "id": "ours-copy", "of": "ours-n-2"},
        {"place": f"{place}:15", "id": "ours-n-11", "of": "ours-n-11"},
    ]
    assert listed(tmp_path / "out", "quarantine.jsonl") == [
        {
            "place": f"{place}:14",
            "kind": "id",
            "reason": f"the id 'ours-n-3' is that of another text, at {place}:4",
        }
    ]


def test_what_the_corpus_has_is_not_written_again(plain: Path, tmp_path: Path) -> None:
    run([plain], tmp_path / "first")
    there = {row["id"]: row["text_sha256"] for row in rows(tmp_path / "first")[:2]}
    there["ours-n-2"] = "0" * 64
    summary = run([plain], tmp_path / "out", known=there)
    assert (summary.written, summary.quarantined, summary.duplicates) == (22, 1, 2)
    (left_out,) = listed(tmp_path / "out", "quarantine.jsonl")
    assert left_out["reason"] == "the corpus has 'ours-n-2' with another text"


def test_an_unfinished_run_is_not_read_as_a_stream(plain: Path, tmp_path: Path) -> None:
    out = tmp_path / "out"
    run([plain], out)
    (out / "manifest.json").unlink()
    (out / "work").mkdir()
    (out / "work" / "run.json").write_text("{}", encoding="utf-8")
    with pytest.raises(CallError, match="holds a run that is not finished"):
        list(read_stream([str(out)]))


def test_a_finished_run_is_not_done_again_and_another_is_refused(plain: Path, tmp_path: Path) -> None:
    first = run([plain], tmp_path / "out")
    times = {path: path.stat().st_mtime_ns for path in (tmp_path / "out").iterdir()}
    assert run([plain], tmp_path / "out") == first
    assert {path: path.stat().st_mtime_ns for path in (tmp_path / "out").iterdir()} == times
    with pytest.raises(CallError, match="holds a run with another shard; name another --out"):
        run([plain], tmp_path / "out", shard=5)
    with pytest.raises(CallError, match=r"holds a\.jsonl, and no stopped run"):
        run([plain], plain.parent)


def test_a_key_given_twice_is_refused_as_in_any_file() -> None:
    good = Record("a:1", '{"id": "x", "text": "قال \\"نعم\\": 10:30", "url": "https://x.org/1"}\n'.encode())
    assert value_of(good) == {"id": "x", "text": 'قال "نعم": 10:30', "url": "https://x.org/1"}
    for line in (b'{"id": "x", "id": "y"}', b'{"id" : "x", "id":"y"}', b'{"id": 1, "\\\\": 2, "id": 3}'):
        with pytest.raises(DataError, match="key given twice in one object: id"):
            value_of(Record("a:1", line))


@given(
    st.recursive(st.text() | st.integers() | st.none(), lambda v: st.lists(v) | st.dictionaries(st.text(), v))
)
def test_every_value_is_read_as_json_reads_it(value: object) -> None:
    for readable in (True, False):
        line = json.dumps(value, ensure_ascii=readable)
        try:
            data = line.encode()
        except UnicodeEncodeError:  # half a surrogate pair is no UTF-8
            continue
        assert value_of(Record("a:1", data)) == json.loads(line)


@given(
    st.lists(st.lists(st.tuples(st.integers(0, 6), st.integers(0, 6)), max_size=6), max_size=5),
    st.integers(1, 9),
)
def test_repeats_are_those_that_a_set_finds(stream: list[list[tuple[int, int]]], at_once: int) -> None:
    def keys(shard: int) -> bytes:
        return b"".join(
            text.to_bytes(16, "little") + name.to_bytes(16, "little") for text, name in stream[shard]
        )

    texts, ids = repeats(range(len(stream)), keys, at_once)
    expected_texts: dict[tuple[int, int], tuple[int, int]] = {}
    expected_ids: dict[tuple[int, int], tuple[int, int]] = {}
    first_text: dict[int, tuple[int, int]] = {}
    first_id: dict[int, tuple[int, int]] = {}
    for shard, articles in enumerate(stream):
        for row, (text, name) in enumerate(articles):
            if text in first_text:
                expected_texts[shard, row] = first_text[text]
                continue
            first_text[text] = (shard, row)
            if name in first_id:
                expected_ids[shard, row] = first_id[name]
            first_id.setdefault(name, (shard, row))
    assert _as_dict(texts, len(stream)) == expected_texts
    assert _as_dict(ids, len(stream)) == expected_ids


def _as_dict(found: Repeats, shards: int) -> dict[tuple[int, int], tuple[int, int]]:
    return {(n, row): first for n in range(shards) for row, first in found.of_shard(n).items()}


def test_shards_hold_every_record_once_and_count_the_bytes_read(plain: Path) -> None:
    shards = list(cut(find_files([str(plain)]), 10))
    assert [(shard.number, len(shard.records)) for shard in shards] == [(0, 10), (1, 10), (2, 5)]
    assert sum(shard.read for shard in shards) == plain.stat().st_size


def test_the_program_writes_a_stream_and_says_how_much(plain: Path, tmp_path: Path, repository: Path) -> None:
    program = repository / "scripts" / "convert_articles.py"
    arguments = ["stream", plain, "--source", "authored", "--out", tmp_path / "out", "--workers", "2"]
    done = subprocess.run([sys.executable, program, *arguments], capture_output=True, text=True, check=True)
    assert json.loads(done.stdout)["written"] == 25
    assert f"25 of 25 written to {tmp_path / 'out'}" in done.stderr
    assert [each.id for each in read_stream([str(tmp_path / "out")])][:1] == ["authored-n-0"]
