//! Those who follow what the server changes without a socket: they read the spine, and wait at the door for more.
//!
//! Nothing of theirs is stored, and no log begins for them: their cursor is the `seq` of the spine itself.

use std::cell::{Cell, RefCell};
use std::future::poll_fn;
use std::pin::pin;
use std::task::{Poll, Waker};
use std::time::Duration;

use futures_util::future::select;

use crate::kernel::hub::{Followed, SpineEvent};
use crate::kernel::id::Id;
use crate::sync::door::{Door, Room, roster};
use crate::sync::hub::turn::System;

/// So many may wait at a time; of a person, who has a few tabs.
const MOST: usize = 32;

/// Rings when there may be something new.
#[derive(Default)]
pub(super) struct Bell {
    rung: Cell<u64>,
    waiting: Cell<usize>,
    wakers: RefCell<Vec<Waker>>,
}

impl Bell {
    /// Wakes everybody who waits.
    pub(super) fn ring(&self) {
        self.rung.set(self.rung.get().wrapping_add(1));
        self.wakers.take().into_iter().for_each(Waker::wake);
    }

    /// Comes back when it has rung since `since`.
    async fn after(&self, since: u64) {
        poll_fn(|task| {
            if self.rung.get() != since {
                return Poll::Ready(());
            }
            self.wakers.borrow_mut().push(task.waker().clone());
            Poll::Pending
        })
        .await;
    }
}

/// A place among those who wait, given back by leaving.
struct Place<'a>(&'a Bell);

impl<'a> Place<'a> {
    fn take(bell: &'a Bell) -> Option<Self> {
        let waiting = bell.waiting.get();
        (waiting < MOST).then(|| {
            bell.waiting.set(waiting + 1);
            Self(bell)
        })
    }
}

impl Drop for Place<'_> {
    fn drop(&mut self) {
        self.0.waiting.set(self.0.waiting.get().saturating_sub(1));
    }
}

impl Door {
    /// What the spine has after that `seq`, at once or as soon as there is something, within so many milliseconds.
    /// Without one: where the spine ends.
    pub(super) async fn follow(
        &self,
        room: Room<'_>,
        account: Id,
        after: Option<i64>,
        wait: u32,
    ) -> Result<Followed, String> {
        let Some(after) = after else {
            let cursor = roster::head(room.database, account).await?;
            return Ok(Followed { cursor, ..Followed::default() });
        };
        let Some(_place) = Place::take(&self.bell) else {
            return Ok(Followed { cursor: after, busy: true, ..Followed::default() });
        };
        let until = room.millis() + i64::from(wait);
        loop {
            let rung = self.bell.rung.get();
            let (events, more) = roster::after(room.database, account, after).await?;
            let left = u64::try_from(until - room.millis()).unwrap_or(0);
            if !events.is_empty() || left == 0 {
                let cursor = events.last().map_or(after, |event| event.seq);
                let event = |System { seq, id, body, .. }| SpineEvent { seq, id, body };
                let events = events.into_iter().map(event).collect();
                return Ok(Followed { events, cursor, more, busy: false });
            }
            select(pin!(self.bell.after(rung)), room.clock.sleep(Duration::from_millis(left))).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use futures::executor::block_on;
    use futures::future::join;

    use super::*;

    #[test]
    fn whoever_waits_is_woken_by_the_next_ring_and_by_no_former_one() {
        let bell = Bell::default();
        bell.ring();
        let since = bell.rung.get();
        let (mut first, mut second) = (Box::pin(bell.after(since)), Box::pin(bell.after(since)));
        let mut task = std::task::Context::from_waker(Waker::noop());
        assert!(first.as_mut().poll(&mut task).is_pending());
        assert!(second.as_mut().poll(&mut task).is_pending());
        bell.ring();
        block_on(join(first, second));
    }

    #[test]
    fn places_are_counted_and_given_back() {
        let bell = Bell::default();
        let places: Vec<_> = (0..MOST).map_while(|_| Place::take(&bell)).collect();
        assert_eq!((places.len(), Place::take(&bell).is_none()), (MOST, true));
        drop(places);
        assert_eq!((bell.waiting.get(), Place::take(&bell).is_some()), (0, true));
    }
}
