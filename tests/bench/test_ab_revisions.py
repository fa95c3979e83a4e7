"""Which files are compared: those of a revision, or of the working tree as it is at that moment."""

import subprocess
from pathlib import Path

import pytest

from bench.ab.revisions import Repository
from tools.terminal import LocalError


class Tree:
    """A small repository of one commit."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder / "repository"
        self.folder.mkdir()
        self.git("init", "--quiet", "--initial-branch=main")
        self.write(kept="first", gone="first")
        (self.folder / ".gitignore").write_text("ignored\n")
        self.commit("one")

    def git(self, *arguments: str, check: bool = True) -> str:
        who = ["-c", "user.name=Tests", "-c", "user.email=tests@example.com", "-c", "commit.gpgsign=false"]
        command = ["git", "-C", str(self.folder), *who, *arguments]
        return subprocess.run(command, check=check, capture_output=True, text=True).stdout

    def write(self, **files: str) -> None:
        for name, text in files.items():
            (self.folder / name).write_text(text)

    def commit(self, subject: str) -> None:
        self.git("add", "--all")
        self.git("commit", "--quiet", "-m", subject)

    def files(self, name: str, scratch: Path) -> dict[str, str]:
        """What is compared under that name."""
        repository = Repository(self.folder)
        repository.check_out(repository.find(name, scratch), scratch / "code")
        return {file.name: file.read_text() for file in (scratch / "code").iterdir() if file.name != ".gitignore"}


@pytest.fixture
def tree(tmp_path: Path) -> Tree:
    return Tree(tmp_path)


@pytest.fixture
def scratch(tmp_path: Path) -> Path:
    folder = tmp_path / "scratch"
    folder.mkdir()
    return folder


def test_a_revision_has_the_files_of_its_commit(tree: Tree, scratch: Path) -> None:
    tree.write(kept="second")
    tree.commit("two")
    assert tree.files("HEAD~1", scratch) == {"kept": "first", "gone": "first"}


def test_the_working_tree_has_what_is_not_committed(tree: Tree, scratch: Path) -> None:
    tree.write(kept="changed", staged="new", untracked="new", ignored="new")
    tree.git("add", "staged")
    (tree.folder / "gone").unlink()
    before = tree.git("status", "--porcelain")
    assert tree.files(".", scratch) == {"kept": "changed", "staged": "new", "untracked": "new"}
    assert tree.git("status", "--porcelain") == before


def test_a_working_tree_that_is_committed_is_the_same_as_its_head(tree: Tree, scratch: Path) -> None:
    repository = Repository(tree.folder)
    assert repository.find(".", scratch).tree == repository.find("main", scratch).tree


@pytest.mark.parametrize("name", ["nothing", "HEAD~99", "--all", "HEAD:kept", "HEAD^{tree}", "", "two words", "a..b"])
def test_what_is_no_revision_is_said_to_be_none(tree: Tree, scratch: Path, name: str) -> None:
    with pytest.raises(LocalError, match="git knows no revision"):
        Repository(tree.folder).find(name, scratch)


def test_a_working_tree_with_conflicts_is_refused(tree: Tree, scratch: Path) -> None:
    tree.git("checkout", "--quiet", "-b", "other")
    tree.write(kept="theirs")
    tree.commit("theirs")
    tree.git("checkout", "--quiet", "main")
    tree.write(kept="ours")
    tree.commit("ours")
    tree.git("merge", "other", check=False)
    with pytest.raises(LocalError, match="conflicts in kept"):
        Repository(tree.folder).find(".", scratch)


def test_a_folder_without_git_is_said_to_have_none(scratch: Path) -> None:
    with pytest.raises(LocalError, match="not a git repository"):
        Repository(scratch).find(".", scratch)
