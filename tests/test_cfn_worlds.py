"""In which worlds two keys of a template are active for one user: parameters, conditions, rules."""

from __future__ import annotations

import textwrap

import pytest

from iac_keycheck.choices import Choices, Misuse
from iac_keycheck.deciding.values import Items
from tests.cfn import Told, deployment, deployments, told

TWO = """\
Parameters:
{parameters}
Conditions:
{conditions}
{more}
Resources:
  A:
    Type: AWS::IAM::AccessKey
    {a}
    Properties: {{UserName: {user_a}}}
  B:
    Type: AWS::IAM::AccessKey
    {b}
    Properties: {{UserName: {user_b}{status}}}
"""


def ask(  # noqa: PLR0913 — the parts of a template
    parameters: str = "  Unused: {Type: String}",
    conditions: str = '  Unused: !Equals [a, "b"]',
    *,
    a: str = "",
    b: str = "",
    user_a: str = "ci",
    user_b: str = "ci",
    status: str = "",
    more: str = "",
    choices: Choices | None = None,
) -> Told:
    template = TWO.format(
        parameters=textwrap.indent(textwrap.dedent(parameters).strip("\n"), "  "),
        conditions=textwrap.indent(textwrap.dedent(conditions).strip("\n"), "  "),
        a=a,
        b=b,
        user_a=user_a,
        user_b=user_b,
        status=status,
        more=more,
    )
    found = deployment(template, choices)
    assert not found.problems, found.problems
    return told(found)


def test_conditions_over_one_parameter_are_decided_jointly() -> None:
    parameters = "Mode: {Type: String}"
    apart = 'One: !Equals [!Ref Mode, ""]\nTwo: !Not [!Condition One]'
    assert ask(parameters, apart, a="Condition: One", b="Condition: Two").certainty is None
    both = """
        One: !Or [!Equals [!Ref Mode, a], !Equals [!Ref Mode, both]]
        Two: !Or [!Equals [!Ref Mode, b], !Equals [!Ref Mode, both]]
    """
    found = ask(parameters, both, a="Condition: One", b="Condition: Two")
    assert (found.certainty, found.witness) == ("possible", {"Parameter Mode": "both"})


