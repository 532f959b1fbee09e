//! The log reads as words: whatever happens, nobody who looks at it meets a code, a raw moment or JSON.

use kernel::Role;
use testkit::{TestApp, both};

use crate::{matrix, publishing};

fn is_han(c: char) -> bool {
    ('\u{4e00}'..='\u{9fff}').contains(&c)
}

/// The cells of a line of CSV, of which some go over several lines.
fn cells(text: &str) -> Vec<Vec<String>> {
    let (mut rows, mut row, mut cell, mut quoted) = (Vec::new(), Vec::new(), String::new(), false);
    let mut chars = text.trim_start_matches('\u{feff}').chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            '"' if quoted && chars.peek() == Some(&'"') => {
                chars.next();
                cell.push('"');
            }
            '"' => quoted = !quoted,
            ',' if !quoted => row.push(std::mem::take(&mut cell)),
            '\r' if !quoted => {}
            '\n' if !quoted => {
                row.push(std::mem::take(&mut cell));
                rows.push(std::mem::take(&mut row));
            }
            c => cell.push(c),
        }
    }
    rows
}

/// Pieces that are meant for programs: codes with an underscore or a point, moments as they are stored, JSON.
fn raw(told: &str) -> Vec<&str> {
    let pieces =
        told.split(|c: char| !(c.is_ascii_alphanumeric() || "_.:-+".contains(c))).filter(|piece| !piece.is_empty());
    let code = |piece: &&str| {
        let lower = piece.bytes().all(|b| b.is_ascii_lowercase() || matches!(b, b'_' | b'.'));
        let joined = piece.trim_matches('.').contains(['_', '.']);
        let file = [".txt", ".pdf", ".docx", ".xlsx", ".csv", ".md", ".html", ".png", ".cn", ".com", ".invalid"];
        lower && joined && !file.iter().any(|end| piece.ends_with(end))
    };
    let moment = |piece: &&str| piece.len() >= 20 && piece.contains('T') && piece.ends_with('Z');
    let mut found: Vec<&str> = pieces.filter(|piece| code(piece) || moment(piece)).collect();
    found.extend(["{\"", "[\"", "\":"].into_iter().filter(|json| told.contains(json)));
    found
}

/// Everything that the log of this installation tells so far, looked at as the auditor gets it.
pub(crate) async fn read(app: &TestApp) -> usize {
    let mut auditor = app.person("auditor-of-words", "QH001", &[Role::AuditAdmin]).await;
    let rows = cells(&auditor.get("/audit/export.csv").await.expect(200).text());
    let column =
        |name: &str| rows[0].iter().position(|head| head == name).unwrap_or_else(|| panic!("{name}: {:?}", rows[0]));
    let (label, kind, told) = (column("事项"), column("事项代码"), column("内容"));
    let mut faults = Vec::new();
    for row in &rows[1..] {
        if !row[label].contains(is_han) {
            faults.push(format!("{} is called {}", row[kind], row[label]));
        }
        let raw = raw(&row[told]);
        if !raw.is_empty() {
            faults.push(format!("{} tells {raw:?} in {}", row[kind], row[told]));
        }
    }
    assert!(faults.is_empty(), "{}", faults.join("\n"));
    rows.len() - 1
}

both! {
    async fn every_event_reads_as_words(app) {
        publishing::column(app).await;
        for kind in app.ctx().capabilities().events() {
            assert!(kind.label.contains(is_han), "{} is called {}", kind.name, kind.label);
            for (key, words) in kind.fields {
                assert!(words.is_empty() || words.contains(is_han), "{}: {key} is called {words}", kind.name);
            }
        }
        matrix::documents(app).await;
        matrix::duties(app).await;
        assert!(read(app).await > 30);
    }
}

#[test]
fn what_is_raw_is_seen() {
    for told in ["类型：work_points", "种类：document.gate_passed", "到：2026-03-05T01:02:03.004Z", "内容：{\"a\":1}"]
    {
        assert!(!raw(told).is_empty(), "{told}");
    }
    for told in
        ["类型：工作要点", "登录名：editor-mz", "期限：2026-03-05 → 2026-04-01", "请求：GET /plans", "附件：a.PDF"]
    {
        assert!(raw(told).is_empty(), "{told}: {:?}", raw(told));
    }
}
