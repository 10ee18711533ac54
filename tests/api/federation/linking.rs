//! To which account a person comes, through the whole pipeline: every way that `identity::federation::linking` knows.

use futures::executor::block_on;
use serde_json::{Value, json};
use witness::ports::{Database, DatabaseFault, Statement};

use super::provider::{RETURN_TO, Stage, VERIFIER, challenge};
use super::{ada, github_ada};
use crate::app::{Account, PASSWORD};
use crate::{mail, two_factor};

const ADDRESS: &str = "ada@gmail.com";

/// An account with a password, whose owner has shown that the address is theirs, or not.
fn local(stage: &Stage, email: &str, verified: bool) -> Account {
    let account = stage.app.account(email);
    if verified {
        change(stage, &format!("email_verified_at = 1 WHERE id = '{}'", account.user_id));
    }
    account
}

fn change(stage: &Stage, what: &str) {
    stage.app.rows(&format!("UPDATE users SET {what} RETURNING id"));
}

fn count(stage: &Stage, table: &str) -> Value {
    stage.app.rows(&format!("SELECT count(*) AS n FROM {table}"))[0]["n"].clone()
}

#[test]
fn a_proven_address_leads_to_the_verified_account_that_has_it() {
    let stage = Stage::new();
    let before = local(&stage, ADDRESS, true);
    let after = stage.account("google", &ada());
    assert_eq!(after.user_id, before.user_id);
    stage.app.get("/api/v1/auth/me").by(&before).status(200);
    stage.app.log_in(ADDRESS);
    assert_eq!(count(&stage, "users"), 1);
}

#[test]
fn a_planted_account_is_emptied_before_its_owner_gets_it() {
    let stage = Stage::new();
    let attacker = local(&stage, ADDRESS, false);
    // The attacker has also linked an identity of his own.
    let code = linked_code(&stage, &attacker, "github", &github_ada());
    create_identity(&stage, &attacker, &code).status(201);
    let owner = stage.account("google", &ada());
    assert_eq!(owner.user_id, attacker.user_id);
    stage.app.get("/api/v1/auth/me").by(&owner).status(200);
    // None of the attacker's ways in is left.
    stage.app.get("/api/v1/auth/me").by(&attacker).problem(401, "unauthenticated");
    stage
        .app
        .post("/api/v1/auth/refresh", json!({"refresh_token": attacker.refresh_token}))
        .problem(401, "unauthenticated");
    stage
        .app
        .post("/api/v1/auth/login", json!({"email": ADDRESS, "password": PASSWORD}))
        .problem(401, "invalid-credentials");
    let his = stage.sign_in("github", &github_ada());
    assert_ne!(his.body["user_id"], json!(owner.user_id), "his identity leads elsewhere now");
    let identities = stage.app.get("/api/v1/auth/identities").by(&owner).status(200);
    let listed = identities.body["items"].as_array().unwrap().clone();
    assert_eq!((listed.len(), &listed[0]["provider"]), (1, &json!("google")));
    let user = &stage.app.rows(&format!(
        "SELECT password_set, email_verified_at IS NOT NULL AS verified, epoch FROM users WHERE id = '{}'",
        owner.user_id
    ))[0];
    assert_eq!(*user, json!({"password_set": 0, "verified": 1, "epoch": 1}));
    let kinds = stage.app.rows("SELECT kind FROM audit_records WHERE kind = 'account.reclaimed'");
    assert_eq!(kinds.len(), 1);
    // From now on it is an account like any other.
    assert_eq!(stage.account("google", &ada()).user_id, owner.user_id);
}

