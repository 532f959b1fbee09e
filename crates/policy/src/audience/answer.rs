//! Which benefits fit somebody who answered five questions. What was not answered is not held against anybody: the benefit may fit
//! then, and what must be known is said.

use jiff::civil::Date;

use super::{
    rule::{Rule, who_name},
    situation::same,
};

/// The answers. They are held as long as the page takes to be made.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Asked {
    /// Code of who asks.
    pub(super) who: String,
    /// Township; empty = not said.
    pub(super) place: String,
    pub(super) age: Option<u32>,
    /// People who work there.
    pub(super) size: Option<u32>,
    pub(super) situations: Vec<String>,
    /// None of the situations but those that were ticked.
    pub(super) no_other: bool,
}

/// Whether a condition is met.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Met {
    Yes,
    No,
    /// It depends on what was not said.
    Unknown,
}

/// A condition, how it stands, and why.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Reason {
    pub(super) met: Met,
    pub(super) words: String,
}

/// How a benefit stands as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Fit {
    Applies,
    Maybe,
    No,
}

fn reason(met: Met, words: String) -> Reason {
    Reason { met, words }
}

fn number(condition: &str, unit: &str, said: Option<u32>, holds: impl Fn(u32) -> bool, ask: &str) -> Reason {
    match said {
        Some(number) if holds(number) => reason(Met::Yes, format!("条件是{condition}，您填了 {number} {unit}")),
        Some(number) => reason(Met::No, format!("条件是{condition}，您填了 {number} {unit}")),
        None => reason(Met::Unknown, format!("条件是{condition}，您没有填{ask}")),
    }
}

/// Employees below which a company is small in every trade that is divided by them, and from which on it is hardly one (统计上大中小微型企业
/// 划分办法: both employees and turnover must reach a class); and the same for 中小企业.
const SMALL: (u32, u32) = (20, 300);
const MEDIUM: (u32, u32) = (200, 1000);

/// Where a policy is for small companies: being a company is not enough. `None` = it is for companies of any size, or not asked by
/// one.
fn small(rule: &Rule, asked: &Asked) -> Option<Reason> {
    let named = rule.named("company");
    if asked.who != "company" || named.is_empty() || !named.iter().all(|word| word.contains('小')) {
        return None;
    }
    let (sure, hardly) = if named.iter().any(|word| word.contains('中')) { MEDIUM } else { SMALL };
    let kind = named.join("、");
    let condition = format!("给{}；{kind}按行业、从业人数和营业收入划分", rule.who_words);
    Some(match asked.size {
        None => reason(Met::Unknown, format!("{condition}，您没有填从业人数")),
        Some(size) if size < sure => reason(Met::Yes, format!("{condition}，您填了 {size} 人")),
        Some(size) if size < hardly => {
            reason(Met::Unknown, format!("{condition}，您填了 {size} 人，请按本行业的标准核对"))
        }
        Some(size) => reason(Met::No, format!("{condition}，您填了 {size} 人，一般不属于{kind}")),
    })
}

/// Every condition of a benefit against the answers, in the order in which people ask.
pub(super) fn judge(rule: &Rule, asked: &Asked, today: Date) -> (Fit, Vec<Reason>) {
    let mut reasons = Vec::new();
    let mine = rule.who.iter().any(|code| *code == asked.who);
    let name = who_name(&asked.who);
    let met = if mine { Met::Yes } else { Met::No };
    let plain = || reason(met, format!("给{}，您选了{name}", rule.who_words));
    reasons.push(small(rule, asked).filter(|_| mine).unwrap_or_else(plain));
    if !rule.places.is_empty() {
        let places = rule.places.join("、");
        reasons.push(match asked.place.as_str() {
            "" => reason(Met::Unknown, format!("限{places}，您没有选在哪里")),
            place if rule.places.iter().any(|one| one == place) => {
                reason(Met::Yes, format!("限{places}，您选了{place}"))
            }
            place => reason(Met::No, format!("限{places}，您选了{place}")),
        });
    }
    // What is asked of a person is not asked of a company, though both may have the benefit.
    if let Some(age) = rule.age.filter(|_| ["person", "trader"].contains(&asked.who.as_str())) {
        let condition = format!("年龄 {}", rule.age_words);
        reasons.push(number(&condition, "岁", asked.age, |number| age.holds(number), "年龄"));
    }
    if let Some(size) = rule.size.filter(|_| asked.who != "person") {
        let condition = format!("从业人数 {}", rule.size_words);
        reasons.push(number(&condition, "人", asked.size, |number| size.holds(number), "从业人数"));
    }
    if !rule.situations.is_empty() {
        let all = rule.situations.join("、");
        let ticked: Vec<&str> = asked
            .situations
            .iter()
            .filter(|one| rule.situations.iter().any(|other| same(one, other)))
            .map(String::as_str)
            .collect();
        reasons.push(match (ticked.is_empty(), asked.no_other) {
            (false, _) => reason(Met::Yes, format!("给有这些情形之一的：{all}，您选了{}", ticked.join("、"))),
            (true, true) => reason(Met::No, format!("给有这些情形之一的：{all}，您都没有")),
            (true, false) => reason(Met::Unknown, format!("给有这些情形之一的：{all}，您没有选")),
        });
    }
    if let Some(until) = rule.until.filter(|until| *until < today) {
        reasons.push(reason(Met::No, format!("已于 {until} 截止")));
    } else if let Some(from) = rule.from.filter(|from| *from > today) {
        reasons.push(reason(Met::Unknown, format!("{from} 起才办理")));
    } else if let Some(until) = rule.until {
        reasons.push(reason(Met::Yes, format!("{until} 前办理")));
    }
    (fit(&reasons), reasons)
}

