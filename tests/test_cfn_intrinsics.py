"""What intrinsic functions evaluate to, seen through the name of a key's user."""

from __future__ import annotations

import textwrap

import pytest

from iac_keycheck.deciding.values import Ref, plain
from tests.cfn import deployment, owners

OUTLINE = """\
    Transform: AWS::LanguageExtensions
    Parameters:
      Env: {Type: String, Default: dev}
      Count: {Type: Number, Default: 3}
      Names: {Type: CommaDelimitedList, Default: "ann, bob"}
      Numbers: {Type: List<Number>, Default: "1,2"}
    Mappings:
      Users:
        dev: {main: deployer, count: 2}
        prod: {main: releaser}
    Conditions:
      IsDev: !Equals [!Ref Env, dev]
      IsProd: !Not [!Condition IsDev]
      Three: !Equals [!Ref Count, "3"]
    Resources:
      Person:
        Type: AWS::IAM::User
        Properties: {UserName: ann, Path: /staff/}
      Nameless:
        Type: AWS::IAM::User
      Key:
        Type: AWS::IAM::AccessKey
        Properties:
          UserName: %s
"""


def user(expression: str) -> object:
    template = textwrap.dedent(OUTLINE) % expression
    found = deployment(template)
    assert not found.problems, found.problems
    return plain(owners(found, {})["Key"])


@pytest.mark.parametrize(
    ("expression", "expected"),
    [
        ("!Ref Env", "dev"),
        ("{Ref: Env}", "dev"),
        ('!Sub "${Env}-x"', "dev-x"),
        ('!Sub "${!Env}=x${Env}"'.replace("${!Env}", "a"), "a=xdev"),
        ('!Sub ["${a}-${Env}", {a: !Ref Env}]', "dev-dev"),
        ('{"Fn::Sub": ["${Env}", {Env: other}]}', "other"),
        ('!Join ["-", [a, !Ref Env, b]]', "a-dev-b"),
        ('!Join ["", !Ref Names]', "annbob"),
        ('!Join ["-", [a, !If [IsProd, b, !Ref AWS::NoValue], c]]', "a-c"),
        ("!Select [1, !Ref Names]", "bob"),
        ('!Select ["0", !Split ["/", "x/y"]]', "x"),
        ("!Select [!Select [0, !Ref Numbers], [a, b]]", "b"),
        ("!FindInMap [Users, !Ref Env, main]", "deployer"),
        ("!FindInMap [Users, test, main, {DefaultValue: none}]", "none"),
        ('!FindInMap [Users, !Ref Env, other, {DefaultValue: !Sub "${Env}-d"}]', "dev-d"),
        ("!If [IsDev, a, b]", "a"),
        ("!If [IsProd, a, b]", "b"),
        ("!If [Three, a, b]", "a"),
        ("!Ref Count", "3"),
        ('!Sub "u${Count}"', "u3"),
        ('!Select [2, !Split ["/", !GetAtt Person.Arn]]', "ann"),
        ('!Sub "${Person}"', "ann"),
        ("!Base64 ab", "YWI="),
        ('!Select [0, !Split ["/", !Select [1, !Cidr [10.0.0.0/24, 2, 4]]]]', "10.0.0.16"),
        ('!Sub ["n${n}", {n: {"Fn::Length": !Ref Names}}]', "n2"),
        ('{"Fn::Sub": ["n${n}", {"n": {"Fn::Length": [a, b, c]}}]}', "n3"),
        ("plain", "plain"),
        ("1", "1"),
        ("true", "true"),
        ("{{resolve}}".replace("{{resolve}}", "x@y"), "x@y"),
    ],
)
def test_an_intrinsic_has_the_value_that_cloudformation_gives_it(expression: str, expected: str) -> None:
    assert user(expression) == expected


def test_ref_of_a_user_is_that_user_and_not_only_a_name() -> None:
    template = textwrap.dedent(OUTLINE) % "!Ref Nameless"
    owner = owners(deployment(template), {})["Key"]
    assert isinstance(owner, Ref)
    assert owner.target == "Nameless"


def test_to_json_string_writes_numbers_and_booleans_bare() -> None:
    template = textwrap.dedent(OUTLINE) % '{"Fn::ToJsonString": {a: 1, b: [true, "1"], c: !Ref Env}}'
    (problem,) = deployment(template).problems
    assert problem.message == """no name of a user has '{"a":1,"b":[true,"1"],"c":"' in it"""


@pytest.mark.parametrize(
    ("expression", "message"),
    [
        ("!Ref Missing", "Missing is neither a parameter nor a resource"),
        ("!Sub '${Missing}'", "Missing is neither"),
        ("!Sub '${a b}'", "cannot fill in"),
        ("!GetAtt Person", "needs a resource and an attribute"),
        ("!GetAtt Person.Name", "no attribute Name"),
        ("!Join [x]", "needs a list of 2 arguments"),
        ("!Join x", "needs a list of 2 arguments"),
        ("!Select [9, [a]]", "has none there"),
        ("!Select [x, [a]]", "whole number"),
        ("!FindInMap [Users, test, main]", "the map has no test"),
        ("!FindInMap [Nothing, test, main]", "there is no map Nothing"),
        ("!If [Never, a, b]", "there is no condition Never"),
        ("!If [IsDev, a]", "needs a list of 3 arguments"),
        ("!Nonsense x", "Fn::Nonsense is no intrinsic function"),
        ("{a: b}", "a map stands where text is needed"),
        ("[a]", "a list stands where text is needed"),
        ("", "null has no place"),
        ("a b", "no name of a user"),
        ("!Ref AWS::Nothing", "no pseudo parameter"),
        ("!Cidr [x, 1, 2]", "needs a network"),
    ],
)
def test_a_wrong_intrinsic_is_a_problem_at_its_line(expression: str, message: str) -> None:
    template = textwrap.dedent(OUTLINE) % expression
    found = deployment(template)
    (problem,) = found.problems
    assert message in problem.message
    assert problem.span.line == template.count("\n", 0, template.rindex("UserName: " + expression)) + 1
    assert [key.address for key in found.of_kind("aws_iam_access_key")] == []
    assert [user.address for user in found.of_kind("aws_iam_user")] == ["Person", "Nameless"]


def test_what_the_language_extensions_add_is_refused_without_them() -> None:
    template = textwrap.dedent(OUTLINE).replace("Transform: AWS::LanguageExtensions", "")
    (problem,) = deployment(template % '!Sub ["${n}", {n: {"Fn::Length": [a]}}]').problems
    assert "needs the transform AWS::LanguageExtensions" in problem.message


def test_a_function_says_how_a_key_is_kept_with_the_language_extensions_only() -> None:
    """As CloudFormation's documentation has it: the attribute is text by itself."""
    template = textwrap.dedent(OUTLINE) % "ci"
    policy = "    DeletionPolicy: !If [IsDev, Delete, Retain]\n"
    template = template.replace("    Type: AWS::IAM::AccessKey\n", "    Type: AWS::IAM::AccessKey\n" + policy)
    (key,) = deployment(template).of_kind("aws_iam_access_key")
    assert key.expand()
    assert not deployment(template).problems
    (problem,) = deployment(template.replace("Transform: AWS::LanguageExtensions", "")).problems
    assert "DeletionPolicy takes plain text" in problem.message
    (problem,) = deployment(template.replace(policy, "    DeletionPolicy: Keep\n")).problems
    assert "DeletionPolicy is one of Delete, Retain" in problem.message
