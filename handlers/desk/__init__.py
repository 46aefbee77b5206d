"""Tickets and those who answer them: states, clocks, whose turn it is, and how well it went."""
