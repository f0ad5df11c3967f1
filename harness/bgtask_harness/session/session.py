"""A session: what the `device` fixture hands to a test."""

from __future__ import annotations

import math

from bgtask_harness.broker import Lease
from bgtask_harness.deadline import Deadline
from bgtask_harness.devices.port import Answer
from bgtask_harness.devices.port import Capability
from bgtask_harness.devices.port import ClockReading
from bgtask_harness.devices.port import Device
from bgtask_harness.devices.port import Disruption
from bgtask_harness.devices.port import Rung
from bgtask_harness.devices.simulator import no_scheduler
from bgtask_harness.errors import DeviceLostError
from bgtask_harness.errors import Unsupported
from bgtask_harness.nemesis.nemesis import Nemesis
from bgtask_harness.profiles import AppFile
from bgtask_harness.session.barrier import Barriers
from bgtask_harness.session.clocks import move_wall_clock
from bgtask_harness.session.control import AppControl
from bgtask_harness.session.doing import Doing
from bgtask_harness.session.following import SessionLog
from bgtask_harness.session.forcing import Forcing
from bgtask_harness.session.ladder import Ladder
from bgtask_harness.session.lengths import Length
from bgtask_harness.session.lengths import nanoseconds
from bgtask_harness.session.looking import Looking
from bgtask_harness.session.reach import Reach
from bgtask_harness.session.recording import Predicate
from bgtask_harness.session.recording import Recording
from bgtask_harness.session.recording import host_stamp
from bgtask_harness.session.runs import LONGEST_RUN_NS
from bgtask_harness.session.runs import RunWatch
from bgtask_harness.session.setup import PLATFORMS
from bgtask_harness.session.setup import Means
from bgtask_harness.session.setup import Settings
from bgtask_harness.session.setup import header
from bgtask_harness.session.setup import lacking
from bgtask_harness.session.simulator_ladder import SimulatorLadder
from bgtask_harness.session.stimulus import Stimuli
from bgtask_harness.session.stimulus import Stimulus
from bgtask_harness.session.tasks import Correlation
from bgtask_harness.session.waiting import NothingSeen
from bgtask_harness.session.waiting import Waiting
from bgtask_harness.session.window import Window
from bgtask_reference.events import Event
from bgtask_reference.events import RunFinished
from bgtask_reference.events import RunStarted
from bgtask_reference.events import ScenarioBegan
from bgtask_reference.events import ScenarioEnded
from bgtask_reference.events import TaskEvent
from bgtask_reference.events import TaskSpec
from bgtask_reference.events import WorkListed

_DIAGNOSTICS_NS = 20_000_000_000
STOPPED_BY_USER = 13
"""`JobParameters.STOP_REASON_USER`, what `cmd jobscheduler stop` says by itself."""
Task = TaskSpec | str


