//! PDF files, made by hand.

use documents::{Code, Limits};
use gongkai_documents_read::extract;

use crate::fixtures::{at, chinese_pdf, pdf, read, two_font_pdf};

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

/// Office programs write digits in a font of their own, after all else that the page shows.
#[test]
fn two_fonts_on_a_line_are_read_by_position() {
    let hex = |text: &str| text.encode_utf16().map(|unit| format!("{unit:04X}")).collect::<String>();
    let shown = |at: (u32, u32), text: &str| format!("BT /F1 12 Tf {} {} Td <{}> Tj ET\n", at.0, at.1, hex(text));
    let digits = |at: (u32, u32), text: &str| format!("BT /F2 12 Tf {} {} Td ({text}) Tj ET\n", at.0, at.1);
    let stream = [
        shown((72, 700), "（一）培训。"),
        shown((151, 700), "月底前建成专栏。"),
        shown((72, 680), "演示县政府办"),
        digits((144, 700), "6"),
        digits((72, 720), "2025"),
        shown((96, 720), "年演示县要点"),
    ]
    .concat();
    let found = read(&two_font_pdf(&stream), "a.pdf");
    assert_eq!(found.text, "2025年演示县要点\n（一）培训。6月底前建成专栏。\n演示县政府办");
    assert!(!found.order_in_doubt());
    let row = |at: u32, task: &str, owner: &str| shown((72, at), task) + &shown((300, at), owner);
    let stream = [row(700, "任务", "单位"), row(680, "建专栏", "演示局"), row(660, "建窗口", "演示办")].concat();
    let found = read(&two_font_pdf(&stream), "a.pdf");
    assert!(found.order_in_doubt(), "{found:?}");
}
