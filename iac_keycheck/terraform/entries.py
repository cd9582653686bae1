"""The blocks of one file by their headers, each parsed only when somebody asks for it."""

from __future__ import annotations

from collections.abc import Iterator

from iac_keycheck.records import dataclass, field
from iac_keycheck.terraform.flat_blocks import flat_block
from iac_keycheck.terraform.slices import BlockSlice, slices
from iac_keycheck.terraform.syntax import Attribute, Block
from iac_keycheck.terraform.text import Text

CHARACTERS = 16_000_000
"""The greatest length of a block that is read."""


@dataclass(slots=True)
class Entry:
    """A block that is known by its header: ``found`` is the block, or where it stands in the ``source``."""

    type: str
    labels: tuple[str, ...]
    override: bool
    source: Text = field(compare=False)
    found: Block | BlockSlice = field(compare=False)

    @property
    def path(self) -> str:
        """The file that it stands in."""
        return self.source.path

    @property
    def line(self) -> int:
        """The line on which it begins."""
        found = self.found
        return found.span.line if isinstance(found, Block) else self.source.line(found.start)

    def parse(self) -> Block:
        """The block; raises `InputError`."""
        return self.found if isinstance(self.found, Block) else block_at(self.source, self.found.start, self.found.end)

    @property
    def size(self) -> int:
        """How many characters it has; none where it was read with its whole file."""
        return 0 if isinstance(self.found, Block) else self.found.end - self.found.start

    def text(self) -> str:
        """What it says; empty for one that was read with its whole file."""
        return "" if isinstance(self.found, Block) else self.source.text[self.found.start : self.found.end]


def block_at(source: Text, start: int, end: int) -> Block:
    """The one block in ``source.text[start:end]``; raises `InputError`."""
    if end - start > CHARACTERS:
        raise source.error(f"a block of more than {CHARACTERS:,} characters is not read", start, kind="bound")
    flat = flat_block(source, start, end)
    if flat is not None:
        return flat
    from iac_keycheck.terraform.hcl import parse_block  # noqa: PLC0415 — importing the parser is dear

    return parse_block(source, start, end)


def entries_of(text: str, path: str, *, override: bool) -> Iterator[Entry]:
    """The top-level blocks of a file of configuration; raises `InputError` where it can only be read as a whole."""
    source = Text.of(path, text)
    found: Iterator[Block | BlockSlice]
    if path.endswith(".json"):
        from iac_keycheck.terraform.json_syntax import parse_blocks  # noqa: PLC0415 — only where there is JSON

        found = iter(parse_blocks(text, path))
    elif (parts := slices(text)) is not None:
        found = (part for part in parts if isinstance(part, BlockSlice))
    else:
        from iac_keycheck.terraform.hcl import parse_body  # noqa: PLC0415 — importing the parser is dear

        found = iter(parse_body(source).blocks)
    return (Entry(one.type, one.labels, override, source, one) for one in found)


def assignments(text: str, path: str) -> dict[str, Attribute]:
    """The assignments of a file of variables, HCL or JSON; raises `InputError`."""
    if path.endswith(".json"):
        from iac_keycheck.terraform.json_syntax import parse_values  # noqa: PLC0415

        return dict(parse_values(text, path).attributes)
    from iac_keycheck.terraform.hcl import parse_body  # noqa: PLC0415

    return dict(parse_body(Text.of(path, text)).attributes)
