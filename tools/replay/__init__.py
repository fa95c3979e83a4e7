"""A real invoice log as shoppers: its positive lines are adds, an invoice is a checkout, a `C…` invoice a return."""

from tools.replay.log import Account, ReplayLog, Visit, read_log
from tools.replay.running import Replay
from tools.replay.shops import ServiceShop, Shop
from tools.replay.web import WebShop

__all__ = ["Account", "Replay", "ReplayLog", "ServiceShop", "Shop", "Visit", "WebShop", "read_log"]
