"""What the operator decides on the pages: forms for who has the password, and for nobody else."""

from __future__ import annotations

import newsroom
import pytest
from articles import article_id
from bs4 import BeautifulSoup
from flask.testing import FlaskClient
from newsroom import OTHER_STORY, STORY, place
from web_client import Visit, client
from werkzeug.test import TestResponse

from aggregator.model import Move, Placed, Ruling
from aggregator.store import rulings
from aggregator.store.database import Database
from aggregator.web.rulings import form_pass
from aggregator.web.site import ENVIRON

AUTH = ("editor", "pass:wörd")
PULLED = f"/articles/{article_id(2)}/apart"
PUT = f"/articles/{article_id(12)}/together"
EVERY_FORM = (PULLED, PUT)


@pytest.fixture
def caller(db: Database) -> FlaskClient:
    """Of a site with a password, where articles 0, 2, 3 and 8 are one story and 12 is one."""
    newsroom.gather(db)
    return client(newsroom.site(db, auth=AUTH))


def form(caller: FlaskClient, action: str) -> dict[str, str]:
    """What the form of this action holds, on the page where it stands."""
    article = action.split("/")[2]
    page = f"/stories/{STORY}" if action.endswith("apart") else f"/articles/{article}"
    found = BeautifulSoup(caller.get(page, auth=AUTH).text, "lxml").select_one(
        f'form[method=post][action="{action}"]'
    )
    assert found is not None
    fields = found.select("input[name]")
    return {str(one["name"]): str(one.get("value", "")) for one in fields}


def send(caller: FlaskClient, action: str, /, **fields: str) -> TestResponse:
    return caller.post(action, auth=AUTH, data=form(caller, action) | fields)


# --- what they do -------------------------------------------------------------------------------


def test_not_this_story_takes_an_article_out_for_good(db: Database, caller: FlaskClient) -> None:
    response = send(caller, PULLED)
    assert (response.status_code, response.headers["Location"]) == (303, f"/stories/{STORY}")
    others = {article_id(number) for number in (0, 3, 8)}
    ruled = rulings.ruled(db)
    assert {one.article for one in ruled} | {one.other for one in ruled} == {article_id(2), *others}
    assert not any(one.together for one in ruled)
    page = caller.get(f"/stories/{STORY}", auth=AUTH).text
    assert newsroom.STORIES[2].title not in page


MEANT = [
    article_id(8),
    f"  {article_id(8)}\n",
    f"https://news.example/articles/{article_id(8)}",
    f"/articles/{article_id(8)}",
    "https://jiangbao.example/8",
    STORY,
    f"https://news.example/stories/{STORY}?x#y",
    f"/stories/{STORY}",
]


@pytest.mark.parametrize("other", MEANT)
def test_same_story_as_takes_an_id_or_an_address(
    db: Database, caller: FlaskClient, other: str
) -> None:
    response = send(caller, PUT, other=other)
    assert response.status_code == 303
    assert response.headers["Location"] == f"/articles/{article_id(12)}"
    first, second = sorted((article_id(8), article_id(12)))
    assert rulings.ruled(db) == (Ruling(first, second, together=True),)


def test_a_story_that_was_merged_stands_for_the_one_that_took_it_in(
    db: Database, caller: FlaskClient
) -> None:
    place(db, Placed(article_id(0), STORY, moves=(Move(article_id(12), STORY),)))
    action = f"/articles/{article_id(13)}/together"
    assert send(caller, action, other=OTHER_STORY).status_code == 303
    assert rulings.ruled(db) == (Ruling(article_id(12), article_id(13), together=True),), "the lead"


WRONG = ["", "nothing", article_id(77), f"/articles/{article_id(77)}", f"/stories/{article_id(0)}"]
WRONG += ["https://elsewhere.example/", "\x00", "x" * 9999, article_id(12), f"/articles/{STORY}"]


@pytest.mark.parametrize("other", WRONG)
def test_what_is_not_there_is_refused_in_words(
    db: Database, caller: FlaskClient, other: str
) -> None:
    response = send(caller, PUT, other=other)
    assert response.status_code == 400
    words = "name another one" if other == article_id(12) else "There is no article and no story"
    assert words in response.text
    assert len(response.text) < 9000
    assert rulings.ruled(db) == ()


