"""The Android driver: everything that knows adb's shell, its commands and what their answers mean.

Doors: `connect.open_device` for a phone behind an adb server, `driver.AndroidDevice.attach` for any transport.
"""
