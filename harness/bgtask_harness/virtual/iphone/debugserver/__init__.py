"""debugserver: gdb-remote in front of a virtual arm64 process."""
