"""Publishing to a plain folder: whole or not at all, and never over another release."""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from datasets import load_dataset
from hypothesis import given, settings
from hypothesis import strategies as st

from conftest import tiny_schema_value
from hub_repositories import git_oid
from khabar.errors import CallError, DataError
from khabar.files import sha256
from khabar.release import build, verify
from khabar.release import mirror as module
from khabar.release.contents import file_changes, local_files
from khabar.release.mirror import publish_to
from release_corpus import corpus_of, make_checkout


@pytest.fixture(scope="module")
def releases(tmp_path_factory: pytest.TempPathFactory, repository: Path) -> dict[str, Path]:
    """Builds by name: `one`, and `bent`, the same version with another content."""
    folder = tmp_path_factory.mktemp("publish")
    card = (repository / "dataset_card.md").read_text(encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("KHABAR_TEXTS", raising=False)
        checkout = make_checkout(folder / "checkout", tiny_schema_value(), card)
        build(corpus_of(checkout), folder / "one", version="1.0.0")
        (checkout / "CHANGELOG.md").write_text("another word\n", encoding="utf-8")
        build(corpus_of(checkout), folder / "bent", version="1.0.0")
    return {name: folder / name for name in ("one", "bent")}


def files(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def test_a_mirror_holds_the_release_under_its_tag_and_loads(
    releases: dict[str, Path], tmp_path: Path
) -> None:
    said: list[str] = []
    done = publish_to(releases["one"], tmp_path / "مرآة", partial=True, tell=said.append)
    place = tmp_path / "مرآة" / "v1.0.0"
    assert (done.state, done.new, done.target) == ("published", True, str(place))
    assert files(place) == files(releases["one"])
    assert [each.name for each in place.parent.iterdir()] == ["v1.0.0"]
    loaded = load_dataset(str(place), "ner", cache_dir=str(tmp_path / "cache"))
    assert verify(loaded, place) is None
    assert said == ["checking the release in a fresh cache", f"copying {len(files(place))} files"]


def test_the_same_release_again_is_left_alone_and_another_is_refused(
    releases: dict[str, Path], tmp_path: Path
) -> None:
    publish_to(releases["one"], tmp_path, partial=True)
    before = (tmp_path / "v1.0.0").stat().st_mtime_ns
    assert publish_to(releases["one"], tmp_path, partial=True).state == "unchanged"
    with pytest.raises(DataError, match="never bent: raise the version") as refused:
        publish_to(releases["bent"], tmp_path, partial=True)
    assert [each.where for each in refused.value.faults] == ["CHANGELOG.md", "manifest.json"]
    assert (tmp_path / "v1.0.0").stat().st_mtime_ns == before
    assert files(tmp_path / "v1.0.0") == files(releases["one"])


def test_a_dry_run_writes_nothing(releases: dict[str, Path], tmp_path: Path) -> None:
    planned = publish_to(releases["one"], tmp_path / "mirror", partial=True, dry_run=True)
    assert planned.state == "planned"
    assert {each.path for each in planned.changes} == files(releases["one"]).keys()
    assert not (tmp_path / "mirror").exists()


def test_a_folder_that_cannot_be_written_leaves_nothing_behind(
    releases: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "file").write_text("", encoding="utf-8")
    with pytest.raises(CallError, match="cannot write to"):
        publish_to(releases["one"], tmp_path / "file", partial=True)

    def full(source: Path, target: Path) -> None:
        target.mkdir()
        (target / "README.md").write_text("half", encoding="utf-8")
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(shutil, "copytree", full)
    with pytest.raises(DataError, match=r"No space left on device.*\n.*publish again"):
        publish_to(releases["one"], tmp_path / "mirror", partial=True)
    assert not (tmp_path / "mirror").exists()


def test_a_killed_run_leaves_no_half_release_and_the_next_takes_its_copy_away(
    releases: dict[str, Path], tmp_path: Path
) -> None:
    """Killed while it copies: the copy has another name than the release, and the next run sweeps it."""
    script = (
        "import os, shutil, sys\n"
        "from khabar.release.mirror import publish_to\n"
        "copy = shutil.copytree\n"
        "def torn(*paths):\n"
        "    copy(*paths)\n"
        "    os._exit(9)\n"
        "shutil.copytree = torn\n"
        "publish_to(sys.argv[1], sys.argv[2], partial=True)\n"
    )
    ran = subprocess.run([sys.executable, "-c", script, releases["one"], tmp_path], check=False)
    assert ran.returncode == 9
    (left,) = tmp_path.iterdir()
    assert left.name.startswith("v1.0.0.unfinished-")
    assert publish_to(releases["one"], tmp_path, partial=True).state == "published"
    assert [each.name for each in tmp_path.iterdir()] == ["v1.0.0"]


def test_of_two_at_once_the_slower_finds_the_same_release_or_is_refused(
    releases: dict[str, Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    checked = module.verify
    place = tmp_path / "v1.0.0"

    def faster(copy: Path) -> object:
        shutil.copytree(releases["one"], place)
        return checked(copy)

    monkeypatch.setattr(module, "verify", faster)
    assert publish_to(releases["one"], tmp_path, partial=True).state == "published"
    shutil.rmtree(place)
    with pytest.raises(DataError, match="never bent"):
        publish_to(releases["bent"], tmp_path, partial=True)
    assert files(place) == files(releases["one"])


def test_a_release_is_not_published_into_itself(releases: dict[str, Path]) -> None:
    with pytest.raises(CallError, match="are one folder"):
        publish_to(releases["one"], releases["one"], partial=True)


def test_a_link_in_the_folder_is_refused(releases: dict[str, Path], tmp_path: Path) -> None:
    copy = shutil.copytree(releases["one"], tmp_path / "copy")
    (copy / "passwd").symlink_to("/etc/hostname")
    with pytest.raises(DataError, match="passwd: is no ordinary file or folder"):
        publish_to(copy, tmp_path / "mirror", partial=True)


names = st.sampled_from(["README.md", "data/نص.parquet", "a/b/😀.json", ".gitattributes", "x"])
contents_by_name = st.dictionaries(names, st.binary(max_size=4), max_size=5)


@settings(deadline=None)
@given(contents_by_name, contents_by_name, st.booleans())
def test_the_changes_make_the_tree_the_folder_and_keep_the_hubs_own_file(
    wanted: dict[str, bytes], there: dict[str, bytes], large: bool
) -> None:
    with tempfile.TemporaryDirectory() as folder:
        for name, data in wanted.items():
            (Path(folder) / name).parent.mkdir(parents=True, exist_ok=True)
            (Path(folder) / name).write_bytes(data)
        files_here = local_files(Path(folder))
    tree = {
        name: f"sha256:{sha256(data)}" if large else f"git:{git_oid(data)}" for name, data in there.items()
    }
    after = dict(there)
    for each in file_changes(files_here, tree):
        assert (each.path in there, each.path in wanted) == {
            "added": (False, True),
            "changed": (True, True),
            "deleted": (True, False),
        }[each.kind]
        if each.kind == "deleted":
            del after[each.path]
        else:
            assert after.get(each.path) != wanted[each.path]
            after[each.path] = wanted[each.path]
    kept = {".gitattributes": there[".gitattributes"]} if ".gitattributes" in there else {}
    assert after == {**kept, **wanted}


def test_object_ids_are_gits(tmp_path: Path) -> None:
    (tmp_path / "hello.txt").write_bytes(b"hello\n")
    found = local_files(tmp_path)["hello.txt"]
    assert found.git == "ce013625030ba8dba906f756967f9e9ca394464a"  # git hash-object hello.txt
    assert found.sha256 == "5891b5b522d5df086d0ff0b110fbd9d21bb4fc7163af34d08286a2e846f6be03"
    assert found.is_same(f"git:{found.git}")
    assert not found.is_same(f"git:{found.sha256}")
