"""Adds and log-ins a minute, orders and letters an hour, per client: no script empties the shelf or fills a mailbox.

Counted in Redis, without SQL, under names that tell nobody who is counted. The count is approximate on purpose: a fixed
window, and none at all while Redis is away.
"""

import ipaddress
from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from core import redis


@dataclass(frozen=True)
class Limit:
    """How many of something a client may do in a window, in seconds from the first one. 0 in the setting: no limit."""

    name: str
    setting: str
    window: int

    @property
    def most(self) -> int:
        return int(getattr(settings, self.setting))


ADDS = Limit("adds", "SHOP_ADDS_PER_MINUTE", 60)
# An order to be paid by invoice keeps its units for days, so a cart's short hold is no bound on what a script can take.
ORDERS = Limit("orders", "SHOP_ORDERS_PER_HOUR", 3600)
# To whoever is named: the address may be anybody's.
LETTERS = Limit("letters", "SHOP_LETTERS_PER_HOUR", 3600)
# Whatever hashes a password for who is not logged in. Half a town may be behind one address, so it is generous.
LOGINS = Limit("logins", "SHOP_LOGINS_PER_MINUTE", 60)


def seconds_to_wait(request: HttpRequest, limit: Limit) -> int:
    """Count one more of this client; returns 0 if it may go on, else in how many seconds to come again."""
    return _to_wait(limit, _client(request))


def network_to_wait(request: HttpRequest, limit: Limit) -> int:
    """The same of the network that it comes from, whoever is logged in."""
    return _to_wait(limit, _network(request))


def _to_wait(limit: Limit, client: str | None) -> int:
    if not limit.most or not client:
        return 0
    return redis.try_redis(lambda: _count(limit, client), otherwise=0)


def _count(limit: Limit, client: str) -> int:
    """One round trip; in one transaction, so that no counter is ever left without its end."""
    name = f"{limit.name}:{keyed_hash(client)}"
    with redis.client().pipeline(transaction=True) as pipeline:
        pipeline.incr(name)
        pipeline.expire(name, limit.window, nx=True)
        pipeline.ttl(name)
        done, _, seconds_left = pipeline.execute()
    return max(seconds_left, 1) if done > limit.most else 0


def _client(request: HttpRequest) -> str | None:
    """The user, else the network: a guest's cookie can be dropped at will, so it names nobody here."""
    return f"user:{request.user.pk}" if request.user.is_authenticated else _network(request)


def _network(request: HttpRequest) -> str | None:
    """None where there is no address to tell clients apart by, such as behind a socket with no proxy configured: all of
    them together must not be counted as one.
    """
    address = client_address(request)
    return f"network:{network_of(address)}" if address else None


def keyed_hash(text: str) -> str:
    """What stands for an account, an address or both in a name in Redis: who reads it there learns neither."""
    return salted_hmac("shop.guessing", text).hexdigest()  # the salt of before, so that known addresses stay known


def client_address(request: HttpRequest) -> str:
    """Where the request comes from, as the outermost of our own proxies saw it.

    SHOP_TRUSTED_PROXIES counts those proxies. What stands further left in the header, the client wrote itself.
    """
    hops = [hop.strip() for hop in request.headers.get("X-Forwarded-For", "").split(",")]
    trusted: int = settings.SHOP_TRUSTED_PROXIES
    if 0 < trusted <= len(hops) and hops[-trusted]:
        return hops[-trusted]
    return str(request.META.get("REMOTE_ADDR", ""))


def network_of(address: str) -> str:
    """What clients are told apart by: an IPv6 client has a whole /64 of addresses to choose from; they count as one."""
    try:
        parsed = ipaddress.IPv6Address(address)
    except ValueError:
        return address
    return str(parsed.ipv4_mapped or ipaddress.IPv6Network((parsed, 64), strict=False))
