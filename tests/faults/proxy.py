"""`Proxy`: a TCP proxy on 127.0.0.1 that can act as a bad network: stall, delay, reset, lose answers."""

import asyncio
import contextlib
import ssl
import threading
from types import TracebackType
from typing import TypeAlias

from tools.local.server import free_port

Reader: TypeAlias = asyncio.StreamReader
Writer: TypeAlias = asyncio.StreamWriter


class Proxy:
    """Forwards to a port. `connections` counts those that were accepted.

    Switches: `stalled` forwards nothing, either way, and closes nothing (a half-open connection); `answers_lost` cuts a
    connection when the server's answer comes; `delay` is in seconds a chunk. With `tls` it accepts TLS only.
    """

    def __init__(self, target: int, *, tls: ssl.SSLContext | None = None) -> None:
        self.port = free_port()
        self.stalled = self.answers_lost = False
        self.delay = 0.0
        self.connections = 0
        self._target, self._tls = target, tls
        self._writers: set[Writer] = set()
        self._loop = asyncio.new_event_loop()
        self._thread = threading.Thread(target=self._loop.run_forever, name="proxy", daemon=True)

    def __enter__(self) -> "Proxy":
        self._thread.start()
        serve = asyncio.start_server(self._accept, "127.0.0.1", self.port, ssl=self._tls)
        self._server = asyncio.run_coroutine_threadsafe(serve, self._loop).result(10)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)
        self._loop.close()

    def reset(self) -> None:
        """Cut every connection that is open now."""
        self._loop.call_soon_threadsafe(self._abort_all)

    def _abort_all(self) -> None:
        for writer in self._writers:
            writer.transport.abort()

    async def _end(self) -> None:
        self._server.close()
        self.stalled = False
        self._abort_all()
        await asyncio.gather(*asyncio.all_tasks() - {asyncio.current_task()}, return_exceptions=True)

    async def _accept(self, reader: Reader, writer: Writer) -> None:
        self.connections += 1
        with contextlib.suppress(OSError):
            server_reader, server_writer = await asyncio.open_connection("127.0.0.1", self._target)
            ours = {writer, server_writer}
            self._writers |= ours
            try:
                pipes = [self._pipe(reader, server_writer), self._pipe(server_reader, writer, is_answer=True)]
                await asyncio.gather(*pipes)
            finally:
                self._writers -= ours
                for each in ours:
                    each.transport.abort()
            return
        writer.transport.abort()

    async def _pipe(self, reader: Reader, writer: Writer, *, is_answer: bool = False) -> None:
        """Forward one direction. Raises ConnectionError at the end, so that the other direction ends too."""
        while data := await reader.read(65_536):
            while self.stalled:
                await asyncio.sleep(0.02)
            await asyncio.sleep(self.delay)
            if is_answer and self.answers_lost:
                break
            writer.write(data)
            await writer.drain()
        raise ConnectionResetError
