"""What the tests that build and install the project share."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

PROJECT = Path(__file__).parents[1]
NO_NETWORK = re.compile(
    "Could not find a version that satisfies|NewConnectionError|name resolution|Max retries exceeded"
)
# The same examples in every run, however busy the machine is: what is left to chance has commands of its own.
settings.register_profile("anywhere", derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("anywhere")
_LEFT_OUT = (".git", ".venv*", "build", "dist", "*.egg-info", "__pycache__", ".*_cache", ".hypothesis")


@pytest.fixture(scope="session")
def project_copy(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The sources as they stand, without what is built or cached, so that a build leaves no trace in the checkout."""
    copy = tmp_path_factory.mktemp("project") / "iac-keycheck"
    shutil.copytree(PROJECT, copy, symlinks=True, ignore=shutil.ignore_patterns(*_LEFT_OUT))
    return copy
