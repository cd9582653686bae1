"""Values that fulfil a parameter's constraints, for a witness that needs just any."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from iac_keycheck.deciding.shapes import STRING
from iac_keycheck.deciding.values import Items, Number, Sample, Value

_TEXTS = (
    "a", "A", "1", "aa", "a1", "A1", "a-a", "aaaaaaaa", "Aa1aaaaa", "Aa1!aaaa", "AAAAAAAA", "00", "000", "0000", "0.0",
    "1.0.0", "v1.0.0", "10.0.0.0", "10.0.0.0/16", "10.0.0.0/24", "0.0.0.0/0", "123456789012", "us-east-1", "us-east-1a",
    "a.b", "a.example.com", "a@example.com", "https://example.com", "https://example.com/a", "s3://a/b", "/a", "/a/",
    "a/", "a/b", "true", "false", "yes", "no", "2026-01-01", "2026-01-01T00:00:00Z", "00:00", "00:00-01:00",
    "rate(1 day)", "cron(0 0 * * ? *)", "t3.micro", "m5.large", "db.t3.micro", "ami-00000000000000000", "vpc-00000000",
    "vpc-00000000000000000", "subnet-00000000", "subnet-00000000000000000", "sg-00000000", "sg-00000000000000000",
    "i-00000000000000000", "Z0000000000000", "o-aaaaaaaaaa", "ou-aaaa-aaaaaaaa", "r-aaaa",
    "arn:aws:iam::123456789012:user/a", "arn:aws:iam::123456789012:role/a", "arn:aws:s3:::a",
    "arn:aws:sns:us-east-1:123456789012:a", "arn:aws:sqs:us-east-1:123456789012:a",
    "arn:aws:kms:us-east-1:123456789012:key/00000000-0000-0000-0000-000000000000",
    "arn:aws:acm:us-east-1:123456789012:certificate/00000000-0000-0000-0000-000000000000",
    "arn:aws:secretsmanager:us-east-1:123456789012:secret:a-aaaaaa", "00000000-0000-0000-0000-000000000000",
)  # fmt: skip
MOST = 4
LONGEST = 1024


def texts(fits: Callable[[str], bool], shortest: int | None) -> tuple[Value, ...]:
    """Texts that fit, the first few."""
    return tuple(Sample(one) for one in _some(one for one in _candidates(shortest) if fits(one)))


def zones(region: str) -> Items:
    """Names that availability zones of a region have."""
    return Items("list", tuple(Sample(f"{region}{letter}") for letter in "abcdef"), STRING)


def _candidates(shortest: int | None) -> Iterator[str]:
    yield from _TEXTS
    if shortest is not None and 0 < shortest <= LONGEST:
        for letter in "aA0":
            yield letter * shortest
        yield ("Aa1!" * shortest)[:shortest]
        yield ("Aa1" * shortest)[:shortest]


def _some(found: Iterator[str]) -> Iterator[str]:
    for _, one in zip(range(MOST), found, strict=False):
        yield one


def numbers(least: Number | None, most: Number | None) -> tuple[Value, ...]:
    """Numbers within bounds: those at the bounds, and beside them."""
    found: list[Number] = []
    if least is not None:
        found += [least, least + 1, least + 2]
    if most is not None:
        found += [most, most - 1, most - 2]
    low = min(found, default=0) if least is None else least
    high = max(found, default=0) if most is None else most
    return tuple(dict.fromkeys(one for one in found if low <= one <= high))
