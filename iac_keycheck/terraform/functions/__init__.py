"""Terraform's built-in functions. A call loads the one module that computes it.

Arguments may be unknown or hold unknown parts; a result keeps what is known, and where it waits for an input it is the
unknown result of the call. Functions are those of Terraform 1.11.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from importlib import import_module

from iac_keycheck.deciding.shapes import ANY, STRING
from iac_keycheck.deciding.terms import alternatives, apply, choose
from iac_keycheck.deciding.values import Apply, Entries, Null, Refused, Unknown, Value, is_known, plain, untyped
from iac_keycheck.terraform import conversions
from iac_keycheck.terraform.functions.arguments import bare, normal, opaque, within_text
from iac_keycheck.terraform.functions.signatures import SIGNATURES, Parameter, Signature
from iac_keycheck.terraform.functions.user_arns import of_user_arn

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Protocol
else:
    Protocol = object

NAMES = frozenset(SIGNATURES) | {"try", "can"}
"""All function names. ``try`` and ``can`` are for the evaluator, as their arguments may fail."""

_REMOVED = {"list": "tolist([ ... ])", "map": "tomap({ ... })"}


class Files(Protocol):
    """The files that functions may read. Paths are relative to the directory that Terraform runs in."""

    @property
    def module_path(self) -> str:
        """``path.module``."""

    @property
    def root_path(self) -> str:
        """``path.root``."""

    @property
    def cwd(self) -> str:
        """``path.cwd``."""

    def contains(self, path: str) -> bool:
        """Whether a path lies within the scan: what lies outside is opaque."""

    def read(self, path: str) -> bytes:
        """The bytes of a file; raises `Refused` where there is none."""

    def exists(self, path: str) -> bool:
        """Whether there is such a file."""

    def glob(self, directory: str, pattern: str) -> list[str]:
        """The files below a directory that match a pattern of ``fileset``, relative to it."""

    def render(self, template_text: str, variables: Entries, name: str) -> Value:
        """A template with these variables; ``name`` stands in messages."""


def call(name: str, arguments: tuple[Value | Null, ...], files: Files) -> Value | Null:
    """The result of a call. Raises `Refused` where Terraform would report an error."""
    name = name.removeprefix("core::")
    if name.startswith("provider::"):
        unread = opaque(name, f"{name} is a function of a provider, which is not evaluated")
        return apply(name, (unread, *map(untyped, arguments)))
    signature = SIGNATURES.get(name)
    if signature is None:
        raise _unknown_function(name)
    return _distributed(name, signature, _converted(name, signature, arguments), files)


def _unknown_function(name: str) -> Refused:
    if name in _REMOVED:
        message = f'the "{name}" function is no longer available; use {_REMOVED[name]}'
        return Refused(f'Call to function "{name}" failed: {message}.', static=True)
    from difflib import get_close_matches  # noqa: PLC0415 — only for a message

    near = get_close_matches(name, sorted(NAMES), 1)
    hint = f' Did you mean "{near[0]}"?' if near else ""
    return Refused(f'There is no function named "{name}".{hint}', static=True)


def _converted(name: str, signature: Signature, arguments: tuple[Value | Null, ...]) -> tuple[Value | Null, ...]:
    """The arguments as the function takes them."""
    parameters = signature.parameters
    if len(arguments) < len(parameters):
        missing = parameters[len(arguments)][0]
        raise Refused(f'Not enough function arguments: "{name}" misses a value for "{missing}".', static=True)
    if len(arguments) > len(parameters) and signature.more is None:
        raise Refused(f'Too many function arguments: "{name}" expects only {len(parameters)}.', static=True)
    more = () if signature.more is None else (signature.more,) * (len(arguments) - len(parameters))
    taken = zip(arguments, (*parameters, *more), strict=True)
    return tuple(_as_parameter(signature, *pair) for pair in taken)


def _as_parameter(signature: Signature, argument: Value | Null, parameter: Parameter) -> Value | Null:
    name, type_ = parameter
    if isinstance(argument, Null):
        if signature.nullable and type_ == ANY:
            return argument
        raise Refused(f'Invalid value for "{name}" parameter: {conversions.NULL}.')
    if not signature.keeps:
        argument = bare(argument)
    elif type_ == STRING or plain(argument) is None:
        argument = plain(argument)
    if isinstance(argument, str) and not argument.isascii():
        argument = normal(argument)
    if argument is None and not (signature.nullable and type_ == ANY):
        raise Refused(f'Invalid value for "{name}" parameter: {conversions.NULL}.')
    try:
        return conversions.convert(argument, type_)
    except Refused as error:
        raise Refused(f'Invalid value for "{name}" parameter: {error.message}.', bound=error.bound) from error


def _distributed(name: str, signature: Signature, arguments: tuple[Value | Null, ...], files: Files) -> Value | Null:
    """The result, as a choice where an argument is one: both outcomes keep what is known of them."""
    conditions = [_condition(argument) for argument in arguments]
    first = next((condition for condition in conditions if condition is not None), None)
    if not signature.partial or first is None or any(other not in (None, first) for other in conditions):
        return _result(name, signature, arguments, files)
    outcomes: list[Value] = []
    for branch in (1, 2):
        taken = tuple(_branch(argument, branch) for argument in arguments)
        try:
            outcomes.append(untyped(call(name, taken, files)))
        except Refused as error:
            outcomes.append(apply("error", (error.message,)))
    return choose(first, *outcomes)


def _condition(argument: Value | Null) -> Value:
    match argument:
        case Unknown(term=Apply("if", (condition, _, _))):
            return condition
        case _:
            return None


def _branch(argument: Value | Null, branch: int) -> Value | Null:
    match argument:
        case Unknown(term=Apply("if", parts)):
            return parts[branch]
        case _:
            return argument


def _check_match(pattern: Value | Null, text: Value | Null) -> None:
    """Raises `Refused` where a pattern matches some texts only, and the text is known to be none of them."""
    if isinstance(pattern, str) and isinstance(text, Unknown) and text.excluded:
        texts = alternatives(pattern)
        if texts is not None and all(one in text.excluded for one in texts):
            raise Refused('Call to function "regex" failed: pattern did not match any part of the given string.')


def _measured(value: Value | Null) -> Value | Null:
    if isinstance(value, str):
        within_text(len(value))
    return value


def _result(name: str, signature: Signature, arguments: tuple[Value | Null, ...], files: Files) -> Value | Null:
    if not signature.module or not (signature.partial or all(is_known(untyped(each)) for each in arguments)):
        of_arn = of_user_arn(name, arguments, partial(call, files=files))
        if of_arn is not None:
            return of_arn
        known = tuple(map(untyped, arguments))
        result = apply(name, known, signature.result, not_null=True)
        if name == "regex":
            _check_match(*known)
        if signature.module != "numeric":
            return result
        from iac_keycheck.terraform.functions.bounds import bounded  # noqa: PLC0415 — rare

        return bounded(name, result, known)
    module = import_module(f"{__name__}.{signature.module}")
    functions: Mapping[str, Callable[..., Value | Null]] = module.FUNCTIONS
    try:
        given = (files, *arguments) if signature.module == "file_functions" else arguments
        return _measured(functions[name](*given))
    except Refused as error:
        if error.message.startswith("Invalid value for "):
            raise
        message = f'Call to function "{name}" failed: {error.message}.'
        raise Refused(message, static=error.static, bound=error.bound) from error
