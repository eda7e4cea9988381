"""How the Admin API says no. Statuses and bodies: porta, app/lib/three_scale/api/responder.rb and the controllers.

Refusal                any status with any body
├── NotFound           404 {"status": "Not found"}
├── Forbidden          403 {"status": "Forbidden"} (CanCan)
├── Invalid            422 {"errors": {field: [texts]}}
├── DeletionRefused    403 {"errors": {field: [texts]}}: a validation error on DELETE
├── Said               any status {"error": sentence}
├── MissingParameter   400, plain text
└── WrongType          422, a bare sentence
"""

from __future__ import annotations

import re
from typing import Any

Texts = dict[str, list[str]]

TAKEN = "has already been taken"
BLANK = "can't be blank"
# porta's own word for ActiveRecord's `:invalid` (config/locales/en.yml); some models have words of their own.
INVALID = "invalid"
NOT_INCLUDED = "is not included in the list"
NO_EMAIL = "should look like an email address"


class Refusal(Exception):  # noqa: N818  # a refusal is an answer of the API, not an error of the emulator
    """An answer that is not a success; `body` is JSON data, or text that is sent as it is."""

    def __init__(self, status: int, body: Any, *, plain: bool = False) -> None:  # noqa: ANN401  # any JSON value
        super().__init__(f"{status} {body!r}")
        self.status = status
        self.body = body
        self.plain = plain


class NotFound(Refusal):
    """There is no such record."""

    def __init__(self) -> None:
        super().__init__(404, {"status": "Not found"})


class Forbidden(Refusal):
    """The rules for this user or this object do not allow it."""

    def __init__(self) -> None:
        super().__init__(403, {"status": "Forbidden"})


class Invalid(Refusal):
    """The fields were refused; `errors` is field → texts."""

    def __init__(self, errors: Texts) -> None:
        super().__init__(422, {"errors": errors})


class DeletionRefused(Refusal):
    """The object may not be deleted; `errors` is field → texts."""

    def __init__(self, errors: Texts) -> None:
        super().__init__(403, {"errors": errors})


class Said(Refusal):
    """The controller itself raised a sentence."""

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(status, {"error": sentence})


class MissingParameter(Refusal):
    """A required parameter is absent or empty."""

    def __init__(self, name: str) -> None:
        super().__init__(400, f"Required parameter missing: {name}", plain=True)


class WrongType(Refusal):
    """The wrapper is there but is not an object. The body is no JSON although the content type says so."""

    def __init__(self, name: str) -> None:
        super().__init__(422, f"Wrong type for parameter: {name}", plain=True)


class NotSimulated(Refusal):
    """The operation exists in 3scale but not here."""

    def __init__(self, operation: str) -> None:
        super().__init__(501, {"error": f"The emulator does not implement {operation}"})


class Errors:
    """Collects validation texts and refuses at the end, as ActiveModel does."""

    def __init__(self) -> None:
        self._texts: Texts = {}

    def add(self, field: str, text: str) -> None:
        """Remember one text for a field."""
        self._texts.setdefault(field, []).append(text)

    def present(self, field: str, value: object) -> None:
        """Refuse a blank value."""
        if value is None or (isinstance(value, str) and not value.strip()):
            self.add(field, BLANK)

    def short(self, field: str, value: object, most: int = 255) -> None:
        """Refuse text longer than `most` characters."""
        if isinstance(value, str) and len(value) > most:
            self.add(field, f"is too long (maximum is {most} characters)")

    def one_of(self, field: str, value: object, allowed: tuple[str, ...], text: str = NOT_INCLUDED) -> None:
        """Refuse a value outside the list."""
        if value not in allowed:
            self.add(field, text)

    def unless(self, condition: object, field: str, text: str) -> None:
        """Refuse unless the condition holds."""
        if not condition:
            self.add(field, text)

    def email(self, field: str, value: str) -> None:
        """Refuse a value that is no e-mail address."""
        self.unless(re.fullmatch(r"[^@\s]+@[^@\s]+", value), field, NO_EMAIL)

    def refuse(self) -> None:
        """Raise when anything was collected.

        Raises:
            Invalid: with every text collected so far.
        """
        if self._texts:
            raise Invalid(self._texts)
