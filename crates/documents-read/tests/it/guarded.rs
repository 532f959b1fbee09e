//! Reading in a child process.

use std::io::Write;

use documents::{Code, Extractor, Limits, tables::Wanted};
use gongkai_documents_read::{extract, read_table};
use tempfile::NamedTempFile;

use crate::fixtures::{docx, paragraph, pdf};

fn extractor() -> Extractor {
    Extractor::new(env!("CARGO_BIN_EXE_gongkai-extract"), Limits::default())
}

fn file(bytes: &[u8]) -> NamedTempFile {
    let mut file = NamedTempFile::new().expect("file");
    file.write_all(bytes).expect("content");
    file
}

#[tokio::test]
async fn the_child_reads_under_its_limits() {
    let found = extractor().extract(file(&docx(&paragraph("正文"), &[])).path(), "通知.docx").await.expect("docx");
    assert_eq!(found.text, "正文");
    // PDF has the greatest need for memory.
    let found = extractor().extract(file(&pdf(&["Hello"])).path(), "a.pdf").await.expect("pdf");
    assert_eq!(found.text, "Hello");
    let table = extractor()
        .read_table(file("名,数\n甲,1\n".as_bytes()).path(), "a.csv", &Wanted::default())
        .await
        .expect("table");
    assert_eq!(table.rows[0].cells, ["甲", "1"]);
}

#[tokio::test]
async fn the_child_answers_what_the_reader_says() {
    let limits = Limits::default();
    let word = docx(&paragraph("正文"), &[]);
    for name in ["a.docx", "a.pdf"] {
        assert_eq!(extractor().extract(file(&word).path(), name).await, extract(&word, name, &limits));
    }
    let csv = "名,数\n甲,1\n".as_bytes();
    let table = read_table(csv, "a.csv", &Wanted::default(), &limits);
    assert!(table.is_ok());
    assert_eq!(extractor().read_table(file(csv).path(), "a.csv", &Wanted::default()).await, table);
    let rejected =
        extractor().read_table(file(&word).path(), "a.docx", &Wanted::default()).await.expect_err("no table");
    assert_eq!(rejected.code, Code::Unsupported);
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
async fn the_child_cannot_take_all_memory() {
    let huge = NamedTempFile::new().expect("file");
    huge.as_file().set_len(2 << 30).expect("sparse file");
    let limits = Limits { input_bytes: 4 << 30, ..Limits::default() };
    let rejected = Extractor::new(extractor().program, limits).extract(huge.path(), "a.txt").await;
    assert_eq!(rejected.expect_err("no memory").code, Code::Crashed);
}
