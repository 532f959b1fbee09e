//! The shape of the program: who may import whom, whose tables are whose, and that a capability is named in one place.

use std::{
    collections::{BTreeMap, BTreeSet},
    path::PathBuf,
};

use regex::Regex;
use xtask::{files, read, root, shown};

const BASES: &[&str] = &[
    "fold",
    "kernel",
    "clock",
    "item",
    "foi",
    "fee",
    "receipt",
    "store",
    "web",
    "item",
    "record-check",
    "enforcement",
    "charts",
    "card",
    "egress",
    "sound",
    "text",
    "doc-number",
    "law-text",
    "doc-layout",
    "plan-text",
    "check-text",
    "documents",
    "sheet",
    "letter",
    "annual-report",
];
/// Bases that contexts may import, machines not.
const FOR_CONTEXTS: &[&str] = &["proof"];
const MACHINES: &[&str] = &["review", "document", "duty", "portal-form", "case", "record"];
/// A machine whose batches are what another reviews.
const UPON: &[(&str, &str)] = &[("record", "review")];
const CONTEXTS: &[&str] =
    &["identity", "search", "publishing", "policy", "dialogue", "disclosure", "oversight", "subscription", "broadcast"];

/// Crates that know all contexts.
const COMPOSERS: &[&str] = &["app", "testkit", "it"];

/// What a base may import of ours. Machines import bases, contexts import bases and machines, nobody imports sideways.
const WITHIN_BASES: &[(&str, &[&str])] = &[
    ("fold", &[]),
    ("kernel", &["fold"]),
    ("clock", &["kernel"]),
    ("item", &["fold"]),
    ("foi", &["kernel", "clock"]),
    ("fee", &["kernel", "clock"]),
    ("receipt", &["kernel"]),
    ("sound", &[]),
    ("text", &["fold"]),
    ("doc-number", &["fold"]),
    ("law-text", &["fold", "doc-number"]),
    ("doc-layout", &["fold", "doc-number"]),
    ("plan-text", &["fold"]),
    ("check-text", &["fold", "text", "doc-number", "doc-layout", "law-text"]),
    ("documents", &[]),
    ("annual-report", &[]),
    // Only the guarded child, which is the program itself, and tests link the heavy readers.
    ("documents-read", &["documents", "fold"]),
    ("sheet", &["fold", "item", "documents"]),
    ("letter", &["kernel"]),
    // Only the child that makes PDF, which is the program itself, links the typesetter.
    ("typeset", &["letter"]),
    ("store-derive", &[]),
    ("store", &["kernel", "store-derive"]),
    ("web", &["fold", "kernel", "store"]),
    ("item", &["kernel", "clock"]),
    ("record-check", &["item", "kernel", "clock"]),
    ("enforcement", &["item"]),
    ("charts", &["item", "web"]),
    ("card", &[]),
    // All write the log, few ask for its proof: the audit and the commands.
    ("proof", &["kernel", "store"]),
    // Around every answer: known to what puts the servers together alone.
    ("edge", &["kernel", "store", "web"]),
    ("egress", &[]),
];

fn fail_on(faults: &[String], rule: &str) {
    assert!(faults.is_empty(), "{rule}\n{}", faults.join("\n"));
}

/// What a crate may import of ours; `None` when it stands in no layer.
fn may_import(name: &str) -> Option<BTreeSet<&'static str>> {
    if let Some((_, edges)) = WITHIN_BASES.iter().find(|(base, _)| *base == name) {
        return Some(edges.iter().copied().collect());
    }
    let bases = BASES.iter().copied();
    if MACHINES.contains(&name) {
        let below = UPON.iter().filter(|(upper, _)| *upper == name).map(|(_, lower)| *lower);
        return Some(bases.chain(below).collect());
    }
    let more = MACHINES.iter().chain(FOR_CONTEXTS).copied();
    CONTEXTS.contains(&name).then(|| bases.chain(more).collect())
}

