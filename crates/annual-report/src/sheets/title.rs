//! Whose report it is, and of which year: from a title, a line 填报单位, or the name of a sheet or file.

/// What words say of a report.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Said {
    pub year: Option<i16>,
    /// Empty where no organ is named.
    pub organ: String,
}

/// The last year that a text names in four digits, with where it begins and ends.
fn year(text: &str) -> Option<(i16, usize, usize)> {
    let bytes = text.as_bytes();
    let mut found = None;
    for at in 0..bytes.len().saturating_sub(3) {
        let four = &bytes[at..at + 4];
        let alone =
            (at == 0 || !bytes[at - 1].is_ascii_digit()) && bytes.get(at + 4).is_none_or(|next| !next.is_ascii_digit());
        if four.starts_with(b"20") && four.iter().all(u8::is_ascii_digit) && alone {
            let value = std::str::from_utf8(four).ok().and_then(|digits| digits.parse::<i16>().ok());
            found = value.map(|value| (value, at, at + 4));
        }
    }
    found
}

const SUBJECT: &str = "政府信息公开";

/// A row of one title (`清河县财政局2023年政府信息公开工作年度报告`), or of a line that names who reports.
pub(super) fn of_line(cells: &[(u32, String)]) -> Option<Said> {
    let (_, first) = cells.first()?;
    for word in ["填报单位", "单位名称", "机关名称", "报告单位"] {
        let Some(rest) = first.strip_prefix(word) else { continue };
        let rest = rest.trim_start_matches(['：', ':', '（', '）']);
        let organ = if rest.is_empty() { cells.get(1).map_or("", |(_, text)| text.as_str()) } else { rest };
        return (!organ.is_empty()).then(|| Said { year: None, organ: organ.to_owned() });
    }
    if first.starts_with("年度") {
        let text: String = cells.iter().map(|(_, text)| text.as_str()).collect();
        return year(&text).map(|(year, ..)| Said { year: Some(year), organ: String::new() });
    }
    if cells.len() > 1 || !first.contains(SUBJECT) || !(first.contains("年度报告") || first.contains("年报")) {
        return None;
    }
    let (year, begins, ends) = year(first)?;
    let before = &first[..begins];
    let behind = first[ends..].trim_start_matches("年度").trim_start_matches('年');
    let organ = if before.is_empty() { behind.split(SUBJECT).next().unwrap_or_default() } else { before };
    let organ = organ.split(SUBJECT).next().unwrap_or_default().trim_end_matches(['：', ':', '关', '于']);
    Some(Said { year: Some(year), organ: organ.to_owned() })
}

/// The year in a sheet's name, where there is one.
pub(super) fn of_sheet(name: &str) -> Option<Said> {
    year(name).map(|(year, ..)| Said { year: Some(year), organ: String::new() })
}

/// What the name of a file says (`县财政局2023年年报.xlsx`): the last year, and what is left of the name as the organ.
pub fn named_in(file: &str) -> Said {
    let stem = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
    let Some((value, ..)) = year(stem) else {
        return Said::default();
    };
    // 万年县 keeps its 年: only the one behind the digits goes.
    let stem = stem.replace(&format!("{value}年度"), " ").replace(&format!("{value}年"), " ");
    let mut organ: String = stem.chars().filter(|c| !c.is_ascii_digit() && !c.is_whitespace()).collect();
    for word in ["政府信息公开工作", "政府信息公开", "工作年度报告", "年度报告", "年报", "报告", "表格", "form", "part"]
    {
        organ = organ.replace(word, "");
    }
    let organ = organ.trim_matches(|c: char| !c.is_alphanumeric()).to_owned();
    Said { year: Some(value), organ }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn titles_and_names_say_whose_report_it_is() {
        let said = |year: i16, organ: &str| Some(Said { year: Some(year), organ: organ.to_owned() });
        let line = |text: &str| of_line(&[(0, text.to_owned())]);
        assert_eq!(line("清河县财政局2023年政府信息公开工作年度报告"), said(2023, "清河县财政局"));
        assert_eq!(line("2023年清河县政府信息公开工作年度报告"), said(2023, "清河县"));
        assert_eq!(line("二、主动公开政府信息情况"), None);
        assert_eq!(line("填报单位：清河县财政局"), Some(Said { year: None, organ: "清河县财政局".to_owned() }));
        assert_eq!(named_in("县财政局2023年年报.xlsx"), Said { year: Some(2023), organ: "县财政局".to_owned() });
        assert_eq!(named_in("2021-form_qinghe-2024.xlsx"), Said { year: Some(2024), organ: "qinghe".to_owned() });
        assert_eq!(named_in("万年县2022年度年报.xlsx").organ, "万年县");
        assert_eq!(named_in("年报.xlsx"), Said::default());
    }
}
