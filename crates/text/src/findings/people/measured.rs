//! How much is found, measured on texts that are made here: personal things in the forms in which lists and notices hold
//! them, and clean texts of the same kinds. The same seeds make the same texts. Nobody is meant: the division code of the
//! identity numbers was never given, names are put together by chance.

use std::collections::BTreeMap;

use super::super::{look_over, masks};

/// A generator of numbers (xorshift): small, and the same everywhere.
struct Chance(u64);

impl Chance {
    fn below(&mut self, limit: usize) -> usize {
        self.0 ^= self.0 << 13;
        self.0 ^= self.0 >> 7;
        self.0 ^= self.0 << 17;
        usize::try_from(self.0 % u64::try_from(limit).expect("a limit")).expect("small")
    }

    fn of<'a>(&mut self, all: &[&'a str]) -> &'a str {
        all[self.below(all.len())]
    }

    fn digits(&mut self, count: usize) -> String {
        (0..count)
            .map(|_| char::from_digit(u32::try_from(self.below(10)).expect("a digit"), 10).expect("one"))
            .collect()
    }
}

const SURNAMES: &[&str] = &["王", "李", "张", "刘", "陈", "杨", "赵", "吴", "周", "徐", "孙", "朱", "欧阳", "演"];
const GIVEN: &[&str] = &["伟", "芳", "小明", "志祥", "秀英", "建国", "丽", "桂兰", "强", "雪梅", "子涵", "一诺"];
const VILLAGES: &[&str] = &["石门村", "东门社区", "白沙村", "北苑社区"];

fn name(chance: &mut Chance) -> String {
    format!("{}{}", chance.of(SURNAMES), chance.of(GIVEN))
}

fn identity(chance: &mut Chance) -> String {
    let year = 1950 + chance.below(55);
    let body = format!("000000{year}{:02}{:02}{}", 1 + chance.below(12), 1 + chance.below(28), chance.digits(3));
    let weights = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2];
    let sum: u32 = body.chars().zip(weights).map(|(c, weight)| c.to_digit(10).expect("a digit") * weight).sum();
    let check = "10X98765432".chars().nth(usize::try_from(sum % 11).expect("small")).expect("a check");
    format!("{body}{check}")
}

fn mobile(chance: &mut Chance) -> String {
    format!("1{}{}", chance.of(&["38", "39", "50", "77", "86", "99"]), chance.digits(8))
}

fn card(chance: &mut Chance) -> String {
    let body = format!("62220212{}", chance.digits(10));
    let sum: u32 = body
        .chars()
        .rev()
        .enumerate()
        .map(|(at, c)| {
            let digit = c.to_digit(10).expect("a digit");
            let doubled = if at % 2 == 0 { digit * 2 } else { digit };
            if doubled > 9 { doubled - 9 } else { doubled }
        })
        .sum();
    format!("{body}{}", (10 - sum % 10) % 10)
}

fn home(chance: &mut Chance) -> String {
    match chance.below(3) {
        0 => format!("{}{}组{}号", chance.of(VILLAGES), 1 + chance.below(9), 1 + chance.below(90)),
        1 => format!(
            "青禾苑{}栋{}单元{}0{}室",
            1 + chance.below(20),
            1 + chance.below(4),
            1 + chance.below(9),
            1 + chance.below(4)
        ),
        _ => format!("解放路{}号", 1 + chance.below(200)),
    }
}

/// A kind of thing, how it is called in a head, and the rule that finds it.
const KINDS: [(&str, &str, &str); 4] = [
    ("identity", "身份证号码", "privacy.id_number"),
    ("mobile", "联系电话", "privacy.mobile"),
    ("card", "银行卡号", "privacy.bank_card"),
    ("home", "家庭住址", "privacy.home"),
];

fn value(chance: &mut Chance, kind: &str) -> String {
    match kind {
        "identity" => identity(chance),
        "mobile" => mobile(chance),
        "card" => card(chance),
        _ => home(chance),
    }
}

