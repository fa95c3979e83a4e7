"""`Environment`: reads settings from variables, or from files that hold a variable's value."""

import sys

from environ import Env, FileAwareMapping

_REFUSAL = (
    "error: SECRET_KEY is missing or empty. Set it in the environment or in .env, or name a file that holds it in "
    'SECRET_KEY_FILE. To make one: python3 -c "import secrets; print(secrets.token_urlsafe(64))"'
)


class _Values(FileAwareMapping):  # type: ignore[misc]
    def __getitem__(self, key: str) -> str:
        """Drops the line end that editors and `echo` put after a secret."""
        return str(super().__getitem__(key)).rstrip("\r\n")


class Environment(Env):  # type: ignore[misc]
    """django-environ's. NAME_FILE may name a file with the value of NAME, such as a container's secret.

    Raises FileNotFoundError where that file is missing: a missing secret must not count as an empty one.
    """

    ENVIRON = _Values()

    def secret_key(self) -> str:
        """SECRET_KEY. Where it is missing or empty the process ends, with one line that says what to do.

        SystemExit, not ImproperlyConfigured, which would show as a long traceback. Django itself notices an empty key
        only at the first signature.
        """
        key: str = self.str("SECRET_KEY", "")
        if not key.strip():
            sys.exit(_REFUSAL)
        return key
