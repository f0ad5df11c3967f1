"""Remote service discovery and its tunnel (iOS 17.4 and later): services over IPv6 inside a service of lockdown."""
