"""Python imports this at its start where PYTHONPATH has this folder: in processes whose clock is set off.

libfaketime either fakes the monotonic clock too, and then waits on locks never end, or leaves it, and then its
`clock_nanosleep` refuses the deadline that `time.sleep` gives it. So it is left, and sleeping is done by `select`.
"""

import select
import time

time.sleep = lambda seconds: select.select([], [], [], float(seconds)) and None
