"""The blocks of one file by their headers, each parsed only when somebody asks for it."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from iac_keycheck.terraform.configuration import Entry
from iac_keycheck.terraform.slices import BlockSlice, slices
from iac_keycheck.terraform.syntax import Attribute, Block
from iac_keycheck.terraform.text import Text


def entries_of(text: str, path: str, *, override: bool) -> Iterator[Entry]:
    """The top-level blocks of a file of configuration; raises `InputError` where it can only be read as a whole."""
    if path.endswith(".json"):
        from iac_keycheck.terraform.json_syntax import parse_blocks  # noqa: PLC0415 — only where there is JSON

        for block in parse_blocks(text, path):
            yield Entry(block.type, block.labels, path, block.span.line, override, partial(_same, block), str)
        return
    found = slices(text)
    if found is None:
        from iac_keycheck.terraform.hcl import parse_body  # noqa: PLC0415 — importing the parser is dear

        for block in parse_body(Text.of(path, text)).blocks:
            yield Entry(block.type, block.labels, path, block.span.line, override, partial(_same, block), str)
        return
    source = Text.of(path, text)
    for part in found:
        if isinstance(part, BlockSlice):
            line = source.span(part.start, part.start).line
            yield Entry(
                part.type,
                part.labels,
                path,
                line,
                override,
                partial(_parsed, source, part),
                partial(_text, source, part),
            )


def _same(block: Block) -> Block:
    return block


def _parsed(source: Text, part: BlockSlice) -> Block:
    from iac_keycheck.terraform.hcl import parse_block  # noqa: PLC0415 — importing the parser is dear

    return parse_block(source, part.start, part.end)


def _text(source: Text, part: BlockSlice) -> str:
    return source.text[part.start : part.end]


def assignments(text: str, path: str) -> dict[str, Attribute]:
    """The assignments of a file of variables, HCL or JSON; raises `InputError`."""
    if path.endswith(".json"):
        from iac_keycheck.terraform.json_syntax import parse_values  # noqa: PLC0415

        return dict(parse_values(text, path).attributes)
    from iac_keycheck.terraform.hcl import parse_body  # noqa: PLC0415

    return dict(parse_body(Text.of(path, text)).attributes)
