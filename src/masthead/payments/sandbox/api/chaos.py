"""Chaos, seen and set: beside the API, for Stripe has no such thing."""

from __future__ import annotations

from typing import Final

from masthead.payments.sandbox.api.dispatch import ApiAnswer, ApiRequest, check_key, read_params
from masthead.payments.sandbox.chaos import BadChaos, get_chaos, parse_chaos, set_chaos
from masthead.payments.sandbox.errors import ApiError, BadParameter, NoSuchRoute
from masthead.payments.sandbox.store import Store

CHAOS_PATH: Final = "/sandbox/chaos"


def answer_chaos(store: Store, request: ApiRequest, *, api_key: str) -> ApiAnswer:
    """Say which chaos holds, or with POST and `words` let another hold."""
    try:
        check_key(request.headers.get("authorization", ""), api_key)
        if request.method not in {"GET", "POST"}:
            raise NoSuchRoute(request.method, CHAOS_PATH)
        params, _ = read_params(request)
        with store.transaction(writes=request.method == "POST") as book:
            if request.method == "POST":
                try:
                    set_chaos(book, parse_chaos(params.text("words")))
                except BadChaos as error:
                    raise BadParameter(str(error), "words") from error
            params.refuse_rest()
            return ApiAnswer(status=200, document={"object": "sandbox.chaos", "words": str(get_chaos(book))})
    except ApiError as error:
        return ApiAnswer(status=error.http_status, document={"error": error.describe()})
