"""Kotlin flows over the app's settings, as far as the initializers use them."""

from __future__ import annotations

from collections.abc import Callable

from bgtask_reference.ports.app import AppPort


def observe_distinct(
    app: AppPort, settings: tuple[str, ...], value: Callable[[], bool], act: Callable[[bool], None]
) -> None:
    """`combine(...).distinctUntilChanged().collect`: begins once every setting has been read."""
    unread = set(settings)
    last: bool | None = None

    def collect(setting: str) -> None:
        nonlocal last
        unread.discard(setting)
        now = value()
        if not unread and now is not last:
            last = now
            act(now)

    def collector_of(setting: str) -> Callable[[str], None]:
        return lambda _value: collect(setting)

    for setting in settings:
        app.observe(setting, collector_of(setting))
