//! `gongkai redact`: words taken out of a file, or areas of a picture made black, each marked with its ground. Needs no data
//! directory, stores nothing, and never writes over a file.

use std::{
    fs::OpenOptions,
    io::Write,
    path::{Path, PathBuf},
    process::ExitCode,
};

use anyhow::{Context, Result};
use documents::{Area, Limits, Removal, remains};
use letter::{Fonts, Paper, Papers};
use serde::Serialize;

#[derive(Debug, clap::Args)]
pub(super) struct Args {
    /// 文件：Word、Excel、CSV、文本、PDF、网页；图片用 --cover
    file: PathBuf,
    /// 要遮盖的文字，与文件里读出的一致；可写多次，文件里每一处都遮盖
    #[arg(long = "remove", value_name = "WORDS")]
    words: Vec<String>,
    /// 连同系统找出的个人信息（号码、住址和与之写在一起的姓名）一起遮盖
    #[arg(long, conflicts_with = "areas")]
    personal: bool,
    /// 不予公开的依据，写进每一处，例如 《条例》第十五条
    #[arg(long, value_name = "GROUND", required_unless_present = "areas")]
    ground: Option<String>,
    /// 图片上要遮盖的区域：左,上,右,下，按宽和高的百分比；可写多次
    #[arg(long = "cover", value_name = "L,T,R,B", value_parser = area, conflicts_with = "words")]
    areas: Vec<Area>,
    /// 只留文字，重新排成 .pdf、.docx 或 .txt；PDF 和网页总是这样
    #[arg(long)]
    text: bool,
    /// 写到哪里；已有的文件不覆盖
    #[arg(long, value_name = "FILE")]
    output: PathBuf,
}

/// Percent of width and height, with up to two digits behind the point.
fn area(text: &str) -> Result<Area, String> {
    const FORM: &str = "请写成 10,20,50.5,30，都在 0 到 100 之间，左小于右、上小于下";
    Area::read(text).ok_or_else(|| FORM.to_owned())
}

/// What was done.
#[derive(Debug, Serialize)]
struct Answer {
    output: String,
    /// In how many places each of the words stood; of a picture 1 for each area.
    removed: Vec<usize>,
    /// What the result does without.
    dropped: Vec<String>,
    /// What to look at before it goes out.
    notes: Vec<String>,
}

/// Takes the words out, with these fonts where the text is put on paper anew.
///
/// # Errors
/// What keeps the words from being taken out for good, in words; when the result cannot be written.
pub(super) fn run(args: &Args, papers: &Papers, as_json: bool) -> Result<ExitCode> {
    let bytes = super::file::bytes(&args.file, u64::MAX)?;
    let name = args.file.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let limits = Limits::default();
    let (made, answer) = if args.areas.is_empty() {
        let removals = removals(args, &bytes, &name)?;
        let done = documents_read::redact(&bytes, &name, &removals, args.text, &limits)?;
        let made = if done.pages.is_empty() { done.bytes } else { on_paper(&done.pages, &args.output, papers)? };
        // What is on paper anew is read again, too.
        let read = documents_read::extract(&made, &name_of(&args.output, &name), &limits)?;
        anyhow::ensure!(remains(&read, &removals).is_empty(), "遮盖以后仍能读出要遮盖的文字，没有生成。");
        (made, (done.removed, done.dropped, done.notes))
    } else {
        let covered = documents_read::cover(&bytes, &name, &args.areas, &limits)?;
        let notes = vec!["区域按顺序编号，依据请在图片之外逐号说明。".to_owned()];
        (covered.bytes, (vec![1; args.areas.len()], vec!["拍摄信息".to_owned(), "透明部分".to_owned()], notes))
    };
    write_new(&args.output, &made)?;
    let (removed, dropped, notes) = answer;
    for note in &notes {
        eprintln!("注意：{note}");
    }
    let output = args.output.display().to_string();
    let text = if as_json {
        serde_json::to_string_pretty(&Answer { output, removed, dropped, notes })? + "\n"
    } else {
        let count: usize = removed.iter().sum();
        let without = if dropped.is_empty() { String::new() } else { format!("；去掉了{}", dropped.join("、")) };
        format!("已遮盖 {count} 处{without}。写在 {output}，送出前请通读。\n")
    };
    super::file::print(text.as_bytes())?;
    Ok(ExitCode::SUCCESS)
}

