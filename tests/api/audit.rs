//! The audit log: what is sealed, what stays readable, what nobody can change.

use std::cell::Cell;

use async_trait::async_trait;
use futures::executor::block_on;
use serde_json::{Value, json};
use witness::config::Config;
use witness::host::{Moment, SeededRandom};
use witness::identity::data_keys;
use witness::kernel::audit::{Record, When};
use witness::kernel::crypto;
use witness::kernel::id::Id;
use witness::ops::audit::chain::{Checkpoint, Head, Link, follow, genesis};
use witness::ops::audit::retain::retain;
use witness::ops::audit::seal::{Sealed, seal};
use witness::ops::upkeep::{self, Upkeep};
use witness::ports::{
    Clock, Database, DatabaseError, DatabaseFault, Outcome, Ports, Random, Statement, VerifyingKey,
};

use crate::app::App;

impl App {
    /// One turn of the sealer.
    pub fn seal(&self) -> Sealed {
        block_on(seal(self.ports(), &self.config, self.clock.now())).unwrap()
    }

    /// Everything that the house does by itself, until nothing is left to do.
    pub fn upkeep(&self) {
        loop {
            let memory = upkeep::Memory::default();
            let Upkeep { more, failures, .. } =
                block_on(upkeep::run(self.ports(), &self.config, &memory, self.clock.now()));
            assert!(failures.is_empty(), "{failures:?}");
            if !more {
                return;
            }
        }
    }

    /// Writes so many records about that account, or about nobody.
    pub fn records(&self, count: usize, user_id: Option<&str>) {
        for _ in 0..count {
            let mut random = [0; 10];
            self.random.fill(&mut random);
            let id = Id::new(self.clock.now(), random);
            let record = Record {
                id,
                at: self.clock.now(),
                kind: "test.done",
                actor: "user:somebody",
                subject_type: "test",
                subject_id: "one",
                user_id: user_id.map(|id| Id::parse(id).unwrap()),
                source: "network",
                request_id: id,
                personal: r#"{"email":"ada@example.com","agent":"Ada's browser"}"#,
            };
            block_on(self.database.run(record.statement(When::Always))).unwrap();
        }
    }

    fn links(&self) -> Vec<Link> {
        let columns = "seq, id, at, kind, outcome, actor, subject_type, subject_id, user_id, source, request_id, commitment, hash";
        let rows =
            self.rows(&format!("SELECT {columns} FROM audit_records WHERE seq IS NOT NULL ORDER BY seq"));
        rows.into_iter().map(|row| serde_json::from_value(row).unwrap()).collect()
    }

    fn checkpoints(&self) -> Vec<Checkpoint> {
        let rows = self.rows("SELECT seq, hash, at, key_id, signature FROM audit_checkpoints ORDER BY seq");
        rows.into_iter().map(|row| serde_json::from_value(row).unwrap()).collect()
    }
}

fn refused(app: &App, sql: &str) -> DatabaseError {
    block_on(app.database.inner().run(Statement::new(sql.to_owned()))).unwrap_err()
}

#[test]
fn records_are_chained_in_order_and_the_end_is_signed() {
    let app = App::new();
    app.records(70, None);
    assert_eq!(app.seal(), Sealed { records: 64, events: 0, more: true });
    app.advance(5);
    assert_eq!(app.seal(), Sealed { records: 6, events: 0, more: false });
    assert_eq!(app.seal(), Sealed::default());
    let (links, checkpoints) = (app.links(), app.checkpoints());
    let head = follow(Head::first(), &links, &checkpoints).unwrap();
    assert_eq!((head.seq, links[0].seq), (70, 1));
    assert_eq!(links[0].after(&genesis()).as_slice(), crypto::from_base64url(&links[0].hash).unwrap());
    assert_eq!(checkpoints.iter().map(|checkpoint| checkpoint.seq).collect::<Vec<_>>(), [64, 70]);
    let ids: Vec<_> = links.iter().map(|link| link.id.clone()).collect();
    assert!(ids.is_sorted(), "in the order of their making");
    let signatures = app.ports().signatures;
    let public = block_on(signatures.public_key(app.config.audit.key.bytes())).unwrap();
    for checkpoint in &checkpoints {
        let signature = crypto::from_base64url(&checkpoint.signature).unwrap();
        let verify = |message: &[u8]| {
            block_on(signatures.verify(VerifyingKey::Ed25519(&public), message, &signature)).unwrap()
        };
        assert!(verify(&checkpoint.message()));
        let later = Checkpoint { at: checkpoint.at + 1, ..checkpoint.clone() };
        assert!(!verify(&later.message()));
    }
}

