//! What is private in a text that is known to tell of one natural person, so that no name need stand beside it: illness and
//! disability (个人信息保护法 Art. 28), and where that person lives. Laws, organs and animals have illness in their names, too.

use super::{Finding, Gate, Severity, homes, people::ILLNESS};

/// Before 病 where it is nobody's: 传染病防治, 动物疫病.
const BEFORE: [char; 8] = ['疫', '业', '染', '看', '治', '防', '诊', '疾'];
/// Behind 病 where it is nobody's: 病害, 病死, 病历, 病床.
const BEHIND: [char; 14] = ['害', '虫', '死', '媒', '原', '毒', '历', '房', '床', '理', '菌', '例', '株', '区'];
/// Behind 残疾 where organs and dues are called so.
const OF_ALL: [&str; 5] = ["人联合会", "人就业", "人保障", "人证", "人之家"];
/// Behind 住 where nobody lives.
const NO_HOME: [char; 10] = ['房', '宅', '建', '所', '院', '户', '改', '民', '宿', '保'];

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
        let here = if within > 0 { None } else { ill(&chars, at).or_else(|| home(&chars, at)) };
        match here {
            Some((end, is_home)) => {
                found.push(told(part, &chars, (at, end), is_home));
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
fn ill(chars: &[char], at: usize) -> Option<(usize, bool)> {
    if let Some(word) = ILLNESS.iter().find(|word| stands(chars, at, word)) {
        let end = at + word.chars().count();
        return (!OF_ALL.iter().any(|all| stands(chars, end, all))).then_some((end, false));
    }
    // 肾病, 慢性病: the word that a character before it makes an illness.
    let next = *chars.get(at + 1)?;
    let is_one = next == '病'
        && ('\u{4e00}'..='\u{9fff}').contains(&chars[at])
        && !BEFORE.contains(&chars[at])
        && chars.get(at + 2).is_none_or(|behind| !BEHIND.contains(behind));
    is_one.then_some((at + 2, false))
}

/// Where a home ends of which 住 stands before it here.
fn home(chars: &[char], at: usize) -> Option<(usize, bool)> {
    if chars[at] != '住' || chars.get(at + 1).is_none_or(|next| NO_HOME.contains(next)) {
        return None;
    }
    homes::address(chars, at + 1).map(|(_, end)| (end, true))
}

fn told(part: &str, chars: &[char], (start, end): (usize, usize), is_home: bool) -> Finding {
    let (rule, suggestion) = if is_home {
        ("privacy.home", "自然人的住址不能公开。请删去，或者只写到街道、小区或者村。")
    } else {
        (
            "privacy.name",
            "这是自然人的信息，其中写了健康状况。健康状况是敏感个人信息（《个人信息保护法》第二十八条），请删去。",
        )
    };
    // Of an illness the first character, of a home all but its numbers.
    let hidden = |(at, c): (usize, &char)| match is_home {
        true if c.is_ascii_alphanumeric() => '*',
        false if at > 0 => '*',
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
