//! Reads the inside of an owner note: who leads, who supports, by when.

mod labels;
mod marks;
mod names;
mod open;
mod roles;
mod rules;
mod wrapped;

use super::{
    Owner, Role,
    dates::{self, Due, Reckoning, Setting},
    headings, pairs,
};
use crate::work::looked_at;
use labels::{Label, Opening, Place};

pub(super) use marks::{is_trailing_mark, only_organs, organs};
pub(super) use names::{Owners, could_be_name, is_group, looks_like_organ};
pub(super) use rules::{LeadRule, lead_rule, leads_by_look};

/// An owner note taken apart.
#[derive(Debug, Default)]
pub(super) struct Note {
    pub(super) owners: Vec<Owner>,
    pub(super) due: Option<Due>,
    /// It has a label such as `责任单位：`.
    pub(super) labelled: bool,
    /// It has a label of few letters, such as `责任：`.
    pub(super) short_label: bool,
    /// It has a role word such as `负责`.
    pub(super) has_role: bool,
    /// Names that do not look like an organ's.
    pub(super) unknown: Vec<String>,
    /// `等部门`: more organs are meant than named.
    pub(super) open_ended: bool,
    /// A date stands in it beside words that are neither name nor role.
    pub(super) loose: bool,
    /// `以上由县教体局牵头`: it may be meant for the clauses before, too.
    pub(super) reaches_back: bool,
    /// Words of a term that could not be read.
    pub(super) unread_term: Option<String>,
    /// Words that are neither name, role nor term: `适用范围：青禾镇`, `以下均需各乡镇落实`.
    pub(super) unread: Vec<String>,
    /// `其中培训由县教体局负责`: the owner answers for a part only.
    pub(super) partial: Vec<String>,
    /// `督办单位：县政府督查室`: who looks after the owners and is none of them.
    pub(super) watching: Vec<String>,
    /// Its owners do no more than that: they are owners only where the clause names nobody else.
    pub(super) only_watches: bool,
    /// `县税务局除外`: who is none of the owners.
    pub(super) excepted: Vec<String>,
    /// Owners with a star.
    pub(super) starred: Vec<String>,
    /// `列第一位者为牵头单位`: whom it is said of.
    pub(super) lead_rule: Option<(LeadRule, Reach)>,
}

/// How far `列第一位者为牵头单位` reaches.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reach {
    /// This note only.
    Note,
    /// This note and those behind it: 下同.
    Onward,
}

impl Note {
    /// Lets those lead of whom a rule says so, unless the note says itself who does.
    pub(super) fn follow(&mut self, rule: LeadRule) {
        if self.owners.iter().any(|owner| owner.role == Role::Lead) {
            return;
        }
        let leads = |at: usize, owner: &Owner| match rule.marked {
            true => self.starred.contains(&owner.name),
            false => at == 0,
        };
        let leading: Vec<bool> = self.owners.iter().enumerate().map(|(at, owner)| leads(at, owner)).collect();
        if !leading.contains(&true) {
            return;
        }
        for (owner, leads) in self.owners.iter_mut().zip(leading).filter(|(owner, _)| owner.role == Role::Responsible) {
            match (leads, rule.others_support) {
                (true, _) => owner.role = Role::Lead,
                (false, true) => owner.role = Role::Support,
                (false, false) => {}
            }
        }
    }

    /// Whether all its owners answer for a part only.
    pub(super) fn is_partial(&self) -> bool {
        !self.partial.is_empty() && self.partial.len() >= self.owners.len()
    }
}

/// Whether an owner or term label stands here, in running text.
pub(super) fn starts_with_label(text: &str) -> bool {
    labels::read(text, Place::Text).is_some()
}

/// Whether `责任单位：县教体局` stands here, which names an owner even behind a comma.
pub(super) fn names_owner(text: &str) -> bool {
    labels::names_owner(text)
}

/// Marks that make a line stand out and belong to no word.
pub(super) fn is_bullet(c: char) -> bool {
    matches!(c, '▲' | '△' | '★' | '☆' | '●' | '○' | '■' | '□' | '◆' | '◇' | '•' | '►' | '※' | '*')
}

