"""What CloudFormation refuses of a template, each at its line, with everything else still told."""

from __future__ import annotations

import random
import shutil
import subprocess
from pathlib import Path

import pytest

from iac_keycheck.choices import Choices
from iac_keycheck.cloudformation.allowed_patterns import matches, slip_in
from iac_keycheck.resource import ACCESS_KEY
from iac_keycheck.scan import scan
from tests.cfn import deployment, deployments, told

TWO = """\
Resources:
  A: {Type: AWS::IAM::AccessKey, Properties: {UserName: ci}}
  B: {Type: AWS::IAM::AccessKey, Properties: {UserName: ci}}
"""


@pytest.mark.parametrize(
    ("more", "line", "message"),
    [
        # "The logical ID must be alphanumeric (A-Za-z0-9)": the pages on resources, parameters, outputs and mappings
        ("  my-key: {Type: AWS::IAM::AccessKey, Properties: {UserName: x}}", 4, "in Resources have letters and digits"),
        ("Parameters: {my_stage: {Type: String}}", 4, "in Parameters have letters and digits alone, unlike my_stage"),
        ("Outputs: {a.b: {Value: x}}", 4, "in Outputs"),
        ("Mappings:\n  a-b: {x: {y: z}}", 5, "in Mappings"),
        # names that no text of ours may judge: of conditions, and of what loops and transforms make
        ("Conditions: {Has&Two: !Equals [a, b]}", None, ""),
        ("Transform: AWS::LanguageExtensions\nOutputs: {'Fn::ForEach::X': [I, [a], {'O${I}': {Value: x}}]}", None, ""),
        # "Type": text that names a type, and no function
        ("  C: {Type: !Ref T, Properties: {UserName: ci}}", 4, "no Type that is plain text"),
        ("  C: {Type: !Sub 'AWS::IAM::AccessKey', Properties: {UserName: ci}}", 4, "no Type that is plain text"),
        ("  C: !Key {Type: AWS::IAM::AccessKey, Properties: {UserName: ci}}", 4, "C has no Type that is plain text"),
        # functions that there are not, wherever they stand
        ("  C: {Type: AWS::SNS::Topic, Properties: {TopicName: !Foo x}}", 4, "Fn::Foo is no intrinsic function"),
        ("  C: {Type: AWS::SNS::Topic, Properties: {TopicName: {'Fn::Foo': x}}}", 4, "Fn::Foo is no intrinsic"),
        ("  C: {Type: AWS::IAM::AccessKey, Properties: {UserName: !Foo x}}", 4, "Fn::Foo is no intrinsic function"),
        ("Metadata: {Hello: '!World', Fn::Note: x, y: z}", None, ""),
        ("Conditions: {C: !Not [!Condition D], D: !Equals [a, b]}", None, ""),
        # "The rule functions work only in the Rules section"
        (
            "  C: {Type: AWS::IAM::AccessKey, Properties: {UserName: {'Fn::ValueOf': [P, T]}}}",
            4,
            "stands in Rules only",
        ),
        (
            "  C: {Type: AWS::IAM::AccessKey, Properties: {UserName: {'Fn::RefAll': 'AWS::EC2::VPC::Id'}}}",
            4,
            "in Rules",
        ),
        # Fn::Sub: "a string as first argument, and an optional second argument to specify a mapping of values"
        ("  C: {Type: AWS::IAM::AccessKey, Properties: {UserName: !Sub [ci, !Ref AWS::Region]}}", 4, "second argument"),
        # a login profile is an object whose Password is required
        ("  C: {Type: AWS::IAM::User, Properties: {LoginProfile: secret}}", 4, "LoginProfile is a map"),
        ("  C: {Type: AWS::IAM::User, Properties: {LoginProfile: {PasswordResetRequired: true}}}", 4, "a Password"),
        # "Invalid template property or properties", "unsupported property", "template resource property"
        ("Paramters: {P: {Type: String}}", 4, "a template has no section Paramters; did you mean Parameters?"),
        ("Description: d\nMetadata: {}\nHooks: {}\nAWSTemplateFormatVersion: '2010-09-09'", None, ""),
        ("  C: {Type: AWS::IAM::User, Properties: {Username: ci}}", 4, "no property Username; did you mean UserName?"),
        ("  C: {Type: AWS::IAM::AccessKey, Conditions: X, Properties: {UserName: ci}}", 4, "no attribute Conditions"),
        ("  C: {Type: AWS::IAM::User, Properties: !If [X, {}, {}]}", 4, "a map, which Fn::If cannot give"),
        ("  C: {Type: AWS::IAM::User, Properties: []}", 4, "Properties is a map"),
        ("  C: {Type: AWS::IAM::User, Properties: {Fn::Transform: {Name: M}}}", None, ""),
        # one file, one document; an end, a comment and a start are no second one
        ("---\nResources: {}", 5, "a second YAML document"),
        ("---\n# nothing\n", None, ""),
        ("...\n", None, ""),
        # which Java calls an unclosed character class
        ("Parameters: {P: {Type: String, AllowedPattern: '[a-z'}}", 4, "no regular expression"),
        ("Parameters: {P: {Type: String, AllowedPattern: '[a-z&&[^b]]+'}}", None, ""),
    ],
)
def test_what_cannot_be_deployed_is_a_problem_at_its_line(more: str, line: int | None, message: str) -> None:
    found = deployment(f"{TWO}{more}\n")
    assert {problem.span.line for problem in found.problems} == ({line} - {None})
    assert line is None or any(message in problem.message for problem in found.problems)
    assert {"A", "B"} <= {key.address for key in found.of_kind(ACCESS_KEY)}
    assert told(found).certainty == "always"


