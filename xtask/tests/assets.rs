//! Rules of the styles and scripts in `web-assets`: lines that a person can read. How long a file may be stands with the
//! other sizes in `rules.rs`.

use xtask::{files, read, root, shown};

/// Columns of a line, as in `rustfmt.toml` and `web-assets/.prettierrc.json`.
const COLUMNS: usize = 120;

#[test]
fn no_line_of_styles_and_scripts_is_longer_than_120_columns() {
    let mut faults = Vec::new();
    let mut seen = 0;
    for path in files(&root().join("web-assets"), &[".css", ".ts", ".mjs"]) {
        seen += 1;
        for (number, line) in read(&path).lines().enumerate() {
            let columns = line.chars().count();
            if columns > COLUMNS {
                faults.push(format!("{}:{}: {columns} columns", shown(&path), number + 1));
            }
        }
    }
    assert!(seen > 20, "only {seen} files were looked at");
    assert!(faults.is_empty(), "`npm run format` in web-assets breaks what it can:\n{}", faults.join("\n"));
}
