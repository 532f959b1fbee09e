//! 发文字号 as GB/T 9704-2012 (7.2.5) writes it: 机关代字, the year in full in 六角括号, a number without 第 and without leading
//! zeros, 号. What is written otherwise is told with the right form; two documents of one organ do not bear one number.
//!
//! Documents and plans bear such numbers alike; what counts as the same number is said here alone. No I/O.

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
///
/// Blanks, full-width digits, other brackets, 第, 年 behind the year and leading zeros leave it clear what is meant; letters
/// behind 号, a year of two digits or none do not.
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
pub fn tail(number: &str) -> Option<&str> {
    let (_, rest) = number.split_once('〔')?;
    rest.split_once('〕').map(|(_, tail)| tail)
}

/// The ways in which the same number may stand in texts of before: with these brackets, the number itself first.
pub fn spellings(number: &str) -> Vec<String> {
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

/// A piece of a pattern in which words are looked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Piece {
    /// These characters.
    Is(String),
    /// So many characters of any kind.
    Any(usize),
}

/// How a number that somebody looks for stands in texts, whatever brackets, blanks, widths and marks it was typed with, and with
/// its year or without: 民发9号, 青禾民发[2026]9号, 民发2026年第09号. `None` where what is typed is no number.
pub fn looked_for(typed: &str) -> Option<Vec<Piece>> {
    let plain =
        |c: char| char::from_u32(u32::from(c).wrapping_sub(0xfee0)).filter(char::is_ascii_alphanumeric).unwrap_or(c);
    let dense: String = typed.chars().filter(|c| !c.is_whitespace() && !fold::is_unseen(*c)).map(plain).collect();
    let (rest, ended) = dense.strip_suffix('号').map_or((dense.as_str(), false), |rest| (rest, true));
    let count: String =
        rest.chars().rev().take_while(char::is_ascii_digit).collect::<Vec<_>>().into_iter().rev().collect();
    let before = rest.strip_suffix(count.as_str())?;
    let before = before.strip_suffix('第').unwrap_or(before);
    // 〔2026〕, 2026年, 2026-: what closes a year that stands apart from the count.
    let closed = before.strip_suffix(|c: char| CLOSE.contains(&c) || matches!(c, '年' | '-' | '－' | '—'));
    let closed = closed.map(|rest| rest.strip_suffix('年').unwrap_or(rest));
    let year_of = |text: &str| -> Option<(String, String)> {
        let at = text.len().checked_sub(4)?;
        let (letters, year) = (text.get(..at)?, text.get(at..)?);
        let good = year.bytes().all(|b| b.is_ascii_digit()) && (year.starts_with("19") || year.starts_with("20"));
        good.then(|| (letters.trim_end_matches(OPEN).to_owned(), year.to_owned()))
    };
    let lettered = |letters: &str| letters.chars().all(|c| c.is_alphabetic() || matches!(c, '-' | '－'));
    let dated = closed.and_then(year_of);
    let count = count.trim_start_matches('0').to_owned();
    let mut behind = count.clone();
    if ended {
        behind.push('号');
    }
    let bracket = before.ends_with(CLOSE);
    // The year alone is looked for, too: 民发〔2026〕; but 2026年 is none, nor 2026年9.
    let named = |letters: &str| match (letters.is_empty(), count.is_empty()) {
        (true, _) => bracket && ended,
        (_, true) => bracket,
        _ => true,
    };
    if let Some((letters, year)) = dated.filter(|(letters, _)| lettered(letters) && named(letters)) {
        let mut pieces = vec![Piece::Is(letters), Piece::Any(1), Piece::Is(year), Piece::Any(1), Piece::Is(behind)];
        pieces.retain(|piece| *piece != Piece::Is(String::new()));
        return Some(pieces);
    }
    // 20269号 without anything between is a year and a count where letters stand before it.
    let sign = !before.is_empty() && lettered(before) && before.chars().all(|c| !c.is_ascii());
    if ended && sign && (5..=8).contains(&count.len()) && (count.starts_with("19") || count.starts_with("20")) {
        let (year, count) = count.split_at(4);
        let count = count.trim_start_matches('0');
        let pieces = [before, year, &format!("{count}号")].map(|piece| Piece::Is(piece.to_owned()));
        let [letters, year, count] = pieces;
        return Some(vec![letters, Piece::Any(1), year, Piece::Any(1), count]);
    }
    // Without its year: the bracket, the year and the bracket may be any.
    let short = ended && sign && before.chars().count() >= 2 && (1..=4).contains(&count.len());
    short.then(|| vec![Piece::Is(before.to_owned()), Piece::Any(6), Piece::Is(behind)])
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

    /// As the patterns of both databases are, `_` any character.
    fn pattern(typed: &str) -> Option<String> {
        let piece = |piece: Piece| match piece {
            Piece::Is(text) => text,
            Piece::Any(count) => "_".repeat(count),
        };
        Some(looked_for(typed)?.into_iter().map(piece).collect())
    }

    #[test]
    fn a_number_is_looked_for_however_it_is_typed() {
        for typed in [
            "青禾民发〔2026〕9号",
            "青禾民发[2026]9号",
            "青禾民发（2026）9号",
            "青禾民发(2026) 9 号",
            "青禾民发【２０２６】９号",
            "青禾民发〔２０２６〕９号",
            "青禾民发﹝2026﹞第09号",
            "青禾民发[2026年]9号",
            "青禾民发2026年9号",
            "青禾民发2026-9号",
            "青禾民发20269号",
            "青 禾 民 发 〔2026〕9号",
        ] {
            assert_eq!(pattern(typed).as_deref(), Some("青禾民发_2026_9号"), "{typed}");
        }
        assert_eq!(pattern("民发9号").as_deref(), Some("民发______9号"));
        assert_eq!(pattern("青禾民发第09号").as_deref(), Some("青禾民发______9号"));
        assert_eq!(pattern("[2026]9号").as_deref(), Some("_2026_9号"));
        assert_eq!(pattern("民发[2026]").as_deref(), Some("民发_2026_"));
        assert_eq!(pattern("民发(2026)9").as_deref(), Some("民发_2026_9"));
        for other in ["停水", "2026年", "9号", "第9号", "2026年9月", "养老服务（试行）", "", "号", "民发", "12345"]
        {
            assert_eq!(pattern(other), None, "{other}");
        }
    }
}
