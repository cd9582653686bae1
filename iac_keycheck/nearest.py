"""The right word that somebody probably meant."""

from __future__ import annotations

from collections.abc import Iterable


def or_rather(word: str, right: Iterable[str]) -> str:
    """The same, ``; did you mean x?``, to be appended to what is no sentence."""
    return did_you_mean(word, right).replace(" Did", "; did", 1)


def did_you_mean(word: str, right: Iterable[str]) -> str:
    """`` Did you mean x?`` to be appended to a message, or nothing where no word is near."""
    import difflib  # noqa: PLC0415 — needed only where a word is wrong

    shown = {other.casefold(): other for other in right}
    found = difflib.get_close_matches(word.casefold(), shown, n=1, cutoff=0.6)
    if not found:
        # A part of a long name is near as well: `two_active` for `iam_user_two_active_access_key`.
        found = [other for other in shown if len(word) > 2 and word.casefold() in other][:1]  # noqa: PLR2004
    return f" Did you mean {shown[found[0]]}?" if found else ""
