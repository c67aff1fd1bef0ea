"""Beginnings to write on from: a spec, a condition in a spec, a plugin. Nothing that is there is ever overwritten."""
