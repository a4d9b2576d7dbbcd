"""Form parameters with nested brackets, read one by one: what nobody read is refused as unknown."""

import re
from typing import TypeAlias
from urllib.parse import parse_qsl

from config.dev.stripe_simulator.errors import ApiError, invalid, missing

Tree: TypeAlias = dict[str, "str | Tree"]

_PAIRS_MAX = 1000
_DEPTH_MAX = 8
_NAME = re.compile(r"[^\[\]]+|\[[^\[\]]*\]")


def parse(encoded: str) -> Tree:
    """`a[b][0]=x&a[c][]=y` as a tree of text."""
    try:
        pairs = parse_qsl(
            encoded,
            keep_blank_values=True,
            strict_parsing=bool(encoded),
            errors="strict",
            max_num_fields=_PAIRS_MAX,
        )
    except ValueError as error:
        raise invalid("Invalid request body: it is not form-encoded UTF-8.") from error
    tree: Tree = {}
    for name, value in pairs:
        _put(tree, name, value)
    return tree


def _put(tree: Tree, name: str, value: str) -> None:
    steps = _NAME.findall(name)
    if "".join(steps) != name or name.startswith("[") or len(steps) > _DEPTH_MAX:
        raise invalid(f"Invalid parameter name: {name}", param=name)
    *outer, last = [step.strip("[]") for step in steps]
    node = tree
    for step in outer:
        inner = node.setdefault(step or str(len(node)), {})
        if isinstance(inner, str):
            raise invalid(f"Invalid parameter name: {name}", param=name)
        node = inner
    node[last or str(len(node))] = value


class Parameters:
    """One level of the tree, under its full name."""

    def __init__(self, tree: Tree, name: str = "") -> None:
        self._tree = tree
        self._name = name
        self._read: set[str] = set()
        self._inner: list[Parameters] = []

    def full(self, name: str) -> str:
        return f"{self._name}[{name}]" if self._name else name

    def has(self, name: str) -> bool:
        return name in self._tree

    def is_hash(self, name: str) -> bool:
        return isinstance(self._tree.get(name), dict)

    def text(self, name: str, *, longest: int = 5000) -> str | None:
        """The text, or None where it was not sent. An empty text is refused."""
        value = self._take(name)
        if value is None:
            return None
        if not isinstance(value, str):
            raise invalid(f"Invalid string: {self.full(name)}", param=self.full(name))
        if not value:
            raise self._empty(name)
        if len(value) > longest:
            message = f"Invalid string: must be at most {longest} characters"
            raise invalid(message, param=self.full(name))
        return value

    def needed(self, name: str) -> str:
        value = self.text(name)
        if value is None:
            raise missing(self.full(name))
        return value

    def whole(self, name: str, *, least: int = 0, most: int = 99_999_999) -> int | None:
        """A whole number such as an amount in cents."""
        value = self.text(name)
        if value is None:
            return None
        if not re.fullmatch(r"-?\d{1,18}", value, re.ASCII):
            message = f"Invalid integer: {value}"
            raise invalid(message, param=self.full(name), code="parameter_invalid_integer")
        if not least <= int(value) <= most:
            message = f"This value must be between {least} and {most}."
            raise invalid(message, param=self.full(name), code="parameter_invalid_integer")
        return int(value)

    def flag(self, name: str) -> bool | None:
        value = self.choice(name, "true", "false")
        return None if value is None else value == "true"

    def choice(self, name: str, *allowed: str) -> str | None:
        value = self.text(name)
        if value is not None and value not in allowed:
            message = f"Invalid {self.full(name)}: must be one of {', '.join(allowed)}"
            raise invalid(message, param=self.full(name))
        return value

    def within(self, name: str) -> "Parameters | None":
        """The hash under the name."""
        value = self._take(name)
        if value is None:
            return None
        if isinstance(value, str):
            raise invalid(f"Invalid object: {self.full(name)}", param=self.full(name))
        inner = Parameters(value, self.full(name))
        self._inner.append(inner)
        return inner

    def each(self, name: str) -> list["Parameters"]:
        """The hashes of an array."""
        array = self.within(name)
        if array is None:
            return []
        return [inner for step in array._order() if (inner := array.within(step)) is not None]

    def texts(self, name: str) -> list[str]:
        """The texts of an array."""
        array = self.within(name)
        return [] if array is None else [array.needed(step) for step in array._order()]

    def metadata(self, name: str = "metadata") -> dict[str, str]:
        """At most 50 keys of 40 characters with values of 500; an empty value says no key."""
        value = self._take(name)
        if not value:
            return {}
        if isinstance(value, str) or len(value) > 50:
            raise invalid(f"Invalid metadata: {self.full(name)}", param=self.full(name))
        pairs = {key: text for key, text in value.items() if isinstance(text, str)}
        if len(pairs) < len(value) or any(len(k) > 40 or len(v) > 500 for k, v in pairs.items()):
            raise invalid(f"Invalid metadata: {self.full(name)}", param=self.full(name))
        return {key: text for key, text in pairs.items() if text}

    def pass_over(self, *names: str) -> None:
        """Known, and without a consequence that could be seen here."""
        self._read.update(names)

    def finish(self) -> None:
        """Refuse what nobody has read, at every level."""
        for name in self._tree:
            if name not in self._read:
                message = f"Received unknown parameter: {self.full(name)}"
                raise invalid(message, param=self.full(name), code="parameter_unknown")
        for inner in self._inner:
            inner.finish()

    def _take(self, name: str) -> "str | Tree | None":
        self._read.add(name)
        return self._tree.get(name)

    def _order(self) -> list[str]:
        if not all(step.isdecimal() for step in self._tree):
            raise invalid(f"Invalid array: {self._name}", param=self._name)
        return sorted(self._tree, key=int)

    def _empty(self, name: str) -> ApiError:
        message = (
            f"You passed an empty string for '{self.full(name)}'. We assume empty values are an "
            f"attempt to unset a parameter; however '{self.full(name)}' cannot be unset."
        )
        return invalid(message, param=self.full(name), code="parameter_invalid_empty")
