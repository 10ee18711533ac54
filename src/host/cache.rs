//! [`Cache`] in memory, expiring against a clock that a test holds.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;
use std::time::Duration;

use async_trait::async_trait;

use crate::kernel::fault::refuse_cached;
use crate::kernel::time::Timestamp;
use crate::ports::{Cache, Clock, PortError};

/// The shortest life that Workers KV gives a value.
const SHORTEST: Duration = Duration::from_secs(60);

/// A cache that sees every write at once. (KV may take a minute: nothing may rely on more.)
pub struct Memory {
    clock: Rc<dyn Clock>,
    kept: RefCell<BTreeMap<String, (String, Timestamp)>>,
}

impl Memory {
    /// An empty cache on this clock.
    #[must_use]
    pub fn new(clock: Rc<dyn Clock>) -> Self {
        Self { clock, kept: RefCell::default() }
    }

    /// The keys of all values that have not expired, in order.
    #[must_use]
    pub fn keys(&self) -> Vec<String> {
        let now = self.clock.now();
        self.kept.borrow().iter().filter(|(_, (_, end))| *end > now).map(|(key, _)| key.clone()).collect()
    }

    /// Keys and values of all that has not expired: what somebody who reads the store sees.
    #[must_use]
    pub fn entries(&self) -> Vec<(String, String)> {
        let now = self.clock.now();
        let kept = self.kept.borrow();
        let good = kept.iter().filter(|(_, (_, end))| *end > now);
        good.map(|(key, (value, _))| (key.clone(), value.clone())).collect()
    }
}

#[async_trait(?Send)]
impl Cache for Memory {
    async fn get(&self, key: &str) -> Result<Option<String>, PortError> {
        refuse_cached(key, "")?;
        let now = self.clock.now();
        let mut kept = self.kept.borrow_mut();
        if kept.get(key).is_some_and(|(_, end)| *end <= now) {
            kept.remove(key);
        }
        Ok(kept.get(key).map(|(value, _)| value.clone()))
    }

    async fn put(&self, key: &str, value: &str, life: Duration) -> Result<(), PortError> {
        refuse_cached(key, value)?;
        let millis = i64::try_from(life.max(SHORTEST).as_millis()).unwrap_or(i64::MAX);
        let end = self.clock.now().plus_millis(millis);
        self.kept.borrow_mut().insert(key.to_owned(), (value.to_owned(), end));
        Ok(())
    }

    async fn delete(&self, key: &str) -> Result<(), PortError> {
        refuse_cached(key, "")?;
        self.kept.borrow_mut().remove(key);
        Ok(())
    }

    async fn list(&self, prefix: &str, limit: u32) -> Result<Vec<String>, PortError> {
        refuse_cached(prefix, "")?;
        let keys = self.keys().into_iter().filter(|key| key.starts_with(prefix));
        Ok(keys.take(usize::try_from(limit).unwrap_or(usize::MAX)).collect())
    }
}
