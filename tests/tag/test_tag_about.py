"""What an article is about: where its words stand, how often, how they are written."""

from __future__ import annotations

import pytest
from effort import calls
from hypothesis import given, settings
from hypothesis import strategies as st
from tagging import about, entry, met, reasons, score, topic

from aggregator.tag import gazetteer
from aggregator.tag.about import read
from aggregator.tag.rows import rows
from aggregator.tag.vocabulary import vocabulary
from aggregator.tag.words import tokens

AZ, WAR = about("AZ"), about("war")
LONG = "Officials said that the work goes on as planned. " * 20
"""180 words of no place and no subject."""


# --- where it stands ----------------------------------------------------------------------------


def test_a_title_counts_more_than_first_words_and_they_more_than_later_ones():
    sentence = "A port opens in Azerbaijan"
    title = score(AZ, entry(sentence), "en")
    category = score(AZ, entry("News", categories=["Azerbaijan"]), "en")
    summary = score(AZ, entry("News", sentence), "en")
    lead = score(AZ, entry("News", "", f"{sentence}. {LONG}"), "en")
    later = score(AZ, entry("News", "", f"{LONG} {sentence}"), "en")
    assert title > category >= summary == lead > later > 0


def test_the_first_words_go_on_from_the_summary_into_the_text():
    text = "A port opens in Azerbaijan."
    brief, full = entry("News", "A port opens.", text), entry("News", LONG, text)
    assert score(AZ, brief, "en") > score(AZ, full, "en")
    assert score(AZ, full, "en") == score(AZ, entry("News", "", f"{LONG} {text}"), "en")


def test_a_passing_mention_in_a_long_text_is_no_topic():
    text = f"{LONG} The firm also has a shop in Azerbaijan. {LONG}"
    assert not met(AZ, entry("A bakery grows", "It sells bread.", text), "en")
    assert met(AZ, entry("A bakery grows in Azerbaijan", "It sells bread.", text), "en")
    assert met(about("AZ", at_least=0.3), entry("A bakery grows", "It sells bread.", text), "en")


def test_a_passing_mention_of_a_war_is_no_topic():
    text = f"{LONG} The house was built after the war. {LONG}"
    assert not met(WAR, entry("A bakery grows", "It sells bread.", text), "en")
    assert met(WAR, entry("A bakery reopens after the war", "It sells bread.", text), "en")


def test_a_country_that_a_long_text_names_again_and_again_is_its_topic():
    again = " ".join(f"{LONG} A shop opens in {city}." for city in ("Azerbaijan", "Baku") * 3)
    assert met(AZ, entry("A bakery grows", "It sells bread.", again), "en")


# --- how often ----------------------------------------------------------------------------------


def test_every_further_mention_of_a_country_counts_less():
    one, two, three = (score(AZ, entry("Azerbaijan, " * many), "en") for many in (1, 2, 3))
    assert one > two - one > three - two > 0


def test_a_word_of_a_subject_counts_once_a_field_however_often_it_stands_there():
    once = score(WAR, entry("A ceasefire"), "en")
    assert score(WAR, entry("Ceasefire, ceasefire and ceasefires"), "en") == once
    assert score(WAR, entry("A ceasefire after the siege"), "en") > once
    assert score(WAR, entry("A ceasefire", "A ceasefire"), "en") > once


def test_a_text_is_read_with_the_words_of_kindred_languages_too():
    croatian = "Primirje je stupilo na snagu"
    assert met(WAR, entry(croatian), "hr")
    assert met(WAR, entry(croatian), "sr")
    assert not met(WAR, entry(croatian), "tr")


def test_a_word_that_two_languages_know_counts_once():
    title = "Azerbaijan opens a port"
    assert score(AZ, entry(title), "en", "pcm") == score(AZ, entry(title), "en")


