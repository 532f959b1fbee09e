//! The lower part of a document: attachments, signature and date, notes, the print line.

use std::collections::BTreeSet;

use jiff::civil::Date;

use crate::{
    Field, Found, Layout, PrintLine,
    dates::{alone, at_end},
    words::{self, Lines, begins_text, is_organ, organs_on, tight},
};

/// Paragraphs with words at the end among which the print line stands.
const PRINT_ZONE: usize = 8;
/// Organs that sign below each other.
const SIGNERS: usize = 8;

/// A signature with its date.
struct Signed {
    organs: Vec<String>,
    on: Date,
    at: Vec<usize>,
}

/// Reads the tail into the layout; gives the places of the print line and what stands around it, which are no text.
pub(crate) fn read(lines: &Lines<'_>, from: usize, layout: &mut Layout) -> BTreeSet<usize> {
    let left_out = print_zone(lines, from, layout);
    signatures(lines, from, &left_out, layout);
    notes(lines, from, &left_out, layout);
    left_out
}

/// 抄送, 印发机关和印发日期, page numbers: from the end upwards.
fn print_zone(lines: &Lines<'_>, from: usize, layout: &mut Layout) -> BTreeSet<usize> {
    let mut out = BTreeSet::new();
    let mut end = lines.count();
    for _ in 0..PRINT_ZONE {
        let Some(at) = lines.before(end, from) else { break };
        let words = lines.dense(at);
        let copy = ["抄送", "主送", "分送", "报送", "共印"].iter().any(|start| words.starts_with(start));
        let page = words.chars().all(|c| c.is_ascii_digit() || "—-－–·第页共".contains(c));
        let option = words.contains("公开选项") || words.contains("公开属性") || words.starts_with("公开方式");
        let printed = printed(words);
        if let Some(line) = &printed {
            layout.printed = Some(Found::sure(line.clone(), vec![at]));
        }
        let option = lines.is_marked(at) || (option && words.chars().count() <= 30);
        if !(copy || page || printed.is_some() || option) {
            break;
        }
        // What says that the text is not for the public stays in it, where the checks find it.
        if !lines.is_marked(at) {
            out.insert(at);
        }
        end = at;
    }
    // Nothing but a page number or a word of copies is no print line: a list may end so.
    if layout.printed.is_none() && !out.iter().any(|at| lines.dense(*at).starts_with("抄送")) {
        out.clear();
    }
    out
}

/// 青禾县人民政府办公室　　2026年3月6日印发.
fn printed(words: &str) -> Option<PrintLine> {
    let bare = words.strip_suffix("印发").or_else(|| words.strip_suffix("印制"))?;
    let (organ, on) = match alone(bare) {
        Some(on) => ("", on),
        None => at_end(bare)?,
    };
    (organ.is_empty() || is_organ(organ)).then(|| PrintLine { organ: organ.to_owned(), on })
}

/// Signatures with dates: an organ, or several, and a date below or beside. An attached text may have another of its own.
fn signatures(lines: &Lines<'_>, from: usize, left_out: &BTreeSet<usize>, layout: &mut Layout) {
    let mut signed: Vec<Signed> = Vec::new();
    let mut unsigned: Vec<(usize, Date)> = Vec::new();
    for at in (from..lines.count()).filter(|at| !left_out.contains(at)) {
        let words = lines.dense(at);
        if let Some(on) = alone(words) {
            let (organs, mut places) = signers(lines, at, from);
            if organs.is_empty() {
                unsigned.push((at, on));
            } else {
                places.push(at);
                signed.push(Signed { organs, on, at: places });
            }
        } else if let Some((organ, on)) = at_end(words).filter(|(organ, _)| is_organ(organ)) {
            signed.push(Signed { organs: vec![organ.to_owned()], on, at: vec![at] });
        }
    }
    let Some(first) = signed.first() else {
        if let Some((at, on)) = unsigned.first().copied().filter(|_| layout.written.is_none()) {
            layout.doubt(Field::Written, format!("日期 {on} 上面没有认出署名，请核对成文日期。"));
            layout.written = Some(Found::doubtful(on, vec![at]));
        }
        return;
    };
    layout.signature = Some(Found::sure(first.organs.join("、"), first.at.clone()));
    let days = words::each_once(signed.iter().map(|one| one.on));
    let (on, at) = (first.on, first.at.last().copied().into_iter().collect());
    if days.len() == 1 {
        layout.written = Some(Found::sure(on, at));
        return;
    }
    let told = days.iter().map(ToString::to_string).collect::<Vec<_>>().join("、");
    layout.doubt(Field::Written, format!("有 {} 处落款，日期是 {told}，取第一处，请核对成文日期。", signed.len()));
    layout.written = Some(Found::doubtful(on, at));
}

/// The organs directly above a date, from above, and where they stand.
fn signers(lines: &Lines<'_>, date: usize, from: usize) -> (Vec<String>, Vec<usize>) {
    let (mut organs, mut places) = (Vec::new(), Vec::new());
    let mut end = date;
    while let Some(at) = lines.before(end, from).filter(|_| places.len() < SIGNERS) {
        let Some(found) = organs_on(&lines.paragraph(at).text) else { break };
        organs.splice(0..0, found);
        places.insert(0, at);
        end = at;
    }
    (organs, places)
}

/// 附件说明 and 附注.
fn notes(lines: &Lines<'_>, from: usize, left_out: &BTreeSet<usize>, layout: &mut Layout) {
    const LONGEST: usize = 120;
    let mut listing = false;
    for at in (from..lines.count()).filter(|at| !left_out.contains(at)) {
        let words = lines.dense(at);
        if words.is_empty() {
            continue;
        }
        let short = words.chars().count() <= LONGEST && !words.ends_with('。');
        if let Some(rest) = words.strip_prefix("附件：").or_else(|| words.strip_prefix("附件:")).filter(|_| short)
        {
            listing = layout.attachments.is_empty();
            if listing && !rest.is_empty() {
                let line = tight(&lines.paragraph(at).text);
                let item = line.split_once(['：', ':']).map_or("", |(_, item)| item);
                layout.attachments.push(Found::sure(unnumbered(item).to_owned(), vec![at]));
            }
            continue;
        }
        if listing && short && begins_text(words) && words.starts_with(|c: char| c.is_ascii_digit()) {
            let line = tight(&lines.paragraph(at).text);
            layout.attachments.push(Found::sure(unnumbered(&line).to_owned(), vec![at]));
            continue;
        }
        listing = false;
        let inside = words.starts_with(['（', '(']) && words.ends_with(['）', ')']);
        let said =
            ["此件", "联系人", "联系电话", "不公开", "主动公开", "依申请公开"].iter().any(|said| words.contains(said));
        if inside && said && words.chars().count() <= LONGEST {
            layout.annotations.push(Found::sure(words.to_owned(), vec![at]));
        }
    }
}

/// An item without its number.
fn unnumbered(item: &str) -> &str {
    let rest = item.trim_start_matches(|c: char| c.is_ascii_digit());
    let bare = rest.trim_start_matches(['.', '．', '、']);
    // 2026年度… begins with a year, not with a number.
    if bare.len() < rest.len() && rest.len() < item.len() { bare.trim_start() } else { item }
}

/// The places at which a text has dates that stand in the tail: for whoever looks for days in sentences.
pub(crate) fn is_date_line(lines: &Lines<'_>, at: usize) -> bool {
    alone(lines.dense(at)).is_some()
}