class Session(Doing):
    """One scenario on one device, from its first record to its last.

    Everything that is done to the phone is a stimulus: on disk before it is sent, and again with its answer. Nothing
    here judges: whether a run had to happen is for the oracle to say.

    Raises:
        Unsupported: The device, its profile or the app lacks what the scenario needs.
        HarnessError: The journal or the log cannot be opened.

    """

    def __init__(
        self, lease: Lease, capabilities: frozenset[Capability], settings: Settings, means: Means | None = None
    ) -> None:
        means = means or Means()
        self._lease, self._settings = lease, settings
        self.capabilities = capabilities
        self._app: AppFile = lease.app
        self._device: Device = lease.device
        self._recording = Recording(means.open_journal(settings, header(lease, settings)))
        self._correlation = Correlation(self._app.spec)
        self._learnt = 0
        self._cleared = False
        self._launched: int | None = None
        self._log = SessionLog(self._device, self._app, self._recording, settings.folder, threaded=means.threaded)
        self._reach = Reach(
            self._device, self._recording, self._log, lease.check, lease.profile.boots_within_ns, settings.progress
        )
        self._barriers = Barriers(self._device, self._recording, self._log, self._reach)
        self._window = Window(self._recording, self._barriers)
        self._stimuli = Stimuli(self._recording, lease.check, self._reach.lost)
        dumps = settings.folder / "dumps" if means.keeps_dumps else None
        self._looking = Looking(self._device, self._app.spec, self._recording, self._barriers, self._reach, dumps)
        can_advance = Capability.ADVANCE_TIME in capabilities
        self._waiting = Waiting(
            self._device,
            self._recording,
            self._barriers,
            can_advance,
            settings.patience_s,
            self._reach,
            settings.progress,
        )
        self._nemesis = Nemesis(self._device, self._app.spec, lease.ledger, self._change, settings.progress)
        self._control = AppControl(self._device, self._app, self._stimuli, self._nemesis, self.need)
        self._runs = RunWatch(self)
        self._forcing = Forcing(self, self._device, self._stimuli, self._window, lease.profile.responds_within_ns)
        self._ladder = _ladder(self)
        self._begin()

    # --- what it is -----------------------------------------------------------------------------------------------

    @property
    def name(self) -> str:
        """The device's name: its profile's."""
        return self._lease.profile.name

    @property
    def device(self) -> Device:
        """The device itself, for what has no verb here."""
        return self._device

    @property
    def app(self) -> AppFile:
        """The app file as it counts on this device."""
        return self._app

    @property
    def settings(self) -> Settings:
        """What was asked for."""
        return self._settings

    @property
    def tasks(self) -> tuple[TaskSpec, ...]:
        """The app file's tasks."""
        return self._app.spec.tasks

    @property
    def events(self) -> list[Event]:
        """What was recorded so far."""
        return self._recording.since()

    @property
    def may_move_wall_clock(self) -> bool:
        """True when the profile allows it and the device can."""
        allowed = self._lease.profile.allow.move_wall_clock
        return allowed and Capability.SET_WALL_CLOCK in self.capabilities

    # --- watching -------------------------------------------------------------------------------------------------

    def look(self) -> list[Event]:
        """Ask for environment and jobs, keep the dumps, and give what they show. Wakes nobody."""
        return self._looking.look()

    def diagnose(self) -> WorkListed | None:
        """Have WorkManager list its work. Wakes the process and runs work: do it before `open_window`.

        None when no answer came in time, and on an iPhone, where the app prints what of it is pending: while it runs.
        """
        self.need(Capability.DIAGNOSTICS)
        mark = self._recording.count
        self._send("diagnostics", {}, lambda limit: self._device.diagnose(self._app.spec, limit))
        if self.platform == "ios":
            self._barriers.settle()
            return None
        listed = self._waiting.for_event(_is_listing, mark, _DIAGNOSTICS_NS, "WorkManager's list of its work")
        return listed if isinstance(listed, WorkListed) else None

    def open_window(self) -> None:
        """Begin to measure. What was done to the phone before is preparation."""
        self._window.open()

    def close_window(self) -> None:
        """Stop measuring. Does nothing when nothing is being measured."""
        self._window.close()

    def want_run(
        self,
        task: Task,
        unique_name: str | None = None,
        within: Length | None = None,
        stimulus: int | None = None,
    ) -> None:
        """Say that a run is expected from here on. Without a bound of its own or of the app file it says nothing.

        `stimulus`: the number of what was done to have it.
        """
        spec = self.task(task)
        within_ns = spec.starts_within_ns if within is None else nanoseconds(within)
        if within_ns is not None:
            self._window.want(spec, unique_name, within_ns, stimulus)

    # --- doing: see also `Doing` ----------------------------------------------------------------------------------

    def periodic_name(self, task: Task) -> str | None:
        """Give the unique name of a task's periodic work; None when the app file names none."""
        return next((name.name for name in self.task(task).unique_names if name.periodic), None)

    def force(self, task: Task, unique_name: str | None = None, *, soft: bool = False, want: bool = True) -> Answer:
        """Tell the system to run a task's job now, past its constraints (`run -f`), or past the soft ones alone.

        The answer says what the phone said to it; whether anything ran is another matter. `want` says that a run is
        expected of an accepted force.
        """
        return self._forcing.force(self.task(task), unique_name, full=not soft, want=want)

    def time_out(self, task: Task) -> Answer:
        """Have the system stop the job of a task's run that is under way, as one that ran too long.

        Raises:
            Unsupported: Nothing told which job carries it; the app's own process may be running it without one. On an
                iPhone a run of a simulated launch can be ended so, and no other.

        """
        return self._forcing.stop(self.task(task), None)

    def stop(self, task: Task, reason: int = STOPPED_BY_USER) -> Answer:
        """Have the system stop it for a reason: a number of `JobParameters.STOP_REASON_*`. Raises as `time_out`.

        Raises:
            Unsupported: The phone's shell takes no reason (below API 34).

        """
        return self._forcing.stop(self.task(task), reason)

    def reboot(self) -> Answer:
        """Reboot the phone and wait until it answers again, and until its lock screen's code was typed if it has one.

        Raises:
            Unsupported: The profile does not allow it, nobody is there to type the code, or nobody did.

        """
        self.need(Capability.REBOOT)
        self.permit(Disruption.REBOOT)
        within = Deadline.after(self._lease.profile.boots_within_ns / 1e9)
        self._barriers.settle()
        stimulus = Stimulus("reboot", {})
        answer = self._stimuli.send(stimulus, lambda: self._device.reboot(within, self._settings.progress))
        self._reach.follow_again()
        self._barriers.settle()
        self._be_unlocked()
        return answer

    def _be_unlocked(self) -> None:
        within_ns = self._lease.profile.unlocked_within_ns
        if Capability.REBOOT in self.capabilities or within_ns is None:
            return
        if not self._device.wait_until_unlocked(Deadline.after(within_ns / 1e9), self._settings.progress):
            raise Unsupported(f"nobody typed the code of {self.name} within {within_ns / 1e9:.0f} s; it waits for it")
        self._barriers.settle()

    def move_wall_clock(self, ns: int) -> Answer:
        """Set the wall clock forward by that many nanoseconds."""
        if not self.may_move_wall_clock:
            raise Unsupported(f"the profile {self.name} does not allow it: set `allow.move_wall_clock = true`")
        answer = move_wall_clock(self._device, self._app.spec, self._nemesis, self._stimuli, ns)
        self._barriers.settle()
        return answer

    def make_run(self, task: Task, rungs: tuple[Rung, ...] = tuple(Rung), *, want: bool = True) -> Rung:
        """Make a task run, by the gentlest way that this device and app have, and give that way.

        `want=False` expects nothing of it, as in what only prepares: what follows stands for itself in the verdicts.

        Raises:
            Unsupported: There is none; says why for each.
            NothingSeen: It was asked for and no run of it ended in its time.

        """
        return self._ladder.climb(self.task(task), rungs, want=want)

    # --- time -----------------------------------------------------------------------------------------------------

    def wait_for(self, wanted: Predicate, within: Length, what: str = "what the test wants", mark: int = 0) -> Event:
        """Give the first event that is wanted, recorded after `mark`.

        Raises:
            NothingSeen: None came within that much phone time.
            Unsupported: It would take longer than `--patience`.

        """
        seen = self._waiting.for_event(wanted, mark, nanoseconds(within), what)
        if seen is None:
            raise NothingSeen(f"{what} did not show within {within} of the phone's time")
        return seen

    def wait_for_run(
        self, task: Task, finished: bool = True, within: Length | None = None, mark: int = 0
    ) -> RunStarted | RunFinished:
        """Wait until a run of a task has begun, recorded after `mark`, and until it has ended if `finished`.

        Raises:
            NothingSeen: None began within the bound (the app file's `starts_within` when none is given), it was turned
                away, or it did not end.
            Unsupported: Its begin was asked for, and this build shows none.

        """
        spec = self.task(task)
        begun_ns = (spec.starts_within_ns or LONGEST_RUN_NS) if within is None else nanoseconds(within)
        wait = self._runs.finished if finished else self._runs.begun
        return wait(spec, begun_ns, mark)

    def advance(self, length: Length) -> None:
        """Let time pass: a virtual phone's clock is moved on, a real phone is waited for."""
        self._waiting.pass_time(nanoseconds(length), "as the test says")

    @property
    def budget(self) -> float:
        """How much time may pass here, seconds: on a virtual phone any, on a real one `--patience`."""
        return math.inf if Capability.ADVANCE_TIME in self.capabilities else self._settings.patience_s

    def affords(self, length: Length) -> bool:
        """Tell whether that much time may pass here."""
        return nanoseconds(length) / 1e9 <= self.budget

    def tell(self, sentence: str) -> None:
        """Say something to whoever watches the run, such as what a device could not show here."""
        self._settings.progress(sentence)

    def wait_until_due(self, task: Task, lead: Length = 2.0) -> None:
        """Wait until shortly before a task's next run is due, as its app file's interval has it.

        Raises:
            Unsupported: The task has no interval, or the wait is longer than `--patience`.

        """
        spec = self.task(task)
        due = self._ladder.due_in(spec, self._barriers.sample())
        if due is None:
            raise Unsupported(
                f"nothing tells when {spec.title} is due: no interval in its app file, or no run of it yet"
            )
        self._waiting.affords(due, f"{spec.title} to come due")
        self._waiting.pass_time(due - nanoseconds(lead), f"{spec.title} comes due")

    @property
    def last_stimulus(self) -> int:
        """The number of what was done to the phone last."""
        return self._stimuli.last

    @property
    def mark(self) -> int:
        """How much is recorded so far: what comes after it is new."""
        return self._recording.count

    # --- what others of this package use --------------------------------------------------------------------------

    @property
    def correlation(self) -> Correlation:
        """Who is who, by everything that was recorded so far."""
        events = self._recording.since(self._learnt)
        self._learnt += len(events)
        self._correlation.learn(events)
        return self._correlation

    def need(self, capability: Capability) -> None:
        """Make sure that the device can do something.

        Raises:
            Unsupported: It cannot; says what would allow it.

        """
        self._permitted(needs=(capability,), disruption=Disruption.OBSERVE)

    def permit(self, disruption: Disruption) -> None:
        """Make sure that something may be done to the device.

        Raises:
            Unsupported: It may not; names the option.

        """
        self._permitted(needs=(), disruption=disruption)

    def _permitted(
        self, needs: tuple[Capability, ...], disruption: Disruption, platforms: tuple[str, ...] = PLATFORMS
    ) -> None:
        asked = Settings(self._settings.scenario, self._settings.folder, needs, disruption, platforms)
        reason = lacking(asked, self._lease.profile, self.capabilities)
        if reason is not None:
            raise Unsupported(reason)

    def is_of(self, spec: TaskSpec, event: Event) -> bool:
        """Tell whether an event is about a task, as far as anything has told."""
        return isinstance(event, TaskEvent) and self.correlation.task_of(event.subject) == spec.id

    def seen(self, wanted: Predicate, within_ns: int, mark: int, what: str) -> Event | None:
        """Give the first event that is wanted, recorded after a mark; None when none came in that phone time."""
        return self._waiting.for_event(wanted, mark, within_ns, what)

    def place(self, event: Event) -> int:
        """Give the mark just before an event."""
        events = self._recording.since()
        same = (index for index, one in enumerate(events) if one is event)
        return next(same, None) or next(index for index, one in enumerate(events) if one == event)

    def clocks(self) -> ClockReading:
        """Read the phone's clocks and record them."""
        return self._barriers.sample()

    @property
    def launched(self) -> int | None:
        """The mark before the first launch since the app's data was last cleared; None when there was none."""
        return self._launched

    def asks_when_launched(self, task: TaskSpec) -> bool:
        """Tell whether launching the app is known to have it ask for a task for the first time."""
        return self._cleared and self._control.asks_when_launched(task)

    # --- begin and end --------------------------------------------------------------------------------------------

    def _begin(self) -> None:
        settings = self._settings
        self._recording.add(
            ScenarioBegan(
                stamp=host_stamp(),
                name=settings.scenario,
                needs=tuple(str(need) for need in settings.needs),
                disruption=str(settings.disruption),
            )
        )
        try:
            self._permitted(settings.needs, settings.disruption, settings.platforms)
            self._nemesis.put_back()
            self._log.open()
            self._barriers.settle()
            self._prepare()
        except BaseException as error:
            if isinstance(error, DeviceLostError):
                self._reach.lost(error)
            self.end("unsupported" if isinstance(error, Unsupported) else "broken", str(error))
            raise

    def _prepare(self) -> None:
        """Start from a known state where that is allowed; otherwise what was there before is unknown, and stays so.

        An app that nobody can log in again from outside keeps its data, unless it is a virtual phone's. On an iPhone
        it goes with the app alone.
        """
        comes_back = Capability.APP_HOOK in self.capabilities or self._device.facts.virtual
        there = Capability.APP_INSTALLED in self.capabilities and self._device.facts.platform == "android"
        if there and comes_back and self._lease.profile.allows(Disruption.CLEAR_DATA):
            self.clear_data()
        self.look()

    def put_back(self) -> None:
        """Close what was measured, ask what is enqueued, put back what was changed, while the device still answers.

        Putting back comes last and its log is not followed: it logs out, and what an app cancels by that is no answer
        to anything that was measured.

        Raises:
            NotPutBack: The device does not take something back.
            DeviceLostError: It went away.

        """
        try:
            self.close_window()
            if Capability.DIAGNOSTICS in self.capabilities and self.platform == "android":
                self.diagnose()
            self.look()
        finally:
            self._log.close()
            self._nemesis.put_back()

    @property
    def away(self) -> bool:
        """True when the device went away and has not come back."""
        return self._reach.away

    def regain(self, lost: DeviceLostError) -> bool:
        """Wait for a device that went away; False when it does not come back. Either is recorded."""
        try:
            self._reach.regain(lost)
        except DeviceLostError:
            return False
        return True

    def end(self, outcome: str, reason: str = "") -> None:
        """Write the last records. Never touches the device."""
        self._log.close()
        self._recording.add(ScenarioEnded(stamp=host_stamp(), outcome=outcome, reason=reason))
        self._recording.close()


def _ladder(session: Session) -> Ladder:
    if session.device.facts.platform != "ios":
        return Ladder(session)
    if no_scheduler.NOTE in session.device.facts.notes:
        return SimulatorLadder(session)
    from bgtask_harness.session.iphone_ladder import IPhoneLadder  # noqa: PLC0415 - brings the driver of iPhones

    return IPhoneLadder(session)


def _is_listing(event: Event) -> bool:
    return isinstance(event, WorkListed)
