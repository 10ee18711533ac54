//! The suite as a Worker.

use serde::Deserialize;
use wasm_bindgen::JsValue;
use worker::{Context, Env, Request, Response, Result, event};

use crate::checks::{self, Home};
use crate::edge::assets::StaticAssets;
use crate::edge::clock::PlatformClock;
use crate::edge::d1::{D1, Start};
use crate::edge::kv::Kv;
use crate::edge::objects::DurableObjects;
use crate::edge::random::PlatformRandom;
use crate::edge::signatures::WebCrypto;
use crate::edge::upstream::Internet;
use crate::edge::zones::Intl;
use crate::ports::{Database, ObjectClass, Objects, Statement};
use crate::program::{self, Step};
use crate::zones;

#[derive(Deserialize)]
struct Servers {
    server: String,
    nobody: String,
}

#[derive(Deserialize)]
struct Call {
    name: String,
    command: String,
}

/// Six doors: the suite, programs, one command to one object, one session with a bookmark, offsets of zones, and one that
/// panics.
#[event(fetch)]
async fn fetch(mut request: Request, env: Env, _context: Context) -> Result<Response> {
    crate::edge::panic::install();
    let env: JsValue = env.into();
    let body = request.text().await?;
    match request.path().as_str() {
        "/suite" => suite(&env, serde_json::from_str(&body)?).await,
        "/program" => programs(&env, serde_json::from_str(&body)?).await,
        "/object" => object(&env, serde_json::from_str(&body)?).await,
        "/session" => session(&env, &body).await,
        "/zones" => Response::from_json(&zones::offsets(&Intl, &serde_json::from_str(&body)?)),
        "/panic" => panic!("as asked"),
        _ => Response::error("no such door", 404),
    }
}

async fn suite(env: &JsValue, servers: Servers) -> Result<Response> {
    let database = D1::open(env, "DB", Start::Primary).map_err(|error| error.cause)?;
    let cache = Kv::open(env, "CACHE").map_err(|error| format!("{error:?}"))?;
    let (objects, assets) = (DurableObjects::new(env), StaticAssets::new(env));
    let random = PlatformRandom::ready()?;
    let findings = checks::all(&Home {
        database: &database,
        cache: &cache,
        objects: &objects,
        upstream: &Internet,
        assets: &assets,
        signatures: &WebCrypto,
        agreement: &WebCrypto,
        clock: &PlatformClock,
        random: &random,
        zones: &Intl,
        server: &servers.server,
        nobody: &servers.nobody,
    })
    .await;
    Response::from_json(&findings)
}

async fn programs(env: &JsValue, programs: Vec<Vec<Step>>) -> Result<Response> {
    let database = D1::open(env, "DB", Start::Primary).map_err(|error| error.cause)?;
    let mut told = Vec::with_capacity(programs.len());
    for steps in programs {
        told.push(program::run(&database, steps).await);
    }
    Response::from_json(&told)
}

async fn object(env: &JsValue, call: Call) -> Result<Response> {
    let reply = DurableObjects::new(env).call(ObjectClass::Admission, &call.name, call.command).await;
    Response::from_json(&reply.map_err(|error| format!("{error:?}")))
}

/// Runs one statement in a session that begins after the bookmark in the body; tells the next bookmark.
async fn session(env: &JsValue, bookmark: &str) -> Result<Response> {
    let start = if bookmark.is_empty() { Start::Anywhere } else { Start::After(bookmark) };
    let database = D1::open(env, "DB", start).map_err(|error| error.cause)?;
    let before = database.bookmark();
    let outcome = database.run(Statement::new("SELECT 1 AS one")).await.map_err(|error| error.cause)?;
    Response::from_json(&(before, outcome.rows.0, database.bookmark()))
}
