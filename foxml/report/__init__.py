"""One report for every run: statistics, the model of a run read from its journal, and an offline HTML page."""