/// Name and folder of every crate.
fn crates() -> Vec<(String, PathBuf)> {
    let folders = std::fs::read_dir(root().join("crates")).expect("crates").flatten();
    let mut found: Vec<_> =
        folders.map(|folder| (folder.file_name().to_string_lossy().into_owned(), folder.path())).collect();
    found.sort();
    found
}

/// Production sources of a crate: without tests beside or inside them.
fn sources(folder: &std::path::Path) -> Vec<(PathBuf, String)> {
    let is_test = |path: &PathBuf| {
        path.components().any(|part| {
            let name = part.as_os_str().to_string_lossy();
            name == "tests" || name == "tests.rs" || name.ends_with("_tests.rs") || name == "fixture.rs"
        })
    };
    let paths = files(&folder.join("src"), &[".rs"]).into_iter().filter(|path| !is_test(path));
    paths
        .map(|path| {
            let text = read(&path);
            let end = text.find("#[cfg(test)]").unwrap_or(text.len());
            // Examples in comments do nothing.
            let code: Vec<&str> =
                text[..end].lines().map(|line| if line.trim_start().starts_with("//") { "" } else { line }).collect();
            (path, code.join("\n"))
        })
        .collect()
}

#[test]
fn arrows_point_down_only() {
    let ours: BTreeSet<String> = crates().into_iter().map(|(name, _)| name).collect();
    let mut faults = Vec::new();
    for (name, folder) in crates() {
        if COMPOSERS.contains(&name.as_str()) {
            continue;
        }
        let Some(allowed) = may_import(&name) else {
            faults.push(format!("crates/{name} stands in no layer: add it here and to ARCHITECTURE.md"));
            continue;
        };
        let manifest: toml::Table = read(&folder.join("Cargo.toml")).parse().expect("a manifest");
        for section in ["dependencies", "build-dependencies"] {
            let Some(toml::Value::Table(table)) = manifest.get(section) else { continue };
            let imported = table.keys().filter(|key| ours.contains(key.as_str()) && !allowed.contains(key.as_str()));
            faults.extend(imported.map(|dependency| format!("crates/{name} imports {dependency}")));
        }
    }
    fail_on(
        &faults,
        "Bases know no machine, machines know no context and, but for those named, not each other, contexts meet through offers.",
    );
}

#[test]
fn the_drivers_of_the_databases_are_named_in_store_alone() {
    let driver = Regex::new(r"\bsqlx\b").expect("regex");
    let mut faults = Vec::new();
    for path in files(&root(), &[".rs", "Cargo.toml"]) {
        let name = shown(&path);
        let own = name.starts_with("crates/store/") || name == "Cargo.toml" || name.starts_with("xtask/");
        if own {
            continue;
        }
        for (number, line) in read(&path).lines().enumerate() {
            if driver.is_match(line) && !line.trim_start().starts_with("//") {
                faults.push(format!("{name}:{}: {}", number + 1, line.trim()));
            }
        }
    }
    fail_on(&faults, "Everybody else writes SQL through store::sql.");
}

#[test]
fn addresses_of_the_two_sites_have_one_form() {
    let own = Regex::new(r"(?:portal|office)_url\s*\.trim_end_matches").expect("regex");
    let mut faults = Vec::new();
    for (_, folder) in crates() {
        for (path, source) in sources(&folder) {
            if own.is_match(&source) && shown(&path) != "crates/web/src/ctx.rs" {
                faults.push(shown(&path));
            }
        }
    }
    fail_on(
        &faults,
        "The address of a site is Ctx::portal_url or Ctx::office_url: with or without a slash is decided there.",
    );
}

/// Who made each table.
fn owners() -> BTreeMap<String, String> {
    let table = Regex::new(r"(?m)^CREATE TABLE (?:IF NOT EXISTS )?(\w+)").expect("regex");
    let mut owners = BTreeMap::new();
    for (name, folder) in crates() {
        for path in files(&folder.join("migrations"), &[".sql"]) {
            for found in table.captures_iter(&read(&path)) {
                owners.insert(found[1].to_owned(), name.clone());
            }
        }
    }
    owners
}

