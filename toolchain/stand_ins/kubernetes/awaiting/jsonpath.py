"""JSONPath as `pulumi.com/waitFor` takes it: `{.status.conditions[?(@.type=="Available")].status}`.

The part of RFC 9535 that object conditions need: member names (dotted and quoted), indexes from either end, slices,
wildcards, descendants, and filters made of comparisons, existence tests, `&&`, `||`, `!` and parentheses.
Functions are left out.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import TYPE_CHECKING, NoReturn, TypeAlias

from toolchain.stand_ins.kubernetes.values import Value, same

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

Step: TypeAlias = "Callable[[Value, Value], Iterator[Value]]"
"""(node, root) to the selected nodes."""

Test: TypeAlias = "Callable[[Value, Value], bool]"
"""(node, root) to whether the filter takes the node."""

_MISSING = object()

_TOKEN = re.compile(
    r"""(?P<space>\s+)|(?P<descend>\.\.)|(?P<op>&&|\|\||==|!=|<=|>=|[<>!()\[\].,:*?@$])"""
    r"""|(?P<number>-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)|(?P<text>"(?:[^"\\]|\\.)*"|'(?:[^'\\]|\\.)*')"""
    r"""|(?P<name>[A-Za-z_\u0080-\U0010ffff][\w\u0080-\U0010ffff-]*)"""
)
"""The tokens; Kubernetes field names may hold dashes."""

_LITERALS = {"true": True, "false": False, "null": None}


class JsonPathError(ValueError):
    """The text is no JSONPath of the supported kind."""


@dataclass(frozen=True)
class _Token:
    kind: str
    text: str
    position: int


def compiled(text: str) -> Callable[[Value], list[Value]]:
    """A function from a value to the list of nodes that the path selects in it.

    Raises:
        JsonPathError: The text is not understood; the message says where.
    """
    parser = _Parser(text)
    steps = parser.path()
    parser.expect_end()

    def select(root: Value) -> list[Value]:
        return _select(steps, root, root)

    return select


def _select(steps: list[Step], node: Value, root: Value) -> list[Value]:
    nodes = [node]
    for step in steps:
        nodes = [selected for one in nodes for selected in step(one, root)]
    return nodes


class _Parser:
    """Recursive descent over the tokens of one path."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._tokens = list(_tokens(text))
        self._next = 0

    # --- tokens ------------------------------------------------------------------------------------------------------

    def _peek(self) -> _Token:
        return self._tokens[self._next]

    def _take(self) -> _Token:
        token = self._peek()
        self._next = min(self._next + 1, len(self._tokens) - 1)
        return token

    def _accept(self, *texts: str) -> str | None:
        """The token's text when it is one of these operators, and go on; else `None`."""
        token = self._peek()
        if token.kind in ("op", "descend") and token.text in texts:
            return self._take().text
        return None

    def _expect(self, text: str) -> None:
        if self._accept(text) is None:
            self._fail(f"expected {text!r}")

    def expect_end(self) -> None:
        """Refuse anything after the path."""
        if self._peek().kind != "end":
            self._fail("nothing may follow the path")

    def _fail(self, problem: str) -> NoReturn:
        token = self._peek()
        found = "the end" if token.kind == "end" else repr(token.text)
        raise JsonPathError(f"{problem}, found {found} at position {token.position} of {self._text!r}")

    # --- grammar -----------------------------------------------------------------------------------------------------

    def path(self) -> list[Step]:
        """`$`, optional, and segments."""
        self._accept("$")
        return self._segments()

    def _segments(self) -> list[Step]:
        steps: list[Step] = []
        while True:
            if self._accept(".."):
                steps += [_descendants, self._bracket() if self._accept("[") else self._member()]
            elif self._accept("."):
                steps.append(self._bracket() if self._accept("[") else self._member())
            elif self._accept("["):
                steps.append(self._bracket())
            else:
                return steps

    def _member(self) -> Step:
        if self._accept("*"):
            return _children
        if self._peek().kind != "name":
            self._fail("expected a member name")
        return _named(self._take().text)

    def _bracket(self) -> Step:
        selectors = [self._selector()]
        while self._accept(","):
            selectors.append(self._selector())
        self._expect("]")
        return _union(selectors)

    def _selector(self) -> Step:
        if self._accept("*"):
            return _children
        if self._accept("?"):
            return _filtered(self._either())
        if self._peek().kind == "text":
            return _named(_unquoted(self._take().text))
        return self._index_or_slice()

    def _index_or_slice(self) -> Step:
        bounds: list[int | None] = [self._whole_number()]
        while len(bounds) < len(("start", "end", "step")) and self._accept(":"):
            bounds.append(self._whole_number())
        if len(bounds) == 1:
            if bounds[0] is None:
                self._fail("expected an index, a quoted name, '*' or a filter")
            return _indexed(bounds[0])
        return _sliced(slice(*bounds))

    def _whole_number(self) -> int | None:
        token = self._peek()
        if token.kind != "number":
            return None
        if not token.text.lstrip("-").isdigit():
            self._fail("expected a whole number")
        return int(self._take().text)

    def _either(self) -> Test:
        tests = [self._both()]
        while self._accept("||"):
            tests.append(self._both())
        return lambda node, root: any(test(node, root) for test in tests)

    def _both(self) -> Test:
        tests = [self._basic()]
        while self._accept("&&"):
            tests.append(self._basic())
        return lambda node, root: all(test(node, root) for test in tests)

    def _basic(self) -> Test:
        if self._accept("!"):
            inner = self._basic()
            return lambda node, root: not inner(node, root)
        if self._accept("("):
            inner = self._either()
            self._expect(")")
            return inner
        return self._comparison()

    def _comparison(self) -> Test:
        left, is_path = self._operand()
        operator = self._accept("==", "!=", "<=", ">=", "<", ">")
        if operator is None:
            if not is_path:
                self._fail("expected a comparison")
            return lambda node, root: left(node, root) is not _MISSING
        right, _ = self._operand()
        return lambda node, root: _compared(left(node, root), operator, right(node, root))

    def _operand(self) -> tuple[Callable[[Value, Value], Value], bool]:
        """(what the operand is for a node and the root, whether it is a path)."""
        token = self._peek()
        origin = self._accept("@", "$")
        if origin is not None:
            steps = self._segments()
            return (lambda node, root: _first(_select(steps, node if origin == "@" else root, root))), True
        literal = self._literal(token)
        return (lambda _node, _root: literal), False

    def _literal(self, token: _Token) -> Value:
        if token.kind == "text":
            return _unquoted(self._take().text)
        if token.kind == "number":
            number = float(self._take().text)
            return int(number) if number.is_integer() else number
        if token.kind != "name" or token.text not in _LITERALS:
            self._fail("expected '@', '$', a text, a number, true, false or null")
        return _LITERALS[self._take().text]


