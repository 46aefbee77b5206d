"""From a question in somebody's own words to the topics and articles that answer it, and how sure that is."""
