//! The child's side: it limits itself, reads the fonts, shuts files and network off, and only then prints.

use std::ffi::OsString;
use std::io::{Read, Write};
use std::process::ExitCode;

use letter::{Order, Unprinted};
use rustix::process::{Resource, Rlimit, setrlimit};

use crate::print::print_with;
use crate::world::fonts;

/// Address space, in bytes: fonts with all of CJK take 30 MB each.
const MEMORY: u64 = 2 << 30;
/// Processor time, in seconds.
const CPU_SECONDS: u64 = 15;
/// Bytes of an order: the longest letter has some hundred kilobytes.
const ORDER: u64 = 16 << 20;
/// Bytes of the stack on which pages are laid out: tables in tables need a deep one.
const STACK: usize = 64 << 20;

/// What the program does when its first argument is [`letter::TYPESET_COMMAND`]; `arguments` are those after it.
///
/// Reads an [`Order`] from standard input and writes the answer on standard output. Never returns success without a complete one.
pub fn child_main(arguments: impl IntoIterator<Item = OsString>) -> ExitCode {
    if arguments.into_iter().next().is_some() || limit_self().is_err() {
        return ExitCode::from(64);
    }
    let mut bytes = Vec::new();
    if std::io::stdin().lock().take(ORDER + 1).read_to_end(&mut bytes).is_err() {
        return ExitCode::from(74);
    }
    let made = if bytes.len() as u64 > ORDER {
        Err(Unprinted::TooMuch)
    } else {
        let Ok(order) = serde_json::from_slice::<Order>(&bytes) else { return ExitCode::from(65) };
        let fonts = fonts(&order.fonts);
        // Where the kernel cannot do it the limits above still hold.
        #[cfg(target_os = "linux")]
        if let Err(error) = fence() {
            tracing::warn!(%error, "files and network are not shut off");
        }
        let worker = std::thread::Builder::new().stack_size(STACK).spawn(move || print_with(&order.paper, fonts));
        match worker.map(std::thread::JoinHandle::join) {
            Ok(Ok(made)) => made,
            _ => return ExitCode::from(70),
        }
    };
    let mut out = std::io::stdout().lock();
    let written = out.write_all(&letter::answer(&made)).and_then(|()| out.flush());
    if written.is_ok() { ExitCode::SUCCESS } else { ExitCode::from(74) }
}

/// Sets the limits, hard ones too, so that nothing in this process can raise them again.
fn limit_self() -> std::io::Result<()> {
    for (resource, most) in
        [(Resource::As, MEMORY), (Resource::Cpu, CPU_SECONDS), (Resource::Fsize, 0), (Resource::Core, 0)]
    {
        setrlimit(resource, Rlimit { current: Some(most), maximum: Some(most) })?;
    }
    Ok(())
}

/// Nothing can be opened by name and nothing connected to from here on, for this thread and those that it starts.
#[cfg(target_os = "linux")]
fn fence() -> Result<landlock::RulesetStatus, landlock::RulesetError> {
    use landlock::{ABI, Access, AccessFs, AccessNet, Ruleset, RulesetAttr};
    let rules =
        Ruleset::default().handle_access(AccessFs::from_all(ABI::V5))?.handle_access(AccessNet::from_all(ABI::V5))?;
    Ok(rules.create()?.restrict_self()?.ruleset)
}
