"""What publishing did, or would do."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Literal

from khabar.release.contents import FileChange

State = Literal["planned", "published", "finished", "unchanged"]
"""Planned: a dry run, nothing was done. Finished: an earlier run had committed, this one tagged."""


@dataclass(frozen=True, slots=True)
class Publication:
    """Where it is, and how it came there. `new`: repository or folder was not there before.

    `version` and `tag` are None for pages, `commit` is None while there is none.
    """

    target: str
    version: str | None
    tag: str | None
    commit: str | None
    state: State
    new: bool
    changes: list[FileChange]

    def as_json(self) -> dict[str, Any]:
        """As plain values."""
        return asdict(self)

    def as_text(self) -> str:
        """A line for each file that changes, and one that says what was done."""
        lines = [
            f"{each.kind:<8} {each.path}  {' → '.join(end for end in (each.before, each.after) if end)}"
            for each in self.changes
        ]
        what = f"release {self.version}" if self.version else "the pages"
        was = "was" if self.version else "were"
        where = f"{self.target} ({'new' if self.new else 'there already'})"
        says = {
            "planned": f"{what} would go to {where}; files that would change: {len(lines)}; nothing was done",
            "published": f"{what} went to {where}; files changed: {len(lines)}",
            "finished": f"{what} had been committed, and is now finished, in {self.target}",
            "unchanged": f"{what} {was} there already, the very same, in {self.target}",
        }
        at = " at ".join(each for each in (self.tag, self.commit) if each)
        return "\n".join([*lines, f"{says[self.state]}{f' ({at})' if at else ''}"])
