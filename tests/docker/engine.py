"""The Docker engine and Compose of this machine."""

import os
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


class Compose:
    """The services of docker-compose.yml in a project of one's own. Nothing but `variables` reaches the files."""

    def __init__(self, project: str, folder: Path, variables: Mapping[str, str]) -> None:
        self.project = project
        self._env_file = folder / "env"
        self._env_file.write_text("".join(f"{name}={value}\n" for name, value in variables.items()))

    def __call__(self, *arguments: str) -> None:
        """Run a command of Compose, its progress shown. Raises CalledProcessError."""
        files = [argument for file in FILES for argument in ("--file", file)]
        options = ("--project-name", self.project, "--env-file", str(self._env_file), *files)
        # Variables of this process would win over those of the file.
        env = {name: value for name, value in os.environ.items() if name in ("PATH", "HOME") or name[:6] == "DOCKER"}
        subprocess.run([*_compose_command(), *options, *arguments], cwd=REPOSITORY, env=env, check=True)

    def containers(self, service: str | None = None) -> list[Container]:
        """Those of one service or of all, dead ones included, in the order of their names."""
        labels = [f"com.docker.compose.project={self.project}"]
        labels += [f"com.docker.compose.service={service}"] if service else []
        found: Sequence[Container] = engine().containers.list(all=True, filters={"label": labels})
        return sorted(found, key=lambda container: str(container.name))
