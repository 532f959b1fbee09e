//! Comments (批注): what reviewers note beside a passage of a text in review, and what became of it. For authors and reviewers alone:
//! nothing of it is public, and it decides nothing; whoever wants a change sends the text back.

mod rows;

use std::sync::Arc;

use document::Whole;
use futures::future::BoxFuture;
use kernel::{
    Actor, EventKind, Keep, Staff,
    id::{DocumentId, SubjectRef},
};
use review::{Review, model::may_pass};
use store::Tx;
use web::{Refusal, hooks::Leaving};

pub(crate) use self::rows::{Comment, CommentId, MOST, add, is_full, of, open, place, reopen, resolve};

/// A reviewer noted something beside a passage.
pub(crate) static COMMENTED: EventKind = EventKind::new("document", "document.commented", "写批注")
    .holds(&[("edition", "版本"), ("number", "第几版"), ("gate", "关口"), ("quote", "原文"), ("words", "批注")])
    .keeps(Keep::Words);
/// Somebody has dealt with it, or opened it again.
pub(crate) static COMMENT_TURNED: EventKind = EventKind::new("document", "document.comment_turned", "处理批注")
    .holds(&[("edition", "版本"), ("number", "第几版"), ("to", "处理"), ("words", "批注"), ("answer", "说明")])
    .keeps(Keep::Words);

/// Whether this person may note something now: who may pass any stage of the round, and did not write the text. The code of the gate
/// at which it stands.
///
/// # Errors
/// [`Refusal::Conflict`] with the reason.
pub(crate) fn may_comment(staff: &Staff, whole: &Whole, review: Option<&Review>) -> Result<String, Refusal> {
    let refused = |why: &str| Err(Refusal::Conflict(why.to_owned()));
    let stage = review.and_then(|review| review.round.stage().map(|stage| (review, stage)));
    let Some((review, stage)) = stage.filter(|_| whole.edition.state == "in_review") else {
        return refused("只有审核中的稿件可以写批注。");
    };
    if whole.is_by(&staff.account) {
        return refused("您参与撰写了这份稿件，不写批注。要改，请先收回修改。");
    }
    let keeper = whole.document.keeper();
    if !review.round.route.stages().iter().any(|stage| may_pass(staff, stage, keeper).is_ok()) {
        return refused("只有负责审核这份稿件的人可以写批注。");
    }
    Ok(stage.gate.clone())
}

/// Erases the words of the comments of an erased document.
pub(crate) fn forgets() -> Arc<dyn Leaving> {
    Arc::new(Forgets)
}

struct Forgets;

impl Leaving for Forgets {
    fn erased<'a>(
        &'a self,
        tx: &'a mut Tx,
        subject: &'a SubjectRef,
        _: &'a str,
        _: (&'a str, &'a Actor),
    ) -> BoxFuture<'a, store::Result<()>> {
        Box::pin(async move {
            if subject.kind != crate::DOCUMENT {
                return Ok(());
            }
            rows::erase_words(tx, &DocumentId::from(subject.id.as_str())).await
        })
    }
}
