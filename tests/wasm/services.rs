//! KV, Durable Objects and servers outside.

use std::time::Duration;

use serde_json::json;
use wasm_bindgen::JsValue;
use wasm_bindgen_test::wasm_bindgen_test;
use witness::edge::js::{binding, property};
use witness::edge::kv::Kv;
use witness::edge::lazy::{LazyCache, LazyDatabase};
use witness::edge::objects::DurableObjects;
use witness::edge::upstream::Internet;
use witness::ports::{
    Cache, Database, DatabaseFault, ObjectClass, Objects, PortError, Statement, Upstream, UpstreamRequest,
};

use crate::{js, seen};

#[wasm_bindgen_test]
async fn a_binding_that_is_missing_or_another_fails_the_call_and_not_the_module() {
    for env in [
        "({})",
        "({ DB: null, CACHE: 'text', ADMISSION: 7 })",
        "undefined",
        "({ DB: {}, CACHE: {}, ADMISSION: {} })",
    ] {
        let env = js(env);
        let database = LazyDatabase::new(&env, None, true);
        let error = database.run(Statement::new("SELECT 1")).await.unwrap_err();
        assert_eq!(error.fault, DatabaseFault::Unavailable, "{}", error.cause);
        assert_eq!(database.bookmark(), None);
        let cache = LazyCache::new(&env);
        assert!(matches!(cache.get("k").await, Err(PortError::Unavailable(_))));
        assert!(matches!(cache.put("k", "v", Duration::from_secs(60)).await, Err(PortError::Unavailable(_))));
        let objects = DurableObjects::new(&env);
        let reply = objects.call(ObjectClass::Admission, "a", "{}".to_owned()).await;
        assert!(matches!(reply, Err(PortError::Unavailable(_))));
    }
    assert_eq!(binding::<JsValue>(&js("({})"), "DB").unwrap_err(), "the binding DB is missing");
}

#[wasm_bindgen_test]
async fn a_cached_value_crosses_as_text_and_lives_a_minute_at_least() {
    let env = js("(() => { const log = []; return { log, CACHE: {
        get: async (k) => (log.push(['get', k]), { there: 'é', empty: '', other: 7, none: null }[k] ?? null),
        put: async (...a) => { log.push(['put', ...a]); if (a[0] === 'full') throw new Error('KV PUT failed: 429'); },
        delete: async (k) => { log.push(['delete', k]); },
    } }; })()");
    let cache = Kv::open(&env, "CACHE").unwrap();
    assert_eq!(cache.get("there").await, Ok(Some("é".to_owned())));
    assert_eq!(cache.get("empty").await, Ok(Some(String::new())));
    assert_eq!((cache.get("none").await, cache.get("other").await), (Ok(None), Ok(None)));
    cache.put("k", "{\"a\":1}", Duration::from_secs(1)).await.unwrap();
    cache.put("k", "v", Duration::from_secs(86_400)).await.unwrap();
    cache.delete("k").await.unwrap();
    assert_eq!(
        cache.put("full", "v", Duration::ZERO).await,
        Err(PortError::Unavailable("KV PUT failed: 429".to_owned()))
    );
    let log = seen(&property(&env, "log"));
    assert_eq!(log[4], json!(["put", "k", "{\"a\":1}", {"expirationTtl": 60}]));
    assert_eq!(log[5], json!(["put", "k", "v", {"expirationTtl": 86_400}]));
    assert_eq!(log[6], json!(["delete", "k"]));
}

