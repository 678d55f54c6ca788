#!/usr/bin/env python3
"""The one way in: `python run.py --help`."""

from aggregator.cli import main

if __name__ == "__main__":
    main()
