"""Edge where mail goes out: claim, attempt, report."""
