//! The child that makes PDF alone: `gongkai-typeset __typeset < ORDER`. The server starts itself instead; this small program
//! serves the tests.

use std::process::ExitCode;

fn main() -> ExitCode {
    let mut arguments = std::env::args_os().skip(1);
    if arguments.next().is_some_and(|first| first == letter::TYPESET_COMMAND) {
        gongkai_typeset::child_main(arguments)
    } else {
        eprintln!("usage: gongkai-typeset {} < ORDER", letter::TYPESET_COMMAND);
        ExitCode::from(64)
    }
}
