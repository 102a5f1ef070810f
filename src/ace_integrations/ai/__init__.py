"""Text from a language model in neutral words; which service writes it is a setting."""