#[test]
fn what_is_personal_is_unreadable_once_it_is_sealed() {
    let app = App::new();
    let ada = app.account("ada@example.com");
    app.put("/api/v1/user/profile/update", json!({"full_name": "Ada Example"})).by(&ada).status(200);
    app.records(3, Some(&ada.user_id));
    let logs = |app: &App| {
        [app.rows("SELECT * FROM audit_records"), app.rows("SELECT * FROM events")]
            .concat()
            .iter()
            .map(Value::to_string)
            .collect::<String>()
    };
    assert!(logs(&app).contains("ada@example.com") && logs(&app).contains("Ada Example"));
    app.upkeep();
    for word in ["ada@example.com", "Ada", "browser"] {
        assert!(!logs(&app).contains(word), "{word}");
    }
    // The owner still reads them.
    let key =
        block_on(data_keys::find(app.ports(), &app.config.vault.vault(), &[ada.user_id.clone()].into()))
            .unwrap();
    let events = app.rows("SELECT id, type, after FROM events WHERE type = 'profile.updated'");
    let (id, after) = (events[0]["id"].as_str().unwrap(), events[0]["after"].as_str().unwrap());
    let opened = data_keys::open_event(key.get(&ada.user_id), id, "after", after).unwrap();
    let opened: Value = serde_json::from_str(&opened).unwrap();
    assert_eq!(opened["full_name"], "Ada Example");
    // A sealed side keeps what says nothing about a person.
    let after: Value = serde_json::from_str(after).unwrap();
    assert_eq!(after["version"], opened["version"]);
    assert!(after["$commitment"].is_string());
    assert_eq!(data_keys::open_event(None, id, "after", &after.to_string()), None);
    assert_eq!(data_keys::open_event(key.get(&ada.user_id), id, "before", &after.to_string()), None);
    // Sealing is over: nothing is sealed twice.
    assert_eq!(app.seal(), Sealed::default());
}

#[test]
fn without_the_key_nothing_is_readable_and_the_chain_still_holds() {
    let app = App::new();
    let ada = app.account("ada@example.com");
    app.records(2, Some(&ada.user_id));
    app.upkeep();
    let before = app.links();
    // Erasure: the account is marked, its key goes, and what it wrote since has not been sealed yet.
    app.records(1, Some(&ada.user_id));
    block_on(app.database.run(Statement::new("UPDATE users SET status = 'deleted'"))).unwrap();
    block_on(app.database.run(Statement::new("DELETE FROM user_keys"))).unwrap();
    app.upkeep();
    let vault = app.config.vault.vault();
    let keys = block_on(data_keys::find(app.ports(), &vault, &[ada.user_id.clone()].into())).unwrap();
    assert!(keys.is_empty(), "an account that is gone is given no key");
    let links = app.links();
    assert_eq!(links[..before.len()], before);
    assert_eq!(links.len(), before.len() + 1);
    let head = follow(Head::first(), &links, &app.checkpoints()).unwrap();
    assert_eq!(head.seq, i64::try_from(links.len()).unwrap());
    let records: String = app.rows("SELECT * FROM audit_records").iter().map(Value::to_string).collect();
    assert!(!records.contains("ada@example.com"));
}

/// A database in which another sealer does its work just before a batch of this one.
struct Meddled<'a> {
    app: &'a App,
    batches: Cell<u32>,
    at: u32,
}

