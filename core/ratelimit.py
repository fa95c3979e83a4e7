"""`seconds_to_wait`, rate limits per client: adds and log-ins a minute, orders, e-mails and look-ups an hour.

So no script empties the stock or fills a mailbox. Counted in Redis without SQL, under keyed hashes that do not reveal
the client. The count is approximate on purpose: a fixed window, and no limit while Redis is down.
"""

import ipaddress
from dataclasses import dataclass

from django.conf import settings
from django.http import HttpRequest
from django.utils.crypto import salted_hmac

from core import redis


@dataclass(frozen=True)
class Limit:
    """How often a client may do something in a window of seconds, which starts with the first time. 0 in the setting:
    no limit.
    """

    name: str
    setting: str
    window: int

    @property
    def most(self) -> int:
        return int(getattr(settings, self.setting))


ADDS = Limit("adds", "SHOP_ADDS_PER_MINUTE", 60)
# An unpaid order by invoice keeps its units for days, so the short hold of a cart does not limit a script.
ORDERS = Limit("orders", "SHOP_ORDERS_PER_HOUR", 3600)
# E-mails to an address that was typed in, which may be anybody's.
EMAILS = Limit("letters", "SHOP_LETTERS_PER_HOUR", 3600)
# Requests that hash a password without a log-in. Many people may share one address, so the limit is generous.
LOGINS = Limit("logins", "SHOP_LOGINS_PER_MINUTE", 60)
# Guesses of an order's number and e-mail address.
LOOKUPS = Limit("lookups", "SHOP_LOOKUPS_PER_HOUR", 3600)


def seconds_to_wait(request: HttpRequest, limit: Limit) -> int:
    """Count one more for this client. Returns 0 if it may go on, otherwise the seconds until it may."""
    return _to_wait(limit, _client(request))


def network_to_wait(request: HttpRequest, limit: Limit) -> int:
    """The same for the client's network, whether or not somebody is logged in."""
    return _to_wait(limit, _network(request))


def uncount_network(request: HttpRequest, limit: Limit) -> None:
    """Take back one count of the client's network, for a limit that counts failures alone."""
    if limit.most and (client := _network(request)):
        redis.try_redis(lambda: _uncount(limit, client), otherwise=None)


def _to_wait(limit: Limit, client: str | None) -> int:
    if not limit.most or not client:
        return 0
    return redis.try_redis(lambda: _count(limit, client), otherwise=0)


def _count(limit: Limit, client: str) -> int:
    """One round trip, in a transaction: a counter without an expiry would block its client for ever."""
    name = f"{limit.name}:{keyed_hash(client)}"
    with redis.client().pipeline(transaction=True) as pipeline:
        pipeline.incr(name)
        pipeline.expire(name, limit.window, nx=True)
        pipeline.ttl(name)
        done, _, seconds_left = pipeline.execute()
    return max(seconds_left, 1) if done > limit.most else 0


def _uncount(limit: Limit, client: str) -> None:
    """The expiry is for a counter that expired since it was counted: this would begin one that lasts for ever."""
    name = f"{limit.name}:{keyed_hash(client)}"
    with redis.client().pipeline(transaction=True) as pipeline:
        pipeline.decr(name)
        pipeline.expire(name, limit.window, nx=True)
        pipeline.execute()


def _client(request: HttpRequest) -> str | None:
    """The user, or else the network. A guest's cookie can be dropped at will, so it identifies nobody here."""
    return f"user:{request.user.pk}" if request.user.is_authenticated else _network(request)


def _network(request: HttpRequest) -> str | None:
    """None where there is no address, such as behind a socket without a configured proxy.

    All of its clients together must not be counted as one.
    """
    address = client_address(request)
    return f"network:{network_of(address)}" if address else None


def keyed_hash(text: str) -> str:
    """A hash of an account or address for a name in Redis, so that readers of Redis learn neither."""
    return salted_hmac("shop.guessing", text).hexdigest()  # the salt of before, so that known addresses stay known


def client_address(request: HttpRequest) -> str:
    """The client's address, as the outermost of our own proxies saw it.

    SHOP_TRUSTED_PROXIES counts those proxies. The client itself wrote what stands further left in the header.
    """
    hops = [hop.strip() for hop in request.headers.get("X-Forwarded-For", "").split(",")]
    trusted: int = settings.SHOP_TRUSTED_PROXIES
    if 0 < trusted <= len(hops) and hops[-trusted]:
        return hops[-trusted]
    return str(request.META.get("REMOTE_ADDR", ""))


def network_of(address: str) -> str:
    """The network of an address. All addresses of an IPv6 client's /64 count as one."""
    try:
        parsed = ipaddress.IPv6Address(address)
    except ValueError:
        return address
    return str(parsed.ipv4_mapped or ipaddress.IPv6Network((parsed, 64), strict=False))
