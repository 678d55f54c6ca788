"""Putting articles into stories, one process at a time; which story it is, others decide."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import asdict, replace
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Connection, delete, func, literal, select, update

from aggregator.model import Article, By, Join, Move, Placed
from aggregator.store import rows
from aggregator.store.database import Database, bump
from aggregator.store.dialect import add, among, insert
from aggregator.store.leading import refresh
from aggregator.store.tables import articles, members, meta, stories, ungathered

_ASIDE = 0
"""The generation of articles that can't be compared: no gathering, all begin at 1, knows them."""
_STATE = "gathered"
_BEGIN = "1 0"


class State(NamedTuple):
    """How far gathering has come.

    generation: moves when all articles are gathered again.  version: moves with each batch that
    is placed and with each ruling; who remembers another one has to read the window again.
    """

    generation: int
    version: int


def state(db: Database) -> State:
    """Return how far gathering has come."""
    with db.read() as connection:
        return state_of(connection)


def state_of(connection: Connection) -> State:
    """Return how far gathering has come, as this transaction sees it."""
    told = connection.scalar(select(meta.c.value).where(meta.c.key == _STATE)) or _BEGIN
    generation, _, version = told.partition(" ")
    return State(int(generation), int(version))


def hold(connection: Connection) -> State:
    """Return how far gathering has come, and let nobody move it before this transaction ends.

    Who places or decides does this before all else: what is read afterwards is still so when it
    is stored, and nobody who waits for this has locked a story that the other needs.
    """
    add(connection, meta, [{"key": _STATE, "value": _BEGIN}])
    connection.execute(select(meta.c.value).where(meta.c.key == _STATE).with_for_update())
    return state_of(connection)


def move_on(connection: Connection, held: State, *, again: bool = False) -> State:
    """Remember that gathering has come further than a state that is held."""
    now = State(held.generation + again, held.version + 1)
    told = f"{now.generation} {now.version}"
    connection.execute(update(meta).where(meta.c.key == _STATE).values(value=told))
    return now


# --- what there is to do, and what is known -----------------------------------------------------


def waiting(db: Database, limit: int, recent: datetime) -> tuple[Article, ...]:
    """Return articles for which no story has been looked for yet, in the order of ``listed``.

    recent: older ones are returned only when none is left that is listed since then.
    """
    order = select(ungathered.c.article).order_by(ungathered.c.listed, ungathered.c.article)
    with db.read() as connection:
        new = order.where(ungathered.c.listed >= recent).limit(limit)
        found = connection.scalars(new).all() or connection.scalars(order.limit(limit)).all()
        return rows.load(connection, found)


def first(db: Database) -> datetime | None:
    """Return when the article that is listed first of those that wait is listed."""
    with db.read() as connection:
        found: datetime | None = connection.scalar(select(func.min(ungathered.c.listed)))
    return found


def left(db: Database) -> int:
    """Return how many articles wait."""
    with db.read() as connection:
        return connection.execute(select(func.count()).select_from(ungathered)).scalar_one()


def followed(db: Database, pairs: Collection[tuple[str, str]]) -> set[tuple[str, str]]:
    """Return pairs of keys, and of those that are ids of merged stories what they became."""
    named = {key for pair in pairs for key in pair}
    with db.read() as connection:
        found = connection.execute(
            select(stories.c.id, members.c.story)
            .join(members, members.c.article == stories.c.leading)
            .where(among(connection, stories.c.id, named))
        )
        now = {row.id: row.story for row in found}
    return {*pairs, *((now.get(one, one), now.get(other, other)) for one, other in pairs)}


# --- placing ------------------------------------------------------------------------------------


def place(db: Database, placed: Sequence[Placed], at: datetime, known: State) -> State | None:
    """Store which stories articles belong to; None, and nothing is stored, if ``known`` is old.

    Old: somebody else has placed articles, or decided something, since.
    """
    if not placed:
        return known
    with db.write() as connection:
        if hold(connection) != known:
            return None
        now = move_on(connection, known)
        touched = stories_of(connection, [one.article for one in placed])
        touched |= _place(connection, placed, at, known.generation)
        done = among(connection, ungathered.c.article, [one.article for one in placed])
        connection.execute(delete(ungathered).where(done))
        refresh(connection, touched, at)
        bump(connection)
    return now


