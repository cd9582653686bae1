"""What is told of expressions before their inputs are known: a short slice of `python -m tests.oracle unknowns`."""

from tests.oracle import unknown_check
from tests.oracle.tally import Tally


def test_what_is_told_before_inputs_are_known_is_so_whatever_they_are() -> None:
    tally = Tally()
    unknown_check.check(range(400), tally)
    assert not tally.failures, "\n".join(tally.lines())