@pytest.mark.parametrize(("name", "number"), [("apart", 77), ("together", 77), ("apart", 13)])
def test_what_is_not_there_or_in_no_story_can_be_put_nowhere(
    db: Database, caller: FlaskClient, name: str, number: int
) -> None:
    article = article_id(number)
    environ = {ENVIRON: newsroom.site(db, auth=AUTH)}
    with caller.application.test_request_context("/", environ_overrides=environ):
        sent = {"pass": form_pass(f"rulings.{name}", article), "other": article_id(8)}
    assert caller.post(f"/articles/{article}/{name}", auth=AUTH, data=sent).status_code == 404
    assert rulings.ruled(db) == ()


# --- who may ------------------------------------------------------------------------------------


@pytest.mark.parametrize("action", EVERY_FORM)
def test_without_a_password_there_are_no_forms(visit: Visit, db: Database, action: str) -> None:
    newsroom.gather(db)
    caller = visit()
    for page in (f"/stories/{STORY}", f"/articles/{article_id(2)}", f"/articles/{article_id(12)}"):
        assert '<form class="ruling"' not in caller.get(page).text
    fields = form(client(newsroom.site(db, auth=AUTH)), action)
    assert caller.post(action, data=fields | {"other": article_id(8)}).status_code == 404
    assert rulings.ruled(db) == ()


@pytest.mark.parametrize("action", EVERY_FORM)
def test_who_has_not_the_password_decides_nothing(
    db: Database, caller: FlaskClient, action: str
) -> None:
    fields = form(caller, action) | {"other": article_id(8)}
    assert caller.post(action, data=fields).status_code == 401
    assert caller.post(action, data=fields, auth=("editor", "x")).status_code == 401
    assert rulings.ruled(db) == ()


@pytest.mark.parametrize("action", EVERY_FORM)
def test_another_site_can_make_a_browser_send_nothing(
    db: Database, caller: FlaskClient, action: str
) -> None:
    """The browser adds the password by itself; what other sites can't know is the pass."""
    ours = form(caller, action)
    elsewhere = form(caller, next(one for one in EVERY_FORM if one != action))
    for fields in ({}, {"pass": ""}, {"pass": "0" * 64}, {"pass": "ü"}, elsewhere):
        sent = {"other": article_id(8)} | fields
        headers = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"}
        assert caller.post(action, auth=AUTH, data=sent).status_code == 403
        assert caller.post(action, auth=AUTH, data=sent, headers=headers).status_code == 403
    for site in ("cross-site", "same-site", "none"):
        response = caller.post(action, auth=AUTH, data=ours, headers={"Sec-Fetch-Site": site})
        assert response.status_code == 403
    assert rulings.ruled(db) == ()


def test_a_form_of_our_own_page_says_so_and_passes(db: Database, caller: FlaskClient) -> None:
    sent, headers = form(caller, PULLED), {"Origin": "null", "Sec-Fetch-Site": "same-origin"}
    assert caller.post(PULLED, auth=AUTH, data=sent, headers=headers).status_code == 303
    assert len(rulings.ruled(db)) == 3


def test_a_pass_is_of_one_article_one_form_and_one_password(db: Database) -> None:
    newsroom.gather(db)
    caller = client(newsroom.site(db, auth=AUTH))
    others = (f"/articles/{article_id(3)}/apart", f"/articles/{article_id(2)}/together")
    passes = {form(caller, one)["pass"] for one in (PULLED, *others)}
    assert len(passes) == 3
    changed = client(newsroom.site(db, auth=("editor", "another")))
    sent = {"pass": form(caller, PULLED)["pass"]}
    assert changed.post(PULLED, auth=("editor", "another"), data=sent).status_code == 403


def test_the_pass_stands_in_no_address_and_in_nobodys_cache(caller: FlaskClient) -> None:
    page = caller.get(f"/stories/{STORY}", auth=AUTH)
    assert "private" in page.headers["Cache-Control"]
    assert "public" not in page.headers["Cache-Control"]
    for one in BeautifulSoup(page.text, "lxml").select("form"):
        assert one.get("method") == "post" or "pass" not in str(one)


@pytest.mark.parametrize("action", EVERY_FORM)
def test_a_form_cannot_be_asked_for(caller: FlaskClient, action: str) -> None:
    response = caller.get(action, auth=AUTH)
    assert response.status_code == 405
    assert caller.get(action).status_code == 401


def test_a_large_form_is_not_read(db: Database, caller: FlaskClient) -> None:
    assert send(caller, PUT, other="x" * 100_000).status_code == 413
    assert rulings.ruled(db) == ()


def test_a_story_of_one_article_has_nothing_to_take_out(caller: FlaskClient) -> None:
    assert "Not this story" not in caller.get(f"/stories/{OTHER_STORY}", auth=AUTH).text
