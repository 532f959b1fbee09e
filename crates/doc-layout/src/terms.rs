//! From when until when a document holds, as its own sentences say.

use jiff::{ToSpan, civil::Date};

use crate::{
    Act, Field, Found, Layout,
    dates::{self, numeral},
    tail,
    words::Lines,
};

/// Verbs of coming into force.
const BEGINS: [&str; 6] = ["起施行", "起实施", "起执行", "起生效", "起正式施行", "起试行"];

/// Reads the days of coming into force and of the end of validity into the layout.
pub(crate) fn read(lines: &Lines<'_>, from: usize, layout: &mut Layout) {
    let mut begins: Vec<(usize, Date)> = Vec::new();
    let mut ends: Vec<(usize, Date)> = Vec::new();
    let mut term: Option<(usize, u32)> = None;
    let told = layout.adoptions.iter().filter(|step| step.act == Act::InForce);
    begins.extend(told.map(|step| (step.at, step.on)));
    let noted: Vec<usize> = layout.adoptions.iter().map(|step| step.at).collect();
    let places = (from..lines.count()).filter(|at| !noted.contains(at) && !tail::is_date_line(lines, *at));
    for at in places {
        for sentence in lines.dense(at).split(['。', '；']) {
            begins.extend(beginning(sentence, layout).map(|on| (at, on)));
            ends.extend(end(sentence).map(|on| (at, on)));
            term = term.or_else(|| years(sentence).map(|years| (at, years)));
        }
    }
    put_beginning(&begins, layout);
    put_end(&ends, term, layout);
}

/// The day on which a sentence lets this document begin: 本办法自2020年5月1日起施行.
fn beginning(sentence: &str, layout: &Layout) -> Option<Date> {
    let own = |before: &str| before.contains('本') || before.ends_with('自') && before.chars().count() <= 3;
    for seen in dates::in_text(sentence) {
        let (before, behind) = (&sentence[..seen.start], &sentence[seen.end..]);
        let from = before.ends_with('自') || before.ends_with('从') || before.ends_with('于');
        if from && own(before) && BEGINS.iter().any(|verb| behind.starts_with(verb)) {
            return Some(seen.on);
        }
    }
    const MADE: [&str; 5] = ["公布之日", "发布之日", "印发之日", "颁布之日", "下发之日"];
    let at_once = MADE.iter().any(|day| {
        sentence
            .split_once(day)
            .is_some_and(|(before, behind)| own(before) && BEGINS.iter().any(|verb| behind.starts_with(verb)))
    });
    at_once.then(|| layout.written.as_ref().map(|written| written.value)).flatten()
}

/// The last day of validity that a sentence names.
fn end(sentence: &str) -> Option<Date> {
    let (_, behind) = sentence.split_once("有效期")?;
    for seen in dates::in_text(behind) {
        let before = &behind[..seen.start];
        if ["至", "到", "截至", "截止"].iter().any(|word| before.ends_with(word)) && before.chars().count() <= 30
        {
            return Some(seen.on);
        }
    }
    None
}

/// 有效期五年, 有效期为5年.
fn years(sentence: &str) -> Option<u32> {
    let at = sentence.find("有效期").or_else(|| sentence.find("试行期"))?;
    let behind = &sentence[at + "有效期".len()..];
    let behind = behind.trim_start_matches(['为', '是', '限', '：', ':']);
    let (count, _) = behind.split_once('年')?;
    let token: Vec<char> = count.chars().collect();
    numeral(&token).filter(|years| (1..=30).contains(years))
}

fn put_beginning(begins: &[(usize, Date)], layout: &mut Layout) {
    let Some((at, on)) = begins.first().copied() else { return };
    if begins.iter().all(|(_, other)| *other == on) {
        let sure = layout.written.as_ref().is_none_or(|written| written.is_sure() || written.value != on);
        let found = if sure { Found::sure(on, vec![at]) } else { Found::doubtful(on, vec![at]) };
        layout.effective = Some(found);
        return;
    }
    let days = crate::words::each_once(begins.iter().map(|(_, on)| *on));
    let told = days.iter().map(ToString::to_string).collect::<Vec<_>>().join("、");
    layout.doubt(Field::Effective, format!("文中有 {} 个施行日期：{told}，请核对。", days.len()));
    layout.effective = Some(Found::doubtful(on, vec![at]));
}

fn put_end(ends: &[(usize, Date)], term: Option<(usize, u32)>, layout: &mut Layout) {
    if let Some((at, on)) = ends.first().copied() {
        if ends.iter().any(|(_, other)| *other != on) {
            layout.doubt(Field::Expires, format!("文中有几个有效期截止日期，取 {on}，请核对。"));
            layout.expires = Some(Found::doubtful(on, vec![at]));
        } else {
            layout.expires = Some(Found::sure(on, vec![at]));
        }
        return;
    }
    let Some((at, years)) = term else { return };
    let from = layout.effective.as_ref().or(layout.written.as_ref()).map(|found| found.value);
    let last = from.and_then(|from| from.checked_add(i64::from(years).years()).ok()?.yesterday().ok());
    let Some(last) = last else {
        layout.doubt(Field::Expires, format!("文中写有效期 {years} 年，没有认出从哪一天起算，请填写截止日期。"));
        return;
    };
    let words = format!("文中写有效期 {years} 年，推算到 {last}，请核对起算日期。");
    layout.doubt(Field::Expires, words);
    layout.expires = Some(Found::doubtful(last, vec![at]));
}
