//! What happens when something panics all the same: it is logged once, with its stack, and the instance is
//! replaced.
//!
//! `worker` installs a hook that logs the message and marks the instance as broken, so that its shim makes a
//! new one. `console_error_panic_hook` logs message and stack, which says more; chained, the two would log
//! every panic twice, and alone the better one would leave the broken instance in service.

use std::panic;
use std::sync::Once;

use js_sys::Reflect;
use wasm_bindgen::JsValue;

/// Installs the hook, once for each instance.
pub fn install() {
    static INSTALLED: Once = Once::new();
    INSTALLED.call_once(|| {
        panic::set_hook(Box::new(|info| {
            console_error_panic_hook::hook(info);
            let state = Reflect::get(&js_sys::global(), &JsValue::from_str("__worker_init_state"));
            if let Ok(state) = state {
                let _ = Reflect::set(&state, &JsValue::from_str("criticalError"), &JsValue::TRUE);
            }
        }));
    });
}
