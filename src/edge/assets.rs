//! [`Assets`] on the binding of static assets.

use async_trait::async_trait;
use js_sys::Promise;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use worker::web_sys::Response;

use crate::edge::js::{binding, settle, words};
use crate::ports::{Assets, PortError};

#[wasm_bindgen]
extern "C" {
    type JsAssets;
    #[wasm_bindgen(method, catch)]
    fn fetch(this: &JsAssets, url: &str) -> Result<Promise, JsValue>;
}

/// The files behind `ASSETS`.
pub struct StaticAssets {
    env: JsValue,
}

impl StaticAssets {
    /// The binding is looked up when it is used.
    #[must_use]
    pub fn new(env: &JsValue) -> Self {
        Self { env: env.clone() }
    }
}

#[async_trait(?Send)]
impl Assets for StaticAssets {
    async fn read(&self, path: &str) -> Result<String, PortError> {
        let told = |thrown: JsValue| PortError::Unavailable(words(&thrown));
        let assets: JsAssets = binding(&self.env, "ASSETS").map_err(PortError::Unavailable)?;
        // The host of the URL is of no account: the binding asks nobody else.
        let response = settle(assets.fetch(&["https://assets", path].concat())).await.map_err(told)?;
        let response: Response =
            response.dyn_into().map_err(|_| PortError::Shape("assets gave no response".to_owned()))?;
        if response.status() != 200 {
            return Err(PortError::Unavailable(format!("{path}: status {}", response.status())));
        }
        let text = settle(response.text()).await.map_err(told)?;
        text.as_string().ok_or_else(|| PortError::Shape(format!("{path} is no text")))
    }
}
