"""The lines of the runbook for containers, as they are written."""

import shutil

import pytest

from tests.docker.shop import DockerShop
from tests.docker.test_releases import INSTALL, ROLL_BACK
from tests.project.test_runbook import NOT_RUN, OF_CONTAINERS
from tests.support.documented import commands

GIVEN = [each for each in commands("docs/runbook.md") + commands("docs/releasing.md") if each.startswith(OF_CONTAINERS)]
# Those of a release, and of the way back, are lines of one script.
ALONE = [each for each in GIVEN if each not in [*INSTALL, *ROLL_BACK.splitlines(), *NOT_RUN]]


@pytest.mark.parametrize("line", ALONE)
def test_a_line_for_containers_does_its_work(shop: DockerShop, line: str) -> None:
    if "jq " in line and not shutil.which("jq"):
        pytest.fail("the runbook reads logs with jq (on Debian: apt install jq)", pytrace=False)
    shop.compose.shell(line.replace("redis-cli", "docker compose exec redis redis-cli"), strict=False)
    shop.wait_until_healthy()
