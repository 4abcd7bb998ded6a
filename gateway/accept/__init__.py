"""May this come in? The verdict at the door, before anything is understood."""
