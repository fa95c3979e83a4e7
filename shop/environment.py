"""What differs between machines, as the settings read it: variables, or files that hold a variable's value."""

from environ import Env, FileAwareMapping


class _Values(FileAwareMapping):  # type: ignore[misc]
    def __getitem__(self, key: str) -> str:
        """Without the end of the line that editors and `echo` put after a secret."""
        return str(super().__getitem__(key)).rstrip("\r\n")


class Environment(Env):  # type: ignore[misc]
    """django-environ's, where NAME_FILE may name a file that holds what NAME would: a container's secret, say.

    Raises FileNotFoundError where it names a file that is not there: a secret that is missing is no empty one.
    """

    ENVIRON = _Values()
