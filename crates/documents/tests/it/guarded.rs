//! The parent's side of reading in a child process, with programs in place of the reader.

use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::time::Duration;

use gongkai_documents::{Code, Extractor, Limits};
use tempfile::{NamedTempFile, TempDir};

fn file(bytes: &[u8]) -> NamedTempFile {
    let mut file = NamedTempFile::new().expect("file");
    file.write_all(bytes).expect("content");
    file
}

/// A program for the extractor to start in place of the reader.
fn script(folder: &TempDir, line: &str) -> PathBuf {
    let path = folder.path().join("program");
    std::fs::write(&path, format!("#!/bin/sh\n{line}\n")).expect("script");
    std::fs::set_permissions(&path, std::fs::Permissions::from_mode(0o755)).expect("mode");
    path
}

#[tokio::test]
async fn a_dead_silent_or_talkative_child_is_a_refusal() {
    let folder = TempDir::new().expect("folder");
    let text = file(b"a");
    let run = async |line: &str, timeout: Duration| {
        let program = script(&folder, line);
        let mut extractor = Extractor::new(program, Limits::default());
        extractor.timeout = timeout;
        extractor.extract(text.path(), "a.txt").await.expect_err("refused")
    };
    let long = Duration::from_secs(600);
    assert_eq!(run("kill -SEGV $$", long).await.code, Code::Crashed);
    assert_eq!(run("echo '{'", long).await.code, Code::Crashed);
    assert_eq!(run("exec /usr/bin/yes", long).await.code, Code::TooComplex);
    assert_eq!(run("exec /bin/sleep 100000", Duration::from_millis(20)).await.code, Code::TimedOut);
    let missing = Extractor::new("/nonexistent/program", Limits::default());
    assert_eq!(missing.extract(text.path(), "a.txt").await.expect_err("missing").code, Code::Internal);
}

#[tokio::test]
async fn the_child_has_no_environment() {
    let folder = TempDir::new().expect("folder");
    let program = script(
        &folder,
        "test -z \"$HOME$CARGO_MANIFEST_DIR\" && printf '{\"rejected\":{\"code\":\"empty\",\"message\":\"none\"}}'",
    );
    let extractor = Extractor::new(program, Limits::default());
    let rejected = extractor.extract(file(b"a").path(), "a.txt").await.expect_err("answer");
    assert_eq!(rejected.code, Code::Empty);
}