#[test]
fn an_address_that_the_provider_does_not_answer_for_opens_nothing() {
    let once = json!({"sub": "x", "email": "ada@example.com", "email_verified": true});
    for verified in [true, false] {
        for (provider, who) in [("google", once.clone()), ("apple", once.clone()), ("github", github_ada())] {
            let stage = Stage::new();
            let owner = local(&stage, "ada@example.com", verified);
            let reply = stage.sign_in(provider, &who);
            assert_eq!((reply.status, &reply.body["code"]), (409, &json!("conflict")), "{provider}");
            assert_eq!((count(&stage, "users"), count(&stage, "identities")), (json!(1), json!(0)));
            let records = stage.app.rows("SELECT personal FROM audit_records WHERE kind = 'sign_in.refused'");
            assert!(records[0]["personal"].as_str().unwrap().contains(r#""reason":"conflict""#));
            stage.app.get("/api/v1/auth/me").by(&owner).status(200);
        }
    }
}

#[test]
fn an_address_that_proves_nothing_does_not_tell_who_has_an_account() {
    let unproven = [
        ("microsoft", json!({"sub": "x", "email": ADDRESS, "email_verified": true})),
        ("google", json!({"sub": "x", "email": ADDRESS, "email_verified": false})),
        ("apple", json!({"sub": "x", "email": ADDRESS})),
        (
            "github",
            json!({"user": {"id": 9}, "emails": [{"email": ADDRESS, "primary": true, "verified": false}]}),
        ),
    ];
    for (provider, who) in unproven {
        let (taken, free) = (Stage::new(), Stage::new());
        let owner = local(&taken, ADDRESS, true);
        let stranger = local(&free, "bob@example.com", true);
        let (there, here) = (taken.sign_in(provider, &who), free.sign_in(provider, &who));
        assert_eq!((there.status, here.status, there.calls), (200, 200, here.calls), "{provider}");
        assert_ne!(there.body["user_id"], json!(owner.user_id));
        assert_ne!(here.body["user_id"], json!(stranger.user_id));
        let nowhere = "SELECT 1 FROM users WHERE email LIKE '%@no-address.invalid'";
        assert_eq!((taken.app.rows(nowhere).len(), free.app.rows(nowhere).len()), (1, 1));
    }
}

#[test]
fn a_domain_that_the_tenant_owns_proves_the_address() {
    let stage = Stage::new();
    let before = local(&stage, "ada@example.com", true);
    let who = json!({"sub": "x", "email": "Ada@Example.com", "xms_edov": true});
    assert_eq!(stage.account("microsoft", &who).user_id, before.user_id);
}

#[test]
fn accounts_with_rights_over_others_are_linked_from_inside_alone() {
    for (role, verified) in [("admin", true), ("admin", false), ("support", true)] {
        let stage = Stage::new();
        let admin = local(&stage, ADDRESS, verified);
        change(&stage, &format!("role = '{role}' WHERE id = '{}'", admin.user_id));
        let reply = stage.sign_in("google", &ada());
        assert_eq!((reply.status, &reply.body["code"]), (409, &json!("conflict")), "{role}");
        assert_eq!(count(&stage, "identities"), 0);
    }
}

#[test]
fn an_account_that_may_not_act_stays_shut() {
    for linked in [true, false] {
        let stage = Stage::new();
        let account = match linked {
            true => stage.account("google", &ada()),
            false => local(&stage, ADDRESS, true),
        };
        change(&stage, &format!("status = 'suspended' WHERE id = '{}'", account.user_id));
        let reply = stage.sign_in("google", &ada());
        assert_eq!((reply.status, &reply.body["code"]), (403, &json!("account-suspended")));
        change(&stage, &format!("status = 'active' WHERE id = '{}'", account.user_id));
        assert_eq!(stage.sign_in("google", &ada()).status, 200);
    }
    let stage = Stage::new();
    let account = stage.account("google", &ada());
    change(&stage, &format!("status = 'deleted' WHERE id = '{}'", account.user_id));
    assert_eq!(stage.sign_in("google", &ada()).body["code"], "invalid-grant");
}

#[test]
fn an_identity_stays_with_its_account_whatever_becomes_of_the_address() {
    let stage = Stage::new();
    let first = stage.account("google", &ada());
    let other = local(&stage, "new@gmail.com", true);
    let moved = json!({"sub": "ada-there", "email": "new@gmail.com", "email_verified": true});
    assert_eq!(stage.account("google", &moved).user_id, first.user_id);
    let somebody_else = json!({"sub": "eve", "email": ADDRESS, "email_verified": false});
    let eve = stage.account("google", &somebody_else);
    assert!(eve.user_id != first.user_id && eve.user_id != other.user_id);
}

/// Follows `start_link` to the app's code.
fn linked_code(stage: &Stage, account: &Account, provider: &str, who: &Value) -> String {
    let body = json!({"return_to": RETURN_TO, "code_challenge": challenge(), "state": "link"});
    let reply = stage.app.post(&format!("/api/v1/oauth/{provider}/link"), body).by(account).status(200);
    let url = reply.body["url"].as_str().unwrap();
    let asked = stage.open(url.strip_prefix("https://witness.example.com").unwrap());
    if provider == "github" {
        stage.answer_github(&who["user"], &who["emails"]);
    } else {
        stage.answer(provider, &stage.key.sign(&stage.claims(provider, &asked, who)));
    }
    stage.come_back(provider, &asked["state"])["code"].clone()
}

fn create_identity<'a>(stage: &'a Stage, account: &Account, code: &str) -> crate::app::Call<'a> {
    stage.app.post("/api/v1/auth/identities", json!({"code": code, "code_verifier": VERIFIER})).by(account)
}

