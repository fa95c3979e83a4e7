"""Loaded once by the process that the buyers are forked from, so that fifty start in the time of one."""

import os

import django

os.environ["SHOP_PROCESS"] = "web"  # buyers have the time-outs of a web process
django.setup()
