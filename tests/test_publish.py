"""Publishing on a Hub that fails wherever it can: exactly one right release, and clear words otherwise."""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml

from conftest import tiny_schema_value
from hub_worker import Call, publish_one, publish_pages, settings, worker
from khabar.errors import CallError
from khabar.files import sha256, write_json
from khabar.release import build, read_manifest
from khabar.release.publishing import ready
from loopback_hub import FIRST_FILE, READER, WRITER, Commit, Hub, Repository, serving
from release_corpus import corpus_of, make_checkout, write_theirs

NAME = "tester/khabar"
TAG = "v1.0.0"


@pytest.fixture(scope="module")
def releases(tmp_path_factory: pytest.TempPathFactory, repository: Path) -> dict[str, Path]:
    """Builds by name: `one`, `bent` (the same version, another content), `next`, and `full` with theirs."""
    folder = tmp_path_factory.mktemp("publish")
    card = (repository / "dataset_card.md").read_text(encoding="utf-8")
    with pytest.MonkeyPatch.context() as patch:
        patch.delenv("KHABAR_TEXTS", raising=False)
        checkout = make_checkout(folder / "checkout", tiny_schema_value(), card)
        build(corpus_of(checkout), folder / "one", version="1.0.0")
        texts = write_theirs(folder / "texts")
        build(corpus_of(checkout, texts), folder / "full", version="1.0.0")
        (checkout / "CHANGELOG.md").write_text("another word\n", encoding="utf-8")
        build(corpus_of(checkout), folder / "bent", version="1.0.0")
        build(corpus_of(checkout), folder / "next", version="1.0.1")
    return {name: folder / name for name in ("one", "bent", "next", "full")}


