//! Many files in one child, and the files of an archive.

use documents::{Code, Extractor, Limits, Several};
use gongkai_documents_read::{extract, unpack};

use crate::fixtures::{archive, docx, paragraph, pdf};

fn several() -> Several {
    Several::new(Extractor::new(env!("CARGO_BIN_EXE_gongkai-extract"), Limits::default()))
}

#[tokio::test]
async fn one_child_reads_many_files_and_refuses_each_by_itself() {
    let (word, limits) = (docx(&paragraph("正文"), &[]), Limits::default());
    let mut several = several();
    for round in 0..3 {
        let text = format!("第{round}份");
        let found = several.extract("甲/a.txt", text.as_bytes()).await.expect("a text");
        assert_eq!(found.text, text);
        assert_eq!(several.extract("a.docx", &word).await.expect("a document").text, "正文");
        // What is refused leaves the child as it was.
        assert_eq!(several.extract("a.pdf", &word).await, extract(&word, "a.pdf", &limits));
        assert_eq!(several.extract("a.txt", b"").await.expect_err("nothing").code, Code::Empty);
    }
    // Of the places those alone that could not be read.
    assert!(several.extract("b.pdf", &pdf(&["Hello"])).await.expect("a page").parts.is_empty());
}

#[tokio::test]
async fn a_file_at_which_the_child_dies_fails_alone() {
    let limits = Limits { input_bytes: 4 << 30, ..Limits::default() };
    let mut several = Several::new(Extractor::new(env!("CARGO_BIN_EXE_gongkai-extract"), limits));
    assert_eq!(several.extract("a.txt", "甲".as_bytes()).await.expect("a text").text, "甲");
    // More than the child may hold.
    let huge = vec![b'a'; 1 << 30];
    assert_eq!(several.extract("b.txt", &huge).await.expect_err("no memory").code, Code::Crashed);
    drop(huge);
    assert_eq!(several.extract("c.txt", "乙".as_bytes()).await.expect("a text").text, "乙");
}

#[test]
fn an_archive_gives_its_files_with_their_folders() {
    let limits = Limits::default();
    let packed =
        archive(&[("甲/a.txt", "正文".as_bytes()), ("__MACOSX/._a.txt", b"x"), ("~$b.docx", b"x"), ("b.md", b"# t")]);
    let names: Vec<String> = unpack(&packed, &limits).expect("an archive").into_iter().map(|held| held.name).collect();
    assert_eq!(names, ["甲/a.txt", "b.md"]);
    let code = |bytes: &[u8]| unpack(bytes, &limits).map(|files| files.len()).map_err(|rejected| rejected.code);
    assert_eq!(code(b"no archive"), Err(Code::Archive));
    assert_eq!(code(b"PK\x03\x04 nothing behind"), Err(Code::Truncated));
    assert_eq!(code(&archive(&[("../a.txt", b"x")])), Err(Code::Hostile));
    let many: Vec<(String, Vec<u8>)> = (0..501).map(|n| (format!("{n}.txt"), vec![b'x'])).collect();
    let many: Vec<(&str, &[u8])> = many.iter().map(|(name, bytes)| (name.as_str(), bytes.as_slice())).collect();
    assert_eq!(code(&archive(&many)), Err(Code::Bomb));
    assert_eq!(code(&archive(&[("a.txt", &vec![b' '; 50 << 20])])), Err(Code::Bomb));
}
