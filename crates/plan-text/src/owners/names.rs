//! Names of organs: how they end, which stand for many, where two are joined by 和.

use std::collections::HashMap;

use super::super::{Owner, Role};
use super::roles;
use crate::work::looked_at;

/// Owners in order, each once with its strongest role.
#[derive(Debug, Default)]
pub(in super::super) struct Owners {
    list: Vec<Owner>,
    places: HashMap<String, usize>,
}

impl Owners {
    /// Adds owners; one that is known keeps its place.
    pub(in super::super) fn add(&mut self, owners: impl IntoIterator<Item = Owner>) {
        for owner in owners {
            if let Some(&place) = self.places.get(&owner.name) {
                let known = &mut self.list[place];
                if rank(owner.role) < rank(known.role) {
                    known.role = owner.role;
                }
            } else {
                self.places.insert(owner.name.clone(), self.list.len());
                self.list.push(owner);
            }
        }
    }

    pub(in super::super) fn as_slice(&self) -> &[Owner] {
        &self.list
    }

    pub(in super::super) fn into_vec(self) -> Vec<Owner> {
        self.list
    }
}

fn rank(role: Role) -> u8 {
    match role {
        Role::Lead => 0,
        Role::Responsible => 1,
        Role::Support => 2,
    }
}

/// Splits at 和, 及, 与 where both sides are organs, never inside 人力资源和社会保障局.
pub(super) fn split_joined(names: &str) -> Vec<&str> {
    looked_at(names.len());
    const ENDS: [&str; 22] = [
        "局",
        "厅",
        "联",
        "团体",
        "委员会",
        "委",
        "办",
        "部",
        "院",
        "政府",
        "单位",
        "部门",
        "乡镇",
        "镇",
        "街道",
        "办公室",
        "公司",
        "中心",
        "）",
        ")",
        "支队",
        "大队",
    ];
    let mut out = Vec::new();
    let mut start = 0;
    let mut depth = 0_i32;
    for (at, c) in names.char_indices() {
        match c {
            // 县教体局2.县财政局③各乡镇
            _ if depth == 0 && at > start && parts_list(&names[start..at], &names[at..]) => {
                out.push(&names[start..at]);
                start = names.len() - super::marks::without_number(&names[at..]).len();
                depth += i32::from(matches!(c, '（' | '('));
            }
            '（' | '(' => depth += 1,
            '）' | ')' => depth -= 1,
            // 县财政局商县审计局, 县财政局或县审计局; 县工商局 has no name before it
            '商' | '或'
                if depth == 0
                    && at > start
                    && ENDS.iter().any(|end| names[start..at].ends_with(end))
                    && names[start..at].chars().nth(1).is_some()
                    && roles::begins_level(&names[at + c.len_utf8()..])
                    && looks_like_organ(&names[at + c.len_utf8()..]) =>
            {
                out.push(&names[start..at]);
                start = at + c.len_utf8();
            }
            // 县财政局+各乡镇
            '+' | '＋' | '&' | '＆' | '·' | '•' | '\\' | '＼' | '—' | '-' | '→' if depth == 0 && at > start =>
            {
                let (left, right) = (names[start..at].trim(), names[at + c.len_utf8()..].trim());
                if left.chars().nth(2).is_some() && looks_like_organ(left) && looks_like_organ(right) {
                    out.push(left);
                    start = at + c.len_utf8();
                }
            }
            '和' | '及' | '与' | '以' if depth == 0 && at > start => {
                let width = if names[at..].starts_with("以及") { "以及".len() } else { c.len_utf8() };
                let (left, right) = (&names[start..at], &names[at + width..]);
                let splits = ENDS.iter().any(|end| left.ends_with(end)) && left.chars().nth(1).is_some();
                // 各有关部门和单位 is one name
                let kind = matches!(
                    right,
                    "单位" | "部门" | "机构" | "企业" | "街道" | "社区" | "个人" | "学校" | "地方" | "地区"
                );
                // 各乡镇党委和政府 is one name, too
                let party = ["党委", "党工委"].iter().any(|end| left.ends_with(end));
                let kind = kind || (party && matches!(right, "政府" | "人民政府" | "办事处"));
                if splits && !kind && (c != '以' || width > 3) && looks_like_organ(right) {
                    out.push(left);
                    start = at + width;
                }
            }
            _ => {}
        }
    }
    if start < names.len() {
        out.push(&names[start..]);
    }
    out
}

