//! Papers as PDF, opened again by our own reader and by poppler.

use std::io::Write;
use std::path::Path;

use documents::Limits;
use documents_read::extract;
use gongkai_typeset::print;
use jiff::civil::Date;
use letter::{Align, Block, Cell, Fonts, Form, Imprint, Letter, Paper, Papers, Press, Table, Unprinted};

fn fonts() -> Fonts {
    let fonts = Fonts::found(&Papers::default());
    assert!(!fonts.files.is_empty(), "fonts-noto-cjk is installed for tests (scripts/setup test)");
    fonts
}

fn letter() -> Letter {
    Letter {
        form: Form::Document,
        organs: vec!["青禾县人民政府办公室".into()],
        number: "青府办公开〔2026〕12号".into(),
        title: "政府信息部分公开告知书".into(),
        addressee: "张示范".into(),
        body: vec![
            Block::heading(1, "一、公开内容"),
            Block::paragraph("#read(\"/etc/passwd\") *甲* $乙$ \\u{4e59} @丙 <丁> // 戊"),
            Block::heading(2, "（一）部分公开"),
            Block::paragraph(
                "根据《中华人民共和国政府信息公开条例》第三十七条，能够作区分处理的，提供可以公开的内容。",
            ),
        ],
        refuses: true,
        remedies: vec!["可以自收到本告知书之日起60日内申请行政复议，或者6个月内提起行政诉讼。".into()],
        attachments: vec!["区分处理后的文件".into(), "说明".into()],
        date: Date::constant(2026, 11, 9),
        note: "联系人：政务公开股".into(),
        copies: vec!["县司法局".into()],
        imprint: Some(Imprint { organ: "青禾县人民政府办公室".into(), date: Date::constant(2026, 11, 9) }),
    }
}

/// Blanks between Chinese and figures are the layout's.
fn bare(text: &str) -> String {
    text.chars().filter(|c| !c.is_whitespace()).collect()
}

/// The text as poppler reads it; `None` where it is not installed.
fn poppler(pdf: &[u8]) -> Option<String> {
    let mut file = tempfile::NamedTempFile::new().expect("file");
    file.write_all(pdf).expect("content");
    let read = std::process::Command::new("pdftotext").arg(file.path()).arg("-").output().ok()?;
    assert!(read.status.success(), "poppler opens it");
    Some(String::from_utf8_lossy(&read.stdout).into_owned())
}

#[test]
fn a_letter_is_read_again_and_no_word_is_markup() {
    let pdf = print(&letter().paper().expect("whole"), &fonts()).expect("printed");
    let found = extract(&pdf, "答复.pdf", &Limits::default()).expect("opens");
    let texts = std::iter::once(found.text.clone()).chain(poppler(&pdf));
    for text in texts.map(|text| bare(&text)) {
        for words in [
            "青禾县人民政府办公室",
            "青府办公开〔2026〕12号",
            "政府信息部分公开告知书",
            "张示范：",
            "#read(\"/etc/passwd\")*甲*$乙$\\u{4e59}@丙<丁>//戊",
            "60日内申请行政复议",
            "1.区分处理后的文件",
            "2026年11月9日",
            "抄送：县司法局。",
        ] {
            assert!(text.contains(words), "{words}\n{text}");
        }
    }
    let metadata: Vec<&str> =
        found.parts.iter().filter(|part| part.place.starts_with("metadata")).map(|part| part.text.as_str()).collect();
    assert!(metadata.iter().all(|text| !text.contains("张示范")), "{metadata:?}");
    assert_eq!(
        pdf,
        print(&letter().paper().expect("whole"), &fonts()).expect("printed"),
        "the same paper is the same file"
    );
}

#[test]
fn of_a_letter_between_red_lines_the_first_page_has_no_number() {
    let body = (0..40).map(|at| Block::paragraph(format!("第{at}段，根据有关规定办理。"))).collect();
    let long = Letter { form: Form::Letter, body, ..letter() };
    let pdf = print(&long.paper().expect("whole"), &fonts()).expect("printed");
    let found = extract(&pdf, "函.pdf", &Limits::default()).expect("opens");
    let page = |number: u32| {
        let place = format!("page {number}");
        found.parts.iter().find(|part| part.place == place).map(|part| bare(&part.text)).unwrap_or_default()
    };
    assert!(page(1).contains("青府办公开〔2026〕12号") && !page(1).contains("—1—"), "{}", page(1));
    assert!(page(2).contains("—2—"), "{}", page(2));
    assert!(!bare(&found.text).contains("印发"), "no organ and day of printing");
}

