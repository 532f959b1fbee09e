//! `gongkai import` of a library of laws into the demonstration county: documents a second as a whole process, and its memory; and the
//! same once more, which brings in nothing.

use std::{
    io::Read,
    path::Path,
    process::Stdio,
    time::{Duration, Instant},
};

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use crate::{
    figures::{Report, Row, ms},
    program::Program,
    settings::Settings,
};

/// Between two looks at the memory.
const PAUSE: Duration = Duration::from_millis(10);

/// What a run told, how long it took, and its memory in megabytes: the most in its first half and the most in all.
struct Run {
    told: Value,
    took: Duration,
    early: f64,
    most: f64,
}

/// The memory that a process holds now, in megabytes.
fn resident(process: u32) -> f64 {
    let status = std::fs::read_to_string(format!("/proc/{process}/status")).unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or_default();
    line.split_whitespace().next().and_then(|kb| kb.parse::<f64>().ok()).map_or(0.0, |kb| kb / 1024.0)
}

fn once(program: &Program, data: &Path, corpus: &Path) -> Result<Run> {
    let begun = Instant::now();
    let mut child = program
        .command(["import", "--organ", "QH000", "--json", "--data"])
        .arg(data)
        .arg(corpus)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .context("the program cannot be started")?;
    let mut output = child.stdout.take().context("no output of the program")?;
    // Read beside: a long answer must not fill the pipe while nobody listens.
    let reader = std::thread::spawn(move || {
        let mut text = String::new();
        output.read_to_string(&mut text).map(|_| text)
    });
    let mut looks: Vec<f64> = Vec::new();
    let status = loop {
        if let Some(status) = child.try_wait()? {
            break status;
        }
        looks.push(resident(child.id()));
        std::thread::sleep(PAUSE);
    };
    let took = begun.elapsed();
    let text = reader.join().map_err(|_| anyhow::anyhow!("the answer could not be read"))??;
    ensure!(status.success(), "gongkai import ended with {status}: {text}");
    let told = serde_json::from_str(&text).context("what gongkai import tells")?;
    let most = |looks: &[f64]| looks.iter().copied().fold(0.0, f64::max);
    Ok(Run { told, took, early: most(&looks[..looks.len().div_ceil(2)]), most: most(&looks) })
}

/// Where `CORPUS` names a library; else the report says that this was left out.
///
/// # Errors
/// When the library cannot be brought in.
pub(crate) fn measure(settings: &Settings, program: &Program, folder: &Path, report: &mut Report) -> Result<()> {
    let Some(corpus) = &settings.corpus else {
        report.note("import: left out; CORPUS=… names a folder of laws to bring in (bench/README.md)");
        return Ok(());
    };
    let data = folder.join("imports");
    program.run(&data, &["demo"])?;
    let first = once(program, &data, corpus)?;
    let count = |told: &Value, name: &str| told[name].as_u64().unwrap_or(0);
    let imported = count(&first.told, "imported");
    let failed = first.told["failed"].as_array().map_or(0, Vec::len);
    let rate = imported as f64 / first.took.as_secs_f64();
    let figure = format!("{imported} of {} files, whole process", count(&first.told, "found"));
    report.add(Row::new("import", figure, rate, "/s").at_least(100.0));
    let flat = Row::new("import", "memory at most, against its first half", first.most, "MB");
    report.add(flat.against("first half", first.early).at_most(250.0));
    report.note(format!(
        "import: {} documents want a look, {} files were there already, {failed} did not come in",
        count(&first.told, "doubtful"),
        count(&first.told, "skipped")
    ));
    let again = once(program, &data, corpus)?;
    ensure!(count(&again.told, "imported") == 0, "a second run brought in {}", again.told["imported"]);
    report.add(Row::new("import", "the same again, which brings in nothing", ms(again.took), "ms"));
    Ok(())
}
