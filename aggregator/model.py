"""The nouns of the service: values that cross from one step to the next. No behaviour, no I/O.

Every datetime is aware and in UTC. Every string is well-formed Unicode without control characters
other than newline and tab (``parse`` sees to it). ``content`` is HTML that is already clean;
every other text is plain. Addresses are absolute http(s).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

# --- what the operator asks for ---------------------------------------------------------------

ENOUGH = 1.0
"""The score from which on an article is about something, unless its topic says otherwise."""


@dataclass(frozen=True, slots=True)
class Source:
    """One feed to poll. ``url`` is http(s), or ``file:///…`` for a feed on disk."""

    key: str
    url: str
    name: str | None = None
    topics: tuple[str, ...] = ()
    every: timedelta | None = None
    language: str | None = None
    headers: tuple[tuple[str, str], ...] = field(default=(), repr=False)
    auth: tuple[str, str] | None = field(default=None, repr=False)
    proxy: str | None = field(default=None, repr=False)
    allow_private: bool = False
    never_with: tuple[str, ...] = ()
    """Keys of sources, ids of articles and stories: never of one story with its articles."""


@dataclass(frozen=True, slots=True)
class Pacing:
    """How often sources are asked that have no interval of their own.

    every: so often; None: each by its own rhythm, between ``fastest`` and ``slowest``.
    price: what a request costs: new entries may wait so long together before they are worth one.
    """

    every: timedelta | None = None
    fastest: timedelta = timedelta(minutes=5)
    slowest: timedelta = timedelta(days=1)
    price: timedelta = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Topic:
    """A rule that tags articles.

    place: ISO 3166 alpha-2 codes.  subject: keys of ``tag.gazetteer``.  regex: for RE2.
    """

    slug: str
    name: str
    any: tuple[str, ...] = ()
    all: tuple[str, ...] = ()
    not_: tuple[str, ...] = ()
    place: tuple[str, ...] = ()
    subject: tuple[str, ...] = ()
    regex: tuple[str, ...] = ()
    at_least: float = ENOUGH
    """The score from which on an article bears the topic."""
    match: tuple[str, ...] = ()
    """Texts that the rule must match (``examples.match``)."""
    reject: tuple[str, ...] = ()
    """Texts that the rule must not match (``examples.reject``)."""
    former: tuple[str, ...] = ()
    """Slugs that this topic had before; their feeds redirect here."""


class Per(StrEnum):
    """What an entry of a feed is."""

    ARTICLE = "article"
    STORY = "story"


class Updates(StrEnum):
    """When the entry of a story in a feed is shown as changed."""

    QUIET = "quiet"  # when its leading article is edited, or another one leads
    EACH_SOURCE = "each_source"  # also when a further outlet tells it
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class Feed:
    """One output feed: every topic has one, every entry of feeds.yaml is one, ``all`` is one."""

    slug: str
    title: str
    where: str = ""
    """A query (see ``tag.query``); empty is everything."""
    description: str = ""
    token: str | None = field(default=None, repr=False)
    """The secret that a private feed's address must carry; None: public."""
    title_prefix: bool = False
    """Put the outlet's name before each title."""
    former: tuple[str, ...] = ()
    per: Per = Per.ARTICLE
    min_sources: int = 1
    """Of stories: outlets that must tell one before it is shown."""
    updates: Updates = Updates.QUIET


# --- what the network says --------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Validators:
    """What a server gave us to ask conditionally with, byte for byte as it came."""

    etag: str | None = None
    last_modified: str | None = None


