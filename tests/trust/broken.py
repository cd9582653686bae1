"""Breaks each promise of docs/security.md on purpose and sees the test that keeps it fail: ``make broken``.

A promise is broken by a small change to the program, made in a copy of the project: what somebody might do who forgot
why a line is there. `test_promises` asks that each promise is broken here in some way.
"""

# ruff: noqa: E501 — a line of the program a line

from __future__ import annotations

import argparse
import os
import re
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from tests.conftest import PROJECT

COPIED: Final = ("iac_keycheck", "rules", "tests", "examples", "docs", "requirements", "pyproject.toml")
SECONDS: Final = 900


@dataclass(frozen=True, slots=True)
class Broken:
    """One way to break what ``test`` keeps: ``old`` stands once in ``file`` and becomes ``new``.

    ``cases`` names those of the test's cases that notice, where they are not all.
    """

    test: str
    file: str
    old: str
    new: str
    cases: str = ""


def _bound(file: str, line: str, cases: str) -> Broken:
    """A bound that is so high that what grows does not meet it."""
    name = line.partition("=")[0]
    return Broken(f"{_BOUNDS}::test_what_grows_meets_a_bound_that_is_named", file, line, f"{name}= 1 << 60", cases)


_CODE: Final = "tests/trust/test_no_code_runs.py"
_FILES: Final = "tests/trust/test_files_and_network.py"
_BOUNDS: Final = "tests/trust/test_bounds.py"
_HARMLESS: Final = "tests/trust/test_injection.py"
_SAME: Final = "tests/trust/test_same_bytes.py"
_LOADED: Final = "    own = built_in.folder()\n"
_LOADED_TOO: Final = f'{_LOADED}    folders = [*folders, *(["rules"] if __import__("os").path.isdir("rules") else [])]\n'
_SCANNED: Final = "    known = load(chosen.rules_dir)\n"
_RENDERED: Final = "    text: str = module.render(report, view)\n"

