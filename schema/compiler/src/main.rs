//! `contract openapi <dir>` prints the OpenAPI document; `contract check <dir>` prints what is wrong.

use std::path::Path;
use std::process::ExitCode;

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (command, dir) = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [command @ ("openapi" | "check"), dir] => (command, dir),
        _ => {
            eprintln!("usage: contract openapi|check <folder of the contract>");
            return ExitCode::from(2);
        }
    };
    match witness_contract::compile(Path::new(dir)) {
        Ok(outputs) => {
            if command == "openapi" {
                print!("{}", outputs.openapi);
            }
            ExitCode::SUCCESS
        }
        Err(diagnostics) => {
            for diagnostic in &diagnostics {
                eprintln!("error: {diagnostic}");
            }
            eprintln!("{} error(s) in the contract", diagnostics.len());
            ExitCode::FAILURE
        }
    }
}
