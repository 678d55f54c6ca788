"""Articles that came in → the stories that they tell; one process at a time, beside the polls.

Which story an article belongs to depends on all others, so it is decided in one place, in the
order in which articles are listed (docs/decisions/008-stories.md). Killed at any moment it has
stored a whole batch or none of it, and goes on from there.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime, timedelta
from itertools import chain

from aggregator.dedupe.stories import WINDOW, Stories
from aggregator.dedupe.story import mint
from aggregator.dedupe.telling import Encoder, Said, Telling, said, telling
from aggregator.model import Article, Placed, Source
from aggregator.store import apart as store_apart
from aggregator.store import gathering, leases, remembered, rulings
from aggregator.store.database import Database
from aggregator.store.gathering import State

_log = logging.getLogger(__name__)

_BATCH = 100
"""Articles that are placed in one transaction."""
_JOB = "gathering"
_TURN = timedelta(seconds=30)
"""How long the turn is somebody's who says nothing more; who gets it next reads all anew."""
_RECENT = 2 * WINDOW
"""What is listed so long ago at most is placed before all that is older, and remembered."""


class Gatherer:
    """Places articles; remembers those of the last days, as long as nobody else places any.

    worker: the name under which it has its turn.  stays: it keeps that between calls while there is
    news, until ``leave``: of several services one remembers, and the others needn't.
    """

    def __init__(
        self, db: Database, worker: str, encoder: Encoder | None = None, *, stays: bool = False
    ) -> None:
        self._db = db
        self._worker = worker
        self._encoder = encoder
        self._stays = stays
        self._known: State | None = None
        self._stories = Stories()
        self._apart: frozenset[tuple[str, str]] = frozenset()
        self._asked: Mapping[str, str] = {}
        self._held: Collection[str] = ()
        """Ids that the articles of a batch would give to stories; those that others have."""
        self._unfit: set[str] = set()
        """Articles that can't be put back: putting them there raised."""

    def catch_up(
        self,
        sources: Iterable[Source],
        clock: Callable[[], datetime],
        stop: Callable[[], bool] = lambda: False,
        *,
        at_ease: bool = False,
    ) -> int:
        """Place the articles that wait, those of the last days first; return how many were placed.

        Stops early when ``stop`` is true, or while another process gathers. at_ease: leave time to
        others; of a history a batch is placed, the next one at the next call.
        """
        apart = _apart(sources)
        if apart != self._apart:
            self._apart, self._known = apart, None

        def is_mine() -> bool:
            now = clock()
            return not stop() and leases.take(self._db, _JOB, self._worker, now, now + _TURN)

        done, is_over = 0, False
        try:
            while gathering.first(self._db) and is_mine():
                is_over = True  # if the next line raises
                placed, is_old = self._place(clock(), is_mine)
                done += placed
                is_over = is_old or not self._stays
                if at_ease and is_old:
                    break
        except _NotOurTurn:
            pass
        finally:
            if is_over:
                leave(self._db, self._worker)
        return done

    def _place(self, now: datetime, is_mine: Callable[[], bool]) -> tuple[int, bool]:
        """Place a batch; return how many articles were placed, and whether they are a history's."""
        # The state before all else: if others place what is read now, this batch is not stored.
        known = gathering.state(self._db)
        waiting = gathering.waiting(self._db, _BATCH, now - _RECENT)
        # Beside what is new, a history may be on its way from its oldest article on.
        first = gathering.first(self._db) or now
        while known != self._known:
            self._known = known if self._remember(first, now, is_mine) else None
        self._known = None  # until it is stored, what is remembered is not what is known
        self._stories.forget(first - 2 * WINDOW)
        placed, is_sound = self._placed(waiting)
        after = gathering.place(self._db, placed, now, known)
        self._known = after if is_sound else None
        is_old = bool(waiting) and waiting[0].listed < now - _RECENT
        return (len(placed) if after else 0), is_old

    def _placed(self, waiting: Collection[Article]) -> tuple[list[Placed], bool]:
        """Return which stories articles belong to, and whether what is remembered is sound.

        Where placing raises it may have changed half of that, so no more is placed beside it.
        """
        placed: list[Placed] = []
        was = remembered.still_of(self._db, [article.id for article in waiting])
        # Most begin a story, and each would ask by itself.
        self._asked = {mint(article.id): article.id for article in waiting}
        self._held = remembered.held(self._db, self._asked)
        for article, told in zip(waiting, self._tellings(waiting), strict=True):
            one = None
            with _on_its_own(article):
                one = told and self._stories.place(told, was.get(article.id))
            placed.append(one or self._stories.aside(article.id))
            if told and not one:
                return placed, False
        return placed, True

    def _is_held(self, story: str, article: str) -> bool:
        """Return whether others than an article are in a story."""
        if self._asked.get(story) == article:
            return story in self._held
        return bool(remembered.held(self._db, {story: article}))

    def _tellings(self, waiting: Collection[Article]) -> Iterator[Telling | None]:
        """Yield what articles tell; None for one on which that raises.

        The encoder reads them together, which is quicker; if it raises, each on its own.
        """
        read = self._encoder or _unread
        vectors: Sequence[bytes | None] = ()
        with suppress(Exception):
            vectors = read([said(article) for article in waiting])
        for at, article in enumerate(waiting):
            told = None
            with _on_its_own(article):
                told = telling(article, vectors[at] if vectors else read([said(article)])[0])
            yield told

    def _remember(self, first: datetime, now: datetime, is_mine: Callable[[], bool]) -> bool:
        """Read what was placed in the days around the first that waits, and in those before now.

        And what somebody put beside another article, however old it is.

        It is what would be remembered if it had been placed just now (``Stories.forget``). False
        where putting an article back raised: it may have changed half of what is remembered, so
        all is to be read again, without that one. Raises _NotOurTurn where the turn ends before all
        is read, which may take minutes.
        """
        apart = gathering.followed(self._db, self._apart)
        self._stories = Stories(rulings.ruled(self._db), apart, self._is_held)
        begin, end = first - 2 * WINDOW, first + WINDOW
        told: dict[str, None] = {}
        read = chain(
            remembered.put_together(self._db, _BATCH),
            remembered.gathered(self._db, begin, end, _BATCH),
            remembered.gathered(self._db, max(end, now - _RECENT), None, _BATCH),
        )
        for number, kept in enumerate(read, 1):
            if number % _BATCH == 0 and not is_mine():
                raise _NotOurTurn
            if kept.article.id in self._unfit:
                continue
            with _on_its_own(kept.article):
                one = telling(kept.article, kept.vector)
                self._unfit.add(kept.article.id)
                self._stories.restore(one, kept.story)
                self._unfit.remove(kept.article.id)
                told[kept.story] = None
            if kept.article.id in self._unfit:
                return False
        for head in remembered.heads(self._db, list(told), _BATCH):
            self._stories.recall(*head)
        return True


