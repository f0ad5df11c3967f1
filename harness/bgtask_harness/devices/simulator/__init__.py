"""Simulators of Xcode, by `xcrun simctl`: BGTaskScheduler refuses every request there, the rest of an app runs."""
