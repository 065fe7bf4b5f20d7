"""A crawl on datatrove, local, on Ray and as Slurm would run it: the articles of the other program."""

from __future__ import annotations

import gzip
import json
import os
import stat
import subprocess
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from conftest import REPOSITORY, tiny_schema_value
from environments import python_of, run_in
from khabar.streams import find_files, read_records, read_stream
from khabar.streams.reading import value_of
from release_corpus import make_checkout
from stream_articles import lines_of, record, run

pytestmark = pytest.mark.slow
BODY = "بحث الوزيران يوم الأحد سبل تثبيت الهدنة بين البلدين، وقال مصدر إن الاجتماع المقبل يعقد بعد شهر."
PAGE = f"""<html><head><title>{{title}}</title></head><body><nav>الرئيسية</nav><article><h1>{{title}}</h1>
<p>{BODY}</p><p>وأضاف المصدر أن الوفدين ناقشا الملف رقم {{number}} وفتح المعابر.</p></article></body>
</html>"""


def warc(pages: list[tuple[str, int, str, bytes]]) -> bytes:
    """A web archive of responses (address, status, type, body), after a record that is no page."""
    records = [_warc_record("warcinfo", "", b"software: a test\r\n", "application/warc-fields")]
    for address, status_code, kind, body in pages:
        head = f"HTTP/1.1 {status_code} Said\r\nContent-Type: {kind}\r\nContent-Length: {len(body)}\r\n\r\n"
        records.append(
            _warc_record("response", address, head.encode() + body, "application/http; msgtype=response")
        )
    return b"".join(gzip.compress(each) for each in records)


def _warc_record(kind: str, address: str, block: bytes, content_type: str) -> bytes:
    target = f"WARC-Target-URI: {address}\r\n" if address else ""
    head = (
        f"WARC/1.0\r\nWARC-Type: {kind}\r\n{target}WARC-Date: 2026-01-31T00:00:00Z\r\n"
        f"WARC-Record-ID: <urn:uuid:{abs(hash((kind, address))):032x}>\r\nContent-Type: {content_type}\r\n"
        f"Content-Length: {len(block)}\r\n\r\n"
    )
    return head.encode() + block + b"\r\n\r\n"


@pytest.fixture(scope="module")
def python() -> Path:
    return python_of("crawl")


