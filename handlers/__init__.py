"""The core: what to say, to whom, and what to record. Pure; no network, no clock, no database."""
