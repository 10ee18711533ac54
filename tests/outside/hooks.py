"""Hooks of the outside tests: what a request needs that the document cannot say."""

import itertools
import json
import os
import re

import requests
import schemathesis

# What ends the session that calls, and what ends the account or its password.
ENDS_SESSION = {"logout_session", "revoke_session", "revoke_sessions"}
ENDS_ACCOUNT = {"delete_user", "change_password", "enrol_two_factor"}
# Only a real token is exchanged: a missing or made-up one is part of what a check wants to see refused.
JWT = re.compile(r"^Bearer [\w-]+\.[\w-]+\.[\w-]+$")
KEY = "Idempotency-Key"
WELL_FORMED_KEY = re.compile(r"[\x21-\x7e]{1,255}")
numbers = itertools.count(1)


def post(path, body):
    """Sends JSON; the answer's body."""
    answer = requests.post(f"{os.environ['OUTSIDE_URL']}/api/v1/auth/{path}", json=body, timeout=20)
    answer.raise_for_status()
    return answer.json()


def fresh_token() -> str:
    """Logs in once more with the account that the run uses."""
    return post("login", json.loads(os.environ["OUTSIDE_ACCOUNT"]))["access_token"]


def another_account() -> str:
    """A token of an account that nothing else uses."""
    account = {"email": f"once-{next(numbers)}-{os.getpid()}@example.com", "password": "a password for once"}
    post("register", account)
    return post("login", account)["access_token"]


@schemathesis.hook
def filter_case(context, case):
    """Leaves out headers with an empty value: the runtime drops them before the Worker can see them."""
    return all(str(value).strip() for value in (case.headers or {}).values())


@schemathesis.hook
def before_call(context, case, kwargs):
    """Gives what ends a session or an account one of its own, and every well-formed Idempotency-Key a value of its own.

    All calls share one session, so that ending it would leave most of the run without one. Keys are drawn from so few
    values that nearly every write would be refused as the repetition of another.
    """
    operation = context.operation.definition.raw.get("operationId")
    token = {**dict.fromkeys(ENDS_SESSION, fresh_token), **dict.fromkeys(ENDS_ACCOUNT, another_account)}.get(operation)
    if token:
        for headers in (case.headers, kwargs.get("headers")):
            if headers and JWT.match(str(headers.get("Authorization", ""))):
                headers["Authorization"] = f"Bearer {token()}"
    if case.headers and WELL_FORMED_KEY.fullmatch(str(case.headers.get(KEY, ""))):
        case.headers[KEY] = f"outside-{next(numbers)}"
