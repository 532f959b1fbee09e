//! Cards drawn with a font of boxes.

use std::path::PathBuf;

use super::*;
use crate::boxes_tests::boxes;

/// A font with all that these tests write, and the folder in which it lies.
fn font(ranges: &[(u32, u32)]) -> (tempfile::TempDir, Font) {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("boxes.ttf");
    std::fs::write(&path, boxes(ranges)).expect("written");
    let font = Font::open(&path).expect("a font");
    (folder, font)
}

fn card() -> Card {
    Card {
        seal: "禾".into(),
        site: "青禾县人民政府".into(),
        title: "关于印发《青禾县农村公路管理办法》的通知".into(),
        cuts: Vec::new(),
        below: vec!["青禾县交通运输局".into(), "2026-03-02".into(), "青政规〔2026〕3号".into()],
    }
}

const ALL: &[(u32, u32)] = &[(0x20, 0x7e), (0x2026, 0x2026), (0x3001, 0x301f), (0x4e00, 0x9fff)];

/// Points of the picture that are ink, in rows of points.
fn ink(bytes: &[u8], rows: std::ops::Range<usize>) -> usize {
    let mut reader = png::Decoder::new(std::io::Cursor::new(bytes)).read_info().expect("a picture");
    let mut points = vec![0; reader.output_buffer_size().expect("small")];
    reader.next_frame(&mut points).expect("points");
    let wide = WIDTH as usize * 3;
    points[rows.start * wide..rows.end * wide].chunks_exact(3).filter(|point| *point == [INK.0, INK.1, INK.2]).count()
}

#[test]
fn a_card_shows_its_title_between_head_and_foot() {
    let (_folder, font) = font(ALL);
    let bytes = draw(&font, &card()).expect("drawn");
    assert!(bytes.starts_with(b"\x89PNG") && bytes.len() < 200_000, "{} bytes", bytes.len());
    assert!(ink(&bytes, 176..486) > 20_000, "the title");
    assert_eq!(ink(&bytes, 490..512), 0, "nothing runs out of its room");
    assert_eq!(draw(&font, &card()).expect("drawn"), bytes, "the same card is the same picture");
}

#[test]
fn the_longest_title_stays_in_its_room() {
    let (_folder, font) = font(ALL);
    let bytes = draw(&font, &Card { title: "长".repeat(500), below: vec!["甲".repeat(80)], ..card() }).expect("drawn");
    assert_eq!(ink(&bytes, 490..512), 0);
    assert_eq!(ink(&bytes, 145..176), 0);
    draw(&font, &Card::default()).expect("an empty one too");
}

#[test]
fn without_a_character_there_is_no_card() {
    let (_folder, font) = font(&ALL[..3]);
    assert_eq!(font.lacks("A 。青"), Some('青'));
    assert!(matches!(draw(&font, &card()), Err(NoCard::Missing(_))));
    assert!(font.lacks("A 。\u{200b}").is_none(), "what has no shape is not missing");
}

#[test]
fn what_is_no_font_is_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("text.ttf");
    std::fs::write(&path, "no font").expect("written");
    assert!(matches!(Font::open(&path), Err(NoCard::NoFont(_))));
    assert!(matches!(Font::open(folder.path()), Err(NoCard::NoFont(_))));
    assert!(matches!(Font::open(&PathBuf::from("none.ttf")), Err(NoCard::Unread(..))));
}

#[test]
fn a_font_that_claims_billions_of_characters_opens_at_once() {
    let (_folder, font) = font(&[(0, u32::MAX - 1); 200]);
    assert!(font.lacks("青禾县").is_none());
}
