"""What each unified generation asks for, by task id (seed-system 4)."""

from __future__ import annotations

from bgtask_reference.contract import PeriodicTaskRequest
from bgtask_reference.contract import TaskConstraints
from bgtask_reference.lineage.tvmaniac import names

Requests = dict[str, PeriodicTaskRequest]

_NETWORK = TaskConstraints(requires_network=True)


def _by_id(*requests: PeriodicTaskRequest) -> Requests:
    return {request.id: request for request in requests}


U1: Requests = _by_id(
    PeriodicTaskRequest(names.TOKEN_REFRESH, 120 * names.HOUR_MS, _NETWORK),
    PeriodicTaskRequest(names.LIBRARY_SYNC, 12 * names.HOUR_MS, _NETWORK),
    PeriodicTaskRequest(names.EPISODE_NOTIFICATIONS, 6 * names.HOUR_MS, _NETWORK),
)
"""The blog's: token refresh each five days, notifications wait for a network."""

U2: Requests = U1 | _by_id(
    PeriodicTaskRequest(names.EPISODE_NOTIFICATIONS, 6 * names.HOUR_MS, _NETWORK, long_running=True),
)
"""`longRunning` is there (60c5e06b9); iOS alone reads it."""

U3: Requests = U2 | _by_id(PeriodicTaskRequest(names.TOKEN_REFRESH, 5 * names.HOUR_MS, _NETWORK))
"""Token refresh each five hours (7e8c3db7b)."""

U4: Requests = U3 | _by_id(PeriodicTaskRequest(names.TOKEN_REFRESH, 5 * names.HOUR_MS, _NETWORK, long_running=True))
"""Token refresh is long-running (7736d58fc)."""

U6: Requests = U4 | _by_id(
    PeriodicTaskRequest(names.LIBRARY_SYNC, 12 * names.HOUR_MS, _NETWORK, long_running=True),
    PeriodicTaskRequest(names.EPISODE_NOTIFICATIONS, 6 * names.HOUR_MS),
)
"""At d81865cff: library sync is long-running (e42cd18b6), notifications wait for nothing."""
