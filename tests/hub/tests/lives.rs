//! A hundred thousand lives of a hub beside the model, and every transition seen.
//!
//! `HUB_SEED=<seed>` plays one life, `HUB_LIVES=<number>` another number of them.
#![allow(clippy::disallowed_methods, reason = "a test is told by its environment what to repeat")]

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use witness_hub_suite::sync::hub::transition::Transition;
use witness_hub_suite::world::World;

const LIVES: u64 = 100_000;
const STEPS: usize = 60;

/// Plays one life; which transitions it took, and how many turns.
fn play(seed: u64) -> Result<(u128, u64), String> {
    let mut world = World::new(seed.wrapping_mul(0x2545_F491_4F6C_DD1D));
    world.traced = number("HUB_SEED").is_some();
    let told = |wrong| format!("HUB_SEED={seed}: {wrong}");
    for step in 0..STEPS {
        world.step().map_err(|wrong| told(format!("step {step}: {wrong}")))?;
    }
    world.end().map_err(|wrong| told(format!("at the end: {wrong}")))?;
    let seen = Transition::ALL.iter().filter(|transition| world.has(**transition));
    Ok((seen.fold(0, |seen, transition| seen | 1 << *transition as u32), world.turns))
}

fn number(name: &str) -> Option<u64> {
    std::env::var(name).ok().and_then(|text| text.parse().ok())
}

#[test]
fn whatever_happens_every_acknowledged_event_reaches_every_device_once_and_in_order() {
    if let Some(seed) = number("HUB_SEED") {
        play(seed).unwrap();
        return;
    }
    let lives = number("HUB_LIVES").unwrap_or(LIVES);
    let workers = std::thread::available_parallelism().map_or(1, |threads| threads.get() as u64);
    let (turns, wrong) = (AtomicU64::new(0), AtomicBool::new(false));
    let counts: Vec<AtomicU64> = Transition::ALL.iter().map(|_| AtomicU64::new(0)).collect();
    let faults: Vec<String> = std::thread::scope(|scope| {
        let work = |worker: u64| {
            let (turns, wrong, counts) = (&turns, &wrong, &counts);
            move || {
                for seed in (worker..lives).step_by(workers as usize) {
                    if wrong.load(Ordering::Relaxed) {
                        break;
                    }
                    match play(seed) {
                        Ok((seen, taken)) => {
                            turns.fetch_add(taken, Ordering::Relaxed);
                            for (at, count) in counts.iter().enumerate() {
                                count.fetch_add((seen >> at & 1) as u64, Ordering::Relaxed);
                            }
                        }
                        Err(fault) => {
                            wrong.store(true, Ordering::Relaxed);
                            return Some(fault);
                        }
                    }
                }
                None
            }
        };
        let threads: Vec<_> = (0..workers).map(|worker| scope.spawn(work(worker))).collect();
        threads.into_iter().filter_map(|thread| thread.join().unwrap()).collect()
    });
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    let mut unseen = Vec::new();
    for (transition, count) in Transition::ALL.iter().zip(&counts) {
        let count = count.load(Ordering::Relaxed);
        println!("{count:>8} lives  {transition:?}");
        if count == 0 {
            unseen.push(transition);
        }
    }
    let all = Transition::ALL.len();
    println!(
        "{lives} lives of {STEPS} steps and more, {} turns, {} of {all} transitions",
        turns.load(Ordering::Relaxed),
        all - unseen.len()
    );
    assert!(unseen.is_empty(), "never seen: {unseen:?}");
}
