//! The audit log: search, export, checkpoints, verification, keys.

use serde::Deserialize;
use serde_json::value::RawValue;

use crate::context::Context;
use crate::contract::types::{
    AuditCheckpoints, AuditExport, AuditKey, AuditKeyAlg, AuditKeyCrv, AuditKeyKty, AuditKeyUse, AuditKeys,
    AuditOutcome, AuditRecord, AuditVerification, AuditVerificationState, ExportAuditRecordsInput,
    FindAuditKeysInput, ListAuditCheckpointsInput, ListAuditRecordsInput, VerifyAuditInput,
};
use crate::kernel::crypto::base64url;
use crate::kernel::id::Id;
use crate::kernel::page::{self, Binding, Page, Position};
use crate::kernel::problem::{Code, Problem};
use crate::kernel::time::Timestamp;
use crate::ops::audit::chain::Checkpoint;
use crate::ops::audit::examine::{Stored, examine};
use crate::ops::audit::export::{checkpoint, export};
use crate::ops::audit::keys;
use crate::ops::audit::opening::Opening;
use crate::ops::audit::search::{Filters, statement};
use crate::ports::{Known, Outcome, Statement};

/// How many of the newest records the service follows when it is asked whether the chain holds.
const WINDOW: i64 = 256;

/// A record as it is stored, with the key that opens it.
#[derive(Deserialize)]
struct Found {
    seq: Option<i64>,
    id: Id,
    at: Timestamp,
    kind: String,
    outcome: AuditOutcome,
    actor: String,
    subject_type: String,
    subject_id: String,
    user_id: Option<Id>,
    source: String,
    request_id: Id,
    personal: String,
    wrapped: Option<String>,
}

/// Records that match, newest first.
pub async fn list_audit_records(
    cx: &Context<'_>,
    input: ListAuditRecordsInput,
) -> Result<Page<AuditRecord>, Problem> {
    let query = input.query;
    let filters = Filters {
        request: query.request,
        subject: query.subject,
        user: query.user,
        actor: query.actor,
        kind: query.kind,
        outcome: query.outcome.map(AuditOutcome::as_str),
        from: query.from,
        to: query.to,
    };
    let (caller, canonical) = (cx.caller.actor(), filters.canonical());
    let binding = Binding { user_id: &caller, resource: "audit_record", query: &canonical };
    let key = cx.config.cursor_secret.bytes();
    let after = match &query.cursor {
        None => None,
        Some(cursor) => {
            Some(page::open(key, binding, cursor).ok_or_else(|| Problem::new(Code::CursorInvalid))?)
        }
    };
    let after = after.as_ref().map(|after| (after.sort.as_i64().unwrap_or_default(), after.id.as_str()));
    let found = cx.ports.database.run(statement(&filters, after, query.limit + 1)).await?;
    let mut rows: Vec<Found> = found.rows.read()?;
    let has_more = rows.len() as i64 > query.limit;
    rows.truncate(usize::try_from(query.limit).unwrap_or(usize::MAX));
    let next_cursor = rows.last().filter(|_| has_more).map(|last| {
        page::seal(key, binding, &Position { sort: last.at.millis().into(), id: last.id.to_string() })
    });
    let mut opening = Opening::new(cx.config.vault.vault());
    let items = rows.into_iter().map(|row| record(row, &mut opening)).collect();
    Ok(Page { items, has_more, next_cursor })
}

fn record(row: Found, opening: &mut Opening) -> AuditRecord {
    let (id, user_id) = (row.id.to_string(), row.user_id.map(|id| id.to_string()));
    let personal = match row.seq {
        // Not sealed yet.
        None => Some(row.personal),
        Some(_) => opening
            .open((&id, user_id.as_deref(), row.at.millis()), row.wrapped.as_deref(), &row.personal)
            .map(|opened| opened.plain),
    };
    AuditRecord {
        seq: row.seq,
        id: row.id,
        at: row.at,
        kind: row.kind,
        outcome: row.outcome,
        actor: row.actor,
        subject_type: row.subject_type,
        subject_id: row.subject_id,
        user_id: row.user_id,
        source: row.source,
        request_id: row.request_id,
        personal: personal.and_then(|json| RawValue::from_string(json).ok()),
    }
}

