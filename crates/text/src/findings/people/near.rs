//! A name in a sentence with an illness said of it, or with a number that is its bearer's alone.

use super::{
    Group, Named, Severity, name_at,
    words::{BEFORE, ILLNESS, IN_OFFICE, NUMBERED, is_han, is_title, surname},
};
use crate::findings::homes;

/// Characters behind a name in which its illness is said.
const NEAR: usize = 14;
/// How it begins to be said.
const BEGINS: &str = "患因系确身罹";

/// `王小明（患尿毒症）`, `王小明因白血病住院`: where the name begins that stands here, how long it is.
pub(super) fn ill(chars: &[char], at: usize, end: usize) -> Option<(usize, usize)> {
    // 受助人员刘芳: who works for an organ falls ill, too.
    let begins = at == 0 || !is_han(chars[at - 1]) || BEFORE.contains(chars[at - 1]) || chars[at - 1] == '员';
    let length = begins.then(|| name_at(chars, at, end)).flatten()?;
    if is_title(&chars[at..at + length]) {
        return None;
    }
    let behind = &chars[at + length..end];
    let said: &[char] = match behind.first()? {
        '(' => {
            let inside = &behind[1..];
            let close = inside.iter().take(NEAR * 2).position(|c| *c == ')').unwrap_or(inside.len().min(NEAR));
            // Two characters before a bracket may be any word.
            let clear = length > 2 || inside.first().is_some_and(|first| BEGINS.contains(*first));
            if clear { &inside[..close] } else { &[] }
        }
        first if BEGINS.contains(*first) => &behind[..behind.len().min(NEAR)],
        _ => return None,
    };
    let said: String = said.iter().collect();
    ILLNESS.iter().any(|word| said.contains(*word)).then_some((at, length))
}

/// `张小宝（7岁）`: a name before the age of its bearer.
pub(super) fn aged(chars: &[char], at: usize, end: usize) -> Option<(usize, usize)> {
    let begins = at == 0 || !is_han(chars[at - 1]) || BEFORE.contains(chars[at - 1]);
    let length = begins.then(|| name_at(chars, at, end)).flatten()?;
    let behind = chars[at + length..end].strip_prefix(&['('])?;
    let digits = behind.iter().take_while(|c| c.is_ascii_digit()).count();
    ((1..=3).contains(&digits) && behind.get(digits) == Some(&'岁')).then_some((at, length))
}

/// The names that follow one, in a row: `、李欢欢和王小明`.
pub(super) fn listed(chars: &[char], mut at: usize, end: usize) -> Vec<(usize, usize)> {
    let mut names = Vec::new();
    while at < end && matches!(chars[at], '、' | '和' | '与' | '及') {
        let Some(length) = name_at(chars, at + 1, end).filter(|length| !is_title(&chars[at + 1..at + 1 + length]))
        else {
            break;
        };
        names.push((at + 1, length));
        at += 1 + length;
    }
    names
}

/// Names with a mobile number, an identity number, a card or a home at once behind them in the sentence, also if the number is masked
/// already. Who is in office is named with a telephone.
pub(super) fn numbered(chars: &[char], (start, end): (usize, usize)) -> Vec<Group> {
    let sentence: String = chars[start..end].iter().collect();
    if IN_OFFICE.iter().any(|word| sentence.contains(*word)) {
        return Vec::new();
    }
    let mut groups = Vec::new();
    let mut at = start;
    while at < end {
        let (length, kind) = number(&chars[at..end]);
        let home = length == 0 && homes::lives(chars, at).is_some();
        let fits = |labelled: bool| home || kind == Run::Personal || (kind == Run::Account && labelled);
        if home || kind != Run::Other {
            let name = name_before(chars, start, at).filter(|(_, labelled)| fits(*labelled));
            groups.extend(name.map(|((from, to), _)| Group {
                names: vec![Named { start: from, end: to, name: chars[from..to].iter().collect() }],
                severity: Severity::Warn,
                suggestion: "姓名和个人的手机号码、证件号码、卡号或者住址写在一起，可以认出具体的人。请遮盖姓名，例如“张*祥”；对外公布的联系人，\
                             请改用单位办公电话。"
                    .to_owned(),
            }));
        }
        at += length.max(1);
    }
    groups
}

fn is_of_number(c: char) -> bool {
    c.is_ascii_digit() || c == '*'
}

/// What a run of digits is by its length.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Run {
    /// A number of a person.
    Personal,
    /// One where a word before it says so: passbooks have many lengths.
    Account,
    Other,
}

