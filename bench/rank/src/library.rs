//! A folder of laws in Markdown, one a file: `名称(YYYY-MM-DD).md`, the title as the first heading, what is known of its making
//! up to the mark `INFO END`, then chapters as headings and each paragraph as a line.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use anyhow::{Context, Result, ensure};
use jiff::civil::Date;

/// One law in one of its versions.
#[derive(Debug, Clone)]
pub(crate) struct Law {
    /// Name of the file without its ending: 行政处罚法(2021-01-22).
    pub(crate) stem: String,
    /// Name of the file without its date: 行政处罚法.
    pub(crate) name: String,
    /// As it is promulgated: 中华人民共和国行政处罚法.
    pub(crate) title: String,
    pub(crate) on: Date,
    /// Whether no later version of the same name is there.
    pub(crate) newest: bool,
    /// 国务院令第711号; empty where it is none.
    pub(crate) number: String,
    /// Its visible lines, without the title.
    pub(crate) lines: Vec<String>,
    pub(crate) html: String,
}

/// The laws below this folder in the order of their names; a law that lies in two places counts once.
///
/// # Errors
/// When there is none, or a file cannot be read.
pub(crate) fn read(folder: &Path) -> Result<Vec<Law>> {
    let mut files = Vec::new();
    collect(folder, &mut files)?;
    let mut laws: BTreeMap<String, Law> = BTreeMap::new();
    for file in files {
        let stem = file.file_stem().unwrap_or_default().to_string_lossy().into_owned();
        let text = fs::read_to_string(&file).with_context(|| file.display().to_string())?;
        if let Some(law) = law(&stem, &text) {
            laws.insert(stem, law);
        }
    }
    ensure!(!laws.is_empty(), "{} holds no laws", folder.display());
    let mut laws: Vec<Law> = laws.into_values().collect();
    let mut last: BTreeMap<String, Date> = BTreeMap::new();
    for law in &laws {
        let day = last.entry(law.name.clone()).or_insert(law.on);
        *day = law.on.max(*day);
    }
    for law in &mut laws {
        law.newest = last.get(&law.name) == Some(&law.on);
    }
    Ok(laws)
}

fn collect(folder: &Path, files: &mut Vec<PathBuf>) -> Result<()> {
    for entry in fs::read_dir(folder).with_context(|| folder.display().to_string())? {
        let path = entry?.path();
        if path.is_dir() {
            collect(&path, files)?;
        } else if path.extension().is_some_and(|ending| ending == "md") {
            files.push(path);
        }
    }
    Ok(())
}

fn law(stem: &str, text: &str) -> Option<Law> {
    let (name, day) = stem.strip_suffix(')')?.rsplit_once('(')?;
    let on = day.parse().ok()?;
    let (head, _) = text.split_once("INFO END")?;
    let mut law = Law {
        stem: stem.to_owned(),
        name: name.to_owned(),
        title: name.to_owned(),
        on,
        newest: false,
        number: decree(head),
        lines: Vec::new(),
        html: String::new(),
    };
    for line in text.lines().map(str::trim).filter(|line| !line.is_empty() && !line.starts_with("<!--")) {
        let heading = line.trim_start_matches('#');
        let (level, plain) = (line.len() - heading.len(), heading.trim().replace("**", ""));
        if level == 1 && law.lines.is_empty() {
            law.title = plain;
            continue;
        }
        let tag = match level {
            0 => "p",
            1 | 2 => "h2",
            _ => "h3",
        };
        let safe = plain.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
        law.html.push_str(&format!("<{tag}>{safe}</{tag}>"));
        law.lines.push(plain);
    }
    Some(law)
}

/// The last decree of the State Council that is named: the one by which the text is as it is.
fn decree(head: &str) -> String {
    let last = head.split("国务院令").skip(1).filter_map(|rest| {
        let figures = rest.trim_start_matches(['（', '(', '第', ' ', '\u{3000}']);
        let end = figures.find(|c: char| !c.is_ascii_digit()).unwrap_or(figures.len());
        let after = figures[end..].trim_start();
        (end > 0 && after.starts_with('号')).then(|| format!("国务院令第{}号", &figures[..end]))
    });
    last.last().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_law_is_read_with_its_number_and_its_parts() {
        let text = "# 某某条例\n\n2007年 国务院令第492号公布\n2019年 国务院令（第 711 号）修订\n<!-- INFO END -->\n\n## 第一章 总则\n\n\
                    第一条 为了 A<B，制定**本条例**。\n";
        let law = law("某某条例(2019-04-03)", text).expect("a law");
        assert_eq!((law.name.as_str(), law.title.as_str()), ("某某条例", "某某条例"));
        assert_eq!((law.number.as_str(), law.on.to_string().as_str()), ("国务院令第711号", "2019-04-03"));
        assert!(law.html.ends_with("<h2>第一章 总则</h2><p>第一条 为了 A&lt;B，制定本条例。</p>"), "{}", law.html);
        assert!(super::law("无日期", text).is_none());
    }
}
