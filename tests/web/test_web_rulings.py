"""What the operator decides on the pages: forms for who has the password, and for nobody else."""

from __future__ import annotations

import newsroom
import pytest
from articles import article_id
from bs4 import BeautifulSoup
from flask.testing import FlaskClient
from newsroom import MOVED, OTHER_STORY, STORY, place
from web_client import Visit, client
from werkzeug.test import TestResponse

from aggregator.model import By, Join, Move, Placed, Ruling
from aggregator.store import polls, rulings
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
    page = BeautifulSoup(caller.get(f"/stories/{STORY}", auth=AUTH).text, "lxml")
    assert newsroom.STORIES[2].title not in str(page.select(".timeline"))
    assert newsroom.STORIES[2].title in str(page.select(".kept-out"))


def test_what_was_taken_out_is_put_back_on_the_page_that_shows_it(
    db: Database, caller: FlaskClient
) -> None:
    send(caller, PULLED)
    back = f"/articles/{article_id(2)}/together"
    page = BeautifulSoup(caller.get(f"/stories/{STORY}", auth=AUTH).text, "lxml")
    [found] = page.select(".kept-out form[method=post]")
    assert found["action"] == back
    sent = {str(one["name"]): str(one["value"]) for one in found.select("input[name]")}
    assert caller.post(back, auth=AUTH, data=sent | {"pass": "0" * 64}).status_code == 403
    response = caller.post(back, auth=AUTH, data=sent)
    assert (response.status_code, response.headers["Location"]) == (
        303,
        f"/articles/{article_id(2)}",
    )
    [ruled] = rulings.ruled(db)
    assert ruled.together
    assert not rulings.kept_out(db, [article_id(number) for number in (0, 3, 8)], 9)


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
    why = Join(article_id(0), By.WORDS, 0.6)
    place(db, Placed(article_id(0), STORY, moves=(Move(article_id(12), STORY, why),)))
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


def forged(db: Database, caller: FlaskClient, action: str, **fields: str) -> TestResponse:
    """Sent with the right pass, though no page of ours has this form."""
    _, _, article, name = action.split("/")
    environ = {ENVIRON: newsroom.site(db, auth=AUTH)}
    with caller.application.test_request_context("/", environ_overrides=environ):
        fields |= {"pass": form_pass(f"rulings.{name}", article)}
    return caller.post(action, auth=AUTH, data=fields)


@pytest.mark.parametrize("name", ["apart", "together"])
@pytest.mark.parametrize("article", [article_id(77), STORY, "x", "%00", "a" * 5000])
def test_an_article_that_is_not_there_can_be_put_nowhere(
    db: Database, caller: FlaskClient, name: str, article: str
) -> None:
    address = f"/articles/{article}/{name}".replace("%00", "\x00")
    sent = {"other": article_id(8), "story": STORY}
    assert forged(db, caller, address, **sent).status_code == 404
    assert rulings.ruled(db) == ()


@pytest.mark.parametrize("story", [{}, {"story": ""}, {"story": "\x00"}, {"story": article_id(2)}])
def test_nothing_is_taken_out_of_a_story_that_never_was(
    db: Database, caller: FlaskClient, story: dict[str, str]
) -> None:
    assert forged(db, caller, PULLED, **story).status_code == 404
    assert rulings.ruled(db) == ()


def test_a_form_pressed_twice_decides_once(db: Database, caller: FlaskClient) -> None:
    sent = form(caller, PULLED)
    for _ in range(2):
        response = caller.post(PULLED, auth=AUTH, data=sent)
        assert (response.status_code, response.headers["Location"]) == (303, f"/stories/{STORY}")
    assert len(rulings.ruled(db)) == 3


def test_an_old_page_takes_nothing_out_of_the_story_where_it_is_now(
    db: Database, caller: FlaskClient
) -> None:
    sent = form(caller, PULLED)
    parted = Move(article_id(2), OTHER_STORY, Join(article_id(0), By.SPLIT, 0.1))
    place(db, Placed(article_id(12), OTHER_STORY, moves=(parted,)))
    response = caller.post(PULLED, auth=AUTH, data=sent)
    assert (response.status_code, response.headers["Location"]) == (303, f"/stories/{STORY}")
    assert rulings.ruled(db) == ()
    assert newsroom.STORIES[2].title in caller.get(f"/stories/{OTHER_STORY}", auth=AUTH).text


