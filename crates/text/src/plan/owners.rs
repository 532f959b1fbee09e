//! Reads the inside of an owner note: who leads, who supports, by when.

use super::{
    Owner, Role,
    dates::{self, Due, Setting},
    pairs,
};

/// An owner note taken apart.
#[derive(Debug, Default)]
pub(super) struct Note {
    pub(super) owners: Vec<Owner>,
    pub(super) due: Option<Due>,
    /// It has a label such as `责任单位：`.
    pub(super) labelled: bool,
    /// It has a role word such as `负责`.
    pub(super) has_role: bool,
    /// Names that do not look like an organ's.
    pub(super) unknown: Vec<String>,
    /// `等部门`: more organs are meant than named.
    pub(super) open_ended: bool,
    /// Words of a term that could not be read.
    pub(super) unread_term: Option<String>,
}

enum Label {
    Owner(Role),
    Term,
    /// 责任人, 联系电话: not an organ.
    Other,
}

const TERM_LABELS: [&str; 12] = [
    "完成时限",
    "完成时间",
    "完成期限",
    "时限要求",
    "时间要求",
    "时间节点",
    "办结时限",
    "整改时限",
    "进度要求",
    "工作时限",
    "落实时限",
    "时限",
];

/// Reads `责任单位：`, `牵头单位：`, `完成时限：` and their like; returns the label and its length with the colon.
fn label(text: &str) -> Option<(Label, usize)> {
    const PARTS: [&str; 26] = [
        "牵头", "责任", "配合", "协助", "参与", "主办", "承办", "协办", "落实", "负责", "实施", "整改", "督办", "监督",
        "具体", "主要", "协同", "以及", "及", "和", "与", "、", "/", "县级", "市级", "主体",
    ];
    let mut rest = text;
    if let Some(word) = TERM_LABELS.iter().find(|word| rest.starts_with(**word)) {
        rest = &rest[word.len()..];
        return colon(rest).map(|length| (Label::Term, word.len() + length));
    }
    let mut role = Role::Responsible;
    let mut parts = 0;
    while let Some(part) = PARTS.iter().find(|part| rest.starts_with(**part)) {
        match *part {
            "牵头" => role = Role::Lead,
            "配合" | "协助" | "参与" if role != Role::Lead => role = Role::Support,
            _ => {}
        }
        rest = &rest[part.len()..];
        parts += 1;
        // 牵头单位及责任单位
        if let Some(next) = rest.strip_prefix("单位").or_else(|| rest.strip_prefix("部门"))
            && PARTS.iter().any(|part| next.starts_with(*part))
        {
            rest = next;
        }
    }
    if parts == 0 {
        return None;
    }
    let (kind, length) = if let Some(length) = ends_with_any(rest, &["单位", "部门", "机关", "科室", "股室", "主体"])
    {
        (Label::Owner(role), length)
    } else if let Some(length) = ends_with_any(rest, &["领导", "同志", "人"]) {
        (Label::Other, length)
    } else if text.starts_with("责任主体") || text.starts_with("实施主体") {
        (Label::Owner(role), 0)
    } else {
        return None;
    };
    rest = &rest[length..];
    let colon = colon(rest)?;
    Some((kind, text.len() - rest.len() + colon))
}

fn ends_with_any(text: &str, words: &[&str]) -> Option<usize> {
    words.iter().find(|word| text.starts_with(**word)).map(|word| word.len())
}

fn colon(text: &str) -> Option<usize> {
    let bare = text.trim_start();
    let mark = bare.chars().next().filter(|c| matches!(c, '：' | ':'))?;
    Some(text.len() - bare.len() + mark.len_utf8())
}

/// Whether an owner or term label stands here.
pub(super) fn starts_with_label(text: &str) -> bool {
    label(text).is_some()
}

fn is_separator(c: char) -> bool {
    matches!(c, '、' | '，' | ',' | '；' | ';' | '。' | '/' | '\n') || c.is_whitespace()
}

