"""What a provider does with a resource: refuse it, plan it, create it, read it.

`planned` leaves what only creation tells unknown, as the real providers do. `created` can as well be applied to a
plan at once, which makes a plan without unknowns: enough wherever no `count`, `for_each` or condition depends on such
a value. Values are what msgpack decodes: None, bool, number, str, list, dict, and `UNKNOWN` for what is known only
after apply.
"""

from __future__ import annotations

import base64
import calendar
import hashlib
import itertools
import re
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any, Final, TypeAlias

import msgpack

from tests.oracle.stub_provider.schema import Attribute, Block

Values: TypeAlias = dict[str, Any]

ACCOUNT: Final = "123456789012"
UNKNOWN: Final = msgpack.ExtType(0, b"\x00")
_USER_NAME: Final = re.compile(r"[0-9A-Za-z=,.@\-_+]+")
_ROTATIONS: Final = ("days", "hours", "minutes", "months", "rfc3339", "years")
_serial = itertools.count()


def refusals(kind: str, block: Block, config: Mapping[str, Any]) -> list[str]:
    """Why the provider rejects this configuration of a resource; empty if it does not."""
    absent = [item.name for item in block.attributes if item.required and config.get(item.name) is None]
    if absent:
        return [f"Missing required argument: {name}" for name in absent]
    status, name = config.get("status"), config.get("name")
    if kind == "aws_iam_access_key" and config.get("user") == "":
        # the provider leaves it to IAM, which takes names of 1 to 128 characters (API reference, CreateAccessKey)
        return ["ValidationError: the value at 'userName' is too short"]
    if kind == "aws_iam_access_key" and isinstance(status, str) and status not in ("Active", "Inactive"):
        return [f'expected status to be one of ["Active" "Inactive"], got {status}']
    if kind == "aws_iam_user" and isinstance(name, str) and not _USER_NAME.fullmatch(name):
        return [f"invalid value for name: {name}"]
    if kind == "time_rotating" and all(config.get(f"rotation_{unit}") is None for unit in _ROTATIONS):
        return ["Missing Attribute Configuration: one of rotation_* must be set"]
    return []


def planned(block: Block, proposed: Values, config: Values, prior: Values | None) -> Values:
    """The planned state of a resource: what is configured, defaults, and `UNKNOWN` for what its creation will tell."""
    state = dict(proposed)
    for attribute in block.attributes:
        state[attribute.name] = _planned_attribute(attribute, config, prior)
    for name, nested, _ in block.blocks:
        states, configs = state.get(name), config.get(name)
        if isinstance(states, list) and isinstance(configs, list):
            state[name] = [planned(nested, *pair, prior) for pair in zip(states, configs, strict=False)]
    if prior is not None and "name" in state and state["name"] != prior.get("name") and "unique_id" in state:
        state["arn"] = UNKNOWN  # a user is renamed in place
    return state


def replaced_by(block: Block, prior: Values | None, state: Values) -> list[str]:
    """Names of the attributes whose change makes Terraform replace the resource."""
    if prior is None:
        return []
    return [
        attribute.name
        for attribute in block.attributes
        if attribute.forces_replacement and prior.get(attribute.name) != state.get(attribute.name)
    ]


def created(kind: str, block: Block, plan: Values) -> Values:
    """The state after creation or update: every `UNKNOWN` of the plan has its value."""
    unknown = {name for name, value in plan.items() if isinstance(value, msgpack.ExtType)}
    state = _concrete(block, plan)
    told = _CREATED[kind](state, unknown) if kind in _CREATED else {}
    state.update({name: value for name, value in told.items() if name in unknown})
    if "tags_all" in unknown:
        state["tags_all"] = state.get("tags")
    return state


def expired(kind: str, state: Mapping[str, Any]) -> bool:
    """Whether the provider drops the resource on reading it, as `time_rotating` does after its end."""
    return kind == "time_rotating" and _instant(state["rotation_rfc3339"]) <= datetime.now(UTC)


def read_data(kind: str, block: Block, config: Values) -> Values:
    """The state of a data source."""
    state = {
        attribute.name: UNKNOWN
        if attribute.computed and config.get(attribute.name) is None
        else config.get(attribute.name)
        for attribute in block.attributes
    }
    state.update({name: config.get(name) for name, _, _ in block.blocks})
    match kind:
        case "aws_iam_user":
            name = config["user_name"]
            known = {"id": f"AIDA{name}", "user_id": f"AIDA{name}", "arn": _arn("user", name), "path": "/", "tags": {}}
        case "aws_caller_identity":
            known = {"id": ACCOUNT, "account_id": ACCOUNT, "arn": _arn("user", "stub")}
        case "aws_partition":
            known = {"id": "aws", "partition": "aws", "dns_suffix": "amazonaws.com"}
        case "aws_region":
            known = {"id": "us-east-1", "name": "us-east-1"}
        case _:
            known = {}
    return _concrete(block, state | known)


def imported(block: Block, identifier: str) -> Values:
    """The state of an imported resource: its identifier wherever a name is required, defaults elsewhere."""
    return {
        attribute.name: identifier if attribute.name == "id" or attribute.required else attribute.default
        for attribute in block.attributes
    } | {name: [] for name, _, _ in block.blocks}


def _planned_attribute(attribute: Attribute, config: Values, prior: Values | None) -> Any:  # noqa: ANN401 - any value
    given = config.get(attribute.name)
    if given is not None:
        return given
    if attribute.default is not None:
        return attribute.default
    if attribute.computed:
        return UNKNOWN if prior is None else prior[attribute.name]
    return None


