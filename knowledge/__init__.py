"""The engine and the library: what the law says."""