@pytest.mark.parametrize(
    ("declared", "condition", "certainty", "witness"),
    [
        ("{Type: String}", "!Equals [!Ref P, x]", "possible", "x"),
        ("{Type: String, Default: x}", "!Equals [!Ref P, x]", "default", None),
        ("{Type: String, AllowedValues: [x]}", "!Equals [!Ref P, x]", "always", None),
        ("{Type: String, AllowedValues: [y]}", "!Equals [!Ref P, x]", None, None),
        ("{Type: String, AllowedValues: [y, x]}", "!Not [!Equals [!Ref P, y]]", "possible", "x"),
        ("{Type: String}", "!Not [!Equals [!Ref P, '']]", "possible", "a"),
        ("{Type: String, MaxLength: 2}", "!Equals [!Ref P, abc]", None, None),
        ("{Type: String, MinLength: 1}", "!Equals [!Ref P, '']", None, None),
        ("{Type: String, AllowedPattern: '[a-z]+'}", "!Equals [!Ref P, X1]", None, None),
        (
            "{Type: String, AllowedPattern: '|arn:.*'}",
            "!Not [!Equals [!Ref P, '']]",
            "possible",
            "arn:aws:iam::123456789012:user/a",
        ),
        ("{Type: String, MinLength: 5}", "!Not [!Equals [!Ref P, 'aaaaa']]", "possible", "aaaaaaaa"),
        ("{Type: Number, MinValue: 20}", "!Not [!Equals [!Ref P, 1]]", "always", None),
        ("{Type: Number, MinValue: 20}", "!Not [!Equals [!Ref P, 20]]", "possible", 21),
        ("{Type: Number}", "!Equals [!Ref P, 2]", "possible", 2),
        ("{Type: Number}", "!Equals [!Ref P, '2']", "possible", 2),
        ("{Type: Number}", "!Equals [!Ref P, x]", None, None),
        ("{Type: Number}", "!Equals [!Sub 'a${P}', a7]", "possible", 7),
        ("{Type: Number}", "!Equals [!Sub 'a${P}', ax]", None, None),
        ("{Type: Number, MinValue: 0, MaxValue: 2}", "!Not [!Equals [!Sub '${P}-x', 7-x]]", "always", None),
        ("{Type: Number, MaxValue: 1}", "!Equals [!Ref P, 2]", None, None),
        ("{Type: Number, Default: 2}", "!Equals [!Ref P, 2]", "default", None),
        ("{Type: Number, AllowedValues: [1, 2]}", "!Not [!Equals [!Ref P, 1]]", "possible", 2),
        ("{Type: String, Default: false}", "!Equals [!Ref P, 'false']", "default", None),
        ("{Type: CommaDelimitedList, Default: 'a, b'}", "!Equals [!Join ['', !Ref P], ab]", "default", None),
        ("{Type: CommaDelimitedList, Default: 'a, b'}", "!Equals [!Select [1, !Ref P], b]", "default", None),
        ("{Type: 'AWS::SSM::Parameter::Value<String>', Default: x}", "!Equals [!Ref P, x]", "possible", "x"),
        ("{Type: 'AWS::EC2::KeyPair::KeyName'}", "!Equals [!Ref P, k]", "possible", "k"),
        ("{Type: String}", "!Equals [!Sub 'a-${P}', a-x]", "possible", "x"),
        ("{Type: String}", "!Equals [!Sub 'a-${P}', b-x]", None, None),
        ("{Type: String, AllowedPattern: a|b}", "!Equals [!Sub '${P}:y', c:y]", None, None),
        (
            "{Type: String, AllowedPattern: ^(dev|prod)$}",
            "!Not [!Equals [!Select [0, !Split ['-', !Sub '${P}-z']], dev]]",
            "possible",
            "prod",
        ),
        ("{Type: String}", "!Equals [!Sub '${P}-${P}', a-b-a-b]", "possible", "a-b"),
        ("{Type: String}", "!Equals [!Sub '${P}-${P}', a-b]", None, None),
        ("{Type: String}", "!Equals [!Select [1, !Split ['-', !Ref P]], b]", "possible", "a-b"),
        ("{Type: String}", "!Equals [!Select [0, !Split ['-', !Sub '${P}-z']], b]", "possible", "b"),
        ("{Type: String}", "!Equals [!Select [0, !Split ['-', !Sub 'x${P}']], b]", None, None),
        ("{Type: String}", "!Not [!Equals [!Select [1, !Split ['-', !Ref P]], b]]", "possible", "a-a"),
        (
            "{Type: String}",
            "!And [!Equals [!Select [0, !Split [/, !Ref P]], b], !Equals [!Select [2, !Split [/, !Ref P]], c]]",
            "possible",
            "b/a/c",
        ),
        (
            "{Type: String}",
            "!And [!Equals [!Select [0, !Split [/, !Ref P]], b], !Equals [!Select [0, !Split [/, !Ref P]], c]]",
            None,
            None,
        ),
    ],
)
def test_a_condition_holds_for_what_the_parameter_may_be(
    declared: str, condition: str, certainty: str | None, witness: object
) -> None:
    found = ask(f"P: {declared}", f"C: {condition}", b="Condition: C")
    assert found.certainty == certainty, found
    assert found.reason is None
    assert found.witness == ({} if witness is None else {"Parameter P": witness})


def test_a_piece_of_a_text_that_a_pattern_limits_is_not_taken_for_any_other() -> None:
    first = "!Select [0, !Split ['-', !Ref P]]"
    found = ask(
        "P: {Type: String, AllowedPattern: '[k-m]{3}-[x-z]'}", f"C: !Not [!Equals [{first}, abc]]", b="Condition: C"
    )
    assert found.certainty is None
    assert found.reason is not None


