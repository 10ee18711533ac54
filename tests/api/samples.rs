//! One request for every operation that succeeds with the right credential: what the tests over all operations send.
//!
//! Who adds an operation adds here what it needs beyond the document's example: an arm in [`path_value`] for a new
//! kind of path parameter, one in [`body`] where the example cannot work in an empty house, one in [`prepared`] where
//! the owner has to do something first, one in [`expected`] where even the right credential is not answered by the
//! operation's success.

use std::sync::LazyLock;

use serde_json::{Value, json};
use witness::contract::{Holder, Operation, Scope};
use witness::identity::caller::{Role, Tier};
use witness::identity::passwords::Passwords;
use witness::identity::tokens::{self, Grant, Keys};
use witness::kernel::id::Id;
use witness::ports::{Clock, Random};

use crate::app::{Account, App, Call, PASSWORD};
use crate::keys::{admin_key, key};
use crate::{authorization, devices, document, relay, two_factor};

static HASH: LazyLock<String> = LazyLock::new(|| Passwords::default().hash(PASSWORD, [7; 16]).unwrap());

/// A deployment with two people who may call and an administrator.
pub struct World {
    pub app: App,
    pub ada: Account,
    pub bob: Account,
    pub admin: Account,
}

impl World {
    pub fn new() -> Self {
        let app = App::new();
        let ada = person(&app, "ada@example.com", Role::User);
        let bob = person(&app, "bob@example.com", Role::User);
        let admin = person(&app, "admin@example.com", Role::Admin);
        Self { app, ada, bob, admin }
    }
}

/// An account with a verified address and a session of two factors, without the work of a sign-in.
pub fn person(app: &App, email: &str, role: Role) -> Account {
    let ((user, at), (session, _)) = (fresh(app), fresh(app));
    let (role_name, hash) = (role.as_str(), HASH.as_str());
    app.rows(&format!(
        "INSERT INTO users (id, email, email_key, password_hash, role, email_verified_at, created_at, updated_at)
         VALUES ('{user}', '{email}', '{email}', '{hash}', '{role_name}', {at}, {at}, {at})"
    ));
    app.rows(&format!(
        "INSERT INTO profiles (user_id, birth_date, created_at, updated_at) VALUES ('{user}', '1990-04-12', {at}, {at})"
    ));
    app.rows(&format!(
        "INSERT INTO sessions (id, user_id, rotated_at, authenticated_at, methods, last_seen_at, expires_at, created_at,
                               updated_at)
         VALUES ('{session}', '{user}', {at}, {at}, 'pwd otp', {at}, {at} + 2592000000, {at}, {at})"
    ));
    let mut account =
        Account { token: String::new(), refresh_token: String::new(), user_id: user, session_id: session };
    account.token = token(app, &account, &Claims { role, ..Claims::default() });
    account
}

/// What an access token of an account's session says.
pub struct Claims {
    pub role: Role,
    pub methods: &'static str,
    /// Seconds since it was signed.
    pub age: i64,
    /// Seconds between the sign-in and that.
    pub proven_before: i64,
}

impl Default for Claims {
    fn default() -> Self {
        Self { role: Role::User, methods: "pwd otp", age: 0, proven_before: 0 }
    }
}

pub fn token(app: &App, account: &Account, claims: &Claims) -> String {
    token_by(&app.config.token_keys, app, account, claims)
}

/// The same, signed with other keys.
pub fn token_by(keys: &Keys, app: &App, account: &Account, claims: &Claims) -> String {
    let signed = app.clock.now().plus_millis(-claims.age * 1000);
    let grant = Grant {
        user_id: Id::parse(&account.user_id).unwrap(),
        session_id: Id::parse(&account.session_id).unwrap(),
        tier: Tier::Free,
        role: claims.role,
        epoch: 0,
        client_id: None,
        scopes: None,
        authenticated_at: signed.plus_millis(-claims.proven_before * 1000),
        methods: claims.methods,
    };
    tokens::sign(&grant, keys, grant.session_id, signed).unwrap()
}

/// The names of the scopes that this holder may have.
pub fn scopes_of(holder: Holder) -> Vec<&'static str> {
    Scope::ALL.iter().filter(|scope| scope.holders().contains(&holder)).map(|scope| scope.as_str()).collect()
}

/// What stands in a path in the place of a parameter.
pub enum Place {
    /// The id of something that belongs to that person, made for this request.
    Owned(String),
    /// Something that is there for everybody, or that administrators address.
    Common(String),
}

