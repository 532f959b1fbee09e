//! A decision at a gate, however it comes: from the page of a text, by a one-time link, as one of several. What was sent is read,
//! and what must hold is asked, here alone; the ways differ in what they show before and say afterwards.

use std::sync::Arc;

use document::{Whole, rows};
use kernel::{Actor, Staff, id::EditionId, time};
use review::{
    Matter, Word,
    link::{self, Link},
    settings::MOST_QUESTIONS,
};
use store::Tx;
use web::{Ctx, Refusal, Result};

use crate::editions::{
    anew::Anew,
    checks,
    deciding::{self, Approved},
    subject,
};

/// Places of the questions that were ticked (`tick0`, `tick1` …).
#[derive(Debug, Clone, Default)]
pub(super) struct Ticks(Vec<usize>);

impl Ticks {
    /// Takes a field of a form, if it is a tick: anything but what the box of the page sends is none.
    pub(super) fn take(&mut self, key: &str, value: &str) {
        let place = key.strip_prefix("tick").filter(|_| value == "1").and_then(|place| place.parse::<usize>().ok());
        if self.0.len() < MOST_QUESTIONS {
            self.0.extend(place);
        }
    }

    pub(super) fn places(&self) -> &[usize] {
        &self.0
    }
}

/// By what it was opened.
#[derive(Debug, Clone, Copy)]
pub(super) enum By<'a> {
    /// A page of the office, with the code of the gate at which the edition stood then; empty = not told.
    Page(&'a str),
    /// A link, which is used up by it.
    Link(&'a Link),
}

/// What was seen, and by what.
#[derive(Debug, Clone, Copy)]
pub(super) struct Seen<'a> {
    /// Of the edition, as it was shown.
    pub(super) version: i64,
    pub(super) by: By<'a>,
}

/// What must be looked at before the write: what has not been looked through, and everything once more where this pass makes it
/// public.
///
/// # Errors
/// When it cannot be read or looked at.
pub(super) async fn looked(ctx: &Ctx, staff: &Staff, id: &EditionId) -> Result<Option<Arc<Anew>>> {
    let whole = rows::read(ctx.db().read(), &crate::house(ctx), &Actor::Staff(staff.clone()), id).await?;
    checks::ensure(ctx, &whole).await?;
    deciding::look_before_the_last(ctx, staff, &whole).await
}

/// The edition as the person saw it. Who may not pass its gate is refused before anything else is told, but for one thing: that
/// somebody was faster, or that the link decides nothing any more.
///
/// # Errors
/// With why nothing can be decided.
pub(super) async fn seen(
    ctx: &Ctx,
    tx: &mut Tx,
    staff: &Staff,
    id: &EditionId,
    by: Seen<'_>,
) -> Result<Whole, Refusal> {
    let house = crate::house(ctx);
    let whole = rows::load(tx, &house, &Actor::Staff(staff.clone()), id).await?;
    match by.by {
        By::Page(gate) => deciding::still_there(tx, staff, &whole, gate).await?,
        By::Link(link) => {
            rows::same_version(&whole.edition, by.version)?;
            let review = review::rows::newest(tx.conn(), &checks::about(&whole)).await?;
            link::redeem(tx, link, review.as_ref(), &checks::parts(&house, &whole)?).await?;
        }
    }
    deciding::may_decide(tx, staff, &whole).await?;
    rows::same_version(&whole.edition, by.version)?;
    Ok(whole)
}

/// 通过: what came of it, with the title.
///
/// # Errors
/// As [`seen`], and with what the review refuses.
pub(super) async fn pass(
    ctx: &Ctx,
    tx: &mut Tx,
    staff: &Staff,
    (id, seen_by): (&EditionId, Seen<'_>),
    (word, anew): (Word<'_>, Option<Arc<Anew>>),
) -> Result<(String, Approved), Refusal> {
    let whole = seen(ctx, tx, staff, id, seen_by).await?;
    let used = used(ctx, tx, &whole, seen_by).await?;
    let approved = deciding::approve(ctx, tx, &Actor::Staff(staff.clone()), (&whole, anew), word).await?;
    told(tx, staff, used).await?;
    Ok((whole.edition.shown_title().to_owned(), approved))
}

/// 退回, with the reason: the title.
///
/// # Errors
/// As [`seen`], and with what the review refuses.
pub(super) async fn send_back(
    ctx: &Ctx,
    tx: &mut Tx,
    staff: &Staff,
    (id, seen_by): (&EditionId, Seen<'_>),
    word: Word<'_>,
) -> Result<String, Refusal> {
    let whole = seen(ctx, tx, staff, id, seen_by).await?;
    let used = used(ctx, tx, &whole, seen_by).await?;
    deciding::send_back(ctx, tx, &Actor::Staff(staff.clone()), &whole, word).await?;
    told(tx, staff, used).await?;
    Ok(whole.edition.shown_title().to_owned())
}

/// The link by which it is decided, with the text that it opened; read before anything is written.
async fn used<'a>(ctx: &Ctx, tx: &mut Tx, whole: &Whole, by: Seen<'a>) -> Result<Option<(Matter, &'a Link)>, Refusal> {
    Ok(match by.by {
        By::Page(_) => None,
        By::Link(link) => Some((subject::matter(ctx, tx, whole).await?, link)),
    })
}

/// What was decided by a link is told in the log as that, too.
async fn told(tx: &mut Tx, staff: &Staff, used: Option<(Matter, &Link)>) -> Result<(), Refusal> {
    if let Some((matter, used)) = used {
        link::told(tx, &Actor::Staff(staff.clone()), &matter, used).await?;
    }
    Ok(())
}

/// What came of a pass, in a sentence for whoever gave it.
pub(super) fn passed(title: &str, what: &Approved) -> String {
    match what {
        Approved::Second(gate) => format!("已通过。{gate}由两人先后审核，《{title}》还需另一位审核员通过。"),
        Approved::To(gate) => format!("已通过。《{title}》现在到了{gate}。"),
        Approved::Out(now) if now.state == "scheduled" => {
            format!("已通过全部审核。《{title}》将于 {} 自动发布。", time::show_minute(&now.publish_at))
        }
        Approved::Out(_) => format!("已通过全部审核。《{title}》已向社会公开。"),
        Approved::Waiting(what) => format!("已通过全部审核。《{title}》还没有公开：{what}"),
    }
}

/// The same in a line of a list that has the title.
pub(super) fn passed_in_list(what: &Approved) -> String {
    match what {
        Approved::Second(_) => "已通过，还需另一位审核员通过".to_owned(),
        Approved::To(next) => format!("已通过，到了{next}"),
        Approved::Out(now) if now.state == "scheduled" => "已通过全部审核，等待定时发布".to_owned(),
        Approved::Out(_) => "已通过全部审核，已向社会公开".to_owned(),
        Approved::Waiting(what) => format!("已通过全部审核，还没有公开：{what}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_tick_is_what_the_box_sends() {
        let mut ticks = Ticks::default();
        for (key, value) in
            [("tick0", "1"), ("tick1", "on"), ("tick", "1"), ("tickx", "1"), ("tock2", "1"), ("tick3", "1")]
        {
            ticks.take(key, value);
        }
        assert_eq!(ticks.places(), [0, 3]);
        (0..100).for_each(|at| ticks.take(&format!("tick{at}"), "1"));
        assert_eq!(ticks.places().len(), MOST_QUESTIONS);
    }
}
