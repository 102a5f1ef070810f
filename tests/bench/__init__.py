"""Measurements, as ratios to the bare library and to the vendors' own SDKs in the same run; asserts nothing."""