def test_an_old_page_of_a_story_that_was_merged_means_the_one_that_took_it_in(
    db: Database, caller: FlaskClient
) -> None:
    sent = form(caller, PULLED)
    moves = tuple(Move(article_id(number), OTHER_STORY, MOVED) for number in (0, 2, 3, 8))
    place(db, Placed(article_id(12), OTHER_STORY, moves=moves))
    response = caller.post(PULLED, auth=AUTH, data=sent)
    assert response.headers["Location"] == f"/stories/{OTHER_STORY}"
    assert len(rulings.ruled(db)) == 4


def test_a_story_that_is_joined_with_itself_stays_whole(db: Database, caller: FlaskClient) -> None:
    """The article waits to be put back; the others are where they were."""
    action = f"/articles/{article_id(2)}/together"
    assert send(caller, action, other=STORY).status_code == 303
    assert rulings.ruled(db) == (Ruling(article_id(2), article_id(8), together=True),)
    assert send(caller, f"/articles/{article_id(8)}/together", other=STORY).status_code == 400


@pytest.mark.parametrize("number", [2, 12, 13])
def test_the_form_stands_under_its_heading(caller: FlaskClient, number: int) -> None:
    """Of an article in a story, of one that is alone and of one that waits."""
    page = BeautifulSoup(caller.get(f"/articles/{article_id(number)}", auth=AUTH).text, "lxml")
    found = page.select_one("form.ruling")
    heading = found and found.find_previous("h3")
    assert heading is not None
    assert heading.get_text() == "Story"
    assert len([one for one in page.select("h3") if one.get_text() == "Story"]) == 1


def test_what_was_typed_comes_back_as_text(caller: FlaskClient) -> None:
    response = send(caller, PUT, other="<script>alert(1)</script>{{7*7}}")
    assert response.status_code == 400
    assert "&lt;script&gt;alert(1)&lt;/script&gt;{{7*7}}" in response.text


def test_a_hostile_headline_stays_text_in_the_forms(db: Database, caller: FlaskClient) -> None:
    evil = '</button></form><form action="//evil.example"><img src=x onerror=alert(1)>"\''
    one = newsroom.arrival(90, newsroom.Story("xeber", evil, "", 1), "", newsroom.NOW)
    polls.commit(db, newsroom.commit("xeber", [one], newsroom.NOW))
    place(db, Placed(article_id(90), STORY, Join(article_id(0), By.WORDS, 0.5, (evil,))))
    for address in (f"/stories/{STORY}", f"/articles/{article_id(90)}"):
        found = BeautifulSoup(caller.get(address, auth=AUTH).text, "lxml")
        assert not found.select("img[onerror], form[action*=evil]")
    action = f"/articles/{article_id(90)}/apart"
    assert send(caller, action).status_code == 303
    page = BeautifulSoup(caller.get(f"/stories/{STORY}", auth=AUTH).text, "lxml")
    assert [one.get_text() for one in page.select(".kept-out a")] == [evil]


def test_hundreds_of_decisions_hinder_nothing(db: Database, caller: FlaskClient) -> None:
    many = {n: newsroom.Story("harbour", f"Note {n}", "", n / 1000) for n in range(100, 500)}
    brought = [newsroom.arrival(n, one, "", newsroom.NOW) for n, one in many.items()]
    polls.commit(db, newsroom.commit("harbour", brought, newsroom.NOW))
    why = Join(article_id(0), By.COPY, 1.0)
    place(db, *(Placed(article_id(number), STORY, why) for number in many))
    for number in (2, 3):
        action = f"/articles/{article_id(number)}/apart"
        assert forged(db, caller, action, story=STORY).status_code == 303
    assert len(rulings.ruled(db)) == 2 * len(many) + 3 + 2
    page = BeautifulSoup(caller.get(f"/stories/{STORY}", auth=AUTH).text, "lxml")
    assert len(page.select(".kept-out li")) == 2


# --- who may ------------------------------------------------------------------------------------


@pytest.mark.parametrize("action", EVERY_FORM)
def test_without_a_password_there_are_no_forms(visit: Visit, db: Database, action: str) -> None:
    newsroom.gather(db)
    rulings.pull_out(db, article_id(3), newsroom.NOW)
    decided = rulings.ruled(db)
    caller = visit()
    assert 'class="kept-out"' in caller.get(f"/stories/{STORY}").text
    for page in (f"/stories/{STORY}", f"/articles/{article_id(2)}", f"/articles/{article_id(12)}"):
        assert '<form class="ruling"' not in caller.get(page).text
    fields = form(client(newsroom.site(db, auth=AUTH)), action)
    assert caller.post(action, data=fields | {"other": article_id(8)}).status_code == 404
    assert rulings.ruled(db) == decided


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
