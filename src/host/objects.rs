//! [`Objects`] as a simulator: the same pure behaviour that the edge runs, over a map, in weather that a seed
//! decides. One command at a time, as an object's input gate has it.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use async_trait::async_trait;

use crate::host::SeededRandom;
use crate::kernel::object::{Behaviour, earlier};
use crate::kernel::time::Timestamp;
use crate::ports::{Clock, ObjectClass, Objects, PortError};

/// What an object has on its disk.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
struct Kept {
    state: Option<String>,
    wake_at: Option<Timestamp>,
}

/// Everything on the disks of all objects, at one moment.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Snapshot(BTreeMap<(ObjectClass, String), Kept>);

/// How badly the network and the clocks behave; chances in a thousand calls.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub struct Storm {
    /// The command does not arrive.
    pub refused: u64,
    /// The command is handled and its reply is lost.
    pub lost: u64,
    /// The object's clock is up to that many milliseconds before or after the caller's.
    pub skew_millis: u64,
}

/// All objects of a deployment.
pub struct HostObjects {
    clock: Rc<dyn Clock>,
    behaviours: BTreeMap<ObjectClass, Behaviour>,
    disks: RefCell<Snapshot>,
    weather: RefCell<Option<(SeededRandom, Storm)>>,
    elsewhere: Vec<(ObjectClass, Rc<dyn Objects>)>,
}

impl HostObjects {
    /// A deployment without classes yet.
    #[must_use]
    pub fn new(clock: Rc<dyn Clock>) -> Self {
        Self {
            clock,
            behaviours: BTreeMap::new(),
            disks: RefCell::default(),
            weather: RefCell::default(),
            elsewhere: Vec::new(),
        }
    }

    /// The same deployment with one more class.
    #[must_use]
    pub fn with(mut self, class: ObjectClass, behaviour: Behaviour) -> Self {
        self.behaviours.insert(class, behaviour);
        self
    }

    /// The same deployment with a class of objects that live elsewhere.
    #[must_use]
    pub fn with_elsewhere(mut self, class: ObjectClass, objects: Rc<dyn Objects>) -> Self {
        self.elsewhere.push((class, objects));
        self
    }

    /// From now on the weather is this storm, the same one for the same seed.
    pub fn storm(&self, seed: u64, storm: Storm) {
        *self.weather.borrow_mut() = Some((SeededRandom::new(seed), storm));
    }

    /// From now on every command arrives and every reply comes back.
    pub fn calm(&self) {
        *self.weather.borrow_mut() = None;
    }

    /// What is on the disks now. All that an eviction or a restart leaves.
    #[must_use]
    pub fn snapshot(&self) -> Snapshot {
        self.disks.borrow().clone()
    }

    /// Puts the disks back to a snapshot: another process over the same storage.
    pub fn restore(&self, snapshot: Snapshot) {
        *self.disks.borrow_mut() = snapshot;
    }

    /// The state of one object, as it is stored.
    #[must_use]
    pub fn state(&self, class: ObjectClass, name: &str) -> Option<String> {
        self.disks.borrow().0.get(&(class, name.to_owned())).and_then(|kept| kept.state.clone())
    }

    /// Every object that stores something: class, name, state.
    #[must_use]
    pub fn all(&self) -> Vec<(ObjectClass, String, String)> {
        let disks = self.disks.borrow();
        let kept = disks
            .0
            .iter()
            .filter_map(|((class, name), kept)| Some((*class, name.clone(), kept.state.clone()?)));
        kept.collect()
    }

    /// Rings every alarm that is due and tells how many rang.
    pub fn ring(&self) -> usize {
        let now = self.clock.now();
        let due: Vec<(ObjectClass, String)> = {
            let disks = self.disks.borrow();
            let due = disks.0.iter().filter(|(_, kept)| kept.wake_at.is_some_and(|at| at <= now));
            due.map(|(key, _)| key.clone()).collect()
        };
        for key in &due {
            self.wake(key, now);
        }
        due.len()
    }

    fn wake(&self, key: &(ObjectClass, String), now: Timestamp) {
        let Some(behaviour) = self.behaviours.get(&key.0) else {
            return;
        };
        let mut disks = self.disks.borrow_mut();
        let Some(kept) = disks.0.get_mut(key) else { return };
        match (behaviour.wake)(kept.state.as_deref(), now) {
            None => {
                disks.0.remove(key);
            }
            next => kept.wake_at = next,
        }
    }

    fn handle(
        &self,
        class: ObjectClass,
        name: &str,
        command: &str,
        now: Timestamp,
    ) -> Result<String, PortError> {
        let behaviour = self
            .behaviours
            .get(&class)
            .ok_or_else(|| PortError::Unavailable(format!("no objects of class {}", class.name())))?;
        let mut disks = self.disks.borrow_mut();
        let key = (class, name.to_owned());
        let state = disks.0.get(&key).and_then(|kept| kept.state.as_deref());
        let handled = (behaviour.handle)(state, command, now).map_err(PortError::Shape)?;
        if handled.store.is_some() || handled.wake_at.is_some() {
            let kept = disks.0.entry(key).or_default();
            kept.state = handled.store.or(kept.state.take());
            kept.wake_at = earlier(kept.wake_at, handled.wake_at);
        }
        Ok(handled.reply)
    }

    /// Whether the command is refused, whether its reply is lost, and how far off the object's clock is.
    fn draw(&self) -> (bool, bool, i64) {
        let weather = self.weather.borrow();
        let Some((random, storm)) = weather.as_ref() else {
            return (false, false, 0);
        };
        let refused = random.below(1000) < storm.refused;
        let lost = random.below(1000) < storm.lost;
        let span = i64::try_from(storm.skew_millis).unwrap_or(0);
        let skew = i64::try_from(random.below(storm.skew_millis.saturating_mul(2).saturating_add(1)))
            .unwrap_or(span);
        (refused, lost, skew - span)
    }
}

#[async_trait(?Send)]
impl Objects for HostObjects {
    async fn call(&self, class: ObjectClass, name: &str, command: String) -> Result<String, PortError> {
        let (refused, lost, skew) = self.draw();
        if refused {
            return Err(PortError::Unavailable("the command did not arrive".to_owned()));
        }
        let reply = match self.elsewhere.iter().find(|(there, _)| *there == class) {
            Some((_, objects)) => objects.call(class, name, command).await?,
            None => self.handle(class, name, &command, self.clock.now().plus_millis(skew))?,
        };
        if lost { Err(PortError::Unavailable("the reply was lost".to_owned())) } else { Ok(reply) }
    }
}