BREAKS: Final = (
    Broken(f"{_CODE}::test_nothing_that_lies_in_the_tree_is_imported", "iac_keycheck/judging/rule_files.py", _LOADED, _LOADED_TOO),
    Broken(f"{_CODE}::test_nothing_is_imported_by_the_module_run_in_isolation", "iac_keycheck/judging/rule_files.py", _LOADED, _LOADED_TOO),
    Broken(f"{_CODE}::test_the_module_run_does_not_look_for_what_it_imports_in_the_working_directory", "iac_keycheck/__main__.py",
           "if not sys.flags.safe_path and", "if False and"),
    Broken(f"{_CODE}::test_settings_that_nobody_named_run_no_rules", "iac_keycheck/command/config.py",
           'if named is None and "rules-dir" in config.values:', "if False:"),
    Broken(f"{_CODE}::test_git_runs_nothing_that_the_checkout_names", "iac_keycheck/discovery/changes.py",
           '    ("core.fsmonitor", "false"),\n', ""),
    Broken(f"{_CODE}::test_git_runs_nothing_that_the_checkout_names", "iac_keycheck/discovery/changes.py",
           "settings=(*_SAFE, *_filters(top))", "settings=_SAFE"),
    Broken(f"{_CODE}::test_a_git_that_would_run_what_the_checkout_names_is_refused", "iac_keycheck/discovery/changes.py",
           'if _git(top, "config", "--get", "core.hooksPath").strip() != os.devnull:', "if False:"),
    Broken(f"{_CODE}::test_git_fetches_nothing_that_the_checkout_lacks", "iac_keycheck/discovery/changes.py",
           '"GIT_NO_LAZY_FETCH": "1", "GIT_ALLOW_PROTOCOL": "none", ', ""),
    Broken(f"{_FILES}::test_nothing_outside_is_opened_or_told", "iac_keycheck/workspace.py",
           "return any(real == root or real.startswith(root.rstrip(os.sep) + os.sep) for root in self.roots)", "return True"),
    Broken(f"{_FILES}::test_nothing_outside_is_opened_or_told", "iac_keycheck/workspace.py",
           "_FLAGS | os.O_NOFOLLOW", "_FLAGS"),
    Broken(f"{_FILES}::test_a_checkout_is_the_limit_of_what_lies_around_a_named_file", "iac_keycheck/workspace.py",
           'if os.path.exists(os.path.join(here, ".git")):\n            return here', 'if os.path.exists(os.path.join(here, ".git")):\n            return os.path.dirname(here)'),
    Broken(f"{_FILES}::test_around_a_directory_that_is_in_no_checkout_nothing_counts", "iac_keycheck/discovery/patterns.py",
           "if self._is_top(real):", "if False:"),
    Broken(f"{_FILES}::test_every_report_is_written_without_a_look_elsewhere", "iac_keycheck/report/__init__.py",
           _RENDERED, _RENDERED + '    open("/etc/hostname", "rb").close()\n'),
    Broken(f"{_FILES}::test_nothing_is_written_but_what_options_name", "iac_keycheck/scan.py",
           _SCANNED, f'    open(".iac-keycheck.cache", "wb").close()\n{_SCANNED}'),
    Broken(f"{_FILES}::test_nothing_is_written_through_a_link_that_leads_out", "iac_keycheck/command/output.py",
           "    if leads_out(path):", "    if False:", "report"),
    Broken(f"{_FILES}::test_nothing_is_written_through_a_link_that_leads_out", "iac_keycheck/holding/updating.py",
           "    if leads_out(file):", "    if False:", "baseline"),
    Broken(f"{_FILES}::test_what_the_environment_says_to_other_programs_does_not_count", "iac_keycheck/report/json_report.py",
           '"version": __version__}', '"version": __version__ + __import__("os").environ.get("TF_WORKSPACE", "")}'),
    Broken(f"{_FILES}::test_settings_that_nobody_named_lead_nowhere_else", "iac_keycheck/command/config.py",
           "if inside is not None and not inside.contains(path.as_posix()):", "if False:", "config"),
    Broken(f"{_FILES}::test_settings_that_nobody_named_lead_nowhere_else", "iac_keycheck/command/config.py",
           "if inside is not None and baseline is not None and not _is_in(inside, baseline):", "if False:", "baseline"),
    Broken(f"{_FILES}::test_what_is_no_regular_file_does_not_make_the_scan_wait", "iac_keycheck/workspace.py",
           "os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC", "os.O_RDONLY | os.O_CLOEXEC", "main.tf"),
    Broken(f"{_FILES}::test_what_is_in_a_pipe_is_left_there", "iac_keycheck/workspace.py",
           "if not stat.S_ISREG(info.st_mode):", "if False:"),
    Broken(f"{_FILES}::test_no_process_is_started_and_no_socket_made", "iac_keycheck/scan.py",
           _SCANNED, f"    import socket\n    socket.socket().close()\n{_SCANNED}"),
    Broken(f"{_FILES}::test_no_process_is_started_and_no_socket_made", "iac_keycheck/scan.py",
           _SCANNED, f'    import subprocess\n    subprocess.run(["true"])\n{_SCANNED}'),
    Broken(f"{_FILES}::test_only_git_is_started_and_only_where_what_changed_is_asked_for", "iac_keycheck/scan.py",
           _SCANNED, f'    import subprocess\n    subprocess.run(["true"])\n{_SCANNED}'),
    Broken(f"{_FILES}::test_a_scan_goes_on_where_sockets_are_forbidden", "iac_keycheck/scan.py",
           _SCANNED, f'    import socket\n    socket.getaddrinfo("localhost", 1)\n{_SCANNED}', "text"),
    _bound("iac_keycheck/terraform/tokens.py", "MAX_DEPTH = 120", "brackets in HCL"),
    _bound("iac_keycheck/terraform/scanner.py", "MAX_CHAIN = 1000", "operators in a row"),
    _bound("iac_keycheck/terraform/scanner.py", "MAX_SEQUENCES = 10_000", "templates text"),
    _bound("iac_keycheck/cloudformation/reader.py", "VALUES = 200_000", "values template"),
    Broken(f"{_BOUNDS}::test_what_grows_meets_a_bound_that_is_named", "iac_keycheck/deciding/candidates.py",
           "text = other.value if isinstance(other, Known) and isinstance(other.value, str) else None", "text = None", "values parameter"),
    _bound("iac_keycheck/terraform/number.py", "DIGITS = 4000", "digits of a number"),
    _bound("iac_keycheck/terraform/repetition.py", "ROUNDS = 100_000", "rounds of loops in loops"),
    _bound("iac_keycheck/terraform/measure.py", "PARTS = 200_000", "a list that doubles"),
    _bound("iac_keycheck/terraform/functions/arguments.py", "ELEMENTS = 100_000", "a list that is put together"),
    _bound("iac_keycheck/terraform/deployments.py", "CALLS = 500", "calls of modules"),
    _bound("iac_keycheck/terraform/deployments.py", "BLOCKS = 10_000", "blocks of users with keys"),
    _bound("iac_keycheck/terraform/entries.py", "CHARACTERS = 16_000_000", "characters of a block"),
    _bound("iac_keycheck/cloudformation/library.py", "RESOURCES = 2_000", "resources of a template"),
    _bound("iac_keycheck/terraform/deployments.py", "DEPTH = 32", "depth of modules"),
    _bound("iac_keycheck/terraform/members.py", "INSTANCES = 2_000", "instances of a count"),
    _bound("iac_keycheck/users/meetings.py", "COMBINATIONS = 20_000", "keys of one user"),
    _bound("iac_keycheck/users/together.py", "MOST = 20_000", "keys of one user by a count that may be off"),
    _bound("iac_keycheck/cloudformation/reader.py", "DEEPEST = 100", "nesting of YAML"),
    _bound("iac_keycheck/cloudformation/aliases.py", "LARGEST = 200_000", "aliases of YAML"),
    _bound("iac_keycheck/cloudformation/loops.py", "MOST_MEMBERS = 2048", "members of Fn::ForEach"),
    _bound("iac_keycheck/cloudformation/lists.py", "MOST_NETWORKS = 256", "networks of Fn::Cidr"),
    _bound("iac_keycheck/cloudformation/scope.py", "DEEPEST = 100", "a chain of conditions"),
    _bound("iac_keycheck/evidence/json_walk.py", "DEEPEST: Final = 200", "nesting of a plan that is long"),
    _bound("iac_keycheck/terraform/stacks.py", "MOST = 128", "stacks count"),
    _bound("iac_keycheck/cloudformation/nested.py", "MOST = 512", "stacks that"),
    Broken(f"{_BOUNDS}::test_what_grows_meets_a_bound_that_is_named", "iac_keycheck/cloudformation/collecting.py",
           "inner in (TOO_DEEP, TOO_MANY)", "inner == TOO_MANY", "stacks inside"),
    _bound("iac_keycheck/cloudformation/framework.py", "DEEPEST = 8", "variables of the Serverless"),
    _bound("iac_keycheck/terraform/terragrunt_files.py", "DEPTH = 16", "terragrunt asks"),
    _bound("iac_keycheck/evidence/json_walk.py", "LARGEST: Final = 16 << 20", "value plan"),
    _bound("iac_keycheck/evidence/table.py", "ROWS: Final = 10_000", "rows of a report"),
    _bound("iac_keycheck/evidence/reader.py", "OBJECTS: Final = 25_000", "users keys logins of a file"),
    Broken(f"{_BOUNDS}::test_what_grows_meets_a_bound_that_is_named", "iac_keycheck/evidence/json_walk.py",
           """case '"' if (text""", """case '!' if (text""", "text plan"),
    Broken(f"{_BOUNDS}::test_what_grows_meets_a_bound_that_is_named", "iac_keycheck/cloudformation/evaluation.py",
           'if template.count("${") > MOST_PARTS:', "if False:", "parts of Sub"),
    _bound("iac_keycheck/workspace.py", "PATH_LENGTH = 4096", "a path in code"),
    Broken(f"{_BOUNDS}::test_what_grows_meets_a_bound_that_is_named", "iac_keycheck/users/meetings.py",
           "key = id(declaration)  #", "key = declaration  #", "objects of one address"),
    Broken(f"{_BOUNDS}::test_what_grows_meets_a_bound_that_is_named", "iac_keycheck/discovery/tracked.py",
           "                if length > _LENGTH:\n                    return None\n", "                for end in range(len(path)):\n                    found.add(path[:end])\n", "paths in the index"),
    Broken(f"{_BOUNDS}::test_of_more_tracked_paths_than_can_be_kept_each_may_be_one", "iac_keycheck/discovery/tracked.py",
           "return self.paths is None or name", "return self.paths is not None and name"),
    Broken(f"{_BOUNDS}::test_numbers_in_settings_have_a_greatest_length", "iac_keycheck/checked_yaml.py",
           "if isinstance(event, ScalarEvent) and", "if False and"),
    Broken(f"{_BOUNDS}::test_limits_have_a_greatest_value", "iac_keycheck/checked_yaml.py",
           'if "maximum" in rules and', "if False and"),
    Broken(f"{_BOUNDS}::test_patterns_to_leave_out_have_a_greatest_length", "iac_keycheck/discovery/patterns.py",
           "if sum(map(len, listed)) > BYTES:", "if False:"),
    Broken(f"{_BOUNDS}::test_a_baseline_with_a_count_that_is_none_is_refused", "iac_keycheck/holding/baseline.py",
           "(KeyError, TypeError, ValueError, OverflowError)", "(KeyError, TypeError, ValueError)"),
    Broken(f"{_BOUNDS}::test_a_baseline_has_a_greatest_size", "iac_keycheck/holding/baseline.py",
           "if Path(path).stat().st_size > _BYTES:", "if False:"),
    Broken(f"{_BOUNDS}::test_all_that_grows_fits_into_little_memory", "iac_keycheck/users/sightings.py",
           "        except Refused:\n            return  #", "        except ZeroDivisionError:\n            return  #"),
    Broken(f"{_BOUNDS}::test_a_file_has_a_greatest_size", "iac_keycheck/workspace.py", "if info.st_size > largest:", "if False:"),
    Broken(f"{_BOUNDS}::test_what_does_not_fit_into_memory_is_a_problem_of_its_file", "iac_keycheck/workspace.py",
           "        except MemoryError:\n", "        except ZeroDivisionError:\n"),
    Broken(f"{_BOUNDS}::test_directories_may_lead_back_into_themselves", "iac_keycheck/discovery/discover.py",
           "entry.is_dir(follow_symlinks=False)", "entry.is_dir()"),
    Broken(f"{_BOUNDS}::test_settings_take_no_aliases", "iac_keycheck/checked_yaml.py",
           "if isinstance(event, AliasEvent):", "if False:"),
    Broken(f"{_BOUNDS}::test_settings_nest_to_a_depth", "iac_keycheck/checked_yaml.py", "if depth > _LEVELS:", "if False:"),
    Broken(f"{_FILES}::test_links_that_lead_in_a_circle_are_told", "iac_keycheck/discovery/patterns.py",
           "    except OSError:\n        return False\n", "    except ValueError:\n        return False\n"),
    Broken(f"{_FILES}::test_documents_that_are_links_to_nothing_are_passed_over", "iac_keycheck/discovery/looking.py",
           "[error.problem for error in batch.errors if not isinstance(error, GoneError)]", "[error.problem for error in batch.errors]"),
    Broken(f"{_BOUNDS}::test_code_in_a_wide_encoding_is_told", "iac_keycheck/workspace.py",
           'if b"\\0" not in data[:64] and data[:2] not in _UTF_16:', "if True:"),
    Broken(f"{_BOUNDS}::test_a_list_of_modules_that_is_none_is_passed_over", "iac_keycheck/terraform/deployments.py",
           "if not isinstance(name, str) or not name or not isinstance(place, str):", "if not name:"),
    Broken(f"{_BOUNDS}::test_paths_in_the_index_of_git_have_a_greatest_length", "iac_keycheck/discovery/tracked.py",
           "if len(path) > _LONGEST:", "if False:"),
    Broken(f"{_BOUNDS}::test_patterns_made_linear_find_the_same", "iac_keycheck/discovery/wildmatch.py",
           "(?>{_ANY}*?{run})", "(?>{_ANY}*+{run})"),
    Broken(f"{_BOUNDS}::test_what_grows_meets_a_bound_that_is_named", "iac_keycheck/discovery/wildmatch.py",
           "(?>{_ANY}*?{run})", "{_ANY}*{run}", "stars of ignore patterns"),
    Broken(f"{_BOUNDS}::test_what_grows_meets_a_bound_that_is_named", "iac_keycheck/discovery/wildmatch.py",
           "(?>(?:[^\\0]*?/)??{part}/)", "(?:[^\\0]*/)?{part}/", "deep stars of ignore"),
    Broken(f"{_BOUNDS}::test_a_slip_in_settings_is_told_harmlessly", "iac_keycheck/report/visible.py",
           '"Cc", "Cf", "Cs"', '"Cc", "Cs"'),
    Broken(f"{_HARMLESS}::test_reports_are_harmless", "iac_keycheck/report/visible.py", '"Cc", "Cf", "Cs"', '"Cc", "Cs"', "text"),
    Broken(f"{_HARMLESS}::test_reports_are_harmless", "iac_keycheck/report/visible.py", '"Cc", "Cf", "Cs"', '"Cf", "Cs"', "text"),
    Broken(f"{_HARMLESS}::test_reports_are_harmless", "iac_keycheck/report/indented.py", "encode_basestring_ascii as quoted", "encode_basestring as quoted", "json"),
    Broken(f"{_HARMLESS}::test_reports_are_harmless", "iac_keycheck/report/csv_report.py", "if text.lstrip().startswith(_FORMULA) else text", "if False else text", "csv"),
    Broken(f"{_HARMLESS}::test_reports_are_harmless", "iac_keycheck/report/markdown.py", "return _MARKUP.sub(_entity, visible(text))", "return visible(text)", "markdown"),
    Broken(f"{_HARMLESS}::test_reports_are_harmless", "iac_keycheck/report/markup.py", "return escape(visible(scanned))", "return visible(scanned)", "html"),
    Broken(f"{_HARMLESS}::test_graphs_are_harmless", "iac_keycheck/report/graph_svg.py", "{escape(text)}</text>", "{text}</text>", "svg"),
    Broken(f"{_HARMLESS}::test_graphs_are_harmless", "iac_keycheck/report/graph_dot.py", """.replace('"', '\\\\"')""", "", "dot"),
    Broken(f"{_HARMLESS}::test_graphs_are_harmless", "iac_keycheck/report/graph_mermaid.py", r're.sub(r"[^\w .:/\-]", lambda found: f"#{ord(found[0])};", line)', "line", "mermaid"),
    Broken(f"{_HARMLESS}::test_secrets_are_in_no_report", "iac_keycheck/report/plain.py", "MASK if name in occurrence.sensitive else plain_json(value)", "plain_json(value)"),
    Broken(f"{_HARMLESS}::test_secrets_are_in_no_report", "iac_keycheck/evidence/terraform_objects.py", "            found[name] = value\n", '            found[name] = attributes.get("secret", value)\n'),
    Broken(f"{_HARMLESS}::test_secrets_are_in_no_report", "iac_keycheck/report/excerpt.py", "concealed(text)", "text", "text"),
    Broken(f"{_SAME}::test_the_hash_seed_does_not_matter", "iac_keycheck/scan.py", "sorted(merged, key=_order)", "sorted(merged, key=lambda one: hash(one.message))"),
    Broken(f"{_SAME}::test_the_number_of_jobs_does_not_matter", "iac_keycheck/scan.py", "sorted(merged, key=_order)", "sorted(merged, key=_order, reverse=chosen.jobs > 1)"),
    Broken(f"{_SAME}::test_the_order_of_files_does_not_matter", "iac_keycheck/report/json_report.py", '"version": __version__}', '"version": " ".join(__import__("os").listdir("."))}'),
    Broken(f"{_SAME}::test_the_version_of_python_does_not_matter", "iac_keycheck/report/json_report.py", '"version": __version__}', '"version": __import__("sys").version}'),
)  # fmt: skip


