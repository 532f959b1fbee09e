//! A text as the rules see it: runs of digits, what joins each to the one before, and the words that say what they are.

use fold::is_unseen;

use crate::work::looked_at;

/// How a digit is written. Runs do not mix: `①13800138000` is an item and a number.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Script {
    /// 0–9, also full-width and mathematical.
    Plain,
    /// 〇一二…九, 零壹贰…玖.
    Chinese,
    /// ①②…⑨, ❶, ⑴, ⒈, ㈠ and the like.
    Enclosed,
    /// ⁰¹²…⁹, ₀…₉.
    Raised,
}

/// A digit in any of its forms.
pub(super) fn digit(c: char) -> Option<u8> {
    written(c).map(|(value, _)| value)
}

fn written(c: char) -> Option<(u8, Script)> {
    // Tags: nobody sees them, and whoever copies the text has them.
    if let Some(value) = u32::from(c).checked_sub(0xe_0030).filter(|value| *value < 10) {
        return u8::try_from(value).ok().map(|value| (value, Script::Plain));
    }
    let folded = fold::character(c);
    if let Some(value) = folded.to_digit(10) {
        return u8::try_from(value).ok().map(|value| (value, Script::Plain));
    }
    let chinese = match folded {
        '〇' | '零' | '○' | '◯' => 0,
        '一' | '壹' | '幺' => 1,
        '二' | '贰' | '貳' => 2,
        '三' | '叁' | '參' => 3,
        '四' | '肆' => 4,
        '五' | '伍' => 5,
        '六' | '陆' | '陸' => 6,
        '七' | '柒' => 7,
        '八' | '捌' => 8,
        '九' | '玖' => 9,
        c if c.is_numeric() => {
            let of = ZEROS.iter().find_map(|zero| u32::from(c).checked_sub(*zero).filter(|value| *value < 10));
            return of.and_then(|value| u8::try_from(value).ok()).map(|value| (value, Script::Plain)).or(figure(c));
        }
        _ => return None,
    };
    Some((chinese, Script::Chinese))
}

/// The zeros of the other scripts whose ten digits follow one another: Unicode 16, characters of the kind Nd that [`fold`] leaves
/// as they are. Notices of the regions where some of them are written are bilingual.
const ZEROS: [u32; 66] = [
    0x660, 0x6f0, 0x7c0, 0x966, 0x9e6, 0xa66, 0xae6, 0xb66, 0xbe6, 0xc66, 0xce6, 0xd66, 0xde6, 0xe50, 0xed0, 0xf20,
    0x1040, 0x1090, 0x17e0, 0x1810, 0x1946, 0x19d0, 0x1a80, 0x1a90, 0x1b50, 0x1bb0, 0x1c40, 0x1c50, 0xa620, 0xa8d0,
    0xa900, 0xa9d0, 0xa9f0, 0xaa50, 0xabf0, 0x104a0, 0x10d30, 0x10d40, 0x11066, 0x110f0, 0x11136, 0x111d0, 0x112f0,
    0x11450, 0x114d0, 0x11650, 0x116c0, 0x116d0, 0x116da, 0x11730, 0x118e0, 0x11950, 0x11bf0, 0x11c50, 0x11d50,
    0x11da0, 0x11f50, 0x16a60, 0x16ac0, 0x16b50, 0x1ccf0, 0x1e140, 0x1e2f0, 0x1e4f0, 0x1e5f1, 0x1e950,
];

