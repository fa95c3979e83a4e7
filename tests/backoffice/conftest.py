"""Members of staff in each of the roles."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import Group, User
from django.test import Client

from backoffice.roles import CLERK, MANAGER

As = Callable[[str], Client]

SUPERUSER, NOBODY = "Superuser", "Nobody"
ROLES = (CLERK, MANAGER, SUPERUSER)


@pytest.fixture
def logged_in_as(db: None) -> As:
    """A client of a member of staff: of one of the roles, or (Nobody) without any."""

    def log_in(role: str) -> Client:
        user = User.objects.create_user(role.lower(), is_staff=True, is_superuser=role == SUPERUSER)
        if role in (CLERK, MANAGER):
            user.groups.add(Group.objects.get(name=role))
        client = Client()
        client.force_login(user)
        return client

    return log_in
