"""Web archives (WARC) as records of a stream: the pages in them, each as HTML and its address."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from khabar.errors import CallError, DataError
from khabar.streams import Record, StreamFile
from khabar.streams.reading import LONGEST
from khabar.text.html import decode

FORMS = (".warc", ".warc.gz")
_PAGES = ("text/html", "application/xhtml+xml")


def read_warc(file: StreamFile, *, longest: int = LONGEST) -> Iterator[Record]:
    """The pages of the archive: responses of status 200 that hold HTML; what else is in it is no page.

    A page that is too long or in no known charset, and an archive that ends unreadable, are told as
    `read_records` tells them. The number in a record's place counts the archive's records, from 1.
    Raises CallError where the extra `crawl` is not installed.
    """
    iterator, failure = _warcio()
    number = 0
    with file.open() as stored:
        try:
            for number, found in enumerate(iterator(stored), 1):
                if _is_page(found):
                    yield _page(found, f"{file.address}:{number}", stored.tell(), longest)
        except (failure, OSError, EOFError) as error:
            said = " ".join(str(error).split())[:200]
            fault = f"cannot be read after {number} records: {said}"
            yield Record(file.address, None, stored.tell(), fault)


def _is_page(found: Any) -> bool:
    if found.rec_type != "response" or found.http_headers is None:
        return False
    kind = found.http_headers.get_header("Content-Type") or ""
    return found.http_headers.get_statuscode() == "200" and kind.lower().startswith(_PAGES)


def _page(found: Any, place: str, read: int, longest: int) -> Record:
    data = found.content_stream().read(longest + 1)
    if len(data) > longest:
        return Record(place, None, read, f"a page of more than {longest} bytes")
    try:
        html = decode(data, source=place)
    except DataError as error:
        return Record(place, None, read, error.faults[0].message)
    return Record(place, {"html": html, "url": found.rec_headers.get_header("WARC-Target-URI")}, read)


def _warcio() -> tuple[Any, type[Exception]]:
    try:
        from warcio.archiveiterator import ArchiveIterator
        from warcio.exceptions import ArchiveLoadFailed
    except ImportError as error:
        raise CallError("web archives need warcio: pip install 'khabar[crawl]'") from error
    return ArchiveIterator, ArchiveLoadFailed
