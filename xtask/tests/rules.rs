//! The rules.

use std::sync::LazyLock;

use regex::Regex;
use xtask::{files, read, root, shown};

fn fail_on(faults: &[String], rule: &str) {
    assert!(faults.is_empty(), "{rule}\n{}", faults.join("\n"));
}

#[test]
fn what_only_computes_does_no_io() {
    let forbidden =
        Regex::new(r"\b(std::fs|std::net|tokio|async fn|SystemTime::now|Timestamp::now|thread_rng)\b").expect("regex");
    let mut faults = Vec::new();
    const PURE: [&str; 13] = [
        "fold",
        "kernel",
        "clock",
        "item",
        "fee",
        "foi",
        "receipt",
        "text",
        "plan-text",
        "doc-layout",
        "law-text",
        "check-text",
        "annual-report",
    ];
    for name in PURE {
        for path in files(&root().join("crates").join(name).join("src"), &[".rs"]) {
            if path.components().any(|part| ["tests", "tests.rs"].iter().any(|name| part.as_os_str() == *name)) {
                continue;
            }
            for (number, line) in read(&path).lines().enumerate() {
                if line.contains("cfg(test)") {
                    break;
                }
                if forbidden.is_match(line) && !line.trim_start().starts_with("//") {
                    faults.push(format!("{}:{}: {}", shown(&path), number + 1, line.trim()));
                }
            }
        }
    }
    fail_on(&faults, "These crates do no I/O and read no clock.");
}

#[test]
fn only_app_reads_the_systems_clock_and_entropy() {
    let forbidden =
        Regex::new(r"Timestamp::now\(|SystemTime::now\(|Zoned::now\(|rand::(fill|random|rng)\(|OsRng").expect("regex");
    let mut faults = Vec::new();
    for path in files(&root().join("crates"), &[".rs"]) {
        let name = shown(&path);
        if name.starts_with("crates/app/") || name.starts_with("crates/testkit/") || name.starts_with("crates/it/") {
            continue;
        }
        for (number, line) in read(&path).lines().enumerate() {
            if forbidden.is_match(line) && !line.trim_start().starts_with("//") {
                faults.push(format!("{name}:{}: {}", number + 1, line.trim()));
            }
        }
    }
    fail_on(&faults, "Clock and randomness are parameters (kernel::Seams).");
}

#[test]
fn files_stay_under_600_lines_and_functions_under_100() {
    let opens = Regex::new(r"^( *)(?:pub(?:\([^)]*\))? )?(?:const |async |unsafe )*fn (\w+)").expect("regex");
    let mut faults = Vec::new();
    for path in files(&root(), &[".rs", ".ts", ".mjs", ".css"]) {
        let text = read(&path);
        let lines: Vec<&str> = text.lines().collect();
        if lines.len() > 600 {
            faults.push(format!("{} has {} lines", shown(&path), lines.len()));
        }
        if path.extension().is_none_or(|ending| ending != "rs") {
            continue;
        }
        let mut open: Option<(usize, String, String)> = None;
        for (number, line) in lines.iter().enumerate() {
            if let Some(found) = opens.captures(line) {
                open = Some((number, found[1].to_owned(), found[2].to_owned()));
            } else if let Some((start, indent, name)) = &open
                && line.strip_prefix(indent.as_str()) == Some("}")
            {
                if number - start > 100 {
                    faults.push(format!("{}:{}: fn {name} has {} lines", shown(&path), start + 1, number - start));
                }
                open = None;
            }
        }
    }
    fail_on(&faults, "Files stay under 600 lines, functions under 100.");
}

#[test]
fn every_module_says_what_it_is_for() {
    let mut faults = Vec::new();
    for path in files(&root().join("crates"), &[".rs"]).into_iter().chain(files(&root().join("xtask"), &[".rs"])) {
        if !read(&path).trim_start().starts_with("//!") {
            faults.push(shown(&path));
        }
    }
    fail_on(&faults, "A module opens with `//!`.");
}

/// Words without the articles and pronouns that carry nothing, and without their plural.
fn bare(text: &str) -> Vec<String> {
    static WORD: LazyLock<Regex> = LazyLock::new(|| Regex::new(r"[A-Z]?[a-z]+|[A-Z]+").expect("regex"));
    let empty = ["the", "a", "an", "of", "its", "this", "one", "is", "it"];
    let words = WORD.find_iter(text).map(|word| word.as_str().to_lowercase());
    words.filter(|word| !empty.contains(&word.as_str())).map(|word| word.trim_end_matches('s').to_owned()).collect()
}