/// A name without the stars around it, perhaps in brackets.
fn without_star(name: &str) -> &str {
    let bare = name.trim_matches(|c: char| is_star(c) || c.is_whitespace());
    let marked = bare.rsplit_once(['（', '(']).filter(|(_, mark)| {
        let inner = mark.trim_end_matches(['）', ')']);
        !inner.is_empty() && inner.chars().all(is_star)
    });
    marked.map_or(bare, |(left, _)| left.trim_end())
}

/// Marks that tell some organs from others.
fn is_star(c: char) -> bool {
    matches!(c, '★' | '☆' | '▲' | '△' | '●' | '■' | '◆' | '※' | '*' | '＊' | '✱')
}

/// Whether a line holds names of organs and nothing else but role words: `县教体局、县财政局`.
pub(super) fn only_names(line: &str) -> bool {
    const LONGEST: usize = 600;
    if line.len() > LONGEST {
        return false;
    }
    let mut pieces = line.split(is_separator).map(str::trim).filter(|piece| !piece.is_empty()).peekable();
    pieces.peek().is_some()
        && pieces.all(|piece| {
            let piece = marks::without_number(piece.trim_start_matches(is_bullet));
            let name = roles::strip_end(roles::strip_start(piece)).0;
            let count = name.chars().take(25).count();
            looks_like_organ(name) && (3..25).contains(&count) && !name.chars().any(|c| headings::digit(c).is_some())
        })
}

/// Whether a line begins with a name and goes on without a sentence: `县教体局　责任人　演示甲`.
fn begins_with_name(line: &str) -> bool {
    const LONGEST: usize = 60;
    let first = line.split(is_separator).next().unwrap_or(line);
    let plain = !line.trim_end().trim_end_matches('。').contains(['，', '。', '；', '：', ',', ';', ':']);
    plain && only_names(first) && line.chars().take(LONGEST + 1).count() <= LONGEST
}

/// Whether the end of a line and the next one break a word of an organ's name: `人力资源和社`, then `会保障局`.
pub(super) fn breaks_name(line: &str, next: &str) -> bool {
    wrapped::breaks_name(line, next)
}

fn is_separator(c: char) -> bool {
    matches!(c, '、' | '，' | ',' | '；' | ';' | '。' | '/' | '／' | '|' | '｜' | '\n') || c.is_whitespace()
}

/// Reads a note; `text` is its inside without brackets.
pub(super) fn read(text: &str, from: Reckoning) -> Note {
    looked_at(text.len());
    let text = wrapped::unwrap(text);
    let starred = text.trim_start().starts_with(is_star);
    let text = text.trim_start_matches(|c: char| is_bullet(c) || c.is_whitespace() || matches!(c, '—' | '-'));
    let mut reader = Reader {
        starred: starred && labels::read(text, Place::Note).is_none(),
        county: String::new(),
        note: Note::default(),
        pending: Vec::new(),
        dues: Vec::new(),
        watching: Vec::new(),
        current: Label::Owner(Role::Responsible),
        from,
    };
    let pairs = pairs::find(text);
    let mut spans = pairs.outer.iter().peekable();
    let mut start = 0;
    let mut at = 0;
    let mut fresh = true;
    // （牵头）县教体局（配合）县财政局: the role stands before its name
    let mut fronted = false;
    while at < text.len() {
        while spans.next_if(|span| span.end <= at).is_some() {}
        let nobody = fresh && text[start..at].trim().is_empty() && reader.names_nobody();
        let before_name = nobody || (fronted && text[at..].starts_with(['（', '(', '【']));
        let front = if before_name { labels::fronts(&text[at..]) } else { None };
        fronted |= front.is_some();
        let may_open = fresh || text[at..].starts_with('【');
        let full = || if may_open { labels::read(&text[at..], Place::Note) } else { None };
        if let Some(opening) = front.or_else(full) {
            reader.piece(&text[start..at]);
            reader.open(opening);
            at += opening.length;
            start = at;
            continue;
        }
        if let Some(span) = spans.peek().filter(|span| span.start == at) {
            at = span.end;
            fresh = false;
            continue;
        }
        let Some(c) = text[at..].chars().next() else { break };
        let end = at + c.len_utf8();
        fresh = is_separator(c);
        let cuts = match reader.current {
            // a term may hold commas
            Label::Term => matches!(c, '；' | ';' | '\n'),
            _ => fresh && !goes_on(c, text[start..at].trim_start(), &text[end..]),
        };
        if cuts {
            reader.piece(&text[start..at]);
            start = end;
        }
        at = end;
    }
    reader.piece(&text[start..]);
    reader.finish()
}

