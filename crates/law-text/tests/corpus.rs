//! Laws as they are published: nothing of any is lost, and those that stand in two versions are compared. They are not in the
//! repository: `GONGKAI_SHARED` names a directory that holds them; where it is not at hand nothing is tried here.

use std::{
    collections::BTreeMap,
    path::{Path, PathBuf},
    time::Instant,
};

use law_text::{
    Statute,
    akn::{self, Identity},
    compare,
};

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    let Ok(entries) = std::fs::read_dir(folder) else { return };
    for entry in entries.flatten() {
        let path = entry.path();
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|end| end == "md") {
            found.push(path);
        }
    }
}

fn laws() -> Vec<(String, String)> {
    let here = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared");
    let shared = std::env::var("GONGKAI_SHARED").unwrap_or_else(|_| here.to_owned());
    let mut paths = Vec::new();
    files(&Path::new(&shared).join("corpus/laws"), &mut paths);
    paths.sort();
    let named = paths.into_iter().filter_map(|path| {
        let name = path.file_stem()?.to_string_lossy().into_owned();
        Some((name, std::fs::read_to_string(&path).ok()?))
    });
    named.collect()
}

/// The letters of a text, without what Markdown and HTML comments add.
fn letters(text: &str) -> String {
    let mut out = String::new();
    for line in text.lines().map(str::trim) {
        if !(line.starts_with("<!--") && line.ends_with("-->")) {
            out.extend(line.trim_start_matches('#').chars().filter(|c| !c.is_whitespace() && *c != '*'));
        }
    }
    out
}

#[test]
fn nothing_of_a_law_is_lost_and_its_articles_count_through() {
    let laws = laws();
    let (mut with_articles, mut in_order) = (0, 0);
    for (name, text) in &laws {
        let read = Statute::read(text);
        assert_eq!(letters(&read.to_string()), letters(text), "{name}");
        assert!(!read.title.is_empty(), "{name}");
        let numbers: Vec<(u32, u32)> = read.articles.iter().filter_map(|article| article.ordinal).collect();
        if numbers.len() > 1 {
            with_articles += 1;
            in_order += usize::from(numbers.windows(2).all(|two| two[0] < two[1]));
        }
        assert!(akn::write(&read, &Identity::default()).ends_with("</akomaNtoso>\n"), "{name}");
    }
    // A few hold a second text with numbers of its own, or repeat one.
    assert!(in_order * 100 >= with_articles * 95, "{in_order} of {with_articles} laws count through");
}

#[test]
fn laws_in_two_versions_are_compared() {
    let mut by_title: BTreeMap<String, Vec<(String, String)>> = BTreeMap::new();
    for (name, text) in laws() {
        let title = name.split('(').next().unwrap_or_default().to_owned();
        by_title.entry(title).or_default().push((name, text));
    }
    for versions in by_title.into_values().filter(|versions| versions.len() > 1) {
        for two in versions.windows(2) {
            let (old, new) = (Statute::read(&two[0].1), Statute::read(&two[1].1));
            let begun = Instant::now();
            let changes = compare::compare(&old, &new);
            assert!(begun.elapsed().as_secs() < 20, "{}", two[0].0);
            let side = |without: &str| -> usize {
                let spans = changes.iter().flat_map(|change| &change.spans).filter(|span| span.op != without);
                spans.map(|span| span.text.chars().filter(|c| *c != '\n').count()).sum()
            };
            let size = |statute: &Statute| -> usize {
                statute.units().iter().map(|one| one.text.chars().filter(|c| *c != '\n').count()).sum()
            };
            assert_eq!((side("insert"), side("delete")), (size(&old), size(&new)), "{} and {}", two[0].0, two[1].0);
        }
    }
}

/// `GONGKAI_AKN_SCHEMA` names the schema of Akoma Ntoso 1.0 as OASIS publishes it (akomantoso30.xsd with xml.xsd beside it); it is
/// read by `xmllint`. Without it nothing is tried.
#[test]
fn every_law_is_valid_akoma_ntoso() {
    let Ok(schema) = std::env::var("GONGKAI_AKN_SCHEMA") else {
        eprintln!("skipped: GONGKAI_AKN_SCHEMA names no schema");
        return;
    };
    let folder = tempfile::tempdir().expect("a folder");
    let notice = ("notice".to_owned(), "通知\n各单位：\n请办理。".to_owned());
    let empty = ("empty".to_owned(), String::new());
    let mut written = Vec::new();
    for (at, (name, text)) in laws().into_iter().chain([notice, empty]).enumerate() {
        let file = folder.path().join(format!("{at}.xml"));
        let organ =
            |key: &str| akn::Body { key: key.into(), name: "某机关".into(), address: "https://a.example/".into() };
        let identity = Identity {
            key: name,
            made: "2026-01-01".into(),
            issuer: organ("issuer"),
            publisher: organ("publisher"),
            ..Identity::default()
        };
        std::fs::write(&file, akn::write(&Statute::read(&text), &identity)).expect("write");
        written.push(file);
    }
    let mut command = std::process::Command::new("xmllint");
    let done = command.arg("--noout").arg("--schema").arg(&schema).args(&written).output().expect("xmllint runs");
    let said = String::from_utf8_lossy(&done.stderr);
    let wrong: Vec<&str> = said.lines().filter(|line| !line.ends_with("validates")).take(20).collect();
    assert!(done.status.success(), "{wrong:#?}");
}