#[test]
fn tables_are_written_by_their_owner_and_read_by_whoever_stands_above() {
    let owners = owners();
    assert!(owners.len() > 20, "only {} tables found", owners.len());
    let reads = Regex::new(r"\b(?:FROM|JOIN)\s+(\w+)").expect("regex");
    let writes = Regex::new(r"\b(?:INSERT INTO|UPDATE|DELETE FROM)\s+(\w+)").expect("regex");
    let mut faults = Vec::new();
    for (name, folder) in crates() {
        let Some(below) = may_import(&name) else { continue };
        for (path, text) in sources(&folder) {
            for found in writes.captures_iter(&text) {
                if let Some(owner) = owners.get(&found[1]).filter(|owner| **owner != name) {
                    faults.push(format!("{}: writes {} of {owner}", shown(&path), &found[1]));
                }
            }
            for found in reads.captures_iter(&text) {
                let foreign = owners.get(&found[1]).filter(|owner| **owner != name && !below.contains(owner.as_str()));
                if let Some(owner) = foreign {
                    faults.push(format!("{}: reads {} of {owner}", shown(&path), &found[1]));
                }
            }
        }
    }
    fail_on(&faults, "A table is its owner's; others ask the owner, or hear of its events.");
}

#[test]
fn an_event_is_named_where_it_is_declared_and_nowhere_else() {
    let declared = Regex::new(
        r#"(?s)(?:EventKind::new|\b(?:kind|organ|account|session|event))\(\s*(?:"\w+",\s*|SUBJECT,\s*)?"(\w+\.\w+)""#,
    )
    .expect("regex");
    let mut names: BTreeMap<String, String> = BTreeMap::new();
    for (_, folder) in crates() {
        for (path, text) in sources(&folder).into_iter().filter(|(_, text)| text.contains("EventKind")) {
            for found in declared.captures_iter(&text) {
                names.entry(found[1].to_owned()).or_insert_with(|| shown(&path));
            }
        }
    }
    assert!(names.len() > 50, "only {} events found", names.len());
    let mut faults = Vec::new();
    for (_, folder) in crates() {
        for (path, text) in sources(&folder) {
            let file = shown(&path);
            if file.starts_with("crates/it/") {
                continue;
            }
            for (number, line) in text.lines().enumerate().filter(|(_, line)| !line.trim_start().starts_with("//")) {
                let foreign = names.iter().find(|(name, home)| **home != file && line.contains(&format!("\"{name}\"")));
                if let Some((name, home)) = foreign {
                    faults.push(format!("{file}:{}: says {name}, which {home} declares", number + 1));
                }
            }
        }
    }
    fail_on(&faults, "An event is a constant (EventKind); nobody else spells its name.");
}

#[test]
fn ids_have_types() {
    let signature = Regex::new(r"(?s)\bfn \w+[^{;]*?\)").expect("regex");
    // An `id` whose kind stands beside it (of a subject of the log, of a review) names no type of its own.
    let named = "account|attachment|by|case|clause|column|document|duty|edition|evidence|import|job|organ|plan|review|\
                 section|session|share";
    let text =
        Regex::new(&format!(r"\b(?:{named})(?:_id)?: (?:&(?:'[a-r] )?str|String|Option<&str>)[,)]")).expect("regex");
    let path = Regex::new(r"Path\((?:id|code|account|organ|job|plan|duty)\): Path<String>").expect("regex");
    let mut faults = Vec::new();
    for (name, folder) in crates() {
        // Helpers of tests take what tests write.
        if ["kernel", "text", "plan-text", "testkit"].contains(&name.as_str()) {
            continue;
        }
        for (file, source) in sources(&folder) {
            let wrong = |found: &str| text.is_match(found) || path.is_match(found);
            for found in signature.find_iter(&source).filter(|found| wrong(found.as_str())) {
                let line = source[..found.start()].lines().count();
                let words = found.as_str().split_whitespace().collect::<Vec<_>>().join(" ");
                faults.push(format!("{}:{line}: {words}", shown(&file)));
            }
        }
    }
    fail_on(&faults, "What takes an id takes its type (kernel::id): two kinds can then not be swapped.");
}

