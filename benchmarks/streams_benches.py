"""Streams: reading and writing against datatrove on the same work, growth, and each step of a crawl."""

from __future__ import annotations

import json
import random
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from harness import Bench, Checked, Growth, NotRun, Parts
from processes import largest_process

from khabar.baselines import crf, gazetteer
from khabar.corpus import Corpus, read_corpus
from khabar.intake import Terms, require_source
from khabar.release import gold_documents
from khabar.schema import default_annotations
from khabar.streams import Conversion, Settings, convert_stream, find_files, read_records
from khabar.streams.reading import value_of
from khabar.streams.writing import encode
from khabar.text.copies import Sketches, without_copies

HERE = Path(__file__).resolve().parent
CRAWL = HERE.parent / "build" / "cache" / "crawl" / "bin" / "python"
"""The environment of requirements/crawl.txt that tests/test_crawl.py makes."""
STEPS = "steps of a crawl"
SAMPLE = 1000
FORM = ".jsonl.zst"


def benches(scale: float) -> Iterator[Bench | Growth | Parts | Checked | NotRun]:
    """The benches of streams; `scale` 1 is the size the goals are set for."""
    folder = Path(tempfile.mkdtemp(prefix="khabar-bench-"))
    yield from _against_datatrove(folder, max(1000, round(100_000 * scale)))
    sizes = tuple(max(500, round(size * scale)) for size in (10_000, 30_000, 100_000))
    yield Growth(
        "convert a stream", "articles", sizes, lambda size: _conversion(folder, size), 500, clock="wall"
    )
    largest = _conversion(folder, sizes[-1])
    name = "largest process of a run, in MB"
    yield Checked(name, f"{sizes[-1]:,} articles", lambda: largest_process(largest), "≤ 600")
    yield from _steps(folder)


def write_stream(path: Path, articles: int, *, pages: bool = False) -> Path:
    """A stream of that many articles, each of sentences drawn from our own, as text or as web pages."""
    chosen = random.Random(17)  # noqa: S311 - a fixed workload, not a secret
    texts = [each.read_text("utf-8") for each in sorted((default_annotations() / "texts").glob("*.txt"))]
    sentences = [line for text in texts for line in text.split("\n")[2:]]
    titles = [text.partition("\n")[0] for text in texts]
    with path.open("w", encoding="utf-8") as file:
        for number in range(articles):
            title, body = f"{chosen.choice(titles)} {number}", chosen.sample(sentences, k=6)
            record: dict[str, Any] = {"id": f"n-{number}", "title": title, "text": "\n".join(body)}
            if pages:
                record = {"id": f"n-{number}", "html": _page(title, body)}
            file.write(json.dumps(record, ensure_ascii=False) + "\n")
    return path


def _page(title: str, body: list[str]) -> str:
    menu = "".join(f'<li><a href="/{n}">باب {n}</a></li>' for n in range(60))
    text = "".join(f"<p>{each}</p>" for each in body)
    style = "<style>" + "a{color:red}" * 400 + "</style>"
    return (
        f"<html><head><title>{title}</title>{style}</head><body><nav><ul>{menu}</ul></nav>"
        f"<article><h1>{title}</h1>{text}</article><footer><ul>{menu}</ul></footer></body></html>"
    )


def _conversion_of() -> Conversion:
    return Conversion(Terms(require_source(Corpus(default_annotations()), "authored")))


def _conversion(folder: Path, size: int) -> Callable[[], Any]:
    files = find_files([str(write_stream(folder / f"{size}.jsonl", size))])

    def convert() -> None:
        out = tempfile.mkdtemp(dir=folder)
        convert_stream(files, f"{out}/out", _conversion_of(), Settings(form=FORM))

    return convert


def _against_datatrove(folder: Path, articles: int) -> Iterator[Bench | NotRun]:
    name = "read and write a stream"
    if not CRAWL.is_file():
        yield NotRun(name, f"datatrove is not in {CRAWL.relative_to(HERE.parent)}: run tests/test_crawl.py")
        return
    path = write_stream(folder / "both.jsonl", articles)
    size = path.stat().st_size / 1e6

    def side(who: str) -> Callable[[], None]:
        program = [CRAWL, HERE / "stream_sides.py", who, path, folder / f"out-{who}"]
        environment = {"PYTHONPATH": str(HERE.parent / "src")}
        return lambda: _run(program, environment)

    work = f"{size:.0f} MB of JSON Lines, starting Python included"
    peer = "datatrove's JsonlReader and JsonlWriter"
    yield Bench(name, work, side("khabar"), peer, side("datatrove"), 1.0, megabytes=size, articles=articles)


def _run(program: list[Any], environment: dict[str, str]) -> None:
    done = subprocess.run(program, env=environment, capture_output=True, check=False)  # noqa: S603 - ours
    if done.returncode:
        raise RuntimeError(done.stderr.decode()[-2000:])


def _steps(folder: Path) -> Iterator[Parts | Checked]:
    """What an article costs in each step, on one core: `arithmetic.py` reads these."""
    path, pages = write_stream(folder / "steps.jsonl", SAMPLE), folder / "pages.jsonl"
    write_stream(pages, SAMPLE, pages=True)
    records = [list(read_records(file)) for file in find_files([str(path), str(pages)])]
    conversion = _conversion_of()
    made = [conversion.convert(each) for each in records[0]]
    rows = [{**each.model_dump(), "text": each.text} for each in made]  # type: ignore[union-attr]
    corpus = read_corpus(default_annotations())
    train = gold_documents(corpus, "train")
    models = {"gazetteer": gazetteer.fit(train, corpus.schema), "crf": crf.fit(train, corpus.schema)}

    def predict(name: str) -> Callable[[], Any]:
        return lambda: [models[name].predict(row) for row in rows]

    texts = [(row["id"], row["text"]) for row in rows]
    parts: dict[str, Callable[[], Any]] = {
        "read": lambda: [value_of(each) for file in find_files([str(path)]) for each in read_records(file)],
        "clean text": lambda: [conversion.convert(each) for each in records[0]],
        "clean web pages": lambda: [conversion.convert(each) for each in records[1]],
        "near duplicates": lambda: list(without_copies(texts, Sketches())),
        "pre-annotate, gazetteer": predict("gazetteer"),
        "pre-annotate, CRF": predict("crf"),
        "write": lambda: encode(rows, FORM),
    }
    yield Parts(STEPS, f"{SAMPLE:,} articles on one core", parts)
    own = [{"id": name, "text": each.text} for name, each in corpus.articles.items() if each.text]
    sizes = {
        "bytes of a web page": pages.stat().st_size / SAMPLE,
        "bytes of an article": sum(len(row["text"].encode()) for row in own) / len(own),
        "bytes of an article as written": len(encode(own, FORM)) / len(own),
    }
    for name, value in sizes.items():
        yield Checked(name, "mean of pages made, or of our own articles", lambda value=value: value)  # type: ignore[misc]
