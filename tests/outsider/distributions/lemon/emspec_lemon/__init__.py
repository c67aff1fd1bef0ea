"""Raises at import, as a plugin does whose author forgot something."""

raise RuntimeError("squeezed too hard")
