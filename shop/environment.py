"""What differs between machines, as the settings read it: variables, or files that hold a variable's value."""

import sys

from environ import Env, FileAwareMapping

_REFUSAL = (
    "error: SECRET_KEY is missing or empty. Set it in the environment or in .env, or name a file that holds it in "
    'SECRET_KEY_FILE. To make one: python3 -c "import secrets; print(secrets.token_urlsafe(64))"'
)


class _Values(FileAwareMapping):  # type: ignore[misc]
    def __getitem__(self, key: str) -> str:
        """Without the end of the line that editors and `echo` put after a secret."""
        return str(super().__getitem__(key)).rstrip("\r\n")


class Environment(Env):  # type: ignore[misc]
    """django-environ's, where NAME_FILE may name a file that holds what NAME would: a container's secret, say.

    Raises FileNotFoundError where it names a file that is not there: a secret that is missing is no empty one.
    """

    ENVIRON = _Values()

    def secret_key(self) -> str:
        """SECRET_KEY. Ends the process where it is missing or empty, with one line that says what to do.

        SystemExit and no ImproperlyConfigured: Django itself notices an empty key with the first signature only, and
        what starts a process shows a traceback of many lines for any other error.
        """
        key: str = self.str("SECRET_KEY", "")
        if not key.strip():
            sys.exit(_REFUSAL)
        return key
