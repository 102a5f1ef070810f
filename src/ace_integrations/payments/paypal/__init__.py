"""PayPal's currencies and how it writes amounts."""
