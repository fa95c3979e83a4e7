"""Command line: `python -m tools.local up`, or `python -m tools.local [kept] -- CMD ARGS…`."""

import sys

from tools.local.process import StopRequest
from tools.local.run import run, run_kept
from tools.local.up import up
from tools.terminal import LocalError

USAGE = """usage: python -m tools.local up             run the whole shop until Ctrl-C
       python -m tools.local -- CMD ARGS…   run a command with private PostgreSQL and Valkey
       python -m tools.local kept -- CMD …  the same, with the data of `up`
"""


def main(arguments: list[str]) -> int:
    """Return the exit code: 0 after an orderly stop, 1 with one line of error, 2 for wrong usage, or CMD's own."""
    request = StopRequest()
    request.listen()
    try:
        if arguments == ["up"]:
            return up(request)
        if len(arguments) > 1 and arguments[0] == "--":
            return run(arguments[1:], request)
        if len(arguments) > 2 and arguments[:2] == ["kept", "--"]:
            return run_kept(arguments[2:], request)
    except (LocalError, OSError) as error:
        sys.stdout.flush()
        sys.stderr.write(f"error: {error}\n")
        return 1
    sys.stderr.write(USAGE)
    return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
