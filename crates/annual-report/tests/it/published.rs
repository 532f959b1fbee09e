//! Reports as counties published them, where `REPORTS` names a folder of such (JSON as `gongkai report check` reads it).

use std::{collections::BTreeMap, path::PathBuf};

use gongkai_annual_report::{Edition, Report, check_all, json};

use crate::held;

fn folder() -> Option<PathBuf> {
    std::env::var_os("REPORTS").map(PathBuf::from).filter(|folder| folder.is_dir())
}

fn all() -> Option<BTreeMap<String, Report>> {
    let mut reports = BTreeMap::new();
    for file in std::fs::read_dir(folder()?).expect("a folder").flatten() {
        let name = file.file_name().to_string_lossy().into_owned();
        if let Some(name) = name.strip_suffix(".json") {
            let text = std::fs::read_to_string(file.path()).expect("text");
            let report = json::read(&text).expect("a report").remove(0);
            reports.insert(name.to_owned(), report);
        }
    }
    Some(reports)
}

#[test]
fn published_reports_are_told_their_errors_and_no_others() {
    let Some(reports) = all() else { return };
    let names: Vec<&String> = reports.keys().collect();
    let list: Vec<Report> = reports.values().cloned().collect();
    let found = check_all(&list, None);
    // Worked out by hand and by another program.
    let broken: [(&str, &[&str]); 4] = [
        ("jinhu-2023", &["4"]),
        ("part-huiyi-2021", &["3"]),
        ("pingtan-2023", &["6"]),
        ("shanghai-gov-office-2019", &["3"]),
    ];
    for (name, found) in names.iter().zip(&found) {
        let wanted = broken.iter().find(|(known, _)| known == name).map_or(&[][..], |(_, ids)| *ids);
        let told: Vec<&str> =
            found.iter().filter(|identity| identity.holds == Some(false)).map(|identity| identity.id).collect();
        if reports[*name].complete || !wanted.is_empty() {
            assert_eq!(told, wanted, "{name}");
        } else {
            assert!(told.is_empty(), "{name}: a part of a report breaks {told:?}");
        }
    }
    let at = |name: &str| names.iter().position(|known| *known == name);
    for (name, id) in [("pingtan-2022", "5"), ("pingtan-2022", "6"), ("suqian-2024", "5"), ("suqian-2024", "6")] {
        if let Some(at) = at(name) {
            assert_eq!(held(&found[at], id), Some(true), "{name} {id}");
        }
    }
    if let Some(at) = at("shanghai-gov-office-2019") {
        assert_eq!((found[at][2].breaches.len(), list[at].edition()), (11, Edition::Y2019));
    }
}

#[test]
fn published_reports_are_written_as_they_were_read() {
    for (name, report) in all().unwrap_or_default() {
        let value = json::to_value(&report);
        let again = json::of_value(&value).expect("a report");
        assert_eq!(again.tables, report.tables, "{name}");
    }
}
