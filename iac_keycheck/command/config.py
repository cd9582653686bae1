"""The settings file: what it may say is in ``config.schema.json``; a slip is told with its line and the right word.

Its code-running setting, ``rules-dir``, counts only in a file that somebody named: one that happens to lie in the
working directory may have come with the code.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import timedelta
from pathlib import Path

from iac_keycheck.checked_yaml import checked, schema
from iac_keycheck.choices import Misuse
from iac_keycheck.levels import SETTINGS_FILE
from iac_keycheck.limits import Limits
from iac_keycheck.records import dataclass
from iac_keycheck.workspace import Workspace, readable_roots

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any


@dataclass(frozen=True, slots=True)
class Config:
    """Settings that were checked, and the path of their file."""

    path: Path
    values: Mapping[str, Any]

    def options(self) -> dict[str, Any]:
        """What takes the place of options that are not given, by their names in the program."""
        values = self.values
        found = {
            "fail_on": values.get("fail-on"),
            "min_severity": values.get("min-severity"),
            "excludes": tuple(values.get("exclude", ())),
            "rules_dir": tuple(self._beside(folder) for folder in values.get("rules-dir", ())),
            "baseline": self._beside(values["baseline"]) if "baseline" in values else None,
            "no_gitignore": not values.get("gitignore", True),
        }
        return {name: value for name, value in found.items() if value}

    def choices(self, *, all_rules: bool) -> dict[str, Any]:
        """What no option says. Rules are turned off only where ``all_rules`` run, not where somebody names some."""
        rules: Mapping[str, object] = self.values.get("rules", {})
        limits: Mapping[str, int] = self.values.get("limits", {})
        usual = Limits()
        return {
            "skipped": tuple(name for name, said in rules.items() if said in ("off", False)) if all_rules else (),
            "severities": {name: said for name, said in rules.items() if said not in ("on", "off", True, False)},
            "accounts": tuple(self.values.get("accounts", {}).items()),
            "limits": Limits(
                limits.get("max-age-days", usual.max_age_days),
                limits.get("max-unused-days", usual.max_unused_days),
                timedelta(seconds=limits["setup-window"]) if "setup-window" in limits else usual.setup_window,
            ),
        }

    def _beside(self, path: str) -> str:
        return (self.path.parent / path).as_posix()


def settled(options: Mapping[str, Any], given: Collection[str]) -> dict[str, Any]:
    """The options, with what the settings file says of those that are not ``given``. Raises `Misuse`."""
    found = find(options.get("config"))
    if found is None:
        return {**options, "configured": {}}
    values = {name: value for name, value in found.options().items() if name in options and name not in given}
    return {**options, **values, "configured": found.choices(all_rules="rules" not in given)}


def find(named: str | None) -> Config | None:
    """The file that was ``named``, else that of the working directory, if there is one. Raises `Misuse`."""
    path = Path(named or SETTINGS_FILE)
    if named is None and not path.is_file():
        return None
    inside = Workspace(readable_roots((".",))) if named is None else None
    if inside is not None and not inside.contains(path.as_posix()):
        raise Misuse(f"{path}: it is a link that leads out of the checkout, so it must be named: --config {path}.")
    config = Config(path, checked(path, schema("config")))
    baseline = config.options().get("baseline")
    if inside is not None and baseline is not None and not _is_in(inside, baseline):
        raise Misuse(f"{path}: baseline: {baseline} is no file of the checkout; name it yourself: --baseline.")
    if named is None and "rules-dir" in config.values:
        raise Misuse(
            f"{path}: rules-dir runs code, so it counts only in a file that you name: --config {path}, or --rules-dir."
        )
    return config


def _is_in(checkout: Workspace, path: str) -> bool:
    """Whether a file that is there lies in a checkout, and reading it cannot make the program wait."""
    try:
        return checkout.contains(path) and (Path(path).is_file() or not Path(path).exists())
    except OSError:
        return False  # no file can have such a name
