//! The settings of every deployment: those in wrangler.toml are what the house reads, and the README tells them as
//! they are. The one list of variables is the code that reads them.

#[path = "settings/environments.rs"]
mod environments;
#[path = "settings/reading.rs"]
mod reading;
#[path = "settings/table.rs"]
mod table;

use std::fs;
use std::path::Path;

use environments::{Deployment, Finding, Weight, examine};

fn text(name: &str) -> String {
    fs::read_to_string(Path::new(env!("CARGO_MANIFEST_DIR")).join(name)).unwrap()
}

/// What scripts/check-config.sh hands over: the environment to deploy to, and the secrets that are set there as
/// `wrangler secret list` tells them.
#[expect(clippy::disallowed_methods, reason = "a check that scripts call")]
fn deployment() -> Option<Deployment> {
    let environment = std::env::var("WITNESS_TARGET").ok().filter(|name| !name.is_empty())?;
    let listed: serde_json::Value = serde_json::from_str(&std::env::var("WITNESS_SECRETS").ok()?).unwrap();
    let secrets = listed.as_array().unwrap().iter().map(|one| one["name"].as_str().unwrap().to_owned());
    Some(Deployment { environment, secrets: secrets.collect() })
}

#[test]
fn the_environments_of_wrangler_toml_are_sound() {
    let deployment = deployment();
    let findings = examine(&text("wrangler.toml"), deployment.as_ref());
    let heavy = |one: &Finding| match one.weight {
        Weight::Error => true,
        Weight::Placeholder => deployment.is_some(),
        Weight::Warning => false,
    };
    let (errors, warnings): (Vec<Finding>, Vec<Finding>) = findings.into_iter().partition(heavy);
    for finding in &warnings {
        println!("\n  warning: {finding}");
    }
    let errors: Vec<String> = errors.iter().map(|finding| format!("  error: {finding}\n")).collect();
    assert!(errors.is_empty(), "wrangler.toml:\n{}", errors.concat());
}

const SOUND: &str = r#"
[[migrations]]
tag = "v1"
new_sqlite_classes = ["Hub"]
[vars]
ENVIRONMENT = "development"
[[d1_databases]]
binding = "DB"
database_id = "00000000-0000-0000-0000-000000000000"
[[durable_objects.bindings]]
name = "HUB"
class_name = "Hub"
[triggers]
crons = ["*/5 * * * *"]
[env.staging.vars]
ENVIRONMENT = "staging"
PUBLIC_URL = "https://staging.witness.test"
[[env.staging.d1_databases]]
binding = "DB"
database_id = "5bb1f9ae-9c4b-4d38-9a4e-1f6f3c7d2e10"
[[env.staging.durable_objects.bindings]]
name = "HUB"
class_name = "Hub"
[env.staging.triggers]
crons = ["*/5 * * * *"]
[env.production]
workers_dev = false
routes = ["witness.test"]
[env.production.vars]
ENVIRONMENT = "production"
PUBLIC_URL = "https://witness.test"
LIMITER_FALLBACK = "refuse"
[[env.production.d1_databases]]
binding = "DB"
database_id = "0d0f7c52-6f2e-4b1f-8f0e-7a1c2b3d4e5f"
[[env.production.durable_objects.bindings]]
name = "HUB"
class_name = "Hub"
[env.production.triggers]
crons = ["*/5 * * * *"]
"#;

/// The findings in the sound configuration after a change at its last place.
fn changed(from: &str, to: &str) -> Vec<(Weight, String)> {
    let at = SOUND.rfind(from).unwrap_or_else(|| panic!("{from}"));
    let text = [&SOUND[..at], to, &SOUND[at + from.len()..]].concat();
    examine(&text, None).into_iter().map(|one| (one.weight, one.to_string())).collect()
}

