"""What a metric filter counts in lines of a log, as CloudWatch Logs would.

The embedded cloud keeps filters and counts nothing. Of the JSON patterns this reads comparisons of
one property with a text or a number, joined by && and || in brackets; any other is refused.

Source: *Filter pattern syntax for metric filters*,
https://docs.aws.amazon.com/AmazonCloudWatch/latest/logs/FilterAndPatternSyntaxForMetricFilters.html
"""

import json
import operator
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

_TOKENS = re.compile(r'\s*(\|\||&&|[()]|\$\.\w+|"[^"]*"|>=|<=|!=|=|>|<|-?\d+(?:\.\d+)?)')
_OPERATORS: Mapping[str, Callable[[Any, Any], bool]] = {
    "=": operator.eq,
    "!=": operator.ne,
    ">=": operator.ge,
    "<=": operator.le,
    ">": operator.gt,
    "<": operator.lt,
}


@dataclass(frozen=True, slots=True)
class LogFilter:
    """A filter's pattern, what a line that matches counts, and what a minute of none does."""

    pattern: str
    value: str
    default: float

    def count(self, lines: Iterable[str]) -> float:
        """Return the sum that the lines of one period come to."""
        found = [self._value_of(json.loads(line)) for line in lines if self.matches(line)]
        return sum(found) if found else self.default

    def matches(self, line: str) -> bool:
        """Say whether a line is counted; what is no JSON object never is."""
        try:
            document = json.loads(line)
        except ValueError:
            return False
        return isinstance(document, dict) and matches(self.pattern, document)

    def _value_of(self, document: Mapping[str, Any]) -> float:
        named = self.value.removeprefix("$.")
        return float(self.value if named == self.value else document[named])


def matches(pattern: str, document: Mapping[str, Any]) -> bool:
    """Say whether a JSON pattern, in its braces, matches; raise ValueError if it is no such."""
    inner = pattern.strip()
    if not (inner.startswith("{") and inner.endswith("}")):
        msg = f"{pattern} is no JSON pattern; it would stand in braces"
        raise ValueError(msg)
    tokens = _read_tokens(inner[1:-1])
    found = _any(tokens, document)
    if tokens:
        msg = f"{pattern} goes on after its end: {' '.join(tokens)}"
        raise ValueError(msg)
    return found


def _read_tokens(text: str) -> list[str]:
    tokens, at = [], 0
    text = text.rstrip()
    while at < len(text):
        token = _TOKENS.match(text, at)
        if token is None:
            msg = f"{text[at:]!r} is not read here: a comparison, && or || would be"
            raise ValueError(msg)
        tokens.append(token[1])
        at = token.end()
    return tokens


def _any(tokens: list[str], document: Mapping[str, Any]) -> bool:
    found = _all(tokens, document)
    while tokens and tokens[0] == "||":
        tokens.pop(0)
        found = _all(tokens, document) or found
    return found


def _all(tokens: list[str], document: Mapping[str, Any]) -> bool:
    found = _one(tokens, document)
    while tokens and tokens[0] == "&&":
        tokens.pop(0)
        found = _one(tokens, document) and found
    return found


def _one(tokens: list[str], document: Mapping[str, Any]) -> bool:
    if tokens[:1] == ["("]:
        tokens.pop(0)
        found = _any(tokens, document)
        if tokens[:1] != [")"]:
            msg = "a bracket is not closed"
            raise ValueError(msg)
        tokens.pop(0)
        return found
    if len(tokens) < 3 or tokens[1] not in _OPERATORS:
        msg = f"{' '.join(tokens)!r} is no comparison of a property with a value"
        raise ValueError(msg)
    name, sign, value = tokens[:3]
    del tokens[:3]
    return _compare(document.get(name.removeprefix("$.")), sign, value)


def _compare(held: object, sign: str, value: str) -> bool:
    wanted: str | float = value[1:-1] if value.startswith('"') else float(value)
    is_text = isinstance(wanted, str)
    if isinstance(held, bool) or not isinstance(held, str if is_text else (int, float)):
        return False
    return _OPERATORS[sign](held, wanted)
