"""Measure this bot beside its peers, under one load."""
