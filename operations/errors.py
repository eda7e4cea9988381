"""The one refusal every command here ends with."""


class OperationError(Exception):
    """A command could not do what was asked; the text has the four parts and holds no secret."""
