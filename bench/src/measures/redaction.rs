//! Words that `gongkai redact` takes out of files: whether anything of them can be got out of the results again, from the bytes, from
//! what is packed in them, and from what a reader finds (`bench/checks`, `gongkai-bench-planted`).

use std::{ffi::OsStr, path::Path};

use anyhow::Result;
use serde::Deserialize;

use crate::{
    figures::{Report, Row, Times},
    measures,
    program::Program,
};

const TOOL: &str = "gongkai-bench-planted";

/// A file with what is planted in it; see there.
#[derive(Debug, Deserialize)]
struct Planted {
    name: String,
    output: String,
    words: Vec<String>,
}

/// Writes files, has the words taken out of each, and looks for them before and after.
///
/// # Errors
/// When the files cannot be written or read.
pub(crate) fn measure(program: &Program, folder: &Path, report: &mut Report) -> Result<()> {
    let folder = folder.join("planted");
    let all: Vec<Planted> = measures::told(TOOL, &[OsStr::new("write"), folder.as_os_str()])?;
    let planted: usize = all.iter().map(|one| one.words.len()).sum();
    let (mut before, mut back, mut times) = (0, Vec::new(), Vec::new());
    for one in &all {
        before += found(&folder.join(&one.name), &one.words)?.len();
        let (time, refused) = measures::timed(|| taken(program, &folder, one))?;
        match refused {
            Some(why) => report.note(format!("cases: gongkai redact refuses {}: {why}", one.name)),
            None => {
                times.push(time);
                let words = found(&folder.join(&one.output), &one.words)?;
                back.extend(words.into_iter().map(|word| format!("{word} in {}", one.output)));
            }
        }
    }
    let times = Times::of(times);
    let figure = "planted strings found before they are taken out";
    report.add(Row::new("cases", figure, before as f64, "").at_least(planted as f64));
    let figure = format!("files of {} from which gongkai redact takes them", all.len());
    report.add(Row::new("cases", figure, times.count() as f64, "").at_least(all.len() as f64));
    let figure = format!("of {planted} planted strings, found again in the results");
    report.add(Row::new("cases", figure, back.len() as f64, "").at_most(0.0));
    report.add(Row::new("cases", "gongkai redact, whole process, the slowest file", times.longest(), "ms"));
    if !back.is_empty() {
        report.note(format!("cases: found again: {}", back.join(", ")));
    }
    Ok(())
}

/// Has the words taken out of a file; why not, where that is refused.
fn taken(program: &Program, folder: &Path, one: &Planted) -> Result<Option<String>> {
    let mut command = program.command(["redact"]);
    command.arg(folder.join(&one.name)).args(one.words.iter().flat_map(|word| ["--remove", word.as_str()]));
    let output = command.args(["--ground", "《条例》第十五条", "--output"]).arg(folder.join(&one.output)).output()?;
    let said = String::from_utf8_lossy(&output.stderr).trim().to_owned();
    Ok((!output.status.success()).then_some(said))
}

/// Those of the words that can be got out of a file.
fn found(file: &Path, words: &[String]) -> Result<Vec<String>> {
    let mut arguments = vec![OsStr::new("look"), file.as_os_str()];
    arguments.extend(words.iter().map(OsStr::new));
    measures::told(TOOL, &arguments)
}