#[wasm_bindgen_test]
async fn an_object_is_told_by_post_and_its_reply_is_text() {
    let env = js("(() => { const log = []; return { log, ADMISSION: { getByName: (name) => {
        log.push(name);
        if (name === 'broken') throw new Error('no such class');
        return { fetch: async (url, init) => {
            log.push([url, init.method, init.body]);
            if (name === 'reset') throw Object.assign(new Error('it was reset'), { durableObjectReset: true, retryable: true });
            if (name === 'odd') return { not: 'a response' };
            return new Response(`reply to ${init.body}`, { status: { unreadable: 422, failed: 500 }[name] ?? 200 });
        } };
    } } }; })()");
    let objects = DurableObjects::new(&env);
    let call = |name: &'static str| objects.call(ObjectClass::Admission, name, "{\"do\":\"é\"}".to_owned());
    let reply = "reply to {\"do\":\"é\"}".to_owned();
    assert_eq!(call("a").await, Ok(reply.clone()));
    assert_eq!(seen(&property(&env, "log")), json!(["a", ["https://object/", "POST", "{\"do\":\"é\"}"]]));
    assert_eq!(call("unreadable").await, Err(PortError::Shape(reply.clone())));
    assert_eq!(call("failed").await, Err(PortError::Unavailable(reply)));
    assert_eq!(call("broken").await, Err(PortError::Unavailable("no such class".to_owned())));
    assert!(matches!(call("odd").await, Err(PortError::Shape(_))));
    let Err(PortError::Unavailable(cause)) = call("reset").await else { panic!("a reset object answered") };
    assert!(
        cause.contains("durableObjectReset")
            && cause.contains("retryable")
            && cause.ends_with("it was reset"),
        "{cause}"
    );
}

fn request(url: &str) -> UpstreamRequest {
    UpstreamRequest {
        method: "POST",
        url: url.to_owned(),
        headers: vec![("x-sent".to_owned(), "yes".to_owned()), ("x-sent".to_owned(), "twice".to_owned())],
        body: Some(vec![0, 255, 10]),
        timeout: Duration::from_secs(5),
        max_bytes: 8,
    }
}

#[wasm_bindgen_test]
async fn bytes_and_headers_of_an_exchange_cross_unchanged() {
    js("globalThis.fetch = async (url, init) => {
        globalThis.asked = [url, init.method, init.redirect, [...new Headers(init.headers)], [...init.body]];
        if (url.endsWith('slow')) throw new DOMException('too slow', 'TimeoutError');
        if (url.endsWith('closed')) throw new TypeError('fetch failed', { cause: new Error('ECONNREFUSED') });
        if (url.endsWith('odd')) return 'a text';
        if (url.endsWith('none')) return new Response(null, { status: 204 });
        if (url.endsWith('long')) return new Response(new Uint8Array(9));
        return new Response(new Uint8Array([0, 255, 13, 10]), { status: 418, headers: { 'X-Kind': 'teapot' } });
    }");
    let answer = Internet.send(request("https://e.example/pot")).await.unwrap();
    assert_eq!((answer.status, answer.body.as_slice()), (418, [0, 255, 13, 10].as_slice()));
    assert_eq!(answer.headers, [("x-kind".to_owned(), "teapot".to_owned())]);
    let asked = seen(&js("globalThis.asked"));
    assert_eq!(
        asked,
        json!(["https://e.example/pot", "POST", "manual", [["x-sent", "yes, twice"]], [0, 255, 10]])
    );
    assert!(Internet.send(request("https://e.example/none")).await.unwrap().body.is_empty());
    let fault =
        async |path: &str| Internet.send(request(&format!("https://e.example/{path}"))).await.unwrap_err();
    assert_eq!(fault("slow").await, PortError::Timeout("too slow".to_owned()));
    assert_eq!(fault("closed").await, PortError::Unavailable("fetch failed".to_owned()));
    assert!(matches!(fault("odd").await, PortError::Shape(_)));
    assert!(matches!(fault("long").await, PortError::TooLarge(_)));
    let broken = UpstreamRequest {
        headers: vec![("a header".to_owned(), "\n".to_owned())],
        ..request("https://e.example/pot")
    };
    assert!(matches!(Internet.send(broken).await, Err(PortError::Unavailable(_))));
}
