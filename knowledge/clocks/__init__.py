"""Time limits: from a day as people say it to the last day that the law leaves."""
