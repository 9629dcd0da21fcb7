"""The command line: parsing, printing and progress. What a verb does lives in the room that owns it."""
