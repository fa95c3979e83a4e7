"""Loaded once by the process that the buyers are forked from, so that fifty of them start at the price of one."""

import os

import django

os.environ["SHOP_PROCESS"] = "web"  # buyers wait as long as a web process does, and no longer
django.setup()
