//! Seals what has been written since: audit records into the chain, and the personal values of events.
//!
//! Two sealers may run at once. The head of the chain moves by compare-and-set in the batch that appends, so that one
//! of them wins and the other begins anew; an event is sealed by whoever is first.

use serde::{Deserialize, Serialize};

use super::chain::{self, Checkpoint, Head, Link};
use crate::config::Config;
use crate::contract::resources;
use crate::contract::schema::DataClass;
use crate::identity::data_keys::{self, DataKey, DataKeys};
use crate::kernel::crypto::{base64url, from_base64url};
use crate::kernel::map::Set;
use crate::kernel::problem::Problem;
use crate::kernel::sealed::{self, Grain};
use crate::kernel::time::Timestamp;
use crate::ports::{PortError, Ports, Random, SigningAlgorithm, Statement};

/// How many records or events are sealed at once.
const PAGE: usize = 64;

/// How often the end of the chain may move away under one sealer before it leaves the rest to the other one.
const ATTEMPTS: usize = 3;

/// What a turn of the sealer did.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Sealed {
    /// Records that were chained.
    pub records: usize,
    /// Events that were sealed.
    pub events: usize,
    /// Whether there may be more to do.
    pub more: bool,
}

#[derive(Debug, Deserialize)]
struct StoredHead {
    seq: i64,
    hash: String,
}

/// A record with its personal part.
#[derive(Debug, Deserialize)]
struct Unsealed {
    #[serde(rename = "*")]
    link: Link,
    personal: String,
    found: usize,
}

#[derive(Debug, Serialize)]
struct SealedRecord<'a> {
    id: &'a str,
    seq: i64,
    personal: String,
    commitment: &'a str,
    hash: &'a str,
}

#[derive(Debug, Deserialize)]
struct Event {
    id: String,
    user_id: String,
    subject_type: String,
    before: Option<String>,
    after: Option<String>,
    found: usize,
}

#[derive(Debug, Serialize)]
struct SealedEvent<'a> {
    id: &'a str,
    before: Option<String>,
    after: Option<String>,
}

/// One turn: a page of records and a page of events.
pub async fn seal(ports: Ports<'_>, config: &Config, now: Timestamp) -> Result<Sealed, Problem> {
    let mut sealed = Sealed::default();
    for _ in 0..ATTEMPTS {
        match records(ports, config, now).await? {
            Some((count, more)) => {
                (sealed.records, sealed.more) = (count, more);
                break;
            }
            None => sealed.more = true,
        }
    }
    let (count, more) = events(ports, config, now).await?;
    sealed.events = count;
    sealed.more |= more;
    Ok(sealed)
}

/// Appends a page of records: how many, and whether there may be more. `None` when another sealer was faster.
async fn records(
    ports: Ports<'_>,
    config: &Config,
    now: Timestamp,
) -> Result<Option<(usize, bool)>, Problem> {
    let head = Statement::new(sql!("ops/audit_head"));
    let page = Statement::new(sql!("ops/audit_unsealed")).bind(limit());
    let outcomes = ports.database.batch(vec![head, page]).await?;
    let [head, page] = outcomes.as_slice() else { return Err(Problem::internal("a batch of two gave more")) };
    let head = head_of(head.rows.first()?)?;
    let mut page: Vec<Unsealed> = page.rows.read()?;
    if page.is_empty() {
        return Ok(Some((0, false)));
    }
    let owner = |record: &Unsealed| data_keys::owner(record.link.user_id.as_deref(), record.link.at);
    let owners: Set<String> = page.iter().map(owner).collect();
    let keys = keys(ports, config, &owners, now).await?;
    let mut end = head;
    let mut ciphertexts = Vec::with_capacity(page.len());
    for record in &mut page {
        let key = keys.get(&owner(record)).copied().unwrap_or_else(|| data_keys::random(ports.random));
        let grain = grain(ports.random);
        let sealed = sealed::seal(&key, &grain, &chain::about(&record.link.id), &record.personal);
        record.link.commitment = sealed.commitment;
        end = end.append(&mut record.link);
        ciphertexts.push(sealed.ciphertext);
    }
    let rows: Vec<SealedRecord<'_>> = page
        .iter()
        .zip(ciphertexts)
        .map(|(record, personal)| sealed_record(&record.link, personal))
        .collect();
    let checkpoint = sign(ports, config, end, now).await?;
    let outcomes = ports.database.batch(append(head, &checkpoint, &rows)?).await?;
    let moved = outcomes.first().is_some_and(|outcome| outcome.changes > 0);
    Ok(moved.then_some((page.len(), more(page.first().map(|record| record.found), page.len()))))
}

