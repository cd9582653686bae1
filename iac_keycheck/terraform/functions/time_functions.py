"""Functions on timestamps, which are texts by RFC 3339."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta, timezone

from iac_keycheck.deciding.values import Refused, Value
from iac_keycheck.expressions import expression
from iac_keycheck.records import dataclass
from iac_keycheck.terraform.functions.arguments import invalid

_MOMENT = expression(r"(\d{4})-(\d\d)-(\d\d)T(\d\d):(\d\d):(\d\d)(?:\.(\d+))?(Z|[+-]\d\d:\d\d)", re.ASCII)
_DURATION = expression(r"(\d*)(\.\d*)?(ns|us|\u00b5s|\u03bcs|ms|s|m|h)", re.ASCII)
_UNITS = {
    "ns": 1,
    "us": 10**3,
    "\u00b5s": 10**3,
    "\u03bcs": 10**3,
    "ms": 10**6,
    "s": 10**9,
    "m": 60 * 10**9,
    "h": 3600 * 10**9,
}
_SECOND = 10**9
_LONGEST = (1 << 63) - 1
_PIECE = expression(r"''|'(?:[^']|'')*'?|([A-Za-z])\1*|[^'A-Za-z]+", re.ASCII)


@dataclass(frozen=True, slots=True)
class _Moment:
    """A point in time with its offset from UTC; ``rest`` are nanoseconds of a second that are not shown."""

    clock: datetime
    rest: int

    @property
    def order(self) -> tuple[datetime, int]:
        return self.clock, self.rest


def _parsed(text: str, parameter: str) -> _Moment:
    match = _MOMENT.fullmatch(text)
    if match is None:
        raise invalid(parameter, f'not a valid RFC3339 timestamp: "{text}"')
    *date, fraction, zone = match.groups()
    year, month, day, hour, minute, second = map(int, date)
    try:
        clock = datetime(year, month, day, hour, minute, second, tzinfo=_zone(zone))
    except ValueError as error:
        raise invalid(parameter, f"not a valid RFC3339 timestamp: {error}") from error
    return _Moment(clock, int((fraction or "")[:9].ljust(9, "0")))


def _zone(written: str) -> timezone:
    if written == "Z":
        return timezone.utc  # noqa: UP017 — its like for other offsets stands beside it
    hours, minutes = int(written[1:3]), int(written[4:6])
    if hours > 23 or minutes > 59:  # noqa: PLR2004 — of a day and of an hour
        raise ValueError("UTC offset out of range")
    offset = timedelta(hours=hours, minutes=minutes)
    return timezone(-offset if written[0] == "-" else offset)


def _shown(clock: datetime) -> str:
    return f"{clock.year:04d}-{clock:%m-%dT%H:%M:%S}{_offset(clock, ':', 'Z')}"


def _offset(clock: datetime, colon: str, utc: str) -> str:
    minutes = int((clock.utcoffset() or timedelta()).total_seconds()) // 60
    if not minutes and utc:
        return utc
    return f"{'-' if minutes < 0 else '+'}{abs(minutes) // 60:02d}{colon}{abs(minutes) % 60:02d}"


def moment_text(parts: tuple[int, int, int, int, int, int], zone: str) -> str | None:
    """A moment as RFC 3339 text, None where there is no such day or time."""
    try:
        return _shown(datetime(*parts, tzinfo=_zone(zone)))
    except ValueError:
        return None


def _add(timestamp: str, duration: str) -> Value:
    moment = _parsed(timestamp, "timestamp")
    seconds, _ = divmod(moment.rest + _nanoseconds(duration), _SECOND)
    try:
        return _shown(moment.clock + timedelta(seconds=seconds))
    except OverflowError as error:
        raise Refused("the year is outside of those that are worked with") from error


def _nanoseconds(duration: str) -> int:
    problem = Refused(f'time: invalid duration "{duration}"')
    rest = duration[1:] if duration[:1] in {"+", "-"} else duration
    total = 0
    if rest != "0":
        at = 0
        while at < len(rest) or not rest:
            match = _DURATION.match(rest, at)
            if match is None or not (match.group(1) or (match.group(2) or ".") != "."):
                raise problem
            whole, fraction, unit = match.groups()
            digits = (fraction or ".")[1:]
            total += int(whole or 0) * _UNITS[unit] + int(digits or 0) * _UNITS[unit] // 10 ** len(digits)
            at = match.end()
            if total > _LONGEST:
                raise problem
    return -total if duration.startswith("-") else total


def _compared(one: str, other: str) -> Value:
    first, second = _parsed(one, "timestamp_a").order, _parsed(other, "timestamp_b").order
    return (first > second) - (first < second)


def _formatted(pattern: str, time: str) -> Value:
    return "".join(_pieces(pattern, _parsed(time, "time").clock))


def _pieces(pattern: str, clock: datetime) -> Iterator[str]:
    for match in _PIECE.finditer(pattern):
        piece = match.group()
        if piece == "''":
            yield "'"
        elif piece[0] == "'":
            if len(piece) == 1 or piece[-1] != "'":
                raise invalid("format", "unterminated literal '")
            yield piece[1:-1].replace("''", "'")
        elif match.group(1):
            shown = _verb(piece, clock)
            if shown is None:
                raise invalid("format", f'invalid date format verb "{piece}"')
            yield shown
        else:
            yield piece


def _verb(verb: str, clock: datetime) -> str | None:
    hour = clock.hour % 12 or 12
    numbers = {"M": clock.month, "D": clock.day, "h": clock.hour, "H": hour, "m": clock.minute, "s": clock.second}
    size = len(verb)
    if verb[0] in numbers and size <= 2:  # noqa: PLR2004 — one digit or two
        return f"{numbers[verb[0]]:0{size}d}"
    half = "AM" if clock.hour < 12 else "PM"  # noqa: PLR2004 — noon
    shown: Mapping[str, str] = {
        "YY": f"{clock.year % 100:02d}",
        "YYYY": f"{clock.year:04d}",
        "MMM": _MONTHS[clock.month - 1][:3],
        "MMMM": _MONTHS[clock.month - 1],
        "EEE": _DAYS[clock.weekday()][:3],
        "EEEE": _DAYS[clock.weekday()],
        "AA": half,
        "aa": half.lower(),
        "Z": _offset(clock, ":", "Z"),
        "ZZZ": _offset(clock, "", "UTC"),
        "ZZZZ": _offset(clock, "", ""),
        "ZZZZZ": _offset(clock, ":", ""),
    }
    return shown.get(verb)


_DAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_MONTHS = (
    *("January", "February", "March", "April", "May", "June"),
    *("July", "August", "September", "October", "November", "December"),
)

FUNCTIONS: Mapping[str, Callable[..., Value]] = {"formatdate": _formatted, "timeadd": _add, "timecmp": _compared}
