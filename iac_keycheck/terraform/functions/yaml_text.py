"""YAML as Terraform reads and writes it, which is as https://github.com/zclconf/go-cty-yaml resolves plain scalars."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal

import yaml

from iac_keycheck.deciding.values import Entries, Items, Refused, Value, plain
from iac_keycheck.expressions import expression
from iac_keycheck.records import dataclass, field
from iac_keycheck.terraform import number
from iac_keycheck.terraform.functions.arguments import normal, within_bounds

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

_LOADER: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
_DUMPER: Any = getattr(yaml, "CSafeDumper", yaml.SafeDumper)

_WORDS: dict[str, Value] = {
    **dict.fromkeys(("y", "Y", "yes", "Yes", "YES", "true", "True", "TRUE", "on", "On", "ON"), True),
    **dict.fromkeys(("n", "N", "no", "No", "NO", "false", "False", "FALSE", "off", "Off", "OFF"), False),
    **dict.fromkeys(("", "~", "null", "Null", "NULL"), None),
}
_ENDLESS = expression(r"[-+]?\.(inf|Inf|INF)|\.(nan|NaN|NAN)")
_NUMBER = expression(r"[-+]?[0-9]+|[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?", re.ASCII)
_BASED = expression(r"0o[0-7]+|0x[0-9a-fA-F]+", re.ASCII)
_DATE = expression(
    r"(\d{4})-(\d{1,2})-(\d{1,2})"
    r"(?:[Tt](\d{1,2}):(\d{1,2}):(\d{1,2})(?:[.,]\d+)?(Z|[+-]\d\d:\d\d)"
    r"| (\d{1,2}):(\d{1,2}):(\d{1,2})(?:[.,]\d+)?)?",
    re.ASCII,
)
_PREFIX = "tag:yaml.org,2002:"
_SCALARS = frozenset({"", "str", "bool", "int", "float", "null", "timestamp", "binary"})


def yaml_value(text: str) -> Value:
    """The value of the only document of a YAML text; raises `Refused` where it is none."""
    try:
        events = yaml.parse(text or "\n", Loader=_LOADER)
        reader = _Reader(events)
        reader.next(yaml.StreamStartEvent)
        reader.next(yaml.DocumentStartEvent)
        value = reader.value(next(events))
        reader.next(yaml.DocumentEndEvent)
        reader.next(yaml.StreamEndEvent)
    except yaml.YAMLError as error:
        raise Refused(f"invalid YAML: {' '.join(str(error).split())}") from error
    except RecursionError as error:
        raise Refused("the YAML is nested too deep") from error
    return value


@dataclass(slots=True)
class _Reader:
    """Builds values from events. An alias counts as much as it stands for, so that few lines cannot make a billion."""

    events: Iterator[Any]
    anchors: dict[str, Value] = field(default_factory=dict)
    sizes: dict[str, int] = field(default_factory=dict)
    made: int = 0

    def next(self, kind: type) -> None:
        event = next(self.events)
        if not isinstance(event, kind):
            problem = "only a single document is allowed" if isinstance(event, yaml.DocumentStartEvent) else "no value"
            raise Refused(f"invalid YAML: {problem}")

    def value(self, event: Any) -> Value:  # noqa: ANN401 — pyyaml's events have no types
        if isinstance(event, yaml.AliasEvent):
            if event.anchor not in self.anchors:
                raise Refused(f'invalid YAML: reference to undefined anchor "{event.anchor}"')
            self._count(self.sizes[event.anchor])
            return self.anchors[event.anchor]
        before = self.made
        self._count(1)
        if isinstance(event, yaml.ScalarEvent):
            value = _scalar(event)
        elif isinstance(event, yaml.MappingStartEvent):
            value = self._mapping(event)
        elif isinstance(event, yaml.SequenceStartEvent):
            value = self._sequence(event)
        else:
            raise Refused("invalid YAML: expecting a value")
        if event.anchor:
            self.anchors[event.anchor] = value
            self.sizes[event.anchor] = self.made - before
        return value

    def _count(self, values: int) -> None:
        self.made += values
        within_bounds(self.made)

    def _mapping(self, event: Any) -> Value:  # noqa: ANN401
        self._collection(event, "map")
        self.anchors.pop(event.anchor or "", None)
        entries: dict[str, Value] = {}
        while not isinstance(key := next(self.events), yaml.MappingEndEvent):
            if not isinstance(key, yaml.ScalarEvent):
                raise Refused("invalid YAML: only strings are allowed as mapping keys")
            if (not key.tag and key.value == "<<") or key.tag == f"{_PREFIX}merge":
                entries |= _merged(self.value(next(self.events)))
                continue
            name = _scalar(key)
            if name is None:
                raise Refused("invalid YAML: mapping key cannot be null")
            written = {True: "true", False: "false"}[name] if isinstance(name, bool) else name
            text = number.text(written) if isinstance(written, int | Decimal) else str(written)
            entries[text] = self.value(next(self.events))
        return Entries("object", dict(sorted(entries.items())))

    def _sequence(self, event: Any) -> Value:  # noqa: ANN401
        self._collection(event, "seq")
        self.anchors.pop(event.anchor or "", None)
        items: list[Value] = []
        while not isinstance(following := next(self.events), yaml.SequenceEndEvent):
            items.append(self.value(following))
        return Items("tuple", tuple(items))

    def _collection(self, event: Any, tag: str) -> None:  # noqa: ANN401
        if event.tag and event.tag != _PREFIX + tag:
            raise Refused(f"invalid YAML: can't interpret a collection as {event.tag}")


def _merged(value: Value) -> dict[str, Value]:
    match value:
        case Entries(entries=entries):
            return dict(entries)
        case Items(items=items) if all(isinstance(item, Entries) for item in items):
            return {key: inner for item in items if isinstance(item, Entries) for key, inner in item.entries.items()}
        case _:
            raise Refused("invalid YAML: only mappings can be merged into a mapping")


def _scalar(event: Any) -> Value:  # noqa: ANN401
    text = str(event.value)
    tag = "" if event.tag in (None, "!") else str(event.tag).removeprefix(_PREFIX)
    if tag not in _SCALARS:
        raise Refused(f'invalid YAML: unsupported tag "{event.tag}"')
    if tag in {"str", "binary"} or (event.tag == "!"):
        return normal(text)
    if event.style in {"'", '"'}:
        return normal(text)
    if text in _WORDS:
        return _WORDS[text]
    if _ENDLESS.fullmatch(text):
        raise number.endless()
    return _timestamp(text, tag) or _amount(text, tag)


def _timestamp(text: str, tag: str) -> str | None:
    match = _DATE.fullmatch(text) if tag in {"", "timestamp"} else None
    if match is None:
        return None
    year, month, day, *rest = match.groups()
    hour, minute, second = ((rest[0] or rest[4] or 0), (rest[1] or rest[5] or 0), (rest[2] or rest[6] or 0))
    from iac_keycheck.terraform.functions.time_functions import moment_text  # noqa: PLC0415 — rare

    return moment_text((int(year), int(month), int(day), int(hour), int(minute), int(second)), rest[3] or "Z")


def _amount(text: str, tag: str) -> Value:
    wanted = tag in {"int", "float"}
    if _NUMBER.fullmatch(text) or (wanted and _NUMBER.fullmatch(text.replace("_", ""))):
        parsed = number.parse(text.replace("_", ""))
        if parsed is not None:
            return parsed
    if _BASED.fullmatch(text) and int(text, 0) < 1 << 64:
        return int(text, 0)
    if tag == "null":
        return None
    if tag:
        raise Refused(f'invalid YAML: cannot parse "{text}" as {tag}')
    return normal(text)


def yaml_text(value: Value) -> str:
    """The YAML text of a known value, in block style with all texts quoted, as Terraform writes it."""
    events = (yaml.StreamStartEvent(), yaml.DocumentStartEvent(), *_events(value))
    ends = (yaml.DocumentEndEvent(), yaml.StreamEndEvent())
    text = str(yaml.emit((*events, *ends), Dumper=_DUMPER, allow_unicode=True, width=80))
    # libyaml's versions differ in where they write the mark of the end: Terraform's does after a plain scalar alone
    text = text.removesuffix("...\n") if text.endswith("\n...\n") else text
    return text if isinstance(value, str | Items | Entries) else f"{text}...\n"


def _events(value: Value) -> Iterator[Any]:
    match plain(value):
        case None:
            yield _plain_scalar("null")
        case bool(truth):
            yield _plain_scalar("true" if truth else "false")
        case int() | Decimal() as amount:
            yield _plain_scalar(number.text(amount))
        case str(text):
            yield yaml.ScalarEvent(None, None, (True, True), str(text), style="|" if "\n" in text else '"')
        case Items(items=items):
            yield yaml.SequenceStartEvent(None, None, implicit=True, flow_style=False)
            for item in items:
                yield from _events(item)
            yield yaml.SequenceEndEvent()
        case Entries(entries=entries):
            yield yaml.MappingStartEvent(None, None, implicit=True, flow_style=False)
            for key in sorted(entries):
                yield from _events(key)
                yield from _events(entries[key])
            yield yaml.MappingEndEvent()
        case _:
            raise AssertionError(value)


def _plain_scalar(text: str) -> Any:  # noqa: ANN401
    return yaml.ScalarEvent(None, None, (True, True), text)
