"""Functions on text. Some are computed part by part where the text is not known in full."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial

from iac_keycheck.deciding import terms
from iac_keycheck.deciding.shapes import BOOL, STRING
from iac_keycheck.deciding.terms import apply, text_parts
from iac_keycheck.deciding.values import Apply, Number, Unknown, Value
from iac_keycheck.terraform.conversions import make_list
from iac_keycheck.terraform.functions.arguments import characters, integer, invalid, normal, within_bounds, within_text

_SPACES = "\t\n\v\f\r \x85\xa0\u1680\u2028\u2029\u202f\u205f\u3000" + "".join(map(chr, range(0x2000, 0x200B)))
"""What Unicode calls white space; Python strips a few more."""


def _mapped(name: str, change: Callable[[str], str], text: str | Unknown) -> str | Unknown:
    """A change that goes character by character, and so part by part."""
    parts: list[str | Unknown] = []
    for part in text_parts(text) or ():
        if isinstance(part, str):
            parts.append(change(part))
        elif isinstance(part, Apply) and part.function == name:
            parts.append(Unknown(part, STRING, not_null=True))
        else:
            parts.append(apply(name, (Unknown(part, STRING, not_null=True),), STRING, not_null=True))
    return terms.concat(parts)


def _lower(text: str) -> str:
    return text.lower() if text.isascii() else normal("".join(_single(char, char.lower()) for char in text))


def _upper(text: str) -> str:
    if text.isascii():
        return text.upper()
    return normal("".join(_single(char, char.upper(), char.title()) for char in text))


def _single(char: str, *changed: str) -> str:
    # Go changes one character into one character; the dotted capital I loses its dot
    return next((one for one in changed if len(one) == 1), "i" if char == "\u0130" else char)


def _title(text: str) -> str:
    out = []
    before = " "
    for char in text:
        out.append(_single(char, char.title()) if _separates(before) else char)
        before = char
    return normal("".join(out))


def _separates(char: str) -> bool:
    if char.isascii():
        return not (char.isalnum() or char == "_")
    return not (char.isalpha() or char.isdigit()) and char in _SPACES


def _reversed(text: str) -> str:
    return normal("".join(reversed(characters(text))))


def _substr(text: str | Unknown, offset: Number | Unknown, length: Number | Unknown) -> Value:
    if isinstance(offset, Unknown) or isinstance(length, Unknown):
        return apply("substr", (text, offset, length), STRING, not_null=True)
    start, size = integer(offset, "offset"), integer(length, "length")
    if isinstance(text, Unknown):
        known = (text_parts(text) or ("",))[0]
        if isinstance(known, str) and known.isascii() and start >= 0 and size >= 0 and start + size <= len(known):
            return known[start : start + size]
        return apply("substr", (text, offset, length), STRING, not_null=True)
    return normal(_part(characters(text), start, size))


def _part(chars: list[str], start: int, size: int) -> str:
    if start < 0:
        start += len(chars)
    elif size == 0:
        return ""
    begin = max(start, 0)
    # Terraform counts up to the size, which zero never stops
    end = len(chars) if size <= 0 else begin + size
    return "".join(chars[begin:end])


def _trim(text: str, cutset: str) -> str:
    return text.strip(cutset) if cutset else text


def _trim_prefix(text: str | Unknown, prefix: str | Unknown) -> Value:
    if isinstance(prefix, str):
        starts = _starts(text, prefix)
        if starts is False:
            return text
        first, *rest = text_parts(text) or ("",)
        if starts is True and (isinstance(first, str) or not prefix):
            head = [first[len(prefix) :]] if isinstance(first, str) else [Unknown(first, STRING, not_null=True)]
            return terms.concat([*head, *(_unknown(part) for part in rest)])
    return apply("trimprefix", (text, prefix), STRING, not_null=True)


def _trim_suffix(text: str | Unknown, suffix: str | Unknown) -> Value:
    if isinstance(suffix, str):
        ends = _ends(text, suffix)
        if ends is False:
            return text
        *rest, last = text_parts(text) or ("",)
        if ends is True and (isinstance(last, str) or not suffix):
            tail = [last[: len(last) - len(suffix)]] if isinstance(last, str) else [_unknown(last)]
            return terms.concat([*(_unknown(part) for part in rest), *tail])
    return apply("trimsuffix", (text, suffix), STRING, not_null=True)


def _unknown(part: object) -> str | Unknown:
    return part if isinstance(part, str) else Unknown(part, STRING, not_null=True)  # type: ignore[arg-type]


def _starts_with(text: str | Unknown, prefix: str | Unknown) -> Value:
    verdict = _starts(text, prefix) if isinstance(prefix, str) else None
    return apply("startswith", (text, prefix), BOOL, not_null=True) if verdict is None else verdict


def _ends_with(text: str | Unknown, suffix: str | Unknown) -> Value:
    verdict = _ends(text, suffix) if isinstance(suffix, str) else None
    return apply("endswith", (text, suffix), BOOL, not_null=True) if verdict is None else verdict


def _starts(text: str | Unknown, prefix: str) -> bool | None:
    """Whether the text starts with the prefix, None where its first part leaves it open."""
    if isinstance(text, str):
        return text.startswith(prefix)
    first = (text_parts(text) or ("",))[0]
    known = first if isinstance(first, str) else ""
    if known.startswith(prefix):
        return True
    return None if prefix.startswith(known) else False


def _ends(text: str | Unknown, suffix: str) -> bool | None:
    if isinstance(text, str):
        return text.endswith(suffix)
    last = (text_parts(text) or ("",))[-1]
    known = last if isinstance(last, str) else ""
    if known.endswith(suffix):
        return True
    return None if suffix.endswith(known) else False


def _contains(text: str | Unknown, wanted: str | Unknown) -> Value:
    if isinstance(wanted, str):
        if isinstance(text, str):
            return wanted in text
        if any(isinstance(part, str) and wanted in part for part in text_parts(text) or ()) or not wanted:
            return True
    return apply("strcontains", (text, wanted), BOOL, not_null=True)


def _chomp(text: str) -> str:
    return text.rstrip("\r\n")


def _indent(spaces: Number, text: str) -> str:
    width = integer(spaces, "spaces")
    if width < 0:
        raise invalid("spaces", "must not be negative")
    within_text(len(text) + width * (1 + text.count("\n")))
    return text.replace("\n", "\n" + " " * width)


def _replace(text: str, wanted: str, replacement: str) -> Value:
    if len(wanted) > 1 and wanted[0] == wanted[-1] == "/":
        from iac_keycheck.terraform.functions.pattern_functions import replaced  # noqa: PLC0415 — loads an engine

        return replaced(text, wanted[1:-1], replacement)
    within_text(len(text) + text.count(wanted) * len(replacement))
    return normal(text.replace(wanted, replacement))


def _split(separator: str, text: str) -> Value:
    pieces = text.split(separator) if separator else list(text)
    within_bounds(len(pieces))
    return make_list(map(normal, pieces), STRING)


FUNCTIONS: Mapping[str, Callable[..., Value]] = {
    "chomp": _chomp,
    "endswith": _ends_with,
    "indent": _indent,
    "lower": partial(_mapped, "lower", _lower),
    "replace": _replace,
    "split": _split,
    "startswith": _starts_with,
    "strcontains": _contains,
    "strrev": _reversed,
    "substr": _substr,
    "title": _title,
    "trim": _trim,
    "trimprefix": _trim_prefix,
    "trimspace": lambda text: text.strip(_SPACES),
    "trimsuffix": _trim_suffix,
    "upper": partial(_mapped, "upper", _upper),
}