/// Circled and raised figures.
fn figure(c: char) -> Option<(u8, Script)> {
    const RAISED: [char; 3] = ['¹', '²', '³'];
    if let Some(place) = RAISED.iter().position(|&raised| raised == c) {
        return u8::try_from(place + 1).ok().map(|value| (value, Script::Raised));
    }
    let (first, value, script) = match u32::from(c) {
        0x2070 | 0x2074..=0x2079 => (0x2070, 0, Script::Raised),
        0x2080..=0x2089 => (0x2080, 0, Script::Raised),
        0x24ea | 0x24ff => return Some((0, Script::Enclosed)),
        0x2460..=0x2468 => (0x2460, 1, Script::Enclosed),
        0x2474..=0x247c => (0x2474, 1, Script::Enclosed),
        0x2488..=0x2490 => (0x2488, 1, Script::Enclosed),
        0x3220..=0x3228 => (0x3220, 1, Script::Enclosed),
        0x3280..=0x3288 => (0x3280, 1, Script::Enclosed),
        0x24f5..=0x24fd => (0x24f5, 1, Script::Enclosed),
        0x2776..=0x277e => (0x2776, 1, Script::Enclosed),
        0x2780..=0x2788 => (0x2780, 1, Script::Enclosed),
        0x278a..=0x2792 => (0x278a, 1, Script::Enclosed),
        _ => return None,
    };
    u8::try_from(u32::from(c) - first + value).ok().map(|value| (value, script))
}

/// A digit in plain form, or the check letter X.
pub(super) fn folded(c: char) -> Option<char> {
    match digit(c) {
        Some(value) => char::from_digit(u32::from(value), 10),
        None => is_check(c).then_some('X'),
    }
}

/// The check letter of identity numbers, and what looks like it: Greek chi, Cyrillic ha, the sign of multiplication.
fn is_check(c: char) -> bool {
    matches!(fold::character(c), 'x' | 'X' | 'Χ' | 'Х' | 'х' | '×' | '✕' | '╳')
}

pub(super) fn is_letter(c: char) -> bool {
    fold::character(c).is_ascii_alphabetic()
}

fn is_line_end(c: char) -> bool {
    matches!(c, '\n' | '\r' | '\u{b}' | '\u{c}' | '\u{85}' | '\u{2028}' | '\u{2029}')
}

/// What stands between two runs of digits. Beside the marks of a kind there may be two blanks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Joint {
    /// Something that separates, or too much.
    None,
    /// Nothing that is seen.
    Touch,
    /// One or two blanks.
    Space,
    /// More blanks.
    Wide,
    /// The border of table cells: a tab, a bar.
    Cell,
    /// The end of a line.
    Line,
    /// A hyphen or dash of any kind, an underscore.
    Hyphen,
    /// A dot, on the line or in the middle.
    Dot,
    /// A slash, colon or quotation mark.
    Slash,
    /// A comma or semicolon.
    Comma,
    /// A sign of reckoning, as in sizes and sums too.
    Sign,
    /// Any other sign that is no letter, or several signs.
    Mark,
    Bracket,
}

impl Joint {
    /// What people group one number with.
    pub(super) fn is_tight(self) -> bool {
        matches!(self, Joint::Touch | Joint::Space | Joint::Hyphen)
    }

    /// What a page or a table puts between the pieces of one number.
    pub(super) fn is_laid_out(self) -> bool {
        matches!(self, Joint::Wide | Joint::Cell | Joint::Line)
    }
}

fn joint(between: &[char]) -> Joint {
    /// Seen characters that are looked at: an indented line begins behind some blanks.
    const MOST: usize = 12;
    looked_at(between.len());
    let mut seen: Vec<char> = between.iter().copied().filter(|&c| !is_unseen(c)).take(MOST + 1).collect();
    if seen.contains(&'<') || seen.contains(&'&') {
        seen = without_tags(&seen);
    }
    if seen.len() > MOST {
        return Joint::None;
    }
    let (blank, marks): (Vec<char>, Vec<char>) = seen.iter().partition(|c| c.is_whitespace());
    let line = blank.iter().any(|&c| is_line_end(c));
    let Some(first) = marks.first().map(|&c| mark(c)) else {
        return match blank.len() {
            0 => Joint::Touch,
            _ if line => Joint::Line,
            _ if blank.contains(&'\t') => Joint::Cell,
            1 | 2 => Joint::Space,
            _ => Joint::Wide,
        };
    };
    let same = marks.iter().all(|&c| mark(c) == first);
    let brackets = marks.iter().all(|&c| matches!(mark(c), Joint::Bracket | Joint::Hyphen));
    let signs = marks.iter().all(|&c| mark(c) != Joint::None);
    match (marks.len(), first) {
        _ if blank.len() > 2 && !line => {
            if signs {
                Joint::Mark
            } else {
                Joint::None
            }
        }
        (1, kind) => kind,
        (2 | 3, Joint::Hyphen) if same => Joint::Hyphen,
        (2, Joint::Bracket) if brackets => Joint::Bracket,
        _ if signs => Joint::Mark,
        _ => Joint::None,
    }
}

