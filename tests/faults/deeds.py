"""DEEDS: functions that each cause a fault and have ended it when they return. The chaos run mixes them."""

import random
import signal
from collections.abc import Callable

from tests.faults.site import Site
from tools.local.process import signal_each

Wait = Callable[[float], None]  # lets the load go on for so many seconds


def kill_web(site: Site, wait: Wait, chance: random.Random) -> None:
    site.parts["web"].kill()
    wait(1)


def kill_worker(site: Site, wait: Wait, chance: random.Random) -> None:
    chance.choice(site.workers).kill()
    wait(0.5)


def kill_beat(site: Site, wait: Wait, chance: random.Random) -> None:
    site.parts["beat"].kill()
    wait(0.5)


def kill_pool_process(site: Site, wait: Wait, chance: random.Random) -> None:
    """Kill one of Celery's children; none if the worker is just starting."""
    signal_each(chance.choice(site.workers).children[-1:], signal.SIGKILL)
    wait(0.3)


def stop_worker(site: Site, wait: Wait, chance: random.Random) -> None:
    chance.choice(site.workers).signal(chance.choice([signal.SIGTERM, signal.SIGQUIT]))
    wait(1)


def die_at_a_point(site: Site, wait: Wait, chance: random.Random) -> None:
    """Let the next process that reaches a failpoint die. The point is disarmed after a second."""
    point = chance.choice(
        ["before_commit", "before_ring", "after_ring", "claimed count", "handled count", "before_ack"]
    )
    site.arm(point)
    wait(1)
    site.disarm(point)


def kill_redis(site: Site, wait: Wait, chance: random.Random) -> None:
    site.valkey.kill()
    wait(chance.uniform(0.1, 3))
    site.valkey.start()


def freeze_redis(site: Site, wait: Wait, chance: random.Random) -> None:
    site.valkey.freeze()
    wait(chance.uniform(0.5, 4))
    site.valkey.thaw()


def stall_network(site: Site, wait: Wait, chance: random.Random) -> None:
    site.proxy.stalled = True
    wait(chance.uniform(0.5, 3))
    site.proxy.stalled = False


def reset_network(site: Site, wait: Wait, chance: random.Random) -> None:
    site.proxy.reset()
    wait(0.2)


def flush_redis(site: Site, wait: Wait, chance: random.Random) -> None:
    site.redis.flushall()
    wait(0.2)


def fill_redis(site: Site, wait: Wait, chance: random.Random) -> None:
    site.redis.config_set("maxmemory", 1)
    wait(2)
    site.redis.config_set("maxmemory", 0)


def kill_postgres(site: Site, wait: Wait, chance: random.Random) -> None:
    site.postgres.kill()
    wait(0.2)
    site.postgres.start()


def end_backends(site: Site, wait: Wait, chance: random.Random) -> None:
    """End every connection to the database but ours."""
    site.sql("""
        SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity
         WHERE pid <> pg_backend_pid() AND backend_type = 'client backend'""")
    wait(0.2)


def double_messages(site: Site, wait: Wait, chance: random.Random) -> int:
    """Freeze the workers until messages gather, then double and shuffle them. Returns how many were doubled."""
    for worker in site.workers:
        worker.freeze()
    wait(1.5)
    doubled = 0
    for queue in ("shopper", "staff", "scheduled", "bulk"):
        messages = site.redis.lrange(queue, 0, -1) * 2
        chance.shuffle(messages)
        if messages:
            site.redis.delete(queue)
            site.redis.lpush(queue, *messages)
            doubled += len(messages) // 2
    for worker in site.workers:
        worker.thaw()
    return doubled


def fail_handler(site: Site, wait: Wait, chance: random.Random) -> None:
    site.arm("count_raises")
    wait(1)
    site.disarm("count_raises")


DEEDS: list[Callable[[Site, Wait, random.Random], object]] = [
    kill_web,
    kill_worker,
    kill_beat,
    kill_pool_process,
    stop_worker,
    die_at_a_point,
    kill_redis,
    freeze_redis,
    stall_network,
    reset_network,
    flush_redis,
    fill_redis,
    kill_postgres,
    end_backends,
    double_messages,
    fail_handler,
]
