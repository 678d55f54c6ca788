"""Applying today's topics to stored articles. Runs beside polls; starting again is harmless."""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Iterable, Sequence
from itertools import batched
