//! The upper part of a document: marks above the red line, issuing organ, number, title, the line that tells of a law
//! who passed it, addressee.

use std::collections::BTreeSet;

use jiff::civil::Date;

use crate::{
    Act, Adoption, Field, Found, Layout,
    dates::{self, alone},
    numbers,
    words::{self, Lines, addressee, begins_text, dense, ends_as_title, is_organ, tight},
};

/// Paragraphs with words in which a head ends.
const LONGEST: usize = 40;
/// Lines over which a title runs.
const TITLE_LINES: usize = 6;
/// Characters of a line of a title.
const TITLE_LINE: usize = 80;

/// What is seen on the way down.
#[derive(Default)]
struct Seen {
    organs: Vec<(usize, String)>,
    numbers: Vec<(usize, String)>,
    title: Vec<usize>,
    /// Whether the title ended by itself.
    ended: bool,
    /// An order without its count yet: 青禾县人民政府令.
    order: Option<(usize, String)>,
}

/// Reads the head into the layout and gives the place behind it.
pub(crate) fn read(lines: &Lines<'_>, layout: &mut Layout) -> usize {
    let mut seen = Seen::default();
    let mut next = lines.next(0);
    let mut steps = 0;
    while let Some(at) = next.filter(|_| steps < LONGEST) {
        steps += 1;
        let here =
            if seen.title.is_empty() { above(lines, at, &mut seen) } else { below(lines, at, &mut seen, layout) };
        if !here {
            break;
        }
        next = lines.next(at + 1);
    }
    let behind = next.unwrap_or(lines.count());
    put_organ(&seen, layout);
    put_title(lines, &seen, layout);
    put_number(&seen, layout);
    behind
}

/// Places of the head that are no text: what the standard puts above the red line, number and title.
pub(crate) fn left_out(layout: &Layout, lines: &Lines<'_>, behind: usize) -> BTreeSet<usize> {
    let mut out: BTreeSet<usize> = BTreeSet::new();
    out.extend(layout.organ.iter().flat_map(|found| found.at.iter().copied()));
    out.extend(layout.title.iter().flat_map(|found| found.at.iter().copied()));
    let told: BTreeSet<usize> = layout.adoptions.iter().map(|step| step.at).collect();
    for at in 0..behind {
        let words = lines.dense(at);
        let number = numbers::head_line(words).is_some() || numbers::count_alone(words).is_some();
        if !told.contains(&at) && (number || is_mark(words)) {
            out.insert(at);
        }
    }
    out
}

/// 份号, 紧急程度, and what printers put there.
fn is_mark(words: &str) -> bool {
    const URGENT: [&str; 5] = ["特急", "加急", "平急", "特提", "急件"];
    let copy = words.len() == 6 && words.bytes().all(|b| b.is_ascii_digit());
    let comment = words.starts_with("<!--") && words.ends_with("-->");
    copy || comment || URGENT.contains(&words)
}

/// A line before the title. `false`: the head ends here without one.
fn above(lines: &Lines<'_>, at: usize, seen: &mut Seen) -> bool {
    let words = lines.dense(at);
    if is_mark(words) {
        return true;
    }
    // A mark is told apart and is never the title.
    if lines.is_marked(at) {
        return true;
    }
    if let Some(number) = numbers::head_line(words) {
        seen.numbers.push((at, number.number));
        return true;
    }
    if let Some(count) = numbers::count_alone(words) {
        let order = seen.order.take().map(|(_, order)| order).unwrap_or_default();
        seen.numbers.push((at, format!("{order}{count}")));
        return true;
    }
    if lines.paragraph(at).shown.heading == 1 {
        seen.title.push(at);
        return true;
    }
    if let Some(organ) = words.strip_suffix("文件").filter(|organ| is_red_head(organ)) {
        seen.organs.push((at, organ.to_owned()));
        return true;
    }
    if let Some(organ) = words.strip_suffix('令').filter(|organ| is_organ(organ)) {
        seen.organs.push((at, organ.to_owned()));
        seen.order = Some((at, words.to_owned()));
        return true;
    }
    if is_organ(words) && heads_something(lines, at) {
        seen.organs.push((at, words.to_owned()));
        return true;
    }
    if begins_text(words)
        || words.ends_with(['。', '；'])
        || words.chars().count() > TITLE_LINE
        || addressee(words).is_some()
    {
        return false;
    }
    if alone(words).is_some() {
        return true;
    }
    seen.title.push(at);
    true
}

