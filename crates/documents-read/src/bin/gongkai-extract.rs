//! The guarded reader alone: `gongkai-extract __extract NAME < FILE` prints what the file says as JSON.
//!
//! The server starts itself instead; this small program serves the tests and those who use the crate by itself.

use std::process::ExitCode;

use documents::EXTRACT_COMMAND;

fn main() -> ExitCode {
    let mut arguments = std::env::args_os().skip(1);
    if arguments.next().is_some_and(|first| first == EXTRACT_COMMAND) {
        gongkai_documents_read::child_main(arguments)
    } else {
        eprintln!("usage: gongkai-extract {EXTRACT_COMMAND} NAME < FILE");
        ExitCode::from(64)
    }
}