/// Whether a mark stands within a name or a date: `各市、州、县人民政府`, `3月、6月底前`, `2025/6/30`.
fn goes_on(mark: char, left: &str, right: &str) -> bool {
    let digit_before = || left.chars().next_back().is_some_and(|c| headings::digit(c).is_some());
    match mark {
        '、' => names::joins(left, right) || dates::lists(left, right) || rules::excepting(left, right),
        ' ' | '\u{3000}' | '\u{a0}' => dates::spaced(left, right),
        '/' => digit_before() && right.chars().next().is_some_and(|c| headings::digit(c).is_some()),
        _ => false,
    }
}

/// More role words without a separator than this are no owner note; the bound keeps hostile text cheap.
const MOST_ROLES_IN_A_PIECE: usize = 8;

struct Reader {
    note: Note,
    /// Names that wait for their role word: `A、B` in `A、B牵头`.
    pending: Vec<String>,
    /// The terms of the note, in order.
    dues: Vec<Due>,
    /// Who watches by a verb: `县政府督查室督办`. Owners where the note names nobody else.
    watching: Vec<String>,
    /// A star stood before the note's first word.
    starred: bool,
    /// The first two characters of the note.
    county: String,
    current: Label,
    from: Reckoning,
}

impl Reader {
    fn finish(mut self) -> Note {
        self.flush(None);
        let watching = std::mem::take(&mut self.watching);
        self.note.watching.extend(watching);
        if self.note.owners.is_empty() && !self.note.watching.is_empty() {
            // 指导部门 alone is all that some tables say of who answers
            self.note.only_watches = true;
            for name in std::mem::take(&mut self.note.watching) {
                self.push(name, Role::Responsible);
            }
        }
        self.note.due = dates::choose_latest(self.dues);
        self.note
    }

    fn open(&mut self, opening: Opening) {
        self.flush(None);
        if opening.full {
            self.note.labelled = true;
        } else {
            self.note.has_role = true;
            self.note.short_label = true;
        }
        self.current = opening.label;
    }

    fn piece(&mut self, piece: &str) {
        let piece = piece.trim();
        if piece.is_empty() {
            return;
        }
        match self.current {
            Label::Other => {}
            Label::Term => self.term(piece),
            Label::Watch => self.note.watching.push(piece.to_owned()),
            Label::Owner(_) => self.names(piece),
        }
    }

    fn term(&mut self, piece: &str) {
        let words = piece.trim_matches(|c| is_separator(c) || matches!(c, '.' | '．'));
        let due = dates::choose_latest(dates::find(words, self.from, Setting::Note));
        if due.is_none() {
            self.note.unread_term = Some(words.to_owned());
        }
        self.dues.push(Due { words: words.to_owned(), ..due.unwrap_or_default() });
    }

    fn names_nobody(&self) -> bool {
        self.note.owners.is_empty() && self.pending.is_empty()
    }

    /// A role alone in its piece, `县教体局 （牵头）`: the one before it has it.
    fn behind(&mut self, piece: &str) -> bool {
        let ("", Some(role)) = roles::own(piece) else { return false };
        self.note.has_role = true;
        if let Some(name) = self.pending.pop() {
            self.flush(None);
            self.push(name, role);
        } else if let Some(last) = self.note.owners.last_mut() {
            last.role = role;
        }
        true
    }