/// How the conditions stand together.
pub(super) fn fit(reasons: &[Reason]) -> Fit {
    let any = |met: Met| reasons.iter().any(|reason| reason.met == met);
    match (any(Met::No), any(Met::Unknown)) {
        (true, _) => Fit::No,
        (false, true) => Fit::Maybe,
        (false, false) => Fit::Applies,
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::{super::rule, *};

    fn asked(who: &str) -> Asked {
        Asked { who: who.to_owned(), ..Asked::default() }
    }

    #[test]
    fn what_was_not_said_leaves_it_open_and_what_was_said_decides() {
        let today = date(2026, 3, 2);
        let text = "给：养老服务补贴\n对象：个人\n地区：河口镇\n年龄：70 岁以上";
        let rule = rule::read(text).expect("read").remove(0);
        let of = |asked: &Asked| judge(&rule, asked, today).0;
        assert_eq!(of(&asked("company")), Fit::No);
        assert_eq!(of(&asked("person")), Fit::Maybe);
        let here = Asked { place: "河口镇".to_owned(), ..asked("person") };
        assert_eq!(of(&Asked { age: Some(70), ..here.clone() }), Fit::Applies);
        assert_eq!(of(&Asked { age: Some(69), ..here.clone() }), Fit::No);
        assert_eq!(of(&Asked { age: Some(70), place: "石桥乡".to_owned(), ..asked("person") }), Fit::No);
        let (_, reasons) = judge(&rule, &here, today);
        assert!(reasons.iter().any(|one| one.met == Met::Unknown && one.words.contains("您没有填年龄")), "{reasons:?}");
    }

    #[test]
    fn a_company_is_not_small_because_it_is_a_company() {
        let today = date(2026, 3, 2);
        let fits = |who: &str, size: Option<u32>| {
            let rule = rule::read(&format!("给：用电接入零费用\n对象：{who}")).expect("read").remove(0);
            judge(&rule, &Asked { size, ..asked("company") }, today)
        };
        assert_eq!(fits("小微企业", Some(1000)).0, Fit::No);
        assert_eq!(fits("小微企业", None).0, Fit::Maybe);
        assert_eq!(fits("小微企业", Some(50)).0, Fit::Maybe);
        assert_eq!(fits("小微企业", Some(19)).0, Fit::Applies);
        assert_eq!(fits("中小微企业", Some(100)).0, Fit::Applies);
        assert_eq!(fits("中小企业", Some(1000)).0, Fit::No);
        assert_eq!(fits("企业", Some(1000)).0, Fit::Applies);
        assert_eq!(fits("企业、小微企业", None).0, Fit::Applies);
        let (_, reasons) = fits("小微企业", Some(1000));
        assert!(reasons.iter().all(|one| !one.words.contains("您选了企业")), "{reasons:?}");
    }

    #[test]
    fn situations_days_and_sizes() {
        let text =
            "给：创业补贴\n对象：个人、企业\n人数：20 人以下\n情形：返乡创业、登记失业\n时间：2026-01-01 至 2026-12-31";
        let rule = rule::read(text).expect("read").remove(0);
        let on = |asked: &Asked, day| judge(&rule, asked, day).0;
        let today = date(2026, 3, 2);
        let firm = Asked { size: Some(20), situations: vec!["返乡创业".to_owned()], ..asked("company") };
        assert_eq!(on(&firm, today), Fit::Applies);
        assert_eq!(on(&firm, date(2027, 1, 1)), Fit::No);
        assert_eq!(on(&firm, date(2025, 12, 31)), Fit::Maybe);
        assert_eq!(on(&Asked { size: Some(21), ..firm.clone() }, today), Fit::No);
        // Nobody asks a person how many work there.
        let person = Asked { situations: vec!["登记失业".to_owned()], ..asked("person") };
        assert_eq!(on(&person, today), Fit::Applies);
        assert_eq!(on(&asked("person"), today), Fit::Maybe);
        assert_eq!(on(&Asked { no_other: true, ..asked("person") }, today), Fit::No);
        // Another organ's word for it is the same situation, and whoever has ticked it has it.
        let other = Asked { situations: vec!["登记失业人员".to_owned()], no_other: true, ..asked("person") };
        assert_eq!(on(&other, today), Fit::Applies);
    }
}
