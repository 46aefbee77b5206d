"""What residents say and hear: questions, danger, interviews, their tickets and their data."""
