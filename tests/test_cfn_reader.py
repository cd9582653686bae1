"""Templates as text: places, forms, and what is wrong with them."""

from __future__ import annotations

import json
import re
import textwrap

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from iac_keycheck.cloudformation import nodes
from iac_keycheck.cloudformation.detect import is_template
from iac_keycheck.cloudformation.nodes import Node, Scalar, Sequence
from iac_keycheck.cloudformation.reader import read
from iac_keycheck.resource import ACCESS_KEY
from iac_keycheck.source import InputError
from tests.cfn import deployment, deployments, owners, told
from tests.running import in_time


def node(text: str) -> Node:
    document = read("t.yaml", text)
    assert document is not None
    return document.node()


def where(text: str, span_of: Node) -> str:
    """The text at a node's place."""
    lines = text.split("\n")
    span = span_of.span
    if span.line == span.end_line:
        return lines[span.line - 1][span.column - 1 : span.end_column - 1]
    first, *middle = lines[span.line - 1 : span.end_line]
    return "\n".join([first[span.column - 1 :], *middle[:-1], middle[-1][: span.end_column - 1]])


TEXT = """\
a: one  # comment
b:
  - two
  - {c: "thrée", d: !Sub x}

e: |
  four
  five

f: !GetAtt
  - G
  - H
"""


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a", "one"),
        ("b", '- two\n  - {c: "thrée", d: !Sub x}'),
        ("e", "|\n  four\n  five"),
        ("f", "!GetAtt\n  - G\n  - H"),
    ],
)
def test_a_value_has_the_place_of_its_text(name: str, text: str) -> None:
    root = node(TEXT)
    assert isinstance(root, nodes.Mapping)
    value = root.get(name)
    assert value is not None
    assert where(TEXT, value) == text


def test_json_has_places_too() -> None:
    text = '{\n\t"a": {"b": [1, "é", null]},\n\t"c": "\\u0041\\ud83d\\ude00"}'
    root = node(text)
    assert isinstance(root, nodes.Mapping)
    assert [where(text, entry.value) for entry in root.entries] == ['{"b": [1, "é", null]}', '"\\u0041\\ud83d\\ude00"']
    assert [entry.key_span.column for entry in root.entries] == [2, 2]


@pytest.mark.parametrize(
    ("short", "long"),
    [
        ("!Ref A", {"Ref": "A"}),
        ("!Condition A", {"Condition": "A"}),
        ("!GetAtt A.B.C", {"Fn::GetAtt": ["A", "B.C"]}),
        ("!GetAtt [A, B]", {"Fn::GetAtt": ["A", "B"]}),
        ("!Sub [a, {b: !Ref c}]", {"Fn::Sub": ["a", {"b": {"Ref": "c"}}]}),
        ("!If [a, !Equals [b, c], d]", {"Fn::If": ["a", {"Fn::Equals": ["b", "c"]}, "d"]}),
        ("!GetAZs ''", {"Fn::GetAZs": ""}),
        ("!Transform {Name: x}", {"Fn::Transform": {"Name": "x"}}),
    ],
)
def test_short_intrinsics_are_long_ones(short: str, long: object) -> None:
    assert nodes.plain(node(f"x: {short}")) == nodes.plain(node(json.dumps({"x": long})))


def test_scalars_keep_their_text() -> None:
    root = node("[012, 1.50, true, True, 'true', 2010-09-09, yes, ~, '', 1e3]")
    assert isinstance(root, Sequence)
    assert [item.text for item in root.items if isinstance(item, Scalar)] == [
        *("012", "1.50", "true", "true", "true", "2010-09-09", "yes", None, "", "1e3")
    ]


def test_merge_keys_and_aliases_are_carried_out() -> None:
    assert nodes.plain(node("a: &a {x: 1, y: 2}\nb: {<<: *a, y: 3}\nc: *a")) == (
        ("a", (("x", "1"), ("y", "2"))),
        ("b", (("x", "1"), ("y", "3"))),
        ("c", (("x", "1"), ("y", "2"))),
    )


