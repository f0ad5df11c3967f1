"""iPhones without hardware: each lease starts one of its own, with a usbmuxd of its own on a private socket."""

from __future__ import annotations

from bgtask_harness.broker.iphone import iphone_arguments
from bgtask_harness.broker.local import HeldLock
from bgtask_harness.broker.phone_process import IPhoneProcess
from bgtask_harness.broker.provider import Lease
from bgtask_harness.broker.provider import LeaseOptions
from bgtask_harness.deadline import Deadline
from bgtask_harness.devices.ios.driver import IPhoneDevice
from bgtask_harness.profiles import AppFile
from bgtask_harness.profiles import Profile

_LOG = "virtual-iphone.log"


class VirtualIPhoneProvider:
    """Starts virtual iPhones. Nobody else can have one, so there is nothing to lock. Satisfies `provider.Provider`."""

    def lock(self, profile: Profile, options: LeaseOptions) -> HeldLock | None:  # noqa: ARG002 - the provider's signature
        return None

    def acquire(self, profile: Profile, app: AppFile, options: LeaseOptions) -> Lease:
        deadline = Deadline.after(options.start_s)
        options.progress(f"starting a {profile.title}")
        log = options.log_dir / _LOG if options.log_dir else None
        phone = IPhoneProcess(iphone_arguments(profile, app, options), deadline, log)
        try:
            device = IPhoneDevice.attach(
                phone.ready.udid,
                profile.name,
                deadline,
                address=phone.ready.usbmuxd,
                bundle_id=app.spec.package,
                note=options.note,
            )
        except BaseException:
            phone.end()
            raise
        shown = app.on_virtual_phone()
        return Lease(device, profile, shown, phone.ready.udid, (device.close, phone.end), phone.check)
