"""What a report says in plain words: counts, conditions, users."""

from __future__ import annotations

from iac_keycheck.report.visible import visible

TYPE_CHECKING = False
if TYPE_CHECKING:
    from iac_keycheck.findings import Occurrence, User
    from iac_keycheck.report.plain import Json


def count(number: int, noun: str, plural: str = "") -> str:
    """``1 file``, ``2 files``."""
    return f"{number} {noun if number == 1 else plural or noun + 's'}"


def when(instance: Occurrence) -> str:
    """In which worlds it holds: ``when var.both = true``; empty where it holds in every world."""
    from iac_keycheck.deciding.verdicts import Certainty  # noqa: PLC0415 — most reports have nothing to say it of
    from iac_keycheck.report.plain import witness_json  # noqa: PLC0415

    match instance.certainty:
        case Certainty.ALWAYS:
            return ""
        case Certainty.DEFAULT:
            if instance.worlds:
                return f"when the values of {' or '.join(map(visible, instance.worlds))} are used"
            return "when the committed values are used"
        case Certainty.POSSIBLE:
            files = f", with the values of {' or '.join(map(visible, instance.worlds))}" if instance.worlds else ""
            return f"when {conditions(witness_json(instance.witness, instance))}{files}"


def conditions(witness: dict[str, Json]) -> str:
    """``var.a = 1 and var.b = "x"``."""
    from iac_keycheck.report.plain import MASK  # noqa: PLC0415

    parts = [
        f"{visible(name)} {'has a certain value' if value == MASK else '= ' + shown(value)}"
        for name, value in witness.items()
    ]
    return " and ".join(parts) or "the inputs are right"


def shown(value: Json) -> str:
    """A value as JSON, fit to be printed."""
    import json  # noqa: PLC0415

    return visible(json.dumps(value, ensure_ascii=False))


def replay(command: str, instance: Occurrence) -> str | None:
    """The command that shows a possible finding as certain; None where there is nothing to give, or it is secret."""
    import json  # noqa: PLC0415
    from shlex import quote  # noqa: PLC0415

    from iac_keycheck.report.plain import MASK, witness_json  # noqa: PLC0415

    witness = witness_json(instance.witness, instance)
    if not witness or MASK in witness.values():
        return None
    inputs = [quote(f"{name}={json.dumps(value)}") for name, value in witness.items()]
    return visible(f"{command} {' '.join(f'--input {text}' for text in inputs)}")


def why_open(value: object) -> str | None:
    """Why something of the graph's JSON form has no value: on what it depends, or what stands in the way."""
    match value:
        case {"unknown": [_, *_] as names}:
            return f"depends on {', '.join(visible(str(name)) for name in names)}"
        case {"refused": reason} | {"undecided": reason}:
            return visible(str(reason))
        case _:
            return None


def user_called(user: User) -> str:
    """A user as a person would name it."""
    if user.name is not None:
        return f'user "{visible(user.name)}"'
    if user.address is not None:
        return f"user {visible(user.address)}"
    return "a user whose name is not known"
