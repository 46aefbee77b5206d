"""The shell: networks, clocks and processes around the core."""
