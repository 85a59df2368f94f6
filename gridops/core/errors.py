"""The handful of errors rooms raise; each door translates them once."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class FieldError:
    """One refused field: its dotted name (`body.location.lon`) and the reason, in words for the sender."""

    field: str
    reason: str


class GridopsError(Exception):
    """Base of all errors that a user may see; `str()` is a plain sentence."""


class NotFound(GridopsError):
    """The thing named does not exist, or the asker may not know that it does."""


class NotAllowed(GridopsError):
    """The asker may see the thing, but may not do this."""


class Invalid(GridopsError):
    """What was handed in is wrong; `errors` names every field and its reason."""

    def __init__(self, *errors: FieldError | tuple[str, str]) -> None:
        self.errors: tuple[FieldError, ...] = tuple(
            error if isinstance(error, FieldError) else FieldError(*error) for error in errors
        )
        super().__init__("; ".join(f"{error.field}: {error.reason}" for error in self.errors))


class Conflict(GridopsError):
    """Someone else was faster, or the same name was used for another content."""


class Closed(GridopsError):
    """The thing is frozen, issued or ended and takes no more changes."""
