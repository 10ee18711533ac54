//! Runs programs on the host: reads a JSON list of programs (each a list of steps) from standard input and
//! writes the list of what they led to. Each program meets an empty database. With the argument `zones` it reads a
//! sample of zones and moments instead and writes their offsets.

#[cfg(not(target_arch = "wasm32"))]
fn main() -> Result<(), String> {
    use witness_ports_suite::host::{Sqlite, Tzdata};
    use witness_ports_suite::program::{self, Step};
    use witness_ports_suite::zones;

    let input = std::io::read_to_string(std::io::stdin()).map_err(|error| error.to_string())?;
    if std::env::args().nth(1).as_deref() == Some("zones") {
        let sample = serde_json::from_str(&input).map_err(|error| error.to_string())?;
        let text =
            serde_json::to_string(&zones::offsets(&Tzdata, &sample)).map_err(|error| error.to_string())?;
        println!("{text}");
        return Ok(());
    }
    let programs: Vec<Vec<Step>> = serde_json::from_str(&input).map_err(|error| error.to_string())?;
    let mut told = Vec::with_capacity(programs.len());
    for steps in programs {
        let database = Sqlite::memory().map_err(|error| error.cause)?;
        told.push(futures::executor::block_on(program::run(&database, steps)));
    }
    let text = serde_json::to_string(&told).map_err(|error| error.to_string())?;
    println!("{text}");
    Ok(())
}

#[cfg(target_arch = "wasm32")]
fn main() {}
