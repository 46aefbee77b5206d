"""Stand in for the services of others, over real HTTP."""
