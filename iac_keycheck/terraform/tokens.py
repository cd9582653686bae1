"""The tokens of the Terraform language, named as python-hcl2's grammar names them."""

from __future__ import annotations

from iac_keycheck.records import dataclass
from iac_keycheck.source import Span
from iac_keycheck.terraform.text import Text

MAX_DEPTH = 120
"""How many brackets, strings and templates may stand inside each other; trees are walked by recursion."""

OPERATORS = {
    "==": "DOUBLE_EQ", "!=": "NEQ", "<": "LT", ">": "GT", "<=": "LEQ", ">=": "GEQ", "&&": "DOUBLE_AMP",
    "||": "DOUBLE_PIPE", "+": "PLUS", "-": "MINUS", "*": "ASTERISK", "/": "SLASH", "%": "PERCENT", "!": "NOT",
    "?": "QMARK", ":": "COLON", "=": "EQ", "=>": "FOR_OBJECT_ARROW", ".": "DOT", ",": "COMMA", "...": "ELLIPSIS",
}  # fmt: skip
PARTNERS = {"{": "}", "(": ")", "[": "]"}
OPENING = {"{": "LBRACE", "(": "LPAR", "[": "LSQB"}
CLOSING = {"}": "RBRACE", "~}": "RBRACE", ")": "RPAR", "]": "RSQB"}
DIRECTIVES = {"if": "IF", "else": "ELSE", "endif": "ENDIF", "endfor": "ENDFOR"}
OPERAND_ENDS = frozenset(
    ("NAME", "INT_LITERAL", "FLOAT_LITERAL", "RPAR", "RSQB", "RBRACE", "DBLQUOTE", "HEREDOC_TEMPLATE", "ATTR_SPLAT",
     "FULL_SPLAT_START", "ELLIPSIS")
)  # fmt: skip
"""What an expression can end with."""

TERMINALS = frozenset(
    {*OPERATORS.values(), *OPENING.values(), *CLOSING.values(), *DIRECTIVES.values(), *OPERAND_ENDS}
    | {"FOR", "IN", "IF", "STRING_CHARS", "INTERP_START", "DIRECTIVE_START", "NL_OR_COMMENT", "$END"}
)
"""The types of all tokens."""


@dataclass(slots=True, eq=False)
class Token:
    """One token; ``type`` is the name of a terminal of python-hcl2's grammar.

    A quoted string without escapes and templates is one token, quotes included: a ``NAME`` in a block's header, else
    a ``HEREDOC_TEMPLATE``. Other strings and heredocs are ``DBLQUOTE``, their parts, ``DBLQUOTE``. ``unary`` are the
    operators of a run like ``!!``, each with its offset; such a run is one token.
    """

    type: str
    value: str
    text: Text
    start: int
    end: int
    unary: tuple[tuple[str, int], ...] = ()

    def span(self) -> Span:
        """The token's place."""
        return self.text.span(self.start, self.end)
