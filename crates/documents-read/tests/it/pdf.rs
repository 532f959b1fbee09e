//! PDF files, made by hand.

use documents::{Code, Limits, Unread};
use gongkai_documents_read::extract;

use crate::fixtures::{at, chinese_pdf, drawn_pdf, pdf, read, two_font_pdf};

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

const NUMBER_OF_PAGE: &str = "BT /F1 12 Tf 50 20 Td (Page 1) Tj ET\n";

/// Whether somebody must look at the page.
fn is_unread(stream: &str, pictures: &[(u32, u32)]) -> bool {
    let found = read(&drawn_pdf(stream, pictures), "a.pdf");
    found.unread().any(|(part, how)| part.place == "page 1" && how == Unread::All)
}

#[test]
fn a_page_that_only_shows_what_it_says_is_looked_at_by_a_person() {
    let strips: String = (0..18).map(|at| format!("q 595 0 0 46 0 {} cm /I{at} Do Q\n", at * 46)).collect();
    let whole = "q 595 0 0 842 0 0 cm /I0 Do Q\n";
    let stamp = "BT /F1 8 Tf 50 20 Td (Scanned with CamScanner - all rights reserved, www.camscanner.com) Tj ET\n";
    let inline = format!("q 595 0 0 842 0 0 cm BI /W 8 /H 8 /BPC 8 /CS /G /F /AHx ID {}> EI Q\n", "7f".repeat(64));
    assert!(is_unread(&[NUMBER_OF_PAGE, &strips].concat(), &[(1200, 94); 18]), "a scan in strips");
    assert!(is_unread(&[NUMBER_OF_PAGE, whole].concat(), &[(100, 141)]), "a coarse one");
    assert!(is_unread(&[stamp, whole].concat(), &[(1200, 1700)]), "with the stamp of a program");
    assert!(is_unread(&[NUMBER_OF_PAGE, &inline].concat(), &[]), "within the page");
    // Letters turned into outlines, filled or drawn, of curves or of straight lines.
    let at = |n: u32| (50 + n % 50 * 10, 700 - n / 50 * 12);
    let straight = |n: u32| {
        let (x, y) = at(n);
        format!("{x} {y} m {} {y} l {} {} l h f\n", x + 5, x + 2, y + 8)
    };
    let curved = |n: u32| {
        let (x, y) = at(n);
        format!("{x} {y} m {x} {} {} {} {} {y} c S\n", y + 4, x + 3, y + 8, x + 5)
    };
    for outlines in [(0..2500).map(straight).collect::<String>(), (0..1000).map(curved).collect()] {
        assert!(is_unread(&[NUMBER_OF_PAGE, &outlines].concat(), &[]));
        // Much more of them than of the text beside.
        let text: String = (0..5)
            .map(|n| format!("BT /F1 8 Tf 50 {} Td ({}) Tj ET\n", 30 + n * 12, "some words ".repeat(6)))
            .collect();
        assert!(!is_unread(&[text.as_str(), &outlines].concat(), &[]), "a drawing beside a text");
    }
    // Tables, frames and rules are none.
    let table: String =
        (0..2000).map(|n| format!("{} {} m {} {} l S\n", at(n).0, at(n).1, at(n).0 + 10, at(n).1)).collect();
    assert!(!is_unread(&[NUMBER_OF_PAGE, &table].concat(), &[]));
    assert!(!is_unread(&[NUMBER_OF_PAGE, "q 60 0 0 60 50 700 cm /I0 Do Q\n"].concat(), &[(100, 100)]), "an emblem");
}
