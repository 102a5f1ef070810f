"""JSearch: job postings from outside."""
