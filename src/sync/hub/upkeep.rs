//! Alarms: devices that do not keep up, entries whose time is over, and the spine when nobody pokes.

use crate::sync::hub::log::{Cut, Fault};
use crate::sync::hub::transition::Transition;
use crate::sync::hub::turn::{Down, Effect};
use crate::sync::hub::{Hub, Turn};
use crate::sync::relay::close::CloseCode;

/// In milliseconds.
pub(super) const MINUTE: i64 = 60_000;
const HOUR: i64 = 60 * MINUTE;
/// So long it is remembered that an account was deleted.
pub(super) const GONE: i64 = 24 * HOUR;

impl Hub {
    /// Asks for an alarm, if none is set that rings before.
    pub(super) fn wake_at(&mut self, at: i64, turn: &mut Turn<'_>) {
        if self.alarm.is_none_or(|set| at < set || set <= turn.now) {
            self.alarm = Some(at);
            turn.out.push(Effect::Alarm(at));
        }
    }

    /// The alarm rings, perhaps for nothing.
    pub(super) fn ring(&mut self, turn: &mut Turn<'_>) -> Result<(), Fault> {
        self.alarm = None;
        if self.state.gone {
            self.forget(turn);
            return Ok(());
        }
        self.hurry(turn);
        self.tidy(turn)?;
        if !self.conns.is_empty() {
            self.pull(turn);
        }
        self.next_alarm(turn)
    }

    fn forget(&mut self, turn: &mut Turn<'_>) {
        let at = self.state.at.min(turn.now) + GONE;
        if at > turn.now {
            self.wake_at(at, turn);
            return;
        }
        self.mark(Transition::Forgotten);
        turn.out.push(Effect::Forget);
        self.failed = true;
    }

    /// Tells devices that do not keep up, and cuts those that were told.
    fn hurry(&mut self, turn: &mut Turn<'_>) {
        let mut cut = Vec::new();
        for conn in &mut self.conns {
            let Some(since) = conn.owes else { continue };
            if since > turn.now {
                conn.block(turn.now);
            } else if turn.now - since >= self.limits.slow {
                if conn.told {
                    cut.push(conn.id);
                    continue;
                }
                self.taken.mark(Transition::SlowTold);
                (conn.told, conn.owes, conn.changed) = (true, Some(turn.now), true);
                turn.send(conn, Down::Slow);
            }
        }
        for conn in cut {
            self.mark(Transition::SlowCut);
            self.close(conn, CloseCode::TooSlow.into(), turn);
        }
    }

    /// Removes what retention takes and what has expired. The state is kept first: the removed entries no longer tell it.
    pub(super) fn tidy(&mut self, turn: &mut Turn<'_>) -> Result<(), Fault> {
        let (now, limits) = (turn.now, self.limits);
        let (oldest, expiry) = turn.log.ends()?;
        let many = self.state.offset - limits.keep;
        let most = self.state.offset - limits.most;
        let (old, young) = (now - limits.age, now - limits.young);
        let over = oldest.is_some_and(|at| at < old || (self.state.floor < many && at < young))
            || self.state.floor < most;
        let expired = expiry.is_some_and(|at| at < now - limits.skew);
        if !over && !expired {
            return Ok(());
        }
        let cut = Cut { old, many: (many, young), most, of: limits.removed };
        let to = if over { turn.log.cut(cut)? } else { None };
        self.state.floor = self.state.floor.max(to.unwrap_or(0));
        self.keep(turn)?;
        if let Some(to) = to {
            self.mark(Transition::Retained);
            turn.log.remove(to)?;
        }
        if expired {
            self.mark(Transition::ExpiredRemoved);
            turn.log.expire(now - limits.skew, limits.removed)?;
        }
        Ok(())
    }

    /// When there is something to do again. Not more often than is worth waking for.
    fn next_alarm(&mut self, turn: &mut Turn<'_>) -> Result<(), Fault> {
        let (now, limits) = (turn.now, self.limits);
        let (oldest, expiry) = turn.log.ends()?;
        let many = self.state.offset - self.state.floor > limits.keep;
        let life = if many { limits.young } else { limits.age };
        let mut next = [
            oldest.map(|at| (at + life + 1).max(now + HOUR)),
            expiry.map(|at| at.saturating_add(limits.skew + 1).max(now + MINUTE)),
            (!self.conns.is_empty()).then(|| now + limits.poll),
        ]
        .into_iter()
        .flatten()
        .min();
        for conn in &self.conns {
            let hurry = conn.owes.map(|since| since + limits.slow);
            next = [next, hurry].into_iter().flatten().min();
        }
        if let Some(at) = next {
            self.wake_at(at, turn);
        }
        Ok(())
    }

    /// What was under way in memory is lost: what was written and not sent is sent now.
    pub(super) fn woken(&mut self, turn: &mut Turn<'_>) -> Result<(), Fault> {
        if self.state.gone {
            self.close_all(CloseCode::AccountGone, turn);
            self.wake_at((self.state.at + GONE).max(turn.now + MINUTE), turn);
        }
        let stale = |hub: &Self| {
            let mut conns = hub.conns.iter();
            conns.find_map(|conn| {
                let ended = hub.state.ended.contains(&conn.device).then_some(CloseCode::DeviceGone);
                // The log is another one than that of the connection.
                let lost = (conn.sent > hub.state.offset).then_some(CloseCode::HubFailed);
                ended.or(lost).map(|close| (conn.id, close))
            })
        };
        while let Some((conn, close)) = stale(self) {
            self.mark(Transition::WokenStale);
            self.close(conn, close.into(), turn);
        }
        for at in 0..self.conns.len() {
            self.mark(Transition::Woken);
            self.pump(at, turn)?;
        }
        Ok(())
    }
}
