"""The trading process: a feed, one session, a journal, and a log; started, stopped and asked how it stands."""