def test_pseudo_parameters_are_inputs() -> None:
    found = ask(conditions="C: !Equals [!Ref AWS::Region, us-east-1]", b="Condition: C")
    assert (found.certainty, found.witness) == ("possible", {"AWS::Region": "us-east-1"})
    given = Choices(inputs=('AWS::Region="us-east-1"',))
    assert (
        ask(conditions="C: !Equals [!Ref AWS::Region, us-east-1]", b="Condition: C", choices=given).certainty
        == "default"
    )


@pytest.mark.parametrize(
    ("condition", "witness"),
    [
        ("!Equals [!Select [0, !Split ['-', !Ref AWS::Region]], eu]", {"AWS::Region": "eu-west-1"}),
        ("!Not [!Equals [!Select [0, !Split ['-', !Ref AWS::Region]], us]]", {"AWS::Region": "eu-west-1"}),
        ("!Not [!Equals [!Ref AWS::Region, us-east-1]]", {"AWS::Region": "us-west-2"}),
        ("!Equals [!Ref AWS::Region, nowhere]", None),
        ("!Equals [!Sub '${P}-${AWS::Region}', prod-eu-west-1]", {"Parameter P": "prod", "AWS::Region": "eu-west-1"}),
        ("!Not [!Equals [!Ref AWS::Partition, aws]]", {"AWS::Partition": "aws-cn"}),
        ("!Equals [!Ref AWS::AccountId, '1']", None),
    ],
)
def test_pseudo_parameters_look_like_what_they_are(condition: str, witness: dict[str, str] | None) -> None:
    found = ask("P: {Type: String}", f"C: {condition}", b="Condition: C")
    assert found.reason is None
    assert found.witness == (witness or {})
    assert found.certainty == (None if witness is None else "possible")


@pytest.mark.parametrize(
    ("user_a", "user_b", "certainty", "witness"),
    [
        ("!Ref P", "!Ref P", "always", {}),
        ("!Ref P", "!Ref Q", None, {}),
        ("!Ref P", "!Ref D", None, {}),
        ("!Ref D", "dd", "default", {}),
        ("!Ref D", "DD", "default", {}),
        ("!If [Unused, x, CI]", "ci", "always", {}),
        ("!If [Free, CI, !Ref AWS::NoValue]", "ci", "always", {}),
        ("!Sub 'x-${P}'", "!Join ['-', [x, !Ref P]]", "always", {}),
        ("!Sub 'x-${P}'", "!Sub 'y-${P}'", None, {}),
        ("!Ref A1", "!Ref A2", "possible", {"Parameter A1": "n", "Parameter A2": "n"}),
        ("!Select [0, !Ref L]", "!Select [0, !Ref L]", "always", {}),
        ("'{{resolve:ssm:/ci/user}}'", "'{{resolve:ssm:/ci/user}}'", "always", {}),
        ("'{{resolve:ssm:/ci/user}}'", "'{{resolve:ssm:/cd/user}}'", None, {}),
        ("'{{resolve:ssm:/ci/user}}'", "ci", None, {}),
        ("!Ref S", "!Ref S", "always", {}),
        ("!Ref S", "ci", None, {}),
    ],
)
def test_users_are_told_apart_by_what_names_them(
    user_a: str, user_b: str, certainty: str | None, witness: dict[str, str]
) -> None:
    parameters = """
        P: {Type: String}
        Q: {Type: String}
        D: {Type: String, Default: dd}
        A1: {Type: String, AllowedValues: [m, n]}
        A2: {Type: String, AllowedValues: [n, o]}
        L: {Type: CommaDelimitedList}
        S: {Type: "AWS::SSM::Parameter::Value<String>", Default: ci}
    """
    conditions = """
        Unused: !And [!Equals [!Ref P, a], !Equals [!Ref P, b]]
        Free: !Equals [!Ref P, a]
    """
    found = ask(parameters, conditions, user_a=user_a, user_b=user_b)
    assert (found.certainty, found.witness) == (certainty, witness), found
    assert found.reason is None