#[async_trait(?Send)]
impl Database for Meddled<'_> {
    async fn run(&self, statement: Statement) -> Result<Outcome, DatabaseError> {
        self.app.database.run(statement).await
    }

    async fn batch(&self, statements: Vec<Statement>) -> Result<Vec<Outcome>, DatabaseError> {
        self.batches.set(self.batches.get() + 1);
        if self.batches.get() == self.at {
            // It too may meet a failure.
            drop(seal(self.app.ports(), &self.app.config, self.app.clock.now()).await);
        }
        self.app.database.batch(statements).await
    }

    fn bookmark(&self) -> Option<String> {
        None
    }
}

#[test]
fn of_two_sealers_one_wins_and_the_other_begins_anew() {
    for at in 1..=4 {
        let app = App::new();
        app.records(3, None);
        app.seal();
        app.records(2, None);
        let database = Meddled { app: &app, batches: Cell::new(0), at };
        let ports = Ports { database: &database, ..app.ports() };
        let turn = block_on(seal(ports, &app.config, app.clock.now())).unwrap();
        assert!(!turn.more, "{at}");
        assert_eq!(follow(Head::first(), &app.links(), &app.checkpoints()).unwrap().seq, 5, "{at}");
        assert_eq!(app.checkpoints().len(), 2, "the loser left none");
    }
}

#[test]
fn whatever_fails_in_between_there_is_one_chain_with_every_record_once() {
    for seed in 0..40 {
        let (app, dice) = (App::new(), SeededRandom::new(seed));
        let mut written = 0;
        for _ in 0..12 {
            let count = usize::try_from(dice.below(40)).unwrap();
            app.records(count, None);
            written += count;
            let moment = if dice.below(2) == 0 { Moment::Before } else { Moment::After };
            let down = DatabaseError::new(DatabaseFault::Unavailable, "lost");
            app.database.fail_nth(1 + dice.below(8), moment, down);
            let database =
                Meddled { app: &app, batches: Cell::new(0), at: 1 + u32::try_from(dice.below(6)).unwrap() };
            let ports = Ports { database: &database, ..app.ports() };
            // It fails or not; either way nothing is half done.
            drop(block_on(seal(ports, &app.config, app.clock.now())));
            app.database.heal();
            let links = app.links();
            follow(Head::first(), &links, &app.checkpoints()).unwrap();
            app.advance(1);
        }
        app.upkeep();
        let (links, checkpoints) = (app.links(), app.checkpoints());
        let head = follow(Head::first(), &links, &checkpoints).unwrap();
        assert_eq!((links.len(), head.seq), (written, i64::try_from(written).unwrap()), "seed {seed}");
        assert_eq!(checkpoints.last().map_or(0, |checkpoint| checkpoint.seq), head.seq, "seed {seed}");
    }
}

#[test]
fn a_record_that_does_not_get_its_place_stops_the_batch() {
    let app = App::new();
    app.records(2, None);
    app.seal();
    // Somebody takes the head away: the sealer would begin a second chain, and cannot.
    block_on(app.database.inner().run(Statement::new("DELETE FROM audit_head"))).unwrap();
    app.records(1, None);
    assert!(block_on(seal(app.ports(), &app.config, app.clock.now())).is_err());
    assert_eq!(app.rows("SELECT count(*) AS n FROM audit_records WHERE seq IS NULL")[0]["n"], 1);
}

