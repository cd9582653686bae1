"""The HTML report as people use it: in a real browser, with the keyboard, in light and dark, on paper, in bulk."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from iac_keycheck.deciding.verdicts import Certainty
from iac_keycheck.findings import Counts, Report, Severity, Suppression
from iac_keycheck.records import replace
from iac_keycheck.report import View, rendered
from tests.browser import Browser, browser
from tests.sample_reports import NOTE, PROBLEM, SET_UP, finding, occurrence, report, undecided
from tests.test_report_pipelines import HOSTILE


def _graph(users: int = 2) -> dict[str, Any]:
    """What ``iac-keycheck graph --format json`` prints for users with two keys each."""
    location = {"path": "infra/main.tf", "line": 5}
    resources: list[dict[str, Any]] = []
    for number in range(users):
        user = f"aws_iam_user.u[{number}]"
        made = {"location": location, "condition": None}
        resources.append(
            {"address": user, "kind": "aws_iam_user", "instances": [_instance(user, name=f"u{number}")], **made}
        )
        for key in ("a", "b"):
            address = f"aws_iam_access_key.{key}[{number}]"
            owner = {"ref": user, "value": f"u{number}"}
            instance = _instance(address, user=owner, status="Active" if key == "a" else "Inactive")
            resources.append({"address": address, "kind": "aws_iam_access_key", "instances": [instance], **made})
    return {"deployments": [{"name": "infra", "language": "terraform", "resources": resources, "secrets": []}]}


def _instance(address: str, **attributes: Any) -> dict[str, Any]:  # noqa: ANN401 — JSON
    return {"address": address, "attributes": attributes}


WHOLE: Final = report(
    finding(occurrence(certainty=Certainty.ALWAYS)),
    finding(message='user "other" can have 2 active access keys'),
    finding(rule=SET_UP, message='user "alice" is set up with a key', suppressed=Suppression("ignore", "needed")),
    undecided=(undecided(),),
    problems=(PROBLEM,),
    notes=(NOTE,),
    graph=_graph,
)
EVIL: Final = report(
    finding(occurrence(HOSTILE, Certainty.ALWAYS), message=HOSTILE, deployment=HOSTILE),
    finding(occurrence("n" * 300, Certainty.ALWAYS), message="m" * 3000, deployment="d" * 300),
    undecided=(undecided(HOSTILE, HOSTILE), undecided("s" * 900, "r" * 900)),
    sources={"infra/main.tf": (HOSTILE.replace("\r\n", " ") + "\n") * 20},
    graph=_graph,
)


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    with browser() as one:
        yield one


@pytest.fixture
def page(chromium: Browser, tmp_path: Path) -> Browser:
    """The browser, showing the report of `WHOLE`."""
    return shown(chromium, WHOLE, tmp_path)


def shown(chromium: Browser, of: Report, folder: Path, **look: Any) -> Browser:  # noqa: ANN401 — of `look`
    path = folder / "report.html"
    path.write_text(rendered(of, "html", View("default", Severity.MEDIUM)), "utf-8")
    chromium.look(**look)
    chromium.show(path)
    return chromium


def visible_findings(page: Browser) -> list[str]:
    text = "Array.from(document.querySelectorAll('.finding:not([hidden]) summary b')).map((one) => one.textContent)"
    found: list[str] = page.value(text)
    return found


# What has the focus: its tag, with its name or address.
FOCUS: Final = "document.activeElement.tagName + (document.activeElement.name || location.hash)"


def test_the_page_asks_for_itself_alone_and_its_policy_stops_nothing_of_its_own(page: Browser) -> None:
    assert len(page.requests) == 1
    assert page.complaints == []
    assert page.value("getComputedStyle(document.querySelector('.skip')).position") == "absolute"
    assert page.value("document.querySelector('form.filters').hidden") is False


def test_the_policy_stops_what_is_not_of_the_page(page: Browser) -> None:
    page.value("document.body.insertAdjacentHTML('beforeend', '<img src=x.png onerror=\"window.hit = 1\">')")
    page.value(
        "{const s = document.createElement('script'); s.textContent = 'window.hit = 2'; document.body.append(s)}"
    )
    page.value("new Promise((done) => setTimeout(done, 200))")
    assert page.value("window.hit") is None
    assert len(page.requests) == 1
    assert any("Content Security Policy" in complaint for complaint in page.complaints)


def test_what_was_scanned_runs_nothing_and_makes_no_element(chromium: Browser, tmp_path: Path) -> None:
    page = shown(chromium, EVIL, tmp_path)
    assert page.complaints == []
    assert len(page.requests) == 1
    assert page.value("document.querySelectorAll('script').length") == 1
    assert page.value("document.querySelectorAll('img, iframe, object, embed, link, base').length") == 0
    page.value("document.querySelector('select[name=group]').value = 'user'")
    page.value("document.querySelector('select[name=group]').dispatchEvent(new Event('change', {bubbles: true}))")
    assert page.value("document.querySelectorAll('script').length") == 1
    assert "<script>alert(1)</script>" in page.value("document.querySelector('h3.group').textContent")


def test_a_slash_leads_to_the_search_and_escape_clears_it(page: Browser) -> None:
    assert len(visible_findings(page)) == 3
    page.press("/")
    assert page.value("document.activeElement.type") == "search"
    page.write('"other" keys')
    assert visible_findings(page) == ['user "other" can have 2 active access keys, when var.both = true']
    assert page.value("document.getElementById('told').textContent") == "1 of 3 shown"
    page.write("zzz/")
    assert visible_findings(page) == []
    assert page.value("document.getElementById('none').hidden") is False
    page.press("Escape")
    assert len(visible_findings(page)) == 3
    assert page.value("document.getElementById('none').hidden") is True


def test_the_search_looks_into_the_source(page: Browser) -> None:
    page.press("/")
    page.write("aws_iam_user.ci.name")
    assert len(visible_findings(page)) == 3


def test_the_skip_link_is_first_and_shows_when_it_has_the_focus(page: Browser) -> None:
    page.press("Tab")
    assert page.value("document.activeElement.className") == "skip"
    assert page.value("document.activeElement.getBoundingClientRect().left") > 0
    page.press("Enter")
    assert page.becomes(FOCUS, "SECTION#findings")
    page.press("Tab")
    assert page.value("document.activeElement.type") == "search"


def test_whatever_has_the_focus_is_outlined(page: Browser) -> None:
    seen = set()
    for _ in range(40):
        page.press("Tab")
        tag = page.value("document.activeElement.tagName")
        if tag == "BODY":
            break
        seen.add(tag)
        outline = "getComputedStyle(document.activeElement).outlineStyle"
        assert page.value(outline) != "none", tag
        on_top = """(() => {
          const box = document.activeElement.getBoundingClientRect();
          return box.bottom > 0 && box.top < innerHeight;
        })()"""
        assert page.value(on_top), tag
    assert {"A", "INPUT", "SELECT", "BUTTON", "SUMMARY", "PRE"} <= seen


def test_a_box_filters_by_the_space_bar_and_all_comes_back(page: Browser) -> None:
    page.value("document.querySelector('input[value=fails]').focus()")
    page.press(" ")
    assert [one.partition(" is ")[0].partition(" can ")[0] for one in visible_findings(page)] == [
        'user "other"', 'user "alice"'
    ]  # fmt: skip
    for value in ("passes", "suppressed"):
        page.value(f"document.querySelector('input[value={value}]').focus()")
        page.press(" ")
    assert visible_findings(page) == []
    page.value("document.getElementById('reset').focus()")
    page.press("Enter")
    assert len(visible_findings(page)) == 3
    assert page.value("document.activeElement.type") == "search"


def test_findings_open_and_close_by_the_keyboard(page: Browser) -> None:
    is_open = "document.querySelector('.finding').open"
    assert page.value(is_open) is True
    page.value("document.querySelector('.finding summary').focus()")
    page.press("Enter")
    assert page.value(is_open) is False
    for name, number in (("open", 3), ("close", 0)):
        page.value(f"document.querySelector('button[name={name}]').focus()")
        page.press("Enter")
        assert page.value("document.querySelectorAll('.finding[open]').length") == number


def test_findings_are_grouped_by_the_controls_of_a_framework(page: Browser) -> None:
    page.value("document.querySelector('select[name=group]').focus()")
    for _ in range(4):
        page.press("ArrowDown")
    assert page.value("document.activeElement.value") == "framework:cis-aws-3.0.0"
    titles = "Array.from(document.querySelectorAll('h3.group:not([hidden])')).map((one) => one.textContent)"
    assert page.value(titles) == ["1.13 (2)", "no control of cis-aws-3.0.0 (1)"]
    page.value("document.querySelector('input[value=suppressed]').click()")
    assert page.value(titles) == ["1.13 (2)"]
    page.value("document.querySelector('select[name=group]').value = ''")
    page.value("document.querySelector('select[name=group]').dispatchEvent(new Event('change', {bubbles: true}))")
    assert page.value(titles) == []


def test_a_link_opens_the_documentation_of_its_rule(page: Browser) -> None:
    assert page.value("document.getElementById('rule-AC_AWS_0554').open") is False
    page.value("document.querySelector('.finding dd a').focus()")
    page.press("Enter")
    assert page.becomes("document.getElementById('rule-AC_AWS_0554').open", wanted=True)
    assert page.value("document.querySelector('#rule-AC_AWS_0554 h3').textContent") == "What it finds"


# The least contrast of text with its ground (https://www.w3.org/TR/WCAG21/#contrast-minimum), and where it is.
CONTRAST: Final = """(() => {
  const parts = (colour) => colour.match(/[\\d.]+/g).map(Number);
  const light = (rgb) => {
    const [r, g, b] = rgb.map((c) => c / 255).map((c) => c <= 0.04045 ? c / 12.92 : ((c + 0.055) / 1.055) ** 2.4);
    return 0.2126 * r + 0.7152 * g + 0.0722 * b;
  };
  const ground = (one) => {
    for (; one; one = one.parentElement) {
      const box = one.tagName === "g" ? one.querySelector("rect") : null;
      const said = getComputedStyle(box || one)[box ? "fill" : "backgroundColor"];
      const colour = said === "none" ? [0, 0, 0, 0] : parts(said);
      if (colour[3] !== 0) { return colour.slice(0, 3); }
    }
    return [255, 255, 255];
  };
  let least = [99, ""];
  document.querySelectorAll("details").forEach((one) => { one.open = true; });
  document.querySelectorAll("body *:not(script)").forEach((one) => {
    const own = Array.from(one.childNodes).some((node) => node.nodeType === 3 && node.data.trim());
    if (!own || !one.checkVisibility()) { return; }
    const style = getComputedStyle(one);
    const under = ground(one);
    const colour = parts(one.namespaceURI.endsWith("svg") ? style.fill : style.color);
    const [low, high] = [light(colour.slice(0, 3)), light(under)].sort((a, b) => a - b);
    const ratio = (high + 0.05) / (low + 0.05);
    if (ratio < least[0]) { least = [ratio, one.tagName + "." + one.getAttribute("class") + ": " + one.textContent]; }
  });
  return least;
})()"""


@pytest.mark.parametrize("dark", [False, True])
def test_text_stands_out_in_light_and_dark(chromium: Browser, tmp_path: Path, dark: bool) -> None:  # noqa: FBT001
    page = shown(chromium, WHOLE, tmp_path, dark=dark)
    red = page.value("getComputedStyle(document.body).backgroundColor.match(/\\d+/)[0]")
    assert (int(red) < 60) == dark
    ratio, where = page.value(CONTRAST)
    assert ratio >= 4.5, where


@pytest.mark.parametrize("width", [1200, 700, 340])
def test_nothing_makes_the_page_wider_than_the_window(chromium: Browser, tmp_path: Path, width: int) -> None:
    page = shown(chromium, EVIL, tmp_path, width=width)
    page.value("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
    assert page.value("document.documentElement.scrollWidth") <= width


def test_on_paper_everything_is_open_and_the_controls_are_gone(page: Browser) -> None:
    page.value("document.querySelectorAll('.finding')[1].open = false")
    before = page.value("document.querySelectorAll('details[open]').length")
    closed = "document.querySelectorAll('details:not([open])').length"
    page.value(f"addEventListener('beforeprint', () => {{ window.left = {closed}; }})")
    assert page.printed().startswith(b"%PDF")
    assert page.value("window.left") == 0
    assert page.value("document.querySelectorAll('details[open]').length") == before
    page.look(media="print", dark=True)
    assert page.value("getComputedStyle(document.querySelector('.filters')).display") == "none"
    assert page.value("getComputedStyle(document.querySelector('nav')).display") == "none"
    assert page.value("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"


def test_without_script_the_page_is_whole_but_for_the_filters(chromium: Browser, tmp_path: Path) -> None:
    text = rendered(WHOLE, "html", View("default", Severity.MEDIUM)).replace("<script>", '<script type="off">')
    path = tmp_path / "off.html"
    path.write_text(text, "utf-8")
    chromium.look()
    chromium.show(path)
    assert chromium.value("document.querySelector('form.filters').checkVisibility()") is False
    assert len(visible_findings(chromium)) == 3


def test_hundreds_of_findings_and_thousands_of_users_stay_usable(chromium: Browser, tmp_path: Path) -> None:
    many = [
        replace(finding(occurrence(f"u{number}", Certainty.ALWAYS)), message=f"user u{number} has 2 active access keys")
        for number in range(1500)
    ]
    counts = Counts(files=1, deployments=1, users=5000, access_keys=10000)
    of = report(*many, graph=lambda: _graph(5000), counts=counts)
    text = rendered(of, "html", View("default", Severity.MEDIUM))
    assert len(text) < 12_000_000
    page = shown(chromium, of, tmp_path)
    assert page.value("document.querySelectorAll('.finding[open]').length") == 10
    assert page.value("document.querySelectorAll('.ikc-svg rect').length") <= 400
    assert "4867 further users" in page.value("document.getElementById('picture').textContent")
    page.press("/")
    page.write("u1234")
    assert visible_findings(page) == ["user u1234 has 2 active access keys"]
