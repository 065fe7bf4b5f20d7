"""Publishing on a Hub: one commit, read back, tagged, loaded by its tag; and several publishers at once."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from hub_api import Hub
from hub_repositories import FIRST_FILE, Commit, Repository
from hub_worker import Call, publish_one
from khabar.release import read_manifest
from publishing import (
    NAME,
    TAG,
    assert_one_right_release,
    call,
    contents,
    ended,
    hub,
    program,
    releases,
    rewritten,
    shared_hub,
    small,
)

__all__ = ["call", "hub", "releases", "shared_hub", "small"]  # fixtures


def test_the_program_publishes_in_one_commit_reads_back_tags_and_loads_by_the_tag(
    hub: Hub, releases: dict[str, Path], repository: Path, tmp_path: Path
) -> None:
    arguments = (NAME, "--release", releases["one"], "--partial", "--format", "json")
    code, out, err = ended(program(hub, tmp_path, repository, *arguments))
    assert (code, json.loads(out)["state"]) == (0, "published")
    assert_one_right_release(hub, releases["one"])
    digest = read_manifest(releases["one"]).content_digest
    assert hub.dataset(NAME).head.message == f"Content digest {digest}"
    assert [line.split()[0] for line in err.splitlines()] == [
        *("checking", "creating", "committing", "reading", "tagging", "loading")
    ]
    assert hub.made("POST", "/commit/") == 1
    assert hub.made("GET", f"/resolve/{TAG}/README.md") == 1
    assert not list(tmp_path.rglob("*.parquet"))
    code, out, _ = ended(program(hub, tmp_path, repository, *arguments[:-2], "--dry-run"))
    at = f"({TAG} at {hub.dataset(NAME).head.oid})"
    assert (code, out) == (0, f"release 1.0.0 was there already, the very same, in {NAME} {at}\n")


def test_a_dry_run_says_what_would_change_by_object_id_and_changes_nothing(
    hub: Hub, call: Call, releases: dict[str, Path]
) -> None:
    planned, _ = call(publish_one, releases["one"], NAME, dry_run=True)
    assert (planned.state, planned.new, planned.commit) == ("planned", True, None)
    assert {each.path for each in planned.changes} == contents(releases["one"]).keys()
    assert hub.repositories == {}
    call(publish_one, releases["one"], NAME)
    before = hub.dataset(NAME).head
    planned, _ = call(publish_one, releases["next"], NAME, dry_run=True)
    assert hub.dataset(NAME).head is before
    found = {each.path: (each.kind, each.before[:4], each.after[:4]) for each in planned.changes}
    assert found["CHANGELOG.md"] == ("changed", "git:", "git:")
    assert found["data/ner/test-00000-of-00001.parquet"] == ("changed", "sha2", "sha2")
    assert "LICENSE" not in found
    assert planned.as_text().splitlines()[-1] == (
        f"release 1.0.1 would go to {NAME} (there already); files that would change: {len(found)}; "
        "nothing was done (v1.0.1)"
    )


def test_a_release_that_is_there_is_left_alone_and_loaded_again(
    hub: Hub, call: Call, releases: dict[str, Path]
) -> None:
    call(publish_one, releases["one"], NAME)
    again, said = call(publish_one, releases["one"], NAME, trusted=False)
    assert again.state == "unchanged"
    assert said.splitlines()[-1] == "loading v1.0.0 in a fresh cache"
    assert hub.made("POST", "/commit/|/tag/|/create") == 3
    assert_one_right_release(hub, releases["one"])


def test_the_next_release_changes_what_differs_and_takes_away_what_is_no_part_of_it(
    hub: Hub, call: Call, releases: dict[str, Path]
) -> None:
    call(publish_one, releases["one"], NAME)
    dataset = hub.dataset(NAME)
    files = {**dataset.head.files, "data/old/train.parquet": b"old", "notes/من.txt": b"?"}
    dataset.commits.append(Commit("somebody adds files", "", files, dataset.head.oid))
    done, _ = call(publish_one, releases["next"], NAME)
    assert done.state == "published"
    assert {e.path for e in done.changes if e.kind == "deleted"} == {"data/old/train.parquet", "notes/من.txt"}
    assert dataset.head.files == {**FIRST_FILE, **contents(releases["next"])}
    assert dataset.tags == {TAG: dataset.commits[1].oid, "v1.0.1": dataset.head.oid}


def test_a_version_that_is_there_with_other_content_is_refused_with_every_file(
    hub: Hub, call: Call, releases: dict[str, Path]
) -> None:
    call(publish_one, releases["one"], NAME)
    done, said = call(publish_one, releases["bent"], NAME)
    assert done is None
    assert said.startswith(f"{NAME}, tag v1.0.0: 2 faults\n  CHANGELOG.md: is git:")
    assert said.endswith("Next: release 1.0.0 is published and never bent: raise the version")
    assert_one_right_release(hub, releases["one"])


def test_another_build_that_was_committed_and_not_tagged_is_not_tagged_as_ours(
    hub: Hub, call: Call, releases: dict[str, Path]
) -> None:
    call(publish_one, releases["one"], NAME)
    hub.dataset(NAME).tags.clear()
    done, said = call(publish_one, releases["bent"], NAME)
    assert done is None
    assert "another build of release 1.0.0 was committed and not tagged" in said
    assert hub.dataset(NAME).tags == {}


def test_a_tag_on_other_content_is_never_moved(hub: Hub, call: Call, small: Path) -> None:
    dataset = hub.repositories["datasets", NAME] = Repository(NAME)
    dataset.tags[TAG] = dataset.head.oid
    done, said = call(publish_one, small, NAME)
    assert done is None
    assert "README.md: is in this build and not there" in said
    assert (len(dataset.commits), dataset.tags) == (1, {TAG: dataset.commits[0].oid})


def test_an_empty_repository_of_a_torn_run_is_filled(hub: Hub, call: Call, small: Path) -> None:
    hub.repositories["datasets", NAME] = Repository(NAME)
    done, _ = call(publish_one, small, NAME)
    assert (done.state, done.new) == ("published", False)
    assert_one_right_release(hub, small)


def test_a_commit_without_a_tag_is_finished_even_under_a_later_commit(
    hub: Hub, call: Call, small: Path
) -> None:
    hub.fail("POST", "/tag/", "drop", times=9)
    assert "the connection failed" in call(publish_one, small, NAME)[1]
    hub.mended()
    dataset = hub.dataset(NAME)
    later = {**dataset.head.files, "README.md": b"edited on the site"}
    dataset.commits.append(Commit("Update README.md", "", later, dataset.head.oid))
    done, _ = call(publish_one, small, NAME)
    assert done.state == "finished"
    assert dataset.tags == {TAG: dataset.commits[1].oid}


@pytest.mark.slow
def test_six_publishers_of_one_build_end_with_one_release(
    hub: Hub, releases: dict[str, Path], repository: Path, tmp_path: Path
) -> None:
    arguments = (NAME, "--release", releases["one"], "--partial")
    running = [program(hub, tmp_path / str(n), repository, *arguments) for n in range(6)]
    results = [ended(each) for each in running]
    assert_one_right_release(hub, releases["one"])
    assert 0 in [code for code, _, _ in results]
    for code, out, err in results:
        assert (code == 0 and "release 1.0.0" in out) or (code == 1 and "somebody else committed" in err)


@pytest.mark.slow
def test_six_publishers_of_six_builds_end_with_one_release_and_five_refusals(
    hub: Hub, releases: dict[str, Path], repository: Path, tmp_path: Path
) -> None:
    builds = [rewritten(releases["one"], tmp_path / f"build-{n}", f"word {n}\n") for n in range(6)]
    running = [
        program(hub, tmp_path / str(n), repository, NAME, "--release", each, "--partial")
        for n, each in enumerate(builds)
    ]
    results = [ended(each) for each in running]
    codes = [code for code, _, _ in results]
    assert sorted(codes) == [0, 1, 1, 1, 1, 1]
    assert_one_right_release(hub, builds[codes.index(0)])
    clear = ("somebody else committed", "was committed and not tagged", "is published and never bent")
    for code, _, err in results:
        assert code == 0 or any(each in err for each in clear), err
