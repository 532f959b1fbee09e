//! The child's side of reading: it limits itself, reads the file from standard input, answers on standard output.
//!
//! Memory, processor time, output files and core dumps are limited, files and network shut off, before it reads a byte.

use std::ffi::OsString;
use std::io::{Read, Write};
use std::process::ExitCode;

use documents::wire::{Answer, Request, Told, Work};
use documents::{Code, Extracted, Limits, Rejected, Removal};
use rustix::process::{Resource, Rlimit, setrlimit};
use serde::Serialize;

use crate::{cover, draw, extract, import, look, read_table, redact, redo, tell_grids, unpack};

/// Address space of the child, in bytes.
const MEMORY: u64 = 1 << 30;
/// Processor time of the child, in seconds.
const CPU_SECONDS: u64 = 20;
/// Largest file the child may write, in bytes. It has no reason to write any.
const FILE_BYTES: u64 = 64 << 20;

/// What the program does when its first argument is [`documents::EXTRACT_COMMAND`]; `arguments` are those after it.
///
/// Limits itself, reads the file from standard input, answers on standard output. Never returns success without a
/// complete answer.
pub fn child_main(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    if let Err(error) = limit_self() {
        tracing::error!(%error, "limits cannot be set");
        return ExitCode::from(70);
    }
    // Where the kernel cannot do it the limits above still hold.
    #[cfg(target_os = "linux")]
    if let Err(error) = fence() {
        tracing::warn!(%error, "files and network are not shut off");
    }
    let mut arguments = arguments.into_iter();
    let name = arguments.next().unwrap_or_default().to_string_lossy().into_owned();
    let request = match arguments.next() {
        Some(text) => serde_json::from_str::<Request>(&text.to_string_lossy()).ok(),
        None => Some(Request { limits: Limits::default(), work: Work::Text }),
    };
    let Some(request) = request else { return ExitCode::from(64) };
    if matches!(request.work, Work::Many) {
        return many(&request.limits);
    }
    let mut bytes = Vec::new();
    let before = if let Work::Redact { before, .. } = request.work { before } else { 0 };
    // One byte more than allowed, so that the reader sees that the file is too large.
    if std::io::stdin()
        .lock()
        .take(request.limits.input_bytes.saturating_add(1).saturating_add(before))
        .read_to_end(&mut bytes)
        .is_err()
    {
        return ExitCode::from(74);
    }
    match &request.work {
        Work::Text => answer(extract(&bytes, &name, &request.limits)),
        Work::Table { wanted } => answer(read_table(&bytes, &name, wanted, &request.limits)),
        Work::Grids => tell(&bytes, &name, &request.limits),
        Work::Picture => answer(draw(&bytes, &name, &request.limits)),
        Work::Import => answer(import(&bytes, &name, &request.limits)),
        Work::Redo { changes } => answer(redo(&bytes, &name, changes, &request.limits)),
        Work::Redact { text, .. } => {
            let at = usize::try_from(before).unwrap_or(usize::MAX).min(bytes.len());
            let (removals, file) = bytes.split_at(at);
            let Ok(removals) = serde_json::from_slice::<Vec<Removal>>(removals) else { return ExitCode::from(65) };
            answer(redact(file, &name, &removals, *text, &request.limits))
        }
        Work::Cover { areas } => answer(cover(&bytes, &name, areas, &request.limits)),
        Work::Look => answer(look(&bytes, &name, &request.limits)),
        Work::Unpack => answer(unpack(&bytes, &request.limits)),
        Work::Many => unreachable!("reads its files itself, and is done before"),
    }
}

/// Tells the sheets of a file, a line for each piece.
fn tell(bytes: &[u8], name: &str, limits: &Limits) -> ExitCode {
    let mut out = std::io::BufWriter::with_capacity(1 << 16, std::io::stdout().lock());
    // Whoever listens has gone: what is said no longer matters.
    let gone = || Rejected::new(Code::Internal, "读取表格时连接中断，请重新上传。");
    let mut say = |piece: Told| {
        let written = serde_json::to_writer(&mut out, &piece).map_err(std::io::Error::from);
        written.and_then(|()| out.write_all(b"\n")).map_err(|_| gone())
    };
    let last = match tell_grids(bytes, name, limits, &mut say) {
        Ok(()) => Told::Done,
        Err(rejected) => Told::Rejected(rejected),
    };
    let said = say(last).is_ok();
    if said && out.flush().is_ok() { ExitCode::SUCCESS } else { ExitCode::from(74) }
}

