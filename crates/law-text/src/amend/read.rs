//! The sentences of an amending decision as instructions.

use super::{
    Decision, Failed, Instruction, Place, Step,
    places::{part, places, run},
    quotes::{Clause, clauses, lifted, printed, quoted, told},
    titles::{amended, is_elsewhere, is_whole, named, titled},
};
use crate::number;

/// Reads a decision: its title, its instructions, and what orders something that could not be read.
pub fn read(decision: &str) -> Decision {
    let text = printed(decision);
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let mut found = Decision::default();
    let mut rest = lines.as_slice();
    if let Some(first) = lines.first().filter(|first| is_title(first)) {
        found.title = first.trim_start_matches('#').trim().to_owned();
        rest = &lines[1..];
    }
    let mut of = titled(&found.title);
    for clause in clauses(rest) {
        sentences(&clause, &mut of, &mut found);
    }
    found
}

/// A decision's title ends with what it is and orders nothing.
fn is_title(line: &str) -> bool {
    let plain = line.trim_start_matches('#').trim();
    !plain.contains(['。', '；', '“'])
        && (plain.ends_with("决定") || plain.starts_with("关于") || plain.contains("修正案"))
}

fn sentences(clause: &Clause, ours: &mut Option<String>, found: &mut Decision) {
    let (plain, quotes) = lifted(&clause.text);
    let of = match clause.head.as_str() {
        "" => amended(&plain, false),
        head => amended(head, true),
    };
    // What is said before the clauses holds for all of them.
    if clause.head.is_empty() && ours.is_none() {
        ours.clone_from(&of);
    }
    let of = of.or_else(|| ours.clone());
    let mut reader = Reader {
        quotes: &quotes,
        places: Vec::new(),
        part: None,
        pending: None,
        of,
        in_title: false,
        steps: Vec::new(),
    };
    for sentence in plain.split(['。', '；', ';']).filter(|sentence| !sentence.is_empty()) {
        let words = told(sentence, &quotes);
        let read = reader.sentence(sentence);
        for (step, of) in reader.steps.drain(..) {
            found.instructions.push(Instruction { step, sentence: words.clone(), of });
        }
        if let Err(reason) = read {
            found.unread.push(Failed { sentence: words, reason });
        }
    }
}

/// What was begun and waits for its words.
enum Pending {
    Words,
    Articles { numbers: Vec<(u32, u32)>, after: Option<(u32, u32)> },
    Paragraphs { article: (u32, u32), at: Option<u32> },
    Items { of: Place, at: Option<u32> },
    Merge { from: Vec<(u32, u32)>, to: Option<(u32, u32)> },
    Part,
    Heading { part: String },
    Title,
}

struct Reader<'a> {
    quotes: &'a [String],
    /// What the sentence speaks of.
    places: Vec<Place>,
    /// The chapter that it speaks of.
    part: Option<String>,
    pending: Option<Pending>,
    /// The text that the clause names, where it names one.
    of: Option<String>,
    /// It speaks of words of the title.
    in_title: bool,
    /// Each with the text that it amends.
    steps: Vec<(Step, Option<String>)>,
}

/// Words before which an instruction stands.
const BEFORE: [&str; 12] = ["并", "将", "把", "对", "在", "其中", "同时", "此外", "相应", "原", "即", "的"];

/// The words of a piece from where its instruction begins.
fn begun(piece: &str) -> &str {
    let mut rest = piece;
    while let Some(more) = BEFORE.iter().find_map(|word| rest.strip_prefix(word)) {
        rest = more;
    }
    rest
}

/// Words that order nothing: when it holds, that it is published again.
fn orders_nothing(piece: &str) -> bool {
    let told = [
        "本决定",
        "根据本决定",
        "重新公布",
        "重新发布",
        "作如下修改",
        "作出如下修改",
        "作以下修改",
        "决定如下",
        "现予公布",
    ];
    told.iter().any(|words| piece.contains(words))
}

