"""Words as the word lists and operators write them → where they stand in a text, bent or not.

Notation: ``word`` also matches the forms that the language's endings give, ``=word`` only itself,
``word*`` any ending, ``*word`` any beginning. A phrase is several words next to each other.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence, Set
from enum import Enum
from itertools import count
from typing import Any, ClassVar, Generic, NamedTuple, TypeVar
from weakref import ReferenceType, ref

from aggregator.tag.words import fold, tokens

LEAST_LETTERS_AT_STAR = 4
MOST_LETTERS = 200
"""Characters of a term; no phrase that stands in the news as it is written has more."""
_LEAST_LETTERS_BENT = 3
"""Shorter words don't bend: their bent forms would be anything."""
_MOST_FORMS = 200_000
"""Forms that all finders together remember; about 40 MB."""


class Form(Enum):
    """In which forms a word of a pattern matches."""

    BENT = "bent"
    EXACT = "exact"
    STEM = "stem"  # any ending
    TAIL = "tail"  # any beginning


class Word(NamedTuple):
    """One word of a pattern, folded."""

    form: Form
    text: str


Pattern = tuple[Word, ...]


def pattern(text: str) -> Pattern:
    """Return the words of a term.

    Raises ValueError, saying why, for a term without letters or digits, for one of more than
    ``MOST_LETTERS`` and for a star with fewer than four letters beside it.
    """
    if len(text) > MOST_LETTERS:
        message = f"“{text[:20]}…” is too long: {MOST_LETTERS} characters are the most"
        raise ValueError(message)
    found = tuple(word for part in text.split() for word in _words(part))
    if not found:
        message = f"“{text}” has no letters or digits"
        raise ValueError(message)
    return found


def bent(words: Iterable[str]) -> Pattern:
    """Return the pattern of folded words next to each other, each in any of its forms."""
    return tuple(Word(Form.BENT, word) for word in words)


def bare(text: str) -> str:
    """Return a term without its notation.

    >>> bare("=war"), bare("krieg*")
    ('war', 'krieg')
    """
    return text.strip().strip("=*")


def _words(part: str) -> Iterator[Word]:
    form, core = Form.BENT, part
    if part.startswith("="):
        form, core = Form.EXACT, part[1:]
    elif part.startswith("*") or part.endswith("*"):
        form = Form.STEM if part.endswith("*") else Form.TAIL
        core = part.strip("*")
    words = tokens(core)
    if form in (Form.STEM, Form.TAIL) and (
        len(words) != 1 or len(words[0]) < LEAST_LETTERS_AT_STAR or part[:1] == part[-1:] == "*"
    ):
        message = (
            f"“{part}”: a star stands for the ending or the beginning of one word; "
            f"write at least {LEAST_LETTERS_AT_STAR} letters before or after it"
        )
        raise ValueError(message)
    yield from (Word(form, word) for word in words)


class Bending:
    """How a language bends words: form → the dictionary forms that it may come from."""

    def __init__(
        self, bends: Mapping[str, Iterable[str]] | None = None, prefixes: Iterable[str] = ()
    ) -> None:
        endings: dict[str, set[str]] = defaultdict(set)
        for ending, forms in (bends or {}).items():
            for form in forms:
                endings[fold(form)].add(fold(ending))
        self._endings = {form: tuple(sorted(of)) for form, of in endings.items()}
        self._longest = max(map(len, self._endings), default=0)
        self._prefixes = tuple(sorted(map(fold, prefixes)))

    def dictionary_forms(self, word: str) -> set[str]:
        """Return what the word may be a form of; itself among them."""
        found = {word}
        for start in (word, *self._without_prefix(word)):
            found.add(start)
            least = _least_letters(start)
            for stem in range(max(2, len(start) - self._longest), len(start) + 1):
                for ending in self._endings.get(start[stem:], ()):
                    if stem + len(ending) >= least:
                        found.add(start[:stem] + ending)
        return found

    def _without_prefix(self, word: str) -> Iterator[str]:
        for prefix in self._prefixes:
            if word.startswith(prefix) and len(word) - len(prefix) >= _LEAST_LETTERS_BENT:
                yield word[len(prefix) :]


def _least_letters(word: str) -> int:
    """A Korean letter is a syllable: two of them are a word that bends."""
    return 2 if "가" <= word[:1] <= "힣" else _LEAST_LETTERS_BENT


T = TypeVar("T")


class Node(Generic[T]):
    """A place in the tree of patterns; ``terms`` are those that end here.

    There are many of them, most without a next one: what is empty is shared.
    """

    __slots__ = ("next", "terms")

    def __init__(self) -> None:
        self.terms: tuple[T, ...] = ()
        self.next: dict[int, Node[T]] = _NO_NODES


_NO_NODES: dict[int, Node[Any]] = {}


