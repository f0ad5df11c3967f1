"""A virtual phone in this process, for whoever wants to tell it what another phone was told. Costs no real time."""

from __future__ import annotations

from bgtask_harness.broker.virtual import manifest
from bgtask_harness.errors import BadInput
from bgtask_harness.profiles import AppFile
from bgtask_harness.transport.in_process import InProcessTransport
from bgtask_harness.virtual.android.profile import UnknownPhone
from bgtask_harness.virtual.android.profile import phone_names
from bgtask_harness.virtual.android.profile import phone_profile
from bgtask_harness.virtual.assemble import Beginning
from bgtask_harness.virtual.assemble import build

_ANY = "pixel7-api{level}"


class PhoneInThisProcess:
    """A virtual phone with one app, made as it stands at a moment.

    Attributes:
        model: Its name.
        serial: Its own serial number.
        transport: The way to it.

    """

    def __init__(
        self, model: str, app: AppFile, *, wall_clock: str, uptime_s: int, timezone: str | None = None
    ) -> None:
        """Make it; `wall_clock` is ISO 8601 with an offset, `timezone` None or one that this machine knows.

        Raises:
            BadInput: There is no such model, or the app file names no program for it.

        """
        program, spec = app.virtual.program, app.spec
        if program is None:
            raise BadInput(f"{app.file}: key `virtual.program`: expected the program that stands for the app; add it")
        try:
            began = Beginning(wall_clock, uptime_s, timezone)
            self._phone = build(model, program, spec.package, app.virtual.mode, app=manifest(app), began=began)
        except (UnknownPhone, LookupError, ValueError) as error:
            raise BadInput(str(error.args[0] if error.args else error)) from error
        self.model, self.serial = model, self._phone.profile.serial
        self.transport = InProcessTransport(self._phone)

    @property
    def elapsed_ns(self) -> int:
        """How much of its time has passed since it was made, reboots included."""
        return self._phone.kernel.now

    def pass_until(self, elapsed_ns: int) -> None:
        """Let its time pass, as far as it has not yet."""
        if elapsed_ns > self.elapsed_ns:
            self._phone.kernel.run_until(elapsed_ns)


def model_like(api_level: int | None, model: str) -> str:
    """Give the virtual phone of a level, of the same hardware where there is one.

    Raises:
        BadInput: There is none of that level, or the level is not known.

    """
    if api_level is None:
        raise BadInput("the recording does not say of which API level its phone is; name a virtual phone: --against")
    known = [phone_profile(name) for name in phone_names()]
    alike = sorted(
        (one for one in known if one.api_level == api_level),
        key=lambda one: one.properties.get("ro.product.model") != model,
    )
    name = alike[0].name if alike else _ANY.format(level=api_level)
    try:
        return phone_profile(name).name
    except UnknownPhone as error:
        raise BadInput(f"there is no virtual phone of API level {api_level}: {error.args[0]}; use --against") from error
