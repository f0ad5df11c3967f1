"""G1 on iOS (#759, 2026-02-08 to 02-19): a registry of tasks. G1a has two and cancels on expiry, G1b three.

IosTraktAuthTasks.kt, IosLibrarySyncTasks.kt, IosNotificationTasks.kt at e523aa9c8; AppDelegate.swift:85.
"""

from __future__ import annotations

import functools
from collections.abc import Mapping
from dataclasses import dataclass

from bgtask_reference.lineage.hook import TaskHook
from bgtask_reference.lineage.tvmaniac import conditions
from bgtask_reference.lineage.tvmaniac import names
from bgtask_reference.lineage.tvmaniac.flows import observe_distinct
from bgtask_reference.lineage.tvmaniac.ios.early_workers import IosEpisodeNotifications
from bgtask_reference.lineage.tvmaniac.ios.early_workers import IosLibrarySync
from bgtask_reference.lineage.tvmaniac.ios.early_workers import IosTokenRefresh
from bgtask_reference.lineage.tvmaniac.ios.logger import IosKermitLogger
from bgtask_reference.lineage.tvmaniac.ios.registry import BackgroundTask
from bgtask_reference.lineage.tvmaniac.ios.registry import BGTaskRegistry
from bgtask_reference.ports.background_tasks import BGTaskSchedulerPort
from bgtask_reference.ports.background_tasks import IosAppPort

_INITIALIZERS = "NotificationTasksInitializer"


@dataclass(frozen=True, slots=True)
class Registered:
    """What tells G1a from G1b."""

    tasks: tuple[str, ...]
    cancels_on_expiry: bool


G1A = Registered((names.TOKEN_REFRESH, names.LIBRARY_SYNC), cancels_on_expiry=True)
G1B = Registered((*G1A.tasks, names.EPISODE_NOTIFICATIONS), cancels_on_expiry=False)


class TvManiacIosG1:
    """Implements `IosApplication`."""

    def __init__(self, app: IosAppPort, tasks: BGTaskSchedulerPort, registered: Registered) -> None:
        self._app = app
        self._logger = logger = IosKermitLogger(app)
        self._names = registered.tasks
        self._registry = registry = BGTaskRegistry(app, tasks, logger, cancels=registered.cancels_on_expiry)
        commands = {
            "schedule": registry.schedule,
            "execute": registry.schedule_and_execute,
            "cancel": registry.cancel,
        }
        due = functools.partial(conditions.forget_token, app)
        self._hook = TaskHook(
            app, self._names, commands, registry.run_by_hook, switched=self._switched, server_changed=due
        )

    def did_finish_launching(self) -> None:
        """Register inside the initializers' `setup()`, which ran in the launch then, and observe."""
        self._logger.set_up()
        for task in self._background_tasks():
            self._registry.register(task)
        self._app.observe(names.ACTIVE_PROVIDER, lambda _provider: self._account_changed())
        self._observe(conditions.LIBRARY_SYNC_SETTINGS, names.LIBRARY_SYNC)
        if names.EPISODE_NOTIFICATIONS in self._names:
            self._observe(conditions.NOTIFICATION_SETTINGS, names.EPISODE_NOTIFICATIONS)

    def did_enter_background(self) -> None:
        """Ask for notifications once more, an interval from now, whatever is pending (AppDelegate.swift:85)."""
        if names.EPISODE_NOTIFICATIONS in self._names:
            self._registry.schedule(names.EPISODE_NOTIFICATIONS)

    def on_hook(self, command: str, arguments: Mapping[str, str]) -> str:
        return self._hook.answer(command, arguments)

    def _background_tasks(self) -> list[BackgroundTask]:
        token = IosTokenRefresh(self._app, self._logger)
        library = IosLibrarySync(self._app, self._logger, "IosLibrarySyncTasks")
        notifications = IosEpisodeNotifications(self._app, self._logger)
        every = (
            BackgroundTask(token, 120 * names.HOUR_MS),
            BackgroundTask(library, 24 * names.HOUR_MS),
            BackgroundTask(notifications, 6 * names.HOUR_MS),
        )
        return [task for task in every if task.body.worker_name in self._names]

    def _observe(self, settings: tuple[str, ...], name: str) -> None:
        wanted = {
            names.LIBRARY_SYNC: conditions.library_sync_wanted,
            names.EPISODE_NOTIFICATIONS: conditions.notifications_wanted,
        }[name]
        observe_distinct(
            self._app, settings, functools.partial(wanted, self._app), functools.partial(self._changed, name)
        )

    def _account_changed(self) -> None:
        act = self._registry.schedule if conditions.is_logged_in(self._app) else self._registry.cancel
        act(names.TOKEN_REFRESH)

    def _changed(self, name: str, wanted: bool) -> None:
        if name == names.EPISODE_NOTIFICATIONS:
            word = "Scheduling" if wanted else "Cancelling"
            self._logger.d(_INITIALIZERS, f"{word} episode notifications")
        act = self._registry.schedule_and_execute if wanted else self._registry.cancel
        act(name)

    def _switched(self, setting: str, value: str) -> None:
        """`ToggleEpisodeNotificationsInteractor`: the switch asks by itself, beside the initializer."""
        known = names.EPISODE_NOTIFICATIONS in self._names
        on = setting == names.EPISODE_NOTIFICATIONS_ENABLED and value == "true"
        if known and on and conditions.is_logged_in(self._app):
            self._registry.schedule_and_execute(names.EPISODE_NOTIFICATIONS)
