"""What every room speaks: bars, orders, fills, verdicts, events, commands, and the ports.

Standard library and NumPy only. Nothing here reads a clock, a disk or a network, and no type here knows how it is
written to a journal.
"""
