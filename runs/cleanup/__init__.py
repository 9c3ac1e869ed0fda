"""Deleting with a way back: trash, retention, disk usage."""