def test_a_tag_on_a_template_is_no_function() -> None:
    (problem,) = deployment(f"--- !Stack\n{TWO}").problems
    assert (problem.span.line, problem.message) == (1, "Fn::Stack is no intrinsic function")


@pytest.mark.parametrize("first", ["a: 1\n", "a: 1\n---\nb: 2\n", "# nothing\n---\n", "Outputs: {}\nResources: {}\n"])
def test_a_template_that_is_not_the_first_document_is_a_problem(first: str) -> None:
    (found,) = deployments({"t.yaml": f"{first}---\n{TWO}"})
    (problem,) = found.problems
    assert (problem.span.line, problem.relevant) == (first.count("\n") + 2, True)
    assert "document" in problem.message
    assert not found.declarations


@pytest.mark.parametrize(
    ("name", "reason"),
    [("iam.yaml.j2", "a Jinja template"), ("iam.jinja2", "a Jinja template"), ("iam.cfn", ""), ("iam.yaml.tpl", None)],
)
def test_templates_are_known_by_their_usual_names(
    name: str, reason: str | None, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / name).write_text(TWO if not reason else TWO + "{% if more %}\n  # more\n{% endif %}\n")
    report = scan(["."], Choices(rules=("AC_AWS_0554",)))
    assert len(report.findings) == (reason == "")
    assert [bool(reason) and str(reason) in one.reason for one in report.undecided] == [True] * bool(reason)


LOOP = """\
    Transform: AWS::LanguageExtensions
    Parameters: {Names: {Type: CommaDelimitedList}}
    Resources:
      Fn::ForEach::Keys:
        - X
        - %s
        - %s: {Type: AWS::IAM::AccessKey, Properties: {UserName: ci}}
"""


@pytest.mark.parametrize(
    ("items", "name", "problems"),
    [("[a, b]", "Key${X}", 0), ("[a-1, b-1]", "Key${X}", 1), ("[a-1, b-1]", "Key&{X}", 0), ("!Ref Names", "K${X}", 0)],
)
def test_names_that_loops_make_have_letters_and_digits_alone(items: str, name: str, problems: int) -> None:
    found = deployment(LOOP % (items, name))
    assert [problem.span.line for problem in found.problems] == [7] * problems


