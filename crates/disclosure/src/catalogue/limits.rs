//! Time limits of items: by which rule each is counted, and where what it says in three places does not agree.

use clock::{Readings, Rule, Start, Unit};
use item::Limit;

use super::words;

fn unit_of(code: &str) -> Option<Unit> {
    match code {
        "working_days" => Some(Unit::WorkingDays),
        "days" => Some(Unit::Days),
        "months" => Some(Unit::Months),
        _ => None,
    }
}

/// The number and the unit that a limit says itself.
fn own(limit: &Limit) -> Option<(u32, Unit)> {
    unit_of(&limit.unit).filter(|_| limit.n > 0).map(|unit| (limit.n, unit))
}

/// By what a limit is counted: by the rule of law that it names as long as its own number says the same; where the county has
/// written another number, that holds.
pub(crate) fn rule_of(limit: &Limit, readings: &Readings) -> Option<Rule> {
    let named = clock::find(&limit.rule);
    let Some((n, unit)) = own(limit) else { return named.map(|rule| readings.apply(rule)) };
    match named {
        Some(rule) if (rule.length, rule.unit) == (n, unit) => Some(readings.apply(rule)),
        Some(rule) if rule.unit != Unit::Hours => Some(Rule { length: n, unit, ..readings.apply(rule) }),
        _ => {
            let start = Start::DayAfter("信息形成");
            Some(Rule::new("coverage.limit", "公开信息", "公开事项目录", n, unit, start))
        }
    }
}

/// The numbers with units that a text prints, as `20个工作日内`; days of the year are none.
fn printed(text: &str) -> Vec<(u32, Unit)> {
    let chars: Vec<char> = text.chars().collect();
    let (mut found, mut at) = (Vec::new(), 0);
    while at < chars.len() {
        if !chars[at].is_ascii_digit() {
            at += 1;
            continue;
        }
        let from = at;
        while at < chars.len() && chars[at].is_ascii_digit() {
            at += 1;
        }
        let number: String = chars[from..at].iter().collect();
        let rest: String = chars[at..].iter().collect();
        let rest = rest.trim_start();
        let bare = rest.strip_prefix('个').unwrap_or(rest);
        let is_day_of_year = from > 0 && chars[from - 1] == '月';
        let unit = if bare.starts_with("工作日") {
            Some(Unit::WorkingDays)
        } else if rest.starts_with("个月") {
            Some(Unit::Months)
        } else if (bare.starts_with('日') || bare.starts_with('天')) && !is_day_of_year {
            Some(Unit::Days)
        } else {
            None
        };
        found.extend(number.parse::<u32>().ok().zip(unit));
    }
    found
}

/// Where its number, the rule that it names and the words that readers see do not agree, in words for who edits it.
pub(crate) fn contradictions(limit: &Limit) -> Vec<String> {
    let Some((n, unit)) = own(limit) else { return Vec::new() };
    let label = words::UNITS.iter().find(|(code, _)| *code == limit.unit).map_or("", |(_, label)| *label);
    let mut found = Vec::new();
    if let Some(rule) = clock::find(&limit.rule).filter(|rule| (rule.length, rule.unit) != (n, unit)) {
        found.push(format!(
            "写的是 {n} {label}，“法定时限规则的代码”{} 是“{}”，两者不一致。以您写的为准的，请把“更多”里的这个代码清空。",
            limit.rule,
            rule.period()
        ));
    }
    let said = printed(&limit.printed);
    if !said.is_empty() && !said.contains(&(n, unit)) {
        found.push(format!(
            "写的是 {n} {label}，时限的原文是“{}”，两者不一致，而公众看到的是原文。请改原文，或者改数目和单位。",
            limit.printed
        ));
    }
    found
}

#[cfg(test)]
mod tests {
    use item::LimitKind;

    use super::*;

    fn limit(n: u32, unit: &str, rule: &str, printed: &str) -> Limit {
        Limit {
            applies_to: String::new(),
            kind: LimitKind::Within,
            n,
            unit: unit.into(),
            from: item::Start::Formed,
            column: String::new(),
            day: String::new(),
            rule: rule.into(),
            printed: printed.into(),
            basis: String::new(),
        }
    }

    #[test]
    fn what_a_county_has_written_holds_over_the_rule_that_it_left_standing() {
        let readings = Readings::default();
        let counted = |limit: &Limit| rule_of(limit, &readings).map(|rule| (rule.length, rule.unit));
        let law = limit(20, "working_days", "publish.proactive", "20个工作日内");
        assert_eq!(counted(&law), Some((20, Unit::WorkingDays)));
        assert_eq!(rule_of(&law, &readings).map(|rule| rule.id), Some("publish.proactive"));
        let changed = Limit { n: 10, ..law.clone() };
        assert_eq!(counted(&changed), Some((10, Unit::WorkingDays)));
        assert_eq!(counted(&Limit { rule: String::new(), ..changed }), Some((10, Unit::WorkingDays)));
        assert_eq!(counted(&limit(0, "", "publish.proactive", "及时")), Some((20, Unit::WorkingDays)));
        assert_eq!(counted(&limit(0, "", "", "及时")), None);
    }

    #[test]
    fn three_places_that_do_not_agree_are_told() {
        let law = limit(20, "working_days", "publish.proactive", "信息形成之日起20个工作日内");
        assert_eq!(contradictions(&law), Vec::<String>::new());
        let told = contradictions(&Limit { n: 10, ..law.clone() });
        assert_eq!(told.len(), 2, "{told:?}");
        assert!(told[0].contains("publish.proactive") && told[1].contains("信息形成之日起20个工作日内"));
        assert_eq!(contradictions(&Limit { unit: "days".into(), rule: String::new(), ..law }).len(), 1);
        let fine = limit(10, "working_days", "", "自检测之日起10个工作日内，最迟12月31日公开");
        assert_eq!(contradictions(&fine), Vec::<String>::new());
        assert_eq!(contradictions(&limit(3, "months", "", "3个月内")), Vec::<String>::new());
        assert_eq!(contradictions(&limit(20, "days", "", "批准后二十日内公开")), Vec::<String>::new());
    }

    /// The catalogue prints twenty days where the law has made them seven since; what it names as the law agrees with its number.
    #[test]
    fn no_limit_of_the_box_contradicts_the_rule_that_it_names() {
        for item in item::boxed() {
            for limit in item.limits.iter().filter(|limit| own(limit).is_some()) {
                let rule = clock::find(&limit.rule).map(|rule| (rule.length, rule.unit));
                assert!(rule.is_none() || rule == own(limit), "{}: {limit:?}", item.key);
            }
        }
    }
}
