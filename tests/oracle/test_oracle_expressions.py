"""A short slice of the comparison of expressions; `python -m tests.oracle expressions` runs more."""

import json
import subprocess

import pytest

from tests.oracle import analyzer, expression_check, found, terraform_program
from tests.oracle.expression_truth import answers
from tests.oracle.random_expressions import VARIABLES
from tests.oracle.tally import Tally
from tests.oracle.terraform_functions import CALLS, LEFT_OUT


@pytest.fixture(autouse=True)
def _terraform() -> None:
    lacking = terraform_program.missing()
    if lacking:
        pytest.skip(f"needs {lacking}")


def test_random_expressions_have_the_value_and_type_that_terraform_gives_them() -> None:
    tally = Tally()
    with terraform_program.running() as terraform:
        try:
            expression_check.check(terraform, range(2300, 2450), tally, keep=None)
        except analyzer.Missing as error:
            pytest.skip(f"needs the analyzer: {error}")
    assert not tally.failures, "\n".join(tally.lines())


def test_expressions_that_failed_once_have_the_value_that_terraform_gives_them() -> None:
    expressions = expression_check.found(found.FOLDER)
    with terraform_program.running() as terraform:
        truth = answers(terraform, expressions, VARIABLES)
    try:
        wrong = [expression_check.difference(*row) for row in zip(expressions, truth, strict=True)]
    except analyzer.Missing as error:
        pytest.skip(f"needs the analyzer: {error}")
    assert not list(filter(None, wrong))


def test_every_function_of_terraform_is_called_or_left_out_for_a_reason() -> None:
    told = subprocess.run(["terraform", "metadata", "functions", "-json"], capture_output=True, text=True, check=True)
    functions = {name for name in json.loads(told.stdout)["function_signatures"] if "::" not in name}
    assert functions == {call.name for call in CALLS} | set(LEFT_OUT)
