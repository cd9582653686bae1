"""The blocks of one file by their headers, each parsed only when somebody asks for it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from iac_keycheck.terraform.configuration import Entry
from iac_keycheck.terraform.hcl import parse_body
from iac_keycheck.terraform.syntax import Attribute, Block
from iac_keycheck.terraform.text import Text


def entries_of(text: str, path: str, *, override: bool) -> Iterator[Entry]:
    """The top-level blocks of a file of configuration; raises `InputError`."""
    for block in parse_body(Text.of(path, text)).blocks:
        yield Entry(block.type, block.labels, path, block.span.line, override, partial(_same, block))


def _same(block: Block) -> Block:
    return block


def assignments(text: str, path: str) -> dict[str, Attribute]:
    """The assignments of a file of variables, HCL or JSON; raises `InputError`."""
    return dict(parse_body(Text.of(path, text)).attributes)
