//! The platform's randomness, fit for keys.

use std::cell::RefCell;
use std::rc::Rc;

use worker::console_error;

use crate::kernel::pool::Pool;
use crate::ports::Random;

thread_local! {
    static KEPT: RefCell<Option<PlatformRandom>> = const { RefCell::new(None) };
}

/// `crypto.getRandomValues`, through the isolate's store of such bytes. Whoever has one can always draw from it
/// ([`Pool`]), so that no request ends by a panic for want of randomness.
#[derive(Clone)]
pub struct PlatformRandom(Rc<RefCell<Pool>>);

impl PlatformRandom {
    /// The isolate's store. `Err` says that the platform gives nothing: it refuses while the module starts, and has
    /// no other reason. Without randomness no token may be made, and nothing is served.
    pub fn ready() -> Result<Self, String> {
        KEPT.with(|kept| {
            let mut kept = kept.borrow_mut();
            if let Some(random) = &*kept {
                return Ok(random.clone());
            }
            let pool = Pool::new(&platform).ok_or("the platform gives no random bytes")?;
            let random = Self(Rc::new(RefCell::new(pool)));
            *kept = Some(random.clone());
            Ok(random)
        })
    }
}

impl Random for PlatformRandom {
    fn fill(&self, buffer: &mut [u8]) {
        self.0.borrow_mut().give(buffer, &platform);
    }
}

fn platform(buffer: &mut [u8]) -> bool {
    let filled = getrandom::fill(buffer);
    if let Err(error) = filled {
        console_error!("random bytes: {error}");
    }
    filled.is_ok()
}
