"""usbmuxd: the first thing a host speaks to. Lists phones, keeps their pair records, connects to a port on one."""
