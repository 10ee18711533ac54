"""Hooks of the outside tests: a logout gets a session of its own.

`POST /api/v1/auth/logout` ends the session of the token it is sent with. All calls share one session, so
without this the run would mostly test what happens without one.
"""

import json
import os
import re

import requests
import schemathesis

LOGOUT = "logout_session"
# Only a real token is exchanged: a missing or made-up one is part of what a check wants to see refused.
JWT = re.compile(r"^Bearer [\w-]+\.[\w-]+\.[\w-]+$")


def fresh_token() -> str:
    """Logs in once more with the account that the run uses."""
    account = json.loads(os.environ["OUTSIDE_ACCOUNT"])
    answer = requests.post(f"{os.environ['OUTSIDE_URL']}/api/v1/auth/login", json=account, timeout=20)
    answer.raise_for_status()
    return answer.json()["access_token"]


@schemathesis.hook
def before_call(context, case, kwargs):
    """Exchanges the shared token of a logout for one of its own."""
    if context.operation is None or context.operation.definition.raw.get("operationId") != LOGOUT:
        return
    for headers in (case.headers, kwargs.get("headers")):
        if headers and JWT.match(str(headers.get("Authorization", ""))):
            headers["Authorization"] = f"Bearer {fresh_token()}"