/// A value for a path parameter; `noun` is the segment before it.
fn path_value(world: &World, operation: Operation, noun: &str, parameter: &str, owner: &Account) -> Place {
    let app = &world.app;
    let administration = operation.policy().path.starts_with("/api/v1/admin/");
    let some_key = || key(app, owner, &["readings:read"]).1;
    match (noun, parameter) {
        ("readings", "id") => Place::Owned(reading(app, owner)),
        // Of the reading that was made for the parameter before.
        ("shares", "share_id") => Place::Owned(share(app, owner, &newest_reading(app, owner)).1),
        ("shared", "token") => Place::Common(share(app, owner, &reading(app, owner)).0),
        ("keys", "id") if administration => {
            Place::Common(admin_key(app, &world.admin, &["admin:keys:write"]).1)
        }
        ("keys", "id" | "key_id") => Place::Owned(some_key()),
        ("devices", "id") => {
            let state = if operation == Operation::ConfirmDevice { "pending" } else { "active" };
            Place::Owned(devices::placed(app, owner, state).id)
        }
        ("sessions", "id") => Place::Owned(session(app, owner, "NULL")),
        ("grants", "id") => Place::Owned(session(app, owner, "'raycast'")),
        ("mailbox", "id") => Place::Common(mail(app, owner)),
        ("users", "id") | ("hubs", "user_id") => Place::Common(owner.user_id.clone()),
        ("limits", "subject") => Place::Common(format!("user:{}", owner.user_id)),
        (_, "policy") => {
            if operation == Operation::RemoveLimitOverride {
                sample(world, Operation::SetLimitOverride, owner).0.by(&world.admin).status(200);
            }
            Place::Common("general".to_owned())
        }
        ("workflows", "name") => Place::Common("natal".to_owned()),
        ("alerts", "rule") => Place::Common("mail_waiting".to_owned()),
        ("incidents", "id") => Place::Common(incident(app)),
        ("errors", "fingerprint") => Place::Common(error(app)),
        ("engines", "name") => Place::Common("biorhythm".to_owned()),
        ("oauth", "provider") => Place::Common("google".to_owned()),
        ("identities", "id") => Place::Owned(identity(app, owner)),
        ("onboarding", "step") => Place::Common("birth".to_owned()),
        _ => panic!(
            "tests/api/samples.rs: `path_value` has no value for {{{parameter}}} after `{noun}` in {} ({}): add an arm",
            operation.policy().path,
            operation.id()
        ),
    }
}

/// What stands behind the path, where an operation asks for it.
fn query(operation: Operation, owner: &Account) -> String {
    match operation.id() {
        "connect_relay" => format!("?account={}", owner.user_id),
        "show_authorization" => format!("?{}", authorization::query(&[])),
        "start_sign_in" => format!("?return_to=x&code_challenge={}", "x".repeat(43)),
        _ => String::new(),
    }
}

/// The body, where the document's example cannot work in an empty house.
fn body(_world: &World, operation: Operation, _owner: &Account) -> Option<Value> {
    match operation.id() {
        // A key grants no more than it holds.
        "create_admin_key" => Some(json!({"name": "Another", "scopes": ["admin:keys:write"]})),
        "delete_user" => Some(json!({"password": PASSWORD})),
        _ => None,
    }
}

/// Brings the owner to where the operation succeeds; the body that it then takes, where that is its own. Called once for
/// each success that is expected, and for no refusal.
fn prepared(world: &World, operation: Operation, owner: &Account) -> Option<Value> {
    if operation.id() == "find_reading_correlation" {
        rated_days(&world.app, owner, 12);
    }
    devices::prepared(&world.app, owner, operation)
        .or_else(|| two_factor::prepared(&world.app, owner, operation.id()))
}

/// The status that the right credential gets.
pub fn expected(operation: Operation) -> u16 {
    match operation.id() {
        // The example of a refresh token belongs to nobody.
        "refresh_session" => 401,
        // So do those of the tokens that are mailed.
        "verify_email" | "reset_password" | "confirm_email_change" => 422,
        // No provider is set up here; `federation` goes the whole way.
        "start_sign_in" | "receive_sign_in" | "receive_sign_in_form" | "start_link" => 404,
        "exchange_sign_in" | "create_identity" => 400,
        // Steps of an authorization that nobody began; `authorization` goes the whole way.
        "sign_in_authorization" | "decide_authorization" => 403,
        "issue_tokens" => 400,
        _ => operation.policy().success,
    }
}

fn reading(app: &App, account: &Account) -> String {
    let body = json!({"engine": "biorhythm", "input": {"birth_date": "1990-04-12"}});
    app.post("/api/v1/readings", body).by(account).status(201).body["id"].as_str().unwrap().to_owned()
}

/// The one that was made last. The clock stands still, so that ids of one moment are in no order.
fn newest_reading(app: &App, account: &Account) -> String {
    let query =
        format!("SELECT id FROM readings WHERE user_id = '{}' ORDER BY rowid DESC LIMIT 1", account.user_id);
    app.rows(&query)[0]["id"].as_str().unwrap().to_owned()
}

/// Token and id of a new link to a reading.
fn share(app: &App, account: &Account, reading: &str) -> (String, String) {
    let target = format!("/api/v1/readings/{reading}/shares");
    let made = app.post(&target, json!({})).by(account).status(201).body;
    let text = |value: &Value| value.as_str().unwrap().to_owned();
    (text(&made["token"]), text(&made["share"]["id"]))
}

