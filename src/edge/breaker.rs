//! The object of a remote engine's breaker: the shell of every object, and nothing more.
#![allow(missing_docs, reason = "the macro on a class writes methods without any")]

use worker::{DurableObject, Env, Request, Response, Result, State, durable_object};

use super::object::{Shell, told};
use crate::kernel::object::Behaviour;
use crate::oracle::breaker;

/// The object of `oracle::breaker`.
#[durable_object(alarm)]
pub struct Breaker {
    shell: Shell,
}

impl DurableObject for Breaker {
    fn new(state: State, env: Env) -> Self {
        Self { shell: Shell::new(state, &env, Behaviour { handle: breaker::handle, wake: breaker::wake }) }
    }

    async fn fetch(&self, request: Request) -> Result<Response> {
        told(self.shell.command(request).await)
    }

    async fn alarm(&self) -> Result<Response> {
        self.shell.alarm().await
    }
}
