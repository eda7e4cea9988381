"""Waiting until an object is what its kind promises: bound, rolled out, complete, gone."""
