from aggregator.store import search, articles, sources, polls
from aggregator.tag.query import parse_query
import newsroom
def test_smoke(db):
    newsroom.fill(db)
    for q in ["", "war", "topic:war", "source:harbour war", '"third day" -topic:climate', "title:ceasefire OR lang:ru", "domain:harbour.example", "-war", "停火", "author:иван category:humanitarian"]:
        page = search.find(db, parse_query(q), now=newsroom.NOW, limit=50)
        print(q, len(page.articles), [a.title[:20] for a in page.articles])
    print(sources.statuses(db)[0])
    print(articles.decisions(db, page.articles[0].id), articles.revisions(db, page.articles[0].id))
    print(polls.history(db, "harbour", 5))
