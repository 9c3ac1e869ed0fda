"""Batches: runs made together, and what is computed from what they wrote."""