#[test]
fn no_comment_only_repeats_the_name_below_it() {
    let item = Regex::new(
        r"^\s*(?:pub(?:\([^)]*\))? )?(?:(?:const |async )*(?:fn|static|const|struct|enum|trait|type) )?(\w+)(?:: ([^=]*))?",
    )
    .expect("regex");
    let mut faults = Vec::new();
    for path in files(&root().join("crates"), &[".rs"]) {
        let source = read(&path);
        let lines: Vec<&str> = source.lines().collect();
        let mut above = "";
        for (number, three) in lines.windows(2).enumerate() {
            let (line, below) = (three[0].trim_start(), three[1]);
            let alone =
                !std::mem::replace(&mut above, line).starts_with("///") && !below.trim_start().starts_with("//");
            let Some(said) = line.strip_prefix("/// ").filter(|said| alone && said.is_ascii()) else { continue };
            let Some(named) = item.captures(below).filter(|_| !said.contains(['`', '/', '=', '[', '<'])) else {
                continue;
            };
            let known = bare(&format!("{} {}", &named[1], named.get(2).map_or("", |kind| kind.as_str())));
            if said.contains(char::is_alphabetic) && bare(said).iter().all(|word| known.contains(word)) {
                faults.push(format!("{}:{}: {said}", shown(&path), number + 1));
            }
        }
    }
    fail_on(&faults, "A comment says more than the name, or is left out.");
}

#[test]
fn no_stub_is_left() {
    // Built from pieces so that this file does not name itself.
    let stubs = Regex::new(&["todo", "unimplemented"].map(|word| format!(r"\b{word}!\(")).join("|")).expect("regex");
    let ignored = format!("#[{}", "ignore");
    let mut faults = Vec::new();
    for path in files(&root(), &[".rs"]) {
        for (number, line) in read(&path).lines().enumerate() {
            if stubs.is_match(line) || line.trim_start().starts_with(&ignored) {
                faults.push(format!("{}:{}", shown(&path), number + 1));
            }
        }
    }
    fail_on(&faults, "No stub and no test switched off.");
}

#[test]
fn paths_named_in_the_documents_exist() {
    let path_like =
        Regex::new(r"`((?:crates|docs|demo|e2e|bench|deploy|web-assets|xtask|scripts|\.ci)/[A-Za-z0-9_./-]*)`")
            .expect("regex");
    let mut faults = Vec::new();
    for document in ["ARCHITECTURE.md", "CONTRIBUTING.md", "README.md", "README.zh.md", "SECURITY.md"] {
        for found in path_like.captures_iter(&read(&root().join(document))) {
            if !root().join(&found[1]).exists() {
                faults.push(format!("{document}: {}", &found[1]));
            }
        }
    }
    for path in files(&root().join("docs"), &[".md"]) {
        for found in path_like.captures_iter(&read(&path)) {
            if !root().join(&found[1]).exists() {
                faults.push(format!("{}: {}", shown(&path), &found[1]));
            }
        }
    }
    fail_on(&faults, "A path named in the documents exists.");
}

#[test]
fn every_dependency_has_its_reason() {
    let manifest = read(&root().join("Cargo.toml"));
    let reasons = read(&root().join("docs/adr/0004-dependencies.md"));
    let listed =
        manifest.split("[workspace.dependencies]").nth(1).and_then(|rest| rest.split("\n[").next()).expect("a list");
    let names = listed.lines().filter_map(|line| line.split_once(" = ")).filter(|(_, what)| !what.contains("path = "));
    let told = |name: &str| {
        reasons.split(|c: char| !c.is_ascii_alphanumeric() && c != '-' && c != '_').any(|word| word == name)
    };
    let faults: Vec<String> = names.filter(|(name, _)| !told(name)).map(|(name, _)| name.to_owned()).collect();
    fail_on(&faults, "docs/adr/0004-dependencies.md says what each library is for.");
}

#[test]
fn pictures_shown_exist_and_nothing_is_left_to_fill_in() {
    let picture = Regex::new(r"!\[[^\]]*\]\(([^)]+)\)").expect("regex");
    let open = Regex::new(r"@[A-Z_]{3,}@").expect("regex");
    let mut faults = Vec::new();
    for document in ["README.md", "README.zh.md", "ARCHITECTURE.md", "CONTRIBUTING.md", "CHANGELOG.md"] {
        let text = read(&root().join(document));
        for found in picture.captures_iter(&text).filter(|found| !root().join(&found[1]).exists()) {
            faults.push(format!("{document}: {}", &found[1]));
        }
        faults.extend(open.find_iter(&text).map(|found| format!("{document}: {}", found.as_str())));
    }
    fail_on(&faults, "Pictures exist, figures are filled in.");
}

