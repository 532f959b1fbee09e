//! Cells of words: texts, enumerations, places, points, files, links.

use super::figure::shift;
use super::plain::{note_width, plain, problem, says_none, words};
use crate::{Choice, Decimal, Parsed, Problem, Value};

fn empty() -> Parsed {
    Parsed { value: None, notes: Vec::new() }
}

fn text_of(text: String) -> Parsed {
    Parsed { value: Some(Value::Text(text)), notes: Vec::new() }
}

fn too_long(text: &str, max: u32) -> Option<Problem> {
    let long = text.chars().count();
    let most = usize::try_from(max).unwrap_or(usize::MAX);
    (long > most).then(|| Problem(format!("最多 {max} 字，这里有 {long} 字。请缩短，或者把全文放进附件")))
}

/// One line; line breaks become blanks.
pub(crate) fn line(max: u32, text: &str) -> Result<Parsed, Problem> {
    let words = words(text);
    let joined: Vec<&str> = words.split(['\n', '\t']).map(str::trim).filter(|line| !line.is_empty()).collect();
    let line = joined.join(" ");
    if line.is_empty() {
        return Ok(empty());
    }
    if let Some(problem) = too_long(&line, max) {
        return Err(problem);
    }
    let mut parsed = text_of(line);
    if joined.len() > 1 {
        parsed.notes.push("这一列只有一行，换行已改为空格".to_owned());
    }
    Ok(parsed)
}

/// Several lines.
pub(crate) fn long(max: u32, text: &str) -> Result<Parsed, Problem> {
    let words = words(text);
    if words.is_empty() {
        return Ok(empty());
    }
    match too_long(&words, max) {
        Some(problem) => Err(problem),
        None => Ok(text_of(words)),
    }
}

/// A text as choices are compared: half-width, without blanks, in lower case.
pub(crate) fn folded(text: &str) -> String {
    plain(text).chars().filter(|c| !c.is_whitespace()).collect::<String>().to_lowercase()
}

/// The choice of a cell, by code, label or alias; others where the enumeration is open.
pub(crate) fn choice(choices: &[Choice], open: bool, text: &str) -> Result<Parsed, Problem> {
    let of = |choice: &Choice| Parsed { value: Some(Value::Enum(choice.code.clone())), notes: Vec::new() };
    // as most cells are: long sheets spend their time here
    let typed = text.trim();
    if let Some(choice) = choices.iter().find(|choice| choice.label == typed || choice.code == typed) {
        return Ok(of(choice));
    }
    let wanted = folded(text);
    if wanted.is_empty() {
        return Ok(empty());
    }
    if let Some(choice) = find(choices, &wanted) {
        return Ok(of(choice));
    }
    if says_none(&wanted) {
        return Ok(empty());
    }
    if let Some(choice) = nearly(choices, &wanted) {
        let mut parsed = of(choice);
        parsed.notes.push(format!("已按“{}”读入", choice.label));
        return Ok(parsed);
    }
    let said = words(text).replace(['\n', '\t'], " ");
    if open {
        if let Some(problem) = too_long(&said, 200) {
            return Err(problem);
        }
        let (said, note) = match other(&wanted, &said) {
            Some(said) => (said, None),
            None => (said.clone(), Some(format!("“{said}”不在列出的内容里，已照原样读入"))),
        };
        return Ok(Parsed { value: Some(Value::Enum(said)), notes: note.into_iter().collect() });
    }
    let labels: Vec<&str> = choices.iter().map(|choice| choice.label.as_str()).collect();
    let (shown, more) = if labels.len() > 12 { (&labels[..12], "等") } else { (&labels[..], "") };
    problem(&said, &format!("不在可填的内容里。请填：{}{more}", shown.join("、")))
}

fn find<'a>(choices: &'a [Choice], wanted: &str) -> Option<&'a Choice> {
    let by = |names: &dyn Fn(&Choice) -> bool| choices.iter().position(names);
    let at = by(&|choice: &Choice| folded(&choice.code) == wanted)
        .or_else(|| by(&|choice: &Choice| folded(&choice.label) == wanted))
        .or_else(|| by(&|choice: &Choice| choice.aliases.iter().any(|alias| folded(alias) == wanted)))?;
    choices.get(at)
}

/// `1` for `01`, `01普通` and `01-普通`: what spreadsheets and lists make of a code.
fn nearly<'a>(choices: &'a [Choice], wanted: &str) -> Option<&'a Choice> {
    let number = |text: &str| text.parse::<u32>().ok().filter(|_| text.bytes().all(|b| b.is_ascii_digit()));
    let bare = wanted.strip_suffix(".0").unwrap_or(wanted);
    let mut found = choices.iter().filter(|choice| {
        let code = folded(&choice.code);
        if let (Some(one), Some(other)) = (number(&code), number(bare)) {
            return one == other;
        }
        let label = wanted.strip_prefix(code.as_str()).map(|rest| rest.trim_start_matches(['-', '.', '、', ':', '_']));
        label.is_some_and(|label| label == folded(&choice.label))
    });
    found.next().filter(|_| found.next().is_none())
}