def main() -> int:
    """Break one promise after the other; 1 where a test does not notice."""
    parser = argparse.ArgumentParser(prog="python -m tests.trust.broken", description=(__doc__ or "").split("\n")[0])
    parser.add_argument("words", nargs="*", help="only those whose test, file or case has one of these words")
    words = parser.parse_args().words
    chosen = [one for one in BREAKS if not words or any(word in " ".join(_named(one)) for word in words)]
    unnoticed = 0
    with tempfile.TemporaryDirectory(prefix="broken-") as name:
        copy = Path(name)
        for part in COPIED:
            source = PROJECT / part
            if source.is_dir():
                shutil.copytree(source, copy / part, symlinks=True, ignore=shutil.ignore_patterns("__pycache__"))
            else:
                shutil.copy(source, copy / part)
        for one in chosen:
            said = _said(one, copy)
            unnoticed += said is None
            where = f"{one.test.partition('::')[2]}{f' [{one.cases}]' if one.cases else ''}"
            print(f"{where}\n  {one.file}: {_short(one.old)}  →  {_short(one.new) or 'nothing'}")  # noqa: T201 — a command line
            print(f"  {said or 'NOT NOTICED, or no such line any more'}", flush=True)  # noqa: T201 — a command line
    print(f"\n{len(chosen)} ways to break a promise, {unnoticed} of them not noticed")  # noqa: T201 — a command line
    return int(bool(unnoticed))


