//! Retention: old records lose their personal part, and still older ones are removed from the front of the chain.
//!
//! Both reach up to a checkpoint that is old enough, so that what is left begins behind a signed hash.

use serde::Deserialize;

use crate::config::Config;
use crate::identity::data_keys;
use crate::kernel::problem::Problem;
use crate::kernel::time::Timestamp;
use crate::ports::{Known, Ports, Statement};

const DAY: i64 = 86_400_000;

/// How far one turn reaches, in records. A checkpoint follows on 64 records at the latest.
const REACH: i64 = 512;

#[derive(Debug, Default, Deserialize)]
struct Kept {
    cleared: i64,
    cut: i64,
}

#[derive(Debug, Deserialize)]
struct Place {
    seq: i64,
}

/// One turn. Tells whether there may be more to do.
pub async fn retain(ports: Ports<'_>, config: &Config, now: Timestamp) -> Result<bool, Problem> {
    let head = ports.database.run(Statement::new(sql!("ops/audit_head"))).await?;
    let Some(kept) = head.rows.first::<Kept>()? else { return Ok(false) };
    let personal = now.plus_millis(-DAY * config.audit.personal_days);
    let record = now.plus_millis(-DAY * config.audit.retention_days);
    let clear = reach(ports, kept.cleared, personal).await?;
    if let Some(to) = clear {
        let bound = |text: Known| Statement::new(text).bind(kept.cleared).bind(to);
        let statements = vec![
            bound(sql!("ops/audit_clear")),
            bound(sql!("ops/audit_head_clear")),
            Statement::new(sql!("ops/house_key_delete")).bind(data_keys::house(personal)),
        ];
        ports.database.batch(statements).await?;
    }
    let cut = reach(ports, kept.cut, record).await?;
    if let Some(to) = cut {
        let bound = |text: Known| Statement::new(text).bind(to);
        let statements = vec![
            bound(sql!("ops/audit_head_cut")),
            bound(sql!("ops/audit_delete")),
            bound(sql!("ops/audit_checkpoint_delete")),
        ];
        ports.database.batch(statements).await?;
    }
    Ok(clear.is_some() || cut.is_some())
}

/// The last checkpoint within reach of `from` that is older than `before`: so is every record up to it.
async fn reach(ports: Ports<'_>, from: i64, before: Timestamp) -> Result<Option<i64>, Problem> {
    let select = Statement::new(sql!("ops/audit_reach")).bind(from).bind(from + REACH).bind(before);
    Ok(ports.database.run(select).await?.rows.first::<Place>()?.map(|place| place.seq))
}