/// 其他-…, in one form.
fn other(wanted: &str, said: &str) -> Option<String> {
    let rest = wanted.strip_prefix("其他").or_else(|| wanted.strip_prefix("其它"))?;
    let rest = rest.trim_start_matches(['-', ':', '(', ',']);
    if rest.is_empty() {
        return Some("其他".to_owned());
    }
    // from the text as written, which keeps blanks and capitals
    let mut after = said.char_indices().skip_while(|(_, c)| !matches!(c, '他' | '它')).skip(1);
    let start = after.find(|(_, c)| fold::character(*c).is_alphanumeric());
    let rest = start.map_or("", |(at, _)| &said[at..]).trim_end_matches([')', '）']);
    Some(format!("其他-{rest}"))
}

/// A place: county, township, village, parted by `/`.
pub(crate) fn place(text: &str) -> Result<Parsed, Problem> {
    let clean = plain(text);
    if says_none(&clean) {
        return Ok(empty());
    }
    let parts: Vec<&str> = clean.split(['/', '>', '\\']).map(str::trim).collect();
    if parts.len() > 3 || parts.iter().any(|part| part.is_empty() || part.chars().count() > 40) {
        return problem(&clean, "不是地点。请按县、乡镇、村写，用 / 隔开，例如 青禾县/城关镇/东门社区");
    }
    Ok(text_of(parts.join("/")))
}

/// Degrees east and north.
pub(crate) fn point(text: &str) -> Result<Parsed, Problem> {
    let clean = plain(text);
    if says_none(&clean) {
        return Ok(empty());
    }
    let mut notes = Vec::new();
    note_width(text, &mut notes);
    if clean.contains(['\'', '′', '″', '分']) {
        return problem(&clean, "：请把度分秒换算成小数的度，例如 116.4,29.1");
    }
    let bare: String = clean.chars().map(|c| if c.is_ascii_digit() || c == '.' { c } else { ' ' }).collect();
    let figures: Vec<Decimal> = bare.split(' ').filter_map(|part| Decimal::from_str_exact(part).ok()).collect();
    let [east, north] = figures.as_slice() else {
        return problem(&clean, "不是经纬度。请写成 116.4,29.1，经度在前");
    };
    let within =
        |value: &Decimal, least: i64, most: i64| *value >= Decimal::from(least) && *value <= Decimal::from(most);
    if !within(east, 73, 136) || !within(north, 3, 54) {
        let swapped = within(north, 73, 136) && within(east, 3, 54);
        let what = if swapped {
            "：请把经度写在前面，纬度写在后面"
        } else {
            "：不在国内，请核对经纬度"
        };
        return problem(&clean, what);
    }
    if east.scale() > 8 || north.scale() > 8 {
        return problem(&clean, "：最多 8 位小数");
    }
    let plain = |value: &Decimal| shift(*value, 0).unwrap_or(*value);
    let mut parsed = text_of(format!("{},{}", plain(east), plain(north)));
    parsed.notes = notes;
    Ok(parsed)
}

/// A name of an attached file.
pub(crate) fn file(text: &str) -> Result<Parsed, Problem> {
    let name = words(text);
    if name.is_empty() {
        return Ok(empty());
    }
    if name.chars().count() > 255 || name.contains(['\n', '\t', '/', '\\']) {
        return problem(&name, "不是文件名。请只写附件的文件名，不写文件夹");
    }
    Ok(text_of(name))
}

/// A link: http or https, with a host and without a name or password.
pub(crate) fn link(text: &str) -> Result<Parsed, Problem> {
    let link = words(text);
    if link.is_empty() || says_none(&plain(&link)) {
        return Ok(empty());
    }
    let lower = link.to_ascii_lowercase();
    let Some(rest) = lower.strip_prefix("https://").or_else(|| lower.strip_prefix("http://")) else {
        return problem(&link, "不是网址。请写完整，以 http:// 或者 https:// 开头");
    };
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    let plausible = !host.is_empty() && !host.contains('@') && !host.starts_with(['.', ':', '-']);
    let unfit = |c: char| c.is_whitespace() || matches!(c, '"' | '<' | '>' | '\\' | '`' | '{' | '}' | '|' | '^');
    if !plausible || link.contains(unfit) || link.len() > 2000 {
        return problem(&link, "不是网址。请从浏览器的地址栏复制，里面不能有空格");
    }
    Ok(text_of(link))
}
