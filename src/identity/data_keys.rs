//! The keys that people's values in append-only records are encrypted with, one a person.
//!
//! A key is random, wrapped by the vault, and made when it is first needed. Erasure deletes its row; with it goes
//! everything that was encrypted. What belongs to no account is encrypted with a key of the house, a new one each
//! month, which retention deletes like a person's.

use crate::kernel::map::{Map, Set};

use serde::{Deserialize, Serialize};

use crate::kernel::problem::Problem;
use crate::kernel::sealed;
use crate::kernel::time::Timestamp;
use crate::kernel::vault::{KEY, NONCE, Place, Vault};
use crate::ports::{Ports, Random, Statement};

/// A person's key.
pub type DataKey = [u8; KEY];

/// Keys by owner.
pub type DataKeys = Map<String, DataKey>;

/// How many keys are wrapped anew at once.
const REWRAP: usize = 64;

/// The owner of the key for what was written at that moment, in milliseconds since 1970, about that account.
#[must_use]
pub fn owner(user_id: Option<&str>, at: i64) -> String {
    user_id.map_or_else(|| house(Timestamp::from_millis(at).unwrap_or(Timestamp::EPOCH)), str::to_owned)
}

/// The owner of what belongs to no account and was written at that moment: the house, in that month (UTC).
#[must_use]
pub fn house(at: Timestamp) -> String {
    let date = at.to_string();
    format!("house:{}", date.get(..7).unwrap_or_default())
}

#[derive(Debug, Serialize, Deserialize)]
struct Row {
    user_id: String,
    wrapped: String,
}

/// The keys of those of these owners who have one.
pub async fn find(ports: Ports<'_>, vault: &Vault, owners: &Set<String>) -> Result<DataKeys, Problem> {
    if owners.is_empty() {
        return Ok(DataKeys::new());
    }
    let found = ports.database.run(select(owners)?).await?;
    opened(vault, found.rows.read()?)
}

/// The keys of these owners, made where they are missing. An account that is deleted or gone is given none.
pub async fn ensure(
    ports: Ports<'_>,
    vault: &Vault,
    owners: &Set<String>,
    now: Timestamp,
) -> Result<DataKeys, Problem> {
    let mut keys = find(ports, vault, owners).await?;
    let missing: Set<String> = owners.iter().filter(|owner| !keys.contains_key(*owner)).cloned().collect();
    if missing.is_empty() {
        return Ok(keys);
    }
    let fresh: Vec<Row> = missing
        .iter()
        .map(|owner| Row {
            user_id: owner.clone(),
            wrapped: wrap(ports.random, vault, owner, &random(ports.random)),
        })
        .collect();
    let insert =
        Statement::new(sql!("identity/user_key_insert")).bind(serde_json::to_string(&fresh)?).bind(now);
    let outcomes = ports.database.batch(vec![insert, select(&missing)?]).await?;
    // Read back: another one may have been faster, and who was erased meanwhile has none.
    if let Some(found) = outcomes.last() {
        keys.extend(opened(vault, found.rows.read()?)?);
    }
    Ok(keys)
}

/// A key that was read with something else; `None` for one that does not open.
#[must_use]
pub fn unwrap(vault: &Vault, owner: &str, wrapped: &str) -> Option<DataKey> {
    vault.open(place(owner), wrapped).ok()?.try_into().ok()
}

/// Wraps some keys anew that the vault's previous key wraps. Tells whether there may be more.
pub async fn rewrap(ports: Ports<'_>, vault: &Vault) -> Result<bool, Problem> {
    let sealed_with = format!("v1.{}.", vault.key_id());
    let select = Statement::new(sql!("identity/user_key_find_old"))
        .bind(sealed_with)
        .bind(i64::try_from(REWRAP).unwrap_or(i64::MAX));
    let rows: Vec<Row> = ports.database.run(select).await?.rows.read()?;
    let mut again = Vec::with_capacity(rows.len());
    for row in &rows {
        let fresh = vault.rewrap(random(ports.random), place(&row.user_id), &row.wrapped);
        if let Some(fresh) = fresh.map_err(|cause| Problem::internal(cause.to_string()))? {
            again.push([row.user_id.as_str(), &row.wrapped, &fresh].map(str::to_owned));
        }
    }
    if !again.is_empty() {
        let update = Statement::new(sql!("identity/user_key_rewrap"));
        ports.database.run(update.bind(serde_json::to_string(&again)?)).await?;
    }
    Ok(rows.len() == REWRAP)
}

/// One side of an event, `before` or `after`, as it was written; `None` once it cannot be read any more.
#[must_use]
pub fn open_event(key: Option<&DataKey>, event_id: &str, side: &str, object: &str) -> Option<String> {
    // Without a key, what was never sealed is still readable.
    sealed::open_fields(key.unwrap_or(&[0; KEY]), &["events", event_id, side], object)
}

/// Random bytes.
pub fn random<const N: usize>(random: &dyn Random) -> [u8; N] {
    let mut bytes = [0; N];
    random.fill(&mut bytes);
    bytes
}

fn place(owner: &str) -> Place<'_> {
    Place { table: "user_keys", row: owner, column: "wrapped" }
}

fn wrap(source: &dyn Random, vault: &Vault, owner: &str, key: &DataKey) -> String {
    vault.seal(random::<NONCE>(source), place(owner), key)
}

fn select(owners: &Set<String>) -> Result<Statement, Problem> {
    Ok(Statement::new(sql!("identity/user_key_find")).bind(serde_json::to_string(owners)?))
}

/// A key that does not open is a setting that is missing: nothing is sealed or read past it.
fn opened(vault: &Vault, rows: Vec<Row>) -> Result<DataKeys, Problem> {
    let open = |row: Row| {
        let key = vault.open(place(&row.user_id), &row.wrapped);
        let key = key.map_err(|cause| Problem::internal(format!("a key in user_keys: {cause}")))?;
        let key = key.try_into().map_err(|_| Problem::internal("a key in user_keys has another length"))?;
        Ok((row.user_id, key))
    };
    rows.into_iter().map(open).collect()
}
