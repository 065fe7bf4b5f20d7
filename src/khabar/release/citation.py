"""How a release is cited: from CITATION.cff, so that it is said in one place."""

from __future__ import annotations

import datetime
import re
from pathlib import Path

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from khabar.errors import DataError, Faults
from khabar.files import read_yaml
from khabar.schema import add_validation_faults


class _Author(BaseModel):
    name: str = ""
    given: str = Field("", alias="given-names")
    family: str = Field("", alias="family-names")

    def __str__(self) -> str:
        return self.name or f"{self.given} {self.family}".strip()


class Citation(BaseModel):
    """The keys of CITATION.cff that a card and Croissant repeat."""

    model_config = ConfigDict(extra="ignore", frozen=True)

    title: str
    abstract: str
    authors: list[_Author] = Field(min_length=1)
    released: datetime.date = Field(alias="date-released")
    keywords: list[str] = []

    @property
    def creators(self) -> list[str]:
        """The authors' names."""
        return [str(each) for each in self.authors]

    def bibtex(self, version: str) -> str:
        """A BibTeX entry of that release; names stand in braces, since they may be an organisation's."""
        authors = " and ".join(f"{{{name}}}" for name in self.creators)
        key = re.sub(r"\W+", "-", f"{self.title.split(':')[0].lower()}-{version}")
        return (
            f"@misc{{{key},\n  title = {{{self.title}}},\n  author = {{{authors.strip()}}},\n"
            f"  year = {{{self.released.year}}},\n  version = {{{version}}}\n}}"
        )


def read_citation(path: Path) -> Citation:
    """Read CITATION.cff. Raises DataError with every fault of the keys used."""
    try:
        return Citation.model_validate(read_yaml(path))
    except ValidationError as error:
        faults = Faults(path)
        add_validation_faults(faults, error)
        raise DataError(faults.report("correct the file; a release says how it is cited")) from error
