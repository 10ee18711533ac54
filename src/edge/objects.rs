//! [`Objects`] on Durable Objects: a command is a POST whose body is its JSON.

use async_trait::async_trait;
use js_sys::Promise;
use wasm_bindgen::prelude::wasm_bindgen;
use wasm_bindgen::{JsCast, JsValue};
use worker::web_sys::{Request, RequestInit, Response};

use crate::edge::js::{binding, flag, settle, words};
use crate::edge::object::UNREADABLE;
use crate::kernel::object::Upgrade;
use crate::ports::{ObjectClass, Objects, PortError};

#[wasm_bindgen]
extern "C" {
    type JsObjects;
    #[wasm_bindgen(method, catch, js_name = getByName)]
    fn get_by_name(this: &JsObjects, name: &str) -> Result<JsStub, JsValue>;

    type JsStub;
    #[wasm_bindgen(method, catch)]
    fn fetch(this: &JsStub, url: &str, init: &RequestInit) -> Result<Promise, JsValue>;
    #[wasm_bindgen(method, catch, js_name = fetch)]
    fn fetch_as(this: &JsStub, url: &str, request: &Request) -> Result<Promise, JsValue>;
}

/// The Durable Objects that the Worker is bound to.
pub struct DurableObjects {
    env: JsValue,
}

impl DurableObjects {
    /// Every class is looked up under [`ObjectClass::binding`] when it is called.
    #[must_use]
    pub fn new(env: &JsValue) -> Self {
        Self { env: env.clone() }
    }

    /// Gives a request to the object that it is for, whose response is the answer as it is. Headers of a response that
    /// was fetched cannot be changed, and no page may read those of a handshake: so ours are not added.
    pub async fn hand_over(&self, upgrade: &Upgrade, request: &Request) -> Result<JsValue, PortError> {
        let stub = self.stub(upgrade.class, &upgrade.name)?;
        // The object is told its name, however the caller spelled it.
        let url = ["https://object/?name=", &upgrade.name].concat();
        settle(stub.fetch_as(&url, request)).await.map_err(|thrown| told(&thrown))
    }

    /// A stub that has thrown stays broken, hence a new one each time.
    fn stub(&self, class: ObjectClass, name: &str) -> Result<JsStub, PortError> {
        let objects: JsObjects = binding(&self.env, class.binding()).map_err(PortError::Unavailable)?;
        objects.get_by_name(name).map_err(|thrown| told(&thrown))
    }
}

#[async_trait(?Send)]
impl Objects for DurableObjects {
    /// An error leaves open whether the command was handled: repeat only what may be handled twice.
    async fn call(&self, class: ObjectClass, name: &str, command: String) -> Result<String, PortError> {
        let stub = self.stub(class, name)?;
        let init = RequestInit::new();
        init.set_method("POST");
        init.set_body(&JsValue::from_str(&command));
        let response = settle(stub.fetch("https://object/", &init)).await.map_err(|thrown| told(&thrown))?;
        let response: Response =
            response.dyn_into().map_err(|_| PortError::Shape("an object gave no response".to_owned()))?;
        let text = settle(response.text()).await.map_err(|thrown| told(&thrown))?;
        let text = text.as_string().unwrap_or_default();
        match response.status() {
            200 => Ok(text),
            UNREADABLE => Err(PortError::Shape(text)),
            _ => Err(PortError::Unavailable(text)),
        }
    }
}

/// The platform marks its own failures; the marks go into the log.
fn told(thrown: &JsValue) -> PortError {
    let mut cause = words(thrown);
    for mark in ["retryable", "overloaded", "durableObjectReset"] {
        if flag(thrown, mark) {
            cause = format!("{mark}: {cause}");
        }
    }
    PortError::Unavailable(cause)
}
