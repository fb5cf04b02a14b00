"""Errors as Stripe tells them."""

from __future__ import annotations

from typing import Any

from masthead.rules.errors import MastheadError


class ApiError(MastheadError):
    """The request could not be carried out."""

    def __init__(
        self,
        message: str,
        *,
        http_status: int = 400,
        kind: str = "invalid_request_error",
        code: str = "",
        param: str = "",
        decline_code: str = "",
    ) -> None:
        super().__init__(message)
        self.http_status = http_status
        self.kind = kind
        self.error_code = code
        self.param = param
        self.decline_code = decline_code

    def describe(self) -> dict[str, Any]:
        """Return the error as its JSON says it."""
        told = {"code": self.error_code, "param": self.param, "decline_code": self.decline_code}
        return {"type": self.kind, "message": str(self), **{name: value for name, value in told.items() if value}}


class Missing(ApiError):
    """There is no such object."""

    def __init__(self, what: str, reference: str, *, param: str = "id") -> None:
        super().__init__(f"No such {what}: '{reference}'", http_status=404, code="resource_missing", param=param)


class NoSuchRoute(ApiError):
    """There is no such address."""

    def __init__(self, method: str, path: str) -> None:
        super().__init__(
            f"Unrecognized request URL ({method}: {path}). The sandbox may not do this yet.", http_status=404
        )


class BadParameter(ApiError):
    """A parameter is missing or wrong."""

    def __init__(self, message: str, param: str, *, code: str = "parameter_invalid_empty") -> None:
        super().__init__(message, code=code, param=param)


class CardDeclined(ApiError):
    """The card was declined."""

    def __init__(self, message: str, *, code: str = "card_declined", decline_code: str = "") -> None:
        super().__init__(message, http_status=402, kind="card_error", code=code, decline_code=decline_code)
