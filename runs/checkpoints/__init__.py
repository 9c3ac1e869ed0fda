"""Checkpoints as people look for, judge and go on from them. Rows come from discovery."""
