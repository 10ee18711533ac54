//! Some lives of a hub beside the model, played in the house itself, where its lines are counted. All of them, and what
//! they have to meet, are in `tests/hub`.

use witness::{kernel, sync};

#[path = "hub/src/client.rs"]
#[allow(dead_code)]
mod client;
#[path = "hub/src/memory.rs"]
#[allow(dead_code)]
mod memory;
#[path = "hub/src/world.rs"]
#[allow(dead_code)]
mod world;

#[test]
fn a_few_lives_in_the_house_go_as_the_model_says() {
    for seed in 1..=400 {
        let mut world = world::World::new(seed);
        for step in 0..60 {
            world.step().unwrap_or_else(|wrong| panic!("seed {seed}, step {step}: {wrong}"));
        }
        world.end().unwrap_or_else(|wrong| panic!("seed {seed}, at the end: {wrong}"));
    }
}
