"""Disputes that people's mediation takes, from the request to an agreement that a court confirmed."""