/// The name before 文件 on a red head: of one organ, or of several on one line.
fn is_red_head(named: &str) -> bool {
    is_organ(named) || (named.chars().count() <= 60 && named.contains("政府") && !named.contains(words::SENTENCE))
}

/// Whether a line with an organ alone is a head: a number or a title follows, not the first line of a longer title.
fn heads_something(lines: &Lines<'_>, at: usize) -> bool {
    let Some(behind) = lines.next(at + 1) else { return false };
    let words = lines.dense(behind);
    // 青禾县人民政府 / 关于…的通知 is a title of two lines: there the organ belongs to it.
    let titled = lines.paragraph(behind).shown.heading == 1 && !words.starts_with("关于");
    numbers::head_line(words).is_some()
        || numbers::count_alone(words).is_some()
        || words.ends_with("文件")
        || is_organ(words)
        || titled
}

/// A line below the first of the title. `false`: the head ends before it.
fn below(lines: &Lines<'_>, at: usize, seen: &mut Seen, layout: &mut Layout) -> bool {
    let words = lines.dense(at);
    if is_mark(words) || lines.is_marked(at) {
        return true;
    }
    if let Some(number) = numbers::head_line(words).map(|seen| seen.number).or_else(|| numbers::count_alone(words)) {
        seen.ended = true;
        seen.numbers.push((at, number));
        return true;
    }
    if adoptions(words, at, layout) {
        seen.ended = true;
        return true;
    }
    if let Some(names) = addressee(words) {
        seen.ended = true;
        layout.addressee = Some(Found::sure(names.to_owned(), vec![at]));
        // The head ends behind it, and the text begins with it.
        return false;
    }
    if let Some(on) = alone(words).or_else(|| bracketed(words)) {
        seen.ended = true;
        if layout.written.is_none() {
            layout.written = Some(Found::sure(on, vec![at]));
        }
        return true;
    }
    if seen.ended || !continues(lines, at, seen) {
        return false;
    }
    seen.title.push(at);
    true
}

/// A date alone in brackets below a title.
fn bracketed(words: &str) -> Option<Date> {
    let inside = words.strip_prefix(['（', '('])?.strip_suffix(['）', ')'])?;
    alone(inside)
}

/// Whether a line is more of the title.
fn continues(lines: &Lines<'_>, at: usize, seen: &Seen) -> bool {
    let words = lines.dense(at);
    let so_far: String = seen.title.iter().map(|at| lines.dense(*at)).collect();
    let note = words.starts_with(['（', '(']) && words.ends_with(['）', ')']) && words.chars().count() <= 20;
    let heading = |at: usize| lines.paragraph(at).shown.heading;
    let first = seen.title[0];
    if note && !begins_text(words) {
        return true;
    }
    if ends_as_title(&so_far) || seen.title.len() >= TITLE_LINES || heading(first) != heading(at) {
        return false;
    }
    !begins_text(words) && words.chars().count() <= TITLE_LINE && !words.contains(['。', '；', '：'])
}

/// The line under the title that tells who passed, published and changed a law: each step of it. `false`: it is none.
fn adoptions(words: &str, at: usize, layout: &mut Layout) -> bool {
    const SAID: [&str; 14] = [
        "通过", "批准", "公布", "发布", "修订", "修正", "修改", "施行", "颁布", "令第", "实施", "执行", "会议", "决定",
    ];
    /// A date with the name of an organ, as laws of the first decades have it.
    const SHORT: usize = 24;
    const MOST: usize = 800;
    let inside = words.trim_start_matches(['（', '(']);
    let from = inside.strip_prefix("根据").unwrap_or(inside);
    let begins = dates::in_text(from).first().is_some_and(|seen| seen.start == 0);
    let changed =
        ["修正。", "修订。", "公布。", "施行。"].iter().any(|end| words.ends_with(end)) && words.contains('令');
    let sentence = words.ends_with('。') && !words.starts_with(['（', '(']) && !changed;
    let length = words.chars().count();
    let said = SAID.iter().any(|said| words.contains(said)) || (length <= SHORT && alone(words).is_none());
    if !begins || sentence || length > MOST || !said {
        return false;
    }
    let seen = dates::in_text(words);
    for (place, date) in seen.iter().enumerate() {
        let end = seen.get(place + 1).map_or(words.len(), |next| next.start);
        let told = words[date.end..end].trim_matches(|c: char| "，、；。（）();,".contains(c));
        let told = told.trim_end_matches("根据");
        layout.adoptions.push(Adoption { on: date.on, act: act(told), words: told.to_owned(), at });
    }
    true
}

