//! The few functions of `glue.js` by which a request comes in and its answer goes out.

use js_sys::{Array, Promise};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use worker::worker_sys::web_sys::Request;

#[wasm_bindgen(module = "/src/edge/glue.js")]
extern "C" {
    /// Method, address and headers in lines: the method, the address, then one for each of `names`, which is
    /// empty when the request has no such header and begins with `=` otherwise.
    #[wasm_bindgen(catch)]
    pub fn describe(request: &Request, names: &Array) -> Result<String, JsValue>;

    /// The platform's `Response`. `headers` are lines, a name and its value in turn. One of `text` and `bytes`
    /// may be given; without both there is no body. Throws for a status outside 200 to 599, and for a body
    /// with a status that has none.
    #[wasm_bindgen(catch)]
    pub fn respond(
        status: u16,
        headers: &str,
        text: Option<&str>,
        bytes: Option<&[u8]>,
    ) -> Result<JsValue, JsValue>;

    /// A body that is written while it is read.
    pub type Outflow;
    /// One of which nothing is written yet.
    #[wasm_bindgen(constructor, catch)]
    pub fn new() -> Result<Outflow, JsValue>;
    /// The platform's `Response` with this body; as [`respond`].
    #[wasm_bindgen(method, catch)]
    pub fn respond(this: &Outflow, status: u16, headers: &str) -> Result<JsValue, JsValue>;
    /// A promise that is kept when the text was read, and broken once nobody reads any more.
    #[wasm_bindgen(method, catch)]
    pub fn write(this: &Outflow, text: &str) -> Result<Promise, JsValue>;
    /// A promise that is kept when everything was read.
    #[wasm_bindgen(method, catch)]
    pub fn close(this: &Outflow) -> Result<Promise, JsValue>;

    /// A promise of the body as `Uint8Array`, or of `null` when it is longer than `limit` bytes. A body of
    /// `declared` length is taken at once; any other is read in pieces, and no further than the limit.
    #[wasm_bindgen(catch, js_name = readBody)]
    pub fn read_body(request: &Request, limit: u32, declared: bool) -> Result<Promise, JsValue>;
}

#[wasm_bindgen]
extern "C" {
    /// Writes a line to the log.
    #[wasm_bindgen(js_namespace = console)]
    pub fn log(line: &str);
}