#[test]
fn a_provider_is_linked_from_inside_and_signs_in_from_then_on() {
    let stage = Stage::new();
    let before = local(&stage, "ada@example.com", true);
    let code = linked_code(&stage, &before, "github", &github_ada());
    let identity = create_identity(&stage, &before, &code).status(201);
    assert_eq!(identity.body["provider"], "github");
    create_identity(&stage, &before, &code).problem(400, "invalid-grant");
    assert_eq!(stage.account("github", &github_ada()).user_id, before.user_id);
    let again = linked_code(&stage, &before, "github", &github_ada());
    create_identity(&stage, &before, &again).problem(409, "conflict");
}

#[test]
fn a_link_is_completed_by_the_account_that_began_it_alone() {
    let stage = Stage::new();
    let (attacker, victim) = (local(&stage, "eve@example.com", true), local(&stage, "vic@example.com", true));
    // The attacker gets the victim to open the address and to sign in at the provider.
    let code = linked_code(&stage, &attacker, "github", &github_ada());
    // The code comes to the victim's app, which has no verifier for it and another account.
    create_identity(&stage, &victim, &code).problem(400, "invalid-grant");
    assert_eq!(stage.exchange(&code).body["code"], "invalid-grant", "it is no sign-in");
    let body = json!({"code": code, "code_verifier": "y".repeat(43)});
    stage.app.post("/api/v1/auth/identities", body).by(&attacker).problem(400, "invalid-grant");
    assert_eq!(count(&stage, "identities"), 0);
    // And the code of a sign-in is no link.
    let code = stage.code("github", &github_ada());
    create_identity(&stage, &victim, &code).problem(400, "invalid-grant");
}

#[test]
fn a_permission_to_link_fits_its_provider_and_challenge_for_ten_minutes() {
    let stage = Stage::new();
    let ada = local(&stage, "ada@example.com", true);
    let body = json!({"return_to": RETURN_TO, "code_challenge": challenge()});
    let reply = stage.app.post("/api/v1/oauth/google/link", body).by(&ada).status(200);
    let url =
        reply.body["url"].as_str().unwrap().strip_prefix("https://witness.example.com").unwrap().to_owned();
    for wrong in [
        url.replace("/google/", "/github/"),
        url.replace(&challenge(), &"z".repeat(43)),
        url.replace("link=v1.", "link=v1.x"),
    ] {
        let reply = stage.call("GET", &wrong, None);
        assert!(reply.status == 400 && reply.log.contains("invalid-grant"), "{wrong}");
    }
    stage.app.advance(10 * 60);
    assert_eq!(stage.call("GET", &url, None).status, 400);
}

#[test]
fn an_identity_that_is_linked_elsewhere_is_not_taken() {
    let stage = Stage::new();
    let first = stage.account("github", &github_ada());
    let other = local(&stage, "bob@example.com", true);
    let code = linked_code(&stage, &other, "github", &github_ada());
    create_identity(&stage, &other, &code).problem(409, "conflict");
    assert_eq!(stage.account("github", &github_ada()).user_id, first.user_id);
}

#[test]
fn linking_and_unlinking_ask_for_a_fresh_sign_in() {
    let stage = Stage::new();
    let ada = local(&stage, "ada@example.com", true);
    stage.app.advance(11 * 60);
    let body = json!({"return_to": RETURN_TO, "code_challenge": challenge()});
    stage.app.post("/api/v1/oauth/google/link", body).by(&ada).problem(403, "step-up-required");
    stage
        .app
        .delete(&format!("/api/v1/auth/identities/{}", ada.user_id))
        .by(&ada)
        .problem(403, "step-up-required");
}