@pytest.fixture(scope="module")
def small(releases: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A release of three files, for tests that publish often and do not load."""
    folder = tmp_path_factory.mktemp("small") / "release"
    for name in ("README.md", "data/ner/test-00000-of-00001.parquet"):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy(releases["one"] / name, folder / name)
    manifest = json.loads((releases["one"] / "manifest.json").read_text(encoding="utf-8"))
    write_json(folder / "manifest.json", {**manifest, "files": {}})
    return refreshed(folder)


def refreshed(folder: Path) -> Path:
    """The folder with a manifest that names its files as they are."""
    manifest = json.loads((folder / "manifest.json").read_text(encoding="utf-8"))
    manifest["files"] = {
        name: {"bytes": len(data), "sha256": sha256(data)}
        for name, data in contents(folder).items()
        if name != "manifest.json"
    }
    write_json(folder / "manifest.json", manifest)
    return folder


def rewritten(release: Path, folder: Path, changelog: str) -> Path:
    """The same release but for its changelog, with a manifest that says so."""
    shutil.copytree(release, folder)
    (folder / "CHANGELOG.md").write_text(changelog, encoding="utf-8")
    return refreshed(folder)


@pytest.fixture(scope="module")
def shared_hub() -> Iterator[Hub]:
    with serving() as hub:
        yield hub


@pytest.fixture(scope="module")
def call(shared_hub: Hub, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Call]:
    with worker(shared_hub, tmp_path_factory.mktemp("home")) as called:
        yield called


@pytest.fixture
def hub(shared_hub: Hub) -> Hub:
    """An empty Hub without faults."""
    with shared_hub.lock:
        shared_hub.repositories.clear()
        shared_hub.large.clear()
        shared_hub.requests.clear()
        shared_hub.card_errors.clear()
        shared_hub.bent.clear()
        shared_hub.mended()
    return shared_hub


def contents(folder: Path) -> dict[str, bytes]:
    return {p.relative_to(folder).as_posix(): p.read_bytes() for p in folder.rglob("*") if p.is_file()}


def assert_one_right_release(hub: Hub, release: Path) -> None:
    """One commit on top of the first, which holds the release and nothing else, and its tag."""
    dataset = hub.dataset(NAME)
    assert [each.title for each in dataset.commits] == ["initial commit", "Release 1.0.0"]
    assert dataset.head.files == {**FIRST_FILE, **contents(release)}
    assert dataset.tags == {TAG: dataset.head.oid}


def program(
    hub: Hub, home: Path, repository: Path, *arguments: object, token: str | None = WRITER
) -> subprocess.Popen[str]:
    """The program, as a user runs it."""
    command = [sys.executable, repository / "scripts" / "publish_dataset.py", "publish"]
    return subprocess.Popen(
        [*command, *map(str, arguments)],
        env={**settings(hub, home, token=token), "PYTHONPATH": str(repository / "src")},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


def ended(process: subprocess.Popen[str]) -> tuple[int, str, str]:
    out, err = process.communicate(timeout=120)
    return process.returncode, out, err


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


STEPS = {
    "find": ("GET", r"^/api/datasets/[^/]+/[^/]+$"),
    "create": ("POST", "/repos/create"),
    "tags": ("GET", "/refs"),
    "commits": ("GET", "/commits/"),
    "tree": ("GET", "/tree/"),
    "card": ("POST", "/validate-yaml"),
    "preupload": ("POST", "/preupload/"),
    "batch": ("POST", "/objects/batch"),
    "upload": ("PUT", "/lfs-put/"),
    "check": ("POST", "/lfs-verify"),
    "commit": ("POST", "/commit/"),
    "look": ("HEAD", "/resolve/"),
    "download": ("GET", "/resolve/"),
    "tag": ("POST", "/tag/"),
}
HOWS: dict[str, dict[str, Any]] = {
    "500": {"how": "status", "status": 500},
    "429": {"how": "status", "status": 429, "headers": {"Retry-After": "0"}},
    "504 although done": {"how": "failed", "status": 504},
    "drop": {"how": "drop"},
    "lost": {"how": "lost"},
    "cut": {"how": "cut"},
}


@pytest.mark.slow
@pytest.mark.parametrize("how", HOWS)
@pytest.mark.parametrize("step", STEPS)
def test_after_a_fault_at_any_step_a_second_run_ends_with_one_right_release(
    hub: Hub, call: Call, small: Path, step: str, how: str
) -> None:
    fault = hub.fail(*STEPS[step], **HOWS[how])
    done, said = call(publish_one, small, NAME, hasty=True)
    assert fault.seen
    if done is None:
        assert "Next: " in said
        assert WRITER not in said
    hub.mended()
    again, _ = call(publish_one, small, NAME, hasty=True)
    assert again.state in {"published", "finished", "unchanged"}
    assert_one_right_release(hub, small)


@pytest.mark.parametrize("step", ["find", "create", "card", "commit", "download", "tag"])
@pytest.mark.parametrize("how", ["500", "lost"])
def test_a_passing_fault_is_waited_out_within_one_run(
    hub: Hub, call: Call, small: Path, step: str, how: str
) -> None:
    fault = hub.fail(*STEPS[step], **HOWS[how])
    done, _ = call(publish_one, small, NAME, attempts=4, hasty=True)
    assert fault.seen > 1 or (step, how) in {("commit", "lost"), ("tag", "lost")}
    assert done.state == "published"
    assert_one_right_release(hub, small)


def test_a_commit_whose_reply_is_lost_is_found_and_not_made_twice(hub: Hub, call: Call, small: Path) -> None:
    hub.fail("POST", "/commit/", "lost")
    done, _ = call(publish_one, small, NAME)
    assert done.state == "published"
    assert hub.made("POST", "/commit/") == 1
    assert_one_right_release(hub, small)


def test_somebody_elses_commit_meanwhile_is_a_clear_refusal(hub: Hub, call: Call, small: Path) -> None:
    hub.fail("POST", "/commit/", "status", status=412, message="A commit has happened since.", times=9)
    done, said = call(publish_one, small, NAME, attempts=4)
    assert done is None
    assert "412: somebody else committed there meanwhile; nothing of this run was committed" in said
    assert hub.made("POST", "/commit/") == 1
    assert hub.dataset(NAME).tags == {}


def test_other_bytes_than_were_sent_are_not_tagged(hub: Hub, call: Call, small: Path) -> None:
    path = "data/ner/test-00000-of-00001.parquet"
    hub.bent[path] = bytes(len((small / path).read_bytes()))
    done, said = call(publish_one, small, NAME)
    assert done is None
    assert f"{path}: expected SHA-256" in said
    assert hub.dataset(NAME).tags == {}
    hub.bent.clear()
    assert call(publish_one, small, NAME)[0].state == "finished"
    assert_one_right_release(hub, small)


def test_a_release_the_loader_does_not_give_back_is_told_of(
    hub: Hub, call: Call, releases: dict[str, Path]
) -> None:
    call(publish_one, releases["one"], NAME)
    path = "data/passes/test-00000-of-00001.parquet"
    hub.fail("GET", f"/resolve/{TAG}/README.md", "status", status=403, times=99)
    done, said = call(publish_one, releases["one"], NAME, trusted=False)
    assert done is None
    assert "the tag is right, but the loader does not give the release back" in said
    assert path in hub.dataset(NAME).head.files


def test_a_hub_that_asks_to_wait_is_waited_for_within_limits(hub: Hub, call: Call, small: Path) -> None:
    hub.fail("GET", "/refs", "status", status=429, headers={"Retry-After": "1"})
    started = time.monotonic()
    assert call(publish_one, small, NAME, attempts=2)[0].state == "published"
    assert time.monotonic() - started >= 1


@pytest.mark.parametrize(
    "headers", [{"Retry-After": "3600"}, {"RateLimit": '"api";r=0;t=3600', "Retry-After": "1"}]
)
@pytest.mark.parametrize("step", ["tags", "preupload", "commit"])
def test_a_hub_that_asks_to_wait_for_an_hour_is_not_waited_for(
    hub: Hub, call: Call, small: Path, step: str, headers: dict[str, str]
) -> None:
    hub.fail(*STEPS[step], "status", status=429, headers=headers, times=9)
    started = time.monotonic()
    done, said = call(publish_one, small, NAME, attempts=4)
    assert time.monotonic() - started < 30
    assert done is None
    assert "429: the Hub asks to wait 3600 seconds" in said


@pytest.mark.parametrize("step", ["tags", "commit", "tag"])
def test_a_hub_that_does_not_answer_is_given_up_and_asked_again(
    hub: Hub, call: Call, small: Path, step: str
) -> None:
    hub.fail(*STEPS[step], "slow", seconds=1.5)
    done, _ = call(publish_one, small, NAME, attempts=3, timeout=0.5)
    assert done.state == "published"
    assert hub.made("POST", "/commit/") == 1
    assert_one_right_release(hub, small)


@pytest.mark.parametrize(
    ("token", "message"),
    [
        (None, "401: the Hub does not know the token, or there is none"),
        ("hf_unknownUNKNOWN", "401: the Hub does not know the token, or there is none"),
        (READER, "403: the token may not do this (it says: you must use a write token)"),
    ],
)
def test_a_token_that_may_not_is_refused_in_plain_words(
    hub: Hub, releases: dict[str, Path], repository: Path, tmp_path: Path, token: str | None, message: str
) -> None:
    arguments = (NAME, "--release", releases["one"], "--partial")
    code, out, err = ended(program(hub, tmp_path, repository, *arguments, token=token))
    assert (code, out) == (1, "")
    assert message in err
    assert "Next: " in err
    assert "Traceback" not in err
    assert hub.repositories == {}


def test_metadata_the_hub_refuses_is_told_as_it_says_it(hub: Hub, call: Call, small: Path) -> None:
    hub.card_errors.append('"license" must be one of a list')
    done, said = call(publish_one, small, NAME)
    assert done is None
    assert 'Invalid metadata in README.md.\n- "license" must be one of a list' in said
    assert len(hub.dataset(NAME).commits) == 1


def test_a_token_is_in_no_output_log_traceback_or_file(
    hub: Hub, releases: dict[str, Path], repository: Path, tmp_path: Path
) -> None:
    """Not even where the server echoes it, nor with the client's own debugging on."""
    for name in ("commit", "tag"):
        echo = {"status": 400, "message": f"no good: Bearer {WRITER}", "times": 1}
        hub.fail(*STEPS[name], "status", **echo)
        arguments = (NAME, "--release", releases["one"], "--partial")
        code, out, err = ended(program(hub, tmp_path, repository, *arguments))
        assert code == 1
        assert "no good: Bearer [token]" in err
        assert WRITER not in out + err
    script = tmp_path / "uncaught.py"
    script.write_text(
        "import sys\nfrom khabar.release.hub import publish\n"
        f"publish(sys.argv[1], '{NAME}', partial=True, texts=())\n",
        encoding="utf-8",
    )
    hub.fail(*STEPS["tags"], "status", **echo)
    ran = subprocess.run(
        [sys.executable, script, releases["one"]],
        env={**settings(hub, tmp_path), "PYTHONPATH": str(repository / "src"), "HF_DEBUG": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    assert "Traceback (most recent call last)" in ran.stderr
    assert "(authenticated: True)" in ran.stderr  # the client's own debugging was on
    assert "no good: Bearer [token]" in ran.stderr
    assert WRITER not in ran.stdout + ran.stderr
    written = [path for path in tmp_path.rglob("*") if path.is_file()]
    assert [path for path in written if WRITER.encode() in path.read_bytes()] == []
    assert WRITER not in repr([each.message + each.title for each in hub.dataset(NAME).commits])


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


def test_a_release_that_leaves_articles_out_needs_partial(releases: dict[str, Path]) -> None:
    with pytest.raises(CallError, match=r"leaves out 1 articles .*theirs-1.* with --partial"):
        ready(releases["one"], partial=False, texts=())
    with pytest.raises(CallError, match="publish it without --partial"):
        ready(releases["full"], partial=True, texts=("theirs",))


def test_texts_under_others_rights_go_out_only_where_each_source_is_named(
    hub: Hub, releases: dict[str, Path], repository: Path, tmp_path: Path
) -> None:
    arguments = (NAME, "--release", releases["full"])
    code, _, err = ended(program(hub, tmp_path, repository, *arguments))
    assert code == 2
    assert "holds texts under others' rights (articles of theirs: 1)" in err
    assert "--with-texts theirs" in err
    with pytest.raises(CallError, match="holds no texts of nobody"):
        ready(releases["full"], partial=False, texts=("theirs", "nobody"))
    assert ready(releases["full"], partial=False, texts=("theirs",)).tag == TAG
    assert hub.requests == []


def test_held_out_labels_go_to_a_private_repository_only(
    hub: Hub, call: Call, small: Path, tmp_path: Path
) -> None:
    labels = shutil.copytree(small, tmp_path / "labels")
    manifest = json.loads((labels / "manifest.json").read_text(encoding="utf-8"))
    write_json(labels / "manifest.json", {**manifest, "held_out": "test", "keep_private": True})
    assert "publish it with --private" in call(publish_one, labels, NAME)[1]
    hub.repositories["datasets", NAME] = Repository(NAME)
    done, said = call(publish_one, labels, NAME, private=True)
    assert (done, "everybody may read it, and these labels are held out" in said) == (None, True)
    assert len(hub.dataset(NAME).commits) == 1
    hub.repositories.clear()
    assert call(publish_one, labels, NAME, private=True)[0].state == "published"
    assert hub.dataset(NAME).private


def test_an_older_version_does_not_take_the_place_of_a_newer(
    hub: Hub, call: Call, releases: dict[str, Path], small: Path
) -> None:
    call(publish_one, releases["next"], NAME)
    done, said = call(publish_one, small, NAME)
    assert done is None
    assert "it holds release 1.0.1; 1.0.0 would take its place as the newest" in said
    assert len(hub.dataset(NAME).commits) == 2


def test_a_folder_that_is_not_what_its_manifest_says_does_not_leave_the_machine(
    hub: Hub, call: Call, releases: dict[str, Path], tmp_path: Path
) -> None:
    spoilt = shutil.copytree(releases["one"], tmp_path / "spoilt")
    (spoilt / "hidden-labels.json").write_text("{}", encoding="utf-8")
    done, said = call(publish_one, spoilt, NAME, trusted=False)
    assert (done, "hidden-labels.json: is no file of the release" in said) == (None, True)
    (spoilt / "LICENSE").write_text("bent", encoding="utf-8")
    done, said = call(publish_one, spoilt, NAME, trusted=False)
    assert (done, "LICENSE: expected SHA-256" in said) == (None, True)
    assert hub.requests == []


def test_pages_go_to_a_static_space_with_a_card_and_replace_the_old(
    hub: Hub, call: Call, tmp_path: Path
) -> None:
    pages = tmp_path / "pages"
    (pages / "صفحات").mkdir(parents=True)
    (pages / "index.html").write_text("<h1>لوحة 😀</h1>", encoding="utf-8")
    (pages / "صفحات" / "explorer.html").write_text("<p>one</p>", encoding="utf-8")
    planned, _ = call(publish_pages, pages, "tester/board", dry_run=True)
    assert (planned.state, hub.repositories) == ("planned", {})
    done, said = call(publish_pages, pages, "tester/board")
    assert (done.state, done.new) == ("published", True), said
    space = hub.repositories["spaces", "tester/board"]
    assert space.sdk == "static"
    assert space.head.files.keys() - contents(pages).keys() == {"README.md", ".gitattributes"}
    metadata = yaml.safe_load(space.head.files["README.md"].decode().split("---\n")[1])
    assert (metadata["sdk"], metadata["app_file"]) == ("static", "index.html")
    assert call(publish_pages, pages, "tester/board")[0].state == "unchanged"
    (pages / "صفحات" / "explorer.html").unlink()
    (pages / "index.html").write_text("<h1>جديد</h1>", encoding="utf-8")
    hub.fail("POST", "/commit/", "lost")
    assert call(publish_pages, pages, "tester/board")[0].state == "published"
    assert len(space.commits) == 3
    assert set(space.head.files) == {"index.html", "README.md", ".gitattributes"}


def test_pages_without_a_first_page_or_with_metadata_are_refused_and_a_readme_is_kept(
    hub: Hub, call: Call, tmp_path: Path
) -> None:
    done, said = call(publish_pages, tmp_path, "tester/board")
    assert (done, "holds no index.html" in said) == (None, True)
    (tmp_path / "index.html").write_text("", encoding="utf-8")
    (tmp_path / "README.md").write_text("---\nsdk: docker\n---\n", encoding="utf-8")
    assert "a Space's is generated" in call(publish_pages, tmp_path, "tester/board")[1]
    assert hub.requests == []
    (tmp_path / "README.md").write_text("# لوحة\n", encoding="utf-8")
    assert call(publish_pages, tmp_path, "tester/board")[0].state == "published"
    readme = hub.repositories["spaces", "tester/board"].head.files["README.md"].decode()
    assert readme.endswith(
        "pinned: false\nshort_description: Systems scored on Khabar, Arabic news\n---\n\n# لوحة\n"
    )


def test_the_program_wants_one_place_and_a_name(
    hub: Hub, releases: dict[str, Path], repository: Path, tmp_path: Path
) -> None:
    assert ended(program(hub, tmp_path, repository))[0] == 2
    assert ended(program(hub, tmp_path, repository, NAME, "--to", tmp_path))[0] == 2
    for name in ("خبر/khabar", "khabar"):
        arguments = (name, "--release", releases["one"], "--partial")
        code, _, err = ended(program(hub, tmp_path, repository, *arguments))
        assert (code, "a repository is named OWNER/NAME" in err) == (2, True)


def test_a_hub_that_is_out_of_reach_is_told_of(hub: Hub, call: Call, small: Path) -> None:
    hub.fail("GET", "/api/", "drop", times=99)
    done, said = call(publish_one, small, NAME, attempts=3)
    assert done is None
    assert said.splitlines()[1].startswith("  looking for the repository: the connection failed")
    assert said.endswith("Next: run the same command again: it goes on where this one stopped")
    assert hub.made("GET", "/api/") == 3
