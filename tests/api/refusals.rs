//! Every operation refuses who may not call it, and serves who may. What is sent is in `samples.rs`.

use serde_json::json;
use witness::contract::policy::{Auth, Policy};
use witness::contract::{Holder, Operation};
use witness::identity::caller::Role;
use witness::identity::tokens::Keys;

use crate::app::{Account, Call, Reply};
use crate::keys::{admin_key, key};
use crate::samples::{Claims, World, expected, ready, sample, scopes_of, token, token_by};

fn operations(auth: Auth) -> impl Iterator<Item = Operation> {
    Operation::ALL.iter().copied().filter(move |operation| operation.policy().auth == auth)
}

/// Half of the operations, so that two tests share the work.
fn half(auth: Auth, which: usize) -> impl Iterator<Item = Operation> {
    operations(auth).enumerate().filter(move |(index, _)| index % 2 == which).map(|(_, operation)| operation)
}

fn of_its_scopes(policy: &Policy, holder: Holder) -> Option<Vec<&'static str>> {
    let held = scopes_of(holder);
    let needed: Vec<&str> = policy.scopes.iter().map(|scope| scope.as_str()).collect();
    needed.iter().all(|scope| held.contains(scope)).then_some(needed)
}

fn all_but_its_scopes(policy: &Policy, holder: Holder) -> Vec<&'static str> {
    let needed: Vec<&str> = policy.scopes.iter().map(|scope| scope.as_str()).collect();
    scopes_of(holder).into_iter().filter(|scope| !needed.contains(scope)).collect()
}

fn refused(operation: Operation, why: &str, reply: &Reply, status: u16, code: &str) {
    let told = (reply.status, reply.body["code"].as_str().unwrap_or_default());
    assert_eq!(told, (status, code), "{}, {why}: {}", operation.id(), reply.body);
}

fn served(operation: Operation, why: &str, call: Call<'_>) {
    let reply = call.send();
    assert_eq!(reply.status, expected(operation), "{}, {why}: {}", operation.id(), reply.body);
}

/// No credential, and what only looks like one: told apart from nothing, and without asking anybody.
fn strangers(world: &World, operation: Operation, right: &Account, role: Role) {
    let call = || sample(world, operation, &world.ada).0;
    let expired = token(&world.app, right, &Claims { role, age: 16 * 60, ..Claims::default() });
    let others = Keys::new("witness", &[9; 32]);
    let forged = token_by(&others, &world.app, right, &Claims { role, ..Claims::default() });
    let mistyped = key(&world.app, &world.ada, &["readings:read"]).0.replace("wos_test_", "wos_test_0");
    for (why, call) in [
        ("no credential", call()),
        ("an expired token", call().bearer(&expired)),
        ("a forged token", call().bearer(&forged)),
        ("an empty token", call().bearer("")),
        ("another scheme", call().header("authorization", format!("Basic {}", right.token))),
        ("a mistyped key", call().bearer(&mistyped)),
    ] {
        let reply = call.send();
        refused(operation, why, &reply, 401, "unauthenticated");
        assert_eq!(reply.header("www-authenticate"), Some("Bearer realm=\"witness\""));
        assert_eq!(reply.calls, [0; 4], "{}, {why}: a refusal costs no call", operation.id());
    }
}

fn suspend(world: &World, account: &Account, verb: &str) {
    let target = format!("/api/v1/admin/users/{}/{verb}", account.user_id);
    let second = crate::samples::person(&world.app, &format!("{verb}@example.com"), Role::Admin);
    let call = world.app.call("POST", &target).by(&second);
    let call = if verb == "suspend" { call.json(&json!({"reason": "A test."})) } else { call };
    call.status(200);
    world.app.advance(5);
}

fn users_operation(operation: Operation) {
    let policy = operation.policy();
    let control = World::new();
    served(operation, "the owner", ready(&control, operation, &control.ada).by(&control.ada));

    let world = World::new();
    let (app, ada) = (&world.app, &world.ada);
    let call = || sample(&world, operation, ada).0;
    strangers(&world, operation, ada, Role::User);
    let lacking = key(app, ada, &all_but_its_scopes(policy, Holder::Key)).0;
    if !policy.scopes.is_empty() {
        refused(operation, "a key without the scope", &call().bearer(&lacking).send(), 403, "forbidden");
    }
    let fitting = match of_its_scopes(policy, Holder::Key) {
        Some(scopes) if !scopes.is_empty() && !policy.step_up => key(app, ada, &scopes).0,
        _ => String::new(),
    };
    let admins = admin_key(app, &world.admin, &scopes_of(Holder::Admin)).0;
    refused(operation, "an admin key", &call().bearer(&admins).send(), 403, "forbidden");
    let (others, owned) = sample(&world, operation, &world.bob);
    if owned {
        refused(operation, "what is another's", &others.by(ada).send(), 404, "not-found");
    }
    if policy.step_up {
        let old = token(app, ada, &Claims { proven_before: 601, ..Claims::default() });
        refused(operation, "an old sign-in", &call().bearer(&old).send(), 403, "step-up-required");
    }
    // These are made ready while their owner may still make what they name.
    let (by_session, by_key) = (call().by(ada), call().bearer(&fitting));
    suspend(&world, ada, "suspend");
    refused(operation, "a suspended account", &by_session.send(), 403, "account-suspended");
    if !fitting.is_empty() {
        refused(operation, "a suspended account's key", &by_key.send(), 403, "account-suspended");
    }
    suspend(&world, ada, "reinstate");
    if !fitting.is_empty() {
        served(operation, "a key with its scopes", ready(&world, operation, ada).bearer(&fitting));
    }
    served(operation, "the owner at last", ready(&world, operation, ada).by(ada));
}