class Reason(StrEnum):
    """Why a poll failed. The list is fixed, so that failures can be counted."""

    ADDRESS = "address"  # the URL is malformed or not http(s)
    PRIVATE = "private"  # it leads to a private address
    DNS = "dns"
    CONNECT = "connect"
    TLS = "tls"
    TIMEOUT = "timeout"  # the total deadline for headers and body
    INCOMPLETE = "incomplete"  # the connection or the compression ended early
    PROTOCOL = "protocol"  # not HTTP, or a content coding that we don't know or that is broken
    TOO_LARGE = "too-large"
    REDIRECTS = "redirects"  # more than the limit, or a circle
    GONE = "gone"  # 410
    RATE_LIMITED = "rate-limited"  # 429, or another refusal with Retry-After
    RESTING = "resting"  # it leads to a host that has to be left alone for now
    CLIENT_ERROR = "client-error"  # other 4xx
    SERVER_ERROR = "server-error"  # 5xx and other odd statuses
    FILE = "file"  # a feed on disk can't be read
    NOT_A_FEED = "not-a-feed"
    PARSE_TIMEOUT = "parse-timeout"
    PARSE_CRASH = "parse-crash"  # the parser raised, ran out of memory or died
    BUG = "bug"  # ours


@dataclass(frozen=True, slots=True)
class Visit:
    """One request of a fetch: what it cost the host. No part of what the answer says.

    bytes: of the answer's body, as they came over the wire.
    """

    host: str
    unmodified: bool = False
    bytes: int = 0


@dataclass(frozen=True, slots=True)
class Offer:
    """What a feed says of WebSub: the hub that tells of its changes, and its own name there.

    Addresses; "" where it doesn't say.
    """

    hub: str = ""
    topic: str = ""


