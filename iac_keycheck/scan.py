"""The whole line from paths to a report: discover, read, decide, check, suppress."""

from __future__ import annotations

import os
import posixpath
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from datetime import UTC, datetime

from iac_keycheck.choices import Choices, Misuse
from iac_keycheck.discovery.discover import Found
from iac_keycheck.discovery.looking import Look, look
from iac_keycheck.discovery.patterns import Ignored, Patterns
from iac_keycheck.findings import Counts, Finding, Meta, Note, Occurrence, Report, Rule, Severity, Undecided, User
from iac_keycheck.graph import Graph
from iac_keycheck.judging.rule_files import FIXTURES, load, named, select
from iac_keycheck.records import replace
from iac_keycheck.resource import ACCESS_KEY, USER, Deployment
from iac_keycheck.source import InputError, Problem, Span
from iac_keycheck.workspace import EVIDENCE_BYTES, Workspace, join, shown, start_of

TYPE_CHECKING = False
if TYPE_CHECKING:
    from pathlib import Path

    from iac_keycheck.evidence.reading import Reading
    from iac_keycheck.holding.baseline import Baseline
    from iac_keycheck.users.literals import Literal

Progress = Callable[[str, int, int], None]
# The rules that answer the questions of the last line, which counts both whatever is asked for.
_TWO_ACTIVE = "AC_AWS_0554"
_SET_UP_TOGETHER = "CIS_AWS_1_11"
_COUNTED = (_TWO_ACTIVE, _SET_UP_TOGETHER)


def scan(
    paths: Sequence[str | Path],
    choices: Choices | None = None,
    progress: Progress | None = None,
    seen: Look | None = None,
) -> Report:
    """Scan files and directories. Raises `Misuse` for options that cannot be carried out, and nothing else.

    ``seen`` is what a look at the paths with these choices has shown, where there was one.
    """
    chosen = choices or Choices()
    known = load(chosen.rules_dir)
    frameworks, controlled = _controls(known, chosen.frameworks)
    rules = select(known, (*chosen.rules, *controlled), chosen.skipped)
    asked = (*rules, *(rule for rule in known if rule.meta.id in _COUNTED and rule not in rules))
    baseline = _baseline(chosen)
    severities = {rule.meta.id: word for name, word in chosen.severities.items() for rule in named(known, name)}
    if chosen.changed_since is not None:
        from iac_keycheck.discovery.changes import changed  # noqa: PLC0415 — it runs git

        paths = changed(paths, chosen.changed_since)
    words = tuple(dict.fromkeys(word for rule in rules for word in rule.meta.words))
    if seen is None:
        seen = _look(paths, chosen, words)
    graph, problems = _graph(seen, chosen, progress, words)
    found, workspace = seen.found, seen.workspace
    findings, undecided, broken = _checked(graph, asked)
    problems += broken
    merged = list(_merged(findings))
    undecided += _gaps(graph, seen, asked)
    problems += graph.problems()
    notes: tuple[Note, ...] = ()
    if chosen.ignores:
        merged, notes = _suppressed(merged, workspace, graph.as_of, rules, known)
    if found.named:
        merged, undecided = _touching(merged, undecided, found)
    if chosen.excludes:
        merged, undecided = _without(Patterns.of(chosen.excludes), merged, undecided)
    marked = _fingerprinted(sorted(merged, key=_order))
    if baseline is not None:
        from iac_keycheck.holding.baseline import Scope  # noqa: PLC0415 — imported by now

        whole = not found.named and not chosen.excludes and chosen.changed_since is None
        scope = Scope.of(found.tops, (rule.meta.id for rule in rules), whole=whole)
        marked, remarks = baseline.applied(marked, workspace.texts, scope)
        notes += remarks
    reported = {rule.meta.id for rule in rules}
    return Report(
        as_of=graph.as_of.strftime("%Y-%m-%dT%H:%M:%SZ"),
        counts=_counts(graph, found, marked, undecided),
        findings=tuple(_graded(finding, severities) for finding in marked if finding.rule.id in reported),
        undecided=tuple(
            dict.fromkeys(
                sorted(_about(reported, undecided), key=lambda one: (one.span, one.subject, one.reason, one.rule_ids))
            )
        ),
        problems=_told_once(problems),
        notes=notes,
        rules=tuple(replace(rule, meta=_regraded(rule.meta, severities)) for rule in rules),
        frameworks=frameworks,
        sources=workspace.texts,
        graph=graph.to_json,
    )