#[test]
fn the_last_way_in_stays() {
    let stage = Stage::new();
    let ada = stage.account("google", &ada());
    let listed = stage.app.get("/api/v1/auth/identities").by(&ada).status(200);
    let google = listed.body["items"][0]["id"].as_str().unwrap().to_owned();
    let path = format!("/api/v1/auth/identities/{google}");
    let refused = stage.app.delete(&path).by(&ada).problem(409, "conflict");
    assert!(refused.body["detail"].as_str().unwrap().starts_with("Google is the last way"));
    assert_eq!(stage.app.rows("SELECT epoch FROM users")[0]["epoch"], 0, "nothing was taken away");
    // With a second one the first may go.
    let code = linked_code(&stage, &ada, "github", &github_ada());
    create_identity(&stage, &ada, &code).status(201);
    let stranger = local(&stage, "eve@example.com", true);
    stage.app.delete(&path).by(&stranger).problem(404, "not-found");
    stage.app.delete(&path).by(&ada).status(204);
    stage.app.delete(&path).by(&ada).problem(404, "not-found");
    let new = stage.sign_in("google", &super::ada());
    assert_eq!(new.body["user_id"], json!(ada.user_id), "the proven address still leads there");
    let events = stage.app.rows("SELECT type FROM events WHERE subject_type = 'identity' ORDER BY seq");
    let types: Vec<&str> = events.iter().map(|event| event["type"].as_str().unwrap()).collect();
    assert_eq!(types, ["identity.linked", "identity.linked", "identity.unlinked", "identity.linked"]);
}

#[test]
fn a_password_is_a_way_in_too() {
    let stage = Stage::new();
    let ada = local(&stage, ADDRESS, true);
    stage.account("google", &super::ada());
    let listed = stage.app.get("/api/v1/auth/identities").by(&ada).status(200);
    let id = listed.body["items"][0]["id"].as_str().unwrap().to_owned();
    stage.app.delete(&format!("/api/v1/auth/identities/{id}")).by(&ada).status(204);
    stage.app.log_in(ADDRESS);
}

#[test]
fn an_account_has_ten_identities_at_most() {
    let stage = Stage::new();
    let ada = local(&stage, "ada@example.com", true);
    for number in 0..11 {
        let who = json!({"user": {"id": number}, "emails": []});
        let code = linked_code(&stage, &ada, "github", &who);
        let expected = if number < 10 { 201 } else { 409 };
        create_identity(&stage, &ada, &code).status(expected);
    }
}

#[test]
fn a_second_factor_is_asked_for_whoever_the_provider_says_it_is() {
    let stage = Stage::new();
    let account = local(&stage, ADDRESS, true);
    let device = two_factor::enabled(&stage.app, &account);
    let exchange = |code: &str, factor: Option<&str>| {
        let mut body = json!({"code": code, "code_verifier": VERIFIER});
        if let Some(factor) = factor {
            body["two_factor_code"] = json!(factor);
        }
        stage.app.post("/api/v1/oauth/exchange", body)
    };
    let code = stage.code("google", &ada());
    exchange(&code, None).problem(401, "two-factor-required");
    assert_eq!(count(&stage, "identities"), 0, "nothing is linked before");
    exchange(&code, Some("000000")).problem(403, "invalid-code");
    // Looking for the device takes its time.
    stage.app.advance(200);
    exchange(&code, None).problem(401, "two-factor-required");
    let shown = device.code(&stage.app, 0);
    let tokens = exchange(&code, Some(&shown)).status(200);
    assert_eq!(tokens.body["user_id"], json!(account.user_id));
    exchange(&code, Some(&shown)).problem(400, "invalid-grant");
    let methods = stage.app.rows("SELECT methods FROM sessions ORDER BY rowid DESC");
    assert_eq!(methods[0]["methods"], "fed otp");
    // Known by now, and asked all the same; a used code is none, and five minutes are the end.
    let code = stage.code("google", &ada());
    exchange(&code, Some(&shown)).problem(403, "invalid-code");
    stage.app.advance(300);
    exchange(&code, Some(&device.code(&stage.app, 0))).problem(400, "invalid-grant");
}

#[test]
fn a_planted_second_factor_does_not_keep_the_owner_out() {
    let stage = Stage::new();
    let attacker = local(&stage, ADDRESS, false);
    two_factor::enabled(&stage.app, &attacker);
    let owner = stage.account("google", &ada());
    assert_eq!(owner.user_id, attacker.user_id);
    assert_eq!(count(&stage, "two_factor"), 0);
}

#[test]
fn a_deleted_account_lets_its_identity_go() {
    let stage = Stage::new();
    let first = stage.account("google", &ada());
    stage.app.delete("/api/v1/auth/me").by(&first).status(204);
    assert_eq!(count(&stage, "identities"), 0);
    let second = stage.account("google", &ada());
    assert_ne!(first.user_id, second.user_id);
    stage.app.get("/api/v1/auth/me").by(&first).problem(401, "unauthenticated");
}