/// A stretch of the chain.
pub async fn export_audit_records(
    cx: &Context<'_>,
    input: ExportAuditRecordsInput,
) -> Result<AuditExport, Problem> {
    export(cx.ports, cx.config.vault.vault(), input.query.after, input.query.limit).await
}

/// Signed ends of the chain, newest first.
pub async fn list_audit_checkpoints(
    cx: &Context<'_>,
    input: ListAuditCheckpointsInput,
) -> Result<AuditCheckpoints, Problem> {
    let before = input.query.before.unwrap_or(1 << 53);
    let select = Statement::new(sql!("ops/audit_checkpoints_before")).bind(before);
    let found: Vec<Checkpoint> = cx.ports.database.run(select.bind(input.query.limit)).await?.rows.read()?;
    Ok(AuditCheckpoints { items: found.into_iter().map(checkpoint).collect() })
}

/// Whether the newest stretch of the chain holds.
pub async fn verify_audit(cx: &Context<'_>, _input: VerifyAuditInput) -> Result<AuditVerification, Problem> {
    let newest = |text: Known| Statement::new(text).bind(WINDOW);
    let statements = vec![
        Statement::new(sql!("ops/audit_head")),
        Statement::new(sql!("ops/audit_tail")),
        newest(sql!("ops/audit_newest")),
        newest(sql!("ops/audit_newest_checkpoints")),
    ];
    let outcomes = cx.ports.database.batch(statements).await?;
    let (stored, tail) = read(&outcomes)?;
    let last = stored.checkpoints.last().cloned();
    let mut found = examine(&stored);
    if let (Ok(_), Some(last)) = (&found, &last)
        && !keys::signed(cx.ports, &keys::all(cx.ports, cx.config).await?, last).await?
    {
        found = Err(format!("the checkpoint at place {} has no good signature", last.seq));
    }
    let (state, fault, verified_from) = match found {
        Ok(from) => (AuditVerificationState::Intact, None, from),
        Err(fault) => (AuditVerificationState::Broken, Some(fault), None),
    };
    Ok(AuditVerification {
        state,
        fault,
        head: stored.head.map_or(0, |(seq, _)| seq),
        begins_after: stored.cut,
        verified_from,
        unsealed: tail.count,
        unsealed_since: tail.since,
        last_checkpoint: last.map(checkpoint),
    })
}

#[derive(Deserialize)]
struct StoredHead {
    seq: i64,
    hash: String,
    cut: i64,
}

#[derive(Deserialize)]
struct Tail {
    count: i64,
    since: Option<Timestamp>,
}

fn read(outcomes: &[Outcome]) -> Result<(Stored, Tail), Problem> {
    let misread = || Problem::internal("a batch of four gave another count");
    let [head, tail, links, checkpoints] = outcomes else { return Err(misread()) };
    let head: Option<StoredHead> = head.rows.first()?;
    let tail = tail.rows.first()?.ok_or_else(misread)?;
    let stored = Stored {
        cut: head.as_ref().map_or(0, |head| head.cut),
        head: head.map(|head| (head.seq, head.hash)),
        links: links.rows.read()?,
        window: WINDOW,
        checkpoints: checkpoints.rows.read()?,
    };
    Ok((stored, tail))
}

/// The public keys.
pub async fn find_audit_keys(cx: &Context<'_>, _input: FindAuditKeysInput) -> Result<AuditKeys, Problem> {
    let key = |(kid, bytes): (String, Vec<u8>)| AuditKey {
        kty: AuditKeyKty::OKP,
        crv: AuditKeyCrv::Ed25519,
        alg: AuditKeyAlg::EdDSA,
        r#use: AuditKeyUse::Sig,
        kid,
        x: base64url(&bytes),
    };
    Ok(AuditKeys { keys: keys::all(cx.ports, cx.config).await?.into_iter().map(key).collect() })
}
