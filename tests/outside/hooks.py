"""Hooks of the outside tests: what a request needs that the document cannot say."""

import itertools
import json
import os
import re

import requests
import schemathesis

LOGOUT = "logout_session"
# Only a real token is exchanged: a missing or made-up one is part of what a check wants to see refused.
JWT = re.compile(r"^Bearer [\w-]+\.[\w-]+\.[\w-]+$")
KEY = "Idempotency-Key"
WELL_FORMED_KEY = re.compile(r"[\x21-\x7e]{1,255}")
numbers = itertools.count(1)


def fresh_token() -> str:
    """Logs in once more with the account that the run uses."""
    account = json.loads(os.environ["OUTSIDE_ACCOUNT"])
    answer = requests.post(f"{os.environ['OUTSIDE_URL']}/api/v1/auth/login", json=account, timeout=20)
    answer.raise_for_status()
    return answer.json()["access_token"]


@schemathesis.hook
def filter_case(context, case):
    """Leaves out headers with an empty value: the runtime drops them before the Worker can see them."""
    return all(str(value).strip() for value in (case.headers or {}).values())


@schemathesis.hook
def before_call(context, case, kwargs):
    """Gives a logout a session of its own, and every well-formed Idempotency-Key a value of its own.

    All calls share one session, so a logout with the shared token would leave most of the run without one.
    Keys are drawn from so few values that nearly every write would be refused as the repetition of another.
    """
    if context.operation.definition.raw.get("operationId") == LOGOUT:
        for headers in (case.headers, kwargs.get("headers")):
            if headers and JWT.match(str(headers.get("Authorization", ""))):
                headers["Authorization"] = f"Bearer {fresh_token()}"
    if case.headers and WELL_FORMED_KEY.fullmatch(str(case.headers.get(KEY, ""))):
        case.headers[KEY] = f"outside-{next(numbers)}"
