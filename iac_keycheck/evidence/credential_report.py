"""Credential reports of an account: what each row says of a user's password and keys.

The columns and what their values mean:
https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_getting-report.html
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta

from iac_keycheck.evidence.moments import is_none, moment
from iac_keycheck.evidence.reading import Reading, Seen
from iac_keycheck.evidence.table import Cell, Place, table
from iac_keycheck.expressions import expression
from iac_keycheck.records import dataclass, field
from iac_keycheck.resource import ACCESS_KEY, LOGIN_PROFILE, USER, Account, Gap
from iac_keycheck.source import Problem, Span
from iac_keycheck.users.observed import ROOT, Credential, Evidence, Told, Untold

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

_ACCOUNT: Final = expression(r"arn:[\w-]+:iam::(\d{12}):")
_ON_OFF: Final = {"true": True, "false": False, "n/a": False, "not_supported": False, "": False}
_KEYS: Final = (1, 2)


def credential_report(
    path: str, text: str, place: Place, window: timedelta, generated: datetime | None = None
) -> Reading:
    """Read the text of a report. A key made at most ``window`` after its user was set up together with it."""
    found = table(text.removeprefix("\ufeff"), place)
    report = _Report(path, window, list(found.problems))
    if "user" not in found.columns:
        message = "this credential report has no column user, so that it cannot be told whose credentials these are"
        report.problems.append(Problem("value", message, found.header))
    else:
        for row in found.rows:
            report.add(row)
    evidence = Evidence(columns=frozenset(found.columns), header=found.header, generated=generated)
    return Reading(
        path,
        "report",
        tuple(report.objects),
        evidence=evidence,
        gaps=tuple(report.gaps),
        problems=tuple(report.problems),
    )


@dataclass(slots=True)
class _Report:
    path: str
    window: timedelta
    problems: list[Problem] = field(default_factory=list)
    objects: list[Seen] = field(default_factory=list)
    gaps: list[Gap] = field(default_factory=list)
    users: dict[tuple[Account, str], Span] = field(default_factory=dict)

    def add(self, row: Mapping[str, Cell]) -> None:
        user = row["user"]
        account = _account(row)
        known = self.users.setdefault((account, user.text.casefold()), user.span)
        if known is not user.span:
            message = f"this user has a row in line {known.line} already; the first one counts"
            self.problems.append(Problem("duplicate", message, user.span, relevant=False))
            return
        if not user.text:
            self.problems.append(Problem("value", "this row names no user; it is left out", user.span))
            return
        self.objects += self._objects(row, user, account)
        more = row.get("additional_credentials_info")
        if more is not None and not is_none(more.text):
            command = f"aws iam list-access-keys --user-name {user.text}"
            reason = f"the user has more credentials than the report shows: scan the output of `{command}`"
            self.gaps.append(Gap(user.text, reason, more.span))

    def _objects(self, row: Mapping[str, Cell], user: Cell, account: Account) -> Iterator[Seen]:
        name = user.text
        created = self._moment(row, "user_creation_time")
        keys = [key for number in _KEYS for key in self._key(row, number, name, account, created)]
        # the root user is nobody's to set up
        existed = name == ROOT or not isinstance(created, datetime)
        yield Seen(USER, name, name, user.span, {"name": name}, account, existed=existed)
        yield from keys
        enabled = row.get("password_enabled")
        if enabled is not None and self._is_on(enabled):
            made, used = self._moment(row, "password_last_changed"), self._moment(row, "password_last_used")
            credential = Credential("password", "password", "", name, None, enabled.span, made, used)
            # a console login makes a key of the set-up worse only where nobody ever used that key
            unused = any(not key.late and key.credential and key.credential.used is None for key in keys)
            late = not unused
            address, owner = f"{name}/password", {"user": name}
            yield Seen(LOGIN_PROFILE, address, address, enabled.span, owner, account, late=late, credential=credential)

    def _key(self, row: Mapping[str, Cell], number: int, user: str, account: Account, created: Told) -> Iterator[Seen]:
        active = row.get(f"access_key_{number}_active")
        if active is None:
            return
        on = self._is_on(active)
        made = self._moment(row, f"access_key_{number}_last_rotated")
        if not on and not isinstance(made, datetime):
            return
        address = f"{user}/access_key_{number}"
        used = self._moment(row, f"access_key_{number}_last_used_date")
        credential = Credential("access key", f"access key {number}", address, user, None, active.span, made, used)
        with_user = isinstance(created, datetime) and isinstance(made, datetime) and made - created <= self.window
        yield Seen(
            ACCESS_KEY,
            address,
            address,
            active.span,
            {"user": user, "status": "Active" if on else "Inactive"},
            account,
            late=not with_user,
            credential=credential if on else None,
        )

    def _moment(self, row: Mapping[str, Cell], column: str) -> Told:
        """What a cell tells; one that is neither a moment nor a word for none is a problem."""
        cell = row.get(column)
        if cell is None:
            return Untold()
        if is_none(cell.text):
            return None
        found = moment(cell.text)
        if found is None:
            message = f"{column} is neither a date such as 2026-11-20T12:00:00+00:00 nor N/A"
            self.problems.append(Problem("value", message, cell.span))
            return Untold(f"{column} cannot be read")
        return found

    def _is_on(self, cell: Cell) -> bool:
        on = _ON_OFF.get(cell.text.casefold())
        if on is None:
            self.problems.append(Problem("value", "this is neither TRUE nor FALSE", cell.span))
        return bool(on)


def _account(row: Mapping[str, Cell]) -> Account:
    """The account of a row: one file may hold the reports of several."""
    found = _ACCOUNT.match(row["arn"].text) if "arn" in row else None
    return Account((("account", found[1]),)) if found else Account()
