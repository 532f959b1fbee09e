//! Numbers and marks of a list of organs, and words that are organs and nothing else.

use super::{super::headings, is_group, is_separator, looks_like_organ, roles};

/// A name without the number of its place in a list: `1.县教体局`, `①县财政局`, `（2）各乡镇`. Nothing is left of a number alone.
pub(super) fn without_number(piece: &str) -> &str {
    let bare = piece.trim_start_matches(['-', '－', '–', '—', '·', '▪', '◦', '√', '✓', '➢']);
    let bare = bare.trim_start();
    let counts = |c: char| headings::digit(c).is_some() || headings::is_numeral(c);
    if bare.chars().take(3).count() <= 2 && !bare.is_empty() && bare.chars().all(counts) {
        return "";
    }
    if !begins_number(bare) {
        return if looks_like_organ(bare) { bare } else { piece };
    }
    if let Some(circled) = bare.strip_prefix(is_circled) {
        return circled.trim_start_matches(is_pause).trim_start();
    }
    let digits = bare.trim_start_matches(['（', '(']).trim_start_matches(counts);
    digits.trim_start_matches(['）', ')']).trim_start_matches(is_pause).trim_start()
}

fn is_pause(c: char) -> bool {
    matches!(c, '.' | '．' | '、' | '：' | ':')
}

/// Numbers of one character.
fn is_circled(c: char) -> bool {
    matches!(c, '①'..='⒛' | '㈠'..='㈩' | '❶'..='❿' | '➀'..='➓' | '㊀'..='㊉')
}

/// Whether the number of a list stands here, with words behind it.
pub(super) fn begins_number(text: &str) -> bool {
    if text.starts_with(is_circled) {
        return true;
    }
    let counts = |c: char| headings::digit(c).is_some();
    let (inner, bracket) = match text.strip_prefix(['（', '(']) {
        Some(inner) => (inner, true),
        None => (text, false),
    };
    let written = |c: char| counts(c) || (bracket && headings::is_numeral(c));
    let rest = inner.trim_start_matches(written);
    let length = inner[..inner.len() - rest.len()].chars().take(3).count();
    let mut behind = rest.chars();
    let mark = behind
        .next()
        .is_some_and(|c| if bracket { matches!(c, '）' | ')') } else { is_pause(c) || matches!(c, '）' | ')') });
    let words = behind.next().is_none_or(|c| c as u32 > 0x2e80 && !counts(c) || c.is_whitespace());
    (1..=2).contains(&length) && (mark && words || (!bracket && roles::begins_level(rest)))
}

/// Marks that part a sentence from whoever is named behind it: `做好公开。/县民政局`.
pub(in super::super) fn is_trailing_mark(c: char) -> bool {
    (c.is_whitespace() && c != '\n') || matches!(c, '/' | '／' | '|' | '｜' | '→' | '—' | '-' | '~' | '@')
}

/// Whether words are names of organs and nothing else, without a doubt: where no label says so, `新格局` must not be one.
pub(in super::super) fn only_organs(words: &str) -> bool {
    const LONGEST: usize = 360;
    words.len() <= LONGEST && !organs(words).is_empty()
}

/// The organs that words name which name nothing else; none where there is a doubt.
pub(in super::super) fn organs(words: &str) -> Vec<&str> {
    let pieces = words.split(is_separator).filter(|piece| !piece.trim().is_empty());
    let mut names: Vec<&str> = Vec::new();
    for piece in pieces {
        let piece = without_number(piece.trim().trim_start_matches(super::is_bullet));
        let piece = roles::strip_end(roles::strip_start(piece)).0;
        for name in super::names::split_joined(piece) {
            let name = name.trim();
            if !is_surely(name) {
                return Vec::new();
            }
            names.push(name);
        }
    }
    names
}

/// Whether a name is an organ's wherever it stands.
fn is_surely(name: &str) -> bool {
    const ENDS: [&str; 38] = [
        "局",
        "委员会",
        "办公室",
        "办公厅",
        "政府",
        "党委",
        "纪委",
        "监委",
        "法院",
        "检察院",
        "医院",
        "总工会",
        "联合会",
        "妇联",
        "残联",
        "工商联",
        "文联",
        "侨联",
        "科协",
        "团委",
        "团县委",
        "管委会",
        "指挥部",
        "宣传部",
        "组织部",
        "统战部",
        "武装部",
        "工作部",
        "政法委",
        "办事处",
        "公司",
        "支队",
        "大队",
        "银行",
        "联社",
        "领导小组",
        "政府办",
        "县委办",
    ];
    const NEVER: [&str; 33] = [
        "格局", "布局", "结局", "全局", "开局", "大局", "时局", "定局", "僵局", "变局", "破局", "危局", "建设", "推进",
        "加强", "开展", "成立", "建立", "设立", "组建", "完善", "健全", "明确", "强化", "发挥", "落实", "召开", "举办",
        "支持", "推动", "配齐", "压实", "深化",
    ];
    const PLACED: [&str; 10] = ["委", "中心", "厅", "部", "院", "处", "署", "会", "站", "队"];
    const NO_OFFICE: [&str; 12] =
        ["社会", "大会", "例会", "机会", "议会", "内部", "全部", "干部", "大厅", "听证会", "发布会", "推进会"];
    let level = name.starts_with(['县', '市', '区', '省', '镇', '乡', '州']);
    let many = is_group(name)
        && (name.contains('各')
            || ["全县", "全市", "全区", "有关", "相关", "其他"].iter().any(|start| name.starts_with(start)));
    let short = |words: &str| words.chars().take(25).count() < 25 && words.chars().nth(1).is_some();
    let named = name.chars().nth(2).is_some()
        && (ENDS.iter().any(|end| name.ends_with(end))
            || (level
                && PLACED.iter().any(|end| name.ends_with(end))
                && !NO_OFFICE.iter().any(|end| name.ends_with(end))));
    short(name)
        && looks_like_organ(name)
        && !NEVER.iter().any(|word| name.contains(word))
        && !name.chars().any(|c| headings::digit(c).is_some())
        && (many || named)
}
