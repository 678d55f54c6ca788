r"""The query language: text → AST → does it hold for this article; the store compiles the same AST.

::

    query  = [ either ] ;                        (* nothing at all is everything *)
    either = both { "OR" both } ;
    both   = maybe { [ "AND" ] maybe } ;
    maybe  = { "NOT" | "-" } , ( "(" either ")" | term ) ;   (* no space after "-" *)
    term   = [ field ":" ] ( '"' { any but '"' } '"' | word ) ;  (* no space after ":" *)
    field  = "title" | "author" | "category" | "topic" | "source" | "lang" | "domain"
           | "after" | "before" | "within" ;
    word   = one or more characters, none of them space, '(' , ')' or '"' ;

Operators are upper case; in quotes they are words. A double quote between two letters (צה"ל) is
part of the word; “ ” „ are double quotes.

=================  ===============================================================================
``war``, ``"a b"`` these whole words, in this order, next to each other, in the title or in the
                   summary or in the text; case, accents and the like don't matter (``tag.words``)
``title:war``      the same in the title only
``author:rana``    the same within one author
``category:war``   the same within one of the publisher's categories
``topic:war``      the article bears the topic of this slug (exactly as written)
``source:bbc``     a source of this key carries it (exactly as written)
``lang:en``        its language is en, or en with a region: en-GB
``domain:bbc.com`` its link leads to this host, or to one below it: www.bbc.com, m.bbc.com
``after:…``        listed at or after: a date (from 00:00 UTC), or an ISO 8601 date-time with or
                   without an offset (without one: UTC), e.g. 2026-11-01, 2026-11-01T12:30+04:00
``before:…``       listed before, in the same forms; ``before:2026-11-01`` excludes that day
``within:7d``      listed in the last 7 days (``m`` minutes, ``h`` hours, ``d`` days, ``w`` weeks)
=================  ===============================================================================

>>> parse_query('"peace talks" -source:example')
And(parts=(Phrase(field='any', tokens=('peace', 'talks')), Not(part=Source(key='example'))))
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import NoReturn

from aggregator.errors import QueryError
from aggregator.tag.fields import READERS
from aggregator.tag.matching import Asked, SearchColumns, link_host, matches, search_columns
from aggregator.tag.syntax import (
    After,
    And,
    Before,
    Domain,
    Everything,
    Field,
    Lang,
    Leaf,
    Not,
    Or,
    Phrase,
    Query,
    Source,
    Topic,
    Within,
    has_clock,
    leaves,
    references,
)

__all__ = [
    "After",
    "And",
    "Asked",
    "Before",
    "Domain",
    "Everything",
    "Field",
    "Lang",
    "Leaf",
    "Not",
    "Or",
    "Phrase",
    "Query",
    "SearchColumns",
    "Source",
    "Topic",
    "Within",
    "has_clock",
    "leaves",
    "link_host",
    "matches",
    "parse_query",
    "references",
    "search_columns",
]

MAX_LENGTH = 2_000
MAX_TERMS = 100
MAX_DEPTH = 30


def parse_query(text: str) -> Query:
    """Read a query; ``QueryError`` says what is wrong and where.

    At most MAX_LENGTH characters, MAX_TERMS terms, MAX_DEPTH parentheses and negations deep.
    """
    if len(text) > MAX_LENGTH:
        message = f"a query has at most {MAX_LENGTH} characters"
        raise QueryError(message, text, MAX_LENGTH)
    if bad := _UNSPEAKABLE.search(text):
        shown = _UNSPEAKABLE.sub("\ufffd", text)
        raise QueryError("this character can't be searched for", shown, bad.start())
    return _Parser(text).query()


# --- lexemes ----------------------------------------------------------------------------------

# Control characters and lone surrogates: no article has them, and databases choke on them.
_UNSPEAKABLE = re.compile("[\\x00-\\x08\\x0e-\\x1f\\x7f\\ud800-\\udfff]")
_QUOTES = str.maketrans("“”„", '"""')
_LEXEME = re.compile(
    r"""(?=\S)  (?P<sign> [()] | -(?=[^\s)]) )
    | (?=\S) (?: (?P<field> [^\W\d_]\w* ) : )?
             (?: " (?P<quoted> [^"]* ) "
               | (?P<open> " )
               | (?P<word> [^\s()"]+ (?: (?<=\w) " (?=\w) [^\s()"]+ )* ) )?""",
    re.VERBOSE,
)
_OPERATORS = ("AND", "OR", "NOT")
_END = "end"