_ODD = re.compile("[\x7f-\x9f\ufffe\uffff\u2028\u2029]")
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(exclude_categories=["Cs"])),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text("abc/\\\"' {}[]:,é", max_size=8), inner, max_size=4)
    ),
    max_leaves=12,
)


@settings(deadline=None)  # a busy machine is no error
@given(JSON, st.sampled_from([None, 2, "\t"]), st.booleans())
def test_json_is_read_as_json(value: object, indent: int | str | None, ascii_only: bool) -> None:  # noqa: FBT001
    text = json.dumps({"x": value}, indent=indent, ensure_ascii=ascii_only)
    if "\\ud" in text.lower() or (not ascii_only and _ODD.search(text)):
        return  # what stands there is another character, in the same place
    assert nodes.plain(node(text)) == _plain(json.loads(text))


def _plain(value: object) -> object:
    match value:
        case dict():
            return tuple((key, _plain(item)) for key, item in value.items())
        case list():
            return tuple(map(_plain, value))
        case bool():
            return "true" if value else "false"
        case None:
            return None
        case _:
            return str(value)


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        ("a:\n\tb: 1", 2, "a tab indents this line"),
        ("a: [\nb", 3, "did not find"),
        ("a: 1\n<<<<<<< HEAD\nb: 2\n=======\n", 2, "merge conflict"),
        ('{"a": 1,\n "b": ', 2, "cannot be read as JSON: expected value"),
        ('{"a": 1\n "b": 2}', 1, "expected ',' delimiter"),
        ("a: *b", 1, "undefined alias"),
        ("- " * 500, 1, "levels of nesting"),
        ("[" * 100_000, 1, "levels of nesting"),
        ('{"a": ' * 5000, 1, "levels of nesting"),
        ("a: \x01", 1, "control characters"),
        ("a: \ud800", 1, "surrogates"),
    ],
)
def test_text_that_cannot_be_read_is_a_problem_at_its_line(text: str, line: int, message: str) -> None:
    with pytest.raises(InputError) as raised:
        read("t.yaml", text)
    assert message in raised.value.problem.message
    assert raised.value.problem.span.line == line


BOMB = "x: &x [a, a, a, a, a, a, a, a]\n" + "".join(
    f"{c}: &{c} [{','.join(['*' + p] * 9)}]\n" for p, c in zip("xbcdefgh", "bcdefghi", strict=True)
)


@pytest.mark.parametrize(
    ("text", "line", "message"),
    [
        (f"Metadata:\n{textwrap.indent(BOMB, '  ')}", 7, "stand for more than"),
        ("Metadata: &a\n  x: [*a, &b {c: *b}]\n", 1, "inside what it names"),
    ],
)
def test_what_aliases_multiply_is_a_problem_and_the_rest_is_read(text: str, line: int, message: str) -> None:
    keys = f"Resources:\n  A: {KEY}\n  B: &key {KEY}\n  C: *key\n"
    found = deployment(text + keys)
    assert [key.address for key in found.of_kind(ACCESS_KEY)] == ["A", "B", "C"]
    assert found.problems
    assert found.problems[0].span.line == line
    assert all(message in problem.message and problem.relevant for problem in found.problems)


def test_a_template_of_which_nothing_would_be_left_is_not_read() -> None:
    (found,) = deployments({"t.yaml": f"Resources:\n  A: {KEY}\n  x: &x [{'a,' * 500}a]\n  y: [{'*x,' * 500}*x]\n"})
    assert not found.declarations
    (problem,) = found.problems
    assert (problem.span.line, "stand for more than" in problem.message) == (4, True)


KEY = "{Type: AWS::IAM::AccessKey, Properties: {UserName: ci}}"


