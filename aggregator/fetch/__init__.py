"""Addresses → bytes, under limits that hold. Not what the bytes mean: that is ``parse``."""
