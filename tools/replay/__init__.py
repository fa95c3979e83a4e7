"""Replays a real invoice log: a positive line is an add, an invoice is a checkout, a `C…` invoice is a return."""

from tools.replay.log import Account, ReplayLog, Visit, read_log
from tools.replay.running import Replay
from tools.replay.shops import ServiceShop, Shop
from tools.replay.web import WebShop

__all__ = ["Account", "Replay", "ReplayLog", "ServiceShop", "Shop", "Visit", "WebShop", "read_log"]
