"""What can be ordered from the command line, a module a field."""
