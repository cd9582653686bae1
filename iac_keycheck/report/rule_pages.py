"""The rules as a list, and the documentation of one, for a person to read."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from iac_keycheck.findings import Rule
from iac_keycheck.report.paint import Line, Piece, Style, line, painted, style_of, wrapped

# Lines of prose longer than this are tiring to read, however wide the terminal.
_WIDEST = 100


def listing(rules: Sequence[Rule], *, colour: bool, width: int | None) -> str:
    """Each rule in a line, with its other names below."""
    return painted(_listed(rules, width), colour=colour)


def page(rule: Rule, *, colour: bool, width: int | None) -> str:
    """The documentation of a rule: Markdown, set for the terminal where there is one that shows colours."""
    text = markdown(rule)
    return _set(text, width or _WIDEST) if colour else text


def _listed(rules: Sequence[Rule], width: int | None) -> Iterator[Line]:
    columns = max((len(rule.meta.id) for rule in rules), default=0)
    indent = columns + 2
    for rule in rules:
        meta = rule.meta
        severity = Piece(f"{meta.severity!s:<6}", style_of(meta.severity))
        yield line(Piece(f"{meta.id:<{columns}}", Style.STRONG), "  ", severity, f"  {meta.summary}")
        names = ", ".join((meta.name, *meta.aliases))
        for row in wrapped(f"also {names}", width, indent):
            yield line(" " * indent, Piece(row, Style.FAINT))


def markdown(rule: Rule) -> str:
    """The documentation of a rule in Markdown, with its names and controls."""
    meta = rule.meta
    title, _, body = rule.documentation.partition("\n")
    facts = [f"- Name: `{meta.name}`", f"- Severity: {meta.severity}"]
    if meta.aliases:
        facts.append(f"- Also known as: {', '.join(f'`{alias}`' for alias in meta.aliases)}")
    if meta.frameworks:
        controls = (f"{name} {', '.join(numbers)}" for name, numbers in meta.frameworks.items())
        facts.append(f"- Controls: {'; '.join(controls)}")
    return "\n".join([f"# {meta.id}: {title.rstrip('.')}", "", *facts, body.rstrip(), ""])


def _set(text: str, width: int) -> str:
    from rich.console import Console  # noqa: PLC0415 — takes longer to import than all else here
    from rich.markdown import Markdown  # noqa: PLC0415

    console = Console(width=min(width, _WIDEST), force_terminal=True)
    with console.capture() as captured:
        console.print(Markdown(text, code_theme="ansi_dark"))
    return captured.get()
