"""All evidence of a scan: each file to what it shows, and that together with the code to deployments."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import timedelta

from iac_keycheck.evidence.aws_answers import access_keys, authorization_details, report_answer, with_users
from iac_keycheck.evidence.credential_report import credential_report
from iac_keycheck.evidence.deployments import standalone
from iac_keycheck.evidence.detect import Kind, Recognised, problems, recognised
from iac_keycheck.evidence.joined import root_of, spoken_for
from iac_keycheck.evidence.json_walk import Broken, Tick
from iac_keycheck.evidence.plan import plan
from iac_keycheck.evidence.reading import Reading, Seen
from iac_keycheck.evidence.state import shown_state, state
from iac_keycheck.evidence.table import places_in
from iac_keycheck.records import replace
from iac_keycheck.resource import ACCESS_KEY, USER, Deployment
from iac_keycheck.source import Problem
from iac_keycheck.workspace import start_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Final

SETUP_WINDOW: Final = timedelta(seconds=300)
"""A key made at most so long after its user was made when the user was set up."""
OBJECTS: Final = 25_000
"""Users, keys and logins of one file. An account has at most 5,000 users, each with a login and two keys."""


def read(path: str, data: bytes, tick: Tick | None = None, window: timedelta = SETUP_WINDOW) -> Reading | None:
    """What a file shows; None for no evidence. A key made in the ``window`` after its user was set up with it."""
    match recognised(path, data, tick):
        case None:
            return None
        case Problem() as problem:
            return Reading(path, "report", problems=(problem,))
        case found:
            reading = _read(found, window)
            if len(reading.objects) > OBJECTS:
                message = f"it tells of more than {OBJECTS:,} users, keys and logins, and is not judged"
                reading = Reading(path, reading.language, problems=(Problem("bound", message, start_of(path)),))
            return replace(reading, problems=(*reading.problems, *problems(found)))


def _read(found: Recognised, window: timedelta) -> Reading:
    text, members = found.text, found.members
    try:
        match found.kind:
            case Kind.PLAN:
                return plan(text, members)
            case Kind.STATE:
                return state(text, members)
            case Kind.SHOWN_STATE:
                return shown_state(text, members)
            case Kind.ACCESS_KEYS:
                return access_keys(text)
            case Kind.AUTHORIZATION_DETAILS:
                return authorization_details(text, members)
            case Kind.REPORT_ANSWER:
                return report_answer(text, members, window)
            case Kind.CREDENTIAL_REPORT:
                return _csv(text.path, text.data, window)
    except Broken as broken:
        text.faults.append(broken)
        return Reading(text.path, "report")


def _csv(path: str, data: bytes, window: timedelta) -> Reading:
    text = data.decode("utf-8-sig", "replace")
    reading = replace(credential_report(path, text, places_in(path), window), text=text)
    if "\ufffd" not in text:
        return reading
    wrong = Problem("encoding", "it is not UTF-8; what can be read is used", start_of(path))
    return replace(reading, problems=(wrong, *reading.problems))


def deployments(
    code: Sequence[Deployment], readings: Sequence[Reading], window: timedelta = SETUP_WINDOW
) -> Iterator[Deployment]:
    """The deployments of code, those that plans and states speak for as these have them, and all other evidence."""
    spoken: dict[int, list[Reading]] = {}
    left: list[Reading] = []
    for reading in readings:
        match root_of(reading, code):
            case Deployment() as root:
                spoken.setdefault(id(root), []).append(reading)
            case Problem() as problem:
                left.append(replace(reading, problems=(*reading.problems, problem)))
            case None:
                left.append(reading)
    for root in code:
        own = spoken.get(id(root), [])
        # a plan has the state in it; states of several workspaces are each for themselves
        plans = [reading for reading in own if reading.language == "plan"]
        for reading in plans or own:
            yield spoken_for(root, reading)
        left += (replace(reading, objects=(), gaps=()) for reading in own if plans and reading not in plans)
        if not own:
            yield root
    for reading in _with_users(left, window):
        yield from standalone(reading)


def _with_users(readings: Sequence[Reading], window: timedelta) -> Iterator[Reading]:
    """Lists of keys together with the users that authorization details tell of, where there is one such file."""
    details = [reading for reading in readings if _lists(reading, USER)]
    users: tuple[Seen, ...] = details[0].objects if len(details) == 1 else ()
    for reading in readings:
        yield with_users(reading, users, window) if _lists(reading, ACCESS_KEY) else reading


def _lists(reading: Reading, kind: str) -> bool:
    """Whether it is a list of users or of keys and of nothing else."""
    kinds = {one.kind for one in reading.objects}
    return reading.language == "report" and reading.evidence.columns is None and kinds == {kind}
