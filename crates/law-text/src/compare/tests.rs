//! What is told of two statutes, by example; `tests/edits.rs` asks it over generated edits whose answers are known.

use super::*;

const OLD: &str = "青禾县补贴办法\n（2025年印发）\n第一章 总则\n第一条 为规范补贴发放，制定本办法。\n第二条　补贴标准为每人每月100元。\n\
    第三条 申请人应当提交身份证明和居住证明等材料。窗口当场核对并出具受理回执，不得要求重复提交。\n第二章 附则\n\
    第四条 本办法由县民政局负责解释。\n第五条 本办法自2025年7月1日起施行。";

fn read(text: &str) -> Statute {
    Statute::read(text)
}

fn kinds(old: &str, new: &str) -> Vec<(&'static str, Option<String>, Option<String>)> {
    compare(&read(old), &read(new)).into_iter().map(|one| (one.kind, one.old, one.new)).collect()
}

fn told<'a>(found: &'a [(&'static str, Option<String>, Option<String>)]) -> Vec<(&'static str, &'a str, &'a str)> {
    found.iter().map(|(k, a, b)| (*k, a.as_deref().unwrap_or("-"), b.as_deref().unwrap_or("-"))).collect()
}

#[test]
fn what_stands_around_the_articles_is_compared_too() {
    let changed = |old: &str, new: &str| -> Vec<(String, &'static str)> {
        around(&read(old), &read(new)).into_iter().map(|one| (one.what, one.kind)).collect()
    };
    assert!(changed(OLD, OLD).is_empty());
    let new =
        OLD.replace("补贴办法", "救助办法").replace("2025年印发", "2026年废止").replace("第二章 附则", "第二章 罚则");
    let told = changed(OLD, &new);
    assert_eq!(told, [("标题".into(), "modified"), ("题注".into(), "modified"), ("第二章 罚则".into(), "modified")]);
    let moved = OLD.replace(
        "第一章 总则\n第一条 为规范补贴发放，制定本办法。",
        "第一条 为规范补贴发放，制定本办法。\n第一章 总则",
    );
    assert_eq!(changed(OLD, &moved), [("第一章 总则".into(), "moved")]);
    let without = OLD.replace("第二章 附则\n", "");
    assert_eq!(changed(OLD, &without), [("第二章 附则".into(), "removed")]);
}

#[test]
fn changes_have_their_names() {
    assert!(told(&kinds(OLD, OLD)).iter().all(|(kind, ..)| *kind == "unchanged"));
    let new = OLD
        .replace("第五条", "第六条")
        .replace("第四条", "第五条")
        .replace("身份证明和居住证明等材料。窗口", "身份证明和居住证明等材料。\n第四条 窗口")
        .replace("100元", "120元");
    let found = kinds(OLD, &new);
    assert_eq!(
        told(&found),
        [
            ("unchanged", "第一条", "第一条"),
            ("modified", "第二条", "第二条"),
            ("split", "第三条", "第四条"),
            ("moved", "第四条", "第五条"),
            ("moved", "第五条", "第六条"),
        ]
    );
    let split = &compare(&read(OLD), &read(&new))[2];
    assert_eq!(split.also, ["第三条"]);
    let merged = kinds(&new, OLD);
    assert_eq!(told(&merged)[2].0, "merged");
    let added =
        OLD.replace("第五条 本办法自", "第五条 县财政局每季度公布一次发放情况，接受社会监督。\n第六条 本办法自");
    assert_eq!(told(&kinds(OLD, &added))[4..], [("added", "-", "第五条"), ("moved", "第五条", "第六条")]);
    assert_eq!(told(&kinds(&added, OLD))[4..], [("removed", "第五条", "-"), ("moved", "第六条", "第五条")]);
    let sums = by_part(&compare(&read(OLD), &read(&added)));
    assert_eq!(sums.iter().map(|one| one.part.as_str()).collect::<Vec<_>>(), ["第一章 总则", "第二章 附则"]);
    assert_eq!(sums[1].summary, [("added", 1), ("moved", 1), ("unchanged", 1)].into());
}

#[test]
fn a_number_written_otherwise_is_the_same_number() {
    let new = OLD.replace("第四条", "第4条");
    assert!(told(&kinds(OLD, &new)).iter().all(|(kind, ..)| *kind == "unchanged"));
}

#[test]
fn a_paragraph_alone_has_no_number_to_change() {
    let paragraphs = compare(&read("标题\n甲段的文字\n乙段的文字"), &read("标题\n乙段的文字"));
    assert_eq!(paragraphs.iter().map(|one| one.kind).collect::<Vec<_>>(), ["removed", "unchanged"]);
}

#[test]
fn what_was_merged_is_not_what_happens_to_read_alike() {
    let rule = |who: &str, what: &str| {
        format!(
            "{who}应当自收到申请之日起在规定期限内登记{what}，并报告上一级主管部门；逾期未报告的，由县人民政府责令改正。"
        )
    };
    let (a, b, c) =
        (rule("申请人", "河道采砂许可"), rule("用人单位", "校车驾驶资格"), rule("行业协会", "渔业捕捞限额"));
    let end = "本办法自2026年1月1日起施行，此前的规定与本办法不一致的，以本办法为准。";
    let old = format!("办法\n第一条 {a}\n第二条 {b}\n第三条 {end}");
    let new = format!("办法\n第一条 {a}{b}\n第二条 {end}\n第三条 {c}");
    // Which of both is the nearest is open here.
    let of = |changes: &[ArticleChange], kind: &str| -> Vec<String> {
        let one = changes.iter().find(|one| one.kind == kind).unwrap_or_else(|| panic!("{kind}: {changes:?}"));
        let lead = if kind == "merged" { &one.old } else { &one.new };
        let mut all: Vec<String> = lead.iter().chain(&one.also).cloned().collect();
        all.sort();
        all
    };
    let there = compare(&read(&old), &read(&new));
    assert_eq!(of(&there, "merged"), ["第一条", "第二条"]);
    assert_eq!(there.iter().map(|one| one.kind).collect::<Vec<_>>(), ["merged", "moved", "added"]);
    let back = compare(&read(&new), &read(&old));
    assert_eq!(of(&back, "split"), ["第一条", "第二条"]);
    assert_eq!(back.iter().map(|one| one.kind).collect::<Vec<_>>(), ["split", "moved", "removed"]);
}

#[test]
fn what_became_three_elsewhere_is_told_as_split() {
    let sentences = [
        "申请人应当提交身份证明和居住证明等材料。",
        "窗口当场核对并出具受理回执，不得要求重复提交。",
        "县民政局每季度公布一次发放情况，接受社会监督。",
    ];
    let old = format!(
        "办法\n第一条 {}\n第二条 为规范补贴发放，制定本办法。\n第三条 补贴标准为每人每月100元。",
        sentences.concat()
    );
    let new = format!(
        "办法\n第一条 为规范补贴发放，制定本办法。\n第二条 补贴标准为每人每月100元。\n第三条 {}\n第四条 {}\n第五条 {}",
        sentences[0], sentences[1], sentences[2]
    );
    let split = compare(&read(&old), &read(&new)).into_iter().find(|one| one.kind == "split").expect("a split");
    assert_eq!((split.old.as_deref(), split.also.len()), (Some("第一条"), 2), "{split:?}");
}
