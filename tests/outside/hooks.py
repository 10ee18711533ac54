"""Hooks of the outside tests: what a request needs that the document cannot say."""

import atexit
import itertools
import json
import os
import re
import time
import uuid

import requests
import schemathesis

# Accounts and keys of the run, as accounts.mjs made them.
WORLD = json.loads(os.environ["OUTSIDE_WORLD"])
# What ends the session that calls, and what ends the account or its password.
ENDS_SESSION = {"logout_session", "revoke_session", "revoke_sessions"}
ENDS_ACCOUNT = {"delete_user", "change_password", "enrol_two_factor"}
# Whose account has another profile afterwards, or none, of which no forecast can be made.
CHANGES_PROFILE = {"update_profile", "delete_profile"}
# Where an administrator's key or account stands in an address, and what may be done to the spare ones alone.
NAMES_KEY = {"delete_admin_key", "rotate_admin_key"}
NAMES_ACCOUNT = {
    "update_admin_user",
    "suspend_admin_user",
    "delete_admin_user_sessions",
    "delete_admin_user_key",
    "set_limit_override",
}
# Whose end lies ahead of now, which no example and no schema can say.
ENDS_LATER = {"create_admin_key", "create_api_key", "update_api_key", "set_limit_override"}
MOMENT = re.compile(r"^\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d+)?([Zz]|[+-]\d\d:\d\d)$")
# Only a real token is exchanged: a missing or made-up one is part of what a check wants to see refused.
JWT = re.compile(r"^Bearer [\w-]+\.[\w-]+\.[\w-]+$")
KEY = "Idempotency-Key"
# What waits for something to happen, for as many seconds as it is asked to; and what goes on for minutes.
WAITS = "follow_events"
UPGRADES = "connect_relay"
# What begins anew with a public key that is known, so that the device from before is no more.
REGISTERS = "register_device"
UNKNOWN = "x-schemathesis-unknown-property"
STREAMS = "stream_events"
WELL_FORMED_KEY = re.compile(r"[\x21-\x7e]{1,255}")
# Less than an access token lives.
PATIENCE = 300
numbers = itertools.count(1)
kept = {}
registered = set()
succeeded = set()


def post(path, body):
    """Sends JSON; the answer's body."""
    answer = requests.post(f"{os.environ['OUTSIDE_URL']}/api/v1/auth/{path}", json=body, timeout=20)
    answer.raise_for_status()
    return answer.json()


def fresh_token() -> str:
    """Logs in once more with the account that the run uses."""
    return post("login", WORLD["account"])["access_token"]


def another_account() -> str:
    """A token of an account that nothing else uses."""
    account = {"email": f"once-{next(numbers)}-{os.getpid()}@example.com", "password": "a password for once"}
    post("register", account)
    return post("login", account)["access_token"]


def changing_account() -> str:
    """A token of the account whose profile may become anything."""
    token, since = kept.get("changing", (None, 0))
    if time.monotonic() - since > PATIENCE:
        token, since = post("login", WORLD["changing"])["access_token"], time.monotonic()
        kept["changing"] = token, since
    return token


CALLERS = {
    **dict.fromkeys(ENDS_SESSION, fresh_token),
    **dict.fromkeys(ENDS_ACCOUNT, another_account),
    **dict.fromkeys(CHANGES_PROFILE, changing_account),
}


def caller(definition):
    """Who calls an operation in the place of the account that the run uses: a way to a token or key, if anybody."""
    if WORLD.get("admin_key") and any("admin_key" in scheme for scheme in definition.get("security", [])):
        return lambda: WORLD["admin_key"]
    return CALLERS.get(definition.get("operationId"))


def spare(operation, name, value):
    """Another thing of the kind, where an administrator would end what the run stands on."""
    if name in ("id", "subject") and any(own in str(value) for own in WORLD["stands_on"]):
        if operation in NAMES_KEY:
            return WORLD["spare"]["key"]
        if operation in NAMES_ACCOUNT:
            return f"user:{WORLD['spare']['user']}" if name == "subject" else WORLD["spare"]["user"]
    return value


def key_of_its_own(body):
    """Gives a device another key where it has one that was registered before."""
    key = body.get("public_key")
    if not isinstance(key, str):
        return
    if key in registered and WORLD["keys"]:
        body["public_key"] = key = WORLD["keys"].pop()
    registered.add(key)


def cut(response, **_):
    """Reads the beginning of a stream alone."""
    if response.headers.get("Content-Type") == "text/event-stream":
        response._content = next(response.iter_content(None), b"")
        response.close()


@schemathesis.hook
def filter_case(context, case):
    """Leaves out headers with an empty value, which the runtime drops before the Worker can see them, and those that nobody
    knows: they are to be ignored (RFC 9110 section 5.1), so that no request is invalid by one.
    """
    headers = case.headers or {}
    return all(str(value).strip() for value in headers.values()) and UNKNOWN not in headers


@schemathesis.hook
def before_call(context, case, kwargs):
    """Calls administration with a key of an administrator, and turns it away from what the run stands on; gives what ends
    a session, an account or a profile one of its own; has what ends end tomorrow, and gives every well-formed
    Idempotency-Key, and each device, a value of its own. Nothing waits for what will not happen, and of a stream the beginning is read.

    All calls share one session, so that ending it would leave most of the run without one. Keys are drawn from so few
    values that nearly every write would be refused as the repetition of another.
    """
    definition = context.operation.definition.raw
    credential = caller(definition)
    if credential:
        for headers in (case.headers, kwargs.get("headers")):
            if headers and JWT.match(str(headers.get("Authorization", ""))):
                headers["Authorization"] = f"Bearer {credential()}"
    for name, value in (case.path_parameters or {}).items():
        # A link that was inferred from a field gives "None" where the field has no value; no such thing is there either.
        nobody = name in ("id", "key_id") and value in (None, "None")
        turned = str(uuid.uuid4()) if nobody else spare(definition.get("operationId"), name, value)
        if turned != value:
            case.path_parameters[name] = turned
    if definition.get("operationId") in ENDS_LATER and isinstance(case.body, dict):
        if MOMENT.match(str(case.body.get("expires_at"))):
            case.body["expires_at"] = time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime(time.time() + 86_400))
    if definition.get("operationId") == REGISTERS and isinstance(case.body, dict):
        key_of_its_own(case.body)
    if definition.get("operationId") == WAITS and re.fullmatch(r"\d|1\d|2[0-5]", str((case.query or {}).get("wait"))):
        case.query["wait"] = 0
    if definition.get("operationId") == UPGRADES:
        # What asks for a socket and is no handshake is answered by the local runtime, before the Worker is asked.
        for headers in filter(None, (case.headers, kwargs.get("headers"))):
            headers.pop("Upgrade", None)
    if definition.get("operationId") == STREAMS:
        kwargs["hooks"] = {"response": cut}
    if case.headers and WELL_FORMED_KEY.fullmatch(str(case.headers.get(KEY, ""))):
        case.headers[KEY] = f"outside-{next(numbers)}"


@schemathesis.hook
def after_call(context, case, response):
    """Remembers which operations ever did what they are for; other methods of the same path are asked too."""
    if response.status_code < 400 and response.request.method == context.operation.method.upper():
        succeeded.add(context.operation.definition.raw.get("operationId"))


@atexit.register
def tell():
    """Hands that to verdict.mjs."""
    with open(os.environ["OUTSIDE_SUCCEEDED"], "w", encoding="utf-8") as file:
        json.dump(sorted(filter(None, succeeded)), file)
