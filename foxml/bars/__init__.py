"""Bars: from files to a clean, point-in-time store, and from the store to slices."""
