"""What the AWS CLI prints about users and keys: lists of access keys, authorization details, credential reports."""

from __future__ import annotations

import base64
from collections.abc import Iterable, Iterator
from datetime import datetime, timedelta

from iac_keycheck.evidence.credential_report import credential_report
from iac_keycheck.evidence.json_walk import Broken, JsonText
from iac_keycheck.evidence.moments import moment
from iac_keycheck.evidence.reading import Reading, Seen
from iac_keycheck.records import replace
from iac_keycheck.resource import ACCESS_KEY, USER, Gap
from iac_keycheck.source import Problem, Span
from iac_keycheck.users.observed import Credential, Untold

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


def report_answer(text: JsonText, members: dict[str, int], window: timedelta) -> Reading:
    """The credential report in the answer of ``get-credential-report``; it says when it was generated."""
    at = members["Content"]
    span = text.span(at)
    content = text.load(at)
    generated = moment(text.load(members["GeneratedTime"]))
    try:
        report = base64.b64decode(content if isinstance(content, str) else "", validate=False).decode("utf-8")
    except ValueError:  # of Base64, of ASCII, which that is, or of UTF-8
        problem = Problem("encoding", "the content of this credential report is not text in Base64", span)
        return Reading(text.path, "report", problems=(problem,))

    def place(_line: int, offset: int, start: int, end: int) -> Span:
        """Three characters of the report are four of its Base64, behind the quote."""
        low, high = (span.column + 1 + (offset + index) * 4 // 3 for index in (start, end))
        return Span(text.path, span.line, low, span.line, max(high, low + 1))

    return credential_report(text.path, report, place, window, generated)


def access_keys(text: JsonText) -> Reading:
    """The keys in the answers of ``list-access-keys``, one or several after each other or in an array."""
    objects: dict[str, Seen] = {}
    gaps: list[Gap] = []
    try:
        for at in _lists(text, text.documents()):
            match _key(text.object(at), text.span(at)):
                case Seen() as key:
                    # the same call twice is still one key
                    objects.setdefault(key.address, key)
                case Gap() as gap:
                    gaps.append(gap)
    except Broken as broken:
        text.faults.append(broken)
    return Reading(text.path, "report", tuple(objects.values()), gaps=tuple(gaps))


def _lists(text: JsonText, values: Iterable[int]) -> Iterator[int]:
    """Where the entries of all lists in these values start."""
    for at in values:
        if text.kind(at) == "[":
            yield from _lists(text, text.elements(at))
            continue
        places = dict(text.members(at))
        if "AccessKeyMetadata" in places:
            yield from text.elements(places["AccessKeyMetadata"])
        elif "AccessKeyId" in places:
            yield at


def _key(entry: dict[str, Any], span: Span) -> Seen | Gap | None:
    key, user, status = (entry.get(name) for name in ("AccessKeyId", "UserName", "Status"))
    if not isinstance(key, str):
        return None
    if not isinstance(user, str) or not user:
        return Gap(key, "the list does not name the user of this key", span)
    made = moment(entry.get("CreateDate"))
    told = made or Untold("when it was created is not told")
    credential = Credential("access key", f"access key {key}", key, user, None, span, told, Untold())
    return Seen(
        ACCESS_KEY,
        key,
        key,
        span,
        {"user": user, "status": str(status), "id": key},
        late=True,
        made=made,
        credential=credential if status == "Active" else None,
    )


def authorization_details(text: JsonText, members: dict[str, int]) -> Reading:
    """The users in the answer of ``get-account-authorization-details``, which says nothing of their keys."""
    objects: list[Seen] = []
    try:
        for at in text.elements(members["UserDetailList"]):
            entry = text.object(at)
            name, made = entry.get("UserName"), moment(entry.get("CreateDate"))
            if isinstance(name, str):
                objects.append(Seen(USER, name, name, text.span(at), {"name": name}, existed=True, made=made))
    except Broken as broken:
        text.faults.append(broken)
    return Reading(text.path, "report", tuple(objects))


def with_users(keys: Reading, users: Iterable[Seen], window: timedelta) -> Reading:
    """A list of keys together with the users whose creation another answer tells, as far as it lists their keys."""
    known = {str(user.values["name"]).casefold(): user for user in users if user.made is not None}
    made = {name: user.made for name, user in known.items()}
    objects = tuple(_dated(key, made.get(str(key.values.get("user")).casefold()), window) for key in keys.objects)
    owners = dict.fromkeys(str(key.values.get("user")).casefold() for key in objects if key.kind == ACCESS_KEY)
    added = tuple(replace(known[name], existed=False) for name in owners if name in known)
    return replace(keys, objects=(*added, *objects))


def _dated(key: Seen, user_made: datetime | None, window: timedelta) -> Seen:
    if user_made is None or key.made is None:
        return key
    return replace(key, late=key.made - user_made > window)
