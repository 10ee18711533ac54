//! The logs of people's devices for backups.

use std::time::Duration;

use crate::context::Context;
use crate::contract::types::{ExportHubLogInput, HubLog, HubLogKept, ImportHubLogInput};
use crate::identity::admin;
use crate::kernel::hub::{Command, Copied, Imported, Page};
use crate::kernel::json;
use crate::kernel::problem::{Code, Problem};
use crate::sync::commands::ask;

/// A hub may take so long for a page.
const PATIENCE: Duration = Duration::from_secs(10);

/// A page of the log as it is stored.
pub async fn export_hub_log(cx: &Context<'_>, input: ExportHubLogInput) -> Result<HubLog, Problem> {
    let command = Command::Export { account: input.path.user_id, after: input.query.after };
    let reply = ask(cx.ports, &command, PATIENCE).await?;
    let Copied { epoch, state, entries, next } = json::read(&reply)?;
    Ok(HubLog { epoch, state, entries, next })
}

/// Keeps a page, where no log has begun.
pub async fn import_hub_log(cx: &Context<'_>, input: ImportHubLogInput) -> Result<HubLogKept, Problem> {
    let account = input.path.user_id;
    // Nothing is kept for who is gone.
    admin::find(cx, account).await?;
    let page = Page { after: input.body.after, entries: input.body.entries, state: input.body.state };
    let reply = ask(cx.ports, &Command::Import { account, page }, PATIENCE).await?;
    match json::read(&reply)? {
        Imported::Kept { last, begun } => Ok(HubLogKept { last, begun }),
        Imported::Begun => Err(Problem::new(Code::Conflict).detail("A log has begun there.")),
        Imported::Early { last } => {
            let detail = format!("Pages are missing: it goes on after {last}.");
            Err(Problem::new(Code::Conflict).detail(detail))
        }
        Imported::Refused(why) => Err(Problem::new(Code::InvalidRequest).detail(why)),
    }
}