#[test]
fn architecture_names_every_crate() {
    let text = read(&root().join("ARCHITECTURE.md"));
    let mut faults = Vec::new();
    for folder in std::fs::read_dir(root().join("crates")).expect("crates").flatten() {
        let name = format!("`crates/{}/", folder.file_name().to_string_lossy());
        if !text.contains(&name) {
            faults.push(format!("ARCHITECTURE.md does not name {name}`"));
        }
    }
    fail_on(&faults, "The code map is complete.");
}

#[test]
fn migrations_comment_every_table_and_use_three_types() {
    let types = Regex::new(r"^\s+([a-z_]+)\s+([A-Z]+)").expect("regex");
    let mut faults = Vec::new();
    for path in files(&root().join("crates"), &[".sql"]) {
        let text = read(&path);
        let mut previous = "";
        for (number, line) in text.lines().enumerate() {
            if line.starts_with("CREATE TABLE") && !previous.starts_with("--") {
                faults.push(format!("{}:{}: a table without a comment above it", shown(&path), number + 1));
            }
            if let Some(found) = types.captures(line)
                && !["TEXT", "BIGINT", "DOUBLE", "PRIMARY", "UNIQUE"].contains(&&found[2])
            {
                faults.push(format!("{}:{}: type {}", shown(&path), number + 1, &found[2]));
            }
            previous = line;
        }
    }
    fail_on(&faults, "Tables are commented; columns are TEXT, BIGINT or DOUBLE PRECISION (ADR 0002).");
}

#[test]
fn sql_is_never_built_from_input() {
    let built = Regex::new(r"\bbuilt\(").expect("regex");
    let mut faults = Vec::new();
    for path in files(&root().join("crates"), &[".rs"]) {
        let text = read(&path);
        for (number, line) in text.lines().enumerate() {
            let proven = text.lines().skip(number.saturating_sub(8)).take(9).any(|near| {
                near.contains("// SQL:")
                    || near.contains("never from")
                    || near.contains("letters, digits and underscores only")
            });
            if built.is_match(line)
                && !line.trim_start().starts_with("use ")
                && !proven
                && !shown(&path).starts_with("crates/store/src/sql/")
            {
                faults.push(format!(
                    "{}:{}: say in a `// SQL:` comment which fixed pieces it is built from",
                    shown(&path),
                    number + 1
                ));
            }
        }
    }
    fail_on(&faults, "Built SQL says above it what it is built from; input is always bound.");
}