def _tokens(text: str) -> Iterator[_Token]:
    position = 0
    while position < len(text):
        match = _TOKEN.match(text, position)
        if match is None:
            raise JsonPathError(f"unrecognized character {text[position]!r} at position {position} of {text!r}")
        if match.lastgroup != "space":
            yield _Token(match.lastgroup or "", match[0], position)
        position = match.end()
    yield _Token("end", "", position)


def _unquoted(text: str) -> str:
    return re.sub(r"\\(.)", r"\1", text[1:-1])


def _first(nodes: list[Value]) -> Value:
    return nodes[0] if nodes else _MISSING


def _compared(left: Value, operator: str, right: Value) -> bool:
    """RFC 9535 §2.3.5.2.2: unequal types are unequal, and are never ordered."""
    if operator in ("==", "!="):
        equal = left is right if _MISSING in (left, right) else same(left, right)
        return equal if operator == "==" else not equal
    numbers = all(isinstance(side, int | float) and not isinstance(side, bool) for side in (left, right))
    if not numbers and not (isinstance(left, str) and isinstance(right, str)):
        return operator in ("<=", ">=") and left is not _MISSING and right is not _MISSING and same(left, right)
    return bool({"<": left < right, "<=": left <= right, ">": left > right, ">=": left >= right}[operator])


# --- selectors -------------------------------------------------------------------------------------------------------


def _children(node: Value, _root: Value) -> Iterator[Value]:
    if isinstance(node, dict):
        yield from node.values()
    elif isinstance(node, list):
        yield from node


def _descendants(node: Value, root: Value) -> Iterator[Value]:
    yield node
    for child in _children(node, root):
        yield from _descendants(child, root)


def _named(name: str) -> Step:
    def step(node: Value, _root: Value) -> Iterator[Value]:
        if isinstance(node, dict) and name in node:
            yield node[name]

    return step


def _indexed(index: int) -> Step:
    def step(node: Value, _root: Value) -> Iterator[Value]:
        if isinstance(node, list) and -len(node) <= index < len(node):
            yield node[index]

    return step


def _sliced(bounds: slice) -> Step:
    def step(node: Value, _root: Value) -> Iterator[Value]:
        if isinstance(node, list) and bounds.step != 0:
            yield from node[bounds]

    return step


def _filtered(test: Test) -> Step:
    def step(node: Value, root: Value) -> Iterator[Value]:
        yield from (child for child in _children(node, root) if test(child, root))

    return step


def _union(selectors: list[Step]) -> Step:
    def step(node: Value, root: Value) -> Iterator[Value]:
        for selector in selectors:
            yield from selector(node, root)

    return step
