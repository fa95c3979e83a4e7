"""Tests that need no server are known without being told, and one that reaches a server after all fails."""

import socket

import pytest
from django.contrib.auth.models import User

from core.redis import client


def test_this_one_is_pure(request: pytest.FixtureRequest) -> None:
    assert request.node.get_closest_marker("pure")


@pytest.mark.django_db
def test_this_one_is_not(request: pytest.FixtureRequest) -> None:
    assert not request.node.get_closest_marker("pure")


def test_a_database_is_not_reached() -> None:
    with pytest.raises(RuntimeError, match="Database access not allowed"):
        User.objects.exists()


def test_no_other_server_is_reached() -> None:
    with pytest.raises(AssertionError, match="let it be marked `servers`"):
        client().ping()
    with pytest.raises(AssertionError, match="let it be marked `servers`"):
        socket.create_connection(("127.0.0.1", 1))
