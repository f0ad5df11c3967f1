"""lockdownd: what the phone says of itself, which computers it trusts, and the way to every other service."""
