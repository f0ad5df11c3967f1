"""Services that speak in property lists or stream text and records, one module a service."""
