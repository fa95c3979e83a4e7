"""Two accounts that want one e-mail address at the same moment: the later one waits, and is refused."""

import pytest
from django.contrib.auth.models import User

from shop.accounts.services import EmailTaken, change_email, create_account
from tests.support.pages import MakeUser
from tests.support.rivals import beside

pytestmark = pytest.mark.django_db(transaction=True)


def claim(email: str, account: User | None = None) -> str:
    """Give an account, or a new one, this address. Returns what came of it."""
    try:
        if account:
            change_email(account, email)
        else:
            create_account(User(email=email))
    except EmailTaken:
        return "taken"
    return "given"


@pytest.mark.parametrize("is_new", [True, False])
@pytest.mark.parametrize("typed", ["ada@example.org", "ADA@Example.org"])
def test_of_two_accounts_at_once_one_gets_the_address(
    make_user: MakeUser, monkeypatch: pytest.MonkeyPatch, typed: str, is_new: bool
) -> None:
    """No constraint would refuse the second one: accounts of before may share an address."""
    account = None if is_new else make_user("bob")
    rival = beside(monkeypatch, "shop.accounts.services.is_taken", lambda: claim(typed, account))
    assert (claim("ada@example.org"), rival.result(30)) == ("given", "taken")
    assert User.objects.filter(email__iexact="ada@example.org").count() == 1