@pytest.mark.parametrize("language", ["az", "en", "kk", "sw"])
def test_of_words_that_overlap_only_one_term_counts(language):
    """Every long phrase of the word lists, each in a row of its own."""
    subjects = [gazetteer.subject(key).words.get(language, {}) for key in gazetteer.subject_keys()]
    terms = [term for tiers in subjects for terms in tiers.values() for term in terms]
    long = entry(categories=[term.strip("=*") for term in terms if len(tokens(term)) > 2])
    found = read(rows(long), [vocabulary(language)])
    assert found.scores
    for of in found.scores:
        ground = [(one.row, one.start + n) for one in found.of(of) for n in range(one.length)]
        assert len(ground) == len(set(ground))


def test_beside_a_country_that_is_named_often_one_named_once_is_mentioned_in_passing():
    often = "Azerbaijan opens a port. Azerbaijan says the port of Azerbaijan is the largest."
    both = entry("Azerbaijan opens a port", f"{often} Ships come from Norway.")
    alone = entry("A port is opened", "It is the largest. Ships come from Norway.")
    assert score(about("NO"), both, "en") < score(about("NO"), alone, "en")
    assert score(AZ, both, "en") == score(AZ, entry("Azerbaijan opens a port", often), "en")


def test_countries_that_share_a_headline_share_the_article():
    item = entry("Azerbaijan and Norway sign an accord")
    assert met(AZ, item, "en")
    assert met(about("NO"), item, "en")


# --- a longer name holds a shorter one ----------------------------------------------------------

LONGER = [
    ("en", "South Sudan opens a port", "SS", "SD"),
    ("en", "North Korea opens a port", "KP", "KR"),
    ("en", "South Korea opens a port", "KR", "KP"),
    ("en", "Papua New Guinea opens a port", "PG", "GN"),
    ("en", "Equatorial Guinea opens a port", "GQ", "GN"),
    ("en", "Guinea-Bissau opens a port", "GW", "GN"),
    ("en", "Northern Ireland votes today", "GB", "IE"),
    ("en", "The Democratic Republic of Congo votes", "CD", "CG"),
    ("en", "A Dominican Republic beach is closed", "DO", "DM"),
    ("en", "Nigeria opens a port", "NG", "NE"),
    ("en", "Niger opens a port", "NE", "NG"),
    ("ru", "В Южном Судане открыли порт", "SS", "SD"),
    ("ru", "В Папуа — Новой Гвинее открыли порт", "PG", "GN"),
    ("tr", "Güney Sudan'da liman açıldı", "SS", "SD"),
    ("tr", "Nijerya'da liman açıldı", "NG", "NE"),
    ("ar", "افتتاح ميناء في جنوب السودان", "SS", "SD"),
    ("zh", "南苏丹新港口开通", "SS", "SD"),
    ("zh", "几内亚比绍新港口开通", "GW", "GN"),
    ("zh", "尼日利亚新港口开通", "NG", "NE"),
    ("ja", "南スーダンで新しい港が開港", "SS", "SD"),
    ("ja", "ナイジェリアで新しい港が開港", "NG", "NE"),
]


@pytest.mark.parametrize(("language", "title", "named", "part"), LONGER)
def test_a_country_whose_name_is_part_of_a_longer_one_is_not_meant(language, title, named, part):
    assert met(about(named), entry(title), language)
    assert not reasons(about(part), entry(title), language)


def test_beside_the_longer_name_the_shorter_one_counts_where_it_stands_alone():
    title = "South Sudan and Sudan sign an accord"
    assert met(about("SD"), entry(title), "en")
    assert met(about("SS"), entry(title), "en")


# --- how it is written --------------------------------------------------------------------------

