//! Organs that are the subject of a sentence: `县税务局，负责征收`, `区公安局牵头开展整治`. They are proposed, never taken: prose says
//! more often what an organ does than what it answers for.

use super::{headings, notes::is_ender, owners};
use crate::work::looked_at;

/// The organs that sentences of a clause say to answer for it, each once, in order.
pub(super) fn find(text: &str) -> Vec<String> {
    looked_at(text.len());
    let mut found: Vec<String> = Vec::new();
    for sentence in text.split(|c: char| is_ender(c) || matches!(c, '\n' | '：' | ':')) {
        for name in subjects(sentence.trim()) {
            if !found.contains(&name) {
                found.push(name);
            }
        }
    }
    for line in text.lines() {
        for name in line_owners(line).into_iter().filter(|name| !name.is_empty()) {
            if !found.iter().any(|known| known == name) {
                found.push(name.to_owned());
            }
        }
    }
    found
}

/// Who stands before the colon of a line, `县财政局：公开预算`, or behind a gap at its end: `公开招生方案　县教体局`.
fn line_owners(line: &str) -> Vec<&str> {
    const LONGEST: usize = 80;
    let line = line.trim();
    let rest = headings::read(line).map_or(line, |heading| &line[heading.rest..]);
    let near = rest.char_indices().nth(LONGEST).map_or(rest, |(at, _)| &rest[..at]);
    let before = near.split_once(['：', ':']).map_or(Vec::new(), |(names, _)| owners::organs(names));
    if !before.is_empty() {
        return before;
    }
    let tail = rest.char_indices().rev().nth(LONGEST).map_or(rest, |(at, _)| &rest[at..]);
    let mark = |c: char| owners::is_trailing_mark(c) && !matches!(c, '-' | '—' | '\t');
    // cells of a table that was not read are told as such
    if line.contains('\t') {
        return Vec::new();
    }
    let gap = tail.char_indices().rev().find(|&(_, c)| mark(c));
    gap.map_or(Vec::new(), |(at, c)| owners::organs(&tail[at + c.len_utf8()..]))
}

fn subjects(sentence: &str) -> Vec<String> {
    const VERBS: [&str; 6] = ["牵头", "负责", "会同", "配合", "承担", "具体落实"];
    const LONGEST: usize = 60;
    let rest = headings::read(sentence).map_or(sentence, |heading| &sentence[heading.rest..]);
    let near: &str = rest.char_indices().nth(LONGEST).map_or(rest, |(at, _)| &rest[..at]);
    let Some(at) = VERBS.iter().filter_map(|verb| near.find(verb)).min() else { return Vec::new() };
    let names = near[..at].trim_end_matches(|c: char| matches!(c, '，' | ',') || c.is_whitespace());
    // behind a comma only what 由 announces is a subject
    let (names, announced) =
        names.rsplit_once(['，', ',']).map_or((names, true), |(_, last)| (last, last.starts_with('由')));
    if !announced {
        return Vec::new();
    }
    let names = ["由", "请"].iter().find_map(|word| names.strip_prefix(word)).unwrap_or(names);
    let names =
        ["具体", "主要", "分别", "共同", "按职责"].iter().find_map(|word| names.strip_suffix(word)).unwrap_or(names);
    let pieces: Vec<&str> = names.split(['、', '和', '与', '及']).map(str::trim).collect();
    let named = |name: &&str| {
        let placed = name.starts_with(['县', '市', '区', '省', '镇', '乡', '州']);
        let office = name.ends_with(['局', '委', '办', '部', '厅', '府', '室', '会', '院', '署', '心']);
        (placed || office) && name.chars().nth(2).is_some() && owners::looks_like_organ(name) && !owners::is_group(name)
    };
    if pieces.is_empty() || !pieces.iter().all(named) {
        return Vec::new();
    }
    pieces.into_iter().map(str::to_owned).collect()
}
