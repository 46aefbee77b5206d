"""What residents are told unasked, and asked for fun: pushes, subscriptions, quizzes, certificates."""
