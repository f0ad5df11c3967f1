"""The pytest plugin: options and fixtures. No logic lives here."""