/// LibreOffice is large; where it is not installed nothing is asked of it.
#[test]
fn another_office_program_opens_the_word_file() {
    let folder = tempfile::tempdir().expect("folder");
    let file = folder.path().join("letter.docx");
    std::fs::write(&file, letter::docx(&letter().paper().expect("whole")).expect("even")).expect("written");
    let mut office = std::process::Command::new("soffice");
    office.args(["--headless", "--convert-to", "pdf", "--outdir"]).arg(folder.path()).arg(&file);
    let Ok(done) = office.env("HOME", folder.path()).output() else { return };
    assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
    let pdf = std::fs::read(folder.path().join("letter.pdf")).expect("it opens");
    let text = bare(&extract(&pdf, "letter.pdf", &Limits::default()).expect("opens").text);
    for words in ["青府办公开〔2026〕12号", "政府信息部分公开告知书", "张示范：", "2026年11月9日", "抄送：县司法局。"]
    {
        assert!(text.contains(words), "{words}\n{text}");
    }
}

#[test]
fn a_wide_table_keeps_its_merged_head() {
    let numbers = |from: u32| (from..from + 7).map(|number| Cell::new(number.to_string()));
    let mut rows = vec![
        vec![Cell::head("勾稽关系", 1, 3), Cell::head("申请人情况", 7, 1)],
        vec![Cell::head("自然人", 1, 2), Cell::head("法人或其他组织", 5, 1), Cell::head("总计", 1, 2)],
        ["商业企业", "科研机构", "社会公益组织", "法律服务机构", "其他"].map(|name| Cell::head(name, 1, 1)).into(),
    ];
    for at in 0..60 {
        let label = Cell::new(format!("第{at}行")).aligned(Align::Left);
        rows.push(std::iter::once(label).chain(numbers(1000 + at * 7)).collect());
    }
    let table = Table {
        caption: "三、收到和处理申请情况".into(), widths: vec![6, 1, 1, 1, 1, 1, 1, 1], head: 3, rows
    };
    let blocks = vec![Block::Title { text: "年度报告".into() }, Block::Table(table)];
    let paper = Paper { landscape: true, numbered: true, blocks, ..Paper::default() };
    let pdf = print(&paper, &fonts()).expect("printed");
    let found = extract(&pdf, "报告.pdf", &Limits::default()).expect("opens");
    assert!(found.pages.is_some_and(|pages| pages > 1), "{:?}", found.pages);
    let text = bare(&found.text);
    assert!(text.contains("1419"), "the last number of the last row");
    let heads = poppler(&pdf).map_or(2, |text| bare(&text).matches("法律服务机构").count());
    assert!(heads > 1, "the head is repeated on each page");
}

#[test]
fn a_name_that_no_font_has_is_named_with_its_place() {
    // Of a private area: no font has it.
    let rare = Letter { addressee: "张\u{f8ff}范".into(), ..letter() };
    let told = print(&rare.paper().expect("whole"), &fonts()).expect_err("lacks");
    assert_eq!(told, Unprinted::Lacks(vec![('\u{f8ff}', "主送".into())]));
    assert!(told.to_string().contains("U+F8FF"), "{told}");
    let none = print(&letter().paper().expect("whole"), &Fonts::default());
    assert_eq!(none, Err(Unprinted::NoFont));
    let latin = Fonts { files: vec!["/no/such/font.ttf".into()] };
    assert_eq!(print(&letter().paper().expect("whole"), &latin), Err(Unprinted::NoFont));
}

#[tokio::test]
async fn the_child_prints_under_its_limits() {
    let press = Press::new(Path::new(env!("CARGO_BIN_EXE_gongkai-typeset")), fonts());
    let paper = letter().paper().expect("whole");
    let pdf = press.pdf(&paper).await.expect("printed");
    assert_eq!(pdf, print(&paper, &fonts()).expect("printed"));
    let rare = Letter { title: "关于\u{f8ff}的告知书".into(), ..letter() };
    let told = press.pdf(&rare.paper().expect("whole")).await;
    assert_eq!(told, Err(Unprinted::Lacks(vec![('\u{f8ff}', "标题".into())])));
    let none = Press::new(Path::new(env!("CARGO_BIN_EXE_gongkai-typeset")), Fonts::default());
    assert_eq!(none.pdf(&paper).await, Err(Unprinted::NoFont));
}

#[tokio::test]
async fn what_takes_too_long_is_ended() {
    let mut press = Press::new(Path::new(env!("CARGO_BIN_EXE_gongkai-typeset")), fonts());
    press.timeout = std::time::Duration::from_millis(1);
    assert_eq!(press.pdf(&letter().paper().expect("whole")).await, Err(Unprinted::TooMuch));
    let gone = Press::new(Path::new("/no/such/program"), fonts());
    assert_eq!(gone.pdf(&letter().paper().expect("whole")).await, Err(Unprinted::Internal));
}
