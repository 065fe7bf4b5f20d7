"""Versions of releases: three numbers, and which of them a change asks to raise."""

from __future__ import annotations

import re
from enum import IntEnum

from khabar.errors import CallError

_VERSION = re.compile(r"\.".join([r"(0|[1-9][0-9]*)"] * 3))  # one name for each release: no 01.0.0, no ١.٠.٠


class Bump(IntEnum):
    """Which number of the version is raised: DESIGN's rule for releases."""

    none = 0
    patch = 1
    minor = 2
    major = 3


def numbers(version: str) -> tuple[int, int, int]:
    """`1.2.0` as numbers, to be compared. CallError if it is not three of them, without noughts before."""
    found = _VERSION.fullmatch(version)
    if found is None:
        raise CallError(f"a version is three numbers such as 1.2.0, found {version!r}")
    return int(found[1]), int(found[2]), int(found[3])


def raised(version: str, bump: Bump) -> str:
    """The version after that step: numbers to the right of the raised one begin again at 0."""
    major, minor, patch = numbers(version)
    match bump:
        case Bump.none:
            return version
        case Bump.patch:
            return f"{major}.{minor}.{patch + 1}"
        case Bump.minor:
            return f"{major}.{minor + 1}.0"
        case Bump.major:
            return f"{major + 1}.0.0"
