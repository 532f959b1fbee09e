//! The program itself under another name, so that the integration tests can start it as a process.

fn main() -> std::process::ExitCode {
    app::main()
}
