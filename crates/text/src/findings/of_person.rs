//! What is private in a text that is known to tell of one natural person, so that no name need stand beside it: illness and
//! disability (个人信息保护法 Art. 28), the day of birth, and where that person lives. Laws, organs and animals have illness in their names, too.

use super::{Finding, Gate, Severity, homes, people::ILLNESS};

/// Before 病 where it is nobody's: 传染病防治, 动物疫病.
const BEFORE: [char; 8] = ['疫', '业', '染', '看', '治', '防', '诊', '疾'];
/// Behind 病 where it is nobody's: 病害, 病死, 病历, 病床.
const BEHIND: [char; 14] = ['害', '虫', '死', '媒', '原', '毒', '历', '房', '床', '理', '菌', '例', '株', '区'];
/// Behind 残疾 where organs and dues are called so.
const OF_ALL: [&str; 5] = ["人联合会", "人就业", "人保障", "人证", "人之家"];
/// Behind 住 where nobody lives.
const NO_HOME: [char; 10] = ['房', '宅', '建', '所', '院', '户', '改', '民', '宿', '保'];

/// What was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Sort {
    Illness,
    Birth,
    Home,
}

/// Finds it; `part` says where the text came from and is copied into each finding.
pub fn of_person(part: &str, text: &str) -> Vec<Finding> {
    let chars: Vec<char> = text.chars().map(fold::character).collect();
    let mut found: Vec<Finding> = Vec::new();
    let (mut at, mut within) = (0, 0_u32);
    while at < chars.len() {
        match chars[at] {
            '《' => within += 1,
            '》' => within = within.saturating_sub(1),
            _ => {}
        }
        let here =
            if within > 0 { None } else { ill(&chars, at).or_else(|| born(&chars, at)).or_else(|| home(&chars, at)) };
        match here {
            Some((end, sort)) => {
                found.push(told(part, &chars, (at, end), sort));
                at = end;
            }
            None => at += 1,
        }
    }
    found
}

/// Whether these characters stand here.
fn stands(chars: &[char], at: usize, word: &str) -> bool {
    word.chars().eq(chars[at..].iter().copied().take(word.chars().count()))
}

/// Where an illness ends that begins here.
fn ill(chars: &[char], at: usize) -> Option<(usize, Sort)> {
    if let Some(word) = ILLNESS.iter().find(|word| stands(chars, at, word)) {
        let end = at + word.chars().count();
        return (!OF_ALL.iter().any(|all| stands(chars, end, all))).then_some((end, Sort::Illness));
    }
    // 肾病, 慢性病: the word that a character before it makes an illness.
    let next = *chars.get(at + 1)?;
    let is_one = next == '病'
        && ('\u{4e00}'..='\u{9fff}').contains(&chars[at])
        && !BEFORE.contains(&chars[at])
        && chars.get(at + 2).is_none_or(|behind| !BEHIND.contains(behind));
    is_one.then_some((at + 2, Sort::Illness))
}

/// Where the day of a birth ends that begins here: 1990年3月7日出生, 1990-03-07出生, 出生日期：1990年3月7日, 生于1990年3月.
fn born(chars: &[char], at: usize) -> Option<(usize, Sort)> {
    const BEFORE: [&str; 7] = ["出生日期", "出生年月日", "出生年月", "出生时间", "出生于", "出生", "生于"];
    const BEHIND: [&str; 4] = ["出生", "生，", "生,", "生人"];
    // 发生于2026年3月7日 is of no person.
    let happens = at > 0 && ['发', '产'].contains(&chars[at - 1]);
    if let Some(word) = BEFORE.iter().find(|word| stands(chars, at, word) && !happens) {
        let mut from = at + word.chars().count();
        while chars.get(from).is_some_and(|c| [':', '：', ' ', '为', '是', '在'].contains(c)) {
            from += 1;
        }
        return day(chars, from).map(|end| (end, Sort::Birth));
    }
    let is_within = at > 0 && chars[at - 1].is_ascii_digit();
    let end = if is_within { None } else { day(chars, at) }?;
    let word = BEHIND.iter().find(|word| stands(chars, end, word))?;
    // What stands behind 生 is not the day's.
    Some((end + if *word == "出生" { 2 } else { 1 }, Sort::Birth))
}

