"""Errors that a worker may raise and what they mean for the next attempt (C types/RetryErrors.kt)."""

from __future__ import annotations

from enum import StrEnum


class Category(StrEnum):
    """`RetryErrorCategory`."""

    NETWORK = "NETWORK"
    RATE_LIMIT = "RATE_LIMIT"
    TIMEOUT = "TIMEOUT"
    SERVICE_UNAVAILABLE = "SERVICE_UNAVAILABLE"
    RESOURCE_CONTENTION = "RESOURCE_CONTENTION"
    CIRCUIT_BREAKER = "CIRCUIT_BREAKER"
    MAX_RETRIES_EXCEEDED = "MAX_RETRIES_EXCEEDED"
    UNKNOWN = "UNKNOWN"


class TransientNetworkError(Exception):
    """The network failed for now."""


class TaskTimeoutError(Exception):
    """The work took too long."""


class ServiceUnavailableError(Exception):
    """The server cannot serve."""


class ResourceUnavailableError(Exception):
    """Something that the work needs is in use."""


class TransientConflictError(Exception):
    """Somebody else changed the same thing."""


class RateLimitError(Exception):
    """Asked too often; `retry_after_ms` when the server said when to come back."""

    def __init__(self, message: str, retry_after_ms: int | None = None) -> None:
        super().__init__(message)
        self.retry_after_ms = retry_after_ms


class CircuitBreakerOpenError(Exception):
    """Calls are held back; `open_until_ms` is wall time when it is known."""

    def __init__(self, message: str, open_until_ms: int | None = None) -> None:
        super().__init__(message)
        self.open_until_ms = open_until_ms


class MaxRetriesExceededError(Exception):
    """There were as many attempts as there may be."""


class PermanentValidationError(Exception):
    """Trying again cannot help."""


_CATEGORIES: tuple[tuple[type[Exception], Category], ...] = (
    (MaxRetriesExceededError, Category.MAX_RETRIES_EXCEEDED),
    (RateLimitError, Category.RATE_LIMIT),
    (TaskTimeoutError, Category.TIMEOUT),
    (ServiceUnavailableError, Category.SERVICE_UNAVAILABLE),
    (ResourceUnavailableError, Category.RESOURCE_CONTENTION),
    (CircuitBreakerOpenError, Category.CIRCUIT_BREAKER),
    (TransientNetworkError, Category.NETWORK),
    (TransientConflictError, Category.RESOURCE_CONTENTION),
)


def classify(error: Exception | None) -> Category:
    """Give the category of an error; UNKNOWN for none."""
    return next((category for kind, category in _CATEGORIES if isinstance(error, kind)), Category.UNKNOWN)


def is_permanent(error: Exception) -> bool:
    """Tell whether an error that escaped a worker ends its task. Cancellation does not: it is unknown, so transient."""
    return isinstance(error, PermanentValidationError | MaxRetriesExceededError)


def suggested_delay_ms(error: Exception | None, base_ms: int, now_ms: int) -> int:
    """Give the base of the next delay: what the error asks for, or the policy's."""
    if isinstance(error, RateLimitError):
        return base_ms * 5 if error.retry_after_ms is None else error.retry_after_ms
    if isinstance(error, CircuitBreakerOpenError):
        return base_ms * 10 if error.open_until_ms is None else max(error.open_until_ms - now_ms, base_ms)
    if isinstance(error, TaskTimeoutError):
        return base_ms * 2
    return base_ms * 3 if isinstance(error, ServiceUnavailableError) else base_ms
