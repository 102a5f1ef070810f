"""Job postings in neutral words, the platform's own and those from outside."""
