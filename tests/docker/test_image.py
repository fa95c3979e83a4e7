"""What the images are made of, and what their containers may do."""

import pytest

from tests.docker.engine import engine
from tests.docker.shop import DockerShop

BASE = "python:3.11-slim-bookworm"
MOST = 250_000_000  # bytes on top of the base
SERVICES = ["postgres", "redis", "web", "proxy", "worker", "bulk-worker", "beat", "flower"]


@pytest.mark.parametrize("image", ["holdfast-shop", "holdfast-proxy"])
def test_an_image_is_small_and_runs_as_nobody_special(shop: DockerShop, image: str) -> None:
    built = engine().images.get(image)
    on_top = built.attrs["Size"] - engine().images.get(BASE).attrs["Size"]
    print(f"{image}: {on_top / 1e6:.0f} MB on top of its base")  # noqa: T201
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
    assert container.exec_run(["sh", "-c", "grep ^Uid /proc/1/status"]).output.split()[1] != b"0"


def test_only_the_proxy_can_be_reached_from_outside(shop: DockerShop) -> None:
    published = {
        service
        for service in SERVICES
        for container in shop.containers(service)
        if any(container.attrs["NetworkSettings"]["Ports"].values())
    }
    assert published == {"proxy", "postgres"}  # this one for the tests alone (compose.yml)
