//! 发文字号 as GB/T 9704-2012 (7.2.5) writes it: 机关代字, the year in full in 六角括号, a number without 第 and without leading
//! zeros, 号. What is written otherwise is told with the right form; two documents of one organ do not bear one number.

/// What a number of a document is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Form {
    /// As it should be.
    Right,
    /// Meant clearly, written otherwise: the right form.
    Meant(String),
    /// Not a number of a document.
    Unclear,
}

const OPEN: [char; 8] = ['〔', '[', '［', '(', '（', '【', '﹝', '{'];
const CLOSE: [char; 8] = ['〕', ']', '］', ')', '）', '】', '﹞', '}'];

/// Digits as they are typed, full-width ones too.
fn digits(text: &str) -> Option<String> {
    let digit = |c: char| match c {
        '0'..='9' => Some(c),
        '０'..='９' => char::from_digit(u32::from(c) - u32::from('０'), 10),
        _ => None,
    };
    let read: Option<String> = text.chars().map(digit).collect();
    read.filter(|read| !read.is_empty())
}

/// How a number is written.
pub fn form(number: &str) -> Form {
    let dense: String = number.chars().filter(|c| !c.is_whitespace()).collect();
    // Orders and announcements are numbered without a year before the number: 第12号, 2026年第3号.
    if let Some((_, rest)) = dense.rsplit_once('第')
        && let Some(count) = rest.strip_suffix('号')
        && digits(count).is_some()
        && !dense.contains(OPEN)
    {
        return if dense == number { Form::Right } else { Form::Meant(dense) };
    }
    let Some((letters, rest)) = dense.split_once(OPEN) else { return Form::Unclear };
    let Some((year, rest)) = rest.split_once(CLOSE) else { return Form::Unclear };
    let count = rest.strip_suffix('号').unwrap_or(rest);
    let count = count.strip_prefix('第').unwrap_or(count);
    let (Some(year), Some(count)) = (digits(year.trim_end_matches('年')), digits(count)) else { return Form::Unclear };
    let count = count.trim_start_matches('0');
    let lettered = !letters.is_empty() && letters.chars().all(|c| c.is_alphabetic() || c == '－' || c == '-');
    if !lettered || count.is_empty() || year.len() != 4 || !(year.starts_with("19") || year.starts_with("20")) {
        return Form::Unclear;
    }
    let right = format!("{letters}〔{year}〕{count}号");
    if right == number { Form::Right } else { Form::Meant(right) }
}

/// What is wrong with a number, in a sentence with the right form; `None` = nothing.
pub fn fault(number: &str) -> Option<String> {
    match form(number) {
        Form::Right => None,
        Form::Meant(right) => Some(format!("请把发文字号改为“{right}”：年份用六角括号〔〕，序号不加“第”、不补零。")),
        Form::Unclear => Some(
            "请按“机关代字〔年份〕序号号”填写发文字号，例如 青禾府发〔2026〕5号；命令、公告写“第5号”。没有文号的，留空；政策文件没有文号，还要在“特殊情况说明”里写明原因。"
                .to_owned(),
        ),
    }
}

/// The year that a number names; `None` where it names none, or is no number.
pub fn year(number: &str) -> Option<&str> {
    let (_, rest) = number.split_once(OPEN)?;
    let (year, _) = rest.split_once(CLOSE)?;
    Some(year.trim_end_matches('年')).filter(|year| year.len() == 4 && year.bytes().all(|b| b.is_ascii_digit()))
}

/// What stands behind the year of a number, the same however its brackets are written: 9号; `None` without a year.
pub(crate) fn tail(number: &str) -> Option<&str> {
    let (_, rest) = number.split_once('〔')?;
    rest.split_once('〕').map(|(_, tail)| tail)
}

/// The ways in which the same number may stand in texts of before: with these brackets.
pub(crate) fn spellings(number: &str) -> Vec<String> {
    let mut all = vec![number.to_owned()];
    if let Some((letters, rest)) = number.split_once('〔')
        && let Some((year, rest)) = rest.split_once('〕')
    {
        all.extend(
            [('[', ']'), ('［', '］'), ('(', ')'), ('（', '）'), ('【', '】'), ('﹝', '﹞')]
                .map(|(open, close)| format!("{letters}{open}{year}{close}{rest}")),
        );
    }
    all
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_right_form_is_known() {
        for number in ["青政发〔2026〕5号", "国办发明电〔2025〕12号", "第12号", "2026年第3号", "青禾县人民政府令第7号"]
        {
            assert_eq!(form(number), Form::Right, "{number}");
        }
    }

    #[test]
    fn what_is_meant_is_offered() {
        for written in [
            "青禾民发[2026]9号",
            "青禾民发（2026）9号",
            "青禾民发【2026】9号",
            "青禾民发 〔2026〕 9 号",
            "青禾民发〔2026〕09号",
            "青禾民发〔2026〕第9号",
            "青禾民发〔２０２６〕９号",
            "青禾民发(2026]9",
            "青禾民发〔2026年〕9号",
        ] {
            assert_eq!(form(written), Form::Meant("青禾民发〔2026〕9号".into()), "{written}");
            assert!(fault(written).expect("a fault").contains("“青禾民发〔2026〕9号”"));
        }
    }

    #[test]
    fn what_is_no_number_is_asked_again() {
        for written in [
            "9号",
            "青禾民发2026-9",
            "〔2026〕9号",
            "青禾民发〔26〕9号",
            "青禾民发〔2026〕号",
            "无",
            "青禾民发〔2026〕9号文件",
        ] {
            assert_eq!(form(written), Form::Unclear, "{written}");
        }
    }

    #[test]
    fn a_number_names_its_year() {
        assert_eq!(year("青政发〔2026〕5号"), Some("2026"));
        assert_eq!(year("青政发[2026年]5号"), Some("2026"));
        assert_eq!((year("第12号"), year("青政发〔26〕5号")), (None, None));
        assert_eq!((tail("青政发〔2026〕5号"), tail("第12号")), (Some("5号"), None));
    }

    #[test]
    fn a_number_is_the_same_in_other_brackets() {
        assert!(spellings("青禾民发〔2026〕9号").contains(&"青禾民发[2026]9号".to_owned()));
        assert_eq!(spellings("第9号"), ["第9号"]);
    }
}