impl Reader<'_> {
    fn push(&mut self, step: Step) {
        self.steps.push((step, self.of.clone()));
    }

    /// The words of a piece from where its instruction begins; which text they name is kept.
    fn begun<'p>(&mut self, piece: &'p str) -> &'p str {
        let rest = begun(piece);
        let Some((title, rest)) = named(rest) else { return rest };
        if let Some(title) = title
            && self.of.as_deref() != Some(title)
        {
            self.of = Some(title.to_owned());
            self.places.clear();
        }
        begun(rest)
    }

    /// Reads a sentence; what it orders is in `steps`.
    fn sentence(&mut self, sentence: &str) -> Result<(), String> {
        self.pending = None;
        self.in_title = false;
        let mut wrong = None;
        for piece in sentence.split(['，', ',']).filter(|piece| !piece.is_empty()) {
            let piece = self.begun(piece);
            if let Err(reason) = self.piece(piece)
                && wrong.is_none()
            {
                wrong = Some(reason);
            }
        }
        if wrong.is_none() && self.pending.take().is_some() {
            wrong = Some("没有找到修改后的文字，请检查引号".to_owned());
        }
        wrong.map_or(Ok(()), Err)
    }

    fn piece(&mut self, piece: &str) -> Result<(), String> {
        if ["顺序", "序号", "条序", "章序"].iter().any(|word| piece.contains(word)) && piece.contains("调整")
        {
            self.push(Step::Order);
            return Ok(());
        }
        if orders_nothing(piece) {
            return match piece.split_once(['：', ':']) {
                Some((before, rest)) if !rest.is_empty() && before.contains("修改") => {
                    let rest = self.begun(rest);
                    self.piece(rest)
                }
                _ => Ok(()),
            };
        }
        for word in ["删去", "删除"] {
            if let Some(rest) = piece.strip_prefix(word) {
                let rest = self.begun(rest);
                return self.deleted(rest);
            }
        }
        if let Some(rest) = ["增加", "新增", "增设"].iter().find_map(|word| piece.strip_prefix(word)) {
            return self.added(rest, None);
        }
        if piece.starts_with("作为第") {
            return self.numbered(piece.trim_start_matches("作为"));
        }
        let before = piece.find(|c| quoted(c).is_some()).map_or("", |at| &piece[..at]);
        // What says nothing of where speaks of the places that were named before.
        if !["", "中", "中的"].contains(&before) && is_whole(before) {
            self.places.clear();
            self.in_title = false;
        }
        // 标题中的“甲”修改为“乙”.
        if names_title(before) {
            self.places.clear();
            self.in_title = true;
            return self.within(piece);
        }
        if let Some(rest) = part(piece) {
            return self.of_part(rest.0, rest.1);
        }
        let (places, rest) = places(piece, self.places.last().copied());
        if !places.is_empty() {
            self.places = places;
            self.in_title = false;
            return self.of_places(rest);
        }
        self.of_places(piece)
    }

    /// What is said of the places that the sentence speaks of.
    fn of_places(&mut self, rest: &str) -> Result<(), String> {
        if rest.is_empty() {
            return Ok(());
        }
        for word in ["删去", "删除", "予以删除", "予以删去"] {
            if rest == word {
                return self.delete();
            }
        }
        if let Some(rest) = rest.strip_prefix("合并") {
            let from = self.places.iter().map(|place| place.article).collect();
            self.pending = Some(Pending::Merge { from, to: None });
            let rest = rest.strip_prefix("为一条").unwrap_or(rest);
            return match rest.strip_prefix("为").filter(|rest| rest.starts_with('第')) {
                Some(number) => self.numbered(number),
                None => self.of_places(rest),
            };
        }
        if let Some(rest) = BEHIND.iter().find_map(|word| rest.strip_prefix(word)) {
            let last = self.places.last().map(|place| place.article);
            return self.added(rest, last);
        }
        if let Some(rest) = INSIDE.iter().find_map(|word| rest.strip_prefix(word)) {
            return self.added(rest, None);
        }
        for word in ["名称", "标题", "题目"] {
            if self.places.is_empty()
                && rest.split(['修', '改', '：']).next().is_some_and(|words| words.ends_with(word))
            {
                self.pending = Some(Pending::Title);
                let from = rest.find(word).map_or(rest.len(), |at| at + word.len());
                return self.of_places(&rest[from..]);
            }
        }
        if let Some(to) = ["改为第", "调整为第", "变更为第"].iter().find_map(|word| rest.strip_prefix(word))
        {
            return self.renumber(to);
        }
        let (taken, words) = run(rest.trim_start_matches(['：', ':']));
        if !taken.is_empty() && words.is_empty() {
            return self.worded(&taken);
        }
        for word in ["修改为", "修改成", "修改如下", "改为", "表述为", "分为两条", "分为"] {
            let Some(after) = rest.strip_prefix(word) else { continue };
            let (taken, left) = run(after.trim_start_matches(['：', ':']));
            if taken.is_empty() {
                if self.pending.is_none() {
                    self.pending = Some(Pending::Words);
                }
                return if left.is_empty() { Ok(()) } else { Err(UNREAD.to_owned()) };
            }
            return if left.is_empty() { self.worded(&taken) } else { Err(UNREAD.to_owned()) };
        }
        self.within(rest)
    }

    /// Words within the places: 中的“甲”修改为“乙”, “甲”后增加“乙”, 中的“甲”删去.
    fn within(&mut self, rest: &str) -> Result<(), String> {
        let Some(begin) = rest.find(|c| quoted(c).is_some()) else {
            // Words that order nothing: what stands before an instruction.
            let orders = ["修改", "删去", "删除", "增加", "改为", "合并"].iter().any(|word| rest.contains(word));
            let speaks = !self.places.is_empty() || rest.replace("条例", "").contains(['条', '款', '章']);
            return if orders && speaks { Err(UNREAD.to_owned()) } else { Ok(()) };
        };
        if !self.reaches(&rest[..begin]) {
            return Err(UNREAD.to_owned());
        }
        let (from, after) = run(&rest[begin..]);
        let from: Vec<String> = from.into_iter().filter_map(|at| self.quotes.get(at).cloned()).collect();
        let after = after.trim_start_matches('的').trim_start_matches("字样").trim_start_matches("一词");
        if ["删去", "删除"].contains(&after) {
            let to = vec![String::new(); from.len()];
            self.swap(from, to);
            return Ok(());
        }
        let plain = ["分别", "统一", "均", "相应", "都"].iter().fold(after, |rest, word| rest.trim_start_matches(word));
        if CHANGED.iter().any(|word| plain.starts_with(word)) {
            return self.exchanged(from, plain);
        }
        let near = [("后面增加", false), ("之后增加", false), ("后增加", false), ("之前增加", true), ("前增加", true)];
        for (word, before) in near {
            if let Some(words) = after.strip_prefix(word) {
                let (words, left) = run(words.trim_start_matches(['：', ':']));
                if let (Some(words), Some(beside), true) =
                    (words.first().and_then(|at| self.quotes.get(*at)), from.first(), left.is_empty())
                {
                    let (beside, words) = (beside.clone(), words.clone());
                    if self.in_title {
                        let to = if before { format!("{words}{beside}") } else { format!("{beside}{words}") };
                        self.swap(vec![beside], vec![to]);
                    } else {
                        self.push(Step::Beside { at: self.places.clone(), beside, words, before });
                    }
                    return Ok(());
                }
            }
        }
        Err(UNREAD.to_owned())
    }

    /// Whether the words before a quotation say that it stands in the places, or in the whole text where none are named.
    fn reaches(&self, before: &str) -> bool {
        if self.in_title && (before.is_empty() || names_title(before)) {
            return true;
        }
        if matches!(self.pending, Some(Pending::Heading { .. })) || is_elsewhere(before) {
            return false;
        }
        self.in_title || !self.places.is_empty() || is_whole(before)
    }

    /// Words of the places, or of the title, give way to others.
    fn swap(&mut self, from: Vec<String>, to: Vec<String>) {
        let step = if self.in_title {
            Step::TitleWords { from, to }
        } else {
            Step::Exchange { at: self.places.clone(), from, to }
        };
        self.push(step);
    }

    /// “甲”修改为“乙”、“丙”修改为“丁”, from the first 修改为 on.
    fn exchanged(&mut self, from: Vec<String>, rest: &str) -> Result<(), String> {
        let (mut from, mut rest) = (from, rest);
        while let Some(after) = CHANGED.iter().find_map(|word| rest.strip_prefix(word)) {
            let (to, left) = run(after.trim_start_matches(['：', ':']));
            let mut to: Vec<String> = to.into_iter().filter_map(|at| self.quotes.get(at).cloned()).collect();
            // The last one is what the next 修改为 speaks of.
            let more = CHANGED.iter().any(|word| left.starts_with(word));
            let next = if more { to.pop() } else { None };
            if to.len() == 1 {
                to = vec![to[0].clone(); from.len()];
            }
            if to.len() != from.len() || (!more && !left.is_empty()) {
                return Err("前后引号里的词数量不一样，或者后面还有没看懂的话".to_owned());
            }
            self.swap(from, to);
            let Some(next) = next else { return Ok(()) };
            (from, rest) = (vec![next], left);
        }
        Ok(())
    }

    /// 删去 with what follows.
    fn deleted(&mut self, rest: &str) -> Result<(), String> {
        if let Some((number, left)) = part(rest) {
            if !left.is_empty() {
                return Err(format!("整章、整节的修改（{number}）要由人处理"));
            }
            self.push(Step::DeletePart { part: number });
            return Ok(());
        }
        let (places, left) = places(rest, self.places.last().copied());
        if !places.is_empty() {
            self.places = places;
            self.in_title = false;
        }
        if left.is_empty() && !rest.is_empty() {
            return self.delete();
        }
        let Some(begin) = left.find(|c| quoted(c).is_some()) else { return Err(UNREAD.to_owned()) };
        if names_title(&left[..begin]) {
            self.places.clear();
            self.in_title = true;
        } else if !self.reaches(&left[..begin]) {
            return Err(UNREAD.to_owned());
        }
        let (from, after) = run(&left[begin..]);
        if !["", "字样", "的字样", "的内容", "一词", "的规定"].contains(&after) {
            return Err(UNREAD.to_owned());
        }
        let from: Vec<String> = from.into_iter().filter_map(|at| self.quotes.get(at).cloned()).collect();
        let to = vec![String::new(); from.len()];
        self.swap(from, to);
        Ok(())
    }

    fn delete(&mut self) -> Result<(), String> {
        if self.places.is_empty() {
            return Err(UNREAD.to_owned());
        }
        self.push(Step::Delete { at: self.places.clone() });
        Ok(())
    }

    /// 增加 with what follows: 一条, 两款, 一项.
    fn added(&mut self, rest: &str, after: Option<(u32, u32)>) -> Result<(), String> {
        let digits: usize =
            rest.chars().take_while(|c| number::value(&c.to_string()).is_some()).map(char::len_utf8).sum();
        let rest = rest[digits..].trim_start_matches('个');
        let Some(unit) = rest.chars().next() else { return Err(UNREAD.to_owned()) };
        let place = self.places.last().copied();
        let pending = match (unit, place) {
            ('条', _) => Pending::Articles { numbers: Vec::new(), after },
            ('款', Some(place)) => Pending::Paragraphs { article: place.article, at: None },
            ('项', Some(place)) => Pending::Items { of: Place { item: None, ..place }, at: None },
            ('款' | '项', None) => return Err("没有说明在哪一条增加".to_owned()),
            ('章' | '节' | '编', _) => Pending::Part,
            // 增加“……”: words at the end of the place are not told where.
            _ => return Err(UNREAD.to_owned()),
        };
        self.pending = Some(pending);
        let behind = &rest[unit.len_utf8()..];
        if let Some(numbers) = behind.strip_prefix("作为") {
            return self.numbered(numbers);
        }
        let (taken, left) = run(behind.trim_start_matches(['：', ':']));
        match (taken.is_empty(), left.is_empty()) {
            (_, false) => Err(UNREAD.to_owned()),
            (true, true) => Ok(()),
            (false, true) => self.worded(&taken),
        }
    }

    /// 作为第五条, 作为第二款、第三款, with the words if they follow.
    fn numbered(&mut self, piece: &str) -> Result<(), String> {
        let base = match &self.pending {
            Some(Pending::Paragraphs { article, .. }) => Some(Place::article(*article)),
            Some(Pending::Items { of, .. }) => Some(*of),
            _ => None,
        };
        // The number of a new chapter stands in its heading.
        let is_part = matches!(self.pending, Some(Pending::Part));
        if let Some((_, rest)) = part(piece).filter(|_| is_part) {
            let (taken, left) = run(rest.trim_start_matches(['：', ':']));
            return match (taken.is_empty(), left.is_empty()) {
                (_, false) => Err(UNREAD.to_owned()),
                (true, true) => Ok(()),
                (false, true) => self.worded(&taken),
            };
        }
        let (named, rest) = places(piece, base);
        let Some(first) = named.first() else { return Err(UNREAD.to_owned()) };
        match &mut self.pending {
            Some(Pending::Articles { numbers, .. }) => *numbers = named.iter().map(|place| place.article).collect(),
            Some(Pending::Paragraphs { at, .. }) => *at = first.paragraph,
            Some(Pending::Items { at, .. }) => *at = first.item,
            Some(Pending::Merge { to, .. }) => *to = Some(first.article),
            // 将第五条改为第六条 may be said so: 作为第六条.
            _ => {
                let Some(from) = self.places.first().copied() else { return Err(UNREAD.to_owned()) };
                if first.article != from.article {
                    self.push(Step::Renumber { from: from.article, to: first.article });
                }
            }
        }
        let rest = ["修改为", "改为"].iter().find_map(|word| rest.strip_prefix(word)).unwrap_or(rest);
        let (taken, left) = run(rest.trim_start_matches(['：', ':']));
        match (taken.is_empty(), left.is_empty()) {
            (_, false) => Err(UNREAD.to_owned()),
            (true, true) => Ok(()),
            (false, true) => self.worded(&taken),
        }
    }

    fn renumber(&mut self, to: &str) -> Result<(), String> {
        let to = format!("第{to}");
        let (named, rest) = places(&to, self.places.first().copied());
        let from: Vec<Place> = self.places.clone();
        if named.is_empty() || named.len() != from.len() {
            return Err("条号前后的数量不一样".to_owned());
        }
        for (from, to) in from.iter().zip(&named) {
            match (from.paragraph, from.item) {
                (None, None) if to.paragraph.is_none() => {
                    self.push(Step::Renumber { from: from.article, to: to.article });
                }
                // Paragraphs and items are counted anew by themselves.
                _ => {}
            }
        }
        let (taken, left) = run(rest.trim_start_matches(['：', ':']));
        if !left.is_empty() {
            return Err(UNREAD.to_owned());
        }
        if taken.is_empty() { Ok(()) } else { self.worded(&taken) }
    }

    /// 第二章章名, 第二章增加一条.
    fn of_part(&mut self, number: String, rest: &str) -> Result<(), String> {
        let named = ["章名", "编名", "节名", "名称", "标题", "题目", "的名称", "的标题", "章标题", "节标题"];
        if let Some(rest) = named.iter().find_map(|word| rest.strip_prefix(word)) {
            self.pending = Some(Pending::Heading { part: number });
            self.places.clear();
            return self.of_places(rest);
        }
        let inner = ["中增加", "增加"].iter().find_map(|word| rest.strip_prefix(word));
        if let Some(inner) = inner {
            self.part = Some(number);
            return self.added(inner, None);
        }
        // 第二章后增加一章: where it stands its own number says.
        let behind = BEHIND.iter().find_map(|word| rest.strip_prefix(word));
        let counted = |c: char| number::value(&c.to_string()).is_some() || c == '个';
        if let Some(rest) = behind
            && rest.trim_start_matches(counted).starts_with(['编', '章', '节'])
        {
            return self.added(rest, None);
        }
        if let Some(rest) = rest.strip_prefix('中').or_else(|| rest.strip_prefix("的")) {
            return self.piece(rest);
        }
        Err(format!("整章、整节的修改（{number}）要由人处理"))
    }

    /// The quoted words have come: the instruction is whole.
    fn worded(&mut self, taken: &[usize]) -> Result<(), String> {
        let words: Vec<&str> = taken.iter().filter_map(|at| self.quotes.get(*at)).map(String::as_str).collect();
        let words = words.join("\n");
        let step = match self.pending.take() {
            Some(Pending::Articles { numbers, after }) => {
                Step::Insert { numbers, after, part: self.part.take(), words }
            }
            Some(Pending::Paragraphs { article, at }) => Step::InsertParagraph { article, at, words },
            Some(Pending::Items { of, at }) => Step::InsertItem { of, at, words },
            Some(Pending::Merge { from, to }) => Step::Merge { from, to, words },
            Some(Pending::Part) => Step::InsertPart { words },
            Some(Pending::Heading { part }) => Step::Heading { part, words },
            Some(Pending::Title) => Step::Title { words },
            Some(Pending::Words) | None if self.places.is_empty() => {
                return Err("没有说明修改的是哪一条".to_owned());
            }
            Some(Pending::Words) | None => Step::Replace { at: self.places.clone(), words },
        };
        self.push(step);
        Ok(())
    }
}

/// Words after a place behind which something comes.
const BEHIND: [&str; 4] = ["后面增加", "之后增加", "后增加", "后新增"];

/// Words after a place in which something comes.
const INSIDE: [&str; 5] = ["中增加", "中新增", "增加", "新增", "增设"];

/// Whether words before a quotation say that it stands in the title of the text, not of a chapter or an article.
fn names_title(before: &str) -> bool {
    let before = before.trim_end_matches(['的', '里', '中']);
    ["名称", "标题", "题目"].iter().any(|word| before.strip_suffix(word).is_some_and(is_whole))
}

/// Words between what was and what is.
const CHANGED: [&str; 4] = ["修改为", "修改成", "改为", "替换为"];

const UNREAD: &str = "没有看懂这一句，请由人处理";

/// The titles of all amending decisions of which a text holds the first line, each once: of two that stand one behind the other the
/// numbers of the second mean what the first has made.
pub fn decisions(text: &str) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for line in text.lines().map(|line| line.trim().trim_start_matches('#').trim()) {
        let amends = line.contains("关于") && line.contains("修改") && line.ends_with("决定");
        if amends && is_title(line) && !found.iter().any(|known| known == line) {
            found.push(line.to_owned());
        }
    }
    found
}