/// Reads a note; `text` is its inside without brackets.
pub(super) fn read(text: &str, year: Option<i16>) -> Note {
    let mut reader =
        Reader { note: Note::default(), pending: Vec::new(), current: Label::Owner(Role::Responsible), year };
    let pairs = pairs::find(text);
    let mut spans = pairs.outer.iter().peekable();
    let mut start = 0;
    let mut at = 0;
    let mut fresh = true;
    while at < text.len() {
        while spans.next_if(|span| span.end <= at).is_some() {}
        if let Some(span) = spans.peek().filter(|span| span.start == at) {
            at = span.end;
            fresh = false;
            continue;
        }
        if fresh && let Some((label, length)) = label(&text[at..]) {
            reader.piece(&text[start..at]);
            reader.open(label);
            at += length;
            start = at;
            continue;
        }
        let Some(c) = text[at..].chars().next() else { break };
        fresh = is_separator(c);
        let joined = c == '、' && text[..at].ends_with('乡') && text[at..].starts_with("、镇");
        if fresh && !joined && !matches!(reader.current, Label::Term) {
            reader.piece(&text[start..at]);
            start = at + c.len_utf8();
        } else if fresh && matches!(c, '；' | ';' | '\n') {
            reader.piece(&text[start..at]);
            start = at + c.len_utf8();
        }
        at += c.len_utf8();
    }
    reader.piece(&text[start..]);
    reader.flush(None);
    reader.note
}

/// More role words without a separator than this are no owner note; the bound keeps hostile text cheap.
const MOST_ROLES_IN_A_PIECE: usize = 8;

struct Reader {
    note: Note,
    /// Names that wait for their role word: `A、B` in `A、B牵头`.
    pending: Vec<String>,
    current: Label,
    year: Option<i16>,
}

impl Reader {
    fn open(&mut self, label: Label) {
        self.flush(None);
        self.note.labelled = true;
        self.current = label;
    }

    fn piece(&mut self, piece: &str) {
        let piece = piece.trim();
        if piece.is_empty() {
            return;
        }
        match self.current {
            Label::Other => {}
            Label::Term => self.term(piece),
            Label::Owner(_) => self.names(piece),
        }
    }

    fn term(&mut self, piece: &str) {
        let words = piece.trim_matches(|c| is_separator(c) || matches!(c, '.' | '．'));
        let found = dates::choose(dates::find(words, self.year, Setting::Note));
        if found.is_none() {
            self.note.unread_term = Some(words.to_owned());
        }
        let due = found.unwrap_or(Due { words: String::new(), on: None, cadence: None, problem: None });
        if self.note.due.is_none() {
            self.note.due = Some(Due { words: words.to_owned(), ..due });
        }
    }

    fn names(&mut self, piece: &str) {
        let mut rest = strip_start(piece);
        // A牵头B配合: a role word inside ends what stands before it
        for _ in 0..MOST_ROLES_IN_A_PIECE {
            let Some((left, role, right)) = inner_role(rest) else { break };
            self.take(left, Some(role));
            rest = strip_start(right);
        }
        let (left, role) = strip_role(rest);
        let due = dates::find(rest, self.year, Setting::Note);
        if !due.is_empty() && !looks_like_organ(left) {
            self.note.due = self.note.due.take().or(dates::choose(due));
            self.note.has_role |= role.is_some();
            return;
        }
        // 起草 in 牵头起草: what is left after an inner role word is an act, not an organ
        if rest.len() < piece.len() && !looks_like_organ(left) && self.note.has_role && role.is_none() {
            return;
        }
        self.take(left, role);
    }

    /// Files the names of a piece under a role, together with those that waited for it.
    fn take(&mut self, names: &str, role: Option<Role>) {
        let names = self.strip_open_end(names);
        for name in split_joined(names) {
            let (name, own) = own_role(name);
            if name.is_empty() {
                continue;
            }
            if let Some(own) = own {
                self.note.has_role = true;
                self.push(name.to_owned(), own);
            } else {
                self.pending.push(name.to_owned());
            }
        }
        if role.is_some() {
            self.note.has_role = true;
            self.flush(role);
        }
    }