CAPITALS = [
    ("a name as it is written", "TR", "Turkey opens a port", True),
    ("a word that is no name", "TR", "The price of turkey rises in the shops", False),
    ("a headline in capitals", "TR", "TURKEY OPENS A PORT", True),
    ("a row without capitals", "TR", "turkey opens a port", True),
    ("a phrase, half of it small", "NZ", "Some new Zealand it is", False),
    ("an acronym", "AE", "The UAE opens a port", True),
    ("an acronym in small letters", "AE", "The uae Opens a port", False),
    ("an acronym with a capital only", "AE", "The Uae opens a port", False),
    ("a name that is an acronym, in a headline in capitals", "AE", "THE UAE OPENS A PORT", True),
    ("an acronym that says a country", "GB", "HSBC opens an office", True),
    ("in a headline in capitals it may be any word", "GB", "HSBC OPENS AN OFFICE", False),
    ("a pronoun", "US", "They told us nothing", False),
    ("no pronoun", "US", "The US opens a port", True),
    ("a pronoun that begins the title", "US", "Us too, they say, and go", False),
    ("an adjective needs none", "FR", "Le port français s'ouvre", True),
]


@pytest.mark.parametrize(("why", "of", "title", "expected"), CAPITALS)
def test_a_name_counts_only_with_its_capitals(why, of, title, expected):
    assert met(about(of), entry(title), "fr" if of == "FR" else "en") is expected, why


PERSONS = [
    ("alone", "JO", "Jordan opens a port", True),
    ("after a small word", "JO", "Protests in Jordan grow", True),
    ("a first name before it", "JO", "Michael Jordan opens a restaurant", False),
    ("a last name behind it", "JO", "Jordan Peele opens a cinema", False),
    ("a comma between", "JO", "In Jordan, Adeline opens a cinema", True),
    ("after a short word that begins the sentence", "JO", "In Jordan a port opens", True),
    ("Title Case, which says nothing", "JO", "Jordan Opens New Port On The Coast", True),
    ("a drummer", "TD", "Drummer Chad Smith plays at the festival", False),
    ("the country of that name", "TD", "Chad opens a road to the lake", True),
    ("an actress", "GE", "Actress Georgia Taylor joins the cast", False),
    ("the country of hers", "GE", "Georgia opens a new port on the Black Sea", True),
]


@pytest.mark.parametrize(("why", "of", "title", "expected"), PERSONS)
def test_a_name_that_people_bear_counts_only_where_it_stands_alone(why, of, title, expected):
    assert met(about(of), entry(title), "en") is expected, why


KATAKANA = [
    ("IN", "インド首相が演説した", True),
    ("IN", "インドの首都で会談", True),
    ("IN", "インドア派の週末の過ごし方", False),
    ("IN", "インドネシアの首都移転", False),
    ("RU", "ロシアの首都で会談", True),
    ("RU", "ロシアンブルーの子猫が人気", False),
    ("IT", "イタリアの首都で会談", True),
    ("IT", "イタリアンの店が開店した", False),
    ("TR", "トルコキキョウの栽培が広がる", False),
    ("RU", "ロシア・ウクライナの外相が会談", True),
    ("UA", "ロシア・ウクライナの外相が会談", True),
]


@pytest.mark.parametrize(("of", "title", "expected"), KATAKANA)
def test_katakana_within_a_longer_word_is_no_name(of, title, expected):
    assert met(about(of), entry(title), "ja") is expected


# --- any text -----------------------------------------------------------------------------------

PIECES = ["Azerbaijan", "Baku", "south", "South", "Sudan", "war", "price", "truce", "us", "US",
          "Jordan", "Michael", "turkey", "UAE", "ロシア", "・", "ン", "½", "ﾞ", "\u0301", "\u200c",
          "İ", "ß", "停火", "الحرب", "ՙ", "-", "'", ".", "\n", "\ud800"]  # fmt: skip
TEXTS = st.lists(st.sampled_from(PIECES), max_size=9).flatmap(
    lambda found: st.sampled_from(["", " ", "-"]).map(lambda between: between.join(found))
)
EVERYTHING = topic(
    place=("AZ", "SD", "SS", "US", "JO", "TR", "AE", "RU"), subject=("war", "sport"), at_least=0.001
)


