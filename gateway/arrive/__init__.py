"""Edges where mail comes in: bytes, with nothing understood."""
