#!/usr/bin/env python3
"""The one way in: `python run.py --help`."""

if __name__ == "__main__":
    from aggregator.cli import main  # here, for each child that parses imports this file

    main()