def _concrete(block: Block, values: Values) -> Values:
    state = dict(values)
    for attribute in block.attributes:
        if isinstance(state.get(attribute.name), msgpack.ExtType):
            state[attribute.name] = _made_up(attribute.type)
    for name, nested, _ in block.blocks:
        if isinstance(state.get(name), list):
            state[name] = [_concrete(nested, item) for item in state[name]]
    return state


def _made_up(kind: Any) -> Any:  # noqa: ANN401 - a type in Terraform's JSON, a value of it
    match kind:
        case "string":
            return _hex(20)
        case "number":
            return 1
        case "bool":
            return False
        case ["map", _]:
            return {}
        case _:
            return []


def _hex(length: int) -> str:
    digest = hashlib.sha256(str(next(_serial)).encode()).hexdigest()
    return (digest * (length // len(digest) + 1))[:length]


def _arn(kind: str, name: str) -> str:
    return f"arn:aws:iam::{ACCOUNT}:{kind}/{name}"


def _user(state: Values, _: set[str]) -> Values:
    path = state["path"]
    return {
        "id": state["name"],
        "arn": f"arn:aws:iam::{ACCOUNT}:user{path}{state['name']}",
        "unique_id": f"AIDA{_hex(16)}",
    }


def _access_key(state: Values, _: set[str]) -> Values:
    encrypted = bool(state.get("pgp_key"))
    absent = ("secret", "ses_smtp_password_v4") if encrypted else ("encrypted_secret", "key_fingerprint")
    return {"id": f"AKIA{_hex(16).upper()}", "create_date": _rfc3339(datetime.now(UTC))} | dict.fromkeys(absent)


def _random_id(state: Values, _: set[str]) -> Values:
    raw, prefix = bytes.fromhex(_hex(2 * int(state["byte_length"]))), state.get("prefix") or ""
    url = base64.urlsafe_b64encode(raw).decode().rstrip("=")
    return {
        "id": url,
        "hex": prefix + raw.hex(),
        "dec": prefix + str(int.from_bytes(raw)),
        "b64_url": prefix + url,
        "b64_std": prefix + base64.b64encode(raw).decode(),
    }


def _random_string(state: Values, _: set[str]) -> Values:
    result = _hex(int(state["length"]))
    return {"result": result, "id": result, "number": True, "numeric": True}


def _random_pet(state: Values, _: set[str]) -> Values:
    words = [state["prefix"]] if state.get("prefix") else []
    return {"id": state["separator"].join([*words, *["pet"] * (int(state["length"]) - 1), _hex(6)])}


def _random_uuid(_: Values, __: set[str]) -> Values:
    digits = _hex(32)
    result = "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))
    return {"result": result, "id": result}


def _random_shuffle(state: Values, _: set[str]) -> Values:
    wanted = state.get("result_count")
    return {"result": state["input"] if wanted is None else state["input"][: int(wanted)], "id": "-"}


def _time_static(state: Values, unknown: set[str]) -> Values:
    return _clock(_base(state, unknown, "rfc3339"))


def _time_offset(state: Values, unknown: set[str]) -> Values:
    base = _base(state, unknown, "base_rfc3339")
    amount = {
        unit: int(state.get(f"offset_{unit}") or 0)
        for unit in ("days", "hours", "minutes", "months", "seconds", "years")
    }
    months = amount.pop("months") + 12 * amount.pop("years")
    end = _months_later(base, months) + timedelta(**amount)
    return _clock(end) | {"base_rfc3339": _rfc3339(base), "id": _rfc3339(base)}


def _time_rotating(state: Values, unknown: set[str]) -> Values:
    """The end is the last period that is set, in the provider's order; periods are not added (provider 0.14)."""
    base = _base(state, unknown, "rfc3339")
    end = base
    for unit in _ROTATIONS:
        given = state.get(f"rotation_{unit}")
        if given is None or f"rotation_{unit}" in unknown:
            continue
        match unit:
            case "rfc3339":
                end = _instant(given)
            case "months" | "years":
                end = _months_later(base, int(given) * (12 if unit == "years" else 1))
            case _:
                end = base + timedelta(**{unit: int(given)})
    return _clock(base) | {"rotation_rfc3339": _rfc3339(end)}


def _base(state: Values, unknown: set[str], name: str) -> datetime:
    return _instant(state[name]) if state.get(name) and name not in unknown else datetime.now(UTC)


def _clock(moment: datetime) -> Values:
    fields = {unit: getattr(moment, unit) for unit in ("year", "month", "day", "hour", "minute", "second")}
    return {"id": _rfc3339(moment), "rfc3339": _rfc3339(moment), "unix": int(moment.timestamp())} | fields


def _instant(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _rfc3339(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


def _months_later(moment: datetime, months: int) -> datetime:
    years, month = divmod(moment.month - 1 + months, 12)
    year = moment.year + years
    last = calendar.monthrange(year, month + 1)[1]
    return moment.replace(year=year, month=month + 1, day=min(moment.day, last))


_CREATED: Final[Mapping[str, Callable[[Values, set[str]], Values]]] = {
    "aws_iam_user": _user,
    "aws_iam_access_key": _access_key,
    "aws_iam_user_login_profile": lambda state, _: {"id": state["user"]},
    "aws_iam_group": lambda state, _: {"id": state["name"], "arn": _arn("group", state["name"])},
    "aws_ssm_parameter": lambda state, _: {"id": state["name"]},
    "random_id": _random_id,
    "random_string": _random_string,
    "random_password": _random_string,
    "random_pet": _random_pet,
    "random_integer": lambda state, _: {"result": state["min"], "id": str(state["min"])},
    "random_uuid": _random_uuid,
    "random_shuffle": _random_shuffle,
    "time_static": _time_static,
    "time_offset": _time_offset,
    "time_rotating": _time_rotating,
}
