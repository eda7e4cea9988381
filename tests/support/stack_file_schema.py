"""The generated schema of stack files, ready to judge: made and checked once, which takes longer than judging."""

import functools

from jsonschema import Draft202012Validator

from components.config.generated import stack_file_schema


@functools.cache
def judge() -> Draft202012Validator:
    """A validator of whole stack files, whose schema is a valid one itself."""
    schema = stack_file_schema()
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)
