"""Guessed passwords are slowed down; nobody is locked out by somebody else's guesses. Counted in Redis, without SQL.

An attempt is counted twice: for the account name at this network address, and for the name over all addresses. The
second count lets far more pass, delays by a minute at most, and does not apply to addresses that the account has logged
in from before: whoever guesses from elsewhere cannot keep its owner out. An address alone is never counted, since half
a town may be behind it. While Redis is away nothing is counted.

Rule: OWASP Authentication Cheat Sheet, "Login Throttling": count for the account, with delays that double. The limit
over all addresses is that of OWASP ASVS 4.0.3, 2.2.1: at most 100 failed attempts an hour on one account.
"""

from dataclasses import astuple, dataclass

from django.http import HttpRequest

from core import redis
from core.ratelimit import client_address, keyed_hash, network_of


@dataclass(frozen=True)
class Limit:
    """So many attempts without a wait; then `first` seconds, doubled by each further attempt up to `most`."""

    attempts: int
    first: int
    most: int


AT_ONE_ADDRESS = Limit(attempts=5, first=15, most=900)
OVER_ALL = Limit(attempts=20, first=1, most=60)

_MEMORY = 3600  # seconds after the last attempt in which a count is kept
_KNOWN = 30 * 24 * 3600  # seconds for which an address is known to be the owner's

# Counts first and is asked about the password afterwards, so that guesses at the same moment cannot all pass the look.
# One that has to wait is not counted: trying again too soon makes nothing worse.
# Keys: for each limit a count and a wait, and whether the address is known. Returns the milliseconds to wait, or 0.
_COUNT = """
local limits = redis.call('EXISTS', KEYS[5]) == 1 and {0} or {0, 1}
local wait = 0
for _, i in ipairs(limits) do wait = math.max(wait, redis.call('PTTL', KEYS[2 * i + 2])) end
if wait > 0 then return wait end
for _, i in ipairs(limits) do
  local attempts, first, most = ARGV[3 * i + 1], ARGV[3 * i + 2], ARGV[3 * i + 3]
  local over = redis.call('INCR', KEYS[2 * i + 1]) - attempts
  redis.call('EXPIRE', KEYS[2 * i + 1], ARGV[7])
  if over >= 0 then
    redis.call('SET', KEYS[2 * i + 2], 1, 'EX', math.min(first * 2 ^ math.min(over, 30), most))
  end
end
return 0
"""


def seconds_to_wait(request: HttpRequest | None, name: str) -> int:
    """Count an attempt to log in under this name; returns 0 if its password may be looked at, else when to come again.

    Whether there is such an account makes no difference.
    """
    # Clients without an address, such as behind a socket with no proxy configured, cannot be told apart.
    limits = (AT_ONE_ADDRESS if _address(request) else OVER_ALL, OVER_ALL)
    numbers = [number for limit in limits for number in astuple(limit)]

    def ask() -> int:
        milliseconds: int = redis.client().eval(_COUNT, 5, *_keys(request, name), *numbers, _MEMORY)
        return -(-milliseconds // 1000)

    return redis.try_redis(ask, otherwise=0)


def forget(request: HttpRequest | None, name: str) -> None:
    """The password was right: nothing is counted any more, and this address is known to be the owner's."""
    *counted, known = _keys(request, name)

    def tell() -> None:
        with redis.client().pipeline(transaction=True) as pipeline:
            pipeline.delete(*counted)
            if _address(request):
                pipeline.set(known, 1, ex=_KNOWN)
            pipeline.execute()

    redis.try_redis(tell, otherwise=None)


def _address(request: HttpRequest | None) -> str:
    return client_address(request) if request else ""


def _keys(request: HttpRequest | None, name: str) -> list[str]:
    """Names in Redis that tell nobody who reads them which accounts and addresses they are about."""
    account = keyed_hash(name.casefold())
    pair = keyed_hash(f"{name.casefold()}\n{network_of(_address(request))}")
    return [f"guess:{pair}", f"guess-wait:{pair}", f"guess:{account}", f"guess-wait:{account}", f"login-known:{pair}"]
