"""The counts of sentence ends on a corpus whose sentences are known."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

CONLLU = """# sent_id = a1
# text = وصل الوفد إلى بيروت 😀.
1\tوصل\t_\tVERB\t_\t_\t0\troot\t_\t_

# sent_id = a2
# text = قال د. سامي إن القمة ستعقد غدا.
1\tقال\t_\tVERB\t_\t_\t0\troot\t_\t_

# sent_id = a3
# text = هل تنجح؟
1\tهل\t_\tPART\t_\t_\t0\troot\t_\t_
"""


def counted(repository: Path, path: Path, *options: str) -> subprocess.CompletedProcess[str]:
    program = repository / "benchmarks" / "boundaries.py"
    return subprocess.run([sys.executable, program, path, *options], capture_output=True, text=True)


def test_ends_found_beside_and_missed_are_counted(repository: Path, tmp_path: Path) -> None:
    path = tmp_path / "corpus.conllu"
    path.write_text(CONLLU, encoding="utf-8")
    found = json.loads(counted(repository, path, "--format", "json").stdout)
    assert found == {
        "khabar-1": {"right": 3, "extra": 0, "missed": 0, "f1": 1.0},
        "naive rule": {"right": 3, "extra": 1, "missed": 0, "f1": 6 / 7},
    }


def test_a_sentence_a_line_is_read_as_well(repository: Path, tmp_path: Path) -> None:
    """A heading without a mark at its end cannot be told from what follows."""
    path = tmp_path / "corpus.txt"
    path.write_text("عنوان\nوصل الوفد.\n\nثم غادر.\n", encoding="utf-8")
    found = json.loads(counted(repository, path, "--format", "json").stdout)
    assert found["khabar-1"] == {"right": 2, "extra": 0, "missed": 1, "f1": 0.8}


def test_a_file_without_sentences_is_an_error(repository: Path, tmp_path: Path) -> None:
    path = tmp_path / "empty.txt"
    path.write_text("\n", encoding="utf-8")
    run = counted(repository, path)
    assert (run.returncode, run.stdout) == (1, "")
    assert "sentences were expected, none found" in run.stderr
    assert "Traceback" not in run.stderr
