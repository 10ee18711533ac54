//! A judgement of all rules as it is written: how they stand, and of each that changed a row of its history, an audit
//! record and the mails about it.

use super::state::{Standing, step};
use super::values::{Look, value};
use super::{RULES, Rule, Stored, of};
use crate::config::Config;
use crate::contract::types::AlertState;
use crate::identity::data_keys;
use crate::identity::mail::{Draft as Mail, Letter};
use crate::kernel::audit::{Personal, Record, When};
use crate::kernel::id::Id;
use crate::kernel::problem::Problem;
use crate::kernel::time::Timestamp;
use crate::ports::{Ports, Statement};

/// Who does it, in records.
const HOUSE: &str = "house";

/// What is written of a judgement.
#[derive(Default)]
pub struct Judged {
    /// Statements of which each writes if the one before changed a row, and then changes one itself.
    pub batch: Vec<Statement>,
    /// What changed, a line each, for the log.
    pub lines: Vec<String>,
}

/// Whoever judges, with the means for it.
pub struct Judge<'a> {
    /// Randomness.
    pub ports: Ports<'a>,
    /// Whom to tell.
    pub config: &'a Config,
    /// Now.
    pub now: Timestamp,
}

fn state(firing: bool) -> AlertState {
    if firing { AlertState::Firing } else { AlertState::Ok }
}

impl Judge<'_> {
    /// Judges every rule.
    ///
    /// # Errors
    /// None but those of writing JSON.
    pub fn judge(&self, stored: &[Stored], look: &Look<'_>) -> Result<Judged, Problem> {
        let mut judged = Judged::default();
        let (mut rows, mut changes) = (Vec::new(), Vec::new());
        for rule in &RULES {
            let before = of(stored, rule);
            let standing = before.map_or_else(Standing::default, |before| Standing {
                firing: before.state == AlertState::Firing,
                streak: before.streak,
                told: before.told,
            });
            let silenced =
                before.and_then(|before| before.silenced_until).is_some_and(|until| until > self.now);
            // To a millionth, which is as people read it and finer than any bound.
            let found = value(rule, look).map(|value| (value * 1e6).round() / 1e6);
            let bounds = (rule.above, rule.below, rule.fires_after, rule.ends_after);
            let turn = step(standing, bounds, found, silenced);
            let Standing { firing, streak, told } = turn.standing;
            let mut change_id = before.and_then(|before| before.change_id.clone());
            let mut since = before.and_then(|before| before.since).map(Timestamp::millis);
            let shown = found.or_else(|| before.and_then(|before| before.value));
            if turn.changed {
                since = Some(look.end);
            }
            if turn.changed || turn.tell {
                let id = self.id();
                change_id = Some(id.to_string());
                self.change(rule, id, (firing, shown, look.end, turn.tell), &mut changes);
                let state = state(firing);
                judged.lines.push(format!("{}: {}, {}", rule.id, state.as_str(), shown.unwrap_or_default()));
            }
            rows.push((rule.id, state(firing).as_str(), streak, shown, since, change_id, u8::from(told)));
        }
        let judgement = Statement::new(sql!("ops/alerts_judged")).bind(look.end);
        judged.batch.push(judgement.bind(serde_json::to_string(&rows)?));
        judged.batch.append(&mut changes);
        Ok(judged)
    }

    /// A change: its row, its record, and the mails if somebody is told.
    fn change(
        &self,
        rule: &Rule,
        id: Id,
        (firing, value, end, tell): (bool, Option<f64>, i64, bool),
        batch: &mut Vec<Statement>,
    ) {
        let waits = tell && self.config.alerts.webhook.is_some();
        let row = Statement::new(sql!("ops/alert_changed"))
            .bind(id)
            .bind(rule.id)
            .bind(state(firing).as_str())
            .bind(value)
            .bind(end)
            .bind(if waits { "waiting" } else { "none" })
            .bind(waits.then_some(self.now));
        let record = Record {
            id: self.id(),
            at: self.now,
            kind: if firing { "alert.fired" } else { "alert.ended" },
            actor: HOUSE,
            subject_type: "alert",
            subject_id: rule.id,
            user_id: None,
            source: HOUSE,
            request_id: id,
            personal: &Personal::default().finish(),
        };
        batch.extend([row, record.statement(When::Changed)]);
        if !tell {
            return;
        }
        let runbook = rule.runbook();
        let letter = Letter::Alert {
            rule: rule.id,
            summary: rule.summary,
            firing,
            value: value.unwrap_or_default(),
            bound: if firing { rule.above } else { rule.below },
            at: Timestamp::from_millis(end).unwrap_or(self.now),
            runbook: &runbook,
        };
        for to in &self.config.alerts.mails {
            let mail = Mail::new(self.config, self.ports.random, self.id(), to, (&letter, ""));
            batch.push(mail.after_change_at(self.now, None));
        }
    }

    fn id(&self) -> Id {
        Id::new(self.now, data_keys::random(self.ports.random))
    }
}
