"""The commands; no logic of their own: each file is one group, each command one call."""