def test_two_items_of_a_list_may_name_one_user() -> None:
    found = ask("L: {Type: CommaDelimitedList}", user_a="!Select [0, !Ref L]", user_b="!Select [1, !Ref L]")
    assert found.certainty == "possible"


@pytest.mark.parametrize(
    ("status", "certainty"),
    [
        ("Inactive", None),
        ("Active", "always"),
        ("!If [C, Active, Inactive]", "possible"),
        ("!If [C, !Ref AWS::NoValue, Inactive]", "possible"),
        ("!Ref AWS::NoValue", "always"),
        ("!Ref P", "possible"),
    ],
)
def test_a_key_is_active_unless_its_status_says_otherwise(status: str, certainty: str | None) -> None:
    found = ask("P: {Type: String}", "C: !Equals [!Ref P, Active]", status=f", Status: {status}")
    assert found.certainty == certainty
    assert found.witness == ({"Parameter P": "Active"} if certainty == "possible" else {})


def test_a_user_under_a_condition_is_refused_where_it_does_not_hold() -> None:
    template = """\
        Parameters: {P: {Type: String}}
        Conditions:
          Yes: !Equals [!Ref P, y]
          No: !Not [!Condition Yes]
        Resources:
          U: {Type: AWS::IAM::User, Condition: Yes}
          A: {Type: AWS::IAM::AccessKey, Properties: {UserName: !Ref U}}
          B: {Type: AWS::IAM::AccessKey, Condition: %s, Properties: {UserName: !Ref U}}
    """
    assert told(deployment(template % "No")).certainty is None
    assert told(deployment(template % "Yes")).certainty == "always"


def test_a_users_own_name_may_depend_on_a_condition() -> None:
    template = """\
        Parameters: {P: {Type: String, Default: x}}
        Conditions: {C: !Equals [!Ref P, y]}
        Resources:
          U: {Type: AWS::IAM::User, Properties: {UserName: !If [C, ci, cd]}}
          A: {Type: AWS::IAM::AccessKey, Properties: {UserName: !Ref U}}
          B: {Type: AWS::IAM::AccessKey, Properties: {UserName: %s}}
    """
    found = told(deployment(template % "ci"))
    assert (found.certainty, found.witness) == ("possible", {"Parameter P": "y"})
    assert told(deployment(template % "cd")).certainty == "default"
    assert told(deployment(template % "ce")).certainty is None


def test_find_in_map_chooses_by_an_input() -> None:
    mappings = "Mappings: {M: {us-east-1: {u: ci}, us-east-2: {u: cd}}}"
    user = "!FindInMap [M, !Ref AWS::Region, u]"
    found = ask(more=mappings, user_a=user, user_b="cd")
    assert (found.certainty, found.witness) == ("possible", {"AWS::Region": "us-east-2"})
    assert ask(more=mappings, user_a=user, user_b=user).certainty == "always"
    assert ask(more=mappings, user_a=user, user_b="ce").certainty is None


def test_rules_refuse_worlds() -> None:
    rules = """
Rules:
  NotInProd:
    RuleCondition: !Equals [!Ref Env, prod]
    Assertions:
      - Assert: !Contains [["no"], !Ref Second]
        AssertDescription: no second key in prod
"""
    parameters = """
        Env: {Type: String}
        Second: {Type: String, AllowedValues: ["yes", "no"]}
    """
    conditions = 'C: !And [!Equals [!Ref Env, %s], !Equals [!Ref Second, "yes"]]'
    assert ask(parameters, conditions % "prod", b="Condition: C", more=rules).certainty is None
    found = ask(parameters, conditions % "test", b="Condition: C", more=rules)
    assert (found.certainty, found.witness) == ("possible", {"Parameter Env": "test", "Parameter Second": "yes"})


