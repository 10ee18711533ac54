//! Objects of one class that share what isolates hand over: four, each with a number for its name.

use futures_util::future::join4;

use crate::ports::{ObjectClass, Objects, PortError};

/// How many there are. An isolate hands over to one of them alone.
pub const COUNT: u8 = 4;

/// The name of one.
#[must_use]
pub fn name(number: u8) -> String {
    (number % COUNT).to_string()
}

/// Tells all of them something, side by side; the replies are in the order of their numbers.
pub async fn ask(
    objects: &dyn Objects,
    class: ObjectClass,
    command: impl FnMut(u8) -> String,
) -> [Result<String, PortError>; COUNT as usize] {
    let numbers = [0, 1, 2, 3];
    let (names, commands) = (numbers.map(name), numbers.map(command));
    let [one, two, three, four] = &names;
    let [first, second, third, fourth] = commands;
    let (one, two, three, four) = join4(
        objects.call(class, one, first),
        objects.call(class, two, second),
        objects.call(class, three, third),
        objects.call(class, four, fourth),
    )
    .await;
    [one, two, three, four]
}
