//! What is found beside a name, and what is not.

use super::super::{Severity, masks};
use super::*;

fn told_of(text: &str) -> Vec<(String, Severity)> {
    people("body", text).into_iter().map(|one| (one.excerpt, one.severity)).collect()
}

#[test]
fn a_list_of_people_beside_what_is_private_is_one_finding() {
    for (text, excerpt, severity) in [
        ("姓名\t身份证号码\t金额\n张志祥\t\t300\n李四\t\t200", "张*祥、李*", Severity::Warn),
        (
            "| 序号 | 户主 姓名 | 联系电话 |\n|---|---|---|\n| 1 | 演示甲 | |\n| 2 | 王二 | |",
            "演*甲、王*",
            Severity::Warn,
        ),
        ("姓名,家庭住址\n张志祥,石门村\n欧阳小明,略", "张*祥、欧**明", Severity::Warn),
        ("姓　名\t病种\n张 三\t尿毒症", "张*", Severity::Block),
        ("学生姓名\t录取学校\n王小明\t城北小学", "王*明", Severity::Warn),
        ("姓名\t残疾类别\n阿依古丽·买买提\t肢体", "阿***·***", Severity::Block),
        ("序号 姓名 身份证号码 金额\n1 张志祥 略 300\n2 李四 略 200", "张*祥、李*", Severity::Warn),
        ("户主\t低保金\n张一\t1\n张二\t1\n张三\t1\n张四\t1", "张*、张*、张*等4人", Severity::Warn),
    ] {
        assert_eq!(told_of(text), [(excerpt.to_owned(), severity)], "{text}");
    }
}

#[test]
fn a_name_in_a_sentence_is_told_by_what_stands_with_it() {
    for (text, excerpt) in [
        ("患者张三患白血病，现住县医院。", "张*"),
        ("张志祥，男，1962年生，患尿毒症多年。", "张*祥"),
        ("救助学生王小明、李小红各1000元。", "王*明"),
        ("姓名：张志祥　身份证号：000000199001010018", "张*祥"),
        ("申请人：王建军\n身份证号：000000********0018", "王*军"),
        ("户主\t王建军\n家庭住址\t柳溪镇前进村", "王*军"),
        ("姓名\t张志祥\t性别\t男\n公民身份号码\t（略）", "张*祥"),
    ] {
        let said = told_of(text);
        assert!(said.first().is_some_and(|one| one.0 == excerpt && one.1 == Severity::Warn), "{text}: {said:?}");
    }
}

#[test]
fn names_that_are_meant_to_be_read_are_none() {
    for text in [
        "姓名\t职务\t办公电话\n张志祥\t局长\t0570-1234567",
        "姓名\t准考证号\t成绩\n张志祥\t001\t88",
        "姓名\t单位\n张志祥\t县财政局",
        "姓名\t身份证号码\n张*祥\t0000\n李某某\t0000\n合计\t2",
        "张志祥，男，1975年5月生，现任县财政局局长，曾患糖尿病。",
        "申请人应当提供姓名，身份证号码，联系电话\n同时，应当说明用途，并盖章",
        "申请人：（签名）\n身份证号：",
        "申请人张贴公告，附身份证复印件",
        "申请人：王建军\n提交日期：2026年1月1日",
        "您是谁：姓名或者名称、身份证明、联系方式；",
        "姓名、户籍地址及现住址、联系方式",
        "患者权益保护，残疾人张贴公告，学生许可，儿童谢绝入内",
        "残疾人两项补贴提高到每人每月90元",
        "学校\t学生\t金额\n城北小学\t320\t12",
        "联系人：张志祥，电话0570-1234567",
    ] {
        assert_eq!(told_of(text), [], "{text}");
    }
}

#[test]
fn a_table_of_a_file_is_reduced_to_heads_and_names() {
    let row = |cells: &[&str]| (0..).zip(cells.iter().map(|cell| (*cell).to_owned())).collect::<Vec<(u32, String)>>();
    let rows = [
        row(&["2026年救助名单", ""]),
        row(&["序号", "姓名", "身份证号码"]),
        row(&["1", "张志祥", "000000199001010018"]),
        row(&["2", "李四", "略"]),
        row(&["合计", "", ""]),
    ];
    assert_eq!(
        list_of_people(&rows),
        Some((1, "姓名\t序号\t身份证号码\n张志祥\t\n李四\t".to_owned())),
        "without the numbers, which are found where they stand"
    );
    assert_eq!(told_of("姓名\t序号\t身份证号码\n张志祥\t\n李四\t"), [("张*祥、李*".to_owned(), Severity::Warn)]);
    assert_eq!(list_of_people(&rows[2..]), None);
    let rows = [row(&["户主", "家庭住址"]), row(&["张志祥", "石门村3组18号"]), row(&["李某", "略"])];
    let (_, text) = list_of_people(&rows).expect("a list");
    assert_eq!(text, "户主\t家庭住址\n张志祥\t石门村3组18号\t\n\t略\t");
    let rules: Vec<String> = super::super::look_over("", &text).into_iter().map(|one| one.rule).collect();
    assert_eq!(rules, ["privacy.home", "privacy.name"]);
}

#[test]
fn a_mask_shows_no_more_than_the_first_and_the_last() {
    for (name, masked) in [
        ("张三", "张*"),
        ("张志祥", "张*祥"),
        ("欧阳小明", "欧**明"),
        ("张 三", "张*"),
        ("阿依古丽·买买提", "阿***·***"),
        ("张", "*"),
        ("", ""),
    ] {
        assert_eq!(mask_name(name), masked);
    }
}

#[test]
fn what_is_masked_is_not_found_again() {
    let text = "名单\n姓名\t身份证号码\t手机\n张志祥\t000000199001010018\t13800138000\n李 四\t略\t略\n家庭住址：石门村三组18号";
    let chars: Vec<char> = text.chars().collect();
    let (mut out, mut at) = (String::new(), 0);
    for mask in masks(text) {
        assert_eq!(mask.from, chars[mask.start..mask.end].iter().collect::<String>());
        out.extend(&chars[at..mask.start]);
        out.push_str(&mask.to);
        at = mask.end;
    }
    out.extend(&chars[at..]);
    assert_eq!(
        out,
        "名单\n姓名\t身份证号码\t手机\n张*祥\t000000********0018\t138****8000\n李*\t略\t略\n家庭住址：石门村*组**号"
    );
    assert_eq!(masks(&out), [], "{out}");
}

/// Each within a second where the work grows with the text; with its square, minutes.
#[test]
fn wide_rows_and_many_labels_take_no_longer_than_other_texts() {
    let begun = std::time::Instant::now();
    let heads = "姓名\t".repeat(100_000);
    assert_eq!(people("", &heads), []);
    let labels = "姓名：张三\n病情：略\n".repeat(20_000);
    assert_eq!(people("", &labels).len(), 20_000);
    let mut row: Vec<(u32, String)> = (0..16_384).map(|column| (column, "姓名".to_owned())).collect();
    row.push((16_384, "身份证号".to_owned()));
    let names: Vec<(u32, String)> = (0..16_384).map(|column| (column, "张三".to_owned())).collect();
    assert!(list_of_people(&[row, names.clone(), names]).is_some());
    assert!(begun.elapsed().as_secs() < 30, "{:?}", begun.elapsed());
}
