//! Stretches of the chain for verifiers outside.

use serde::Deserialize;

use super::chain::{Checkpoint, Link};
use super::opening::Opening;
use crate::contract::types::{AuditCheckpoint, AuditExport, AuditExportFormat, AuditLink};
use crate::kernel::problem::Problem;
use crate::kernel::sealed::Opened;
use crate::kernel::vault::Vault;
use crate::ports::{Ports, Statement};

/// A sealed record with the key that opens it.
#[derive(Deserialize)]
struct Row {
    #[serde(rename = "*")]
    link: Link,
    personal: String,
    wrapped: Option<String>,
}

/// At most `limit` sealed records after a place, and the checkpoints on them.
pub async fn export(ports: Ports<'_>, vault: Vault, after: i64, limit: i64) -> Result<AuditExport, Problem> {
    let statements = [sql!("ops/audit_export"), sql!("ops/audit_checkpoints_between")]
        .map(|text| Statement::new(text).bind(after).bind(limit));
    let outcomes = ports.database.batch(statements.to_vec()).await?;
    let [records, checkpoints] = outcomes.as_slice() else {
        return Err(Problem::internal("a batch of two gave another count"));
    };
    let mut opening = Opening::new(vault);
    let rows: Vec<Row> = records.rows.read()?;
    let full = i64::try_from(rows.len()).unwrap_or(i64::MAX) == limit;
    let next_after = rows.last().filter(|_| full).map(|row| row.link.seq);
    let checkpoints: Vec<Checkpoint> = checkpoints.rows.read()?;
    Ok(AuditExport {
        format: AuditExportFormat::WitnessAuditV1,
        after: rows.first().map_or(after, |row| row.link.seq - 1),
        records: rows.into_iter().map(|row| link(row, &mut opening)).collect(),
        checkpoints: checkpoints.into_iter().map(checkpoint).collect(),
        next_after,
    })
}

fn link(Row { link, personal, wrapped }: Row, opening: &mut Opening) -> AuditLink {
    let about = (link.id.as_str(), link.user_id.as_deref(), link.at);
    let opened = opening.open(about, wrapped.as_deref(), &personal);
    let (salt, personal) = opened.map(|Opened { salt, plain }| (salt, plain)).unzip();
    AuditLink {
        seq: link.seq,
        id: link.id,
        at: link.at,
        kind: link.kind,
        outcome: link.outcome,
        actor: link.actor,
        subject_type: link.subject_type,
        subject_id: link.subject_id,
        user_id: link.user_id,
        source: link.source,
        request_id: link.request_id,
        commitment: link.commitment,
        hash: link.hash,
        salt,
        personal,
    }
}

/// As the wire shows it.
#[must_use]
pub fn checkpoint(checkpoint: Checkpoint) -> AuditCheckpoint {
    let Checkpoint { seq, hash, at, key_id, signature } = checkpoint;
    AuditCheckpoint { seq, hash, at, key_id, signature }
}