@pytest.mark.parametrize(
    ("text", "is_one"),
    [
        (f"Resources: {{K: {KEY}}}", True),
        (f"Resources:\n  K: {KEY}", True),
        ('{"Resources": {"K": {"Type": "AWS::IAM::AccessKey"}}}', True),
        ('{"Resources":{"K":{"Type":"AWS\\u003a\\u003aIAM::User"}}}', True),
        ("  Resources:\n    K:\n      Type: 'Custom::X'\n", True),
        ("\ufeffResources:\n  K:\n    Type: AWS::X::Y\n", True),
        ("apiVersion: v1\ntype: AWS::IAM::AccessKey\n", False),
        ("Resources: {limits: {cpu: 1}}\nnote: AWS::IAM::AccessKey\n", False),
        ('{"resource_changes": [{"type": "aws_iam_user"}]}', False),
        ("", False),
        ("service: x\nresources:\n  Resources:\n    K:\n      Type: AWS::IAM::User\n", True),
    ],
)
def test_templates_are_told_from_other_text(text: str, is_one: bool) -> None:  # noqa: FBT001
    assert is_template("x.yaml", text.encode()) is is_one


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("Resources:\n{% for x in y %}\n  K:\n    Type: AWS::IAM::User\n{% endfor %}\n", "a Jinja template"),
        (
            "Resources:\n  K:\n    Type: AWS::IAM::User\n    Properties:\n      UserName: {{ name }}\n",
            "a Jinja template",
        ),
        ("Resources:\n{{ range .Users }}\n  K:\n    Type: AWS::IAM::User\n{{ end }}\n", "a Go template"),
        ("heat_template_version: 2013-05-23\nResources:\n  K:\n    Type: AWS::IAM::User\n", "a Heat template"),
    ],
)
def test_what_is_not_plain_text_for_cloudformation_is_declined_by_name(text: str, reason: str) -> None:
    assert is_template("x.yaml", text.encode())
    (found,) = deployments({"x.yaml": text})
    assert not found.problems
    assert [reason in gap.reason for gap in found.gaps] == [True]


def test_a_broken_template_about_keys_is_a_relevant_problem() -> None:
    (found,) = deployments({"x.yaml": "Resources:\n  K:\n    Type: AWS::IAM::User\n   Properties: x\n"})
    (problem,) = found.problems
    assert (problem.kind, problem.span.line, problem.relevant) == ("syntax", 4, True)


@pytest.mark.parametrize(
    ("conditions", "message"),
    [
        ("{A: !Condition B, B: !Condition A}", "it depends on itself"),
        ("{A: !Not [!Condition A]}", "it depends on itself"),
        ("{A: !Equals [a]}", "needs a list of 2 arguments"),
        ("{A: yes}", "a condition must be one of"),
        # "Cannot use Fn::ImportValue in Conditions"; Fn::If stands in metadata, update policies, properties and outputs
        ("{A: !Equals [!ImportValue x, y]}", "a condition cannot use Fn::ImportValue"),
        ("{A: !Equals [!If [B, x, y], y], B: !Equals [!Ref AWS::Region, us-east-1]}", "a condition cannot use Fn::If"),
        ("{A: !Not [!Contains [[a], b]]}", "Fn::Contains stands in Rules only"),
        ("{A: !And []}", "takes 2 to 10 conditions"),
        ("{A: !Condition C}", "there is no condition C"),
        ("{}", "there is no condition A"),
    ],
)
def test_a_wrong_condition_is_a_problem_and_the_rest_is_reported(conditions: str, message: str) -> None:
    template = f"""\
        Conditions: {conditions}
        Resources:
          K: {{Type: AWS::IAM::AccessKey, Condition: A, Properties: {{UserName: ci}}}}
          L: {KEY}
    """
    found = deployment(template)
    assert [message in problem.message for problem in found.problems] == [True]
    assert [key.address for key in found.of_kind(ACCESS_KEY)] == ["L"]


def test_a_reference_that_leads_to_itself_is_a_problem() -> None:
    template = """\
        Resources:
          U: {Type: AWS::IAM::User, Properties: {UserName: !Sub "${V}-x"}}
          V: {Type: AWS::IAM::User, Properties: {UserName: !Sub "${U}-x"}}
    """
    found = deployment(template)
    assert not found.declarations
    assert ["depends on itself" in problem.message for problem in found.problems] == [True]


