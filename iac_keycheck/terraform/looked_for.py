"""The parts of texts for which code looks by functions, found without evaluating it."""

from __future__ import annotations

from collections.abc import Iterable
from itertools import islice

from iac_keycheck.deciding.parts_of_texts import gathered, of_function
from iac_keycheck.deciding.worlds import Parts
from iac_keycheck.expressions import expression

MOST = 24
"""Places that are looked at."""
_LOOKS = expression(
    r'\b(startswith|endswith|strcontains)\([^"\n]{1,100},\s*"([^"\\$%\n]{1,64})"\s*\)'
    r'|\b(regex|regexall)\(\s*"([^"\\%\n]{1,64})"\s*,'
)


def parts_looked_for(texts: Iterable[str]) -> Parts:
    """What functions in these texts of code look for."""
    found = (match.groups("") for text in texts for match in _LOOKS.finditer(text))
    return gathered(of_function(one or other, text or pattern) for one, text, other, pattern in islice(found, MOST))