/// Whether the number of a list stands between two organs: `县教体局2.县财政局`, `县教体局（2）县财政局`.
fn parts_list(left: &str, right: &str) -> bool {
    super::marks::begins_number(right)
        && left.chars().nth(2).is_some()
        && looks_like_organ(left)
        && looks_like_organ(super::marks::without_number(right))
}

/// Whether a name looks like two written as one: `县教体局县财政局`. `县委县政府` is written so.
pub(super) fn runs_on(name: &str) -> bool {
    let mut before = ' ';
    let mut depth = 0_i32;
    for (at, c) in name.char_indices().take(60) {
        match c {
            '（' | '(' => depth += 1,
            '）' | ')' => depth -= 1,
            '县' | '市' | '区' | '省' | '各' if depth == 0 && "局办部厅室".contains(before) => {
                let rest = &name[at + c.len_utf8()..];
                return rest.chars().nth(1).is_some() && looks_like_organ(&name[at..]);
            }
            _ => {}
        }
        before = c;
    }
    false
}

/// Whether a name ends as the names of organs do.
pub(in super::super) fn looks_like_organ(name: &str) -> bool {
    const ENDS: [char; 48] = [
        '局', '委', '办', '部', '院', '府', '室', '会', '联', '处', '科', '股', '组', '所', '站', '心', '队', '镇',
        '乡', '村', '区', '道', '位', '门', '司', '行', '社', '校', '学', '团', '馆', '园', '厂', '台', '构', '关',
        '业', '协', '庭', '监', '县', '市', '场', '厅', '街', '州', '旗', '署',
    ];
    const WORDS: [&str; 17] = [
        "团体",
        "两级",
        "三级",
        "各级",
        "各地",
        "联社",
        "国企",
        "央企",
        "党组织",
        "群团组织",
        "中央",
        "专班",
        "基地",
        "地方",
        "管理区",
        "开发区",
        "各盟",
    ];
    let name = name.trim();
    if name.len() > LONGEST || (name.contains('由') && !name.contains("自由")) {
        return false;
    }
    let bare = match name.rfind(['（', '(', '〔', '[', '［']) {
        Some(at) if at > 0 && name.ends_with(['）', ')', '〕', ']', '］']) => &name[..at],
        _ => name,
    };
    let count = bare.chars().take(41).count();
    const NEVER: [char; 8] = ['谁', '“', '”', '是', '的', '：', '！', '《'];
    (2..=40).contains(&count)
        && (bare.ends_with(ENDS) || WORDS.iter().any(|word| bare.ends_with(word)))
        && !name.contains(NEVER)
}

/// Whether words that begin like an explanation are an organ's own name: none is known by now.
pub(super) fn is_office_of_notes(piece: &str) -> bool {
    piece.starts_with("注册")
}

/// Whether words could be a name at all: short and without the words of a sentence.
pub(in super::super) fn could_be_name(name: &str) -> bool {
    const NEVER: [char; 18] =
        ['谁', '“', '”', '要', '把', '是', '的', '：', '！', '《', '》', '。', '？', '以', '不', '了', '被', '其'];
    (1..=20).contains(&name.chars().take(21).count())
        && !name.contains(NEVER)
        && (!name.contains('由') || name.contains("自由"))
        && !name.chars().any(|c| c.is_ascii_digit())
}

/// Whether a name stands for many organs.
pub(in super::super) fn is_group(name: &str) -> bool {
    const ALL: [&str; 15] = [
        "全县",
        "全市",
        "全区",
        "全省",
        "有关",
        "相关",
        "其他",
        "其它",
        "市县",
        "县乡",
        "省市",
        "县市区",
        "旗县",
        "市州",
        "州市",
    ];
    const KINDS: [&str; 12] =
        ["单位", "部门", "乡镇", "企业", "学校", "机构", "机关", "团体", "镇街", "国企", "党组织", "地方"];
    // such a name without a place is no organ's own
    const COMMON: [&str; 13] = [
        "街道",
        "社区",
        "村",
        "乡镇人民政府",
        "乡镇政府",
        "镇人民政府",
        "乡人民政府",
        "乡镇党委",
        "乡镇党委政府",
        "街道办事处",
        "街道办",
        "幼儿园",
        "村委会",
    ];
    let bare = name.split(['（', '(']).next().unwrap_or(name);
    if is_one_organ(bare) {
        return false;
    }
    let levels = ["两级", "三级", "各级"].iter().any(|word| name.contains(word));
    // 县财政局及其所属站所
    bare.starts_with('其')
        || ALL.iter().any(|word| bare.starts_with(word))
        || KINDS.iter().any(|word| bare.ends_with(word))
        || COMMON.contains(&bare)
        || bare.contains(['各', '、'])
        || levels
        // 县（市、区）人民政府
        || (bare.len() < name.len() && is_level(bare))
}

