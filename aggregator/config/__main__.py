"""``python -m aggregator.config [FILE]``: writes the JSON Schema, by default config/schema.json."""

from __future__ import annotations

import json
import sys
from pathlib import Path

from aggregator.config import json_schema

if __name__ == "__main__":  # pragma: no branch (nobody imports it)
    target = Path(sys.argv[1] if len(sys.argv) > 1 else "config/schema.json")
    target.write_text(json.dumps(json_schema(), indent=2, ensure_ascii=False) + "\n", "utf-8")
