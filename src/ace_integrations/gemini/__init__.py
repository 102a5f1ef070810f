"""Gemini: text from a language model."""
