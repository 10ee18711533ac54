//! The object of a question that a remote engine is asked: the shell of every object, and nothing more.
#![allow(missing_docs, reason = "the macro on a class writes methods without any")]

use worker::{DurableObject, Env, Request, Response, Result, State, durable_object};

use super::object::{Shell, told};
use crate::kernel::object::Behaviour;
use crate::oracle::cache::flight;

/// The object of `oracle::cache::flight`.
#[durable_object(alarm)]
pub struct Flight {
    shell: Shell,
}

impl DurableObject for Flight {
    fn new(state: State, env: Env) -> Self {
        Self { shell: Shell::new(state, &env, Behaviour { handle: flight::handle, wake: flight::wake }) }
    }

    async fn fetch(&self, request: Request) -> Result<Response> {
        told(self.shell.command(request).await)
    }

    async fn alarm(&self) -> Result<Response> {
        self.shell.alarm().await
    }
}
