"""What the images are made of, and what their containers may do."""

from contextlib import closing

import psycopg2  # type: ignore[import-untyped]
import pytest
from django.conf import settings

from tests.docker.engine import engine
from tests.docker.shop import DockerShop
from tests.support.waiting import wait_until

BASE = "python:3.11-slim-bookworm"
MOST = 250_000_000  # bytes on top of the base
OF_THE_SHOP = ["web", "worker", "bulk-worker", "beat", "flower", "migrate"]
SERVICES = ["postgres", "redis", "web", "proxy", "worker", "bulk-worker", "beat", "flower"]


def test_an_image_is_named_by_its_project_and_by_the_version(shop: DockerShop) -> None:
    """So a build replaces neither the image of another shop on this machine, nor the one to go back to."""
    assert {shop.image(service) for service in OF_THE_SHOP} == {f"{shop.compose.project}-shop:{settings.SHOP_VERSION}"}
    assert shop.image("proxy") == f"{shop.compose.project}-proxy"


@pytest.mark.parametrize("service", ["web", "proxy"])
def test_an_image_is_small_and_runs_as_nobody_special(shop: DockerShop, service: str) -> None:
    built = engine().images.get(shop.image(service))
    on_top = built.attrs["Size"] - engine().images.get(BASE).attrs["Size"]
    print(f"{service}: {on_top / 1e6:.0f} MB on top of its base")  # noqa: T201
    assert 0 < on_top < MOST
    assert built.attrs["Config"]["User"] == "10001"


def test_nothing_is_in_it_but_what_runs_the_shop(shop: DockerShop) -> None:
    (beat,) = shop.containers("beat")
    unwanted = "/app/.git /app/.env /app/docs /app/bench /app/tests /app/tools/local /venv/bin/pip /root/.cache"
    for found in (f"ls -d {unwanted} 2>/dev/null", "command -v cc gcc make git"):
        assert beat.exec_run(["sh", "-c", found]).output == b""


@pytest.mark.parametrize("service", SERVICES)
def test_a_container_is_bounded(shop: DockerShop, service: str) -> None:
    container = shop.containers(service)[0]
    host = container.attrs["HostConfig"]
    assert host["ReadonlyRootfs"]
    assert host["CapDrop"] == ["ALL"]
    assert "no-new-privileges:true" in host["SecurityOpt"]
    assert host["Memory"] > 0
    assert host["RestartPolicy"]["Name"] == "unless-stopped"
    # What docker-init, process 1, has started: the service itself.
    started = container.exec_run(["sh", "-c", "grep ^Uid $(grep -l '^PPid:.1$' /proc/[0-9]*/status)"]).output
    assert b"Uid" in started
    assert b"\t0\t" not in started


@pytest.mark.parametrize(("service", "code"), [("postgres", 2), ("web", 3), ("redis", 1)])
def test_the_end_of_a_stray_process_harms_no_service(shop: DockerShop, service: str, code: int) -> None:
    """A health check that took too long leaves one. These are the codes that PostgreSQL and gunicorn would end at."""
    container = shop.containers(service)[0]
    with closing(psycopg2.connect(shop.database_url)) as connection, connection.cursor() as cursor:
        stray = container.exec_run(["sh", "-c", f"(sleep 1; exit {code}) & echo $!"]).output.decode().strip()
        wait_until(
            lambda: container.exec_run(["test", "-d", f"/proc/{stray}"]).exit_code, "the stray process has ended"
        )
        cursor.execute("SELECT 1")
    assert shop.restarts == 0
    assert shop.unhealthy() == []
    assert b"terminating any other active server processes" not in container.logs()


def test_only_the_proxy_can_be_reached_from_outside(shop: DockerShop) -> None:
    published = {
        service
        for service in SERVICES
        for container in shop.containers(service)
        if any(container.attrs["NetworkSettings"]["Ports"].values())
    }
    assert published == {"proxy", "postgres"}  # this one for the tests alone (compose.yml)
