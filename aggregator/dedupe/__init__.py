"""Entries → which articles they are, with reasons; pure, and knows no storage."""