/// A text with things of one kind, and the rules that must find something: those of the kind, and of the names beside it.
fn personal(seed: u64) -> (String, Vec<(&'static str, &'static str, usize)>) {
    let mut chance = Chance(0x9e37_79b9_7f4a_7c15 ^ (seed + 1).wrapping_mul(0x2545_f491_4f6c_dd1d));
    let (kind, head, rule) = KINDS[chance.below(KINDS.len())];
    let rows = 1 + chance.below(6);
    let people: Vec<(String, String)> = (0..rows).map(|_| (name(&mut chance), value(&mut chance, kind))).collect();
    let border = chance.of(&["\t", " | ", ","]);
    let list = |heads: &str| {
        let line = |(name, value): &(String, String)| format!("{name}{border}{value}\n");
        format!("现将名单公示如下，公示期5个工作日。\n{heads}\n{}", people.iter().map(line).collect::<String>())
    };
    // Between commas and blanks nothing says that a home is one; in a table the head of the column does.
    match chance.below(4) {
        0 | 1 if kind != "home" => {
            let title = chance.of(&["姓名", "户主姓名", "申请人", "救助对象"]);
            let names = people.iter().filter(|(name, _)| border != "," || !name.starts_with('演')).count();
            let mut wanted = vec![(kind, rule, rows)];
            if names > 0 {
                wanted.push(("name in a list", "privacy.name", 1));
            }
            (list(&format!("{title}{border}{head}")), wanted)
        }
        2 => {
            let (name, value) = &people[0];
            let (name, text) = (name.replace('演', "王"), value);
            let wanted = match kind {
                "mobile" => vec![(kind, rule, 1)],
                _ => vec![(kind, rule, 1), ("name beside it", "privacy.name", 1)],
            };
            (format!("姓名：{name}\n{head}：{text}\n"), wanted)
        }
        _ => {
            let line = |(_, value): &(String, String)| format!("{head}：{value}。");
            (people.iter().map(line).collect::<Vec<_>>().join("\n"), vec![(kind, rule, rows)])
        }
    }
}

/// A text in which nothing is personal.
fn clean(seed: u64) -> String {
    let mut chance = Chance(0xd1b5_4a32_d192_ed03 ^ (seed + 1).wrapping_mul(0x2545_f491_4f6c_dd1d));
    let (one, two) = (name(&mut chance), name(&mut chance));
    let (sum, number) = (chance.digits(7), 1 + chance.below(300));
    match chance.below(8) {
        0 => format!(
            "姓名\t职务\t办公电话\n{one}\t局长\t0570-{}\n{two}\t副局长\t0570-{}",
            chance.digits(7),
            chance.digits(7)
        ),
        1 => format!(
            "根据青府办发〔2026〕{number}号文件，拨付资金{sum}元，受益群众{number}户。咨询电话0570-{}。",
            chance.digits(7)
        ),
        2 => format!("任前公示\n{one}，男，1975年5月生，大学学历，现任县财政局副局长，拟任局长。"),
        3 => format!(
            "乡镇\t户数\t补贴金额\n城关镇\t{number}\t{sum}\n石门镇\t{number}\t{sum}\n合计\t{}\t{sum}",
            number * 2
        ),
        4 => format!("统一社会信用代码 11320000MB151840XJ，索引号 014001303/2026-{number:05}，法定代表人{one}。"),
        5 => format!("第{number}条　申请人应当提供姓名、身份证明和联系方式，向户籍所在地的乡镇人民政府提出申请。"),
        6 => format!(
            "姓名\t准考证号\t成绩\n{one}\t{:08}\t{}\n{two}\t{:08}\t{}",
            number,
            chance.below(100),
            number + 1,
            chance.below(100)
        ),
        _ => format!("改造小区{number}个，新建住宅5栋{number}套，办公地址：青禾县人民路{number}号，邮编000000。"),
    }
}

#[test]
fn recall_and_false_alarms_hold_on_a_labelled_corpus() {
    let mut found: BTreeMap<&str, (usize, usize)> = BTreeMap::new();
    let mut missed: Vec<String> = Vec::new();
    for seed in 0..600 {
        let (text, wanted) = personal(seed);
        let findings = look_over("body", &text);
        for (kind, rule, count) in wanted {
            let got = findings.iter().filter(|one| one.rule == rule).count().min(count);
            let sum = found.entry(kind).or_default();
            sum.0 += got;
            sum.1 += count;
            if got < count {
                missed.push(format!("{kind} {got}/{count}: {text}"));
            }
        }
    }
    let alarms: Vec<String> = (0..400).map(clean).filter(|text| !look_over("body", text).is_empty()).collect();
    let reaches = |(got, all): (usize, usize), percent: usize| got * 100 >= all * percent;
    let all = found.values().fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
    let first = || missed.iter().chain(&alarms).take(5).cloned().collect::<Vec<_>>().join("\n--\n");
    assert!(reaches(found["identity"], 99), "{found:?}\n{}", first());
    assert!(reaches(all, 97), "{found:?}\n{}", first());
    assert!(alarms.len() * 100 <= 3 * 400, "{} of 400 alarms\n{}", alarms.len(), first());
}

#[test]
fn no_digit_leaks_from_what_is_masked() {
    for seed in 0..600 {
        let (text, _) = personal(seed);
        for mask in masks(&text) {
            let count = |text: &str| text.chars().filter(char::is_ascii_digit).count();
            let shown = count(&mask.to);
            assert!(shown <= 10 && (shown < count(&mask.from) || shown == 0), "{mask:?}");
        }
    }
}