@settings(deadline=None)  # the first one reads the word lists
@given(TEXTS, TEXTS, st.lists(TEXTS, max_size=2), st.sampled_from(["", "en", "ja", "ar", "xx"]))
def test_every_reason_stands_in_the_article_as_it_is_quoted(title, text, categories, language):
    item = entry(title, "", text, categories)
    fields = {"title": [title], "text": [text], "categories": categories}
    for one in reasons(EVERYTHING, item, language):
        assert one.score > 0
        assert one.words
        assert any(one.words in " ".join(row.split()) for row in fields[one.field])


# --- what else the article is about -------------------------------------------------------------

BATTLE = "The siege went on and the attack failed; the battle for third place was lost."
MATCH = (
    "The striker scored in the cup final, the goalkeeper and the coach told reporters after the "
    "league match, and the fans left the stadium."
)


def test_a_report_of_a_match_that_speaks_like_one_of_a_battle_is_sport():
    report = entry("The siege of the penalty area", BATTLE, MATCH)
    assert score(WAR, entry("The siege of the town", BATTLE), "en") > 0
    assert not reasons(WAR, report, "en")
    assert met(about("sport"), report, "en")


def test_a_war_that_reaches_a_stadium_is_a_war():
    assert met(WAR, entry("Ceasefire holds as missiles spare the stadium", MATCH), "en")


def test_a_subject_holds_what_is_part_of_it():
    item = entry("A ceasefire is signed")
    found = reasons(about("conflict"), item, "en")
    assert "war" in {one.of for one in found}
    assert not reasons(about("protest"), item, "en")


def test_of_a_sport_report_only_sure_words_of_war_count_whatever_is_taken_away():
    report = entry(
        "Striker scores hat-trick in cup semi-final",
        "The goalkeeper saved a penalty; the troops of the coach fought on the front line.",
    )
    spoken = read(rows(report), [vocabulary("en")])
    assert spoken.scores["sport"] > 1
    assert spoken.of("war", {(0, 0)}) == spoken.of("war") == []


@pytest.mark.parametrize("text", ["the war in Baku of the ceasefire ", "中国战争 "])
def test_a_text_that_repeats_itself_costs_no_more_than_its_length(text):
    def cost(times: int) -> int:
        found = rows(entry("", text * times))
        return calls(lambda: read(found, [vocabulary("en"), vocabulary("zh")]))

    cost(10)
    assert cost(2000) < 12 * cost(200)


def test_languages_that_nobody_knows_share_one_vocabulary():
    assert vocabulary("xq") is vocabulary("qqz") is vocabulary("")
    assert len({vocabulary("ru"), vocabulary("rm"), vocabulary("")}) == 3  # rm: names in the table


def test_what_stands_past_sixty_thousand_characters_is_not_read():
    far = "peace " * 10_000
    assert score(about("AZ", at_least=0.01), entry("", text="word " * 9_000 + "Baku"), "en")
    assert not score(about("AZ", at_least=0.01), entry("", text=far + "Baku"), "en")


def test_what_is_no_country_takes_nothing_from_one():
    far = "slovo " * 50 + "Norsku"
    beside = entry("Evropská unie, Evropský parlament a OSN jednají", text=far)
    assert score(about("NO"), beside, "cs") == score(about("NO"), entry("", text=far), "cs") > 0


def test_words_whose_points_come_to_nothing_are_no_reason():
    many = (
        "war; battle; shelling; ceasefire; offensive; frontline; airstrike; troops; siege; truce; "
    )
    found = reasons(about("war"), entry("", text=("word " * 160) + many * 3 + "war"), "en")
    assert all(one.score >= 0.01 for one in found)


def test_a_long_reason_is_cut():
    words = "war" + " " * 300 + "," * 900 + "zone"
    (why,) = reasons(topic(any=("war zone",)), entry(words), "en")
    assert why.words.startswith("war ,,,")
    assert why.words.endswith("…")
    assert len(why.words) == 200
