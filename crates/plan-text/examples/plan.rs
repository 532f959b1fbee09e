//! Reads a plan from standard input and prints what was understood: `cargo run --example plan < plan.txt`.

use std::{error::Error, io::Read};

use plan_text::{PlanReference, accounted, parse};

fn main() -> Result<(), Box<dyn Error>> {
    let mut source = String::new();
    std::io::stdin().read_to_string(&mut source)?;
    let plan = parse(&source, PlanReference { year: 2026 });
    println!("{}", serde_json::to_string_pretty(&plan)?);
    accounted(&source, &plan)?;
    Ok(())
}
