//! Files made to do harm, and arbitrary bytes.

use documents::{Code, Limits, decode_text};
use gongkai_documents_read::{extract, sniff};
use proptest::prelude::*;

use crate::fixtures::{NUMBERING, archive, docx, numbered, paragraph};

fn code(bytes: &[u8], name: &str, limits: &Limits) -> Code {
    let rejected = extract(bytes, name, limits).expect_err("refused");
    assert!(rejected.message.contains("请"), "says what to do: {rejected}");
    rejected.code
}

/// A docx with one more entry.
fn docx_with(name: &str, content: &[u8]) -> Vec<u8> {
    archive(&[
        ("[Content_Types].xml", b"<Types/>"),
        ("word/document.xml", b"<w:document><w:body><w:p><w:r><w:t>a</w:t></w:r></w:p></w:body></w:document>"),
        (name, content),
    ])
}

#[test]
fn bombs_by_ratio_total_and_number() {
    let zeros = vec![0_u8; 4 << 20];
    assert_eq!(code(&docx_with("word/media/a.bin", &zeros), "a.docx", &Limits::default()), Code::Bomb);
    let limits = Limits { unpacked_bytes: 100_000, ..Limits::default() };
    assert_eq!(code(&docx_with("word/media/a.bin", &zeros[..200_000]), "a.docx", &limits), Code::Bomb);
    let limits = Limits { entries: 2, ..Limits::default() };
    assert_eq!(code(&docx_with("word/a.bin", b"a"), "a.docx", &limits), Code::Bomb);
    assert!(extract(&docx_with("word/a.bin", b"a"), "a.docx", &Limits::default()).is_ok());
}

#[test]
fn sizes_are_counted_not_believed() {
    let zeros = vec![0_u8; 4 << 20];
    let mut bytes = docx_with("word/media/a.bin", &zeros);
    // The declared unpacked size in the central directory becomes 1.
    let declared = u32::try_from(zeros.len()).expect("fits").to_le_bytes();
    let at = (0..bytes.len() - 4).rev().find(|at| bytes[*at..*at + 4] == declared).expect("size field");
    bytes[at..at + 4].copy_from_slice(&1_u32.to_le_bytes());
    assert!(matches!(code(&bytes, "a.docx", &Limits::default()), Code::Bomb | Code::Damaged));
}

#[test]
fn overlapping_entries_are_a_bomb() {
    let mut bytes = docx_with("word/other.xml", b"<a>content of some length, stored twice</a>");
    // The last entry of the central directory points to the first local header.
    let last = (0..bytes.len() - 4).rev().find(|at| bytes[*at..*at + 4] == *b"PK\x01\x02").expect("entry");
    bytes[last + 42..last + 46].copy_from_slice(&0_u32.to_le_bytes());
    assert_eq!(code(&bytes, "a.docx", &Limits::default()), Code::Bomb);
}

#[test]
fn paths_macros_and_definitions_are_refused() {
    assert_eq!(code(&docx_with("word/../../evil.sh", b"a"), "a.docx", &Limits::default()), Code::Hostile);
    assert_eq!(code(&docx_with("word/vbaProject.bin", b"a"), "a.docx", &Limits::default()), Code::Macro);
    let xxe = archive(&[
        ("[Content_Types].xml", b"<Types/>"),
        (
            "word/document.xml",
            b"<!DOCTYPE a [<!ENTITY x SYSTEM \"file:///etc/passwd\">]><w:document><w:body>&x;</w:body></w:document>",
        ),
    ]);
    assert_eq!(code(&xxe, "a.docx", &Limits::default()), Code::Hostile);
    let sheet = archive(&[
        ("[Content_Types].xml", b"<Types/>"),
        ("xl/workbook.xml", b"<workbook><sheets/></workbook>"),
        ("xl/sharedStrings.xml", b"<!DOCTYPE a [<!ENTITY x \"y\">]><sst/>"),
    ]);
    assert_eq!(code(&sheet, "a.xlsx", &Limits::default()), Code::Hostile);
}