    fn flush(&mut self, role: Option<Role>) {
        let labelled = match self.current {
            Label::Owner(role) => role,
            _ => Role::Responsible,
        };
        // 牵头单位：A、B负责: the label says more than 负责
        let role = role.filter(|&role| role != Role::Responsible).unwrap_or(labelled);
        for name in std::mem::take(&mut self.pending) {
            self.push(name, role);
        }
    }

    fn push(&mut self, name: String, role: Role) {
        if !looks_like_organ(&name) {
            self.note.unknown.push(name.clone());
        }
        let group = is_group(&name);
        self.note.owners.push(Owner { name, role, group });
    }

    /// Cuts 等部门 off: it names nobody.
    fn strip_open_end<'a>(&mut self, names: &'a str) -> &'a str {
        let Some((left, end)) = names.rsplit_once('等') else { return names };
        // 等, 等部门, 等有关单位, 等15个部门
        let kind = ["单位", "部门"].iter().find_map(|kind| end.strip_suffix(kind)).unwrap_or(end);
        let count = kind.trim_end_matches('个').trim_matches(|c: char| c.is_ascii_digit());
        if left.is_empty() || !matches!(count, "" | "相关" | "有关") {
            return names;
        }
        self.note.open_ended = true;
        left
    }
}

/// Each owner once, with the strongest role.
pub(super) fn merge(into: &mut Vec<Owner>, owners: impl IntoIterator<Item = Owner>) {
    for owner in owners {
        match into.iter_mut().find(|known| known.name == owner.name) {
            Some(known) if rank(owner.role) < rank(known.role) => known.role = owner.role,
            Some(_) => {}
            None => into.push(owner),
        }
    }
}

fn rank(role: Role) -> u8 {
    match role {
        Role::Lead => 0,
        Role::Responsible => 1,
        Role::Support => 2,
    }
}

fn strip_start(piece: &str) -> &str {
    const STARTS: [&str; 10] = ["由", "请", "会同", "商", "以及", "协同", "和", "及", "与", "并由"];
    let mut rest = piece.trim();
    while let Some(next) = STARTS.iter().find_map(|start| rest.strip_prefix(start)) {
        // 商 may begin 商务局, 和 may begin a place name
        if rest.starts_with("商务") || next.is_empty() {
            break;
        }
        rest = next.trim_start();
    }
    rest
}

/// Splits `A牵头会同B` and `A会同B` at the first role word that is not at the end.
fn inner_role(piece: &str) -> Option<(&str, Role, &str)> {
    const WORDS: [(&str, Role); 5] = [
        ("牵头", Role::Lead),
        ("会同", Role::Responsible),
        ("配合", Role::Support),
        ("协助", Role::Support),
        ("参与", Role::Support),
    ];
    let (at, word, role) = WORDS
        .iter()
        .filter_map(|&(word, role)| piece.find(word).map(|at| (at, word, role)))
        .min_by_key(|&(at, ..)| at)?;
    let (left, right) = (&piece[..at], &piece[at + word.len()..]);
    let of_name = ["单位", "部门", "）", ")"].iter().any(|next| right.starts_with(next));
    let (bare, _) = strip_role(right);
    if left.is_empty() || of_name || bare.is_empty() {
        return None;
    }
    Some((strip_role(left).0, role, right))
}

