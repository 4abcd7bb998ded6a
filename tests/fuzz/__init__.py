"""Bytes that nobody thought of: coverage-guided fuzzing of the readers. `make fuzz` runs it; no part of `make test`."""
