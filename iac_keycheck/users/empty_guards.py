"""Guards that guard nothing: conditions on a key that does not exist, and rules of AWS Config that look too late."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping

from iac_keycheck.deciding.values import Apply, Concat, Entries, Items, Ref, Refused, Unknown, Value
from iac_keycheck.expressions import expression

CONDITION_KEY = "iam:accesskeyscount"
CONFIG_RULES: Mapping[str, str] = {
    "ACCESS_KEYS_ROTATED": "maxAccessKeyAge",
    "IAM_USER_UNUSED_CREDENTIALS_CHECK": "maxCredentialUsageAge",
}
"""The managed rules of AWS Config about keys, with the parameter that is their limit in days."""
LIMIT = 45
_IN_TEXT = expression(r'"([\w:]+)"\s*:\s*\{[^{}]*?"iam:AccessKeysCount"', re.IGNORECASE)
_COMMAND = expression(r"\baws\b[^\n|;&]*\biam\b[^\n|;&]*\bcreate-access-key\b")


def effect(operator: str) -> str:
    """What a condition with this operator on the key that does not exist comes to."""
    name = operator.rpartition(":")[2].casefold()
    always = name.endswith("ifexists") or "not" in name or name == "null"
    return "always applies" if always else "never applies"


def operators_on_key(value: Value) -> Iterator[str]:
    """The operators of conditions on the key that does not exist, in a policy as a value or as text."""
    match value:
        case str():
            yield from _IN_TEXT.findall(value)
        case Entries(entries=entries):
            for name in entries:
                try:
                    inner = entries[name]
                except Refused:
                    continue
                if isinstance(inner, Entries) and any(key.casefold() == CONDITION_KEY for key in inner.entries):
                    yield str(name)
                else:
                    yield from operators_on_key(inner)
        case Items(items=items):
            for item in items:
                yield from operators_on_key(item)
        case Unknown(term=Concat(parts=parts)):
            yield from _IN_TEXT.findall("".join(part if isinstance(part, str) else "?" for part in parts))
        case Unknown(term=Apply(arguments=arguments)):
            for argument in arguments:
                yield from operators_on_key(argument)
        case Ref(value=inner):
            yield from operators_on_key(inner)
        case _:
            return


def limit_in(parameters: Value, rule: str) -> Value:
    """The limit that a managed rule is given, None where it is not."""
    name = CONFIG_RULES[rule]
    if isinstance(parameters, str):
        try:
            found = json.loads(parameters)
        except ValueError:
            return None
        return str(found[name]) if isinstance(found, dict) and name in found else None
    return parameters.entries.get(name) if isinstance(parameters, Entries) else None


def makes_key(text: str) -> bool:
    """Whether a text has a command in it that makes an access key."""
    lines = text.replace("\\\n", " ").splitlines()
    return any(_COMMAND.search(line) for line in lines if not line.lstrip().startswith("#"))


def late(rule: str, limit: int | str | None) -> str:
    """What is wrong with a managed rule, in words."""
    if limit is None:
        return f"the rule {rule} has no {CONFIG_RULES[rule]}, so that it looks after AWS's default of 90 days"
    return f"the rule {rule} looks after {limit} days and not after {LIMIT}"
