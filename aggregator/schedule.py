"""The table of recurring jobs, and nothing of what they do. The only user of APScheduler.

Half a dozen jobs in memory; which sources are due stands in the database. A job never runs twice
at once, and a late one runs once when it can.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from threading import Lock, Thread

from apscheduler.events import EVENT_JOB_ERROR, EVENT_JOB_EXECUTED, JobExecutionEvent
from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.background import BackgroundScheduler

from aggregator.errors import AggregatorError

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Job:
    """Something to do again and again. ``at_once``: also when the schedule starts."""

    name: str
    run: Callable[[], object]
    every: timedelta
    at_once: bool = False


class Schedule:
    """Runs jobs in threads between ``start`` and ``stop``."""

    def __init__(self, jobs: Iterable[Job]) -> None:
        jobs = tuple(jobs)
        # It reports each job that is added, and warns of each run that is skipped, as is the plan.
        logging.getLogger("apscheduler").setLevel(logging.ERROR)
        logging.getLogger("apscheduler.executors").setLevel(logging.CRITICAL)  # _Teller tells
        self._scheduler = BackgroundScheduler(
            timezone=UTC,
            # One thread a job: a slow one must not keep another waiting.
            executors={"default": ThreadPoolExecutor(max(1, len(jobs)))},
            # APScheduler's own default drops a job that is one second late.
            job_defaults={"coalesce": True, "max_instances": 1, "misfire_grace_time": None},
        )
        self._scheduler.add_listener(_Teller(), EVENT_JOB_ERROR | EVENT_JOB_EXECUTED)
        for job in jobs:
            first = {"next_run_time": datetime.now(UTC)} if job.at_once else {}
            seconds = job.every.total_seconds()
            self._scheduler.add_job(
                job.run, "interval", seconds=seconds, id=job.name, name=job.name, **first
            )

    def start(self) -> None:
        self._scheduler.start()

    def stop(self, *, seconds: float) -> bool:
        """Start no more jobs, wait so long for those under way; return whether all have ended."""
        self._scheduler.pause()
        waiting = Thread(target=self._scheduler.shutdown, name="stopping", daemon=True)
        waiting.start()
        waiting.join(seconds)
        return not waiting.is_alive()


class _Teller:
    """Logs each crash. Of an expected error, as of a full disk, once for all jobs, and its end."""

    def __init__(self) -> None:
        self._ails: dict[str, str] = {}
        self._telling = Lock()  # each job's own thread calls

    def __call__(self, event: JobExecutionEvent) -> None:
        with self._telling:
            self._tell(event)

    def _tell(self, event: JobExecutionEvent) -> None:
        job, error, ails = event.job_id, event.exception, self._ails
        before = ails.pop(job, None)
        if isinstance(error, AggregatorError):
            if str(error) not in (before, *ails.values()):
                _log.error("job %s failed and is tried again: %s", job, error)
            ails[job] = str(error)
        elif error is not None:
            _log.error("job %s crashed", job, exc_info=error)
        elif before is not None and before not in ails.values():
            _log.info("job %s works again", job)