/// Where [`web::act`] and its sisters do not do, with why: files of handlers that open a write themselves, and whoever else claims
/// the token of a form.
const NOT_THROUGH_ACT: &[(&str, &str)] = &[
    ("crates/web/src/act.rs", "this is the shape"),
    ("crates/duty/src/reform.rs", "no form: a follower that tells each reform once"),
    (
        "crates/oversight/src/plans/import.rs",
        "a text that is known already is asked about; its form must be heard again",
    ),
];

#[test]
fn a_handler_writes_through_act() {
    let handler = Regex::new(r"\bState\(ctx\)|\bdesk: Desk\b").expect("regex");
    let mut found: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (_, folder) in crates().into_iter().filter(|(name, _)| !["store", "it", "testkit"].contains(&name.as_str())) {
        for (path, text) in sources(&folder) {
            let handles = handler.is_match(&text);
            let writes = |line: &str| (handles && line.contains(".write()")) || line.contains("Once::");
            let lines = text.lines().enumerate().filter(|(_, line)| writes(line));
            let lines: Vec<String> =
                lines.map(|(number, line)| format!("{}:{}: {}", shown(&path), number + 1, line.trim())).collect();
            if !lines.is_empty() {
                found.insert(shown(&path), lines);
            }
        }
    }
    let mut faults = Vec::new();
    for (file, why) in NOT_THROUGH_ACT {
        if found.remove(*file).is_none() {
            faults.push(format!("{file}: no exception any more ({why})"));
        }
    }
    faults.extend(found.into_values().flatten());
    fail_on(&faults, "Every write of a page has one shape: web::act, act_in_place, act_or_form, act_for or act_now.");
}

#[test]
fn a_capability_is_named_by_the_list_alone() {
    let contexts = CONTEXTS.join("|");
    let used = Regex::new(&format!(r"\b(?:{contexts})::")).expect("regex");
    let mut faults = Vec::new();
    // Reading files into the program, and commands that are a capability's own, are the composer's business.
    let own = [
        "capabilities.rs",
        "cli/",
        "backup",
        "doctor",
        "demo/",
        "health.rs",
        "compose.rs",
        "serve.rs",
        "system/",
        "desk/",
    ];
    for (path, text) in sources(&root().join("crates/app")) {
        let file = shown(&path);
        if own.iter().any(|name| file.strip_prefix("crates/app/src/").is_some_and(|rest| rest.starts_with(name))) {
            continue;
        }
        for (number, line) in text.lines().enumerate().filter(|(_, line)| used.is_match(line)) {
            faults.push(format!("{file}:{}: {}", number + 1, line.trim()));
        }
    }
    fail_on(&faults, "What the program does with a capability it learns from what the capability declares.");
}

#[test]
fn what_a_person_typed_is_shown_again_when_it_is_refused() {
    let function = Regex::new(r"(?ms)^(?:pub(?:\([^)]*\))? )?async fn (\w+)(.*?)^\}").expect("regex");
    let words =
        Regex::new(r"\.(?:reason|opinion|note|notice|text|erase_reason|missing|comment|basis)\b").expect("regex");
    let sent = Regex::new(r"\bForm\(\w+\): Form<").expect("regex");
    let writes = Regex::new(r"\bact(?:_for|_now)?\(").expect("regex");
    let again = Regex::new(r"\bact_in_place\(|\bact_or_form\(|\banswer\(|office_errors\(|\bchange\(").expect("regex");
    let mut faults = Vec::new();
    for (_, folder) in crates().into_iter().filter(|(name, _)| CONTEXTS.contains(&name.as_str())) {
        for (path, text) in sources(&folder) {
            for function in function.captures_iter(&text) {
                let body = &function[2];
                if sent.is_match(body) && words.is_match(body) && writes.is_match(body) && !again.is_match(body) {
                    faults.push(format!("{}: {}", shown(&path), &function[1]));
                }
            }
        }
    }
    fail_on(
        &faults,
        "A refused form is shown again with what was typed: act_in_place, or act_or_form where nothing else refuses.",
    );
}
