"""``python -m tests.docs_pages``: writes what `docs/` takes from the program: the rules, and examples of reports.

An example stands below ``<!-- example: COMMAND -->``, with ``| .a[0].b`` after the command for a part of what is JSON.
"""

from __future__ import annotations

import json
import re
import shlex
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from iac_keycheck.judging.rule_files import load
from iac_keycheck.report.rule_pages import markdown
from tests.conftest import PROJECT
from tests.running import run

_DOCS: Final = PROJECT / "docs"
_EXAMPLE: Final = re.compile(
    r"(?ms)^(<!-- example: (?P<command>.*?)(?: \| (?P<part>\S+))? -->\n).*?^(<!-- /example -->)$"
)
_LANGUAGES: Final = {"json": "json", "sarif": "json", "gitlab-quality": "json", "gitlab-sast": "json"} | {
    "junit": "xml",
    "markdown": "markdown",
    "csv": "csv",
}


def main() -> None:
    """Write the pages that differ."""
    for path, text in pages():
        if not path.exists() or path.read_text("utf-8") != text:
            path.parent.mkdir(exist_ok=True)
            path.write_text(text, "utf-8")


def pages() -> Iterator[tuple[Path, str]]:
    """Each page with what it is to hold."""
    reports = _DOCS / "reports.md"
    yield reports, _EXAMPLE.sub(_shown, reports.read_text("utf-8"))
    rules = load(())
    rows = [
        f"| [`{rule.meta.id}`]({rule.meta.id}.md) | {rule.meta.severity} | {rule.meta.summary} | "
        f"{', '.join(f'`{alias}`' for alias in rule.meta.aliases)} |"
        for rule in rules
    ]
    head = [
        "# Rules",
        "",
        "Made from the rules themselves by `python -m tests.docs_pages`; `iac-keycheck rules ID` shows the same pages.",
        "",
        "| id | severity | what it finds | also known as |",
        "| --- | --- | --- | --- |",
    ]
    yield _DOCS / "rules" / "README.md", "\n".join([*head, *rows, ""])
    for rule in rules:
        yield _DOCS / "rules" / f"{rule.meta.id}.md", markdown(rule)


def _shown(found: re.Match[str]) -> str:
    command = shlex.split(found["command"])[1:]
    text = run(*command, cwd=PROJECT).stdout
    if found["part"]:
        text = json.dumps(_part(json.loads(text), found["part"]), indent=2) + "\n"
    fence = "`" * max(3, 1 + max((len(ticks) for ticks in re.findall("`+", text)), default=0))
    language = _LANGUAGES.get(command[command.index("--format") + 1], "text")
    part = f"`{found['part']}` of " if found["part"] else ""
    said = f"{part}`{found['command']}`:"
    return f"{found[1]}{said}\n\n{fence}{language}\n{text}{fence}\n{found[4]}"


def _part(value: Any, path: str) -> Any:  # noqa: ANN401 — JSON
    for name, index in re.findall(r"\.(\w+)|\[(\d+)\]", path):
        value = value[name] if name else value[int(index)]
    return value


if __name__ == "__main__":
    main()