def test_a_parameter_that_is_given_must_be_allowed() -> None:
    template = "Resources: {K: {Type: AWS::IAM::AccessKey, Properties: {UserName: a}}}\nParameters: {P: {Type: Number}}"
    with pytest.raises(Misuse, match="does not allow"):
        deployments({"t.yaml": template}, Choices(inputs=('Parameter P="x"',)))
    assert deployments({"t.yaml": template}, Choices(inputs=('elsewhere:Parameter P="x"',)))


def test_a_secret_parameter_is_marked() -> None:
    template = """\
        Parameters: {P: {Type: String, NoEcho: true}}
        Conditions: {C: !Equals [!Ref P, x]}
        Resources:
          A: {Type: AWS::IAM::AccessKey, Properties: {UserName: ci}}
          B: {Type: AWS::IAM::AccessKey, Condition: C, Properties: {UserName: ci}}
    """
    found = deployment(template)
    assert told(found).certainty == "possible"
    assert found.space.sensitive(["Parameter P"]) == {"Parameter P"}


def test_a_default_that_is_not_allowed_is_a_problem_and_no_world() -> None:
    template = """\
        Parameters: {P: {Type: String, Default: z, AllowedValues: [x, y]}}
        Resources: {A: {Type: AWS::IAM::AccessKey, Properties: {UserName: ci}}}
    """
    found = deployment(template)
    assert [problem.message for problem in found.problems] == [
        "the default of the parameter P is not among the values that it allows"
    ]
    assert not found.space.committed


def test_a_world_is_none_in_which_some_other_key_would_be_refused() -> None:
    template = """\
        Parameters: {L: {Type: CommaDelimitedList}}
        Conditions: {C: !Not [!Equals [!Select [0, !Ref L], a]]}
        Resources:
          Other: {Type: AWS::IAM::AccessKey, Condition: C, Properties: {UserName: !Select [1, !Ref L]}}
          A: {Type: AWS::IAM::AccessKey, Properties: {UserName: ci}}
          B: {Type: AWS::IAM::AccessKey, Condition: C, Properties: {UserName: ci}}
    """
    (witness,) = told(deployment(template)).witness.values()
    assert isinstance(witness, Items)
    assert len(witness.items) > 1


ASKING_AWS = """\
    Parameters:
      Env: {Type: String, AllowedValues: [dev, prod], Default: dev}
      Subnets: {Type: "List<AWS::EC2::Subnet::Id>"}
    Rules:
      Network:
        Assertions:
          - Assert:
              Fn::EachMemberIn:
                - Fn::ValueOfAll: [AWS::EC2::Subnet::Id, VpcId]
                - Fn::RefAll: AWS::EC2::VPC::Id
          - Assert: {Fn::EachMemberEquals: [{Fn::ValueOf: [Subnets, Tags.Department]}, IT]}
      Stage: {Assertions: [{Assert: %s}]}
    Conditions: {IsProd: !Equals [!Ref Env, prod]}
    Resources:
      A: {Type: AWS::IAM::AccessKey, Properties: {UserName: ci}}
      B: {Type: AWS::IAM::AccessKey, Condition: IsProd, Properties: {UserName: ci}}
"""


@pytest.mark.parametrize(
    ("asserted", "certainty"),
    [
        ("{Fn::Contains: [[dev, prod], !Ref Env]}", "possible"),
        ("{Fn::Not: [{Fn::Equals: [!Ref Env, prod]}]}", None),
        ("{Fn::Or: [{Fn::Equals: [!Ref Env, dev]}, {Fn::Contains: [{Fn::RefAll: AWS::EC2::VPC::Id}, x]}]}", "possible"),
        ("{Fn::And: [{Fn::Equals: [!Ref Env, dev]}, {Fn::Contains: [{Fn::RefAll: AWS::EC2::VPC::Id}, x]}]}", None),
    ],
)
def test_what_rules_ask_of_an_account_refuses_no_world_by_itself(asserted: str, certainty: str | None) -> None:
    """Which networks there are is nothing that a template tells: it may be what the rules want."""
    found = deployment(ASKING_AWS % asserted)
    assert not found.problems
    assert told(found).certainty == certainty
