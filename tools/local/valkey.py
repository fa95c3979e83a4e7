"""`Valkey`: a private Valkey (Redis protocol) on 127.0.0.1, with a password."""

import signal

import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from tools.local.binaries import valkey_server
from tools.local.places import kept_secret, write_private
from tools.local.process import Popen, spawn
from tools.local.server import Server

# A broker that is full must refuse messages, never silently drop queued ones.
SETTINGS: dict[str, str | int] = {"bind": "127.0.0.1", "maxmemory-policy": "noeviction", "save": '""'}
KEPT: dict[str, str | int] = {"appendonly": "yes", "appendfsync": "everysec"}


class Valkey(Server):
    """A private Valkey. Without `durable` it writes nothing to the disk."""

    name = "Valkey"
    log_name = "valkey.log"
    stop_signal = signal.SIGTERM
    death_signal = signal.SIGKILL

    @property
    def url(self) -> str:
        return f"redis://:{self.password}@127.0.0.1:{self.port}/0"

    @property
    def password(self) -> str:
        """The default user's password. Without one, any user of this machine could make Valkey write files as us."""
        return kept_secret(self.folder / "password")

    def _prepare(self) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        self.folder.chmod(0o700)

    def _launch(self, port: int) -> Popen:
        settings = SETTINGS | (KEPT if self.durable else {}) | self.settings
        settings |= {"port": port, "dir": f'"{self.folder}"', "requirepass": self.password}
        # In a file, since `ps` would show a password on the command line.
        config = self.folder / "valkey.conf"
        write_private(config, "".join(f"{key} {value}\n" for key, value in settings.items()))
        return spawn(
            [str(valkey_server()), str(config)],
            env={"PATH": "/usr/bin:/bin", "LC_ALL": "C"},
            log=self.log,
            cwd=self.folder,
            death_signal=self.death_signal,
        )

    def _not_ready(self) -> str:
        retry = Retry(NoBackoff(), 0)
        client = redis.Redis.from_url(self.url, socket_timeout=5, socket_connect_timeout=5, retry=retry)
        try:
            client.ping()
        except redis.RedisError as error:
            return str(error)
        finally:
            client.close()
        return ""
