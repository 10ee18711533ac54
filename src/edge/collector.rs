//! An object that isolates hand their counts to: the shell of every object, and nothing more.
#![allow(missing_docs, reason = "the macro on a class writes methods without any")]

use worker::{DurableObject, Env, Request, Response, Result, State, durable_object};

use super::object::{Shell, told};
use crate::kernel::object::Behaviour;
use crate::ops::metrics::collector;

/// The object of `ops::metrics::collector`. It keeps sums for good, and so it is never woken.
#[durable_object(fetch)]
pub struct Collector {
    shell: Shell,
}

impl DurableObject for Collector {
    fn new(state: State, env: Env) -> Self {
        let behaviour = Behaviour { handle: collector::handle, wake: collector::wake };
        Self { shell: Shell::new(state, &env, behaviour) }
    }

    async fn fetch(&self, request: Request) -> Result<Response> {
        told(self.shell.command(request).await)
    }
}
