"""Where orders go: one folder for each broker."""
