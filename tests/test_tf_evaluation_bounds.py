"""Bad input of the Terraform language ends at once, in a problem that names it or an entry that is undecided."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.running import scan

KEY = """
resource "aws_iam_user" "u" {
  name = %s
}

resource "aws_iam_access_key" "k" {
  user = aws_iam_user.u.name
}
"""


def _chain(first: str, step: str, links: int = 40) -> str:
    """Locals, each made of the one before."""
    lines = [f"  t0 = {first}", *(f"  t{n + 1} = {step.replace('T', f'local.t{n}')}" for n in range(links))]
    return "\n".join(["locals {", *lines, "}", 'variable "x" {}', ""])


def _nested(opening: str, inner: str, closing: str, times: int) -> str:
    return opening * times + inner + closing * times


BAD = {
    "a type error": ("[1] + {}", "", "number required"),
    "an unknown function": ('lowr("A")', "", 'There is no function named "lowr"'),
    "a cycle of locals": ("local.a", "locals {\n  a = local.b\n  b = local.a\n}\n", "depends on itself"),
    "nothing divided by zero": ('"${0 / 0}"', "", "division by zero"),
    # `terraform console` gives +Inf for it, and for the power
    "a division by zero": ('"${1 / 0}"', "", "without end"),
    "a power without end": ('"${pow(10, 1e9)}"', "", "without end"),
    "a number with a huge exponent": ('"${1e999999999}"', "", "too large"),
    "a number of very many digits": (f'"${{{"9" * 100_000}}}"', "", "too large"),
    "numbers that are multiplied on and on": ("local.t40", _chain("123456789", "T * T"), "digits"),
    "a range of a billion": ('"${length(range(1000000000))}"', "", "more than 1024"),
    "a very wide format": ('format("%999999999d", 1)', "", "width|characters"),
    "a text that is doubled on and on": ("local.t40", _chain('"xxxxxxxxxx"', '"${T}${T}"'), "characters"),
    "an unknown text that is doubled on and on": ("local.t40", _chain("lower(var.x)", '"${T}${T}"'), "operations"),
    "an unknown choice that is made on and on": (
        "local.t40",
        _chain('"a"', 'var.x ? "${T}a" : "${T}b"'),
        "operations",
    ),
    "a list that holds itself twice on and on": ('"${length(local.t40)}"', _chain("[1]", "[T, T]"), "parts"),
    "an object that holds itself twice": (
        '"${length(local.t40)}"',
        _chain("{}", "{ a = T, b = T }"),
        "parts",
    ),
    "loops in loops": (
        '"${length([for a in range(1000) : [for b in range(1000) : [for c in range(1000) : 1]]])}"',
        "",
        "100000 times",
    ),
    "loops in loops of a template": (
        f'"{_nested("%{for a in range(1000)}", "x", "%{endfor}", 3)}"',
        "",
        "100000 times",
    ),
    "texts of loops in loops": (
        'join("", [for i in range(1000) : join("", [for j in range(1000) : "0123456789"])])',
        "",
        "100000 times",
    ),
    "escapes of escapes": (_nested("jsonencode(", '"a"', ")", 60), "", "characters"),
    "parentheses in parentheses": (f'"${{{_nested("(", "1", ")", 3000)}}}"', "", "too deeply"),
    "templates in templates": (_nested('"${', '"a"', '}"', 500), "", "too deeply"),
    "calls in calls": (_nested("lower(", '"a"', ")", 3000), "", "too deeply"),
    "a long chain of choices": ('"a" == "b" ? "x" : ' * 3000 + '"c"', "", "too long"),
    "a long sum": (f'"${{{"1 + " * 20_000}1}}"', "", "too long"),
}


@pytest.mark.parametrize("what", BAD)
def test_bad_input_ends_in_what_names_it(what: str, tmp_path: Path) -> None:
    name, before, named = BAD[what]
    (tmp_path / "main.tf").write_text(before + KEY % name)
    report = scan(tmp_path).report
    told = [problem["message"] for problem in report["problems"]] + [entry["reason"] for entry in report["undecided"]]
    assert any(part in message for message in told for part in named.split("|")), told


@pytest.mark.parametrize(
    "name",
    [
        _nested("try(", "var.x.a", ', "b")', 60),
        _nested("try(upper(", "var.x.a", '), "b")', 40),
        f'"${{length({"".join(f"[for v{n} in var.x : " for n in range(60))}1{"]" * 60})}}"',
        'regex("^(([a-z])+.)+[A-Z]([a-z])+$", var.x)',
    ],
    ids=["attempts in attempts", "attempts in functions in attempts", "loops over the unknown", "a slow pattern"],
)
def test_what_is_deep_and_unknown_ends_at_once(name: str, tmp_path: Path) -> None:
    (tmp_path / "main.tf").write_text('variable "x" {}\n' + KEY % name)
    report = scan(tmp_path).report
    assert report["findings"] or report["undecided"]