fn admins_operation(operation: Operation) {
    let policy = operation.policy();
    let control = World::new();
    served(operation, "an administrator", ready(&control, operation, &control.ada).by(&control.admin));

    let world = World::new();
    let (app, ada, admin) = (&world.app, &world.ada, &world.admin);
    let call = || sample(&world, operation, ada).0;
    strangers(&world, operation, admin, Role::Admin);
    let users_key = key(app, ada, &scopes_of(Holder::Key)).0;
    let needed = of_its_scopes(policy, Holder::Admin).unwrap();
    let (fitting, _) = admin_key(app, admin, &needed);
    let lacking = admin_key(app, admin, &all_but_its_scopes(policy, Holder::Admin)).0;
    let one_factor = token(app, admin, &Claims { role: Role::Admin, methods: "pwd", ..Claims::default() });
    for (why, credential) in [
        ("a user's session", ada.token.as_str()),
        ("a user's key", &users_key),
        ("an administrator with one factor", &one_factor),
        ("an admin key without the scope", &lacking),
    ] {
        refused(operation, why, &call().bearer(credential).send(), 403, "forbidden");
    }
    if policy.step_up {
        let claims = Claims { role: Role::Admin, proven_before: 601, ..Claims::default() };
        let old = token(app, admin, &claims);
        refused(operation, "an old sign-in", &call().bearer(&old).send(), 403, "step-up-required");
    }
    let supports = needed.iter().all(|scope| scopes_of(Holder::Support).contains(scope));
    let support = crate::samples::person(app, "support@example.com", Role::Support);
    let reply = call().by(&support).send();
    if supports {
        assert_eq!(reply.status, expected(operation), "{}, support: {}", operation.id(), reply.body);
    } else {
        refused(operation, "support", &reply, 403, "forbidden");
    }
    let (ended, by_session, by_key) = (call(), call(), call());
    let (revoked, id) = admin_key(app, admin, &needed);
    app.delete(&format!("/api/v1/admin/keys/{id}")).by(admin).status(204);
    refused(operation, "a revoked admin key", &ended.bearer(&revoked).send(), 401, "unauthenticated");
    suspend(&world, admin, "suspend");
    refused(operation, "a suspended administrator", &by_session.by(admin).send(), 403, "account-suspended");
    let reply = by_key.bearer(&fitting).send();
    assert!([401, 403].contains(&reply.status), "{}, its key: {}", operation.id(), reply.body);
    suspend(&world, admin, "reinstate");
    served(operation, "an admin key with its scopes", ready(&world, operation, ada).bearer(&fitting));
    served(operation, "the administrator at last", ready(&world, operation, ada).by(admin));
}

#[test]
fn every_operation_of_users_refuses_everybody_else() {
    half(Auth::User, 0).for_each(users_operation);
}

#[test]
fn every_other_operation_of_users_refuses_everybody_else() {
    half(Auth::User, 1).for_each(users_operation);
}

#[test]
fn every_operation_of_administrators_refuses_everybody_else() {
    assert!(operations(Auth::Admin).count() > 10);
    half(Auth::Admin, 0).for_each(admins_operation);
}

#[test]
fn every_other_operation_of_administrators_refuses_everybody_else() {
    half(Auth::Admin, 1).for_each(admins_operation);
}

#[test]
fn every_public_operation_serves_a_stranger_and_ignores_a_broken_credential() {
    for operation in operations(Auth::Public) {
        let world = World::new();
        let without = sample(&world, operation, &world.ada).0.send();
        let with = sample(&world, operation, &world.ada).0.bearer("broken").send();
        assert_eq!(without.status, with.status, "{}", operation.id());
        assert_eq!(without.status, expected(operation), "{}: {}", operation.id(), without.body);
    }
}

/// The ids of everything that an account has, in whatever table.
fn ids(world: &World, account: &Account) -> Vec<String> {
    let mut ids = vec![account.user_id.clone(), account.session_id.clone()];
    for (table, _) in witness::identity::erasure::TABLES {
        let columns = world.app.rows(&format!("SELECT name FROM pragma_table_info('{table}')"));
        let has = |name: &str| columns.iter().any(|column| column["name"] == name);
        if has("id") && has("user_id") && !["events", "audit_records"].contains(table) {
            let query = format!("SELECT id FROM {table} WHERE user_id = '{}'", account.user_id);
            ids.extend(world.app.rows(&query).iter().map(|row| row["id"].as_str().unwrap().to_owned()));
        }
    }
    ids
}

#[test]
fn no_row_of_one_user_is_in_an_answer_to_another() {
    let world = World::new();
    let ada = &world.ada;
    for operation in Operation::ALL.iter().copied().filter(|operation| operation.policy().method == "GET") {
        let reply = sample(&world, operation, ada).0.by(&world.bob).send();
        let text = reply.text.unwrap_or_default();
        let hers = ids(&world, ada).into_iter().find(|id| text.contains(id));
        assert_eq!(hers, None, "{}: {text}", operation.id());
        assert!(!text.contains("ada@example.com"), "{}", operation.id());
    }
    assert!(ids(&world, ada).len() > 4);
}
