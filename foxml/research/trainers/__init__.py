"""Trainers: one file per model family."""