#[test]
fn truncated_and_broken_documents_say_so() {
    let whole = docx(&paragraph("正文").repeat(50), &[]);
    assert_eq!(code(&whole[..whole.len() / 2], "a.docx", &Limits::default()), Code::Truncated);
    let mut bent = whole.clone();
    let middle = bent.len() / 2;
    bent[middle] ^= 0xFF;
    assert!(matches!(code(&bent, "a.docx", &Limits::default()), Code::Damaged | Code::Truncated));
    let no_body = archive(&[("[Content_Types].xml", b"<Types/>"), ("word/styles.xml", b"<a/>")]);
    assert_eq!(code(&no_body, "a.docx", &Limits::default()), Code::Damaged);
    let limits = Limits { input_bytes: 10, ..Limits::default() };
    assert_eq!(code(&whole, "a.docx", &limits), Code::TooLarge);
}

#[test]
fn deep_and_endless_documents_are_refused() {
    let deep = format!("{}{}", "<w:tbl><w:tr><w:tc>".repeat(500), "</w:tc></w:tr></w:tbl>".repeat(500));
    assert_eq!(code(&docx(&deep, &[]), "a.docx", &Limits::default()), Code::TooComplex);
    let limits = Limits { xml_nodes: 1000, ..Limits::default() };
    assert_eq!(code(&docx(&paragraph("a").repeat(1000), &[]), "a.docx", &limits), Code::TooComplex);
}

#[test]
fn many_marks_cost_no_more_than_long_texts() {
    let signs = extract("[*`".repeat(300_000).as_bytes(), "a.md", &Limits::default()).expect("text");
    assert_eq!(signs.text.len(), 900_000);
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 128, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..400), magic in 0_usize..6, name in 0_usize..6) {
        let magics: [&[u8]; 6] = [b"", b"PK\x03\x04", b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", b"{\\rtf", b"<html>", b"\xFF\xFE"];
        let names = ["a", "a.docx", "a.csv", "a.md", "a.html", "..."];
        let bytes = [magics[magic], &bytes].concat();
        let known = sniff(&bytes, names[name]);
        decode_text(&bytes).ok();
        let read = extract(&bytes, names[name], &Limits::default());
        prop_assert!(known.is_ok() || read.is_err());
    }

    #[test]
    fn arbitrary_markup_never_panics(text in "[<>/a-c=\"'&#;! \\n甲*|`\\[\\]().\\-0-9]{0,200}") {
        for name in ["a.md", "a.html", "a.csv", "a.txt"] {
            extract(text.as_bytes(), name, &Limits::default()).ok();
        }
    }

    #[test]
    fn damaged_documents_never_panic(at in 0_usize..3000, byte in any::<u8>(), cut in 0_usize..3000) {
        let body = [numbered(1, 0, "一"), numbered(1, 1, "二"), paragraph("三")].concat();
        let mut bytes = docx(&body, &[("word/numbering.xml", NUMBERING)]);
        let length = bytes.len();
        bytes[at % length] = byte;
        extract(&bytes, "a.docx", &Limits::default()).ok();
        bytes.truncate(cut % length);
        prop_assert!(extract(&bytes, "a.docx", &Limits::default()).is_err());
    }

    #[test]
    fn arbitrary_word_markup_never_panics(
        pieces in proptest::collection::vec(prop_oneof![
            Just("<w:p>"), Just("</w:p>"), Just("<w:r>"), Just("</w:r>"), Just("<w:t>x</w:t>"), Just("<w:tbl>"), Just("</w:tbl>"),
            Just("<w:tr>"), Just("</w:tr>"), Just("<w:tc>"), Just("</w:tc>"), Just("<w:pPr><w:numPr><w:ilvl w:val=\"8\"/><w:numId w:val=\"1\"/></w:numPr></w:pPr>"),
            Just("<w:tcPr><w:gridSpan w:val=\"99999999\"/><w:vMerge/></w:tcPr>"), Just("<w:sdt><w:sdtContent>"), Just("</w:sdtContent></w:sdt>"),
        ], 0..30)
    ) {
        extract(&docx(&pieces.concat(), &[("word/numbering.xml", NUMBERING)]), "a.docx", &Limits::default()).ok();
    }
}
