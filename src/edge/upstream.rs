//! [`Upstream`] on `fetch`.

use async_trait::async_trait;
use js_sys::{Promise, Reflect, Uint8Array};
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use worker::web_sys::{AbortSignal, Headers, RequestInit, RequestRedirect, Response};

use crate::edge::js::{flag, property, settle, words};
use crate::ports::{PortError, Upstream, UpstreamRequest, UpstreamResponse};

#[wasm_bindgen]
extern "C" {
    #[wasm_bindgen(catch)]
    fn fetch(url: &str, init: &RequestInit) -> Result<Promise, JsValue>;

    type JsStream;
    #[wasm_bindgen(method, catch, js_name = getReader)]
    fn get_reader(this: &JsStream) -> Result<JsReader, JsValue>;

    type JsReader;
    #[wasm_bindgen(method, catch)]
    fn read(this: &JsReader) -> Result<Promise, JsValue>;
    #[wasm_bindgen(method, catch)]
    fn cancel(this: &JsReader) -> Result<Promise, JsValue>;
}

/// Servers on the internet.
#[derive(Debug, Clone, Copy, Default)]
pub struct Internet;

#[async_trait(?Send)]
impl Upstream for Internet {
    async fn send(&self, request: UpstreamRequest) -> Result<UpstreamResponse, PortError> {
        let init = init(&request).map_err(|thrown| told(&thrown))?;
        let response = settle(fetch(&request.url, &init)).await.map_err(|thrown| told(&thrown))?;
        let response: Response =
            response.dyn_into().map_err(|_| PortError::Shape("fetch gave no response".to_owned()))?;
        let body = match response.body() {
            Some(stream) => read(JsValue::from(stream).unchecked_into(), request.max_bytes).await?,
            None => Vec::new(),
        };
        Ok(UpstreamResponse { status: response.status(), headers: headers(&response), body })
    }
}

fn init(request: &UpstreamRequest) -> Result<RequestInit, JsValue> {
    let init = RequestInit::new();
    init.set_method(request.method);
    // The answer itself, 3xx included: where a server may send us is not its choice.
    init.set_redirect(RequestRedirect::Manual);
    let headers = Headers::new()?;
    for (name, value) in &request.headers {
        headers.append(name, value)?;
    }
    init.set_headers(&headers);
    if let Some(body) = &request.body {
        init.set_body(&Uint8Array::from(body.as_slice()));
    }
    let millis = u32::try_from(request.timeout.as_millis()).unwrap_or(u32::MAX);
    // The signal ends the reading of the body too.
    init.set_signal(Some(&AbortSignal::timeout_with_u32(millis)));
    Ok(init)
}

fn headers(response: &Response) -> Vec<(String, String)> {
    let mut headers = Vec::new();
    let entries = response.headers().entries();
    while let Ok(step) = entries.next() {
        if flag(&step, "done") {
            break;
        }
        let pair = property(&step, "value");
        let part = |index| Reflect::get_u32(&pair, index).ok().and_then(|value| value.as_string());
        if let (Some(name), Some(value)) = (part(0), part(1)) {
            headers.push((name, value));
        }
    }
    headers
}

/// Reads a body as long as it stays within `max_bytes`.
async fn read(stream: JsStream, max_bytes: usize) -> Result<Vec<u8>, PortError> {
    let reader = stream.get_reader().map_err(|thrown| told(&thrown))?;
    let mut body = Vec::new();
    loop {
        let step = settle(reader.read()).await.map_err(|thrown| told(&thrown))?;
        if flag(&step, "done") {
            return Ok(body);
        }
        let chunk: Uint8Array = property(&step, "value")
            .dyn_into()
            .map_err(|_| PortError::Shape("a body that is not bytes".to_owned()))?;
        if body.len().saturating_add(usize::try_from(chunk.length()).unwrap_or(usize::MAX)) > max_bytes {
            // Whether the rest can be called off is the server's affair.
            let _ = settle(reader.cancel()).await;
            return Err(PortError::TooLarge(format!("an answer of more than {max_bytes} bytes")));
        }
        body.extend_from_slice(&chunk.to_vec());
    }
}

fn told(thrown: &JsValue) -> PortError {
    let cause = words(thrown);
    match property(thrown, "name").as_string().as_deref() {
        Some("TimeoutError") => PortError::Timeout(cause),
        _ => PortError::Unavailable(cause),
    }
}
