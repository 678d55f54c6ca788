"""The operator's topics → which of them an article bears, and by which words; knows no grammar.

A topic is met where

* every one of its ``all`` terms stands in the article, and
* its ``any`` terms, its ``regex`` expressions, the words of its ``place`` and those of its
  ``subject``, if it has any of these, together make ``at_least`` its score;

or where a category of the publisher *is* the topic's name or slug; or where the operator gave the
topic to the whole source. Terms are looked for in title, summary, text and categories, as whole
words next to each other (``tag.words``) in the forms of the article's language
(``tag.patterns``), expressions in the text as it is written (``tag.expressions``), neither ever
across the border of a field or a category.

A term makes points: most in the title, fewer among the first words, fewest further on, so that a
passing mention is no topic (``tag.about``). The score is their sum.

``not`` does what its words can mean. A phrase that shares a word with a term of the topic, in
whatever form ("price war", "star wars" beside "war"), takes away the occurrences it overlaps: a
real war in the same article still counts. A phrase that shares none ("football" beside "war")
would do nothing that way, so it can only be meant for the article: where it stands, the article
bears the topic only if its source does.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence

from aggregator.model import Article, Entry, Evidence, Rule, Topic, TopicHit
from aggregator.tag import about, language
from aggregator.tag.expressions import Expressions
from aggregator.tag.judging import Case, Outcome
from aggregator.tag.mention import Mention
from aggregator.tag.patterns import Finder, Lexicon, Words
from aggregator.tag.rows import Row, rows
from aggregator.tag.terms import Role, Term, meanings, terms
from aggregator.tag.vocabulary import Vocabulary, vocabulary
from aggregator.tag.words import tokens

_MOST_PLACES = 50
"""Places of one term in an article that are looked at; a hostile text repeats a word of every
topic ten thousand times."""


class Tagger:
    """The topics, made ready to be looked for all at once: the cost hardly grows with their number.

    Raises ValueError, saying which, for a term without letters or digits, a star with too few
    letters, an expression that can't be used, a place that is no country code and a subject that
    there is not.
    """

    def __init__(self, topics: Sequence[Topic]) -> None:
        self._topics = tuple(topics)
        self._order = {topic.slug: number for number, topic in enumerate(self._topics)}
        self._lexicon = Lexicon[Term](Words())
        self._named: dict[tuple[str, ...], list[Term]] = defaultdict(list)
        self._keys: list[tuple[str, ...]] = []
        self._by_meaning: dict[str, list[int]] = defaultdict(list)
        self._finders: dict[str, Finder[Term]] = {}
        expressions: list[tuple[str, Term]] = []
        for number, topic in enumerate(self._topics):
            for term in terms(number, topic):
                if term.role is Role.NAMED:
                    self._named[tokens(term.text)].append(term)
                elif term.role is Role.REGEX:
                    expressions.append((term.text, term))
                else:
                    self._lexicon.add(term.words, term)
            self._keys.append(tuple(meanings(topic)))
            for of in self._keys[number]:
                self._by_meaning[of].append(number)
        self._expressions = Expressions(expressions)

    def hits(
        self,
        item: Entry | Article,
        source_key: str,
        source_topics: tuple[str, ...] = (),
        languages: tuple[str, ...] | None = None,
    ) -> tuple[TopicHit, ...]:
        """Return the topics of an article in the order of the topics, with all their reasons.

        source_topics: slugs that the operator gave to every article of the source.  languages:
        those to read it in (``language.read``), where the caller knows them.
        """
        outcomes = self._outcomes(item, languages, only_met=True)
        found = {outcome.topic: outcome.why for outcome in outcomes if outcome.met}
        for hit in self.given(source_key, source_topics):
            found[hit.topic] = (*found.get(hit.topic, ()), *hit.why)
        return tuple(TopicHit(slug, found[slug]) for slug in self._ordered(found))

    def given(self, source_key: str, source_topics: tuple[str, ...]) -> tuple[TopicHit, ...]:
        """Return the topics that the operator gave to every article of a source."""
        return tuple(
            TopicHit(slug, (Evidence(Rule.SOURCE, "source", source_key, slug),))
            for slug in self._ordered(source_topics)
        )

    def _ordered(self, slugs: Iterable[str]) -> list[str]:
        return sorted(set(slugs), key=lambda slug: (self._order.get(slug, len(self._order)), slug))

    def outcomes(self, item: Entry | Article) -> tuple[Outcome, ...]:
        """Return how every topic fares of which any word stands in the article."""
        return tuple(self._outcomes(item, None, only_met=False))

    def _outcomes(
        self, item: Entry | Article, languages: tuple[str, ...] | None, *, only_met: bool
    ) -> Iterator[Outcome]:
        read = rows(item)
        if languages is None:
            languages = language.read(item).candidates
        vocabularies = list(dict.fromkeys(map(vocabulary, languages or ("",))))
        mentions = about.read(read, vocabularies if self._by_meaning else ())
        found: dict[int, dict[Mention[Term], None]] = defaultdict(dict)
        for match in self._matches(read, vocabularies):
            found[match.says.topic][match] = None
        scores: dict[int, float] = defaultdict(float)
        for of, score in mentions.scores.items():
            for number in self._by_meaning.get(of, ()):
                scores[number] += score
        case = Case(read, mentions)
        for number in sorted(scores.keys() | found.keys()):
            topic = self._topics[number]
            # Words that stand on one another can only make the score less than this sum.
            if number in found or scores[number] >= topic.at_least or not only_met:
                yield case.judge(topic, self._keys[number], tuple(found.get(number, ())))

    def _matches(
        self, read: Sequence[Row], vocabularies: Sequence[Vocabulary]
    ) -> Iterator[Mention[Term]]:
        """Yield where terms stand, of each the first places: further ones count next to nothing."""
        counts: Counter[Term] = Counter()
        for match in self._all_matches(read, vocabularies):
            counts[match.says] += 1
            if counts[match.says] <= _MOST_PLACES:
                yield match

    def _all_matches(
        self, read: Sequence[Row], vocabularies: Sequence[Vocabulary]
    ) -> Iterator[Mention[Term]]:
        has_terms = bool(self._lexicon.root.next)
        finders = [self._finder(each) for each in vocabularies] if has_terms else []
        for number, row in enumerate(read):
            for finder in finders:
                for term, start, length in finder.find(row.words):
                    yield Mention(term, number, start, length)
            for found in self._expressions.find(row):
                yield Mention(found.term, number, found.start, found.length, said=found.said)
            if row.field == "categories":
                for term in self._named.get(row.words, ()):
                    yield Mention(term, number, 0, len(row.words))

    def _finder(self, words: Vocabulary) -> Finder[Term]:
        if words.code not in self._finders:
            self._finders[words.code] = Finder([self._lexicon], words.bending)
        return self._finders[words.code]