@dataclass(frozen=True, slots=True)
class _Lexeme:
    """A sign (parenthesis, operator, end), or else a term whose value begins at ``value_at``."""

    at: int
    sign: str = ""
    field: str | None = None
    value: str = ""
    value_at: int = 0


def _lexemes(text: str) -> Iterator[_Lexeme]:
    terms = 0
    for match in _LEXEME.finditer(text.translate(_QUOTES)):
        at, field, word = match.start(), match["field"], match["word"] or ""
        value_at = at if field is None else match.end("field") + 1
        if match["open"]:
            raise QueryError("this quote is not closed", text, value_at)
        if match["sign"] or (field is None and word in _OPERATORS):
            yield _Lexeme(at, match["sign"] or word)
            continue
        terms += 1
        if terms > MAX_TERMS:
            message = f"a query has at most {MAX_TERMS} terms"
            raise QueryError(message, text, at)
        yield _Lexeme(at, "", field, match["quoted"] or word, value_at)
    yield _Lexeme(len(text), _END)


class _Parser:
    """One reading of one query: a method for each rule of the grammar."""

    def __init__(self, text: str) -> None:
        self._text = text
        self._lexemes = tuple(_lexemes(text))
        self._position = 0
        self._depth = 0

    def query(self) -> Query:
        if self._here.sign == _END:
            return Everything()
        query = self._either()
        if self._here.sign != _END:
            self._fail("this parenthesis was never opened", self._here.at)
        return query

    def _either(self) -> Query:
        parts = [self._both()]
        while self._here.sign == "OR":
            self._position += 1
            parts.append(self._both())
        return parts[0] if len(parts) == 1 else Or(tuple(parts))

    def _both(self) -> Query:
        parts = [self._maybe()]
        while self._here.sign not in {"OR", ")", _END}:
            self._position += self._here.sign == "AND"
            parts.append(self._maybe())
        return parts[0] if len(parts) == 1 else And(tuple(parts))

    def _maybe(self) -> Query:
        here = self._here
        if here.sign in {"AND", "OR", ")", _END}:
            self._fail_without_term()
        self._depth += 1
        if self._depth > MAX_DEPTH:
            self._fail(f"a query is at most {MAX_DEPTH} levels deep", here.at)
        self._position += 1
        if here.sign in {"NOT", "-"}:
            query: Query = Not(self._maybe())
        elif here.sign == "(":
            query = self._either()
            if self._here.sign != ")":
                self._fail("this parenthesis is not closed", here.at)
            self._position += 1
        else:
            query = self._term(here)
        self._depth -= 1
        return query

    def _term(self, term: _Lexeme) -> Leaf:
        field = (term.field or "").lower()
        if field not in READERS:
            near = difflib.get_close_matches(field, READERS, n=1)
            hint = f"did you mean “{near[0]}:”?" if near else "to search for it, put it in quotes"
            self._fail(f"unknown field “{term.field}”, {hint}", term.at)
        if not term.value.strip():
            where = f"after “{term.field}:”" if term.field else "between these quotes"
            self._fail(f"nothing stands {where}", term.at)
        try:
            return READERS[field](term.value)
        except ValueError as error:
            self._fail(str(error), term.value_at)

    @property
    def _here(self) -> _Lexeme:
        return self._lexemes[self._position]

    def _fail_without_term(self) -> NoReturn:
        here, before = self._here, self._lexemes[self._position - 1]
        if self._position and before.sign != "(":
            self._fail(f"{before.sign} needs a term after it", before.at)
        if here.sign in _OPERATORS:
            self._fail(f"{here.sign} needs a term before it", here.at)
        if not self._position:
            self._fail("this parenthesis was never opened", here.at)
        open_ = here.sign == _END
        message = "is not closed" if open_ else "holds nothing"
        self._fail(f"this parenthesis {message}", before.at)

    def _fail(self, message: str, at: int) -> NoReturn:
        raise QueryError(message, self._text, at)
