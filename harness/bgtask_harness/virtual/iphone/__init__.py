"""The daemons of a virtual iPhone: the device's side of the real protocols, in front of a model (`virtual.ios.port`).

The way of the data, from a host inwards: `usbmux` (whose phone, which port) - `lockdown` (pairing, TLS, which
service) - `services` (property lists and logs), `dtx` (instruments), `debugserver` (gdb-remote). From iOS 17.4 also
`coredevice`: a tunnel through one of lockdown's services, and behind it the same services again. Nothing here knows of
BackgroundTasks.
"""
