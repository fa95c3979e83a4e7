"""Loaded once by the process that the buyers are forked from, so that fifty of them start at the price of one."""

import django

django.setup()
