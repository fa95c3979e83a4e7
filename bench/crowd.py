"""`crowd`: client processes for all rounds of a measure. They are warmed up, and have their own connections."""

import multiprocessing
import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from typing import Any

# What a client repeats. The argument is the number of the turn.
Action = Callable[[int], None]
# Makes the action in the client's process. Arguments: the goods that it uses, and the index to start at.
MakeAction = Callable[[Sequence[Any], int], Action]

_WARM_UP = 20  # calls of an action before those that count


@dataclass(frozen=True)
class Done:
    """A round of a crowd. `times` are without the warm-up, `in_all` with it. `cpu_seconds` is the clients' own CPU."""

    times: int
    in_all: int
    seconds: float
    cpu_seconds: float

    @property
    def a_second(self) -> float:
        return self.times / self.seconds


class Crowd:
    """Client processes, which get their work through pipes."""

    def __init__(self, pipes: Sequence[Connection]) -> None:
        self._pipes = pipes

    def do(self, make: MakeAction, goods: Sequence[Any], *, seconds: float) -> Done:
        """Run the action of `make` in all processes at once, for so many seconds. Raises the error of a client."""
        for pipe in self._pipes:
            pipe.send((make, goods))
        self._answers()  # each is warm
        for pipe in self._pipes:
            pipe.send(seconds)
        done = self._answers()
        return Done(
            times=sum(each.times for each in done),
            in_all=sum(each.in_all for each in done),
            seconds=seconds,
            cpu_seconds=sum(each.cpu_seconds for each in done),
        )

    def _answers(self) -> list[Any]:
        answers = [pipe.recv() for pipe in self._pipes]
        for answer in answers:
            if isinstance(answer, Exception):
                raise answer
        return answers


@contextmanager
def crowd(size: int, **environment: str) -> Iterator[Crowd]:
    """Start `size` processes, and end them. `environment` overrides variables, for example the database."""
    context = multiprocessing.get_context("spawn")
    pairs = [context.Pipe() for _ in range(size)]
    processes = [
        context.Process(target=_live, args=(theirs, number, environment), daemon=True)
        for number, (_, theirs) in enumerate(pairs)
    ]
    for process in processes:
        process.start()
    try:
        yield Crowd([ours for ours, _ in pairs])
    finally:
        for process in processes:
            process.terminate()
            process.join()


def _live(pipe: Connection, number: int, environment: dict[str, str]) -> None:
    os.environ.update(environment | {"SHOP_PROCESS": "web"})
    import django

    django.setup()
    while True:
        make, goods = pipe.recv()
        try:
            _do(pipe, make(goods, number * 131))
        except Exception as error:
            pipe.send(error)


def _do(pipe: Connection, action: Action) -> None:
    for turn in range(_WARM_UP):
        action(turn)
    pipe.send(None)
    seconds = pipe.recv()
    turn, cpu, stop_at = _WARM_UP, time.process_time(), time.monotonic() + seconds
    while time.monotonic() < stop_at:
        action(turn)
        turn += 1
    pipe.send(Done(turn - _WARM_UP, turn, seconds, time.process_time() - cpu))
