//! The house's home on Cloudflare's bindings.

#[path = "../../../src/edge/assets.rs"]
pub mod assets;
#[path = "../../../src/edge/clock.rs"]
pub mod clock;
#[path = "../../../src/edge/d1.rs"]
pub mod d1;
#[path = "../../../src/edge/js.rs"]
pub mod js;
#[path = "../../../src/edge/kv.rs"]
pub mod kv;
#[path = "../../../src/edge/object.rs"]
pub mod object;
#[path = "../../../src/edge/objects.rs"]
pub mod objects;
#[path = "../../../src/edge/panic.rs"]
pub mod panic;
#[path = "../../../src/edge/random.rs"]
pub mod random;
#[path = "../../../src/edge/signatures.rs"]
pub mod signatures;
#[path = "../../../src/edge/upstream.rs"]
pub mod upstream;
#[path = "../../../src/edge/zones.rs"]
pub mod zones;
