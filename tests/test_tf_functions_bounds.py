"""Calls that would take a gigabyte or a minute end at once, and calls of what is no function say so."""

from __future__ import annotations

import subprocess
import sys

import pytest

from iac_keycheck.deciding.shapes import STRING
from iac_keycheck.deciding.values import Items, Leaf, Origin, Refused, Unknown, Value
from iac_keycheck.terraform import functions
from iac_keycheck.terraform.functions.signatures import SIGNATURES
from tests.running import in_time
from tests.tf_values import KnownFiles, unknown, value_of

BOMB = "a: &a [x,x,x,x,x,x,x,x,x,x]\n" + "".join(
    f"{name}: &{name} [{','.join([f'*{before}'] * 10)}]\n" for before, name in zip("abcdefg", "bcdefgh", strict=True)
)
LONG = Items("list", ("a" * 1000,) * 100, STRING)
MANY = Items("list", tuple(map(str, range(1000))), STRING)
VARIABLES: dict[str, Value] = {"long": LONG, "many": MANY, "text": "ab" * 500_000, "bomb": BOMB, "deep": "[" * 100_000}


@pytest.mark.parametrize(
    "expression",
    [
        'format("%999999999d", 1)',
        'format("%9999999999999999999d", 1)',
        'format("%.99999999f", 1)',
        'format("%3000000s%3000000s", "a", "b")',
        'indent(1000000000, "a\\nb")',
        "setproduct(many, many)",
        "setproduct(many, many, many, many)",
        'join(join("", long), many)',
        'replace(text, "a", join("", long))',
        'replace(text, "/a|b/", join("", long))',
        'regexall(".?", text)',
        'split("", text)',
        "yamldecode(bomb)",
        "jsondecode(deep)",
        "yamldecode(deep)",
        'jsondecode("1e999999999")',
        'tonumber("1e99999999999999999999")',
        'tonumber(join("", [for x in many : "1234567890"]))',
        "pow(10, 1000)",
        "range(1000000000)",
        "range(0, 1, 0.0000001)",
        'parseint(join("", [for x in many : "ffffff"]), 16)',
        "1e3000 * 1e3000 * 1e3000",
        'regex("((((a{10}){10}){10}){10}){10}", "a")',
        'regex("%s", "a")' % ("(" * 1000),
    ],
)
def test_a_result_without_measure_is_refused_at_once(expression: str) -> None:
    with in_time(), pytest.raises(Refused):
        value_of(expression, VARIABLES)


def test_a_pattern_that_takes_too_long_gives_an_opaque_value_that_says_so() -> None:
    value = value_of('regex("^(([a-z])+.)+[A-Z]([a-z])+$", text)', {"text": "a" * 5000})
    assert isinstance(value, Unknown)
    assert isinstance(value.term, Leaf)
    assert value.term.input.origin is Origin.OPAQUE
    assert "seconds" in value.term.input.reason


def test_an_unknown_function_is_refused_with_the_nearest_name() -> None:
    with pytest.raises(Refused, match=r'There is no function named "lowr". Did you mean "lower"') as caught:
        value_of('lowr("A")')
    assert caught.value.static


@pytest.mark.parametrize("expression", ['list("a")', 'map("a", 1)', "xyzzy()"])
def test_a_function_that_is_gone_or_never_was_is_refused_for_good(expression: str) -> None:
    with pytest.raises(Refused) as caught:
        value_of(expression)
    assert caught.value.static


@pytest.mark.parametrize(
    "expression", ["lower()", 'lower("a", "b")', "timestamp(1)", "lookup({})", 'lookup({}, "a", 1, 2)']
)
def test_a_wrong_number_of_arguments_is_refused_for_good(expression: str) -> None:
    with pytest.raises(Refused) as caught:
        value_of(expression)
    assert caught.value.static


def test_functions_may_be_called_by_their_full_name() -> None:
    assert value_of('core::lower("A")') == "a"


def test_a_function_of_a_provider_is_opaque_and_the_same_for_the_same_arguments() -> None:
    assert isinstance(value_of('provider::aws::arn_parse("x")'), Unknown)
    assert value_of('provider::aws::arn_parse("x") == provider::aws::arn_parse("x")') is True


@pytest.mark.parametrize("name", sorted(functions.NAMES - {"try", "can"}))
def test_every_function_answers_to_unknown_arguments(name: str) -> None:
    signature = SIGNATURES[name]
    more = [signature.more] * 2 if signature.more else []
    arguments = tuple(unknown(parameter, kind) for parameter, kind in (*signature.parameters, *more))
    if name == "lookup":
        arguments = arguments[:3]
    result = functions.call(name, arguments, KnownFiles())
    assert isinstance(result, Unknown | Items) or name == "pathexpand"


def test_importing_the_functions_loads_none_of_them() -> None:
    heavy = ("yaml", "regex", "hashlib", "ipaddress", "difflib", "uuid", "json")
    # what the interpreter loads to find an editable installation is not ours
    code = (
        "import sys, iac_keycheck; before = set(sys.modules); import iac_keycheck.terraform.functions; "
        f"print([m for m in {heavy} if m in sys.modules and m not in before])"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
