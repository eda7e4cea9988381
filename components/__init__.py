"""The parts of the platform: one package each; pure functions compute, `component.py` places."""
