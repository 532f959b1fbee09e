//! PDF files, made by hand.

use documents::{Code, Limits};
use gongkai_documents_read::extract;

use crate::fixtures::{at, chinese_pdf, pdf, read};

#[test]
fn text_by_page_with_properties() {
    let found = read(&pdf(&["Hello county", "", "Second page"]), "a.pdf");
    assert_eq!(found.pages, Some(3));
    assert_eq!(found.text, "Hello county\nSecond page");
    assert_eq!(at(&found, "page 3"), Some("Second page"));
    assert_eq!(at(&found, "metadata author"), Some("Demo Clerk"));
    assert_eq!(at(&found, "metadata title"), Some("公开"));
    assert!(found.warnings.iter().any(|warning| warning.contains("第 2 页没有文字")), "{:?}", found.warnings);
}

#[test]
fn chinese_fonts_that_are_not_embedded() {
    let found = read(&chinese_pdf(&["演示县政务公开，电话0000-1234567"]), "a.pdf");
    assert_eq!(found.text, "演示县政务公开，电话0000-1234567");
}

#[test]
fn scans_are_called_so() {
    let found = read(&pdf(&["", ""]), "a.pdf");
    assert!(found.text.is_empty());
    assert!(found.warnings[0].contains("扫描件"));
}

#[test]
fn too_many_pages_and_half_files_are_refused() {
    let limits = Limits { pages: 2, ..Limits::default() };
    let rejected = extract(&pdf(&["a", "b", "c"]), "a.pdf", &limits).expect_err("pages");
    assert_eq!(rejected.code, Code::TooComplex);
    assert!(rejected.message.contains("3 页"));
    let rejected = extract(b"%PDF-1.4\nnothing follows", "a.pdf", &Limits::default()).expect_err("half");
    assert_eq!(rejected.code, Code::Damaged);
}
