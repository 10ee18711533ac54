//! [`Cache`] on Workers KV.

use std::time::Duration;

use async_trait::async_trait;
use js_sys::{Array, Object, Promise, Reflect};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;

use crate::edge::js::{binding, property, settle, words};
use crate::kernel::fault::refuse_cached;
use crate::ports::{Cache, PortError};

/// The shortest life that KV takes, in seconds.
const SHORTEST: u64 = 60;

/// For how long a place may go on with the value that it has seen, in seconds: the shortest that KV takes.
/// `oracle::cache::marks` counts on it.
const SEEN: f64 = 30.0;

thread_local! {
    /// The options of every reading.
    static READING: Object = {
        let options = Object::new();
        // Without it KV has its own default, which is longer.
        let _ = Reflect::set(&options, &JsValue::from_str("cacheTtl"), &JsValue::from_f64(SEEN));
        options
    };
}

#[wasm_bindgen]
extern "C" {
    type JsNamespace;
    #[wasm_bindgen(method, catch)]
    fn get(this: &JsNamespace, key: &str, options: &Object) -> Result<Promise, JsValue>;
    #[wasm_bindgen(method, catch)]
    fn put(this: &JsNamespace, key: &str, value: &str, options: &Object) -> Result<Promise, JsValue>;
    #[wasm_bindgen(method, catch)]
    fn delete(this: &JsNamespace, key: &str) -> Result<Promise, JsValue>;
    #[wasm_bindgen(method, catch)]
    fn list(this: &JsNamespace, options: &Object) -> Result<Promise, JsValue>;
}

/// A KV namespace.
pub struct Kv(JsNamespace);

impl Kv {
    /// The namespace bound under that name.
    pub fn open(env: &JsValue, name: &str) -> Result<Self, PortError> {
        binding(env, name).map(Self).map_err(PortError::Unavailable)
    }
}

#[async_trait(?Send)]
impl Cache for Kv {
    async fn get(&self, key: &str) -> Result<Option<String>, PortError> {
        refuse_cached(key, "")?;
        let value =
            settle(READING.with(|options| self.0.get(key, options))).await.map_err(|thrown| told(&thrown))?;
        Ok(value.as_string())
    }

    async fn put(&self, key: &str, value: &str, life: Duration) -> Result<(), PortError> {
        refuse_cached(key, value)?;
        #[allow(clippy::cast_precision_loss)] // Seconds of a life, far below 2^53.
        let seconds = life.as_secs().max(SHORTEST) as f64;
        let options = Object::new();
        Reflect::set(&options, &JsValue::from_str("expirationTtl"), &JsValue::from_f64(seconds))
            .map_err(|thrown| told(&thrown))?;
        settle(self.0.put(key, value, &options)).await.map_err(|thrown| told(&thrown))?;
        Ok(())
    }

    async fn delete(&self, key: &str) -> Result<(), PortError> {
        refuse_cached(key, "")?;
        settle(self.0.delete(key)).await.map_err(|thrown| told(&thrown))?;
        Ok(())
    }

    async fn list(&self, prefix: &str, limit: u32) -> Result<Vec<String>, PortError> {
        refuse_cached(prefix, "")?;
        let options = Object::new();
        for (name, value) in
            [("prefix", JsValue::from_str(prefix)), ("limit", JsValue::from_f64(limit.into()))]
        {
            Reflect::set(&options, &JsValue::from_str(name), &value).map_err(|thrown| told(&thrown))?;
        }
        let page = settle(self.0.list(&options)).await.map_err(|thrown| told(&thrown))?;
        let keys = Array::from(&property(&page, "keys"));
        Ok(keys.iter().filter_map(|key| property(&key, "name").as_string()).collect())
    }
}

fn told(thrown: &JsValue) -> PortError {
    PortError::Unavailable(words(thrown))
}
