//! Reading in a child process.

use std::io::Write;
use std::os::unix::fs::PermissionsExt;
use std::path::PathBuf;
use std::time::Duration;

use gongkai_documents::{Code, Extractor, Limits};
use tempfile::{NamedTempFile, TempDir};

use crate::fixtures::{docx, paragraph, pdf};

fn extractor() -> Extractor {
    Extractor::new(env!("CARGO_BIN_EXE_gongkai-extract"), Limits::default())
}

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
async fn the_child_reads_under_its_limits() {
    let found = extractor().extract(file(&docx(&paragraph("正文"), &[])).path(), "通知.docx").await.expect("docx");
    assert_eq!(found.text, "正文");
    // PDF has the greatest need for memory.
    let found = extractor().extract(file(&pdf(&["Hello"])).path(), "a.pdf").await.expect("pdf");
    assert_eq!(found.text, "Hello");
    let table = extractor().read_table(file("名,数\n甲,1\n".as_bytes()).path(), "a.csv", None).await.expect("table");
    assert_eq!(table.rows[0].cells, ["甲", "1"]);
}

#[tokio::test]
async fn without_a_child_the_answers_are_the_same() {
    let inside = Extractor::in_process(Limits::default());
    let word = file(&docx(&paragraph("正文"), &[]));
    assert_eq!(inside.extract(word.path(), "a.docx").await, extractor().extract(word.path(), "a.docx").await);
    assert_eq!(inside.extract(word.path(), "a.pdf").await, extractor().extract(word.path(), "a.pdf").await);
    let csv = file("名,数\n甲,1\n".as_bytes());
    let table = inside.read_table(csv.path(), "a.csv", None).await;
    assert_eq!(table, extractor().read_table(csv.path(), "a.csv", None).await);
    assert!(table.is_ok());
}

#[tokio::test]
async fn refusals_come_through() {
    let rejected = extractor().extract(file(b"\x89PNG\r\n\x1a\n").path(), "a.docx").await.expect_err("picture");
    assert_eq!(rejected.code, Code::WrongName);
    let limits = Limits { input_bytes: 3, ..Limits::default() };
    let small = Extractor::new(extractor().program, limits);
    assert_eq!(small.extract(file(b"abcd").path(), "a.txt").await.expect_err("large").code, Code::TooLarge);
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
async fn the_child_cannot_take_all_memory() {
    let huge = NamedTempFile::new().expect("file");
    huge.as_file().set_len(2 << 30).expect("sparse file");
    let limits = Limits { input_bytes: 4 << 30, ..Limits::default() };
    let rejected = Extractor::new(extractor().program, limits).extract(huge.path(), "a.txt").await;
    assert_eq!(rejected.expect_err("no memory").code, Code::Crashed);
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