/// Cuts `按职责分别负责落实` off the end and says what role it gives.
fn strip_role(piece: &str) -> (&str, Option<Role>) {
    const WORDS: [&str; 47] = [
        "按照各自职责分工",
        "按各自职责分工",
        "按照职责分工",
        "根据职责分工",
        "按职责分工",
        "按照各自职责",
        "按各自职责",
        "根据各自职责",
        "依据职责",
        "按照职责",
        "根据职责",
        "按职责",
        "依职责",
        "按照分工",
        "按分工",
        "职责分工",
        "组织实施",
        "组织落实",
        "统筹协调",
        "统筹推进",
        "协调推进",
        "协调落实",
        "督促落实",
        "督促指导",
        "抓好落实",
        "抓落实",
        "各自",
        "分别",
        "共同",
        "联合",
        "分工",
        "具体",
        "统筹",
        "认真",
        "主要",
        "负责",
        "落实",
        "牵头",
        "配合",
        "协助",
        "参与",
        "承办",
        "实施",
        "推进",
        "执行",
        "办理",
        "完成",
    ];
    let mut rest = piece.trim_end();
    let mut role = None;
    while let Some((left, word)) = WORDS.iter().find_map(|word| rest.strip_suffix(word).map(|left| (left, *word))) {
        role = Some(match word {
            "牵头" => Role::Lead,
            "配合" | "协助" | "参与" if role != Some(Role::Lead) => Role::Support,
            _ => role.unwrap_or(Role::Responsible),
        });
        rest = left.trim_end();
    }
    (rest, role)
}

/// `县发展改革委（牵头）`: a name that carries its own role.
fn own_role(name: &str) -> (&str, Option<Role>) {
    for open in ['（', '('] {
        if let Some((left, inner)) = name.rsplit_once(open)
            && let Some(inner) = inner.strip_suffix(['）', ')'])
            && let ("", Some(role)) = strip_role(inner.trim_end_matches(['单', '位']))
        {
            return (left.trim(), Some(role));
        }
    }
    (name.trim(), None)
}

/// Splits at 和, 及, 与 where both sides are organs, never inside 人力资源和社会保障局.
fn split_joined(names: &str) -> Vec<&str> {
    const ENDS: [&str; 18] = [
        "局",
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
            '（' | '(' => depth += 1,
            '）' | ')' => depth -= 1,
            '和' | '及' | '与' | '以' if depth == 0 && at > start => {
                let width = if names[at..].starts_with("以及") { "以及".len() } else { c.len_utf8() };
                let (left, right) = (&names[start..at], &names[at + width..]);
                let splits = ENDS.iter().any(|end| left.ends_with(end)) && left.chars().count() > 1;
                if splits && (c != '以' || width > 3) && looks_like_organ(right) {
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

/// Whether a name ends as the names of organs do.
pub(super) fn looks_like_organ(name: &str) -> bool {
    const ENDS: [char; 43] = [
        '局', '委', '办', '部', '院', '府', '室', '会', '联', '处', '科', '股', '组', '所', '站', '心', '队', '镇',
        '乡', '村', '区', '道', '位', '门', '司', '行', '社', '校', '学', '团', '馆', '园', '厂', '台', '构', '关',
        '业', '协', '庭', '监', '县', '市', '场',
    ];
    let name = name.trim();
    let bare = match name.rfind(['（', '(']) {
        Some(at) if at > 0 && name.ends_with(['）', ')']) => &name[..at],
        _ => name,
    };
    let count = bare.chars().take(41).count();
    const NEVER: [char; 8] = ['谁', '“', '”', '是', '的', '：', '！', '《'];
    (2..=40).contains(&count) && bare.ends_with(ENDS) && !name.contains(NEVER)
}

/// Whether words could be a name at all: short and without the words of a sentence.
pub(super) fn could_be_name(name: &str) -> bool {
    const NEVER: [char; 18] =
        ['谁', '“', '”', '要', '把', '是', '的', '：', '！', '《', '》', '。', '？', '以', '不', '了', '被', '其'];
    (1..=20).contains(&name.chars().take(21).count())
        && !name.contains(NEVER)
        && !name.chars().any(|c| c.is_ascii_digit())
}

/// Whether a name stands for many organs.
fn is_group(name: &str) -> bool {
    let bare = name.split(['（', '(']).next().unwrap_or(name);
    let all = ["全县", "全市", "全区", "有关", "相关", "其他", "其它"].iter().any(|word| bare.starts_with(word));
    let kind = ["单位", "部门", "乡镇", "企业", "学校", "机构", "机关"].iter().any(|word| bare.ends_with(word));
    all || bare.contains('各') || kind || matches!(bare, "街道" | "社区" | "村" | "乡、镇")
}