/// What was done, by its words. A decision that changes a law is named before what it does to it: the end counts.
fn act(told: &str) -> Act {
    if ["起施行", "施行", "起实施", "实施", "起执行", "执行"].iter().any(|word| told.starts_with(word)) {
        return Act::InForce;
    }
    let outside = without_names(told);
    for (word, act) in [
        ("修订", Act::Revised),
        ("修正", Act::Revised),
        ("修改", Act::Revised),
        ("公布", Act::Published),
        ("发布", Act::Published),
        ("颁布", Act::Published),
        ("批准", Act::Approved),
        ("通过", Act::Passed),
        ("令第", Act::Published),
    ] {
        if outside.contains(word) {
            return act;
        }
    }
    Act::Other
}

/// Without what stands in 《》.
fn without_names(text: &str) -> String {
    let mut depth = 0_usize;
    let mut out = String::new();
    for c in text.chars() {
        match c {
            '《' => depth += 1,
            '》' => depth = depth.saturating_sub(1),
            _ if depth == 0 => out.push(c),
            _ => {}
        }
    }
    out
}

fn put_organ(seen: &Seen, layout: &mut Layout) {
    if seen.organs.is_empty() {
        return;
    }
    let at = seen.organs.iter().map(|(at, _)| *at).collect();
    let names = words::each_once(seen.organs.iter().map(|(_, name)| name.clone()));
    layout.organ = Some(Found::sure(names.join("、"), at));
}

fn put_title(lines: &Lines<'_>, seen: &Seen, layout: &mut Layout) {
    if seen.title.is_empty() {
        return;
    }
    let mut title = String::new();
    for at in &seen.title {
        title.push_str(&tight(&lines.paragraph(*at).text));
    }
    let heading = lines.paragraph(seen.title[0]).shown.heading == 1;
    if heading || ends_as_title(&dense(&title)) {
        layout.title = Some(Found::sure(title, seen.title.clone()));
        return;
    }
    let first = title.chars().take(40).collect::<String>();
    layout.doubt(Field::Title, format!("把开头的“{first}”当作标题，它不像公文标题，请核对。"));
    layout.title = Some(Found::doubtful(title, seen.title.clone()));
}

fn put_number(seen: &Seen, layout: &mut Layout) {
    let places = |number: &str| seen.numbers.iter().filter(|(_, known)| known == number).map(|(at, _)| *at).collect();
    let in_head = words::each_once(seen.numbers.iter().map(|(_, number)| number.clone()));
    match in_head.as_slice() {
        [] => {}
        [number] => {
            layout.number = Some(Found::sure(number.clone(), places(number)));
            return;
        }
        [first, ..] => {
            layout.doubt(Field::Number, format!("文件头有 {} 个文号：{}，请核对。", in_head.len(), in_head.join("、")));
            layout.number = Some(Found::doubtful(first.clone(), places(first)));
            return;
        }
    }
    let orders: Vec<(usize, String, Date)> = layout
        .adoptions
        .iter()
        .filter_map(|step| Some((step.at, numbers::order(&step.words)?.number, step.on)))
        .collect();
    let Some((at, number, _)) = orders.iter().max_by_key(|(_, _, on)| *on).cloned() else { return };
    let all = words::each_once(orders.into_iter().map(|(_, number, _)| number));
    if all.len() == 1 {
        layout.number = Some(Found::sure(number, vec![at]));
        return;
    }
    let words = format!("题注里有 {} 个令号：{}，取最后公布的，请核对。", all.len(), all.join("、"));
    layout.doubt(Field::Number, words);
    layout.number = Some(Found::doubtful(number, vec![at]));
}
