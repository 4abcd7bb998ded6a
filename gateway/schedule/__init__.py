"""Edge of time: what is checked how often."""
