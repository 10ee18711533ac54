//! Files that are deployed with the code.

use super::{Check, Findings, equal, told};
use crate::ports::{Assets, PortError};

/// Runs these checks.
pub(super) async fn all(assets: &dyn Assets, findings: &mut Findings) {
    findings.add("an asset is read as it is", whole(assets)).await;
    findings.add("an asset that is not there is unavailable", missing(assets)).await;
}

async fn whole(assets: &dyn Assets) -> Check {
    let text = told("read", assets.read("/texts/some.txt").await)?;
    equal("the text", text.as_str(), "One line.\nAnd another: h\u{e9}llo, \u{4e7e}.\n")?;
    equal("again", assets.read("/texts/some.txt").await, Ok(text))
}

async fn missing(assets: &dyn Assets) -> Check {
    for path in ["/texts/none.txt", "/texts", "/"] {
        match assets.read(path).await {
            Err(PortError::Unavailable(_)) => {}
            other => return Err(format!("{path}: {other:?}")),
        }
    }
    Ok(())
}
