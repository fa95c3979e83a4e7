"""`sentences`, all that shoppers may read: the texts marked for translation in templates and Python."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# What shoppers read. Staff read the rest: they are no consumers.
_TEMPLATES = ("shop/templates/shop", "shop/templates/404.html", "orders/templates/orders/mail", "demo/templates")
_PYTHON = ("shop", "cart", "inventory", "orders", "pages", "core", "demo")
_OF_STAFF = {"admin", "migrations", "management", "checks", "imports", "models"}
_BLOCK = re.compile(r"{%\s*blocktranslate[^%]*%}(.*?){%\s*endblocktranslate\s*%}", re.DOTALL)
_TAG = re.compile(r"""{%\s*translate\s+(?:"([^"]*)"|'([^']*)')""")
_PLURAL = re.compile(r"{%\s*plural\s*%}")
_FILLED = re.compile(r"{{.*?}}|%\(\w+\)[ds]")
_MARKS = {"_", "gettext", "gettext_lazy", "ngettext"}


def sentences() -> dict[str, str]:
    """Return each sentence, with a file that has it: without markup, and with … for what is filled in."""
    return {one: path for path, text in (*_of_templates(), *_of_python()) for one in _sentences(text)}


def _sentences(text: str) -> list[str]:
    plain = _FILLED.sub("…", re.sub(r"<[^>]*>", "", text))
    return re.split(r"(?<=[.?!:]) ", " ".join(plain.split()))


def _files(folders: tuple[str, ...], endings: set[str]) -> Iterator[Path]:
    for folder in (ROOT / name for name in folders):
        yield from sorted(
            path for path in ([folder] if folder.is_file() else folder.rglob("*")) if path.suffix in endings
        )


def _of_templates() -> Iterator[tuple[str, str]]:
    for path in _files(_TEMPLATES, {".html", ".txt"}):
        markup = path.read_text()
        texts = [part for block in _BLOCK.findall(markup) for part in _PLURAL.split(block)]
        texts += [double or single for double, single in _TAG.findall(markup)]
        yield from ((str(path.relative_to(ROOT)), text) for text in texts)


def _of_python() -> Iterator[tuple[str, str]]:
    for path in _files(_PYTHON, {".py"}):
        if _OF_STAFF.isdisjoint(path.relative_to(ROOT).parts):
            for call in ast.walk(ast.parse(path.read_text())):
                if isinstance(call, ast.Call) and _name(call.func) in _MARKS:
                    yield from ((str(path.relative_to(ROOT)), text) for text in _texts(call))


def _name(function: ast.expr) -> str:
    return getattr(function, "id", getattr(function, "attr", ""))


def _texts(call: ast.Call) -> Iterator[str]:
    for argument in call.args:
        if isinstance(argument, ast.Constant) and isinstance(argument.value, str):
            yield argument.value
