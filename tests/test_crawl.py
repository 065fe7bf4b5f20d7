"""A crawl on datatrove: local, on Ray and as Slurm would run it, with the same articles as the program for one machine."""

from __future__ import annotations

import gzip
from pathlib import Path
from typing import Any

import pytest

from conftest import tiny_schema_value
from environments import python_of
from release_corpus import make_checkout
from stream_articles import lines_of, record

pytestmark = pytest.mark.slow
BODY = "بحث الوزيران يوم الأحد سبل تثبيت الهدنة بين البلدين، وقال مصدر مطلع إن الاجتماع المقبل يعقد بعد شهر في العاصمة."
PAGE = f"""<html><head><title>{{title}}</title></head><body><nav>الرئيسية</nav><article><h1>{{title}}</h1>
<p>{BODY}</p><p>وأضاف المصدر أن الوفدين ناقشا الملف رقم {{number}} وإعادة فتح المعابر أمام المدنيين.</p></article></body></html>"""


def warc(pages: list[tuple[str, int, str, bytes]]) -> bytes:
    """A web archive: address, status, content type and body of each response, after a record that is no page."""
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


@pytest.fixture
def crawled(tmp_path: Path) -> Path:
    """Four files: lines with copies and poison among them, one compressed, and a web archive."""
    folder = tmp_path / "in"
    folder.mkdir()
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
