//! What is told of two statutes, by example and over generated edits whose answers are known.

use std::collections::BTreeSet;

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

/// The same numbers for the same seed.
struct Dice(u64);

impl Dice {
    fn below(&mut self, most: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from((self.0 >> 33) % u64::try_from(most).expect("small")).expect("small")
    }

    fn one(&mut self, of: &[&str]) -> String {
        of[self.below(of.len())].to_owned()
    }

    /// A sentence as rules have them: much in common with all others.
    fn sentence(&mut self) -> String {
        let who = [
            "县级以上人民政府",
            "有关主管部门",
            "申请人",
            "用人单位",
            "监督检查机构",
            "乡镇人民政府",
            "行业协会",
            "受托机构",
        ];
        let must = ["应当", "不得", "可以", "负责", "有权"];
        let when = ["依照本法规定", "自收到申请之日起", "在规定期限内", "每年第一季度", "经批准后", "发现违法行为的"];
        let does = [
            "公布", "审查", "登记", "报告", "检验", "评估", "核实", "移送", "保存", "备案", "归还", "监测", "调查",
            "协调",
        ];
        let what = [
            "河道采砂许可",
            "职业病危害因素",
            "粮食储备计划",
            "档案目录",
            "特种设备运行记录",
            "劳动争议调解书",
            "水污染物排放量",
            "校车驾驶资格",
            "食品添加剂标准",
            "种子生产经营档案",
            "广告代言活动",
            "渔业捕捞限额",
            "公证书副本",
            "地震监测设施",
            "矿山安全规程",
            "消防水源",
            "统计调查表",
            "气象探测资料",
            "城市绿线",
            "烟花爆竹仓库",
            "古树名木",
            "信用评级报告",
        ];
        format!(
            "{}{}，{}{}{}和{}，并{}{}。",
            self.one(&who),
            self.one(&when),
            self.one(&must),
            self.one(&does),
            self.one(&what),
            self.one(&what),
            self.one(&does),
            self.one(&what)
        )
    }

    fn article(&mut self) -> Vec<String> {
        let count = 4 + self.below(3);
        (0..count).map(|_| self.sentence()).collect()
    }
}

/// Where an article of the new text comes from.
#[derive(Debug, Clone, PartialEq)]
enum From {
    Kept(usize),
    Away(usize),
    Reworded(usize),
    New,
    Half(usize),
    Both(usize, usize),
}

const ARTICLES: usize = 150;
const CHAPTER: usize = 15;

/// A statute of these articles, in chapters by where the old one had them.
fn printed(articles: &[Vec<String>]) -> String {
    let mut out = String::from("某县管理条例\n");
    for (at, article) in articles.iter().enumerate() {
        if at % CHAPTER == 0 {
            let chapter = u32::try_from(at / CHAPTER + 1).expect("small");
            out.push_str(&format!("第{}章　分则\n", crate::number::written(chapter)));
        }
        let number = crate::number::article((u32::try_from(at + 1).expect("small"), 0));
        out.push_str(&format!("{number}　{}\n", article.concat()));
    }
    out
}

/// Edits of every kind, far enough from each other that each has one answer.
fn edited(dice: &mut Dice, old: &[Vec<String>]) -> Vec<(From, Vec<String>)> {
    let mut new: Vec<(From, Vec<String>)> = Vec::new();
    let mut away = Vec::new();
    let mut at = 0;
    while at < old.len() {
        let text = old[at].clone();
        let half = text.len() / 2;
        match (at % 6, dice.below(7)) {
            (3, 0) => {
                new.push((From::Kept(at), text));
                new.push((From::New, dice.article()));
            }
            (3, 1) => {}
            (3, 2) => away.push((From::Away(at), text)),
            (3, 3) => {
                let mut text = text;
                text.iter_mut().step_by(2).for_each(|sentence| *sentence = dice.sentence());
                new.push((From::Reworded(at), text));
            }
            (3, 4) => {
                new.push((From::Half(at), text[..half].to_vec()));
                new.push((From::Half(at), text[half..].to_vec()));
            }
            (3, 5) if at + 1 < old.len() => {
                new.push((From::Both(at, at + 1), [text, old[at + 1].clone()].concat()));
                at += 1;
            }
            _ => new.push((From::Kept(at), text)),
        }
        at += 1;
    }
    // A chapter goes to the end with all that was edited in it; single articles to the front of another.
    let chapter = 1 + dice.below(3);
    let of = |one: &From| match one {
        From::Kept(at) | From::Reworded(at) | From::Half(at) | From::Both(at, _) | From::Away(at) => {
            *at / CHAPTER == chapter
        }
        From::New => false,
    };
    if dice.below(2) == 0 {
        let (moved, mut rest): (Vec<_>, Vec<_>) = new.into_iter().partition(|(from, _)| of(from));
        rest.extend(moved);
        new = rest;
    }
    for (from, text) in away {
        let place = match from {
            From::Away(at) => (at + 40) % new.len(),
            _ => 0,
        };
        new.insert(place, (from, text));
    }
    new
}

