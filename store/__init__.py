"""Everything durable, and nothing clever: see database.py for the way in."""