/// What is to be taken out: what was named, and what is found where that is asked for.
fn removals(args: &Args, bytes: &[u8], name: &str) -> Result<Vec<Removal>> {
    let mut words = args.words.clone();
    if args.personal {
        let read = documents_read::extract(bytes, name, &Limits::default())?;
        words.extend(document::personal_words(&read.parts).into_iter().filter(|found| !args.words.contains(found)));
        anyhow::ensure!(!words.is_empty(), "没有找到个人信息。请用 --remove 写明要遮盖的文字。");
    }
    anyhow::ensure!(!words.is_empty(), "请用 --remove 写明要遮盖的文字；图片用 --cover 写明区域。");
    let ground = args.ground.as_deref().unwrap_or_default();
    Ok(words.into_iter().map(|words| Removal::on(words, ground)).collect())
}

/// Under which name the result is read: its own, or that of the original where it ends otherwise than the original's kind.
fn name_of(output: &Path, original: &str) -> String {
    let own = output.file_name().map(|name| name.to_string_lossy().into_owned()).unwrap_or_default();
    let known =
        [".pdf", ".docx", ".txt", ".xlsx", ".csv", ".md"].iter().any(|end| own.to_ascii_lowercase().ends_with(end));
    if known { own } else { original.to_owned() }
}

/// The text in the form that the name of the result asks for.
fn on_paper(pages: &[Vec<String>], output: &Path, papers: &Papers) -> Result<Vec<u8>> {
    let paper = Paper::of_pages("区分处理后的文件", "", pages);
    match output.extension().map(|end| end.to_string_lossy().to_ascii_lowercase()).as_deref() {
        Some("pdf") => Ok(typeset::print(&paper, &Fonts::found(papers))?),
        Some("docx") => Ok(letter::docx(&paper)?),
        Some("txt") => Ok((pages.concat().join("\n") + "\n").into_bytes()),
        _ => anyhow::bail!("留下的是文字，请把 --output 写成 .pdf、.docx 或 .txt 文件。"),
    }
}

/// Never over what is there: the original might be it.
fn write_new(path: &Path, bytes: &[u8]) -> Result<()> {
    let mut file = OpenOptions::new()
        .write(true)
        .create_new(true)
        .open(path)
        .map_err(|error| anyhow::anyhow!("不能写 {}：{}", path.display(), super::file::why(&error)))?;
    file.write_all(bytes).with_context(|| format!("没有写完 {}", path.display()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_go_and_nothing_is_written_over() {
        let place = tempfile::tempdir().expect("place");
        let (file, output) = (place.path().join("材料.html"), place.path().join("材料.docx"));
        std::fs::write(&file, "<p>申请人张示范，其余内容</p>").expect("write");
        let args = Args {
            file,
            words: vec!["张示范".into()],
            ground: Some("《条例》第十五条".into()),
            areas: Vec::new(),
            personal: false,
            text: false,
            output: output.clone(),
        };
        run(&args, &Papers::default(), true).expect("taken out");
        let found = documents_read::extract(&std::fs::read(&output).expect("there"), "材料.docx", &Limits::default());
        assert_eq!(found.expect("opens").text, "申请人〔依据《条例》第十五条不予公开〕，其余内容");
        assert!(run(&args, &Papers::default(), true).is_err_and(|why| why.to_string().contains("不覆盖")));
        let file = place.path().join("名单.txt");
        std::fs::write(&file, "联系人手机13800138000，其余内容").expect("write");
        let output = place.path().join("名单-区分处理.txt");
        let args = Args { file, words: Vec::new(), personal: true, output: output.clone(), ..args };
        run(&args, &Papers::default(), true).expect("found and taken out");
        let text = std::fs::read_to_string(&output).expect("there");
        assert_eq!(text, "联系人手机〔依据《条例》第十五条不予公开〕，其余内容");
    }
}