/// Statements of the house, tried by themselves: what was decided on an account that is another one meanwhile fails.
#[test]
fn a_decision_holds_for_the_account_that_it_was_made_on() {
    let stage = Stage::new();
    let account = local(&stage, ADDRESS, true);
    let hold = |epoch: i64, verified: bool, email: Option<&str>| {
        let text = include_str!("../../../src/identity/sql/user_hold.sql");
        let id = account.user_id.as_str();
        let statement = Statement::new(text).bind(id).bind(epoch).bind(verified).bind(email);
        block_on(stage.app.database.inner().run(statement))
            .map(|done| done.changes)
            .map_err(|error| error.fault)
    };
    assert_eq!(hold(0, true, Some(ADDRESS)), Ok(1));
    assert_eq!(hold(0, true, None), Ok(1));
    for (epoch, verified, email) in [(1, true, None), (0, false, None), (0, true, Some("bob@example.com"))] {
        assert_eq!(hold(epoch, verified, email), Err(DatabaseFault::NotNull));
    }
    change(&stage, &format!("status = 'suspended' WHERE id = '{}'", account.user_id));
    assert_eq!(hold(0, true, None), Err(DatabaseFault::NotNull));
}

#[test]
fn mails_of_a_planted_account_open_nothing_once_its_owner_has_it() {
    let stage = Stage::new();
    let attacker = local(&stage, ADDRESS, false);
    let body = json!({"email": "eve@example.com", "password": PASSWORD});
    stage.app.post("/api/v1/auth/change-email", body).by(&attacker).status(202);
    let token = mail::letter(&stage.app, "change_email", "eve@example.com").token();
    let owner = stage.account("google", &ada());
    stage
        .app
        .post("/api/v1/auth/change-email/confirm", json!({"token": token}))
        .problem(422, "token-invalid");
    assert_eq!(stage.app.get("/api/v1/auth/me").by(&owner).status(200).body["email"], ADDRESS);
}

#[test]
fn a_reset_of_a_planted_account_empties_it_too() {
    for verified in [false, true] {
        let stage = Stage::new();
        let first = local(&stage, "ada@example.com", verified);
        let code = linked_code(&stage, &first, "google", &ada());
        create_identity(&stage, &first, &code).status(201);
        two_factor::enabled(&stage.app, &first);
        stage.app.post("/api/v1/auth/forgot-password", json!({"email": "ada@example.com"})).status(202);
        let token = mail::letter(&stage.app, "reset", "ada@example.com").token();
        let body = json!({"token": token, "password": "another password"});
        stage.app.post("/api/v1/auth/reset-password", body).status(204);
        // What an owner of before has left is kept, what a stranger may have left is not.
        let kept = i32::from(verified);
        assert_eq!((count(&stage, "identities"), count(&stage, "two_factor")), (json!(kept), json!(kept)));
        stage.app.get("/api/v1/auth/me").by(&first).problem(401, "unauthenticated");
    }
}

#[test]
fn who_has_neither_address_nor_password_gives_both() {
    let stage = Stage::new();
    let ada = stage.account("microsoft", &json!({"sub": "m", "email": "ada@example.com"}));
    let change =
        |account: &Account, body: Value| stage.app.post("/api/v1/auth/change-email", body).by(account);
    change(&ada, json!({"email": "ada@example.com", "password": PASSWORD}))
        .problem(401, "invalid-credentials");
    stage.app.advance(11 * 60);
    change(&ada, json!({"email": "ada@example.com"})).problem(403, "step-up-required");
    let ada = stage.account("microsoft", &json!({"sub": "m"}));
    change(&ada, json!({"email": "ada@example.com"})).status(202);
    let token = mail::letter(&stage.app, "change_email", "ada@example.com").token();
    stage.app.post("/api/v1/auth/change-email/confirm", json!({"token": token})).status(204);
    stage.app.post("/api/v1/auth/forgot-password", json!({"email": "ada@example.com"})).status(202);
    let token = mail::letter(&stage.app, "reset", "ada@example.com").token();
    stage.app.post("/api/v1/auth/reset-password", json!({"token": token, "password": PASSWORD})).status(204);
    assert_eq!(stage.app.log_in("ada@example.com").user_id, ada.user_id);
    // Who has a password is asked for it.
    let bob = local(&stage, "bob@example.com", true);
    change(&bob, json!({"email": "new@example.com"})).problem(401, "invalid-credentials");
}
