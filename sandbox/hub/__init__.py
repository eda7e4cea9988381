"""A small model hub: every repository that is asked for exists, with the same made-up files every time."""
