"""Simulated operators: they watch custom resources and write the status and the objects that the real ones write."""
