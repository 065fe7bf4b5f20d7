"""Reading and writing files whole: text is UTF-8 or a clear error, a file is written whole or not at all."""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

import msgspec
import yaml

from khabar.errors import DataError, Fault, Report

MAX_LINE = 64 * 1024 * 1024
"""Bytes: a longer line of JSON Lines is refused before it is parsed, since no article comes near it."""


def sha256(text: str | bytes) -> str:
    """Hexadecimal SHA-256 of the bytes, or of the text in UTF-8."""
    return hashlib.sha256(text.encode() if isinstance(text, str) else text).hexdigest()


def read_text(path: Path) -> str:
    """The file as text, line ends untouched. Raises DataError naming the byte that is not UTF-8."""
    data = path.read_bytes()
    try:
        return data.decode("utf-8")
    except UnicodeDecodeError as error:
        line = data.count(b"\n", 0, error.start) + 1
        raise DataError.one(
            path,
            f"expected UTF-8, found byte 0x{data[error.start]:02x} at offset {error.start} ({error.reason})",
            where=f"line {line}",
            next_step="save the file as UTF-8 (`iconv -f ENCODING -t UTF-8 FILE`) and run again",
        ) from error


def read_json(path: Path) -> Any:
    """The JSON value in the file. Raises DataError with line and column; a doubled key is an error too."""
    return parse_json(read_text(path), source=str(path), where="")


def parse_json(text: str, *, source: str, where: str) -> Any:
    """JSON, with doubled keys and non-finite numbers refused: `json` would keep the last key in silence."""
    if text.startswith("\ufeff"):
        message = "begins with a byte order mark (BOM)"
        raise DataError.one(source, message, where=where, next_step="save the file as UTF-8 without a BOM")
    try:
        return _loads(text)
    except json.JSONDecodeError as error:
        place = where or f"line {error.lineno}"
        message = f"not JSON: {error.msg} at column {error.colno}"
        raise DataError.one(
            source, message, where=place, next_step="correct the JSON and run again"
        ) from error
    except (ValueError, RecursionError) as error:  # ValueError also of an integer of thousands of digits
        message = "JSON nested too deeply" if isinstance(error, RecursionError) else str(error)
        raise DataError.one(
            source, message, where=where, next_step="correct the JSON and run again"
        ) from error


def _loads(text: str) -> Any:
    value = json.loads(text, parse_constant=_no_constant)
    if text.count(":") == _keys(value):  # no more colons than keys, so no key is doubled
        return value
    return json.loads(text, object_pairs_hook=_unique_keys, parse_constant=_no_constant)


def _keys(value: Any) -> int:
    """How many keys all objects of a JSON value have."""
    if isinstance(value, dict):
        return len(value) + sum([_keys(each) for each in value.values() if isinstance(each, dict | list)])
    if isinstance(value, list):
        return sum([_keys(each) for each in value if isinstance(each, dict | list)])
    return 0


class _RefusedJSONError(ValueError):
    """What `json` would accept and the format does not."""


def _unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    made = dict(pairs)
    if len(made) != len(pairs):
        names = [name for name, _ in pairs]
        doubled = sorted({name for name in names if names.count(name) > 1})
        raise _RefusedJSONError(f"key given twice in one object: {', '.join(doubled)}")
    return made


def _no_constant(name: str) -> Any:
    raise _RefusedJSONError(f"{name} is not a JSON number")


def read_json_lines(path: Path) -> Iterator[tuple[int, Any]]:
    """Line number (from 1) and value of each line; blank lines are passed over.

    Raises DataError, after the last line, with the faults of all lines that are not JSON.
    """
    faults: list[Fault] = []
    with path.open("rb") as file:
        for number, line in _numbered_lines(file, path, faults):
            try:
                value = parse_json(line, source=str(path), where=f"line {number}")
            except DataError as error:
                faults.extend(error.faults)
                continue
            yield number, value
    if faults:
        raise DataError(Report(str(path), tuple(faults), "correct these lines and run again"))


