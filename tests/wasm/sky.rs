//! The sky of the Wasm home against that of the native one.

use wasm_bindgen_test::wasm_bindgen_test;

#[path = "../../sky/tests/bits/mod.rs"]
mod bits;

#[wasm_bindgen_test]
fn the_sky_has_the_same_bits_in_wasm() {
    assert_eq!(bits::told(), bits::TOLD);
}