/// One organ in whose name words for many stand: 县乡村振兴局, 县乡镇企业局, 全县河长制办公室, 市各界人士联谊会.
fn is_one_organ(bare: &str) -> bool {
    const ONE: [&str; 8] = ["局", "办公室", "中心", "联谊会", "协会", "委员会", "指挥部", "领导小组"];
    let one = ONE.iter().any(|end| bare.ends_with(end));
    let whole = ["全县", "全市", "全区", "全省"].iter().any(|start| bare.starts_with(start));
    let named = ["乡村振兴", "乡村建设", "乡镇企业", "各界"].iter().any(|word| bare.contains(word));
    let many = bare.replace("各界", "").contains('各') || bare.contains(['、', '等']);
    one && !many && (whole || named)
}

/// A level of government and nothing else.
fn is_level(word: &str) -> bool {
    matches!(
        word,
        "省" | "市"
            | "县"
            | "区"
            | "州"
            | "盟"
            | "旗"
            | "乡"
            | "镇"
            | "自治州"
            | "自治县"
            | "自治旗"
            | "县区"
            | "市州"
    )
}

/// Whether `、` joins two words to one collective name: `各市、州、县人民政府`, `市、县两级政府`, `各乡镇党委、政府`.
pub(super) fn joins(left: &str, right: &str) -> bool {
    if left.len() > LONGEST_JOINED {
        return false;
    }
    let left = roles::strip_start(left);
    let right = next_name(right);
    let party = ["党委", "党工委", "党委（党工委）", "党委(党工委)", "党（工）委", "党(工)委"]
        .iter()
        .any(|end| left.ends_with(end));
    let (bare, _) = roles::strip_end(right);
    if party {
        let body = bare.split(['（', '(']).next().unwrap_or(bare);
        return matches!(body, "政府" | "人民政府" | "办事处" | "管委会");
    }
    let all = left.contains('各');
    let last = left.rsplit(['、', '及', '和', '与']).next().unwrap_or(left);
    let last =
        ["全省各", "全市各", "各", "全省", "全市"].iter().find_map(|word| last.strip_prefix(word)).unwrap_or(last);
    // 县（区） is a level, 县（区）政府 a name
    let last = if last.ends_with(['）', ')']) { last.split(['（', '(']).next().unwrap_or(last) } else { last };
    if !is_level(last) {
        return false;
    }
    let Some(level) = LEVELS.iter().find(|level| bare.starts_with(**level)) else { return false };
    let rest = &bare[level.len()..];
    let rest = match rest.find(['）', ')']) {
        Some(close) if rest.starts_with(['（', '(']) => rest[close..].trim_start_matches(['）', ')']),
        _ => rest,
    };
    let government = ["人民政府", "政府", "级", "两级", "三级", "管委会"].iter().any(|word| rest.starts_with(word));
    // 市 alone names nobody; 各市 does, so only a government joins it
    *level != "街道" && (rest.is_empty() || government || !all) && !(last == "镇" && rest.is_empty())
}

const LEVELS: [&str; 13] = ["省", "市", "县", "区", "州", "盟", "旗", "乡", "镇", "街道", "自治州", "自治县", "自治旗"];
/// Bytes; longer names are sentences.
const LONGEST: usize = 600;
const LONGEST_JOINED: usize = 90;

/// The words to the next mark outside brackets.
fn next_name(text: &str) -> &str {
    const LONGEST: usize = 30;
    let mut depth = 0_i32;
    let end = text.char_indices().take(LONGEST).find(|&(_, c)| {
        match c {
            '（' | '(' => depth += 1,
            '）' | ')' => depth -= 1,
            _ => {}
        }
        depth < 0 || (depth == 0 && super::is_separator(c))
    });
    let end =
        end.map(|(at, _)| at).or_else(|| text.char_indices().nth(LONGEST).map(|(at, _)| at)).unwrap_or(text.len());
    &text[..end]
}
