"""`Repository`: finds revisions, and writes their files to folders."""

import os
import subprocess
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from tools.terminal import LocalError

WORKING_TREE = "."


@dataclass(frozen=True)
class Revision:
    """A revision: the id of its tree in git, and a title for people."""

    tree: str
    title: str


@dataclass(frozen=True)
class Repository:
    """The folder of a git repository."""

    folder: Path

    def find(self, name: str, scratch: Path) -> Revision:
        """Look a revision up by any name that git knows. `.` is the working tree with its uncommitted changes.

        `scratch` is a folder for a temporary file. Raises LocalError if git does not know the name, or if the working
        tree has merge conflicts.
        """
        if name == WORKING_TREE:
            return Revision(self._tree_of_working_tree(scratch), f"working tree on {self._title('HEAD')}")
        tree = self._git("rev-parse", "--verify", "--quiet", f"{name}^{{commit}}^{{tree}}", otherwise="")
        if not tree:
            raise LocalError(f"git knows no revision {name!r}; see `git log --oneline` and `git tag`.")
        return Revision(tree, self._title(name))

    def check_out(self, revision: Revision, folder: Path) -> None:
        """Write the files into a new folder. Not by `git worktree`: a killed run would leave an entry in .git."""
        folder.mkdir(parents=True)
        archive = folder.with_suffix(".tar")
        self._git("archive", "--output", str(archive), revision.tree)
        subprocess.run(["tar", "-xf", str(archive), "-C", str(folder)], check=True)  # noqa: S607 - the system's
        archive.unlink()

    def _tree_of_working_tree(self, scratch: Path) -> str:
        """Uses a separate index, so that the real one does not change."""
        if unmerged := self._git("ls-files", "--unmerged"):
            files = sorted({line.partition("\t")[2] for line in unmerged.splitlines()})
            raise LocalError(f"The working tree has conflicts in {', '.join(files)}: resolve them first.")
        index = {"GIT_INDEX_FILE": str(scratch / "index")}
        self._git("add", "--all", env=index)
        return self._git("write-tree", env=index)

    def _title(self, name: str) -> str:
        return self._git("log", "-1", "--format=%h %<(50,trunc)%s", name, "--")

    def _git(self, *arguments: str, env: Mapping[str, str] | None = None, otherwise: str | None = None) -> str:
        """Return the output of git. If git fails: `otherwise`, or LocalError with git's message."""
        command, env = ["git", "-C", str(self.folder), *arguments], os.environ | dict(env or {})
        try:
            done = subprocess.run(command, env=env, capture_output=True, text=True, check=False)
        except FileNotFoundError:
            raise LocalError("This needs git, which is not installed.") from None
        if done.returncode == 0:
            return done.stdout.strip()
        if otherwise is None:
            raise LocalError(f"git {arguments[0]}: {' '.join(done.stderr.split())}")
        return otherwise