/// Readings of so many days before today, with ratings that go up and down.
pub fn rated_days(app: &App, account: &Account, days: u32) {
    let id = reading(app, account);
    app.rows(&format!(
        "INSERT INTO readings (id, user_id, engine, engine_version, title, summary, input, input_hash, result, source,
                               rating, created_at, updated_at)
         WITH RECURSIVE day (n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM day WHERE n < {days})
         SELECT substr(id, 1, 24) || printf('%012x', n + 1000 * (SELECT count(*) FROM readings)), user_id, engine,
                engine_version, title, summary, input, input_hash, result, source, 1 + (n * n) % 5,
                created_at - n * 86400000, created_at - n * 86400000
         FROM readings, day WHERE id = '{id}'"
    ));
}

/// An id that nothing has yet, and the time.
fn fresh(app: &App) -> (String, i64) {
    let now = app.clock.now();
    let mut random = [0; 10];
    app.random.fill(&mut random);
    (Id::new(now, random).to_string(), now.millis())
}

/// A further session of an account, granted to that client (in SQL).
fn session(app: &App, account: &Account, client: &str) -> String {
    let ((id, at), user) = (fresh(app), &account.user_id);
    app.rows(&format!(
        "INSERT INTO sessions (id, user_id, client_id, scopes, rotated_at, authenticated_at, methods, last_seen_at,
                               expires_at, created_at, updated_at)
         VALUES ('{id}', '{user}', {client}, {client}, {at}, {at}, 'pwd', {at}, {at} + 2592000000, {at}, {at})"
    ));
    id
}

/// A mail to an account.
fn mail(app: &App, account: &Account) -> String {
    let query = format!("SELECT email FROM users WHERE id = '{}'", account.user_id);
    app.post("/api/v1/auth/forgot-password", json!({"email": app.rows(&query)[0]["email"]})).status(202);
    app.rows("SELECT id FROM mails ORDER BY rowid DESC LIMIT 1")[0]["id"].as_str().unwrap().to_owned()
}

/// An identity at a provider that is linked with an account.
fn identity(app: &App, account: &Account) -> String {
    let ((id, at), user) = (fresh(app), &account.user_id);
    app.rows(&format!(
        "INSERT INTO identities (id, user_id, provider, subject, last_used_at, created_at, updated_at)
         VALUES ('{id}', '{user}', 'github', '{id}', {at}, {at}, {at})"
    ));
    id
}

/// A time in which a part was not well.
fn incident(app: &App) -> String {
    let (id, at) = fresh(app);
    app.rows(&format!(
        "INSERT INTO status_incidents (id, component, state, cause, began_at, ended_at)
         VALUES ('{id}', 'cache', 'down', 'failed', {at}, {at})"
    ));
    id
}

/// A kind of error.
fn error(app: &App) -> String {
    let (id, at) = fresh(app);
    let fingerprint = id.replace('-', "");
    app.rows(&format!(
        "INSERT INTO errors (fingerprint, code, action, severity, cause, count, first_seen, last_seen, state, release)
         VALUES ('{fingerprint}', 'internal-error', 'list_readings', 'error', '', 1, {at}, {at}, 'open', '0.1.0')"
    ));
    fingerprint
}

/// A request for the operation on something of `owner`, without a credential; whether its address names something
/// that belongs to somebody.
pub fn sample<'a>(world: &'a World, operation: Operation, owner: &Account) -> (Call<'a>, bool) {
    let (path, method, documented) = documented(operation);
    let (mut target, mut noun, mut owned) = (String::new(), "", false);
    let template = operation.policy().path;
    for (segment, shown) in template.split('/').zip(path.split('/')).skip(1) {
        target.push('/');
        match segment.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) {
            None => target.push_str(segment),
            // Where a parameter chooses the body, the document shows one path for each of its values.
            Some(_) if !shown.starts_with('{') => target.push_str(shown),
            Some(parameter) => match path_value(world, operation, noun, parameter, owner) {
                Place::Common(value) => target.push_str(&value),
                Place::Owned(value) => {
                    owned = true;
                    target.push_str(&value);
                }
            },
        }
        noun = segment;
    }
    target.push_str(&query(operation, owner));
    let content = &documented["requestBody"]["content"];
    let example = |media: &str| {
        content[media]["examples"].as_object()?.values().next().map(|example| example["value"].clone())
    };
    let call = world.app.call(&method, &target);
    let call = if operation.policy().is_upgrade() { relay::handshake(call) } else { call };
    let call = match body(world, operation, owner).or_else(|| example("application/json")) {
        Some(body) => call.json(&body),
        None => match example("application/x-www-form-urlencoded") {
            Some(Value::Object(fields)) => {
                let fields: Vec<(&str, &str)> =
                    fields.iter().map(|(name, value)| (name.as_str(), value.as_str().unwrap())).collect();
                call.form(&fields)
            }
            _ => call,
        },
    };
    (call, owned)
}

/// A request that succeeds with the right credential.
pub fn ready<'a>(world: &'a World, operation: Operation, owner: &Account) -> Call<'a> {
    let (call, _) = sample(world, operation, owner);
    match prepared(world, operation, owner) {
        Some(body) => call.json(&body),
        None => call,
    }
}

fn documented(operation: Operation) -> (String, String, Value) {
    document::of(operation.id())
}