#[test]
fn every_fault_of_a_configuration_is_told_and_no_value_with_it() {
    assert!(examine(SOUND, None).is_empty(), "{:?}", examine(SOUND, None));
    let secret = reading::bytes(9);
    let last = "LIMITER_FALLBACK = \"refuse\"";
    for (from, to, words) in [
        (last, "LIMITER_FALBACK = \"refuse\"", "production: LIMITER_FALBACK is read by nothing"),
        (last, "LIMITER_FALLBACK = \"perhaps\"", "production: LIMITER_FALLBACK must be"),
        (last, "LIMIT_SCALE = \"10\"", "production: LIMIT_SCALE may exceed 1 in development alone"),
        (last, "AUDIT_PERSONAL_DAYS = \"36501\"", "production: AUDIT_PERSONAL_DAYS must be"),
        (last, "AUDIT_PERSONAL_DAYS = 30", "production: AUDIT_PERSONAL_DAYS must be a text"),
        (last, "ENGINE_DEADLINE_MS = \"499\"", "production: ENGINE_DEADLINE_MS must be"),
        (
            last,
            "HELD_CLOCK = \"2026-03-01T07:00:00Z\"",
            "production: HELD_CLOCK may be set in development alone",
        ),
        (
            last,
            &format!("JWT_SECRET = \"{secret}\""),
            "production: JWT_SECRET is a secret and stands in [vars]",
        ),
        ("PUBLIC_URL = \"https://witness.test\"", "", "production: PUBLIC_URL is not set"),
        (
            "ENVIRONMENT = \"production\"",
            "ENVIRONMENT = \"staging\"",
            "production: ENVIRONMENT must be production",
        ),
        ("binding = \"DB\"", "binding = \"BD\"", "production: the binding d1_databases DB is missing"),
        (
            "binding = \"DB\"",
            "binding = \"BD\"",
            "production: the binding d1_databases BD is not in development",
        ),
        ("class_name = \"Hub\"", "class_name = \"Hut\"", "production: no [[migrations]] makes the class Hut"),
        ("*/5", "*/6", "production: the crons differ"),
    ] {
        let found = changed(from, to);
        assert!(
            found.iter().any(|(weight, told)| *weight == Weight::Error && told.starts_with(words)),
            "{words}: {found:?}"
        );
        assert!(!found.iter().any(|(_, told)| told.contains(&secret)), "{found:?}");
    }
    let cut = SOUND.find("[env.production]").unwrap();
    assert_eq!(examine(&SOUND[..cut], None)[0].to_string(), "production: there is no such section");
}

#[test]
fn a_placeholder_is_a_warning_until_somebody_deploys() {
    for (from, to, words) in [
        (
            "0d0f7c52-6f2e-4b1f-8f0e-7a1c2b3d4e5f",
            "00000000-0000-0000-0000-000000000002",
            "database_id in d1_databases",
        ),
        ("https://witness.test", "https://api.example.com", "PUBLIC_URL is still the example"),
        ("routes = [\"witness.test\"]", "", "there is neither a route"),
    ] {
        let found = changed(from, to);
        assert!(
            found.len() == 1 && found[0].0 == Weight::Placeholder && found[0].1.contains(words),
            "{found:?}"
        );
    }
}

#[test]
fn a_deployment_needs_its_secrets_and_tells_of_those_that_nothing_reads() {
    let deploy = |secrets: &[&str]| {
        let secrets = secrets.iter().map(|name| (*name).to_owned()).collect();
        examine(SOUND, Some(&Deployment { environment: "production".to_owned(), secrets }))
    };
    let five = ["JWT_SECRET", "CURSOR_SECRET", "VAULT_KEY", "AUDIT_PRIVATE_KEY", "RELAY_PRIVATE_KEY"];
    assert!(deploy(&five).is_empty());
    for missing in five {
        let rest: Vec<&str> = five.into_iter().filter(|name| *name != missing).collect();
        let found = deploy(&rest);
        assert!(
            found.len() == 1 && found[0].words.starts_with(&format!("{missing} is not set")),
            "{found:?}"
        );
    }
    let found = deploy(&[&five[..], &["JWT_SECRT", "GITHUB_CLIENT_SECRET"]].concat());
    assert_eq!(found[0].weight, Weight::Warning);
    assert!(found[0].words.contains("JWT_SECRT is read by nothing"), "{found:?}");
    assert!(
        found[1].weight == Weight::Error && found[1].words.contains("GITHUB_CLIENT_ID is not set"),
        "{found:?}"
    );
}

#[test]
fn the_readme_tells_every_variable_that_is_read_and_no_other() {
    let told: Vec<String> = table::rows(&text("README.md")).into_iter().map(|row| row.name).collect();
    let mut sorted = told.clone();
    sorted.sort();
    assert_eq!(sorted, reading::known().into_iter().collect::<Vec<_>>());
    table::no_name_in_the_code_is_left_out(&reading::known());
}

#[test]
fn what_the_readme_says_of_a_variable_holds() {
    table::holds(&table::rows(&text("README.md")));
}
