"""CSV as Go's ``encoding/csv`` reads it, which is RFC 4180 and stricter about quotes than Python's module."""

from __future__ import annotations

from iac_keycheck.deciding.values import Refused


def records(text: str) -> list[list[str]]:
    """The records of a CSV text, without empty lines; raises `Refused` for a quote where none may be."""
    text = text.replace("\r\n", "\n").removesuffix("\r")
    rows: list[list[str]] = []
    at = 0
    while at < len(text):
        if text[at] == "\n":
            at += 1
            continue
        row, at = _record(text, at)
        rows.append(row)
    return rows


def _record(text: str, at: int) -> tuple[list[str], int]:
    row: list[str] = []
    while True:
        value, at = _quoted(text, at + 1) if text.startswith('"', at) else _plain(text, at)
        row.append(value)
        if not text.startswith(",", at):
            return row, at + 1
        at += 1


def _plain(text: str, at: int) -> tuple[str, int]:
    ends = [end for end in (text.find(",", at), text.find("\n", at)) if end >= 0]
    end = min(ends, default=len(text))
    if '"' in text[at:end]:
        raise Refused('CSV parse error: bare " in non-quoted field')
    return text[at:end], end


def _quoted(text: str, at: int) -> tuple[str, int]:
    value = ""
    while True:
        quote = text.find('"', at)
        if quote < 0:
            raise Refused('CSV parse error: extraneous or missing " in quoted-field')
        value += text[at:quote]
        if text.startswith('"', quote + 1):
            value += '"'
            at = quote + 2
        elif quote + 1 == len(text) or text[quote + 1] in ",\n":
            return value, quote + 1
        else:
            raise Refused('CSV parse error: extraneous or missing " in quoted-field')