#[test]
fn nothing_speaks_of_one_machine() {
    // Built from pieces so that this file does not name itself.
    let roots = ["work", "root", "home/user"].map(|name| format!("/{name}/")).join("|");
    let machine = Regex::new(&format!(r#"(^|[\s"'`(=])({roots})"#)).expect("regex");
    let mut faults = Vec::new();
    for path in files(
        &root(),
        &[".rs", ".md", ".toml", ".ts", ".mjs", ".html", ".css", ".sql", ".json", ".csv", "Makefile", "run"],
    ) {
        for (number, line) in read(&path).lines().enumerate() {
            if machine.is_match(line) {
                faults.push(format!("{}:{}: {}", shown(&path), number + 1, line.trim()));
            }
        }
    }
    fail_on(&faults, "No path of one machine in the project.");
}

#[test]
fn templates_hold_no_inline_script_or_style() {
    let inline = Regex::new(r#"<script(?:>|\s+[^>]*>)[^<]|\sstyle="|\son[a-z]+="|javascript:"#).expect("regex");
    let mut faults = Vec::new();
    for path in files(&root().join("crates"), &[".html"]) {
        for (number, line) in read(&path).lines().enumerate() {
            if inline.is_match(line) {
                faults.push(format!("{}:{}: {}", shown(&path), number + 1, line.trim()));
            }
        }
    }
    fail_on(&faults, "The content security policy forbids inline script and style.");
}

#[test]
fn no_line_of_a_template_is_longer_than_200_characters() {
    let mut faults = Vec::new();
    for path in files(&root().join("crates"), &[".html"]) {
        for (number, line) in read(&path).lines().enumerate() {
            if line.chars().count() > 200 {
                faults.push(format!("{}:{}: {} characters", shown(&path), number + 1, line.chars().count()));
            }
        }
    }
    fail_on(
        &faults,
        "Break it where `{%-` or `-%}` takes the new line out again, between blocks, or between attributes.",
    );
}

/// In a list of buttons read aloud 删除, 删除, 删除 says nothing: each names its row, on the button or in `aria-label`.
#[test]
fn buttons_of_rows_say_of_which_row() {
    let rows = Regex::new(r"(?s)<tbody.*?</tbody>").expect("regex");
    let button = Regex::new(r#"<button((?:[^>"]|"[^"]*")*)>([^<]*)</button>"#).expect("regex");
    let mut faults = Vec::new();
    for path in files(&root().join("crates"), &[".html"]) {
        let text = read(&path);
        for body in rows.find_iter(&text).filter(|body| body.as_str().contains(" for ")) {
            for found in button.captures_iter(body.as_str()) {
                if !found[2].contains("{{") && !found[1].contains("aria-label") {
                    faults.push(format!("{}: {}", shown(&path), found[2].trim()));
                }
            }
        }
    }
    fail_on(&faults, "Add `<span class=\"vh\">：{{ … }}</span>` with what the row is called.");
}

#[test]
fn a_step_of_the_structure_that_has_landed_is_never_edited() {
    use sha2::{Digest, Sha256};
    let list = read(&root().join("xtask/steps.txt"));
    let landed: Vec<(&str, &str)> =
        list.lines().filter(|line| !line.starts_with('#')).filter_map(|line| line.split_once("  ")).collect();
    let mut faults = Vec::new();
    for (digest, path) in &landed {
        let now = std::fs::read(root().join(path)).map(|bytes| hex::encode(Sha256::digest(bytes)));
        if now.as_deref().ok() != Some(*digest) {
            faults.push(format!("{path}: landed with {digest}; write the change as the next step"));
        }
    }
    for path in files(&root().join("crates"), &[".sql"]).iter().map(|path| shown(path)) {
        if path.contains("/migrations/") && !landed.iter().any(|(_, known)| *known == path) {
            faults.push(format!("{path}: not in xtask/steps.txt; add the line that sha256sum prints"));
        }
    }
    fail_on(&faults, "Installations have taken these steps: what they did cannot be changed afterwards.");
}

#[test]
fn texts_have_one_word_for_one_thing() {
    let domain = read(&root().join("docs/domain.md"));
    let table = domain.split("| word | not |").nth(1).expect("the table in docs/domain.md");
    let rows = table.lines().skip(2).take_while(|line| line.starts_with('|'));
    let words: Vec<(&str, &str)> = rows
        .filter_map(|row| row.trim_matches('|').split_once('|'))
        .map(|(word, not)| (word.trim(), not.trim()))
        .collect();
    assert!(words.len() > 10, "{words:?}");
    let mut faults = Vec::new();
    let mut places = files(&root().join("crates"), &[".html"]);
    places.extend(files(&root().join("web-assets/src"), &[".ts"]));
    // What plans and old papers write is read, whatever word they use; tests quote it.
    let ours = |path: &std::path::PathBuf| {
        let path = shown(path);
        path.contains("/src/")
            && !path.contains("/tests/")
            && !path.contains("plan-text")
            && !path.contains("doc-layout")
            && !path.contains("/examples/")
    };
    places.extend(files(&root().join("crates"), &[".rs"]).into_iter().filter(ours));
    for path in places {
        for (number, line) in read(&path).lines().enumerate() {
            // The second factor has its name.
            let line = line.replace("动态口令", "");
            // The printed table of the catalogue has its own heads.
            let line = if shown(&path).contains("/catalogue/") && shown(&path).contains("standard.") {
                line.replace("公开方式", "")
            } else {
                line
            };
            let rust = path.extension().is_some_and(|end| end == "rs");
            if rust && line.contains("cfg(test)") {
                break;
            }
            if rust && line.trim_start().starts_with("//") {
                continue;
            }
            let speaks = |not: &str| line.contains(not) && !(rust && not == "命令");
            for (word, not) in words.iter().filter(|(_, not)| speaks(not)) {
                faults.push(format!("{}:{}: {word}, not {not}", shown(&path), number + 1));
            }
        }
    }
    fail_on(&faults, "One word for one thing: the table in docs/domain.md.");
}