/// What is seen where a text holds tags as they are written, as Markdown does: a line end for `<br>`, nothing for others.
fn without_tags(text: &[char]) -> Vec<char> {
    let mut out = Vec::with_capacity(text.len());
    let mut at = 0;
    while at < text.len() {
        let end = match text[at] {
            '<' => text[at..].iter().position(|&c| c == '>'),
            '&' => text[at..].iter().position(|&c| c == ';'),
            _ => None,
        };
        let Some(end) = end else {
            out.push(text[at]);
            at += 1;
            continue;
        };
        let tag: String = text[at + 1..at + end].iter().collect::<String>().to_ascii_lowercase();
        match tag.trim_matches(['/', ' ']) {
            "br" | "p" | "div" | "li" | "tr" => out.push('\n'),
            "td" | "th" => out.push('\t'),
            "nbsp" | "ensp" | "emsp" => out.push(' '),
            "wbr" | "b" | "i" | "u" | "em" | "span" | "strong" | "shy" | "zwnj" => {}
            _ => out.extend(&text[at..=at + end]),
        }
        at += end + 1;
    }
    out
}

fn mark(c: char) -> Joint {
    match fold::character(c) {
        '-' | '‐' | '‑' | '‒' | '–' | '—' | '―' | '−' | '_' | '~' | '∼' | '─' | '━' | 'ー' | '﹘' => {
            Joint::Hyphen
        }
        '.' | '·' | '•' | '・' | '‧' | '∙' | '⋅' | '。' | '●' | '∘' => Joint::Dot,
        '/' | '\\' | '∕' | '⁄' | ':' | '\'' | '’' | '‘' | '"' | '`' | '´' => Joint::Slash,
        '|' | '│' | '┃' | '¦' => Joint::Cell,
        ',' | '、' | ';' => Joint::Comma,
        '(' | ')' | '[' | ']' | '【' | '】' => Joint::Bracket,
        '*' | '+' | '=' | '#' | '^' | '%' | '<' | '>' | '×' | '÷' | '✕' | '∗' | '≈' | '≤' | '≥' => {
            Joint::Sign
        }
        other if !other.is_alphanumeric() => Joint::Mark,
        _ => Joint::None,
    }
}

/// An unbroken run of digits.
#[derive(Debug)]
pub(super) struct Atom {
    pub(super) start: usize,
    pub(super) end: usize,
    pub(super) digits: Vec<u8>,
    /// Behind an X that may be the check of an identity number and follows, perhaps behind a blank or a line end.
    pub(super) check: Option<usize>,
    /// A letter touches it before or behind.
    pub(super) letter_before: bool,
    pub(super) letter_after: bool,
    /// What joins it to the atom before.
    pub(super) joint: Joint,
    /// Its line, from 0.
    pub(super) line: usize,
    /// Tabs before it on its line.
    pub(super) column: usize,
}

/// What a word says about numbers that follow it, or stand below it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Topic {
    Identity,
    Phone,
    Card,
    /// A figure or a number of a paper, at the head of a column.
    Figure,
}

const WORDS: [(Topic, &str); 34] = [
    (Topic::Identity, "身份证"),
    (Topic::Identity, "身份号码"),
    (Topic::Identity, "证件号"),
    (Topic::Phone, "电话"),
    (Topic::Phone, "手机"),
    (Topic::Phone, "联系方式"),
    (Topic::Phone, "联系人"),
    (Topic::Phone, "微信"),
    (Topic::Card, "卡号"),
    (Topic::Card, "账号"),
    (Topic::Card, "帐号"),
    (Topic::Card, "银行卡"),
    (Topic::Card, "账户"),
    (Topic::Card, "一卡通"),
    (Topic::Card, "一折通"),
    (Topic::Card, "存折"),
    (Topic::Card, "社保卡"),
    (Topic::Card, "社会保障卡"),
    (Topic::Figure, "金额"),
    (Topic::Figure, "收入"),
    (Topic::Figure, "支出"),
    (Topic::Figure, "预算"),
    (Topic::Figure, "决算"),
    (Topic::Figure, "合计"),
    (Topic::Figure, "总计"),
    (Topic::Figure, "面积"),
    (Topic::Figure, "产值"),
    (Topic::Figure, "余额"),
    (Topic::Figure, "资金"),
    (Topic::Figure, "数量"),
    (Topic::Figure, "编号"),
    (Topic::Figure, "文号"),
    (Topic::Figure, "注册号"),
    (Topic::Figure, "许可证号"),
];

