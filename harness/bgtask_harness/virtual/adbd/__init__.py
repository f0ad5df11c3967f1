"""The device side of the adb transport, on loopback, under a real private adb server."""
