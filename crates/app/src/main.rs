//! The program. Everything is in the library, so that tests can start it too.

fn main() -> std::process::ExitCode {
    gongkai_app::main()
}