def _numbered_lines(file: Any, path: Path, faults: list[Fault]) -> Iterator[tuple[int, str]]:
    number = 0
    while line := file.readline(MAX_LINE + 1):
        number += 1
        if len(line) > MAX_LINE:
            limit = MAX_LINE // 2**20
            next_step = "JSON Lines holds one record a line: split the file, then run again"
            fault = Fault(f"line {number}", f"line longer than {limit} MiB; expected one record a line")
            raise DataError(Report(str(path), (*faults, fault), next_step))
        try:
            text = line.decode("utf-8").strip("\r\n")
        except UnicodeDecodeError as error:
            faults.append(Fault(f"line {number}", f"expected UTF-8, found byte 0x{line[error.start]:02x}"))
            continue
        if text.strip():
            yield number, text


def dump_json(value: Any, *, indent: int | None = None) -> str:
    """JSON with Arabic left readable and no non-finite numbers."""
    if indent is None:
        return _READABLE.encode(value)
    return json.dumps(value, ensure_ascii=False, indent=indent, allow_nan=False)


_READABLE = json.JSONEncoder(ensure_ascii=False, allow_nan=False)
"""Made once: making it takes as long as a short line."""


def write_text(path: Path, text: str) -> None:
    """Write the file whole or not at all: a temporary file in the same folder, then a rename."""
    write_bytes(path, text.encode("utf-8"))


def write_bytes(path: Path, data: bytes, *, private: bool = False) -> None:
    """As `write_text`, for bytes. A `private` file is never readable by others, not even for a moment."""
    write_chunks(path, (data,), private=private)


def write_chunks(path: Path, chunks: Iterable[bytes], *, private: bool = False) -> None:
    """As `write_text`, for bytes that come piece by piece; what is raised on the way leaves no file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    try:
        with os.fdopen(handle, "wb") as file:
            file.writelines(chunks)
            file.flush()
            os.fsync(file.fileno())
        if not private:
            Path(name).chmod(0o666 & ~_umask())  # mkstemp makes 0600
        Path(name).replace(path)
    except BaseException:
        Path(name).unlink(missing_ok=True)
        raise


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


def write_json(path: Path, value: Any) -> None:
    """Indented JSON with a final newline, written whole."""
    write_text(path, dump_json(value, indent=1) + "\n")


def write_json_lines(path: Path, values: Iterable[Any]) -> None:
    """A value a line, written whole."""
    write_text(path, "".join(dump_json(value) + "\n" for value in values))


class _UniqueKeyLoader(yaml.SafeLoader):
    """PyYAML keeps the last of two equal keys in silence; here they are an error."""

    def construct_mapping(self, node: yaml.MappingNode, deep: bool = False) -> dict[Any, Any]:
        seen: set[Any] = set()
        for key_node, _ in node.value:
            key = self.construct_object(key_node, deep=True)
            if key in seen:
                raise yaml.MarkedYAMLError(
                    problem=f"key {key!r} given twice", problem_mark=key_node.start_mark
                )
            seen.add(key)
        return super().construct_mapping(node, deep)


def read_yaml(path: Path) -> Any:
    """The YAML value in the file (safe types only). Raises DataError with the line."""
    try:
        return yaml.load(read_text(path), Loader=_UniqueKeyLoader)  # noqa: S506 - derives from SafeLoader
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark
        where = f"line {mark.line + 1}" if mark else ""
        message = f"not YAML: {error.problem or error}"
        raise DataError.one(path, message, where=where, next_step="correct the YAML and run again") from error
    except yaml.YAMLError as error:
        raise DataError.one(path, f"not YAML: {error}", next_step="correct the YAML and run again") from error


def content_digest(rows: Iterable[Any]) -> str:
    """SHA-256 over the rows as canonical JSON (keys sorted, no spaces), a line each."""
    digest = hashlib.sha256()
    for row in rows:
        digest.update(canonical_line(row))
    return digest.hexdigest()


def canonical_line(row: Any) -> bytes:
    """What `content_digest` is taken over: the row as canonical JSON in UTF-8, and a line feed."""
    return f"{_CANONICAL.encode(row)}\n".encode()


def canonical_line_of_row(row: dict[str, Any] | msgspec.Struct) -> bytes:
    """The same in a fifth of the time, of a row of a release (or its struct): no number in it is a fraction.

    ValueError for letters that UTF-8 cannot hold.
    """
    return _ENCODER.encode(row) + b"\n"


_ENCODER = msgspec.json.Encoder(order="sorted")
_CANONICAL = json.JSONEncoder(
    ensure_ascii=False, sort_keys=True, separators=(",", ":"), allow_nan=False, check_circular=False
)
