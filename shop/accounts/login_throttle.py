"""The login throttle slows down guesses of passwords, and locks nobody out. It counts in Redis, without SQL.

An attempt is counted twice: for the account name at this network address, and for the name over all addresses. The
second count allows far more attempts and delays by a minute at most. It does not apply to addresses from which the
account has logged in before, so guesses from elsewhere cannot keep the owner out. An address alone is never counted,
since half a town may share it. While Redis is away, nothing is counted.

Rule: OWASP Authentication Cheat Sheet, "Login Throttling": count for the account, with delays that double. The limit
over all addresses is that of OWASP ASVS 4.0.3, 2.2.1: at most 100 failed attempts an hour on one account.
"""

from dataclasses import astuple, dataclass

from django.http import HttpRequest

from core import redis
from core.ratelimit import client_address, keyed_hash, network_of


@dataclass(frozen=True)
class Limit:
    """Attempts without a wait; then `first` seconds, doubled by each further attempt up to `most`."""

    attempts: int
    first: int
    most: int


AT_ONE_ADDRESS = Limit(attempts=5, first=15, most=900)
OVER_ALL = Limit(attempts=20, first=1, most=60)

_MEMORY = 3600  # seconds that a count is kept after the last attempt
_KNOWN = 30 * 24 * 3600  # seconds that an address counts as the owner's

# Counts before the password is checked, so that simultaneous guesses cannot all pass.
# An attempt that must wait is not counted: trying again too soon makes the wait no longer.
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
    """Count an attempt to log in under this name. Returns the seconds to wait, 0 if the password may be checked.

    The result does not depend on whether the account exists.
    """
    # Clients without an address, such as behind a socket with no proxy configured, cannot be distinguished.
    limits = (AT_ONE_ADDRESS if _address(request) else OVER_ALL, OVER_ALL)
    numbers = [number for limit in limits for number in astuple(limit)]

    def ask() -> int:
        milliseconds: int = redis.client().eval(_COUNT, 5, *_keys(request, name), *numbers, _MEMORY)
        return -(-milliseconds // 1000)

    return redis.try_redis(ask, otherwise=0)


def forget(request: HttpRequest | None, name: str) -> None:
    """After a correct password, delete the counts and remember this address as the owner's."""
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
    """Names in Redis, hashed so that they do not reveal accounts and addresses."""
    account = keyed_hash(name.casefold())
    pair = keyed_hash(f"{name.casefold()}\n{network_of(_address(request))}")
    return [f"guess:{pair}", f"guess-wait:{pair}", f"guess:{account}", f"guess-wait:{account}", f"login-known:{pair}"]
