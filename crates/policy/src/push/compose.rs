//! The message, made from the conditions of a policy: for whom, what it brings them, under which conditions.

use jiff::civil::Date;

use crate::audience::{Rule, WHO};

/// People of one sort for whom a policy has something.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Group {
    /// Code of `audience::WHO`.
    pub(super) who: &'static str,
    /// The words in which the policy names them: 小微企业.
    pub(super) words: String,
    /// Townships, where everything is for some of them alone; empty = the whole county.
    pub(super) places: Vec<String>,
    /// What it brings them.
    pub(super) rules: Vec<Rule>,
}

/// What a policy says of itself, as far as the message needs it.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct About {
    pub(super) title: String,
    /// 发文字号; may be empty.
    pub(super) number: String,
    /// Full name of the organ.
    pub(super) organ: String,
    pub(super) effective: Option<Date>,
    pub(super) expires: Option<Date>,
}

/// The general name of a sort of people.
pub(super) fn who_name(code: &str) -> Option<&'static str> {
    WHO.iter().find(|(known, ..)| *known == code).map(|(_, name, _)| *name)
}

/// For whom a policy has something that is still to be had, in the order in which people are asked.
pub(super) fn groups(rules: &[Rule], today: Date) -> Vec<Group> {
    let mut groups = Vec::new();
    for (who, name, _) in WHO {
        let open = |rule: &&Rule| rule.who.contains(&who) && rule.until.is_none_or(|until| until >= today);
        let mine: Vec<Rule> = rules.iter().filter(open).cloned().collect();
        if mine.is_empty() {
            continue;
        }
        let mut words: Vec<String> = Vec::new();
        let mut places: Vec<String> = Vec::new();
        for rule in &mine {
            let named = rule.named(who);
            for (all, new) in [(&mut words, named), (&mut places, rule.places.clone())] {
                for one in new {
                    if !all.contains(&one) {
                        all.push(one);
                    }
                }
            }
        }
        if mine.iter().any(|rule| rule.places.is_empty()) {
            places.clear();
        }
        let words = if words.is_empty() { name.to_owned() } else { words.join("、") };
        groups.push(Group { who, words, places, rules: mine });
    }
    groups
}

/// What stands above the message.
pub(super) fn title(group: &Group, about: &About, today: Date) -> String {
    let when = match about.effective {
        Some(day) if day > today => format!("新政策 {day} 起施行"),
        _ => "新政策施行".to_owned(),
    };
    format!("面向{}：{when}", group.words)
}

fn benefit(rule: &Rule) -> String {
    let mut parts = vec![rule.brings.join("；")];
    let mut part = |name: &str, text: String| {
        if !text.is_empty() {
            parts.push(format!("{name}：{text}"));
        }
    };
    part("金额", rule.amount.clone());
    part("对象", rule.who_words.clone());
    part("地区", rule.places.join("、"));
    part("年龄", rule.age_words.clone());
    part("人数", rule.size_words.clone());
    part("情形", rule.situations.join("、"));
    part(
        "时间",
        match (rule.from, rule.until) {
            (Some(from), Some(until)) => format!("{from} 至 {until}"),
            (Some(from), None) => format!("{from} 起"),
            (None, Some(until)) => format!("{until} 止"),
            (None, None) => String::new(),
        },
    );
    part("办理", rule.how.clone());
    part("说明", rule.note.clone());
    let mut text = parts.join("。");
    if !text.ends_with('。') {
        text.push('。');
    }
    text
}

/// The message, a paragraph each.
pub(super) fn paragraphs(group: &Group, about: &About, today: Date) -> Vec<String> {
    let number = if about.number.is_empty() { String::new() } else { format!("（{}）", about.number) };
    let since = match about.effective {
        Some(day) if day > today => format!("，{day} 起施行"),
        Some(day) => format!("，已于 {day} 施行"),
        None => String::new(),
    };
    let until = about.expires.map(|day| format!("，有效期至 {day}")).unwrap_or_default();
    let mut all = vec![format!("{}公开了《{}》{number}{since}{until}。", about.organ, about.title)];
    all.extend(group.rules.iter().map(benefit));
    all.push("能不能享受，以文件原文和办理机关审核为准。网站“哪些政策适合我”可以逐条核对。".to_owned());
    all
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::audience::read_rules;

    const TEXT: &str = "给：一次性创业补贴\n对象：个体工商户、小微企业\n地区：河口镇\n人数：20 人以下\n金额：5000 元\n\n\
                        给：培训\n对象：小微企业\n地区：石桥乡\n时间：2026-12-31 止\n\n给：养老服务补贴\n对象：个人";

    #[test]
    fn a_policy_falls_into_those_for_whom_it_has_something() {
        let rules = read_rules(TEXT).expect("conditions");
        let all = groups(&rules, date(2026, 3, 2));
        assert_eq!(all.iter().map(|group| group.who).collect::<Vec<_>>(), ["person", "trader", "company"]);
        let company = &all[2];
        assert_eq!((company.words.as_str(), company.rules.len()), ("小微企业", 2));
        assert_eq!(company.places, ["河口镇", "石桥乡"]);
        assert!(all[0].places.is_empty());
        // What is over is told to nobody.
        let later = groups(&rules, date(2027, 1, 1));
        assert_eq!(later[2].rules.len(), 1);
    }

    #[test]
    fn the_message_says_what_when_and_under_which_conditions() {
        let rules = read_rules(TEXT).expect("conditions");
        let today = date(2026, 3, 2);
        let all = groups(&rules, today);
        let about = About {
            title: "创业扶持办法".to_owned(),
            number: "青禾财发〔2026〕1号".to_owned(),
            organ: "青禾县财政局".to_owned(),
            effective: Some(date(2026, 3, 1)),
            expires: None,
        };
        assert_eq!(title(&all[2], &about, today), "面向小微企业：新政策施行");
        let coming = About { effective: Some(date(2026, 4, 1)), ..about.clone() };
        assert_eq!(title(&all[2], &coming, today), "面向小微企业：新政策 2026-04-01 起施行");
        let told = paragraphs(&all[2], &about, today).join("\n");
        for words in ["《创业扶持办法》", "一次性创业补贴。金额：5000 元。", "人数：20 人以下。", "2026-12-31 止"]
        {
            assert!(told.contains(words), "{words} in {told}");
        }
        assert!(!told.contains("养老"), "{told}");
    }
}
