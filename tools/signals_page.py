"""Generates docs/signals.md from the docstrings below the signals, for `make docs`.

Such a docstring says what happened and in which transaction, and lists each argument with its type.
"""

import ast
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs" / "signals.md"
_HEAD = """# Signals

An app announces what happened and imports no listener. `workers/receivers/` listens, and so can an app of your own,
without a change to the shop. A receiver of a signal that is sent *inside the transaction* runs in it. What it writes
is committed or rolled back with the change, and an exception in it undoes the change. So it does no slow work, but
enqueues an effect ([effects.md](effects.md)).

A line of a cart that is added, changed or removed is announced by Django's own `post_save` and `post_delete` of
`cart.models.CartItem`; `instance.quantity_change` says by how many units.

## An example: a chat message at low stock

This is the whole code, in an app of its own. Import the module in the app's `AppConfig.ready`. Set `CHAT_ADDRESS` in
the settings to the address that the chat gives you for messages from outside (Slack calls it an incoming web hook).

```python
import uuid

from django.conf import settings
from django.dispatch import receiver

from delivery.services import send_web_message
from delivery.web import check_url
from inventory.models import LowStockAlert
from inventory.signals import alert_changed
from inventory.wording import full_name

check_url(settings.CHAT_ADDRESS)  # a wrong address is an error at the start, not at an alert


@receiver(alert_changed, dispatch_uid="tell_the_chat")
def tell_the_chat(alert: LowStockAlert, **kwargs: object) -> None:
    variant = alert.variant
    text = f"{variant.sku} {full_name(variant)}: {alert.state}, {variant.stock_quantity} free"
    send_web_message(
        kind="chat_stock",
        url=settings.CHAT_ADDRESS,
        body={"text": text},
        dedupe_key=f"chat_stock:{uuid.uuid4()}",  # the signal is sent once for each change
    )
```

The receiver calls nobody: it writes a row in the transaction of the alert, and a worker sends the message afterwards
([delivery.md](delivery.md)). A chat that hangs delays nothing else. One that is down gets the message later. One that
refuses the message leaves a dead delivery for staff. A mute stops e-mails alone: the chat gets muted variants too.
(`tests/project/test_docs_example.py` runs exactly these lines.)

## The signals

`make docs` makes this part of the docstrings in the `signals.py` of each app.
"""
_ARGUMENT = re.compile(r"^    (?P<name>\w+) \((?P<type>.+?)\): (?P<text>.+)$", re.MULTILINE)


@dataclass(frozen=True)
class SignalDoc:
    """A signal as its docstring describes it. `arguments` holds type and description by name."""

    app: str
    name: str
    text: str
    arguments: dict[str, tuple[str, str]]


def documented_signals() -> Iterator[SignalDoc]:
    """Yield all signals of all apps. Raises ValueError for one without a docstring."""
    for path in sorted(ROOT.glob("*/signals.py")):
        body = ast.parse(path.read_text()).body
        for statement, following in zip(body, [*body[1:], None], strict=True):
            match statement, following:
                case ast.Assign(targets=[ast.Name(id=name)]), ast.Expr(value=ast.Constant(value=str(text))):
                    yield _read(path.parent.name, name, text)
                case ast.Assign(targets=[ast.Name(id=name)]), _:
                    raise ValueError(f"{path}: {name} has no docstring")


def page() -> str:
    """Return the whole document."""
    parts, app = [_HEAD], ""
    for signal in documented_signals():
        if signal.app != app:
            app = signal.app
            parts.append(f"### {app}\n")
        rows = [_row(name, *about) for name, about in signal.arguments.items()]
        table = "\n".join(["| argument | type | |", "|---|---|---|", *rows])
        parts.append(f"#### {signal.name}\n\n`{signal.app}.signals.{signal.name}`. {signal.text}\n\n{table}\n")
    return "\n".join(parts)


def _read(app: str, name: str, docstring: str) -> SignalDoc:
    text, _, arguments = docstring.partition("\n\nArguments:\n")
    found = {each["name"]: (each["type"], each["text"]) for each in _ARGUMENT.finditer(arguments)}
    return SignalDoc(app, name, text.strip(), found)


def _row(name: str, kind: str, text: str) -> str:
    escaped = kind.replace("|", "\\|")  # a union type would end the table's cell
    return f"| `{name}` | `{escaped}` | {text} |"


if __name__ == "__main__":
    PAGE.write_text(page())
