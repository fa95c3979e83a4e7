"""Imported by Python at its start if PYTHONPATH has this folder: in processes with a wrong clock.

If libfaketime fakes the monotonic clock too, waits for locks never end. If it does not, its `clock_nanosleep` refuses
the deadline of `time.sleep`. So the monotonic clock is real, and `time.sleep` is replaced by `select`.
"""

import select
import time

time.sleep = lambda seconds: select.select([], [], [], float(seconds)) and None
