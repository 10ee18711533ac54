//! How much is used, from the sums of days.

use super::DAY;
use crate::contract::Operation;
use crate::contract::types::{Usage, UsageBy, UsageFigures};
use crate::kernel::problem::Problem;
use crate::ports::{Database, Statement};

/// Hours of a day.
const HOURS: i64 = 24;

/// What belongs to no room: work behind answers, the upkeep, requests that lead nowhere.
const HOUSE: &str = "house";

/// The sums of these days since 1970, both included.
///
/// # Errors
/// Those of the database.
pub async fn find(database: &dyn Database, (from, to): (i64, i64), by: UsageBy) -> Result<Usage, Problem> {
    let batch = if by == UsageBy::Engine {
        let of = |days: i64| {
            let statement = Statement::new(sql!("ops/usage_of_engines"));
            statement.bind(from * HOURS).bind((to + 1) * HOURS).bind(days)
        };
        vec![of(0), of(1)]
    } else {
        [sql!("ops/usage_by_name"), sql!("ops/usage_by_day")]
            .map(|text| Statement::new(text).bind(from).bind(to))
            .to_vec()
    };
    let outcomes = database.batch(batch).await?;
    let [items, days] = outcomes.as_slice() else {
        return Err(Problem::internal("two statements gave another count"));
    };
    let (mut items, days): (Vec<UsageFigures>, _) = (items.rows.read()?, days.rows.read()?);
    if by == UsageBy::Feature {
        items = by_room(items);
    }
    items.sort_unstable_by_key(|item| std::cmp::Reverse(item.calls));
    Ok(Usage { by, items, days })
}

/// The number of the day since 1970 that a moment is on.
#[must_use]
pub fn day(millis: i64) -> i64 {
    millis.div_euclid(DAY)
}

/// The room of an operation.
fn room(name: &str) -> &'static str {
    Operation::ALL.iter().find(|operation| operation.id() == name).map_or(HOUSE, |operation| operation.room())
}

fn by_room(items: Vec<UsageFigures>) -> Vec<UsageFigures> {
    let mut rooms: Vec<UsageFigures> = Vec::new();
    for item in items {
        let name = room(&item.name);
        match rooms.iter_mut().find(|sum| sum.name == name) {
            Some(sum) => add(sum, &item),
            None => rooms.push(UsageFigures { name: name.to_owned(), ..item }),
        }
    }
    rooms
}

fn add(sum: &mut UsageFigures, item: &UsageFigures) {
    sum.calls += item.calls;
    sum.time_ms = sum.time_ms.zip(item.time_ms).map(|(one, other)| one + other);
    for (sum, item) in [
        (&mut sum.errors, item.errors),
        (&mut sum.rows_read, item.rows_read),
        (&mut sum.rows_written, item.rows_written),
        (&mut sum.d1, item.d1),
        (&mut sum.kv, item.kv),
        (&mut sum.object, item.object),
        (&mut sum.upstream, item.upstream),
    ] {
        *sum = sum.zip(item).map(|(one, other)| one + other);
    }
}
