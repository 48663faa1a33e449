"""The figures of Prometheus, read from the database when they are asked for.

Nothing is counted in this process: there are several web workers, and the scheduler is another one still.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime

from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.core import CounterMetricFamily, GaugeMetricFamily, Metric
from prometheus_client.registry import Collector

from riskreg.jobs import JOBS
from riskreg.queries.health import escalation_counts, job_figures, leader_seen_at, message_counts, oldest_on_its_way


def figures_at(now: datetime) -> tuple[bytes, str]:
    """Return all figures as Prometheus reads them, and the type of that text."""
    registry = CollectorRegistry(auto_describe=False)
    registry.register(Figures(now))
    return generate_latest(registry), CONTENT_TYPE_LATEST


class Figures(Collector):
    """All figures as at one moment, by eight queries."""

    def __init__(self, now: datetime) -> None:
        self.now = now

    def collect(self) -> Iterator[Metric]:
        """Yield each figure with what it means."""
        messages = GaugeMetricFamily("riskreg_messages", "Messages in the outbox.", labels=["kind", "state"])
        for kind, state, count in message_counts():
            messages.add_metric([kind, state], count)
        yield messages
        oldest = oldest_on_its_way(self.now)
        yield GaugeMetricFamily(
            "riskreg_oldest_message_seconds",
            "How long the oldest message waits that is due; 0 when none does.",
            value=max(0.0, (self.now - oldest).total_seconds()) if oldest else 0.0,
        )
        yield from self._jobs()
        escalations = GaugeMetricFamily("riskreg_escalations", "Escalations by status.", labels=["status"])
        for status, count in escalation_counts():
            escalations.add_metric([status], count)
        yield escalations
        seen = leader_seen_at()
        yield GaugeMetricFamily(
            "riskreg_leader_seen_timestamp_seconds",
            "When the scheduler that leads was last there; 0 when none leads.",
            value=seen.timestamp() if seen else 0.0,
        )

    def _jobs(self) -> Iterator[Metric]:
        took = GaugeMetricFamily("riskreg_job_last_seconds", "How long the last run took.", labels=["job"])
        good = GaugeMetricFamily(
            "riskreg_job_last_success_timestamp_seconds", "When the last good run ended.", labels=["job"]
        )
        failed = CounterMetricFamily("riskreg_job_runs_failed", "Runs that failed.", labels=["job"])
        for one in job_figures(list(JOBS)):
            if one.last_seconds is not None:
                took.add_metric([one.job], one.last_seconds)
            if one.last_good_at is not None:
                good.add_metric([one.job], one.last_good_at.timestamp())
            failed.add_metric([one.job], one.failed)
        yield from (took, good, failed)