/// Where a day or month ends that begins here, with a year of this or the last century.
fn day(chars: &[char], at: usize) -> Option<usize> {
    let digits = |from: usize| chars.iter().skip(from).take_while(|c| c.is_ascii_digit()).count();
    let is_between = |at: usize| chars.get(at).is_some_and(|c| ['年', '月', '-', '.', '/'].contains(c));
    let is_year = digits(at) == 4 && (stands(chars, at, "19") || stands(chars, at, "20")) && is_between(at + 4);
    let months = if is_year { digits(at + 5) } else { 0 };
    if !(1..=2).contains(&months) {
        return None;
    }
    let mut end = at + 5 + months;
    if is_between(end) {
        end += 1;
        let days = digits(end);
        if (1..=2).contains(&days) {
            end += days + usize::from(chars.get(end + days) == Some(&'日'));
        }
    }
    Some(end)
}

/// Where a home ends of which 住 stands before it here.
fn home(chars: &[char], at: usize) -> Option<(usize, Sort)> {
    if chars[at] != '住' || chars.get(at + 1).is_none_or(|next| NO_HOME.contains(next)) {
        return None;
    }
    homes::address(chars, at + 1).map(|(_, end)| (end, Sort::Home))
}

fn told(part: &str, chars: &[char], (start, end): (usize, usize), sort: Sort) -> Finding {
    let (rule, suggestion) = match sort {
        Sort::Home => ("privacy.home", "自然人的住址不能公开。请删去，或者只写到街道、小区或者村。"),
        Sort::Illness => (
            "privacy.name",
            "这是自然人的信息，其中写了健康状况。健康状况是敏感个人信息（《个人信息保护法》第二十八条），请删去。",
        ),
        Sort::Birth => ("privacy.name", "这是自然人的信息，其中写了出生日期。出生日期不能公开，请删去。"),
    };
    // Of an illness the first character, of a home and a birthday all but the numbers.
    let hidden = |(at, c): (usize, &char)| match sort {
        Sort::Home | Sort::Birth if c.is_ascii_alphanumeric() => '*',
        Sort::Illness if at > 0 => '*',
        _ => *c,
    };
    Finding {
        rule: rule.into(),
        gate: Gate::Privacy,
        severity: Severity::Block,
        part: part.to_owned(),
        start,
        end,
        excerpt: chars[start..end].iter().enumerate().map(hidden).collect(),
        suggestion: suggestion.into(),
        replacement: None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rules(text: &str) -> Vec<String> {
        of_person("", text).into_iter().map(|one| one.rule).collect()
    }

    #[test]
    fn illness_and_homes_of_a_person_are_found_without_a_name() {
        for text in ["肾病，低保户", "肢体残疾二级", "患尿毒症多年", "系残疾人", "有慢性病"] {
            assert_eq!(rules(text), ["privacy.name"], "{text}");
        }
        assert_eq!(rules("王小明（住城关镇文昌路2号），无证经营"), ["privacy.home"]);
    }

    #[test]
    fn the_day_of_a_birth_is_found() {
        for text in
            ["当事人1990年3月7日出生，无证经营", "王小明，1990年3月生，务农", "出生日期：1990-03-07", "生于1990年3月"]
        {
            assert_eq!(rules(text), ["privacy.name"], "{text}");
        }
        for text in ["2026年3月7日查获", "2025年3月生产的食品", "自2026年3月7日起出租", "火灾发生于2026年3月7日"]
        {
            assert_eq!(rules(text), Vec::<String>::new(), "{text}");
        }
    }

    #[test]
    fn laws_and_animals_are_nobodys() {
        for text in [
            "违反《中华人民共和国职业病防治法》第七十一条",
            "未对动物疫病进行检测，经营病死猪肉",
            "未缴纳残疾人就业保障金",
            "在住宅小区3号楼堆放杂物",
            "未按规定保存病历",
        ] {
            assert_eq!(rules(text), Vec::<String>::new(), "{text}");
        }
    }
}