def _named(one: Broken) -> Iterator[str]:
    yield from (one.test, one.file, one.cases)


def _said(one: Broken, copy: Path) -> str | None:
    """What the test says of the broken program; None where it passes, or the line that is to be broken is gone."""
    path = copy / one.file
    whole = path.read_text("utf-8")
    if whole.count(one.old) != 1:
        return None
    path.write_text(whole.replace(one.old, one.new), "utf-8")
    command = [sys.executable, "-m", "pytest", "-q", "-x", "-p", "no:cacheprovider", "--tb=short", one.test]
    if one.cases:
        command += ["-k", " and ".join(one.cases.split())]
    try:
        done = subprocess.run(
            command,
            cwd=copy,
            env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
            capture_output=True,
            text=True,
            check=False,
            timeout=SECONDS,
        )
    except subprocess.TimeoutExpired:
        return f"it had not ended after {SECONDS} seconds"
    finally:
        path.write_text(whole, "utf-8")
    if done.returncode != 1:
        return None
    lines = re.findall(r"(?m)^E +(\S.*)$", done.stdout) or ["it failed"]
    return _short(lines[0], 150)


def _short(text: str, most: int = 90) -> str:
    line = " ".join(text.split())
    return line if len(line) <= most else f"{line[: most - 1]}…"


if __name__ == "__main__":
    sys.exit(main())