def _place(
    connection: Connection, placed: Sequence[Placed], at: datetime, generation: int
) -> set[str]:
    """Store decisions in their order; return the stories that they touch."""
    touched: set[str] = set()
    entering: list[Placed] = []
    for one in placed:
        entering.append(one)
        if one.moves:  # of articles that may just be entering
            _enter(connection, entering, at, generation)
            entering = []
            touched |= stories_of(connection, [move.article for move in one.moves])
            for move in (*_not_remembered(connection, one.moves, generation), *one.moves):
                connection.execute(_moving(move, at))
        touched.update(_targets(one))
    _enter(connection, entering, at, generation)
    return touched


def _targets(one: Placed) -> dict[str, str]:
    """Return the stories that articles come into, each with one of these."""
    return {one.story: one.article, **{move.story: move.article for move in one.moves}}


def _enter(connection: Connection, placed: Sequence[Placed], at: datetime, generation: int) -> None:
    """Let articles be members of their stories, which are made where there are none."""
    if not placed:
        return
    new = [
        {"id": story, "listed": at, "leading": article, "outlets": 0}
        for one in placed
        for story, article in _targets(one).items()
    ]
    add(connection, stories, new)
    rows = [
        {
            "article": one.article,
            "story": one.story,
            "generation": _ASIDE if one.why and one.why.by is By.BROKEN else generation,
            "joined": at,
            "why": _told(one.why),
            "vector": one.vector,
        }
        for one in placed
    ]
    statement = insert(connection, members)
    fresh = {name: statement.excluded[name] for name in rows[0] if name != "article"}
    statement = statement.on_conflict_do_update(index_elements=["article"], set_=fresh)
    connection.execute(statement, rows)


def _not_remembered(
    connection: Connection, moves: Sequence[Move], generation: int
) -> Iterator[Move]:
    """Yield the moves of all articles of a story that is merged: some are too old to be known.

    Those of an earlier generation wait; they stay until their turn comes.
    """
    known = next((move for move in moves if move.why.by is not By.SPLIT), None)
    if known is None:
        return
    of = select(members.c.story).where(members.c.article == known.article).scalar_subquery()
    beside = select(articles.c.published).where(articles.c.id == known.why.to)
    at = connection.execute(beside).scalar_one()
    told = select(articles.c.id, articles.c.published)
    inside = told.join(members, members.c.article == articles.c.id).where(
        members.c.story == of, members.c.generation == generation
    )
    for row in connection.execute(inside).all():
        yield Move(row.id, known.story, replace(known.why, apart=abs(row.published - at)))


def _moving(move: Move, at: datetime) -> Any:
    told = {"story": move.story, "joined": at, "why": _told(move.why)}
    return update(members).where(members.c.article == move.article).values(told)


def _told(why: Join | None) -> dict[str, Any] | None:
    if why is None:
        return None
    return asdict(why) | {"apart": why.apart / timedelta(microseconds=1)}


def join_of(told: dict[str, Any] | None) -> Join | None:
    """Return a stored reason."""
    if told is None:
        return None
    apart = timedelta(microseconds=told["apart"])
    said = {"by": By(told["by"]), "shared": tuple(told["shared"]), "apart": apart}
    return Join(**told | said)


def stories_of(connection: Connection, ids: Collection[str]) -> set[str]:
    """Return the stories that hold any of these articles."""
    if not ids:
        return set()
    wanted = among(connection, members.c.article, ids)
    return set(connection.scalars(select(members.c.story).where(wanted)))


def told_further(connection: Connection, ids: Collection[str], at: datetime) -> None:
    """Count the outlets of the stories of articles that a further source has brought, or edited."""
    refresh(connection, stories_of(connection, ids), at)


# --- what waits --------------------------------------------------------------------------------


def gather_again(db: Database) -> None:
    """Let all articles be gathered anew; until its turn comes each stays in its story."""
    with db.write() as connection:
        move_on(connection, hold(connection), again=True)
        wait(connection, literal(value=True))


def wait(connection: Connection, wanted: ColumnElement[bool]) -> None:
    """Let stored articles wait to be gathered."""
    chosen = select(articles.c.id, articles.c.listed).where(wanted)
    statement = insert(connection, ungathered).from_select(["article", "listed"], chosen)
    connection.execute(statement.on_conflict_do_nothing())


def add_waiting(connection: Connection, new: Sequence[tuple[str, datetime]]) -> None:
    """Let new articles wait to be gathered."""
    add(connection, ungathered, [{"article": id_, "listed": at} for id_, at in new])