def test_properties_may_come_out_of_a_loop() -> None:
    """As in "Replicate resource properties" on AWS's page on `Fn::ForEach`."""
    template = """\
        Transform: AWS::LanguageExtensions
        Parameters: {Names: {Type: CommaDelimitedList, Default: UserName}}
        Resources:
          A: {Type: AWS::IAM::AccessKey, Properties: {'Fn::ForEach::P': [X, [User, Other], {'${X}Name': 'ci-${X}'}]}}
          B: {Type: AWS::IAM::AccessKey, Properties: {UserName: ci-User}}
          C: {Type: AWS::IAM::AccessKey, Properties: {'Fn::ForEach::P': [X, !Ref Names, {'${X}': cd}]}}
          D: {Type: AWS::IAM::AccessKey, Properties: {UserName: cd}}
    """
    assert told(deployment(template)).certainty == "always"


def test_an_output_of_a_stack_that_is_deployed_elsewhere_is_an_input() -> None:
    """`Fn::GetStackOutput`: what it gives is known once both stacks stand, and the same where it is asked alike."""
    user = "{'Fn::GetStackOutput': {StackName: people, OutputName: %s}}"
    template = """\
        Resources:
          A: {Type: AWS::IAM::AccessKey, Properties: {UserName: %s}}
          B: {Type: AWS::IAM::AccessKey, Properties: {UserName: %s}}
    """
    assert told(deployment(template % (user % "Ci", user % "Ci"))).certainty == "always"
    assert told(deployment(template % (user % "Ci", user % "Cd"))).certainty is None
    assert told(deployment(template % (user % "Ci", "!GetStackOutput {StackName: people, OutputName: Ci}"))).certainty
    assert told(deployment(template % (user % "Ci", user % "{Ref: 'AWS::Region'}"))).certainty is None
    (problem,) = deployment(template % ("ci", "!GetStackOutput [people, Ci]")).problems
    assert (problem.span.line, "needs a StackName" in problem.message) == (3, True)


@pytest.mark.parametrize(
    ("pattern", "written", "fits"),
    [
        ("[a-z]+", "ab", True),
        ("[a-z]+", "aB", False),
        (r"\w+", "é", False),  # \w, \d and \s of Java are of ASCII
        (r"\d", "٣", False),
        (r"\p{Alpha}+", "1", True),  # of Java alone: it counts as matching
        ("[a-z&&[^b]]+", "b", True),
        ("[[:alpha:]]+", "1", True),
        ("(?u)a", "b", True),
    ],
)
def test_a_pattern_is_one_of_java(pattern: str, written: str, fits: bool) -> None:  # noqa: FBT001
    assert matches(pattern, written) is fits


PARTS = [
    *"abz09-^$.|()[]{}*+?\\,:=<>!&",
    *[
        r"\d",
        r"\w",
        r"\.",
        r"\[",
        r"(?:",
        r"(?=",
        r"{2}",
        r"{2,3}",
        r"[a-z]",
        r"[^a]",
        r"a-z",
        r"*+",
        r"*?",
        r"\p{Alpha}",
        r"(?<n>",
        r"\b",
    ],
]
JAVA = """
import java.io.*; import java.util.regex.*;
public class Patterns { public static void main(String[] a) throws Exception {
    BufferedReader in = new BufferedReader(new InputStreamReader(System.in, "UTF-8"));
    for (String line; (line = in.readLine()) != null;) {
        try { Pattern.compile(line); System.out.println("fine"); }
        catch (PatternSyntaxException e) { System.out.println("none"); }
    }
} }
"""


@pytest.mark.skipif(shutil.which("javac") is None, reason="there is no Java that could be asked")
def test_no_pattern_that_java_takes_is_called_none(tmp_path: Path) -> None:
    some = random.Random(3)  # noqa: S311 — the same patterns each time
    patterns = ["".join(some.choice(PARTS) for _ in range(some.randint(1, 7))) for _ in range(20_000)]
    source = tmp_path / "Patterns.java"
    source.write_text(JAVA)
    asked = subprocess.run(
        [str(shutil.which("java")), str(source)], input="\n".join(patterns), capture_output=True, text=True, check=True
    )
    told_of = {pattern for pattern in patterns if slip_in(pattern)}
    answers = dict(zip(patterns, asked.stdout.split(), strict=True))
    assert {answers[pattern] for pattern in told_of} == {"none"}
    assert len(told_of) > len(patterns) // 10
