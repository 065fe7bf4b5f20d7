"""Raw inputs to articles of the corpus, through the functions and through the program."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from khabar.corpus import Corpus, read_articles
from khabar.errors import CallError, DataError, Report
from khabar.files import MAX_LINE, sha256, write_json_lines
from khabar.inputs import MAX_BYTES, RawArticle, files_of, read_inputs
from khabar.intake import Intake, Terms, convert, require_source, save

TITLE = "الوزيران يبحثان الهدنة"
FIRST = "بحث الوزيران يوم الأحد سبل تثبيت الهدنة بين البلدين."
SECOND = "وقال مصدر مطلع إن الاجتماع المقبل يعقد بعد شهر."
ARTICLE = f"{TITLE}\n\n{FIRST}\n{SECOND}"
OTHER = "قطار جديد إلى الجبل\n\nافتتحت البلدية خط القطار الذي طال انتظاره سنوات.\nوحضر الحفل سكان القرى كلها."
SOURCES = """
- {id: ours, name: Ours, standoff: false, licence: CC-BY-4.0, origin: written for a test, citation: c,
   how_to_get: here}
- {id: theirs, name: Theirs, standoff: true, licence: reserved, origin: a site, citation: c, how_to_get: copy}
"""


@pytest.fixture
def folder(tmp_path: Path, repository: Path) -> Path:
    """An `annotations` folder with two sources and no article."""
    folder = tmp_path / "annotations"
    folder.mkdir()
    (folder / "sources.yaml").write_text(SOURCES, encoding="utf-8")
    shutil.copy(repository / "annotations" / "schema.yaml", folder)
    return folder


@pytest.fixture
def raw(tmp_path: Path) -> Path:
    """An empty folder for raw inputs."""
    folder = tmp_path / "raw"
    folder.mkdir()
    return folder


def write(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


def take(folder: Path, *paths: Path, source: str = "ours", **options: Any) -> Intake:
    corpus = Corpus(folder)
    reports: list[Report] = []
    raws = [raw for path in files_of(paths) for raw in read_inputs(path, reports)]
    intake = convert(corpus, raws, Terms(require_source(corpus, source)), reports=reports, **options)
    save(corpus, intake)
    return intake


def lines(folder: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (folder / "articles.jsonl").read_text(encoding="utf-8").splitlines()]


def refused(folder: Path, *paths: Path, **options: Any) -> list[tuple[str, str, str]]:
    """File name, place and message of each fault; and nothing may have been written."""
    before = {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()}
    with pytest.raises(DataError) as caught:
        take(folder, *paths, **options)
    assert {path: path.read_bytes() for path in folder.rglob("*") if path.is_file()} == before
    return [
        (Path(report.source).name, fault.where, fault.message)
        for report in caught.value.reports
        for fault in report.faults
    ]


def test_a_text_becomes_an_article_with_the_terms_of_its_source(folder: Path, raw: Path) -> None:
    take(
        folder,
        write(raw / "Hudna_2023 (1).txt", f"# {TITLE}\r\n\r\n{FIRST}\r\n\r\nإعلان\r\n\r\n{SECOND}\r\n"),
    )
    assert lines(folder) == [
        {
            "id": "ours-hudna-2023-1",
            "source": "ours",
            "title": TITLE,
            "published": None,
            "language": "ar",
            "licence": "CC-BY-4.0",
            "text_sha256": sha256(ARTICLE),
            "origin": "written for a test",
        }
    ]
    assert (folder / "texts" / "ours-hudna-2023-1.txt").read_text(encoding="utf-8") == ARTICLE
    assert read_articles(folder)[0].text == ARTICLE


def test_of_a_stand_off_source_only_metadata_and_digest_are_written(folder: Path, raw: Path) -> None:
    path = write(raw / "theirs-1.txt", ARTICLE)
    take(folder, path, source="theirs")
    (line,) = lines(folder)
    assert (line["id"], line["title"], line["text_sha256"]) == ("theirs-1", None, sha256(ARTICLE))
    assert not (folder / "texts").exists()
    assert read_articles(folder, texts=[raw])[0].text == ARTICLE


def test_a_name_without_ascii_letters_gives_way_to_the_digest(folder: Path, raw: Path) -> None:
    take(folder, write(raw / "هدنة.txt", ARTICLE))
    assert [line["id"] for line in lines(folder)] == [f"ours-{sha256(ARTICLE)[:10]}"]


def test_json_lines_carry_their_own_metadata(folder: Path, raw: Path) -> None:
    records = [
        {"id": "one", "title": TITLE, "text": f"{FIRST}\n{SECOND}", "published": "2023-09-05T10:00:00Z"},
        {
            "id": "two",
            "text": OTHER,
            "url": "https://example.org/2",
            "author": "سامي",
            "published": "2023-09",
        },
    ]
    write_json_lines(raw / "all.jsonl", records)
    take(folder, raw)
    first, second = lines(folder)
    assert (first["id"], first["title"], first["published"]) == ("ours-one", TITLE, "2023-09-05")
    assert (second["published"], second["origin"]) == ("2023-09", "written for a test, https://example.org/2")
    assert first["text_sha256"] == sha256(ARTICLE)


def test_a_page_in_json_lines_is_extracted(folder: Path, raw: Path) -> None:
    body = "".join(f"<p>{each}</p>" for each in OTHER.split("\n\n")[1].split("\n"))
    page = f"<html><body><nav>الرئيسية</nav><article><h1>عنوان الصفحة</h1>{body * 1}</article></body></html>"
    write_json_lines(raw / "all.jsonl", [{"id": "p", "title": OTHER.split("\n")[0], "html": page}])
    take(folder, raw / "all.jsonl")
    assert (folder / "texts" / "ours-p.txt").read_text(encoding="utf-8").startswith("قطار جديد إلى الجبل\n\n")


def test_every_fault_of_every_input_is_in_one_report_and_nothing_is_written(folder: Path, raw: Path) -> None:
    write(raw / "a-good.txt", ARTICLE)
    (raw / "b-latin.txt").write_bytes("خبر".encode("cp1256"))
    write(raw / "c-empty.txt", " \n\ufeff")
    write(raw / "d-furniture.txt", "إعلان\n\nSHARE:")
    write(raw / "e-english.txt", "A title of a story\n\nThe minister said so on Sunday.")
    write(raw / "f-title.txt", TITLE)
    write(raw / "g-broken.txt", f"{TITLE}\n\n{FIRST} \ufffd\ufffd")
    write(
        raw / "h.jsonl",
        '{"id": "x", "text": "a", "date": "2023"}\n{"id": "y"}\nnot json\n'
        '{"id": "z", "text": "a", "html": "b", "published": "last week"}\n{"text": 5}\n',
    )
    assert refused(folder, raw) == [
        ("b-latin.txt", "line 1", "expected UTF-8, found byte 0xce at offset 0 (invalid continuation byte)"),
        ("c-empty.txt", "", "nothing is left after cleaning"),
        ("d-furniture.txt", "", "nothing is left after cleaning"),
        ("e-english.txt", "", "expected Arabic, found only 0% of its letters in Arabic script"),
        ("f-title.txt", "", f"expected a title and at least one paragraph, found one line: {TITLE}"),
        ("g-broken.txt", "line 3", "2 × U+FFFD: decoded wrongly before it came here"),
        ("h.jsonl", "line 1 date", "extra inputs are not permitted, found '2023'"),
        ("h.jsonl", "line 2", "expected text or html, found neither"),
        ("h.jsonl", "line 4", "expected text or html, found both"),
        ("h.jsonl", "line 4 published", "expected YYYY, YYYY-MM or YYYY-MM-DD, found 'last week'"),
        ("h.jsonl", "line 5 text", "input should be a valid string, found 5"),
        ("h.jsonl", "line 3", "not JSON: Expecting value at column 1"),
    ]


def test_a_line_of_200_megabytes_is_refused_unread(folder: Path, raw: Path) -> None:
    with (raw / "big.jsonl").open("wb") as file:
        file.truncate(200 * 2**20)
    with (raw / "big.txt").open("wb") as file:
        file.truncate(200 * 2**20)
    assert refused(folder, raw) == [
        ("big.jsonl", "line 1", f"line longer than {MAX_LINE // 2**20} MiB; expected one record a line"),
        (
            "big.txt",
            "",
            f"file of 200 MiB; expected one article, which is never longer than {MAX_BYTES // 2**20} MiB",
        ),
    ]


def test_an_article_that_is_there_already_is_left_alone(folder: Path, raw: Path) -> None:
    path = write(raw / "a.txt", ARTICLE)
    take(folder, path)
    before = (folder / "articles.jsonl").stat().st_mtime_ns
    intake = take(folder, path)
    assert [each.state for each in intake.converted] == ["unchanged"]
    assert intake.converted[0].article.text == ARTICLE
    assert (folder / "articles.jsonl").stat().st_mtime_ns == before


def test_an_id_is_never_given_to_another_text(folder: Path, raw: Path) -> None:
    take(folder, write(raw / "a.txt", ARTICLE))
    write(raw / "a.txt", OTHER)
    ((name, where, message),) = refused(folder, raw / "a.txt")
    assert (name, where) == ("a.txt", "id")
    assert message == (
        f"the corpus has 'ours-a' with digest {sha256(ARTICLE)[:12]}…, "
        f"this text has {sha256(OTHER)[:12]}…; ids are never reused"
    )


def test_a_text_that_lies_there_without_an_article_is_not_overwritten(folder: Path, raw: Path) -> None:
    (folder / "texts").mkdir()
    there = write(folder / "texts" / "ours-a.txt", OTHER)
    faults = refused(folder, write(raw / "a.txt", ARTICLE))
    assert faults == [("a.txt", "id", f"{there} exists and holds another text")]
    write(there, ARTICLE)
    take(folder, raw / "a.txt")
    assert [line["id"] for line in lines(folder)] == ["ours-a"]


def test_two_inputs_of_one_id_are_refused(folder: Path, raw: Path) -> None:
    write(raw / "A.md", OTHER)
    write(raw / "a.txt", ARTICLE)
    assert refused(folder, raw) == [("a.txt", "id", f"gives the id 'ours-a', as {raw / 'A.md'} does")]


def test_near_duplicates_are_refused_unless_they_are_allowed(folder: Path, raw: Path) -> None:
    take(folder, write(raw / "a.txt", ARTICLE))
    write(raw / "b.txt", f"{TITLE}\n\n{FIRST}\nوأضاف مصدر آخر أن اللقاء لم يحدد بعد.")
    write(raw / "c.txt", OTHER)
    write(raw / "d.txt", OTHER)
    assert refused(folder, raw) == [
        ("b.txt", "ours-b", f"near duplicate (56% of the shorter, 37% of both) of {raw / 'a.txt'}"),
        ("d.txt", "ours-d", f"the same text as {raw / 'c.txt'}"),
    ]
    intake = take(folder, raw, allow_duplicates=True)
    assert [(pair.left, pair.right, pair.kind) for pair in intake.duplicates] == [
        ("ours-a", "ours-b", "near"),
        ("ours-c", "ours-d", "exact"),
    ]
    assert len(lines(folder)) == 4


def test_a_failure_while_writing_leaves_no_text_behind(
    folder: Path, raw: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OSError("disk full")

    monkeypatch.setattr("khabar.intake.write_articles", fail)
    with pytest.raises(OSError, match="disk full"):
        take(folder, write(raw / "a.txt", ARTICLE))
    assert list((folder / "texts").iterdir()) == []


def test_texts_out_never_overwrites_a_raw_input(folder: Path, raw: Path) -> None:
    write(raw / "theirs-1.txt", f"SHARE:\n\n{ARTICLE}")
    corpus = Corpus(folder)
    raws = [RawArticle("x", "1", ARTICLE)]
    intake = convert(corpus, raws, Terms(corpus.sources["theirs"]))
    with pytest.raises(CallError, match="exists and holds another text"):
        save(corpus, intake, texts_out=raw)
    assert not (folder / "articles.jsonl").exists()


@pytest.mark.parametrize("name", ["missing.txt", "picture.png", "hollow"])
def test_what_is_no_input_is_a_wrong_call(raw: Path, name: str) -> None:
    (raw / "picture.png").touch()
    (raw / "hollow").mkdir()
    write(raw / "hollow" / ".hidden.txt", ARTICLE)
    with pytest.raises(CallError, match=name):
        files_of([raw / name])


def test_files_of_folders_come_sorted_and_once(raw: Path) -> None:
    (raw / "in").mkdir()
    paths = [write(raw / name, ARTICLE) for name in ("b.HTML", "a.txt", "in/c.md")]
    assert files_of([raw, raw / "a.txt"]) == sorted(paths)


@pytest.mark.parametrize("name", ["authored-tehran-riyadh-2023.html", "authored-taif-1989.txt"])
def test_the_raw_examples_give_exactly_the_texts_of_the_corpus(
    folder: Path, repository: Path, name: str
) -> None:
    shutil.copy(repository / "annotations" / "sources.yaml", folder)
    path = repository / "examples" / "raw" / name
    (made,) = take(folder, path, source="authored").converted
    expected = (repository / "annotations" / "texts" / f"{path.stem}.txt").read_bytes()
    assert (folder / "texts" / f"{path.stem}.txt").read_bytes() == expected
    assert made.article.published == ("2023-09-05" if path.suffix == ".html" else None)
    assert "الأمم المتحدة" not in made.raw.raw or path.suffix == ".html"


# The program


def call(repository: Path, *words: object) -> subprocess.CompletedProcess[str]:
    program = repository / "scripts" / "convert_articles.py"
    return subprocess.run(
        [sys.executable, str(program), *map(str, words)], capture_output=True, text=True, check=False
    )


def test_the_program_writes_articles_and_tasks_and_talks_to_stderr(
    repository: Path, folder: Path, raw: Path
) -> None:
    write(raw / "a.txt", f"SHARE:\n\n{ARTICLE}")
    tasks = raw / "tasks.json"
    done = call(repository, raw, "--source", "ours", "--annotations", folder, "--tasks", tasks, "--explain")
    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines() == [
        str(raw / "a.txt"),
        "  line 1: share bar: SHARE:",
        "  blank line × 1",
        f"ours-a  new  3 sentences  no date  {sha256(ARTICLE)[:12]}  {raw / 'a.txt'}",
    ]
    assert done.stderr.splitlines() == ["1 added, 0 there already", f"tasks in {tasks}: 1"]
    (task,) = json.loads(tasks.read_text(encoding="utf-8"))
    assert (task["data"]["article"], task["data"]["text"]) == ("ours-a", ARTICLE)
    assert task["data"]["text_sha256"] == sha256(ARTICLE)


def test_the_program_reports_wrong_data_with_exit_code_one_and_writes_nothing(
    repository: Path, folder: Path, raw: Path
) -> None:
    write(raw / "a.txt", ARTICLE)
    write(raw / "b.txt", "Title\n\nThe minister said so.")
    tasks = raw / "tasks.json"
    done = call(repository, raw, "--source", "ours", "--annotations", folder, "--tasks", tasks)
    assert (done.returncode, done.stdout) == (1, "")
    assert f"{raw / 'b.txt'}: 1 fault" in done.stderr
    assert not tasks.exists()
    assert not (folder / "articles.jsonl").exists()
    done = call(repository, raw, "--source", "ours", "--annotations", folder, "--format", "json")
    assert done.returncode == 1
    assert [each["source"] for each in json.loads(done.stdout)["faults"]] == [str(raw / "b.txt")]


@pytest.mark.parametrize(
    ("words", "message"),
    [
        (["missing.txt", "--source", "ours"], "no file or folder missing.txt"),
        (["a.txt", "--source", "nobody"], "no source 'nobody'"),
        (["a.txt"], "Missing option '--source'"),
    ],
)
def test_the_program_answers_a_wrong_call_with_exit_code_two(
    repository: Path, folder: Path, raw: Path, words: list[str], message: str
) -> None:
    path = write(raw / "a.txt", ARTICLE)
    done = call(repository, *(path if word == "a.txt" else word for word in words), "--annotations", folder)
    assert (done.returncode, done.stdout) == (2, "")
    assert message in done.stderr


def test_a_dry_run_in_json_tells_all_and_writes_nothing(repository: Path, folder: Path, raw: Path) -> None:
    write(raw / "a.txt", f"{ARTICLE}\n\n\u200fإعلان")
    done = call(
        repository, raw, "--source", "ours", "--annotations", folder, "--dry-run", "--format", "json",
        "--licence", "CC0-1.0", "--origin", "a drawer",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    (told,) = json.loads(done.stdout)["articles"]
    assert (told["article"]["licence"], told["article"]["origin"]) == ("CC0-1.0", "a drawer")
    assert told["removed"][-1] == {
        "start": len(ARTICLE) + 3,
        "end": len(ARTICLE) + 8,
        "text": "إعلان",
        "reason": "advertisement",
    }
    assert done.stderr.splitlines() == ["1 would be added, 0 there already; nothing written"]
    assert not (folder / "articles.jsonl").exists()


def test_more_rules_reach_the_program(repository: Path, folder: Path, raw: Path, tmp_path: Path) -> None:
    write(raw / "a.txt", f"{ARTICLE}\n\nمن مراسلينا في المنطقة الشمالية كلها")
    rules = write(tmp_path / "rules.yaml", "rules:\n- reason: house line\n  prefixes: [من مراسلينا]\n")
    done = call(repository, raw, "--source", "ours", "--annotations", folder, "--rules", rules, "--explain")
    assert done.returncode == 0, done.stderr
    assert "  line 6: house line: من مراسلينا في المنطقة الشمالية كلها" in done.stdout.splitlines()
    assert lines(folder)[0]["text_sha256"] == sha256(ARTICLE)
