//! Every operation refuses who may not call it, and serves who may.

use serde_json::{Value, json};
use witness::contract::Operation;
use witness::contract::policy::Auth;
use witness::identity::caller::{Role, Tier};
use witness::identity::tokens::{self, Grant, Keys};
use witness::kernel::id::Id;
use witness::kernel::time::Timestamp;

use crate::app::{Account, App, Call};
use crate::{authorization, document, two_factor};

/// What the document's example gets by itself, where it is one step of several; `federation` goes the whole way.
const ALONE: &[(&str, u16)] = &[
    ("verify_email", 422),
    ("reset_password", 422),
    ("confirm_email_change", 422),
    ("sign_in_authorization", 403),
    ("decide_authorization", 403),
    ("issue_tokens", 400),
    ("refresh_session", 401),
    ("start_sign_in", 404),
    ("receive_sign_in", 404),
    ("receive_sign_in_form", 404),
    ("exchange_sign_in", 400),
    ("start_link", 404),
    ("create_identity", 400),
    ("delete_identity", 404),
];

fn expected(operation: Operation) -> u16 {
    let alone = ALONE.iter().find(|(id, _)| *id == operation.id());
    alone.map_or(operation.policy().success, |(_, status)| *status)
}

/// A request that succeeds with the right credential, from the document's example.
fn sample<'a>(app: &'a App, operation: Operation, reading: &str) -> Call<'a> {
    let id = operation.id();
    let documented = document::operations();
    let (path, method, documented) = documented
        .iter()
        .find(|(_, _, documented)| {
            let found = documented["operationId"].as_str().unwrap();
            found == id || found.strip_prefix(id).is_some_and(|rest| rest.starts_with('_'))
        })
        .unwrap();
    let target = path.replace("{id}", reading).replace("{name}", "biorhythm").replace("{step}", "birth");
    let target = target.replace("{provider}", "google");
    let target = match id {
        "start_sign_in" => format!("{target}?return_to=x&code_challenge={}", "x".repeat(43)),
        _ => target,
    };
    let body = documented["requestBody"]["content"]["application/json"]["examples"]
        .as_object()
        .and_then(|examples| examples.values().next())
        .map(|example| example["value"].clone());
    let target = match id {
        "show_authorization" => format!("{target}?{}", authorization::query(&[])),
        _ => target,
    };
    let form = documented["requestBody"]["content"]["application/x-www-form-urlencoded"]["examples"]
        .as_object()
        .and_then(|examples| examples.values().next())
        .and_then(|example| example["value"].as_object());
    let call = app.call(method, &target);
    match (body, form) {
        (Some(body), _) => call.json(&body),
        (None, Some(form)) => {
            let fields: Vec<(&str, &str)> =
                form.iter().map(|(name, value)| (name.as_str(), value.as_str().unwrap())).collect();
            call.form(&fields)
        }
        (None, None) => call,
    }
}

fn reading(app: &App, account: &Account) -> String {
    let body = json!({"engine": "biorhythm", "input": {"birth_date": "1990-04-12"}});
    app.post("/api/v1/readings", body).by(account).status(201).body["id"].as_str().unwrap().to_owned()
}

fn with_token<'a>(call: Call<'a>, token: &str) -> Call<'a> {
    call.header("authorization", format!("Bearer {token}"))
}

#[test]
fn every_operation_that_needs_a_user_refuses_everybody_else() {
    for operation in Operation::ALL.iter().copied().filter(|operation| operation.policy().auth == Auth::User)
    {
        let app = App::new();
        let (ada, bob) = (app.account("ada@example.com"), app.account("bob@example.com"));
        let (session, grant) =
            (operation.policy().path.contains("/sessions/"), operation.id() == "end_grant");
        let (hers, his) = match session || grant {
            true if grant => (authorization::granted(&app).0.session_id, bob.session_id.clone()),
            true => (app.log_in("ada@example.com").session_id, bob.session_id.clone()),
            false => (reading(&app, &ada), reading(&app, &bob)),
        };
        let keys = &app.config.token_keys;
        let now = Timestamp::parse(crate::app::START).unwrap();
        let (user, session) = (Id::parse(&ada.user_id).unwrap(), Id::parse(&ada.session_id).unwrap());
        let grant = Grant {
            user_id: user,
            session_id: session,
            tier: Tier::Free,
            role: Role::User,
            epoch: 0,
            client_id: None,
            scopes: None,
            authenticated_at: now,
            methods: "pwd",
        };
        let expired = tokens::sign(&grant, keys, session, now.plus_millis(-16 * 60_000)).unwrap();
        let forged = tokens::sign(&grant, &Keys::new("witness", &[3; 32]), session, now).unwrap();
        for refused in [
            sample(&app, operation, &hers),
            with_token(sample(&app, operation, &hers), &expired),
            with_token(sample(&app, operation, &hers), &forged),
            with_token(sample(&app, operation, &hers), ""),
            sample(&app, operation, &hers).header("authorization", format!("Basic {}", ada.token)),
        ] {
            let reply = refused.problem(401, "unauthenticated");
            assert_eq!(reply.header("www-authenticate"), Some("Bearer realm=\"witness\""));
            assert_eq!(reply.calls, [0; 4], "{}: a refusal costs no call", operation.id());
        }
        if operation.policy().path.contains("{id}") {
            sample(&app, operation, &his).by(&ada).problem(404, "not-found");
        }
        let served = match two_factor::prepared(&app, &ada, operation.id()) {
            Some(body) => sample(&app, operation, &hers).json(&body),
            None => sample(&app, operation, &hers),
        };
        let served = served.by(&ada).send();
        assert_eq!(served.status, expected(operation), "{}: {}", operation.id(), served.body);
    }
}

#[test]
fn every_public_operation_serves_a_stranger_and_ignores_a_broken_credential() {
    for operation in
        Operation::ALL.iter().copied().filter(|operation| operation.policy().auth == Auth::Public)
    {
        let app = App::new();
        app.account("ada@example.com");
        let without = sample(&app, operation, "").send();
        let with = with_token(sample(&app, operation, ""), "broken").send();
        assert_eq!(without.status, with.status, "{}", operation.id());
        assert_eq!(without.status, expected(operation), "{}: {}", operation.id(), without.body);
    }
}

#[test]
fn no_row_of_one_user_is_in_an_answer_to_another() {
    let app = App::new();
    let (ada, bob) = (app.account("ada@example.com"), app.account("bob@example.com"));
    let hers = reading(&app, &ada);
    for operation in Operation::ALL.iter().copied().filter(|operation| operation.policy().method == "GET") {
        let reply = sample(&app, operation, &hers).by(&bob).send();
        let text = reply.text.unwrap_or_default();
        assert!(!text.contains(&ada.user_id) && !text.contains("ada@example.com"), "{}", operation.id());
        let listed: Value = serde_json::from_str(&text).unwrap_or_default();
        assert_eq!(
            listed.pointer("/items/0/id").filter(|id| *id == &json!(hers)),
            None,
            "{}",
            operation.id()
        );
    }
}
