"""Comments of scanned files: found where the language has them, never inside strings, heredocs or block scalars."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterator

from iac_keycheck.expressions import expression
from iac_keycheck.records import dataclass

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

    from yaml.nodes import Node as YamlNode

_CODE: Final = expression(
    r'(?:\#|//)(?P<line>[^\n]*)|/\*(?P<inline>.*?)\*/|["{}]|<<-?(?P<marker>[^\W\d][\w-]*)\r?\n', re.DOTALL
)
_STRING: Final = expression(r'\\.|\$\$\{|%%\{|[$%]\{|"|\n', re.DOTALL)
_YAML: Final = expression(r"(?m)(?:^|(?<=[ \t]))\#([^\n]*)")


@dataclass(frozen=True, slots=True)
class Comment:
    """A comment at ``text[start:end]``, marks included; ``body`` is what stands between them."""

    body: str
    start: int
    end: int


def of_terraform(text: str) -> Iterator[Comment]:
    """The comments of HCL, in order. Text that is no HCL ends them early."""
    position = 0
    # What is open around the position: braces of code, strings, heredocs by their marker.
    around: list[str] = []
    while position < len(text):
        inside = around[-1] if around else "{"
        if inside == '"':
            position = _after_string_part(text, position, around)
        elif inside != "{":
            position = _after_heredoc_part(text, position, around)
        else:
            found = _CODE.search(text, position)
            if found is None:
                return
            position = found.end()
            body = found["line"] if found["line"] is not None else found["inline"]
            if body is not None:
                yield Comment(body, found.start(), found.end())
            elif found["marker"] is not None:
                around.append(f"<<{found['marker']}")
            elif found[0] == "}":
                del around[-1:]
            else:
                around.append(found[0])


def of_yaml(text: str, root: YamlNode) -> Iterator[Comment]:
    """The comments of YAML, in order, given its composed document."""
    starts, ends = _scalars(root)
    for found in _YAML.finditer(text):
        before = bisect_right(starts, found.start()) - 1
        if before < 0 or ends[before] <= found.start():
            yield Comment(found[1], found.start(), found.end())


def _after_string_part(text: str, position: int, around: list[str]) -> int:
    found = _STRING.search(text, position)
    if found is None:
        return len(text)
    if found[0] in {'"', "\n"}:
        around.pop()
    elif found[0] in {"${", "%{"}:
        around.append("{")
    return found.end()


def _after_heredoc_part(text: str, position: int, around: list[str]) -> int:
    end = text.find("\n", position)
    end = len(text) if end < 0 else end + 1
    starts_line = position == 0 or text[position - 1] == "\n"
    if starts_line and text[position:end].strip() == around[-1].removeprefix("<<"):
        around.pop()
        return end
    for found in _STRING.finditer(text, position, end):
        if found[0] in {"${", "%{"}:
            around.append("{")
            return found.end()
    return end


def _scalars(root: YamlNode) -> tuple[list[int], list[int]]:
    """Where the scalars of a document begin, in order, and where each of them ends."""
    ranges: dict[int, int] = {}
    seen: set[int] = set()
    stack = [root]
    while stack:
        node = stack.pop()
        if id(node) in seen:
            continue
        seen.add(id(node))
        if isinstance(node.value, str):
            ranges[node.start_mark.index] = max(node.end_mark.index, ranges.get(node.start_mark.index, 0))
        else:
            stack += [part for item in node.value for part in (item if isinstance(item, tuple) else (item,))]
    starts = sorted(ranges)
    return starts, [ranges[start] for start in starts]