class _NotOurTurn(Exception):
    """Another process has the turn, or we are to stop."""


def leave(db: Database, worker: str) -> None:
    """Let others have the turn of a worker."""
    leases.give_back(db, _JOB, worker)


def _unread(said: Sequence[Said]) -> list[bytes | None]:
    """Return no vectors, as an encoder that reads no language."""
    return [None] * len(said)


@contextmanager
def _on_its_own(article: Article) -> Iterator[None]:
    """Let an article that raises stay one bad article: the others are gathered all the same."""
    try:
        yield
    except Exception:  # noqa: BLE001 - whatever it is, the next start would meet it again
        _log.exception("article %s can't be compared with others; it stands alone", article.id)


def _apart(sources: Iterable[Source]) -> frozenset[tuple[str, str]]:
    return frozenset((one.key, other) for one in sources for other in one.never_with)


def keep_apart(db: Database, sources: Iterable[Source], now: datetime) -> None:
    """Let ``never_with`` act on the stories of the last days, where it says what it didn't before.

    Beyond those days a few articles, far from each other, would not find their own stories again.
    """
    left = store_apart.keep_apart(db, _apart(sources), now - _RECENT, now)
    if left:
        _log.info(
            "never_with: articles that leave their stories: %d; `story again` applies it to "
            "stories that are older than %d days",
            left,
            _RECENT.days,
        )


def gather_again(db: Database) -> None:
    """Let all stored articles be placed anew; until its turn comes, each stays in its story."""
    gathering.gather_again(db)
    _log.info("all articles are gathered into stories again")