def _told_once(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    """The problems in order; of one that deployments take for more or less, the gravest."""
    ordered = sorted(problems, key=lambda one: (one.span, one.kind, one.message, one.relevant))
    return tuple({(one.span, one.kind, one.message): one for one in ordered}.values())


def _controls(rules: Sequence[Rule], names: Sequence[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The frameworks that are asked about, and the ids of the rules with controls in them."""
    if not names:
        return (), ()
    from iac_keycheck.judging.frameworks import frameworks, with_controls  # noqa: PLC0415 — only where one is

    found = frameworks(rules, names)
    return found, with_controls(rules, found)


def _examples(paths: Sequence[str | Path], folders: Sequence[str]) -> Iterator[str]:
    """Patterns for the fixtures of somebody's rules, which are bad on purpose; not where one of them is scanned."""
    named = tuple(f"{shown(path)}/" for path in paths)
    for folder in folders:
        fixtures = f"{join(shown(folder), FIXTURES)}/"
        if not fixtures.startswith("../") and not any(path.startswith(fixtures) for path in named):
            yield f"/{_literal(fixtures)}"


def _literal(path: str) -> str:
    """A pattern that means this path alone."""
    return "".join(f"\\{character}" if character in "\\*?[" else character for character in path)


def _baseline(choices: Choices) -> Baseline | None:
    if choices.baseline is None:
        return None
    from iac_keycheck.holding.baseline import read  # noqa: PLC0415 — only where there is one

    return read(choices.baseline)


def build(paths: Sequence[str | Path], choices: Choices | None = None) -> Graph:
    """The graph of what a scan sees, without rules."""
    return surveyed(paths, choices)[0]


def surveyed(paths: Sequence[str | Path], choices: Choices | None = None) -> tuple[Graph, tuple[Problem, ...]]:
    """The graph of what a scan sees, and what is wrong with it in stable order."""
    chosen = choices or Choices()
    graph, problems = _graph(_look(paths, chosen, ()), chosen, None, ())
    found = sorted((*problems, *graph.problems()), key=lambda one: (one.span, one.kind, one.message))
    return graph, tuple(dict.fromkeys(found))


def _look(paths: Sequence[str | Path], choices: Choices, wanted: tuple[str, ...]) -> Look:
    left_out = (*choices.excludes, *_examples(paths, choices.rules_dir))
    ignored = Ignored(Patterns.of(left_out), choices.gitignore)
    return look(paths, ignored, wanted, choices.overlay, gone=choices.changed_since is not None)


def _graph(
    seen: Look, choices: Choices, progress: Progress | None, wanted: tuple[str, ...]
) -> tuple[Graph, list[Problem]]:
    workspace = seen.workspace
    problems = list(seen.problems)
    code = [*_terraform(seen, choices, problems, progress)]
    templates, readings = _documents(seen, choices, problems, progress)
    if templates:
        from iac_keycheck.cloudformation.deployments import deployments as stacks  # noqa: PLC0415 — only for these

        code += stacks(templates, choices, workspace, wanted)
    if readings:
        from iac_keycheck.evidence.reader import deployments  # noqa: PLC0415 — only where there is some

        code = [*deployments(code, readings, choices.limits.setup_window)]
    code = [_of_account(one, choices.accounts) for one in code] if choices.accounts else code
    ordered = tuple(sorted(code, key=lambda one: (one.name, one.language)))
    generated = [one.evidence.generated for one in ordered if one.evidence.generated is not None]
    as_of = choices.as_of or max(generated, default=None) or datetime.now(UTC)
    texts = [*seen.code_files(), *templates]

    def found_literals() -> Iterable[Literal]:
        watched = [path for path in texts if workspace.watched(path) is not False]
        if not watched:
            return ()
        from iac_keycheck.users.literals import literals  # noqa: PLC0415 — most code holds none

        return literals(watched, workspace)

    graph = Graph(
        ordered,
        as_of,
        as_of_given=choices.as_of is not None,
        limits=choices.limits,
        literals=found_literals,
    )
    return graph, problems


def _terraform(
    seen: Look, choices: Choices, problems: list[Problem], progress: Progress | None
) -> Iterator[Deployment]:
    if not seen.candidates and not seen.units:
        return
    from iac_keycheck.terraform.deployments import Modules, deployment, roots  # noqa: PLC0415 — most runs have no keys

    modules = Modules(seen.workspace, seen.found.directories, seen.units)
    tops = roots(seen.candidates, modules)
    problems += modules.problems
    for index, root in enumerate(tops):
        if progress is not None:
            progress(root, index, len(tops))
        if not modules.relevant(root, seen.about_keys):
            continue
        try:
            yield deployment(root, modules, choices, seen.about_keys)
        except Misuse:
            raise
        except Exception as error:  # noqa: BLE001 — one of the two doors: a fault of ours in one deployment loses no other
            problems.append(_internal(error, start_of(root)))


def _documents(
    seen: Look, choices: Choices, problems: list[Problem], progress: Progress | None
) -> tuple[dict[str, str], list[Reading]]:
    """The texts of all templates by their paths, and what all evidence shows."""
    templates: dict[str, str] = {}
    readings: list[Reading] = []
    if seen.documents:
        from iac_keycheck.cloudformation.detect import is_template  # noqa: PLC0415 — only where there are documents
    workspace = seen.workspace
    for path, evident in seen.documents.items():
        try:
            reading = None
            if evident:
                data = workspace.read(path, EVIDENCE_BYTES)
                reading = _reading(path, data, choices, problems, progress)
            if reading is not None:
                readings.append(reading)
                if reading.text:
                    workspace.texts[path] = reading.text
            elif not evident or is_template(path, data):
                templates[path] = workspace.template(path)
        except InputError as error:
            problems.append(error.problem)
        except MemoryError:
            problems.append(Problem("bound", "there is not enough memory to read it", start_of(path)))
    return templates, readings


def _reading(
    path: str, data: bytes, choices: Choices, problems: list[Problem], progress: Progress | None
) -> Reading | None:
    from iac_keycheck.evidence.reader import read  # noqa: PLC0415 — only where there may be evidence

    def tick(done: int, total: int) -> None:
        if progress is not None:
            progress(f"{path} (MiB)", done >> 20, total >> 20)

    try:
        return read(path, data, tick, choices.limits.setup_window)
    except Exception as error:  # noqa: BLE001 — the door of evidence, which tells nothing of what it holds
        problems.append(_internal(error, start_of(path), secret=True))
        return None


def _checked(graph: Graph, rules: Iterable[Rule]) -> tuple[list[Finding], list[Undecided], list[Problem]]:
    findings: list[Finding] = []
    undecided: list[Undecided] = []
    problems: list[Problem] = []
    for rule in rules:
        try:
            for result in rule.check(graph):
                if isinstance(result, Finding):
                    findings.append(result)
                else:
                    undecided.append(result)
        except Exception as error:  # noqa: BLE001 — the other door: a fault in one rule loses no other
            problems.append(_internal(error, start_of(rule.path)))
    return findings, undecided, problems


def _internal(error: Exception, span: Span, *, secret: bool = False) -> Problem:
    """A fault of ours; its message is left out where it may hold something ``secret``."""
    import traceback  # noqa: PLC0415 — only for a fault

    if isinstance(error, MemoryError | RecursionError):
        what = "it takes more memory than there is" if isinstance(error, MemoryError) else "it is nested too deeply"
        return Problem("bound", f"{what}; what it would have shown is not reported", span)
    frame = traceback.extract_tb(error.__traceback__)[-1]
    place = f"{posixpath.basename(frame.filename.replace(os.sep, '/'))}:{frame.lineno}"
    what = type(error).__name__ if secret else f"{type(error).__name__}: {error}"
    return Problem("internal", f"a fault in iac-keycheck: {what} ({place})", span)


def _merged(findings: Iterable[Finding]) -> Iterator[Finding]:
    """Findings of one rule at one place are one finding with their instances, the surest first."""
    groups: dict[tuple[str, Span], list[Finding]] = {}
    for finding in findings:
        groups.setdefault((finding.rule.id, finding.span), []).append(finding)
    for group in groups.values():
        ordered = sorted(
            group, key=lambda one: (-one.certainty, -one.severity, one.first.user.address or "", one.first.keys)
        )
        instances = tuple(_different(instance for one in ordered for instance in one.instances))
        places = {place.span: place for one in reversed(ordered) for place in reversed(one.related)}
        related = tuple(dict.fromkeys(places[place.span] for one in ordered for place in one.related))
        subjects = tuple(dict.fromkeys(span for one in ordered for span in one.subject_spans))
        yield replace(ordered[0], instances=instances, related=related, subject_spans=subjects)


def _different(instances: Iterable[Occurrence]) -> Iterator[Occurrence]:
    """Each instance once: several states of one root module may show the same."""
    seen: dict[tuple[User, tuple[str, ...]], list[Occurrence]] = {}
    for instance in instances:
        alike = seen.setdefault((instance.user, instance.keys), [])
        if instance not in alike:
            alike.append(instance)
            yield instance


def _elsewhere(seen: Look) -> list[tuple[str, str, Span]]:
    """What is made with tools that are not read, once a file."""
    return [(one.path, one.reason, Span(one.path, one.line, 1, one.line, 1)) for one in seen.elsewhere]


def _gaps(graph: Graph, seen: Look, rules: Iterable[Rule]) -> list[Undecided]:
    """What no rule about all keys can tell."""
    ids = tuple(rule.meta.id for rule in rules if rule.meta.about_all_keys)
    if not ids:
        return []
    gaps = [(gap.subject, gap.reason, gap.span) for one in graph.deployments for gap in graph.gaps(one)]
    return [Undecided(ids, *gap) for gap in (*gaps, *_elsewhere(seen))]


def _suppressed(
    findings: list[Finding], workspace: Workspace, as_of: datetime, rules: Sequence[Rule], known: Sequence[Rule]
) -> tuple[list[Finding], tuple[Note, ...]]:
    from iac_keycheck.holding.suppress import apply_suppressions  # noqa: PLC0415

    ran, all_rules = [rule.meta for rule in rules], [rule.meta for rule in known]
    kept, notes = apply_suppressions(findings, workspace.texts, as_of, ran=ran, known=all_rules)
    return list(kept), notes


def _touching(
    findings: list[Finding], undecided: list[Undecided], found: Found
) -> tuple[list[Finding], list[Undecided]]:
    """What touches a named file, what is near one, or what lies below a named directory: at any of its places."""
    tops = tuple("" if top == "." else f"{top}/" for top in found.tops)

    def touches(path: str) -> bool:
        if path in found.named or path in found.near or (posixpath.dirname(path) or ".") in found.near:
            return True
        return bool(tops) and path.startswith(tops)

    return (
        [
            one
            for one in findings
            if one.deployment in found.near or any(touches(span.path) for span in (*_places(one), *_calls(one)))
        ],
        [one for one in undecided if touches(one.span.path)],
    )


def _calls(finding: Finding) -> Iterator[Span]:
    return (call.span for instance in finding.instances for call in instance.calls)


def _without(
    patterns: Patterns, findings: list[Finding], undecided: list[Undecided]
) -> tuple[list[Finding], list[Undecided]]:
    """What has some place that is not left out."""
    return (
        [one for one in findings if not all(patterns.match(span.path) for span in _places(one))],
        [one for one in undecided if not patterns.match(one.span.path)],
    )


def _places(finding: Finding) -> Iterator[Span]:
    yield finding.span
    yield from (place.span for place in finding.related)


def _of_account(deployment: Deployment, accounts: Sequence[tuple[str, str]]) -> Deployment:
    """The deployment with the account that somebody says it has; the last pattern that fits decides."""
    name = deployment.name
    fitting = [account for pattern, account in accounts if Patterns.of([pattern]).match(name, directory=True)]
    return replace(deployment, account=f"account {fitting[-1]}") if fitting else deployment


def _graded(finding: Finding, severities: Mapping[str, str]) -> Finding:
    """The finding with the severity that somebody gave all findings of its rule."""
    word = severities.get(finding.rule.id)
    if word is None:
        return finding
    instances = tuple(replace(one, severity=Severity[word.upper()], worse=None) for one in finding.instances)
    return replace(finding, rule=_regraded(finding.rule, severities), instances=instances)


def _regraded(meta: Meta, severities: Mapping[str, str]) -> Meta:
    word = severities.get(meta.id)
    return meta if word is None else replace(meta, severity=Severity[word.upper()])


def _order(finding: Finding) -> tuple[object, ...]:
    return (finding.span.path, finding.span.line, finding.span.column, finding.rule.id, finding.deployment)


def _fingerprinted(findings: Sequence[Finding]) -> tuple[Finding, ...]:
    from iac_keycheck.holding.fingerprints import fingerprinted  # noqa: PLC0415

    return fingerprinted(findings)


def _about(rules: Collection[str], undecided: Iterable[Undecided]) -> Iterator[Undecided]:
    """What could not be told of these rules."""
    for one in undecided:
        ids = tuple(id_ for id_ in one.rule_ids if id_ in rules)
        if ids:
            yield one if len(ids) == len(one.rule_ids) else replace(one, rule_ids=ids)


def _counts(graph: Graph, found: Found, findings: Sequence[Finding], undecided: Sequence[Undecided]) -> Counts:
    levels = {"always": 0, "default": 0, "possible": 0, "undecided": 0}
    together = console = 0
    for finding in findings:
        if finding.suppressed is not None:
            continue
        if finding.rule.id == _TWO_ACTIVE:
            for instance in finding.instances:
                levels[str(instance.certainty)] += 1
        elif finding.rule.id == _SET_UP_TOGETHER:
            together += len(finding.instances)
            console += sum(1 for instance in finding.instances if instance.severity == finding.rule.severity)
    levels["undecided"] = len({(one.subject, one.span) for one in undecided if _TWO_ACTIVE in one.rule_ids})
    return Counts(
        files=found.files,
        deployments=len({one.name for one in graph.deployments if not one.is_evidence}),
        users=graph.number(USER),
        access_keys=graph.number(ACCESS_KEY),
        more_than_one=levels,
        set_up_together=together,
        with_console=console,
    )


__all__ = ["Choices", "Misuse", "Report", "build", "scan"]
