//! In which order the articles stand after a decision, and what numbers they bear.

/// An article while a decision is applied.
#[derive(Debug, Clone, Default)]
pub(super) struct Work {
    /// Its number in the old text; `None` for one that came.
    pub(super) old: Option<(u32, u32)>,
    /// The number that the decision gives it.
    pub(super) stated: Option<(u32, u32)>,
    /// As the old text writes its number.
    pub(super) number: String,
    pub(super) lines: Vec<String>,
    /// In the parts of the old text.
    pub(super) part: Option<usize>,
    pub(super) gone: bool,
    /// The decision wrote it anew: its references are those of the new text.
    pub(super) rewritten: bool,
    /// Words that the decision put into it: their references are those of the new text, too.
    pub(super) put: Vec<String>,
}

impl Work {
    /// The number that it bears as far as is known.
    pub(super) fn number_now(&self) -> Option<(u32, u32)> {
        self.stated.or(self.old)
    }
}

/// Articles in their new order; those that stay count through where `anew`, else each keeps its number.
pub(super) fn ordered(all: Vec<Work>, anew: bool) -> Vec<Work> {
    let (mut stated, stay): (Vec<Work>, Vec<Work>) =
        all.into_iter().filter(|work| !work.gone).partition(|work| work.stated.is_some());
    stated.sort_by_key(|work| work.stated);
    let mut out = if anew { counted(stated, stay) } else { merged(stated, stay) };
    // What came stands in the part of its neighbour.
    for at in 0..out.len() {
        if out[at].part.is_none() && out[at].old.is_none() {
            let before = at.checked_sub(1).map(|before| out[before].part);
            out[at].part = before.or_else(|| out.get(at + 1).map(|next| next.part)).flatten();
        }
    }
    out
}

/// Those with a number stand where it counts to, the others fill up in their order.
fn counted(stated: Vec<Work>, stay: Vec<Work>) -> Vec<Work> {
    let (mut stated, mut stay) = (stated.into_iter().peekable(), stay.into_iter().peekable());
    let (mut out, mut count): (Vec<Work>, u32) = (Vec::new(), 0);
    loop {
        // 第五条之一 follows 第五条, whichever that is now.
        let more = |work: &Work| work.stated.is_some_and(|(number, more)| more > 0 && number <= count);
        if let Some(work) = stated.next_if(more) {
            out.push(work);
            continue;
        }
        let more = |work: &Work| work.old.is_some_and(|(_, more)| more > 0);
        if let Some(mut work) = stay.next_if(more) {
            let last =
                out.last().and_then(Work::number_now).filter(|(number, _)| *number == count).map_or(0, |one| one.1);
            work.stated = Some((count.max(1), last + 1));
            out.push(work);
            continue;
        }
        let due = |work: &Work| work.stated.is_some_and(|(number, _)| number <= count + 1);
        let next = match stated.next_if(due) {
            Some(work) => Some(work),
            None => stay.next().or_else(|| stated.next()),
        };
        let Some(mut work) = next else { return out };
        count += 1;
        work.stated = Some((count, 0));
        out.push(work);
    }
}

/// Each where its number sorts it.
fn merged(stated: Vec<Work>, stay: Vec<Work>) -> Vec<Work> {
    let (mut stated, mut out) = (stated.into_iter().peekable(), Vec::new());
    for work in stay {
        while let Some(before) = stated.next_if(|one| one.stated < work.old) {
            out.push(before);
        }
        out.push(work);
    }
    out.extend(stated);
    out
}

/// Whether a number that the decision gives is one that another article keeps: then all that follow count on.
pub(super) fn collides(all: &[Work]) -> bool {
    let kept: Vec<_> =
        all.iter().filter(|work| !work.gone && work.stated.is_none()).filter_map(|work| work.old).collect();
    all.iter().filter(|work| !work.gone).filter_map(|work| work.stated).any(|stated| kept.contains(&stated))
}