    /// Words that are no owner: a rule about the owners, an explanation, a label of another matter.
    fn explains(&mut self, piece: &str) -> bool {
        if let Some(rule) = rules::lead_rule(piece) {
            self.note.lead_rule = self.note.lead_rule.or(Some((rule, Reach::Note)));
        } else if let Some((rule, _)) = self.note.lead_rule.as_mut().filter(|_| rules::others_support(piece)) {
            rule.others_support = true;
        } else if rules::reaches_on(piece) {
            match &mut self.note.lead_rule {
                Some((_, reach)) => *reach = Reach::Onward,
                // 各乡镇均需落实，下同: an owner of the clauses behind, too
                None => self.note.unread.push(piece.to_owned()),
            }
        } else if piece.contains(['：', ':']) && !piece.contains(['“', '《']) {
            self.flush(None);
            self.note.unread.push(piece.to_owned());
            self.current = Label::Other;
        } else if rules::explains(piece) {
            self.note.unread.push(piece.to_owned());
        } else {
            return false;
        }
        true
    }

    fn names(&mut self, piece: &str) {
        // a star within a name is no mark of it
        let edge = |c: char| is_star(c) || c.is_whitespace();
        let starred = std::mem::take(&mut self.starred) || piece.trim_matches(edge).len() < piece.trim().len();
        let mut piece = if rules::lead_rule(piece).is_some() { piece } else { piece.trim_matches(edge) };
        piece = piece.trim_start_matches(|c: char| is_bullet(c) || c.is_whitespace());
        piece = marks::without_number(piece);
        if piece.is_empty() {
            return;
        }
        if let Some(end) = rules::exception(piece) {
            self.note.excepted.push(piece[..end].trim_end_matches(['的', '，']).to_owned());
            piece = &piece[end..];
            if piece.is_empty() {
                return;
            }
        }
        // 排名第一的为牵头单位：县教体局
        if let Some((rule, names)) = piece.split_once(['：', ':']).filter(|(rule, _)| rules::lead_rule(rule).is_some())
        {
            self.explains(rule);
            piece = names.trim_start();
        }
        if self.explains(piece) || self.behind(piece) {
            return;
        }
        // 原县扶贫办、现县农业农村局: the one that was has nothing to do
        if piece.strip_prefix('原').is_some_and(roles::begins_level) {
            self.note.unread.push(piece.to_owned());
            return;
        }
        let piece = piece.strip_prefix('现').filter(|rest| roles::begins_level(rest)).unwrap_or(piece);
        let piece = match rules::part(piece) {
            Some(owner) => {
                self.note.partial.push(piece.to_owned());
                owner
            }
            None => piece,
        };
        self.note.reaches_back |= ["以上", "上述"].iter().any(|word| piece.starts_with(word));
        let first = self.note.owners.is_empty() && self.pending.is_empty();
        let mut rest = if first { roles::strip_first(piece) } else { roles::strip_start(piece) };
        // 和县教体局、和县财政局: the county's name, not a word between the two
        if first {
            self.county = piece.chars().take(2).collect();
        } else if self.county.chars().nth(1).is_some() && piece.starts_with(&self.county) {
            rest = roles::strip_first(piece);
        }
        if starred {
            let name = names::split_joined(roles::strip_end(rest).0).first().map(|name| roles::own(name).0.to_owned());
            self.note.starred.extend(name);
        }
        // A牵头B配合: a role word inside ends what stands before it
        for _ in 0..MOST_ROLES_IN_A_PIECE {
            let Some((left, role, right)) = roles::inner(rest) else { break };
            self.take(left, Some(role));
            rest = roles::strip_joint(right);
        }
        // 县教体局等部门、单位: no further owner
        let (bare, role) = roles::strip_end(rest);
        if self.note.open_ended && !bare.is_empty() && open::is_nobody(bare) {
            if role.is_some() {
                self.note.has_role = true;
                self.flush(role);
            }
            return;
        }
        if let Some((name, role)) = roles::leading(rest) {
            self.flush(None);
            self.wait(name);
            self.note.has_role = true;
            self.flush(Some(role));
            return;
        }
        let (left, role) = roles::strip_end(rest);
        let bare = left.trim_end_matches(is_star);
        let dues = dates::find(rest, self.from, Setting::Note);
        let first = dues.first().map(|due| due.range.clone());
        if let Some(first) = first.filter(|first| first.start == 0 || !looks_like_organ(bare)) {
            self.dated(rest, first.start, role, dues);
            return;
        }
        if !looks_like_organ(bare) && dates::says_when(rest) {
            self.note.unread_term = Some(rest.to_owned());
            return;
        }
        // 起草 in 牵头起草: what is left after an inner role word is an act, not an organ
        if rest.len() < piece.len() && !looks_like_organ(bare) && self.note.has_role && role.is_none() {
            return;
        }
        if role.is_some() && roles::watches(&rest[left.len()..]) {
            self.wait(left);
            self.note.has_role = true;
            self.watching.append(&mut self.pending);
            return;
        }
        self.take(left, role);
    }

