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
use super::js::property;
use super::means::Means;
use super::objects::DurableObjects;
use super::random::PlatformRandom;
use super::request::Arrived;
use super::respond::{pour, respond};
use crate::context::Isolate;
use crate::gateway::afterwards::carry_out;
use crate::gateway::last::unserved;
use crate::gateway::request::Incoming;
use crate::gateway::serve::{Served, serve};
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
    let mut arrived = match Arrived::new(request) {
        Ok(arrived) => arrived,
        Err(thrown) => return failed(&env, None, "request", &[thrown]),
    };
    let config = match super::config::of(&env) {
        Ok(config) => config,
        Err(mistakes) => return failed(&env, Some(&arrived), "configuration", mistakes),
    };
    let means = match Means::new(&env, arrived.header("d1-bookmark"), arrived.method() == "GET") {
        Ok(means) => Rc::new(means),
        Err(words) => return failed(&env, Some(&arrived), "means", &[words]),
    };
    let isolate = ISOLATE.with(Rc::clone);
    let Served { mut answer, afterwards, log, request_id, .. } =
        serve(&mut arrived, means.ports(), config, &isolate).await;
    if !log.is_empty() {
        glue::log(&log);
    }
    let lifetime = worker::Context::new(lifetime);
    if !afterwards.is_empty() {
        let means = Rc::clone(&means);
        lifetime.wait_until(async move {
            for failure in carry_out(means.ports(), config, &isolate, PlatformClock.now(), afterwards).await {
                console_error!("afterwards: {failure}");
            }
        });
    }
    if let Some(follow) = answer.stream.take() {
        return pour(&answer, follow, means, &lifetime);
    }
    let Some(upgrade) = &answer.upgrade else { return respond(&answer) };
    match DurableObjects::new(&env).hand_over(upgrade, &arrived.into_request()).await {
        Ok(response) => response,
        Err(error) => {
            let (answer, cause) = answer.unreached(error, request_id);
            console_error!("upgrade {request_id}: {cause}");
            respond(&answer)
        }
    }
}

/// What an operator has to mend; callers learn only that the service is not there.
fn failed(env: &JsValue, arrived: Option<&Arrived>, what: &str, causes: &[String]) -> JsValue {
    for cause in causes {
        console_error!("{what}: {cause}");
    }
    // Without randomness the id is that of the moment; nothing is protected by it.
    let mut random = [1; 34];
    if let Ok(source) = PlatformRandom::ready() {
        source.fill(&mut random);
    }
    let traceparent = arrived.and_then(|arrived| arrived.header("traceparent"));
    let production = property(env, "ENVIRONMENT").as_string().is_some_and(|name| name.trim() == "production");
    respond(&unserved(PlatformClock.now(), &random, traceparent.as_deref(), production))
}

/// What the platform calls by the clock (`[triggers]` in wrangler.toml): pokes the sealer, lest a lost poke leave
/// records unsealed.
#[wasm_bindgen]
pub fn scheduled(_controller: JsValue, env: JsValue, _lifetime: JsValue) -> JsValue {
    super::panic::install();
    let poked = async move {
        let poked = match Means::new(&env, None, false) {
            Ok(means) => upkeep::poke(means.ports())
                .await
                .map_err(|problem| problem.particulars().cause.unwrap_or_default()),
            Err(words) => Err(words),
        };
        if let Err(words) = poked {
            console_error!("the sealer was not poked: {words}");
        }
        Ok(JsValue::UNDEFINED)
    };
    future_to_promise(poked).into()
}
