"""The Docker engine and Compose of this machine."""

import os
import shlex
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

import docker
from docker.models.containers import Container

from tests.faults.parts import REPOSITORY

FILES = ("docker-compose.yml", "tests/docker/compose.yml")


@cache
def engine() -> docker.DockerClient:
    return docker.from_env()


def trouble() -> str:
    """Why no containers can be run here, and what to do about it; empty if they can."""
    try:
        engine().ping()
    except docker.errors.DockerException as error:
        return (
            f"no Docker engine answers ({error}).\nInstall one (https://docs.docker.com/engine/install/), start it "
            "(`systemctl start docker`) and be a user who may use it (`docker info` tells), or let DOCKER_HOST lead "
            "to one."
        )
    if not _compose_command():
        return (
            "neither `docker compose` nor `docker-compose` is here. Install https://docs.docker.com/compose/install/."
        )
    return ""


@cache
def _compose_command() -> tuple[str, ...]:
    """Compose is a plugin of the docker command, or in older systems a command of its own."""
    for command in (("docker", "compose"), ("docker-compose",)):
        try:
            if subprocess.run([*command, "version"], capture_output=True, check=False).returncode == 0:
                return command
        except FileNotFoundError:
            continue
    return ()


def _environment() -> dict[str, str]:
    """Without the variables of this process that would win over those of the file."""
    return {name: value for name, value in os.environ.items() if name in ("PATH", "HOME") or name[:6] == "DOCKER"}


_DOCKER = """#!/bin/sh
[ "$1" = compose ] || exec {docker} "$@"
shift
case "$1" in exec|run) command=$1; shift; set -- "$command" -T "$@" ;; esac
exec {compose} "$@"
"""


class Compose:
    """The services of docker-compose.yml in a project of one's own. Nothing but `variables` reaches the files."""

    def __init__(self, project: str, folder: Path, variables: Mapping[str, str]) -> None:
        self.project = project
        self._folder, self._env_file = folder, folder / "env"
        # Compose 1 knows the project's name in the files only from here.
        values = {"COMPOSE_PROJECT_NAME": project, **variables}
        self._env_file.write_text("".join(f"{name}={value}\n" for name, value in values.items()))

    def __call__(self, *arguments: str) -> None:
        """Run a command of Compose, its progress shown. Raises CalledProcessError."""
        subprocess.run([*self._command(), *arguments], cwd=REPOSITORY, env=_environment(), check=True)

    def shell(self, script: str, *, strict: bool = True, **variables: str) -> str:
        """Run lines of a document, whose `docker compose` is this project's. Returns what they print.

        Raises CalledProcessError if a line fails; without `strict`, only if the last one does. Compose 1 must be told
        that there is no terminal.
        """
        docker = self._folder / "docker"
        compose = shlex.join(self._command())
        docker.write_text(_DOCKER.format(compose=compose, docker=shutil.which("docker")))
        docker.chmod(0o755)
        env = _environment() | variables
        env["PATH"] = f"{self._folder}:{env['PATH']}"
        command = ["bash", *(["-euo", "pipefail"] if strict else []), "-c", script]
        run = subprocess.run(command, cwd=REPOSITORY, env=env, stdout=subprocess.PIPE, text=True, check=True)
        return run.stdout

    def _command(self) -> list[str]:
        files = [argument for file in FILES for argument in ("--file", file)]
        return [*_compose_command(), "--project-name", self.project, "--env-file", str(self._env_file), *files]

    def containers(self, service: str | None = None) -> list[Container]:
        """Those of one service or of all, dead ones included, in the order of their names."""
        labels = [f"com.docker.compose.project={self.project}"]
        labels += [f"com.docker.compose.service={service}"] if service else []
        found: Sequence[Container] = engine().containers.list(all=True, filters={"label": labels})
        return sorted(found, key=lambda container: str(container.name))
