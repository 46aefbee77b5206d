"""What the law says on which day: laws, versions and articles, with the tables that date them."""
