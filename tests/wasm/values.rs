//! Values of any kind, the clock, randomness and settings.

use js_sys::{JSON, Reflect};
use wasm_bindgen::JsValue;
use wasm_bindgen_test::wasm_bindgen_test;
use witness::edge::clock::PlatformClock;
use witness::edge::config;
use witness::edge::js::{flag, property, settle, words};
use witness::edge::random::PlatformRandom;
use witness::ports::{Clock, Random};

use crate::js;

#[wasm_bindgen_test]
fn whatever_is_thrown_has_words() {
    for (thrown, told) in [
        ("'a text'", "a text"),
        ("new Error('a message')", "a message"),
        ("({ message: 'like an error' })", "like an error"),
        ("({ message: 7 })", "something without words was thrown"),
        ("undefined", "something without words was thrown"),
        ("null", "something without words was thrown"),
        ("1n", "something without words was thrown"),
        ("Symbol('s')", "something without words was thrown"),
        ("({ get message() { throw new Error('no') } })", "something without words was thrown"),
        ("new Proxy({}, { get() { throw 1 } })", "something without words was thrown"),
    ] {
        assert_eq!(words(&js(thrown)), told, "{thrown}");
    }
}

#[wasm_bindgen_test]
fn properties_of_anything_can_be_asked_for() {
    for value in ["undefined", "null", "7", "'text'", "Symbol()", "new Proxy({}, { get() { throw 1 } })"] {
        assert!(property(&js(value), "nothing").is_undefined(), "{value}");
        assert!(!flag(&js(value), "nothing"), "{value}");
    }
    let object = js("({ yes: true, one: 1, no: 0, empty: '', text: 'false' })");
    let flags = ["yes", "one", "no", "empty", "text"].map(|name| flag(&object, name));
    assert_eq!(flags, [true, true, false, false, true]);
}

#[wasm_bindgen_test]
async fn a_promise_is_waited_for_and_what_a_call_throws_is_an_error() {
    let promise = js_sys::Promise::from(js("Promise.resolve(5)"));
    assert_eq!(settle(Ok(promise)).await.unwrap().as_f64(), Some(5.0));
    let rejected = js_sys::Promise::from(js("Promise.reject(new Error('no'))"));
    assert_eq!(words(&settle(Ok(rejected)).await.unwrap_err()), "no");
    assert_eq!(words(&settle(Err(JsValue::from_str("thrown"))).await.unwrap_err()), "thrown");
}

#[wasm_bindgen_test]
fn the_clock_shows_whole_milliseconds_of_this_age() {
    let before = js_sys::Date::now();
    let now = PlatformClock.now().millis() as f64;
    assert!(before.floor() <= now && now <= js_sys::Date::now());
    assert!(PlatformClock.now().to_string().ends_with('Z'));
    assert!((1_700_000_000_000.0..253_402_300_800_000.0).contains(&now));
}

#[wasm_bindgen_test]
fn randomness_fills_buffers_of_every_length_and_differs() {
    let random = PlatformRandom::ready().unwrap();
    for length in [0, 1, 10, 34, 65_536, 65_537, 200_000] {
        let (mut one, mut other) = (vec![0; length], vec![0; length]);
        random.fill(&mut one);
        PlatformRandom::ready().unwrap().fill(&mut other);
        assert_eq!(one.len(), length);
        if length >= 10 {
            assert_ne!(one, other);
            assert!(
                one[length - 10..].iter().any(|byte| *byte != 0),
                "the end of {length} bytes stayed empty"
            );
        }
    }
}

#[wasm_bindgen_test]
fn settings_are_texts_and_anything_else_is_missing() {
    let secret = |byte: &str| byte.repeat(43);
    let env = js(&format!(
        "({{ JWT_SECRET: '{}', CURSOR_SECRET: '{}', VAULT_KEY: '{}', LIMIT_SCALE: '7' }})",
        secret("A"),
        secret("E"),
        secret("I")
    ));
    assert_eq!(config::read(&env).unwrap().limit_scale, 7);
    Reflect::set(&env, &"JWT_SECRET".into(), &JSON::parse("{\"a\":1}").unwrap()).unwrap();
    let mistakes = config::read(&env).unwrap_err();
    assert!(mistakes.len() == 1 && mistakes[0].contains("JWT_SECRET"), "{mistakes:?}");
    assert_eq!(config::read(&JsValue::UNDEFINED).unwrap_err().len(), 3);
}
