//! The way into the Worker: turns the platform's request into the house's, lets the gateway serve it, and sends
//! what comes back.

use std::rc::Rc;
use std::task::{self, Poll, Waker};

use js_sys::futures::future_to_promise;
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use worker::console_error;
use worker::worker_sys::Context as Lifetime;
use worker::worker_sys::web_sys::Request;

use super::clock::PlatformClock;
use super::glue;
use super::means::Means;
use super::random::PlatformRandom;
use super::request::Arrived;
use super::respond::respond;
use crate::context::Isolate;
use crate::gateway::afterwards::carry_out;
use crate::gateway::answer::Answer;
use crate::gateway::request::Incoming;
use crate::gateway::serve::{Served, serve};
use crate::kernel::id::Id;
use crate::kernel::problem::Problem;
use crate::ops::upkeep;
use crate::ports::{Clock, Random};

thread_local! {
    static ISOLATE: Rc<Isolate> = Rc::new(Isolate::default());
}

/// Serves one request: gives a `Response`, or a promise of one. `scripts/shim.mjs` makes it the Worker's `fetch`.
///
/// What waits for nothing is answered in this very turn. The waker of that first try does nothing, and needs to
/// do nothing: a future that was not ready is tried again by the promise, with a waker that works.
#[wasm_bindgen]
pub fn fetch(request: Request, env: JsValue, lifetime: Lifetime) -> JsValue {
    super::panic::install();
    let mut exchange = Box::pin(exchange(request, env, lifetime));
    match exchange.as_mut().poll(&mut task::Context::from_waker(Waker::noop())) {
        Poll::Ready(response) => response,
        Poll::Pending => future_to_promise(async move { Ok(exchange.await) }).into(),
    }
}

async fn exchange(request: Request, env: JsValue, lifetime: Lifetime) -> JsValue {
    PlatformClock::hold(&env);
    let config = match super::config::of(&env) {
        Ok(config) => config,
        Err(mistakes) => return failed("configuration", mistakes),
    };
    let mut arrived = match Arrived::new(request) {
        Ok(arrived) => arrived,
        Err(thrown) => return failed("request", &[thrown]),
    };
    let means = Means::new(&env, arrived.header("d1-bookmark"), arrived.method() == "GET");
    let isolate = ISOLATE.with(Rc::clone);
    let Served { answer, afterwards, log, .. } = serve(&mut arrived, means.ports(), config, &isolate).await;
    glue::log(&log);
    if !afterwards.is_empty() {
        worker::Context::new(lifetime).wait_until(async move {
            for failure in carry_out(means.ports(), config, &isolate, PlatformClock.now(), afterwards).await {
                console_error!("afterwards: {failure}");
            }
        });
    }
    respond(&answer)
}

/// What an operator has to mend; callers learn only that the service is not there.
fn failed(what: &'static str, causes: &[String]) -> JsValue {
    for cause in causes {
        console_error!("{what}: {cause}");
    }
    let mut random = [0; 10];
    PlatformRandom.fill(&mut random);
    let id = Id::new(PlatformClock.now(), random);
    let mut answer = Answer::problem(&Problem::internal(what), id);
    answer.headers.push(("x-request-id", id.to_string()));
    respond(&answer)
}

/// What the platform calls by the clock (`[triggers]` in wrangler.toml): pokes the sealer, lest a lost poke leave
/// records unsealed.
#[wasm_bindgen]
pub fn scheduled(_controller: JsValue, env: JsValue, _lifetime: JsValue) -> JsValue {
    super::panic::install();
    let poked = async move {
        if let Err(problem) = upkeep::poke(Means::new(&env, None, false).ports()).await {
            console_error!("the sealer was not poked: {}", problem.cause.unwrap_or_default());
        }
        Ok(JsValue::UNDEFINED)
    };
    future_to_promise(poked).into()
}
