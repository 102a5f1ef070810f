"""Live classes in neutral words; which service carries them is a setting."""
