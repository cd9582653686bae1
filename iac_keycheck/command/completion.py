"""What a shell offers after an option that takes a name: rules, frameworks, formats of reports.

Rules of one's own are not among them: to know them is to run them, which no key press should.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

TYPE_CHECKING = False
if TYPE_CHECKING:
    import click
    from click.shell_completion import CompletionItem


def rules(_ctx: click.Context, _param: click.Parameter, begun: str) -> list[CompletionItem]:
    """Ids of rules with what they are about; other names where no id begins so."""
    from click.shell_completion import CompletionItem  # noqa: PLC0415 — only while somebody types

    from iac_keycheck.judging.rule_files import load  # noqa: PLC0415 — the same

    known = load()
    ids = [
        CompletionItem(rule.meta.id, help=rule.meta.summary)
        for rule in known
        if rule.meta.id.casefold().startswith(begun.casefold())
    ]
    return ids or list(_beginning(begun, (name for rule in known for name in rule.meta.names)))


def words_of_rules(ctx: click.Context, param: click.Parameter, begun: str) -> list[CompletionItem]:
    """What may follow ``rules``: an id, ``new`` or ``test``; nothing that is known follows these."""
    if ctx.params.get("words"):
        return []
    return [*_beginning(begun, ("new", "test")), *rules(ctx, param, begun)]


def frameworks(_ctx: click.Context, _param: click.Parameter, begun: str) -> list[CompletionItem]:
    """Names of frameworks."""
    from iac_keycheck.judging.rule_files import load  # noqa: PLC0415 — the same

    return list(_beginning(begun, {name for rule in load() for name in rule.meta.frameworks}))


def reports(_ctx: click.Context, _param: click.Parameter, begun: str) -> list[CompletionItem]:
    """Formats, each with its equals sign."""
    from iac_keycheck.report import FORMATS  # noqa: PLC0415 — the same

    return list(_beginning(begun, (f"{name}=" for name in FORMATS)))


def _beginning(begun: str, words: Iterable[str]) -> Iterator[CompletionItem]:
    from click.shell_completion import CompletionItem  # noqa: PLC0415 — the same

    return (CompletionItem(word) for word in sorted(words) if word.casefold().startswith(begun.casefold()))