@pytest.fixture(scope="module")
def corpus(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The annotations of a small corpus, whose source is `made`, and its gold."""
    return make_checkout(tmp_path_factory.mktemp("checkout"), tiny_schema_value(), "") / "annotations"


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Four files: lines with copies and poison among them, one compressed, and a web archive."""
    folder = tmp_path_factory.mktemp("in")
    far = [_far(number) for number in range(24)]
    copy = {**far[3], "id": "copy", "title": "نسخة"}
    poison = [b"\0\n", lines_of([{"id": "english", "text": "A title\n\nThe minister said so."}])]
    (folder / "a.jsonl").write_bytes(lines_of(far[:10]) + poison[0])
    (folder / "b.jsonl.gz").write_bytes(gzip.compress(lines_of(far[10:18]) + poison[1]))
    (folder / "c.jsonl").write_bytes(lines_of([*far[18:], copy, far[0]]))
    page = PAGE.format(title="الوزيران يبحثان الهدنة", number=1).encode()
    pages = [
        ("https://example.org/1", 200, "text/html; charset=utf-8", page),
        ("https://example.org/gone", 404, "text/html", b"no"),
        ("https://example.org/i.png", 200, "image/png", b"\x89PNG"),
        ("https://example.org/broken", 200, "text/html", b"<p>\xff\xfe\xfa</p>"),
    ]
    (folder / "d.warc.gz").write_bytes(warc(pages))
    return folder


def _far(number: int) -> dict[str, Any]:
    """An article that shares no run of three words with another."""
    words = " ".join(f"كلمة{number}س{n}" for n in range(60))
    return {**record(number), "text": f"{words}.\n{words[::-1]}."}


def crawl(
    python: Path, crawled: Path, corpus: Path, out: Path, *more: str, **variables: str
) -> dict[str, Any]:
    """Run the program in the crawl's environment; the counts it prints."""
    options = ["--source", "ours", "--annotations", corpus, "--tasks", "3", "--workers", "2", "--out", out]
    program = [REPOSITORY / "scripts" / "crawl.py", "run", crawled, *options, "--model", "gazetteer", *more]
    variables = {"PYTHONPATH": str(REPOSITORY / "src"), **variables}
    ended = run_in(python, program, home=out.parent, **variables)
    assert ended.returncode == 0, ended.stderr[-3000:]
    found: dict[str, Any] = json.loads(ended.stdout or "{}")
    return found


@pytest.fixture(scope="module")
def local(python: Path, crawled: Path, corpus: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What a local crawl of three tasks, two at a time, wrote."""
    out = tmp_path_factory.mktemp("local") / "out"
    assert crawl(python, crawled, corpus, out, "--choose", "4") == COUNTS
    return out


def written(out: Path, folder: str = "articles") -> dict[str, dict[str, Any]]:
    """The articles in a folder of the crawl, by id."""
    return {each.id: {**each.model_dump(), "text": each.text} for each in read_stream([str(out / folder)])}


def quarantined(out: Path) -> list[tuple[str, str]]:
    """File and number, and kind, of what gave no article."""
    files = sorted((out / "quarantine").iterdir())
    rows = [json.loads(line) for path in files for line in path.read_text(encoding="utf-8").splitlines()]
    return sorted((Path(row["place"]).name, row["kind"]) for row in rows)


COUNTS = {"read": 30, "written": 25, "quarantined": 3, "duplicates": 2, "known": 0}


def test_a_local_crawl_gives_the_articles_of_the_program_for_one_machine(
    crawled: Path, local: Path, tmp_path: Path
) -> None:
    out = local
    assert quarantined(out) == [
        ("a.jsonl:11", "unreadable"),
        ("b.jsonl.gz:9", "article"),
        ("d.warc.gz:5", "unreadable"),
    ]
    run([crawled / name for name in ("a.jsonl", "b.jsonl.gz", "c.jsonl")], tmp_path / "one")
    alone = {each.id: each for each in read_stream([str(tmp_path / "one")])}
    page = {name for name, row in written(out).items() if row["origin"].endswith("https://example.org/1")}
    assert len(page) == 1
    for name, row in written(out).items():
        if name not in page:
            assert row == {**alone[name].model_dump(), "text": alone[name].text}
    assert set(written(out)) | set(written(out, "duplicates")) == set(alone) | page
    predictions = [
        value_of(each) for file in find_files([str(out / "predictions")]) for each in read_records(file)
    ]
    assert {each["article"] for each in predictions} == set(written(out))
    choice = json.loads((out / "chosen" / "choice.json").read_text(encoding="utf-8"))
    assert choice["articles_seen"] == 25
    assert choice["passed_over"] == {"without a date": 1}
    assert len(choice["chosen"]) == 4


def test_a_second_run_does_nothing_and_tells_the_same(
    python: Path, crawled: Path, corpus: Path, local: Path
) -> None:
    times = {path: path.stat().st_mtime_ns for path in (local / "articles").iterdir()}
    assert crawl(python, crawled, corpus, local, "--choose", "4") == COUNTS
    assert {path: path.stat().st_mtime_ns for path in (local / "articles").iterdir()} == times


def test_ray_on_one_machine_gives_what_the_local_crawl_gives(
    python: Path, crawled: Path, corpus: Path, local: Path, tmp_path: Path
) -> None:
    out, more = tmp_path / "out", ("--engine", "ray", "--gigabytes", "1")
    assert crawl(python, crawled, corpus, out, *more, RAY_USAGE_STATS_ENABLED="0") == COUNTS
    assert written(out) == written(local)
    assert written(out, "duplicates") == written(local, "duplicates")


SBATCH = """#!/bin/sh
# records a script and its options, and says the number of the job as sbatch does
number=$(($(ls "$JOBS" | wc -l) / 2 + 1))
printf '%s\\n' "$@" > "$JOBS/$number.options"
for script in "$@"; do :; done
cp "$script" "$JOBS/$number.sh"
echo "Submitted batch job $number"
"""
SRUN = '#!/bin/sh\nwhile [ "$1" != launch_pickled_pipeline ]; do shift; done\nexec "$@"\n'
SCONTROL = "#!/bin/sh\nhostname\n"


def test_slurm_is_given_the_stages_one_after_the_other_and_its_script_does_the_first(
    python: Path, crawled: Path, corpus: Path, tmp_path: Path
) -> None:
    tools, jobs, out = tmp_path / "bin", tmp_path / "jobs", tmp_path / "out"
    tools.mkdir()
    jobs.mkdir()
    for name, text in {"sbatch": SBATCH, "srun": SRUN, "scontrol": SCONTROL}.items():
        (tools / name).write_text(text, encoding="utf-8")
        (tools / name).chmod(stat.S_IRWXU)
    path = os.pathsep.join([str(tools), str(python.parent), os.environ["PATH"]])
    slurm = {"PATH": path, "JOBS": str(jobs)}
    crawl(python, crawled, corpus, out, "--engine", "slurm", "--partition", "cpu", **slurm)
    scripts = {int(each.stem): each.read_text(encoding="utf-8") for each in jobs.glob("*.sh")}
    arrays = {number: text for number, text in sorted(scripts.items()) if "launch_pickled_pipeline" in text}
    assert [_option(text, "job-name") for text in arrays.values()] == [
        f"khabar-{name}" for name in ("clean", "pairs", "cluster", "annotate")
    ]
    assert [_option(text, "array") for text in arrays.values()] == ["0-2%2", "0-24%2", "0-0%1", "0-2%2"]
    assert {_option(text, "partition") for text in arrays.values()} == {"cpu"}
    numbers = list(arrays)
    for before, number in pairwise(numbers):
        assert f"--dependency=afterok:{before}" in (jobs / f"{number}.options").read_text(encoding="utf-8")
    home = {"HOME": str(tmp_path), "PYTHONPATH": str(REPOSITORY / "src"), "SLURM_NODELIST": "here"}
    for task in range(3):
        env = {**os.environ, **slurm, **home, "SLURM_ARRAY_TASK_ID": str(task), "RUN_OFFSET": "0"}
        script = ["bash", jobs / f"{numbers[0]}.sh"]
        done = subprocess.run(script, env=env, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stderr[-3000:]
    first = out / "logs" / "clean" / "completions" / "00001"
    first.rename(tmp_path / "kept")  # as where a task of the first of several arrays failed
    env = {**os.environ, **slurm, **home, "SLURM_ARRAY_TASK_ID": "0", "RUN_OFFSET": "0"}
    pairs = subprocess.run(
        ["bash", jobs / f"{numbers[1]}.sh"], env=env, capture_output=True, text=True, check=False
    )
    assert pairs.returncode != 0
    assert "1 of 3 tasks of clean are not done, first 1" in pairs.stdout + pairs.stderr
    (tmp_path / "kept").rename(first)
    cleaned = {path: path.stat().st_mtime_ns for path in (out / "work" / "cleaned").iterdir()}
    assert len(cleaned) == 3
    assert crawl(python, crawled, corpus, out) == COUNTS  # goes on where Slurm left off
    assert {path: path.stat().st_mtime_ns for path in (out / "work" / "cleaned").iterdir()} == cleaned


def _option(script: str, name: str) -> str:
    return next(
        line.split("=", 1)[1] for line in script.splitlines() if line.startswith(f"#SBATCH --{name}=")
    )