    /// A piece with a date, and perhaps the organ before it: `县财政局于6月底前完成`.
    fn dated(&mut self, piece: &str, first: usize, role: Option<Role>, dues: Vec<Due>) {
        const LINKS: [char; 7] = ['并', '应', '须', '要', '在', '于', '需'];
        let before = piece[..first].trim_end().trim_end_matches(LINKS).trim_end();
        let (name, own) = roles::strip_end(before);
        if looks_like_organ(name) {
            self.take(name, own.or(role));
        } else if !name.is_empty() {
            self.note.loose = true;
        }
        let last = dues.last().map_or(0, |due| due.range.end);
        let (rest, _) = roles::strip_end(piece[last..].trim());
        self.note.loose |= !rest.is_empty();
        self.dues.extend(dues);
        self.note.has_role |= role.is_some();
    }

    /// Files the names of a piece under a role, together with those that waited for it.
    fn take(&mut self, names: &str, role: Option<Role>) {
        let mut names = names;
        while let Some((left, right)) = open::split(names) {
            self.note.open_ended = true;
            self.wait(left);
            names = roles::strip_joint(right);
        }
        self.wait(names);
        if role.is_some() {
            self.note.has_role = true;
            self.flush(role);
        }
    }

    fn wait(&mut self, names: &str) {
        for name in names::split_joined(names) {
            let (name, own) = roles::own(self.strip_term(name));
            // 县财政局★负责, 县财政局（★）
            let bare = without_star(name);
            if bare.is_empty() {
                continue;
            }
            if bare.len() < name.len() {
                self.note.starred.push(bare.to_owned());
            }
            let name = bare;
            // #REF!, as a spreadsheet leaves it
            if name.starts_with('#') && name.ends_with(['!', 'A', '?']) {
                self.note.unread.push(name.to_owned());
                continue;
            }
            self.note.has_role |= own.is_some();
            match own {
                // 牵头单位：A、B（按职责分工）: no role of its own
                None | Some(Role::Responsible) => self.pending.push(name.to_owned()),
                Some(own) => self.push(name.to_owned(), own),
            }
        }
    }

    /// Cuts the term off a name: `县审计局（3月底前完成）`.
    fn strip_term<'a>(&mut self, name: &'a str) -> &'a str {
        let Some((left, inner)) = name.trim_end().rsplit_once(['（', '(']) else { return name };
        let Some(inner) = inner.strip_suffix(['）', ')']) else { return name };
        let dues = dates::find(inner, self.from, Setting::Note);
        let bare = dues.first().is_some_and(|first| first.range.start == 0)
            && dues.last().is_some_and(|last| roles::strip_end(&inner[last.range.end..]).0.is_empty());
        if left.is_empty() || !bare {
            return name;
        }
        self.dues.extend(dues);
        left
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
        if !looks_like_organ(&name) || names::runs_on(&name) {
            self.note.unknown.push(name.clone());
        }
        const EXCEPT: [&str; 4] = ["不含", "不包括", "不包含", "除"];
        let excepts = |inner: &str| inner.contains("除外") || EXCEPT.iter().any(|word| inner.starts_with(word));
        if let Some((_, inner)) = name.rsplit_once(['（', '(']).filter(|(_, inner)| excepts(inner)) {
            self.note.excepted.push(inner.trim_end_matches(['）', ')']).to_owned());
        }
        let group = names::is_group(&name);
        self.note.owners.push(Owner { name, role, group });
    }
}
