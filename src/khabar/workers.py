"""How many processes there is work for."""

from __future__ import annotations

import os


def cores() -> int:
    """The cores this process may use; where the system does not say (macOS), those there are."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
