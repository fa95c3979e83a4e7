"""A real invoice log as shoppers: its positive lines are adds, an invoice is a checkout, a `C…` invoice a return."""

from orders.replay.account import Account
from orders.replay.log import ReplayLog, Visit, read_log
from orders.replay.running import Replay
from orders.replay.shops import ServiceShop, Shop
from orders.replay.web import WebShop

__all__ = ["Account", "Replay", "ReplayLog", "ServiceShop", "Shop", "Visit", "WebShop", "read_log"]