#[derive(Debug)]
struct Word {
    topic: Topic,
    end: usize,
    line: usize,
    column: usize,
}

/// Runs of digits and telling words of a text, in its order.
pub(super) struct Scan {
    pub(super) chars: Vec<char>,
    pub(super) atoms: Vec<Atom>,
    words: Vec<Word>,
    spoken: [bool; 4],
}

impl Scan {
    pub(super) fn new(text: &str) -> Self {
        let mut scan = Self { chars: text.chars().collect(), atoms: Vec::new(), words: Vec::new(), spoken: [false; 4] };
        looked_at(text.len());
        let (mut at, mut line, mut column) = (0, 0, 0);
        while let Some(&c) = scan.chars.get(at) {
            if let Some((_, script)) = written(c) {
                let atom = scan.atom(at, script, line, column);
                at = atom.end;
                scan.atoms.push(atom);
                continue;
            }
            at += 1;
            match c {
                '\t' => column += 1,
                _ if is_line_end(c) => (line, column) = (line + 1, 0),
                _ => {
                    if let Some((topic, length)) = scan.word(at - 1) {
                        scan.spoken[topic as usize] = true;
                        scan.words.push(Word { topic, end: at - 1 + length, line, column });
                    }
                }
            }
        }
        scan
    }

    fn atom(&self, start: usize, script: Script, line: usize, column: usize) -> Atom {
        let same = |&c: &char| written(c).filter(|(_, other)| *other == script).map(|(value, _)| value);
        let digits: Vec<u8> = self.chars[start..].iter().map_while(same).collect();
        let end = start + digits.len();
        let letter = |at: Option<usize>| at.and_then(|at| self.chars.get(at)).is_some_and(|&c| is_letter(c));
        let joint = self.atoms.last().map_or(Joint::None, |last| joint(&self.chars[last.end..start]));
        Atom {
            start,
            end,
            digits,
            check: self.check(end),
            letter_before: letter(start.checked_sub(1)),
            letter_after: letter(Some(end)),
            joint,
            line,
            column,
        }
    }

    /// Behind the X that stands at a place, or after a few blanks, hyphens and unseen marks there.
    fn check(&self, from: usize) -> Option<usize> {
        const MOST: usize = 6;
        let passed = |c: char| is_unseen(c) || c.is_whitespace() || mark(c) == Joint::Hyphen;
        let at = (from..from + MOST).find(|&at| !self.chars.get(at).is_some_and(|&c| passed(c)))?;
        let ends = !self.chars.get(at + 1).is_some_and(|&c| is_letter(c) || digit(c).is_some());
        (self.chars.get(at).is_some_and(|&c| is_check(c)) && ends).then_some(at + 1)
    }

    fn word(&self, at: usize) -> Option<(Topic, usize)> {
        let rest = &self.chars[at..];
        WORDS.iter().find_map(|&(topic, word)| {
            let length = word.chars().count();
            let there = rest.len() >= length && word.chars().zip(rest).all(|(one, &c)| fold::character(c) == one);
            there.then_some((topic, length))
        })
    }

    /// Whether a word of the topic is anywhere in the text.
    pub(super) fn speaks_of(&self, topic: Topic) -> bool {
        self.spoken[topic as usize]
    }

    /// Where the last word of the topic before an atom ended.
    fn last_word(&self, topic: Topic, atom: &Atom) -> Option<usize> {
        const LOOKED_AT: usize = 8;
        let before = self.words.partition_point(|word| word.end <= atom.start);
        let near = self.words[..before].iter().rev().take(LOOKED_AT);
        near.filter(|word| word.topic == topic).map(|word| word.end).next()
    }