class Words:
    """The words of patterns, numbered. Safe to add to from several threads."""

    def __init__(self) -> None:
        self._numbers: dict[Form, dict[str, int]] = {form: {} for form in Form}
        self._by_form = tuple(self._numbers.values())  # asking by form takes as long as the rest
        self._beside_stars: set[str] = set()
        """The four letters before or after each star: few words of a text have any of them."""
        self._count = count()

    def number(self, word: Word) -> int:
        """Return the number of a word of a pattern, a new one for a new word."""
        if word.form is Form.STEM:
            self._beside_stars.add(word.text[:LEAST_LETTERS_AT_STAR])
        elif word.form is Form.TAIL:
            self._beside_stars.add(word.text[-LEAST_LETTERS_AT_STAR:])
        return self._numbers[word.form].setdefault(word.text, next(self._count))

    def matched_by(self, text: str, dictionary_forms: Set[str]) -> tuple[int, ...]:
        """Return which words of patterns a word of a text matches."""
        bent, exact, stems, tails = self._by_form
        found = [bent[form] for form in sorted(dictionary_forms & bent.keys())]
        if text in exact:
            found.append(exact[text])
        ends = {text[:LEAST_LETTERS_AT_STAR], text[-LEAST_LETTERS_AT_STAR:]}
        if self._beside_stars.isdisjoint(ends):
            return tuple(found)
        for cut in range(LEAST_LETTERS_AT_STAR, len(text) + 1):
            if text[:cut] in stems:
                found.append(stems[text[:cut]])
            if text[-cut:] in tails:
                found.append(tails[text[-cut:]])
        return tuple(found)


class Lexicon(Generic[T]):
    """Patterns and what each of them stands for; of no language."""

    def __init__(self, words: Words) -> None:
        self.root = Node[T]()
        self.words = words

    def add(self, words: Pattern, term: T) -> None:
        """Add what a pattern stands for."""
        node = self.root
        for word in words:
            if node.next is _NO_NODES:
                node.next = {}
            node = node.next.setdefault(self.words.number(word), Node())
        node.terms = (*node.terms, term)

    def after(self, number: int) -> Node[T] | None:
        """Return where terms go on that begin with a word of patterns, if there are any."""
        return self.root.next.get(number)


Found = tuple[T, int, int]
"""A term, where it starts, and how many words it takes; a plain tuple, since many are made."""


class Met(NamedTuple, Generic[T]):
    """What a word of a text says to the patterns, wherever it stands.

    terms: those of this one word.  nodes: where terms go on that begin with it.  going_on: the
    words of patterns with which any of these does.  numbers: which words of patterns it is itself.
    """

    terms: tuple[T, ...]
    nodes: tuple[Node[T], ...]
    going_on: Set[int]
    numbers: tuple[int, ...]


_NOTHING: Met[Any] = Met((), (), frozenset(), ())


class Finder(Generic[T]):
    """Finds the terms of lexicons in texts of one language; remembers the forms it has met.

    lexicons: of the same ``Words``.
    """

    def __init__(self, lexicons: Sequence[Lexicon[T]], bending: Bending) -> None:
        words = lexicons[0].words
        starts = [lexicon.after for lexicon in lexicons]

        def meet(word: str) -> Met[T]:
            numbers = words.matched_by(word, bending.dictionary_forms(word))
            if not numbers:
                return _NOTHING
            nodes = [node for after in starts for number in numbers if (node := after(number))]
            terms = tuple(term for node in nodes for term in node.terms)
            further = tuple(node for node in nodes if node.next)
            going_on = {n for node in further for n in node.next} if further else _NOTHING.going_on
            return Met(terms, further, going_on, numbers)

        self._met = _Memory(meet)

    def find(self, words: Sequence[str]) -> list[Found[T]]:
        """Return every term in a row of tokens."""
        found: list[Found[T]] = []
        row = [*map(self._met.__getitem__, words), _NOTHING]
        for start, (terms, nodes, going_on, _) in enumerate(row):
            for term in terms:
                found.append((term, start, 1))  # noqa: PERF401 - of mostly none
            if nodes and not going_on.isdisjoint(row[start + 1].numbers):
                _go_on(nodes, row, start, found)
        return found


def _go_on(
    nodes: Sequence[Node[T]], row: Sequence[Met[T]], start: int, found: list[Found[T]]
) -> None:
    """Add the terms of several words that begin where a row goes on from a word of it."""
    at = start + 1
    # A row ends with a word that goes on to nothing.
    while nodes := [node.next[n] for node in nodes for n in row[at].numbers if n in node.next]:
        for node in nodes:
            found += [(term, start, at - start + 1) for term in node.terms]
        at += 1


class _Memory(dict[str, Met[T]]):
    """What was found for the words of the texts so far, until all memories are full."""

    _all: ClassVar[list[ReferenceType[_Memory[Any]]]] = []
    _held = 0

    def __init__(self, find: Callable[[str], Met[T]]) -> None:
        super().__init__()
        self._find = find
        _Memory._all.append(ref(self))

    def __missing__(self, word: str) -> Met[T]:
        if _Memory._held >= _MOST_FORMS:
            _Memory._clear_all()
        _Memory._held += 1
        self[word] = found = self._find(word)
        return found

    @staticmethod
    def _clear_all() -> None:
        """Forget all; other threads may look on, or make another memory, meanwhile."""
        for known in list(_Memory._all):
            memory = known()
            if memory is None:
                _Memory._all.remove(known)
            else:
                memory.clear()
        _Memory._held = 0
