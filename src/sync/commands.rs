//! Asking a person's hub.

use std::time::Duration;

use futures_util::future::{Either, select};

use crate::kernel::hub::Command;
use crate::ports::{ObjectClass, PortError, Ports};

/// Hands a command to the hub of its account and gives the reply, if it comes within that time.
///
/// # Errors
/// Where the hub is not there, does not answer in time, or could not do what it was asked: the database may be gone.
pub(super) async fn ask(
    ports: Ports<'_>,
    command: &Command,
    patience: Duration,
) -> Result<String, PortError> {
    let name = command.account().to_string();
    let asking = ports.objects.call(ObjectClass::Hub, &name, command.text());
    let reply = match select(asking, ports.clock.sleep(patience)).await {
        Either::Left((reply, _)) => reply,
        Either::Right(_) => Err(PortError::Timeout("a hub".to_owned())),
    };
    reply.map_err(|error| match error {
        PortError::Shape(cause) => PortError::Unavailable(cause),
        error => error,
    })
}