#[test]
fn neither_records_nor_events_can_be_changed_or_removed() {
    let app = App::new();
    let ada = app.account("ada@example.com");
    app.records(2, Some(&ada.user_id));
    for sealed in [false, true] {
        if sealed {
            app.upkeep();
        }
        for sql in [
            "UPDATE audit_records SET kind = 'x'",
            "UPDATE audit_records SET actor = 'x', seq = 9, commitment = '', hash = ''",
            "UPDATE audit_records SET personal = '{}'",
            "DELETE FROM audit_records",
            "UPDATE events SET type = 'x'",
            "UPDATE events SET before = '{}', after = '{}'",
            "UPDATE events SET user_id = 'x', sealed_at = 1",
            "DELETE FROM events",
        ] {
            let error = refused(&app, sql);
            assert!(error.cause.contains("append-only"), "{sql}: {error:?}");
        }
    }
    for sql in [
        "UPDATE audit_checkpoints SET at = 0",
        "DELETE FROM audit_checkpoints",
        "UPDATE events SET after = NULL, sealed_at = 2",
    ] {
        assert!(refused(&app, sql).cause.contains("append-only"), "{sql}");
    }
}

#[test]
fn retention_takes_from_the_front_and_leaves_a_chain_behind_a_checkpoint() {
    let app = App::with(&[("AUDIT_PERSONAL_DAYS", "10"), ("AUDIT_RETENTION_DAYS", "20")]);
    let day = 86_400;
    app.records(3, None);
    app.upkeep();
    app.advance(9 * day);
    app.records(2, None);
    app.upkeep();
    app.advance(2 * day);
    let turn = || block_on(retain(app.ports(), &app.config, app.clock.now())).unwrap();
    assert!(turn(), "the first three are older than ten days");
    assert!(!turn());
    let readable = || app.rows("SELECT seq FROM audit_records WHERE personal <> '' ORDER BY seq").len();
    assert_eq!((app.links().len(), readable()), (5, 2));
    assert_eq!(follow(Head::first(), &app.links(), &app.checkpoints()).unwrap().seq, 5);
    app.advance(10 * day);
    assert!(turn());
    while turn() {}
    let (links, checkpoints) = (app.links(), app.checkpoints());
    assert_eq!((links.len(), links[0].seq, readable()), (2, 4, 0));
    let first = &checkpoints[0];
    assert_eq!(first.seq, 3, "the checkpoint before the first record stays");
    let hash = crypto::from_base64url(&first.hash).unwrap().try_into().unwrap();
    assert_eq!(follow(Head { seq: 3, hash }, &links, &checkpoints).unwrap().seq, 5);
    // What is not old enough stays, and the chain goes on.
    app.records(1, None);
    app.upkeep();
    assert_eq!(app.links().last().unwrap().seq, 6);
}

#[test]
fn the_vaults_key_is_replaced_and_every_data_key_follows() {
    let mut app = App::new();
    let ada = app.account("ada@example.com");
    let ben = app.account("ben@example.com");
    app.records(1, Some(&ada.user_id));
    app.upkeep();
    let read = |variables: &[(&str, String)]| {
        let all =
            [("JWT_SECRET", crypto::base64url(&[1; 32])), ("CURSOR_SECRET", crypto::base64url(&[2; 32]))];
        let all: Vec<_> = all.into_iter().chain(variables.iter().cloned()).collect();
        Config::read(&|name| all.iter().find(|(key, _)| *key == name).map(|(_, value)| value.clone()))
            .unwrap()
    };
    let (old, new) = (crypto::base64url(&[3; 32]), crypto::base64url(&[4; 32]));
    app.config = read(&[("VAULT_KEY", new.clone()), ("VAULT_KEY_PREVIOUS", old)]);
    app.upkeep();
    app.config = read(&[("VAULT_KEY", new)]);
    let owners = [ada.user_id.clone(), ben.user_id.clone()].into();
    let keys = block_on(data_keys::find(app.ports(), &app.config.vault.vault(), &owners)).unwrap();
    assert_eq!(keys.len(), 2);
    let events = app.rows(&format!(
        "SELECT id, after FROM events WHERE user_id = '{}' AND type = 'user.created'",
        ada.user_id
    ));
    let (id, after) = (events[0]["id"].as_str().unwrap(), events[0]["after"].as_str().unwrap());
    let opened = data_keys::open_event(keys.get(&ada.user_id), id, "after", after).unwrap();
    assert!(opened.contains("ada@example.com"));
}
