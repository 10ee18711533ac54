//! Objects, with the suite's counter behind them.

use futures::future::join_all;

use super::{Check, Findings, equal, told};
use crate::ports::{ObjectClass, Objects, PortError};

/// Runs these checks.
pub(super) async fn all(objects: &dyn Objects, findings: &mut Findings) {
    findings.add("an object keeps its state between commands", keeps(objects)).await;
    findings.add("objects of different names share nothing", apart(objects)).await;
    findings.add("commands that come at once are handled one by one", serial(objects)).await;
    findings.add("a command that cannot be read changes nothing", unreadable(objects)).await;
    findings.add("texts pass through an object unharmed", texts(objects)).await;
}

async fn tell(objects: &dyn Objects, name: &str, command: &str) -> Result<i64, String> {
    let reply = told("call", objects.call(ObjectClass::Admission, name, command.to_owned()).await)?;
    told("reply", reply.parse())
}

const READ: &str = r#"{"do":"read"}"#;
const ONE: &str = r#"{"do":"add","n":1}"#;

async fn keeps(objects: &dyn Objects) -> Check {
    let before = tell(objects, "keeps", READ).await?;
    equal("add", tell(objects, "keeps", r#"{"do":"add","n":41}"#).await?, before + 41)?;
    equal("add", tell(objects, "keeps", ONE).await?, before + 42)?;
    equal("read", tell(objects, "keeps", READ).await?, before + 42)
}

async fn apart(objects: &dyn Objects) -> Check {
    let before = tell(objects, "apart:a", READ).await?;
    tell(objects, "apart:b", ONE).await?;
    equal("the other", tell(objects, "apart:a", READ).await?, before)
}

async fn serial(objects: &dyn Objects) -> Check {
    let before = tell(objects, "serial", READ).await?;
    let mut counts = join_all((0..24).map(|_| tell(objects, "serial", ONE)))
        .await
        .into_iter()
        .collect::<Result<Vec<_>, _>>()?;
    counts.sort_unstable();
    equal("each count once", counts, (before + 1..=before + 24).collect::<Vec<_>>())
}

async fn unreadable(objects: &dyn Objects) -> Check {
    let before = tell(objects, "unreadable", ONE).await?;
    for command in ["", "{", r#"{"do":"nothing"}"#, r#"{"do":"add"}"#] {
        let reply = objects.call(ObjectClass::Admission, "unreadable", command.to_owned()).await;
        equal(command, matches!(reply, Err(PortError::Shape(_))), true)?;
    }
    equal("after", tell(objects, "unreadable", READ).await?, before)
}

async fn texts(objects: &dyn Objects) -> Check {
    let name = "n\u{e4}me/🦉 ?#%";
    let before = tell(objects, name, READ).await?;
    let command = format!(r#"{{"do":"add","n":1,"note":"{}🦉\u0000"}}"#, "é".repeat(50_000));
    equal("a large command", tell(objects, name, &command).await?, before + 1)
}
