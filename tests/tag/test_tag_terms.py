"""The operator's own words: in which forms they match, and what ``not`` takes away."""

from __future__ import annotations

import pytest
from tagging import entry, met, topic

BENT = [
    ("en", "soldier", "Soldiers come home", True),
    ("en", "=soldier", "Soldiers come home", False),
    ("en", "=soldier", "A SOLDIER comes home", True),
    ("az", "Əliyev", "Əliyevin bəyanatı", True),
    ("az", "=Əliyev", "Əliyevin bəyanatı", False),
    ("ru", "Алиев", "Встреча Алиева с послом", True),
    ("tr", "sınır", "Sınırda bekleyiş", True),
    ("hy", "Փաշինյան", "Փաշինյանի հետ", True),
    ("he", "כנסת", "הוויכוח בכנסת", True),
    ("en", "nuclear weapon", "Nuclear weapons are banned", True),
    ("en", "=nuclear =weapon", "Nuclear weapons are banned", False),
    ("en", "separat*", "Separatists meet", True),
    ("en", "separat*", "To separe", False),
    ("de", "*krieg", "Ein Bürgerkrieg endet", True),
    ("de", "*krieg", "Der Krieger ruht", False),
    ("", "soldier", "Soldiers come home", False),
]


@pytest.mark.parametrize(("language", "term", "title", "expected"), BENT)
def test_an_own_word_bends_as_its_language_does(language, term, title, expected):
    assert met(topic(any=(term,)), entry(title), language) is expected


NOT_BENT = [
    ("a form of the phrase", ("price war",), "Price wars begin", False),
    ("a form of the word, exactly", ("=price =war",), "Price wars begin", True),
    ("a star", ("warship*",), "War: the warships leave", True),
]


@pytest.mark.parametrize(("why", "phrases", "title", "expected"), NOT_BENT)
def test_what_is_not_meant_bends_too(why, phrases, title, expected):
    assert met(topic(any=("war",), not_=phrases), entry(title), "en") is expected, why


def test_an_own_not_speaks_of_the_words_of_a_subject_and_of_a_country_too():
    rule = topic(subject=("war",), place=("AZ",), not_=("ceasefire line", "New Baku"))
    assert not met(rule, entry("On the ceasefire line"), "en")
    assert not met(rule, entry("A shop called New Baku"), "en")
    assert met(rule, entry("On the ceasefire line a ceasefire holds"), "en")