/// Moves the head, seals the records and keeps the checkpoint; nothing of it if the head is not where it was.
fn append(head: Head, checkpoint: &Checkpoint, rows: &[SealedRecord<'_>]) -> Result<Vec<Statement>, Problem> {
    let count = i64::try_from(rows.len()).unwrap_or(i64::MAX);
    Ok(vec![
        Statement::new(sql!("ops/audit_head_move"))
            .bind(head.seq)
            .bind(base64url(&head.hash))
            .bind(checkpoint.seq)
            .bind(checkpoint.hash.as_str()),
        Statement::new(sql!("ops/audit_seal"))
            .bind(serde_json::to_string(rows)?)
            .bind(checkpoint.hash.as_str()),
        Statement::new(sql!("ops/audit_checkpoint"))
            .bind(checkpoint.seq)
            .bind(checkpoint.hash.as_str())
            .bind(checkpoint.at)
            .bind(checkpoint.key_id.as_str())
            .bind(checkpoint.signature.as_str())
            .bind(head.seq)
            .bind(count),
    ])
}

/// Seals a page of events: how many, and whether there may be more.
async fn events(ports: Ports<'_>, config: &Config, now: Timestamp) -> Result<(usize, bool), Problem> {
    let page = Statement::new(sql!("ops/event_unsealed")).bind(limit());
    let page: Vec<Event> = ports.database.run(page).await?.rows.read()?;
    if page.is_empty() {
        return Ok((0, false));
    }
    let keys = keys(ports, config, &page.iter().map(|event| event.user_id.clone()).collect(), now).await?;
    // One key that nobody keeps, for all who are gone.
    let lost = data_keys::random(ports.random);
    let rows: Vec<SealedEvent<'_>> = page
        .iter()
        .map(|event| sealed_event(event, keys.get(&event.user_id).unwrap_or(&lost), ports.random))
        .collect();
    let update = Statement::new(sql!("ops/event_seal"));
    ports.database.run(update.bind(serde_json::to_string(&rows)?).bind(now)).await?;
    Ok((page.len(), more(page.first().map(|event| event.found), page.len())))
}

/// Whether a page was full, or did not take all that was found because of its size.
fn more(found: Option<usize>, taken: usize) -> bool {
    found.is_some_and(|found| found >= PAGE || found > taken)
}

fn sealed_event<'a>(event: &'a Event, key: &DataKey, random: &dyn Random) -> SealedEvent<'a> {
    let resource = resources::ALL.iter().find(|resource| resource.name == event.subject_type);
    // What nobody has described is taken for personal.
    let open = |name: &str| {
        let column = resource.and_then(|resource| resource.columns.iter().find(|column| column.name == name));
        column.is_some_and(|column| column.class == DataClass::Public)
    };
    let side = |name: &str, object: &Option<String>| {
        let object = object.as_deref()?;
        let about = ["events", &event.id, name];
        Some(
            sealed::seal_fields(key, &grain(random), &about, object, open)
                .unwrap_or_else(|| object.to_owned()),
        )
    };
    SealedEvent { id: &event.id, before: side("before", &event.before), after: side("after", &event.after) }
}

fn sealed_record(link: &Link, personal: String) -> SealedRecord<'_> {
    SealedRecord { id: &link.id, seq: link.seq, personal, commitment: &link.commitment, hash: &link.hash }
}

async fn keys(
    ports: Ports<'_>,
    config: &Config,
    owners: &Set<String>,
    now: Timestamp,
) -> Result<DataKeys, Problem> {
    data_keys::ensure(ports, &config.vault.vault(), owners, now).await
}

/// A checkpoint at this head.
async fn sign(ports: Ports<'_>, config: &Config, head: Head, now: Timestamp) -> Result<Checkpoint, Problem> {
    let key = config.audit.key.bytes();
    let key_id = chain::key_id(&ports.signatures.public_key(key).await.map_err(unsigned)?);
    let hash = base64url(&head.hash);
    let mut checkpoint =
        Checkpoint { seq: head.seq, hash, at: now.millis(), key_id, signature: String::new() };
    let signature = ports.signatures.sign(SigningAlgorithm::Ed25519, key, &checkpoint.message()).await;
    checkpoint.signature = base64url(&signature.map_err(unsigned)?);
    Ok(checkpoint)
}

/// The head that is stored; none is the head of an empty chain.
fn head_of(stored: Option<StoredHead>) -> Result<Head, Problem> {
    let Some(stored) = stored else { return Ok(Head::first()) };
    let hash = from_base64url(&stored.hash).and_then(|bytes| bytes.try_into().ok());
    Ok(Head { seq: stored.seq, hash: hash.ok_or_else(|| Problem::internal("audit_head: no hash"))? })
}

fn grain(random: &dyn Random) -> Grain {
    Grain { nonce: data_keys::random(random), salt: data_keys::random(random) }
}

fn limit() -> i64 {
    i64::try_from(PAGE).unwrap_or(i64::MAX)
}

fn unsigned(error: PortError) -> Problem {
    Problem::internal(format!("a checkpoint cannot be signed: {error:?}"))
}