@dataclass(frozen=True, slots=True)
class Fetched:
    """A whole body. ``url`` is where it was found, after redirects."""

    url: str
    body: bytes = field(repr=False)
    content_type: str = ""
    validators: Validators = Validators()
    moved_to: str | None = None
    """The new address, if every redirect on the way was permanent (301, 308)."""
    fresh_for: timedelta | None = None
    """For how long there is nothing newer, by Cache-Control or Expires; None: not said."""
    offer: Offer = Offer()
    """Of the Link headers."""
    visits: tuple[Visit, ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class NotModified:
    """The server says that what we have is current. Holds the newest validators."""

    validators: Validators = Validators()
    fresh_for: timedelta | None = None
    moved_to: str | None = None
    visits: tuple[Visit, ...] = field(default=(), compare=False)


@dataclass(frozen=True, slots=True)
class Failed:
    """An expected failure of the outside. ``detail`` is one sentence for the operator.

    retry_after: what the host that answered asks for.  visits: in their order, the last one to it.
    """

    reason: Reason
    detail: str
    retry_after: timedelta | None = None
    visits: tuple[Visit, ...] = field(default=(), compare=False)


Outcome = Fetched | NotModified | Failed

# --- what a feed says -------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Image:
    url: str
    alt: str = ""
    width: int | None = None
    height: int | None = None


@dataclass(frozen=True, slots=True)
class Enclosure:
    """A file that belongs to an entry. ``length`` in bytes, None if unknown."""

    url: str
    type: str = ""
    length: int | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry as a feed brings it, cleaned. What identifies it: guid, else link, else content."""

    guid: str | None
    link: str | None
    title: str
    summary: str = ""
    """The standfirst, plain."""
    content: str = ""
    """Clean HTML; empty if the feed brings no more than the summary."""
    text: str = ""
    """``content`` as plain text."""
    authors: tuple[str, ...] = ()
    published: datetime | None = None
    updated: datetime | None = None
    image: Image | None = None
    enclosures: tuple[Enclosure, ...] = ()
    categories: tuple[str, ...] = ()
    language: str | None = None


class SkipReason(StrEnum):
    """Why one entry of a feed was left out while the others came in."""

    EMPTY = "empty"  # neither title nor text nor link
    BROKEN = "broken"  # raised while it was read
    TOO_MANY = "too-many"  # past the limit of entries in a document


@dataclass(frozen=True, slots=True)
class Skipped:
    """An entry that was left out. ``position`` counts from 0 in the document."""

    position: int
    reason: SkipReason
    detail: str


MARK_BYTES = 8
"""A mark stands for an entry as it is written, with all that it inherits (``parse.raw``)."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """How a feed asks to be polled.

    apart: the least between two polls (``ttl``, ``sy:updatePeriod``).  hours: of the day, UTC, in
    which to stay away (``skipHours``).  days: of the week, Monday is 0 (``skipDays``).
    """

    apart: timedelta = timedelta(0)
    hours: frozenset[int] = frozenset()
    days: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Document:
    """One parsed feed document, entries in document order."""

    title: str
    link: str | None
    language: str | None
    entries: tuple[Entry, ...]
    skipped: tuple[Skipped, ...] = ()
    marks: tuple[bytes, ...] = ()
    """By what each of the entries is known when it comes again; none where that can't be told."""
    passed: tuple[bytes, ...] = ()
    """The marks of further entries, which were known and so not read."""
    wishes: Wishes | None = None
    """None: as they were, since nothing around the entries was read again."""
    offer: Offer | None = None
    """None: as it was."""


# --- what is kept -----------------------------------------------------------------------------


class Rule(StrEnum):
    """Which part of a topic's rule was met."""

    ANY = "any"
    ALL = "all"
    PLACE = "place"
    SUBJECT = "subject"
    REGEX = "regex"
    CATEGORY = "category"  # a publisher's own category bears the topic's name or one of its words
    SOURCE = "source"  # the operator gave this topic to the whole source


class Kind(StrEnum):
    """What a word says of the country or subject that it speaks for."""

    NAME = "name"  # of the country
    PEOPLE = "people"  # demonym or adjective
    CAPITAL = "capital"
    CITY = "city"
    STANDS_FOR = "stands-for"  # an institution, a currency, a seat of government
    NOT = "not"  # a phrase in which a name means something else
    SURE = "sure"  # it can hardly mean anything else
    LIKELY = "likely"
    HINT = "hint"
    NEVER = "never"  # a phrase in which a word of the subject means something else


@dataclass(frozen=True, slots=True)
class Evidence:
    """One reason for a topic: these words, as they stand in this field of the article."""

    rule: Rule
    field: str
    """"title", "summary", "text", "categories", or for ``Rule.SOURCE`` "source"."""
    words: str
    """The words as the article has them; for ``Rule.SOURCE`` the source's key."""
    term: str
    """The operator's word or expression, or the word of the gazetteer, that they matched."""
    of: str = ""
    """The country code or subject that the gazetteer has the word for; "" for the operator's."""
    kind: Kind | None = None
    score: float = 0.0
    """What the words, wherever they stand in the field, add to the topic's score; 0 for what is
    no option of the rule: an ``all`` term, a category that names the topic, the source."""


@dataclass(frozen=True, slots=True)
class TopicHit:
    topic: str
    why: tuple[Evidence, ...]

    @property
    def score(self) -> float:
        """How much the article is about it; 1 is enough unless the topic says otherwise."""
        return round(sum(evidence.score for evidence in self.why), 2)


@dataclass(frozen=True, slots=True)
class Outlet:
    """What may be told in public of a source."""

    key: str
    name: str
    feed_url: str | None = None
    site_url: str | None = None


@dataclass(frozen=True, slots=True)
class Appearance:
    """One source that carries an article, with its own guid, link and headline."""

    outlet: Outlet
    guid: str | None
    link: str | None
    title: str
    seen: datetime


@dataclass(frozen=True, slots=True)
class Article:
    """One article as we keep it and republish it.

    id: 26 characters of [a-z2-7]; minted once, for ever.
    published: the publisher's date, never later than ``first_seen``; without one, ``first_seen``.
    updated: moves only when what a reader would notice moved; never before ``published``.
    listed: where it stands in feeds and digests (newest first): ``published``, but an entry that
    turns up late in a source already followed counts as new when it turns up.
    language, certainty: as decided, and how sure that is, 0 to 1; 1 is the publisher's word or
    the operator's.  declared: the language as the publisher gave it, whatever was decided.
    appearances: oldest first; the first one speaks for the article.
    """

    id: str
    title: str
    link: str | None
    first_seen: datetime
    published: datetime
    updated: datetime
    listed: datetime
    summary: str = ""
    content: str = ""
    text: str = ""
    authors: tuple[str, ...] = ()
    image: Image | None = None
    enclosures: tuple[Enclosure, ...] = ()
    categories: tuple[str, ...] = ()
    language: str | None = None
    certainty: float | None = None
    declared: str | None = None
    appearances: tuple[Appearance, ...] = ()
    topics: tuple[TopicHit, ...] = ()


@dataclass(frozen=True, slots=True)
class Revision:
    """What an article said before its publisher edited it at ``until``."""

    until: datetime
    title: str
    summary: str
    content: str


# --- deciding what is the same ----------------------------------------------------------------


class Verdict(StrEnum):
    NEW = "new"
    CHANGED = "changed"  # the source that speaks for it edited it
    ALSO = "also"  # known, and now seen in a further source
    UNCHANGED = "unchanged"


@dataclass(frozen=True, slots=True)
class Known:
    """A stored article, as far as deciding whether an entry is the same needs it."""

    article: str
    speaker: str
    """Key of the source that speaks for it."""
    sources: frozenset[str]
    link: str | None
    """Canonical key of its link (``dedupe.canonical``)."""
    title: str
    published: datetime | None
    """As the publisher gave it; None where it gave none."""
    fingerprint: str
    """Hash over what a reader would notice (``dedupe.identity.fingerprint``)."""


@dataclass(frozen=True, slots=True)
class Decision:
    """What one entry is. ``identities`` are the keys under which it will be known."""

    entry: Entry
    article: str
    verdict: Verdict
    why: str
    identities: tuple[str, ...]
    link: str | None
    fingerprint: str


# --- one story --------------------------------------------------------------------------------


class By(StrEnum):
    """What brought an article into a story, or parted it from one."""

    COPY = "copy"  # it holds most of the other's text
    WORDS = "words"  # rare words, names, places and numbers that both have
    MEANING = "meaning"  # what the sentences mean, across languages
    PERSON = "person"  # somebody put them together
    SPLIT = "split"  # nothing: the story in which both were turned out to be two
    BROKEN = "broken"  # nothing: it raised while it was compared, so it stands alone


@dataclass(frozen=True, slots=True)
class Join:
    """Why an article stands in a story: the article of it that is most like it, and in what.

    By ``SPLIT``: one of the story that it was parted from, and how alike the two are.
    """

    to: str
    """An article's id; its own where it was compared with none."""
    by: By
    likeness: float
    """0 to 1."""
    shared: tuple[str, ...] = ()
    """Words that both have, the most telling first."""
    apart: timedelta = timedelta()
    """Between the two."""


@dataclass(frozen=True, slots=True)
class Move:
    """A placed article that changes its story: two stories are merged, or one is split."""

    article: str
    story: str
    """The one that it goes to."""
    why: Join


@dataclass(frozen=True, slots=True)
class Placed:
    """Which story an article was found to belong to, and which others change theirs by it."""

    article: str
    story: str
    why: Join | None = None
    """None: a story begins with it."""
    moves: tuple[Move, ...] = ()
    vector: bytes | None = None
    """What the sentence encoder makes of the article, to be kept."""


@dataclass(frozen=True, slots=True)
class Ruling:
    """What somebody decided about two articles: they are of one story, or they are not."""

    article: str
    other: str
    together: bool


@dataclass(frozen=True, slots=True)
class Member:
    """An article of a story. ``why`` is None for the one that began it.

    Of an article that doesn't lead the story only the head is there: title, link, language, dates,
    categories, topics and appearances.
    """

    article: Article
    joined: datetime
    why: Join | None = None


@dataclass(frozen=True, slots=True)
class Story:
    """One event as all outlets tell it.

    id: 26 characters of [a-z2-7]; minted once; after a merge it leads to the other story.
    members: in the order of publication.  leading: id of the article that stands for the story.
    listed: of the newest member.  led: since when that article leads, None: from the beginning.
    told: when an outlet was last added, None: all were there from the beginning.
    """

    id: str
    members: tuple[Member, ...]
    leading: str
    listed: datetime
    led: datetime | None = None
    told: datetime | None = None

    @property
    def outlets(self) -> int:
        """How many sources tell it."""
        return len({seen.outlet.key for one in self.members for seen in one.article.appearances})


# --- one poll ---------------------------------------------------------------------------------


MOVED = 3
"""On so many days an address has to redirect to the same one for good before that is asked."""


@dataclass(frozen=True, slots=True)
class PollState:
    """What the last polls of a source left behind."""

    source: str
    validators: Validators = Validators()
    body_hash: str | None = None
    """SHA-256 (hex) of the last body whose articles are stored."""
    config_hash: str | None = None
    """Of what the operator said about the source: a change voids validators and body hash."""
    failures: int = 0
    """Failed polls in a row."""
    first_success: datetime | None = None
    last_success: datetime | None = None
    host: str = ""
    """Where its feed was found last; the host that a poll of it has a lease on."""
    full_at: datetime | None = None
    """When a server last sent a body and not only word that nothing has changed."""
    gone_at: datetime | None = None
    """Since when its server says that it is gone for good."""
    moved_to: str | None = None
    """Where its address redirects to for good: on ``moves`` days, the last one ``moved_at``."""
    moves: int = 0
    moved_at: datetime | None = None
    pace: bytes = b""
    """What ``pace`` learned of when to ask, as it packs it; empty: nothing yet."""
    told_until: datetime | None = None
    """Until then a hub tells when it changes; ``told_at`` it did so last."""
    told_at: datetime | None = None


class Rest(StrEnum):
    """Why a host is left alone for a while."""

    GAP = "gap"  # between any two requests
    ASKED = "asked"  # it said when to come again, or that we come too often
    BUDGET = "budget"  # the day's requests are used up


@dataclass(frozen=True, slots=True)
class Stay:
    """What a poll asked of one host, and from when on that may be asked again.

    budget: how many requests it may get on one day, UTC; None: any number.
    """

    host: str
    requests: int = 0
    unmodified: int = 0
    bytes: int = 0
    free_at: datetime | None = None
    why: Rest = Rest.GAP
    budget: int | None = None


@dataclass(frozen=True, slots=True)
class Arrival:
    """One decision as it will be stored: the article as it is to be, and its appearance.

    For ``Verdict.ALSO`` only the appearance, identities and topics are added to what is stored.
    For ``Verdict.CHANGED`` the stored article keeps ``first_seen`` and ``listed``; ``published``
    follows the publisher, but not past ``first_seen``; ``updated`` becomes the arrival's if that
    is later than the stored one, else the commit's time: an edit must be seen even if the
    publisher does not move the date.
    ``UNCHANGED`` decisions are no arrivals.
    """

    verdict: Verdict
    why: str
    article: Article
    appearance: Appearance
    identities: tuple[str, ...]
    link: str | None
    published: datetime | None
    """As the publisher gave it."""
    fingerprint: str


@dataclass(frozen=True, slots=True)
class Commit:
    """All that one poll changes, written in one transaction."""

    source: str
    at: datetime
    result: str
    """"ok", "unchanged" (304 or the same bytes), or a ``Reason``."""
    detail: str
    next_due: datetime
    state: PollState
    title: str | None = None
    """The feed's own title and home page, where a body was read."""
    site_url: str | None = None
    entries: int = 0
    arrivals: tuple[Arrival, ...] = ()
    identities: tuple[tuple[str, str], ...] = ()
    """Further keys of articles that are known already: key, article id."""
    seen: Mapping[bytes, str] | None = None
    """Marks of entries that needn't be read again, with their articles; None: as before."""
    skipped: tuple[Skipped, ...] = ()
    bytes: int = 0
    milliseconds: int = 0
    stays: tuple[Stay, ...] = ()
    """One for each host that was asked."""
    offer: Offer | None = None
    """None: as before."""


@dataclass(frozen=True, slots=True)
class PollRecord:
    """One line of a source's history of polls."""

    source: str
    at: datetime
    result: str
    detail: str
    entries: int
    new: int
    changed: int
    skipped: int
    bytes: int
    milliseconds: int


@dataclass(frozen=True, slots=True)
class SourceStatus:
    """How a source is doing, for the status page."""

    key: str
    url: str
    name: str
    site_url: str | None
    last_polled: datetime | None
    last_success: datetime | None
    next_due: datetime | None
    failures: int
    result: str | None
    detail: str
    articles: int
    newest: datetime | None
    pace: bytes = b""
    gone_at: datetime | None = None
    moved_to: str | None = None
    """Where it is asked instead of at ``url``, which has moved for good."""
    host: str = ""
    free_at: datetime | None = None
    """Until when its host is left alone, and why; None where that is no longer than a gap."""
    why: Rest | None = None


class Standing(StrEnum):
    """How far a subscription has come."""

    WANTED = "wanted"  # the hub is to be asked
    ASKED = "asked"  # it has not called back yet
    ACTIVE = "active"
    DENIED = "denied"
    LEAVING = "leaving"  # the hub is to be told that we want no more


@dataclass(frozen=True, slots=True)
class Subscription:
    """What a hub is to tell us of one source.

    id: the unguessable end of the address that it calls.  base: what stands before that.
    until: the end of the lease.  next_try: when the hub is asked (again).
    failures: requests in a row that led to nothing.  detail: what the hub said last.
    """

    id: str
    source: str
    hub: str
    topic: str
    base: str
    secret: str = field(repr=False)
    standing: Standing
    next_try: datetime
    until: datetime | None = None
    failures: int = 0
    detail: str = ""


@dataclass(frozen=True, slots=True)
class HostStatus:
    """How politely a host was treated: what it was asked since it is known, and what waited for it.

    today: requests of the day (UTC) that last had some.  bytes: of bodies, over the wire.
    waits: polls that were due and had to wait for the host, ``waited`` in all.
    free_at: before that it is not asked, because of ``why``.
    """

    host: str
    sources: int
    requests: int
    today: int
    bytes: int
    unmodified: int
    waits: int
    waited: timedelta
    free_at: datetime
    why: Rest


# --- what goes out ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Page:
    """A stretch of articles, newest first. ``next`` is an opaque cursor to older ones."""

    articles: tuple[Article, ...]
    next: str | None = None


@dataclass(frozen=True, slots=True)
class StoryPage:
    """A stretch of stories, newest first. ``next`` is an opaque cursor to older ones."""

    stories: tuple[Story, ...]
    next: str | None = None


@dataclass(frozen=True, slots=True)
class Channel:
    """What a republished feed says of itself.

    urls: format ("atom", "rss", "json") → the address of this feed in that format.
    pages: the address before an article's id of our page about it, e.g. ``…/articles/``.
    """

    id: str
    title: str
    description: str
    home: str
    urls: Mapping[str, str]
    pages: str
    icon: str | None = None
    next_url: str | None = None
    """Where older entries are, in the format that is being rendered."""
    title_prefix: bool = False
    topic_names: Mapping[str, str] = field(default_factory=dict)
    """Topic slug → what people call it; a slug that isn't here stands for itself."""
    hub: str | None = None
    """Who tells of this feed's changes (WebSub)."""
    stylesheet: str | None = None
    """The CSS with which a browser shows the Atom and the RSS of this feed."""
