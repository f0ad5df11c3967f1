"""Lives of virtual iPhones for the kill score: the device in this process, the apps, the plans, what is in the way."""
