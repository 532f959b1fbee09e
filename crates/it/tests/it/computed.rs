//! Commands that need no data directory: the fee for requests, words taken out of files; and PDF made by the program as its child.

use std::process::{Command, Output};

use letter::{Block, Fonts, Paper, Papers, Press, Unprinted};
use serde_json::{Value, json};

const PROGRAM: &str = env!("CARGO_BIN_EXE_gongkai-under-test");

fn run(place: &std::path::Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(PROGRAM);
    command.env_clear().env("GONGKAI_DATA", place).current_dir(place).args(arguments);
    command.output().expect("the program starts")
}

fn answer(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)))
}

#[test]
fn fee_keeps_its_contract() {
    let place = tempfile::tempdir().expect("place");
    let fee = |arguments: &[&str]| run(place.path(), &[&["fee", "--json"][..], arguments].concat());
    for (by, count, yuan) in [("--items", "31", 2200), ("--items", "60", 11_000), ("--pages", "250", 4700)] {
        let told = answer(&fee(&[by, count]));
        assert_eq!(told["yuan"], yuan, "{told}");
        assert!(told["basis"].as_str().is_some_and(|basis| basis.contains("国办函〔2020〕109号")), "{told}");
        let steps = told["steps"].as_array().expect("steps");
        assert_eq!(steps.iter().filter_map(|step| step["yuan"].as_u64()).sum::<u64>(), yuan as u64);
        for key in ["from", "to", "unit_yuan", "count", "yuan"] {
            assert!(steps.iter().all(|step| step.get(key).is_some()), "{key} in {told}");
        }
    }
    let first = json!({"from": 1, "to": 10, "unit_yuan": 0, "count": 10, "yuan": 0});
    assert_eq!(answer(&fee(&["--items", "10"]))["steps"], json!([first]));
    // Wrong usage is 2, what the text does not allow is 1.
    let refused: [(&[&str], i32); 7] = [
        (&[], 2),
        (&["--items", "5", "--pages", "5"], 2),
        (&["--items", "-5"], 2),
        (&["--pages", "99999999999999999999999999"], 2),
        (&["--items", "1000000"], 1),
        (&["--items", "11", "--on", "2019-06-03"], 1),
        (&["--items", "11", "--on", "2020-12-31"], 1),
    ];
    for (wrong, status) in refused {
        let told = fee(wrong);
        assert_eq!(told.status.code(), Some(status), "{wrong:?}: {}", String::from_utf8_lossy(&told.stderr));
        assert!(answer(&told)["reason"].as_str().is_some_and(|why| !why.is_empty()), "{wrong:?}");
    }
    assert_eq!(answer(&fee(&["--items", "11", "--on", "2021-01-01"]))["yuan"], 100);
    assert!(!place.path().join("gongkai.db").exists(), "computing needs no database");
}

#[test]
fn words_are_taken_out_of_a_file_and_put_on_paper_anew() {
    let place = tempfile::tempdir().expect("place");
    std::fs::write(place.path().join("材料.html"), "<p>申请人张示范，其余内容</p><!-- 张示范 -->").expect("write");
    let taken = |output: &str, words: &str| {
        let ground = ["--ground", "《条例》第十五条", "--output", output, "--json"];
        run(place.path(), &[&["redact", "材料.html", "--remove", words][..], &ground[..]].concat())
    };
    for output in ["材料.txt", "材料.docx", "材料.pdf"] {
        let done = taken(output, "张示范");
        assert!(done.status.success(), "{}", String::from_utf8_lossy(&done.stderr));
        assert_eq!(answer(&done)["removed"], json!([1]));
        let made = std::fs::read(place.path().join(output)).expect("written");
        let found = documents_read::extract(&made, output, &documents::Limits::default()).expect("opens");
        let text: String = found.text.chars().filter(|c| !c.is_whitespace()).collect();
        assert!(text.contains("申请人〔依据《条例》第十五条不予公开〕，其余内容"), "{output}: {text}");
        let again = taken(output, "张示范");
        assert_eq!(again.status.code(), Some(1), "nothing is written over");
    }
    let none = taken("无.txt", "李示范");
    assert_eq!(none.status.code(), Some(1));
    assert!(!place.path().join("无.txt").exists());
    assert!(answer(&none)["reason"].as_str().is_some_and(|why| why.contains("没有找到第 1 处")));
}

#[tokio::test]
async fn the_program_prints_papers_as_its_own_child() {
    let press = Press::new(std::path::Path::new(PROGRAM), Fonts::found(&Papers::default()));
    let blocks = vec![Block::Title { text: "告知书".into() }, Block::paragraph("其余内容")];
    let paper = Paper { numbered: true, blocks, ..Paper::default() };
    let pdf = press.pdf(&paper).await.expect("printed");
    let found = documents_read::extract(&pdf, "a.pdf", &documents::Limits::default()).expect("opens");
    assert!(found.text.contains("告知书"), "{}", found.text);
    let rare = Paper { blocks: vec![Block::paragraph("甲\u{f8ff}乙")], ..Paper::default() };
    assert_eq!(press.pdf(&rare).await, Err(Unprinted::Lacks(vec![('\u{f8ff}', "正文".into())])));
}
