"""The WorkManager library and the process of an app that uses it, as they behave on a virtual phone."""