def test_long_chains_of_conditions_end() -> None:
    chain = ", ".join(f"C{n}: !Not [!Condition C{n + 1}]" for n in range(400))
    template = f"""\
        Conditions: {{{chain}, C400: !Equals [!Ref AWS::Region, x]}}
        Resources:
          K: {{Type: AWS::IAM::AccessKey, Condition: C0, Properties: {{UserName: ci}}}}
          L: {KEY}
    """
    found = deployment(template)
    assert {"levels of evaluation" in problem.message for problem in found.problems} == {True}
    assert told(found).certainty is None


def test_deep_expressions_end() -> None:
    deep = "!Join ['', [" * 30 + "a" + "]]" * 30
    found = deployment(f"Resources: {{K: {{Type: AWS::IAM::AccessKey, Properties: {{UserName: {deep}}}}}}}")
    assert [list(owners(found).values()), len(found.problems)] == [["a"], 0]


def test_a_name_twice_is_a_problem() -> None:
    template = """\
        Resources:
          K:
            Type: AWS::IAM::AccessKey
            Properties:
              UserName: ci
              UserName: cd
        Resources:
          L: {Type: AWS::IAM::AccessKey, Properties: {UserName: ci}}
    """
    found = deployment(template)
    assert [problem.kind for problem in found.problems] == ["duplicate"] * 2
    assert sorted(problem.span.line for problem in found.problems) == [6, 7]
    assert [key.address for key in found.of_kind(ACCESS_KEY)] == ["K", "L"]


def test_a_type_twice_is_a_problem_and_the_last_one_counts() -> None:
    template = """\
        Resources:
          K: {Type: AWS::IAM::AccessKey, Type: AWS::IAM::User}
          L: {Type: AWS::IAM::User, Type: String}
    """
    found = deployment(template)
    assert [problem.kind for problem in found.problems] == ["duplicate"]
    assert [declaration.kind for declaration in found.declarations] == ["aws_iam_user"]


def test_yaml_and_json_say_the_same() -> None:
    yaml_text = """\
        Parameters: {Env: {Type: String}}
        Conditions: {Prod: !Equals [!Ref Env, prod]}
        Resources:
          U: {Type: AWS::IAM::User, Properties: {LoginProfile: {Password: !Ref Env}}}
          A: {Type: AWS::IAM::AccessKey, Properties: {UserName: !Ref U}}
          B: {Type: AWS::IAM::AccessKey, Condition: Prod, Properties: {UserName: !Sub "${U}"}}
    """
    json_text = json.dumps(
        {
            "Parameters": {"Env": {"Type": "String"}},
            "Conditions": {"Prod": {"Fn::Equals": [{"Ref": "Env"}, "prod"]}},
            "Resources": {
                "U": {"Type": "AWS::IAM::User", "Properties": {"LoginProfile": {"Password": {"Ref": "Env"}}}},
                "A": {"Type": "AWS::IAM::AccessKey", "Properties": {"UserName": {"Ref": "U"}}},
                "B": {
                    "Type": "AWS::IAM::AccessKey",
                    "Condition": "Prod",
                    "Properties": {"UserName": {"Fn::Sub": "${U}"}},
                },
            },
        }
    )
    one, two = deployment(yaml_text), deployment(json_text)
    assert told(one) == told(two)
    assert told(one).witness == {"Parameter Env": "prod"}
    assert [(d.kind, d.address) for d in one.declarations] == [(d.kind, d.address) for d in two.declarations]


def test_a_large_template_is_read_in_time() -> None:
    tags = "".join(f"        - {{Key: !Sub '${{AWS::Region}}-{n}', Value: v{n}}}\n" for n in range(14))
    more = "".join(
        f"  Topic{n}:\n    Type: AWS::SNS::Topic\n    Properties:\n      Tags:\n" + tags for n in range(1_900)
    )
    text = f"Resources:\n  K: {KEY}\n  L: {KEY}\n{more}"
    assert len(text) > 1_000_000
    with in_time():
        assert told(deployment(text)).certainty == "always"
