"""Users, keys and login profiles as Terraform's plans and states show them: of their attributes only what is asked for.

Secrets stand in plans and states in clear. No attribute but those named here leaves the readers.
"""

from __future__ import annotations

from collections.abc import Mapping

from iac_keycheck.deciding.shapes import STRING
from iac_keycheck.deciding.values import Input, Leaf, Origin, Unknown, Value
from iac_keycheck.evidence.json_walk import JsonText
from iac_keycheck.evidence.moments import moment
from iac_keycheck.evidence.reading import Seen
from iac_keycheck.expressions import expression
from iac_keycheck.resource import ACCESS_KEY, LOGIN_PROFILE, TERRAFORM_TYPES, USER, without_keys
from iac_keycheck.source import Span
from iac_keycheck.users.observed import Credential, Untold

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any, Final

ATTRIBUTES: Final[Mapping[str, tuple[str, ...]]] = {
    USER: ("name",),
    ACCESS_KEY: ("user", "status", "id"),
    LOGIN_PROFILE: ("user",),
}
_NO_NAME: Final = "what is shown of it names no user"
_KIND: Final = expression(rb'"type"\s*:\s*"(?:' + b"|".join(kind.encode() for kind in TERRAFORM_TYPES) + rb')"')
_ACCOUNT: Final = expression(r"arn:[\w-]+:iam::(\d{12}):")


def is_asked_for(text: JsonText, at: int) -> bool:
    """Whether the value that starts here can be an object of one of the kinds; quick, for there are many others."""
    return _KIND.search(text.data, at, text.end(at)) is not None


def block_of(address: str) -> str:
    """An address without its instance keys, and without what is said of the object behind it."""
    return without_keys(address).partition(" ")[0]


def address_of(module: str, kind: str, name: str, index: object) -> str:
    """The address of an instance as Terraform writes it."""
    token = ""
    if isinstance(index, str):
        escaped = index.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
        token = f'["{escaped}"]'
    elif isinstance(index, int):
        token = f"[{index}]"
    return f"{module}.{kind}.{name}{token}" if module else f"{kind}.{name}{token}"


def seen(type_: str, address: str, span: Span, attributes: Mapping[str, Any], sensitive: object) -> Seen:
    """An object that exists, with its attributes as they are; ``sensitive`` marks some in any form that is in use."""
    kind = TERRAFORM_TYPES[type_]
    values, made = _values(kind, attributes), moment(attributes.get("create_date"))
    if kind == ACCESS_KEY:
        values.setdefault("user", of_nobody(address, _NO_NAME))
    credential = None
    if kind == ACCESS_KEY and values["status"] == "Active":
        user = values.get("user")
        owner = user if isinstance(user, str) else None
        credential = Credential("access key", address, address, owner, None, span, made or Untold(), Untold())
    return Seen(
        kind,
        address,
        block_of(address),
        span,
        values,
        hidden=_hidden(kind, sensitive),
        existed=True,
        made=made,
        credential=credential,
    )


def of_nobody(address: str, reason: str) -> Unknown:
    """The user of a key of which it is not told."""
    return Unknown(Leaf(Input(f"{address}.user", Origin.OPAQUE, STRING, reason=reason)), STRING, not_null=True)


def _values(kind: str, attributes: Mapping[str, Any]) -> dict[str, Value]:
    """The attributes that are asked for. A key without a status is active."""
    found: dict[str, Value] = {}
    for name in ATTRIBUTES[kind]:
        value = attributes.get(name)
        if isinstance(value, str):
            found[name] = value
    if kind == ACCESS_KEY:
        found.setdefault("status", "Active")
    return found


def _hidden(kind: str, sensitive: object) -> frozenset[str]:
    """Those of the attributes that are sensitive: all, those of an object of flags, or the first steps of paths."""
    match sensitive:
        case True:
            return frozenset(ATTRIBUTES[kind])
        case dict():
            return frozenset(name for name in ATTRIBUTES[kind] if sensitive.get(name))
        case list():
            steps = [path[0] for path in sensitive if isinstance(path, list) and path]
            first = [step.get("value") for step in steps if isinstance(step, dict)]
            return frozenset(name for name in ATTRIBUTES[kind] if name in first)
        case _:
            return frozenset()


def account_id(attributes: Mapping[str, Any]) -> str | None:
    """The account that an object's ARN names."""
    arn = attributes.get("arn")
    found = _ACCOUNT.match(arn) if isinstance(arn, str) else None
    return found[1] if found else None
