"""Articles → topics with reasons, and the query language; pure, and knows no storage."""
