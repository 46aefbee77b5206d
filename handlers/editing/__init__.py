"""How an edit of a topic comes before residents."""
