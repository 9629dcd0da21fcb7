"""Research: targets, datasets, validation and training. The only room that imports the training libraries."""