/// Reads one file after the other and answers each with a line, until there are no more.
fn many(limits: &Limits) -> ExitCode {
    let mut input = std::io::BufReader::new(std::io::stdin().lock());
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    loop {
        let (name, bytes) = match next_file(&mut input, limits) {
            Ok(Some(file)) => file,
            Ok(None) => return ExitCode::SUCCESS,
            Err(_) => return ExitCode::from(74),
        };
        let answer = match extract(&bytes, &name, limits) {
            Ok(found) => Answer::Done(told(found)),
            Err(rejected) => Answer::Rejected(rejected),
        };
        let written = serde_json::to_writer(&mut out, &answer).map_err(std::io::Error::from);
        if written.and_then(|()| out.write_all(b"\n")).and_then(|()| out.flush()).is_err() {
            return ExitCode::from(74);
        }
    }
}

/// Of the places of a file those alone that could not be read: the text stands in it once.
fn told(mut found: Extracted) -> Extracted {
    found.parts.retain(|part| part.unread.is_some());
    found
}

/// The next file as [`documents::wire::frame`] writes them; `None` where there are no more.
fn next_file(input: &mut impl Read, limits: &Limits) -> std::io::Result<Option<(String, Vec<u8>)>> {
    const LONGEST_NAME: u32 = 4096;
    let wrong = || std::io::Error::from(std::io::ErrorKind::InvalidData);
    let mut length = [0_u8; 4];
    if input.read(&mut length[..1])? == 0 {
        return Ok(None);
    }
    input.read_exact(&mut length[1..])?;
    let length = u32::from_le_bytes(length);
    if length > LONGEST_NAME {
        return Err(wrong());
    }
    let mut name = vec![0_u8; length as usize];
    input.read_exact(&mut name)?;
    let mut size = [0_u8; 8];
    input.read_exact(&mut size)?;
    let size = u64::from_le_bytes(size);
    if size > limits.input_bytes {
        return Err(wrong());
    }
    let mut bytes = Vec::new();
    if input.take(size).read_to_end(&mut bytes)? as u64 != size {
        return Err(wrong());
    }
    Ok(Some((String::from_utf8_lossy(&name).into_owned(), bytes)))
}

fn answer<T: Serialize>(result: Result<T, Rejected>) -> ExitCode {
    let answer = match result {
        Ok(done) => Answer::Done(done),
        Err(rejected) => Answer::Rejected(rejected),
    };
    let mut out = std::io::BufWriter::new(std::io::stdout().lock());
    let written = serde_json::to_writer(&mut out, &answer).map_err(std::io::Error::from).and_then(|()| out.flush());
    if written.is_ok() { ExitCode::SUCCESS } else { ExitCode::from(74) }
}

/// Sets the limits, hard ones too, so that nothing in this process can raise them again.
fn limit_self() -> std::io::Result<()> {
    for (resource, most) in [
        (Resource::As, MEMORY),
        (Resource::Cpu, CPU_SECONDS),
        (Resource::Fsize, FILE_BYTES),
        (Resource::Core, 0),
        (Resource::Nofile, 64),
    ] {
        setrlimit(resource, Rlimit { current: Some(most), maximum: Some(most) })?;
    }
    Ok(())
}

/// Nothing can be opened by name and nothing connected to from here on: a reader that a file has taken over finds only what was
/// handed to it. Says how much of it the kernel does.
#[cfg(target_os = "linux")]
fn fence() -> Result<landlock::RulesetStatus, landlock::RulesetError> {
    use landlock::{ABI, Access, AccessFs, AccessNet, Ruleset, RulesetAttr};
    let rules =
        Ruleset::default().handle_access(AccessFs::from_all(ABI::V5))?.handle_access(AccessNet::from_all(ABI::V5))?;
    Ok(rules.create()?.restrict_self()?.ruleset)
}

#[cfg(all(test, target_os = "linux"))]
mod tests {
    use landlock::RulesetStatus;

    use super::fence;

    /// In a thread of its own: what is shut off stays so for the thread and nobody else.
    #[test]
    fn behind_the_fence_nothing_opens() {
        let inside = std::thread::spawn(|| {
            let status = fence().expect("rules");
            let file = std::fs::File::open("/proc/self/status").map(drop);
            let listener = std::net::TcpListener::bind("127.0.0.1:0").map(drop);
            (status, file, listener)
        });
        let (status, file, listener) = inside.join().expect("thread");
        match status {
            RulesetStatus::NotEnforced => assert!(file.is_ok(), "a kernel without it shuts nothing off"),
            // Older kernels fence files and not yet the network.
            RulesetStatus::PartiallyEnforced => assert!(file.is_err()),
            RulesetStatus::FullyEnforced => assert!(file.is_err() && listener.is_err()),
        }
        assert!(std::fs::File::open("/proc/self/status").is_ok(), "the others go on");
    }
}
