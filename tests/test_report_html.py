"""The HTML report as text: one file that loads nothing, and in which nothing that was scanned is markup."""

from __future__ import annotations

import base64
import hashlib
import re
import subprocess
import sys
from html.parser import HTMLParser
from typing import Final

import pytest

from iac_keycheck.deciding.verdicts import Certainty
from iac_keycheck.findings import Report, Severity, Suppression
from iac_keycheck.report import View, rendered
from tests.conftest import PROJECT
from tests.sample_reports import NOTE, PROBLEM, finding, framed, occurrence, report, undecided
from tests.test_report_pipelines import HOSTILE

WHOLE: Final = report(
    finding(occurrence(certainty=Certainty.ALWAYS)),
    finding(),
    finding(suppressed=Suppression("ignore", "both are needed")),
    undecided=(undecided(),),
    problems=(PROBLEM,),
    notes=(NOTE,),
)
# Elements and attributes of the page itself; what was scanned may add none.
LOADING: Final = frozenset({"src", "srcset", "data", "action", "formaction", "background", "poster", "ping", "style"})


class _Page(HTMLParser):
    """The elements of a page with their attributes, and the text of its style and script."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.raw: dict[str, list[str]] = {}
        self._open = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Keep an element."""
        self.elements.append((tag, dict(attrs)))
        self._open = tag

    def handle_endtag(self, tag: str) -> None:
        """Leave an element."""
        self._open = "" if tag == self._open else self._open

    def handle_data(self, data: str) -> None:
        """Keep what the browser takes for code."""
        if self._open in {"style", "script"}:
            self.raw.setdefault(self._open, []).append(data)


def page(of: Report) -> str:
    return rendered(of, "html", View("default", Severity.MEDIUM))


def test_the_page_is_the_same_every_time() -> None:
    assert page(WHOLE) == page(WHOLE)
    assert page(WHOLE).endswith("</html>\n")


@pytest.mark.parametrize("of", [report(), WHOLE])
def test_the_page_refers_to_nothing_outside(of: Report) -> None:
    for tag, attributes in _Page(page(of)).elements:
        assert tag not in {"link", "img", "iframe", "object", "embed", "base", "image", "use"}
        assert not LOADING & attributes.keys()
        assert (attributes.get("href") or "#").startswith("#")


def test_the_policy_allows_the_own_style_and_script_and_nothing_else() -> None:
    found = _Page(page(WHOLE))
    (policy,) = (one["content"] for tag, one in found.elements if tag == "meta" and "http-equiv" in one)
    assert policy is not None
    allowed = dict(part.strip().split(" ", 1) for part in policy.split(";"))
    assert allowed["default-src"] == allowed["base-uri"] == allowed["form-action"] == "'none'"
    for name in ("style", "script"):
        (text,) = found.raw[name]
        digest = base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
        assert allowed[f"{name}-src"] == f"'sha256-{digest}'"
    assert not any(key.startswith("on") for _, attributes in found.elements for key in attributes)


def test_what_was_scanned_is_text_and_shows_all_its_characters() -> None:
    evil = report(
        finding(occurrence(HOSTILE, Certainty.ALWAYS), message=HOSTILE, deployment=HOSTILE),
        undecided=(undecided(HOSTILE, HOSTILE),),
        sources={"infra/main.tf": (HOSTILE.replace("\r\n", " ") + "\n") * 20},
    )
    text = page(evil)
    assert {tag for tag, _ in _Page(text).elements} <= {tag for tag, _ in _Page(page(WHOLE)).elements}
    assert text.count("<script") == 1
    assert not re.search("[\x00-\x09\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069\ud800-\udfff]", text)


def test_controls_that_were_asked_about_stand_open_and_group_the_findings() -> None:
    text = page(framed("soc2", "cis-aws-3.0.0"))
    chosen = re.findall(r'<option value="([^"]*)" selected>', text)
    assert chosen == ["framework:soc2"]
    tables = re.findall(r"<details open><summary><b>([^<]*)</b>", text.partition('<section id="controls"')[2])
    assert tables == ["soc2", "cis-aws-3.0.0"]
    assert "framework:pci-dss-4.0.1" not in text
    assert '<th scope="row">1.13</th><td><code>AC_AWS_0554</code></td><td><b class="HIGH">1</b></td>' in text
    whole = page(framed())
    assert "selected" not in re.sub(r"(?s)<script>.*?</script>", "", whole)
    assert "<b>pci-dss-4.0.1</b>" in whole


def test_no_other_report_imports_what_only_this_one_needs() -> None:
    code = """
import sys
from iac_keycheck.command.cli import main
try:
    main(["scan", "examples"])
finally:
    print({"markdown_it", "rich"} & sys.modules.keys())
"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, cwd=PROJECT)
    assert done.stdout.splitlines()[-1] == "set()"