/// How many characters a run of digits has that begins here, and what it is: single blanks and hyphens group it.
fn number(rest: &[char]) -> (usize, Run) {
    let mut digits: Vec<char> = Vec::new();
    let mut length = 0;
    while let Some(c) = rest.get(length) {
        let check = matches!(c, 'x' | 'X') && digits.len() == 17;
        let joins =
            matches!(c, '-' | ' ') && length > 0 && rest.get(length + 1).is_some_and(|next| is_of_number(*next));
        if is_of_number(*c) || check {
            digits.push(*c);
        } else if !joins || !is_of_number(rest[length - 1]) {
            break;
        }
        length += 1;
    }
    let kind = match (digits.len(), digits.as_slice()) {
        _ if !digits.iter().any(char::is_ascii_digit) => Run::Other,
        (11, ['1', '3'..='9', ..]) | (18, _) | (16 | 17 | 19, ['6' | '*', ..]) => Run::Personal,
        (12..=19, _) => Run::Account,
        _ => Run::Other,
    };
    (length, kind)
}

/// The name that ends before a number, with no more than a label and a mark between, and whether there is a label.
fn name_before(chars: &[char], start: usize, number: usize) -> Option<((usize, usize), bool)> {
    let back = |from: usize| {
        let skipped = chars[start..from].iter().rev().take_while(|c| matches!(c, ' ' | ':' | ',' | '(' | '、')).count();
        from - skipped
    };
    let mut to = back(number);
    let label = NUMBERED
        .iter()
        .map(|label| label.chars().count())
        .zip(NUMBERED)
        .find(|(length, label)| to >= start + length && label.chars().eq(chars[to - length..to].iter().copied()));
    if let Some((length, _)) = label {
        to = back(to - length);
    }
    let run = chars[start..to].iter().rev().take_while(|c| is_han(**c)).count();
    let from = to - run;
    [4, 3, 2].into_iter().filter(|length| *length <= run).map(|length| to - length).find_map(|begin| {
        let name = &chars[begin..to];
        let given = name.len().checked_sub(surname(name))?;
        let is_one = (1..=2).contains(&given) && given < name.len() && !name.contains(&'某') && !is_title(name);
        let stands = begin == from || BEFORE.contains(chars[begin - 1]);
        (is_one && stands).then_some(((begin, to), label.is_some()))
    })
}

#[cfg(test)]
mod tests {
    use super::super::people;

    fn told(text: &str) -> Vec<String> {
        people("", text).into_iter().map(|one| one.excerpt).collect()
    }

    #[test]
    fn a_name_with_its_illness_or_its_number_is_told() {
        for (text, excerpt) in [
            ("王小明（患尿毒症）一次性救助5000元", "王*明"),
            ("救助对象：王小明（男，尿毒症，二级残疾）。", "王*明"),
            ("张三（患白血病）等人", "张*"),
            ("对王小明因白血病住院治疗的，给予救助", "王*明"),
            ("联系人：陈建国，手机13600000001", "陈*国"),
            ("联系人：县民政局陈建国，手机：136-0000-0001。", "陈*国"),
            ("联系人：陈建国（13600000001）", "陈*国"),
            ("经办人李强 136 0000 0001", "李*"),
            ("欧阳小明，身份证号000000199001010018", "欧**明"),
            ("陈建国，手机136****0001", "陈*国"),
            ("受助人员刘芳患有肺癌，家住柳溪镇大树村3组15号", "刘*"),
            ("刘芳家住青禾县柳溪镇大树村3组15号", "刘*"),
            ("王小明患尿毒症，一次性救助5000元", "王*明"),
            ("收款人：刘芳，银行卡号：24104004000101", "刘*"),
            ("对张伟祥（身份证号000000199001010018，住大树村）给予救助", "张*祥"),
        ] {
            assert_eq!(told(text), [excerpt], "{text}");
        }
        assert_eq!(told("张小宝（7岁）、李欢欢（9岁）均患白血病"), ["张*宝", "李*欢"]);
        assert_eq!(told("救助孤儿张小宝、李欢欢和王小明各1000元"), ["张*宝", "李*欢", "王*明"]);
    }

    #[test]
    fn who_is_in_office_and_what_is_no_name_are_none() {
        for text in [
            "联系人：陈建国，电话0570-1234567",
            "联系人：王主任，手机13600000001",
            "县民政局局长陈建国，手机13600000001",
            "陈建国，职务：科长，手机13600000001",
            "联系人手机13600000001，咨询电话：13600000001",
            "王女士（患尿毒症）、李某（患白血病）、张某某因癌住院",
            "周村（残疾人之家）、杨梅（糖尿病患者慎食）、陈列（残疾人作品）",
            "预算号111111111111111111，王小明",
            "糖尿病、高血压（患者须知）",
        ] {
            assert_eq!(told(text), Vec::<String>::new(), "{text}");
        }
    }
}