/// A change as its kind and the numbers of both sides.
type Fate = (String, BTreeSet<String>, BTreeSet<String>);

/// What must be told: a fate for all old and new articles.
fn expected(new: &[(From, Vec<String>)], old: usize) -> Vec<Fate> {
    let number = |at: usize| crate::number::article((u32::try_from(at + 1).expect("small"), 0));
    let mut fates: Vec<Fate> = Vec::new();
    let mut seen = BTreeSet::new();
    for (at, (from, _)) in new.iter().enumerate() {
        let fate = |kind: &str, olds: &[usize]| -> Fate {
            (kind.to_owned(), olds.iter().map(|at| number(*at)).collect(), [number(at)].into())
        };
        match from {
            From::Kept(i) if *i == at => fates.push(fate("unchanged", &[*i])),
            From::Kept(i) | From::Away(i) => fates.push(fate("moved", &[*i])),
            From::Reworded(i) if *i == at => fates.push(fate("modified", &[*i])),
            From::Reworded(i) => fates.push(fate("moved-modified", &[*i])),
            From::New => fates.push(fate("added", &[])),
            From::Both(i, j) => fates.push(fate("merged", &[*i, *j])),
            From::Half(i) => match fates.iter_mut().find(|one| one.0 == "split" && one.1.contains(&number(*i))) {
                Some(one) => {
                    one.2.insert(number(at));
                }
                None => fates.push(fate("split", &[*i])),
            },
        }
        match from {
            From::Both(i, j) => seen.extend([*i, *j]),
            From::Kept(i) | From::Away(i) | From::Reworded(i) | From::Half(i) => seen.extend([*i]),
            From::New => {}
        }
    }
    let gone = (0..old).filter(|at| !seen.contains(at));
    fates.extend(gone.map(|at| ("removed".to_owned(), [number(at)].into(), BTreeSet::new())));
    fates
}

fn fate(change: &ArticleChange) -> Fate {
    let (mut olds, mut news): (BTreeSet<String>, BTreeSet<String>) =
        (change.old.iter().cloned().collect(), change.new.iter().cloned().collect());
    let also = change.also.iter().cloned();
    if change.kind == "merged" {
        olds.extend(also)
    } else {
        news.extend(also)
    }
    (change.kind.to_owned(), olds, news)
}

/// The words of one side of a change.
fn side(change: &ArticleChange, without: &str) -> String {
    change.spans.iter().filter(|one| one.op != without).map(|one| one.text.as_str()).collect()
}

#[test]
fn generated_edits_are_told_as_they_were_made() {
    let (mut right, mut all) = (0_usize, 0_usize);
    let (mut parts_right, mut parts_all) = (0_usize, 0_usize);
    let mut wrong = Vec::new();
    for seed in 0..40 {
        let mut dice = Dice(seed * 7919 + 17);
        let old: Vec<Vec<String>> = (0..ARTICLES).map(|_| dice.article()).collect();
        let new = edited(&mut dice, &old);
        let texts: Vec<Vec<String>> = new.iter().map(|(_, text)| text.clone()).collect();
        let (was, is) = (read(&printed(&old)), read(&printed(&texts)));
        let changes = compare(&was, &is);
        let told: BTreeSet<Fate> = changes.iter().map(fate).collect();
        for one in expected(&new, old.len()) {
            let found = told.contains(&one);
            let is_part = ["split", "merged"].contains(&one.0.as_str());
            let (hits, count) = if is_part { (&mut parts_right, &mut parts_all) } else { (&mut right, &mut all) };
            *hits += usize::from(found);
            *count += 1;
            if !found {
                wrong.push((seed, one));
            }
        }
        // Whatever was told, both texts stand in it, each article once.
        for change in &changes {
            let of = |statute: &Statute, lead: &Option<String>, all: bool| -> String {
                let also = change.also.iter().filter(|_| all);
                let mut wanted: Vec<(u32, u32)> = lead.iter().chain(also).filter_map(|n| crate::ordinal(n)).collect();
                wanted.sort_unstable();
                let texts = wanted.into_iter().filter_map(|n| statute.article(n)).map(|one| one.text.clone());
                texts.collect::<Vec<_>>().join("\n")
            };
            assert_eq!(side(change, "insert"), of(&was, &change.old, change.kind == "merged"));
            assert_eq!(side(change, "delete"), of(&is, &change.new, change.kind == "split"));
        }
        let named: usize = changes.iter().map(|one| fate(one).1.len()).sum();
        assert_eq!(named, old.len(), "each old article has one fate");
        let named: usize = changes.iter().map(|one| fate(one).2.len()).sum();
        assert_eq!(named, new.len(), "each new article has one fate");
    }
    let few: Vec<_> = wrong.iter().take(12).collect();
    assert!(all > 4000 && parts_all > 150, "{all} {parts_all}");
    assert!(right * 100 >= all * 99, "{right} of {all}: {few:#?}");
    assert!(parts_right * 100 >= parts_all * 95, "splits and merges: {parts_right} of {parts_all}: {few:#?}");
}
