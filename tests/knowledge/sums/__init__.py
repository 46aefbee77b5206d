"""The sums, each against cases worked out by hand from the articles."""
