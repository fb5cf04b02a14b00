"""Form-encoded parameters with nested names, as the SDK sends them: `items[0][price_data][currency]=usd`."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final
from urllib.parse import parse_qsl

from masthead.payments.sandbox.errors import ApiError, BadParameter

MOST_FIELDS: Final = 1000
MOST_DEPTH: Final = 8
_NAME: Final = re.compile(r"[^\[\]]+|\[[^\[\]]*\]")


def parse_form(text: str) -> dict[str, Any]:
    """Turn a form or query string into nested mappings; lists become mappings from their index.

    Raises ApiError for what cannot be nested like that.
    """
    try:
        fields = parse_qsl(text, keep_blank_values=True, strict_parsing=False, max_num_fields=MOST_FIELDS)
    except ValueError:
        raise ApiError("The request has too many parameters.") from None
    nested: dict[str, Any] = {}
    for name, value in fields:
        parts = _NAME.findall(name)
        if not parts or "".join(parts) != name or len(parts) > MOST_DEPTH:
            raise ApiError(f"Invalid parameter name: {name[:80]}")
        _put(nested, [part.strip("[]") for part in parts], value, name)
    return nested


def _put(nested: dict[str, Any], parts: list[str], value: str, name: str) -> None:
    for part in parts[:-1]:
        nested = nested.setdefault(part or str(len(nested)), {})
        if not isinstance(nested, dict):
            raise ApiError(f"Invalid parameter: {name[:80]}")
    last = parts[-1] or str(len(nested))
    if isinstance(nested.get(last), dict):
        raise ApiError(f"Invalid parameter: {name[:80]}")
    nested[last] = value


class Params:
    """The parameters of one request; each is taken once, and what nobody took is refused at the end."""

    def __init__(self, values: Mapping[str, Any], *, path: str = "") -> None:
        self._values = dict(values)
        self._path = path
        self._inner: list[Params] = []

    def __contains__(self, name: str) -> bool:
        return name in self._values

    @property
    def names(self) -> list[str]:
        """The names that nobody took yet."""
        return list(self._values)

    def _full(self, name: str) -> str:
        return f"{self._path}[{name}]" if self._path else name

    def text(self, name: str, default: str | None = None, *, among: tuple[str, ...] = ()) -> str:
        """Take a text; without a default it must be there."""
        value = self._values.pop(name, default)
        full = self._full(name)
        if value is None:
            raise BadParameter(f"Missing required param: {full}.", full, code="parameter_missing")
        if not isinstance(value, str):
            raise BadParameter(f"Invalid string: {full}", full)
        if among and value not in among:
            raise BadParameter(f"Invalid {full}: must be one of {', '.join(among)}", full)
        return value

    def optional(self, name: str) -> str | None:
        """Take a text that may be missing; an empty one is None."""
        return self.text(name, "") or None

    def number(self, name: str, default: int | None = None) -> int:
        """Take a whole number; without a default it must be there."""
        text = self.text(name, None if default is None else str(default))
        if not re.fullmatch(r"-?\d{1,15}", text, re.ASCII):
            raise BadParameter(f"Invalid integer: {text[:40]}", self._full(name), code="parameter_invalid_integer")
        return int(text)

    def flag(self, name: str, *, default: bool = False) -> bool:
        """Take `true` or `false`."""
        return self.text(name, "true" if default else "false", among=("true", "false")) == "true"

    def takes_empty(self, name: str) -> bool:
        """Take a parameter if it is there and empty, which is how the SDK says that a field is to be cleared."""
        if self._values.get(name) != "":
            return False
        del self._values[name]
        return True

    def inner(self, name: str) -> Params:
        """Take a nested mapping; an empty one where there is none."""
        value = self._values.pop(name, {})
        if not isinstance(value, dict):
            raise BadParameter(f"Invalid object: {self._full(name)}", self._full(name))
        params = Params(value, path=self._full(name))
        self._inner.append(params)
        return params

    def rows(self, name: str) -> list[Params]:
        """Take a list of nested mappings."""
        outer = self.inner(name)
        return [outer.inner(key) for key in outer.names]

    def words(self, name: str) -> list[str]:
        """Take a list of texts."""
        outer = self.inner(name)
        return [outer.text(key) for key in outer.names]

    def metadata(self, known: Mapping[str, str] | None = None) -> dict[str, str]:
        """Take `metadata`, merged into what is known; an empty value removes its key."""
        outer = self.inner("metadata")
        merged = dict(known or {}) | {key: outer.text(key) for key in outer.names}
        return {key: value for key, value in merged.items() if value != ""}

    def list_untaken(self) -> Iterator[str]:
        """List the full names of what nobody took, here and further in."""
        yield from (self._full(name) for name in self._values)
        for params in self._inner:
            yield from params.list_untaken()

    def refuse_rest(self) -> None:
        """Raise BadParameter for what nobody took: a misspelt name, or what the sandbox cannot do."""
        left = next(self.list_untaken(), None)
        if left is not None:
            raise BadParameter(f"Received unknown parameter: {left}", left, code="parameter_unknown")
