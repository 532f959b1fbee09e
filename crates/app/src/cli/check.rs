//! `gongkai check`: what must not be published as it stands, and what the other gates look for, in every part of a file.

use std::{io::Write, path::Path, process::ExitCode};

use anyhow::Result;
use check_text::{Answers, Book, look_over, wanted};
use documents::{Extracted, Part, Unread, place_in_words, rows_of};
use review::findings::Asking;
use serde::Serialize;
use store::Db;
use text::findings::{Finding, Gate, Severity, list_of_people};

use super::Common;
use crate::{compose, seams};

/// The answer for programs.
#[derive(Debug, Serialize)]
struct Answer {
    findings: Vec<Finding>,
    /// What was not consulted though there is an installation, in a sentence; left out where nothing is missing.
    #[serde(skip_serializing_if = "Option::is_none")]
    notice: Option<String>,
}

/// Checks a file; nothing is stored. The county's list of words and its library are asked where the data directory has them.
///
/// # Errors
/// When the file cannot be read, in words.
pub(super) fn run(file: &Path, common: &Common) -> Result<ExitCode> {
    let read = super::file::read(file)?;
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build()?;
    let (findings, notice) = match runtime.block_on(asked(common, &read)) {
        Ok(Some((asking, answers))) => (look(&read, asking.book(), &answers), None),
        Ok(None) => (look(&read, &Book::default(), &Answers::default()), None),
        Err(why) => {
            let notice = format!("没有读到数据目录里的词表和政策文件，只按通用规则检查。{why}");
            eprintln!("注意：{notice}");
            (look(&read, &Book::default(), &Answers::default()), Some(notice))
        }
    };
    let mut text = Vec::new();
    if common.json {
        serde_json::to_writer_pretty(&mut text, &Answer { findings, notice })?;
        writeln!(text)?;
    } else {
        show(&findings, &mut text)?;
    }
    super::file::print(&text)?;
    Ok(ExitCode::SUCCESS)
}

/// By what the file is checked, and what is known of what it cites; `None` where there is no installation.
async fn asked(common: &Common, file: &Extracted) -> Result<Option<(Asking, Answers)>> {
    let config = common.config()?;
    if !Db::is_there(&compose::database_url(&config, &common.data)).await? {
        return Ok(None);
    }
    let ctx = compose::look(config, common.data.clone(), std::env::current_exe()?, seams::system()).await?;
    let told = |why: web::Refusal| anyhow::anyhow!(why.words());
    let asking = Asking::of(&ctx).await.map_err(told)?;
    let mut all: Vec<_> = file.parts.iter().flat_map(|part| wanted(&part.text)).collect();
    all.sort();
    all.dedup();
    let answers = asking.answers(&all).await.map_err(told)?;
    Ok(Some((asking, answers)))
}

/// What is found in the parts of a file, and what of it could not be read.
fn look(file: &Extracted, book: &Book, answers: &Answers) -> Vec<Finding> {
    let mut findings = Vec::new();
    for part in &file.parts {
        match part.unread {
            Some(how) => findings.push(unread(part, how)),
            None => findings.extend(look_over(&part.place, &part.text, book, answers)),
        }
    }
    for table in rows_of(&file.parts) {
        if let Some((at, names)) = list_of_people(&table.rows) {
            // The other gates have seen the cells.
            findings.extend(text::findings::look_over(&table.places[at], &names));
        }
    }
    findings
}

fn unread(part: &Part, how: Unread) -> Finding {
    Finding {
        rule: "privacy.unread".into(),
        gate: Gate::Privacy,
        severity: if how == Unread::All { Severity::Block } else { Severity::Warn },
        part: part.place.clone(),
        start: 0,
        end: 0,
        excerpt: String::new(),
        suggestion: part.text.clone(),
        replacement: None,
    }
}

fn show(findings: &[Finding], out: &mut impl Write) -> Result<()> {
    for finding in findings {
        let weight = match finding.severity {
            Severity::Block => "必须处理",
            Severity::Warn => "请核对",
            Severity::Info => "提示",
        };
        let colon = if finding.excerpt.is_empty() { "" } else { "：" };
        let place = place_in_words(&finding.part);
        writeln!(out, "{weight}　{place}{colon}{}　{}", finding.excerpt, finding.suggestion)?;
    }
    let count = |severity: Severity| findings.iter().filter(|finding| finding.severity == severity).count();
    match findings.len() {
        0 => writeln!(
            out,
            "在读出的文字中没有发现身份证号码、手机号码、银行卡号、住址，也没有发现与这些写在一起的姓名，其他规则也没有查出问题。自动检查认不全写在句子里的姓名、住址和病情，请人工通读。"
        )?,
        _ => writeln!(out, "共 {} 处必须处理，{} 处请核对", count(Severity::Block), count(Severity::Warn))?,
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use documents::Limits;

    use super::*;

    fn check(name: &str, bytes: &[u8]) -> Vec<Finding> {
        let file = documents_read::extract(bytes, name, &Limits::default()).expect("reads");
        look(&file, &Book::default(), &Answers::default())
    }

    #[test]
    fn a_file_is_checked_in_all_parts() {
        let found = check("a.html", "<p>联系人电话：<br>1380013<br>8000</p>".as_bytes());
        let said: Vec<(&str, &str, &str)> =
            found.iter().map(|one| (one.rule.as_str(), one.part.as_str(), one.excerpt.as_str())).collect();
        assert_eq!(said, [("privacy.mobile", "body", "138****8000")]);
        let found = check("a.csv", "姓名,身份证号\n甲,\"0000001990\n01010018\"\n".as_bytes());
        let said: Vec<(&str, &str)> = found.iter().map(|one| (one.rule.as_str(), one.part.as_str())).collect();
        assert_eq!(said, [("privacy.id_number", "row 2")], "甲 is no name that tells who it is");
        let found = check("b.csv", "公示名单\n姓名,身份证号\n张志祥,略\n李四,略\n".as_bytes());
        let said: Vec<(&str, &str, &str)> =
            found.iter().map(|one| (one.rule.as_str(), one.part.as_str(), one.excerpt.as_str())).collect();
        assert_eq!(said, [("privacy.name", "row 2", "张*祥、李*")]);
    }

    #[test]
    fn what_was_not_read_is_told() {
        let picture = [0x89, b'P', b'N', b'G', 0x0d, 0x0a, 0x1a, 0x0a, 0, 0, 0, 0x0d, b'I', b'H', b'D', b'R'];
        let found = check("a.png", &picture);
        assert_eq!((found.len(), found[0].rule.as_str(), found[0].part.as_str()), (1, "privacy.unread", "body"));
    }

    #[test]
    fn people_are_told_where_and_what_to_do() {
        let mut out = Vec::new();
        show(&check("a.txt", "手机 13800138000".as_bytes()), &mut out).expect("writes");
        let out = String::from_utf8(out).expect("text");
        assert!(
            out.starts_with("必须处理　正文：138****8000　请删除") && out.ends_with("共 1 处必须处理，0 处请核对\n"),
            "{out}"
        );
    }
}
