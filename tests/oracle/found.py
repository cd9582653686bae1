"""Cases that once failed, kept as folders: the files of the case, and `truth.json` with the outcomes of its worlds."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from tests.oracle.case import Case
from tests.oracle.outcome import Deployed, Holder, Outcome, Refused
from tests.oracle.verdicts import Judgement, Table, expectations, table

FOLDER: Final = Path(__file__).with_name("found_cases")
_TRUTH: Final = "truth.json"


def write(folder: Path, truth: Table, result: Judgement) -> None:
    """Keep a case; ``result`` says what was wrong when it was found."""
    case = truth.case
    case.write(folder)
    document = {
        "found": [f"{item.kind} {item.rule} {item.subject}: {item.detail}" for item in result.disagreements],
        "expected": [f"{item.rule} {item.person}: {item.level.name}" for item in expectations(truth)],
        "domains": case.domains,
        "unbounded": sorted(case.unbounded),
        "committed": case.committed,
        "named": case.named,
        "accounts": case.accounts,
        "prefix": case.prefix,
        "as_text": case.as_text,
        "worlds": [{"world": world, "outcome": _written(outcome)} for world, outcome in truth.outcomes.values()],
    }
    (folder / _TRUTH).write_text(json.dumps(document, indent=1) + "\n")


def folders() -> Iterator[Path]:
    """The folders of all cases that are kept."""
    return (path.parent for path in sorted(FOLDER.glob(f"*/{_TRUTH}")))


def read(folder: Path) -> Table:
    """A kept case with its truth."""
    document = json.loads((folder / _TRUTH).read_text())
    case = Case(
        {
            path.relative_to(folder).as_posix(): path.read_text()
            for path in sorted(folder.rglob("*"))
            if path.is_file() and path.name != _TRUTH
        },
        {name: tuple(values) for name, values in document["domains"].items()},
        frozenset(document["unbounded"]),
        document["committed"],
        document["named"],
        document["accounts"],
        document["prefix"],
        document["as_text"],
    )
    rows = document["worlds"]
    return table(case, [row["world"] for row in rows], [_read(row["outcome"]) for row in rows])


def _written(outcome: Outcome) -> Any:  # noqa: ANN401 - JSON
    if isinstance(outcome, Refused):
        return {"refused": outcome.reason}
    return {
        "users": {address: [holder.account, holder.name] for address, holder in outcome.users.items()},
        "keys": {
            address: [holder.account, holder.name, "Active" if address in outcome.active else "Inactive"]
            for address, holder in outcome.keys.items()
        },
    }


def _read(outcome: Any) -> Outcome:  # noqa: ANN401 - JSON
    if "refused" in outcome:
        return Refused(outcome["refused"])
    return Deployed(
        {address: Holder(*holder) for address, holder in outcome["users"].items()},
        {address: Holder(account, name) for address, (account, name, _) in outcome["keys"].items()},
        frozenset(address for address, (_, _, status) in outcome["keys"].items() if status == "Active"),
    )
