"""iPhones: the driver, and the ways to force a task on one. Device back-ends are imported only when used."""
