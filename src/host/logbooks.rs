//! Logbooks as a simulator: the book that the edge runs, over SQLite in memory.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use async_trait::async_trait;

use crate::host::ObjectStorage;
use crate::ops::telemetry::book::Book;
use crate::ports::{Clock, ObjectClass, Objects, PortError};

/// One object: its storage and its alarm.
type Kept = (ObjectStorage, Option<i64>);

/// All logbooks of a deployment.
pub struct HostLogbooks {
    clock: Rc<dyn Clock>,
    days: i64,
    books: RefCell<BTreeMap<String, Kept>>,
}

impl HostLogbooks {
    /// Logbooks that keep lines for so many days.
    #[must_use]
    pub fn new(clock: Rc<dyn Clock>, days: i64) -> Self {
        Self { clock, days, books: RefCell::default() }
    }

    fn handle(&self, name: &str, command: &str) -> Result<String, String> {
        let mut books = self.books.borrow_mut();
        if !books.contains_key(name) {
            books.insert(name.to_owned(), (ObjectStorage::memory()?, None));
        }
        let (storage, alarm) = books.get_mut(name).ok_or("no book")?;
        let (reply, wake) =
            storage.turn(|| Book::open(storage, self.days)?.handle(command, self.clock.now()))??;
        *alarm = wake.or(*alarm);
        Ok(reply)
    }

    /// Rings every alarm that is due and tells how many rang.
    pub fn ring(&self) -> Result<usize, String> {
        let now = self.clock.now();
        let mut rang = 0;
        for (storage, alarm) in self.books.borrow_mut().values_mut() {
            if alarm.is_some_and(|at| at <= now.millis()) {
                *alarm = storage.turn(|| Book::open(storage, self.days)?.wake(now))??;
                rang += 1;
            }
        }
        Ok(rang)
    }

    /// All lines of all books, as often as they are stored.
    pub fn lines(&self) -> Result<Vec<String>, String> {
        use crate::ports::Value;
        use crate::sync::hub::log::Storage;
        let mut all = Vec::new();
        for (storage, _) in self.books.borrow().values() {
            for row in storage.run("SELECT lines FROM chunks ORDER BY place", &[])? {
                if let [Value::Text(lines)] = row.as_slice() {
                    all.extend(lines.lines().map(str::to_owned));
                }
            }
        }
        Ok(all)
    }
}

#[async_trait(?Send)]
impl Objects for HostLogbooks {
    async fn call(&self, _class: ObjectClass, name: &str, command: String) -> Result<String, PortError> {
        self.handle(name, &command).map_err(PortError::Unavailable)
    }
}