    /// Whether a word of the topic stands close before an atom, or at the head of its column.
    pub(super) fn names(&self, topic: Topic, atom: &Atom) -> bool {
        const REACH: usize = 30;
        self.last_word(topic, atom).is_some_and(|end| atom.start - end <= REACH) || self.is_headed(topic, atom)
    }

    /// Whether a word of the topic announces an atom: 身份证号码：….
    pub(super) fn is_beside(&self, topic: Topic, atom: &Atom) -> bool {
        const REACH: usize = 8;
        let Some(end) = self.last_word(topic, atom) else { return false };
        let between = &self.chars[end..atom.start];
        let announces =
            |&c: &char| is_unseen(c) || c.is_whitespace() || "号码为是:()[]【】“\"".contains(fold::character(c));
        between.len() <= REACH && between.iter().all(announces)
    }

    /// The same on one line: 电话：….
    pub(super) fn is_beside_in_line(&self, topic: Topic, atom: &Atom) -> bool {
        let end = self.last_word(topic, atom);
        self.is_beside(topic, atom)
            && end.is_some_and(|end| !self.chars[end..atom.start].iter().any(|&c| is_line_end(c)))
    }

    /// Whether a word of the topic is at the head of an atom's column.
    pub(super) fn is_headed(&self, topic: Topic, atom: &Atom) -> bool {
        /// Words that are looked at.
        const HEADS: usize = 64;
        let mut heads = self.words.iter().take(HEADS).filter(|word| word.topic == topic);
        atom.column > 0 && heads.any(|word| word.column == atom.column && word.line < atom.line)
    }

    /// Whether an atom stands below the head of a column of figures, in a table that has more columns than this.
    pub(super) fn is_figure(&self, atom: &Atom) -> bool {
        const HEADS: usize = 64;
        let at = |word: &&Word| word.column == atom.column && word.line < atom.line;
        let mut heads = self.words.iter().take(HEADS).filter(at);
        let tabbed = atom.column > 0 || self.chars.get(atom.end) == Some(&'\t');
        // The first word of a column is its head.
        tabbed && heads.next().is_some_and(|word| word.topic == Topic::Figure)
    }

    /// The next character that is seen, at a place or behind.
    pub(super) fn seen_at(&self, at: usize) -> char {
        let rest = self.chars.get(at..).unwrap_or_default().iter().take(8);
        rest.copied().find(|&c| !is_unseen(c)).map_or(' ', fold::character)
    }

    /// Whether an atom is one side of a decimal point or comma.
    pub(super) fn is_fraction(&self, atom: &Atom) -> bool {
        let point = |at: Option<usize>| at.and_then(|at| self.chars.get(at)).is_some_and(|c| matches!(c, '.' | ','));
        let side = |at: Option<usize>| at.and_then(|at| self.chars.get(at)).is_some_and(|&c| digit(c).is_some());
        let before = atom.start.checked_sub(1);
        (point(before) && side(atom.start.checked_sub(2))) || (point(Some(atom.end)) && side(Some(atom.end + 1)))
    }

    /// Whether the line of an atom holds nothing but digits and blanks.
    pub(super) fn is_of_digits(&self, atom: &Atom) -> bool {
        const REACH: usize = 60;
        let of_digits = |c: &char| c.is_whitespace() || is_unseen(*c) || digit(*c).is_some();
        let before = self.chars[..atom.start].iter().rev().take_while(|&&c| !is_line_end(c)).take(REACH);
        let behind = self.chars[atom.end..].iter().take_while(|&&c| !is_line_end(c)).take(REACH);
        before.chain(behind).all(of_digits)
    }

    /// Whether an atom begins what stands alone in a table cell or on a line, and another ends it.
    pub(super) fn is_alone(&self, first: &Atom, last: &Atom) -> bool {
        let border = |c: Option<&char>| c.is_none_or(|&c| c == '\t' || is_line_end(c));
        let before = first.start.checked_sub(1).and_then(|at| self.chars.get(at));
        border(before) && border(self.chars.get(last.end))
    }
}
