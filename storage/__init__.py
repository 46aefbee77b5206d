"""What survives: the inbox, the stores and the outbox, on SQLite or PostgreSQL."""
