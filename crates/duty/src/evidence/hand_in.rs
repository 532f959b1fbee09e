//! Handing evidence in and taking it back, by the organ that owes the duty.

use jiff::civil::Date;
use kernel::{
    id::{EvidenceId, ShareId, SubjectRef},
    time,
};
use serde_json::json;
use store::{FromRow, Tx, query, query_as, query_scalar};
use web::Refusal;

use super::{ADDED, TAKEN_BACK, lapse};
use crate::{
    address, facts,
    model::Cadence,
    privacy,
    report::{By, Held, Target, held, reportable, touch, trimmed},
};

/// What proves it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Proof {
    /// Something that this site has published; whoever resolved it has seen that it is public.
    Subject {
        /// What it is.
        subject: SubjectRef,
        /// Its address on the portal.
        path: String,
        title: String,
    },
    /// Any other address, checked by [`Proof::address`].
    Address {
        /// The address.
        url: String,
        /// What is to be seen there.
        title: String,
    },
}

impl Proof {
    /// An address elsewhere that the public can be expected to open, with what is to be seen there.
    ///
    /// # Errors
    /// What to correct, at the fields `url` and `title`.
    pub fn address(url: &str, title: &str) -> Result<Self, Refusal> {
        let url = address::check(url).map_err(|message| Refusal::field("url", message))?;
        let title = trimmed(title, 200);
        if title.is_empty() {
            let text = "请写明网址上是什么内容，例如“县融媒体中心对惠企政策的报道”。";
            return Err(Refusal::field("title", text));
        }
        for (field, text) in [("title", &title), ("url", &url)] {
            if let Some(objection) = privacy::objection(text) {
                return Err(Refusal::field(field, objection));
            }
        }
        Ok(Self::Address { url, title })
    }

    /// The columns `subject_kind`, `subject_id`, `url`, `title`.
    fn columns(&self) -> [&str; 4] {
        match self {
            Self::Subject { subject, path, title } => [&subject.kind, &subject.id, path, title],
            Self::Address { url, title } => ["", "", url, title],
        }
    }
}

/// A piece of evidence about to be handed in.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewEvidence {
    pub share: ShareId,
    /// Period, for a duty with cadence; empty = none.
    pub period: String,
    /// What proves it.
    pub proof: Proof,
    /// Explanation for the office.
    pub note: String,
}

/// Hands in evidence for the organ: it then waits for the office. Returns its id.
///
/// # Errors
/// When the actor may not, the duty has ended, the period does not fit, or the same evidence lies there already.
pub async fn add(tx: &mut Tx, by: &By<'_>, new: &NewEvidence) -> Result<(Target, EvidenceId), Refusal> {
    let held = reportable(tx, by, &new.share).await?;
    let period = period(&held, &new.period, by.today)?;
    let [kind, subject, url, title] = new.proof.columns();
    let same: i64 = query_scalar(
        "SELECT COUNT(*) FROM evidence WHERE share = $1 AND period = $2 AND url = $3 AND withdrawn_at = '' \
         AND decision <> 'returned'",
    )
    .bind(&held.id)
    .bind(&period)
    .bind(url)
    .fetch_one(tx.conn())
    .await?;
    if same > 0 {
        let field = if subject.is_empty() { "url" } else { "document" };
        return Err(Refusal::field(field, "这份佐证已经报送过，不必重复。请查看下面的佐证清单。"));
    }
    let (id, now) = (EvidenceId::fresh(&tx.seams()), tx.now());
    query(
        "INSERT INTO evidence (id, share, period, subject_kind, subject_id, url, title, note, added_at, added_by, \
         added_by_name, submitted_at, decision, reason, decided_at, decided_by, decided_by_name, withdrawn_at, lapsed_at, \
         lapse_told) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $9, '', '', '', '', '', '', '', 0)",
    )
    .bind(&id)
    .bind(&held.id)
    .bind(&period)
    .bind(kind)
    .bind(subject)
    .bind(url)
    .bind(title)
    .bind(trimmed(&new.note, 1000))
    .bind(&now)
    .bind(by.actor.log_id())
    .bind(by.actor.log_name())
    .execute(tx.conn())
    .await?;
    touch(tx, &held).await?;
    if !subject.is_empty() {
        // It was public when it was looked up. Had it left the public since, the log says so once this write is in.
        lapse::look_after(tx, &SubjectRef::new(kind, subject)).await?;
    }
    let data = json!({ "evidence": id, "title": title, "subject": subject, "url": url, "period": period });
    tx.append(held.event(&ADDED, by.actor, data)).await?;
    Ok((held.target(), id))
}

/// Takes back evidence on which nobody has decided.
///
/// # Errors
/// When the actor may not, or the office has decided.
pub async fn take_back(tx: &mut Tx, by: &By<'_>, evidence: &EvidenceId) -> Result<Target, Refusal> {
    let (held, piece) = piece(tx, evidence).await?;
    let held = reportable(tx, by, &held.id).await?;
    let now = tx.now();
    let done = query("UPDATE evidence SET withdrawn_at = $2 WHERE id = $1 AND decision = '' AND withdrawn_at = ''")
        .bind(evidence)
        .bind(now)
        .execute(tx.conn())
        .await?;
    if done.rows_affected() == 0 {
        return Err(piece.already());
    }
    touch(tx, &held).await?;
    let data = json!({ "evidence": evidence, "title": piece.title });
    tx.append(held.event(&TAKEN_BACK, by.actor, data)).await?;
    Ok(held.target())
}

/// Row of `evidence`, as far as decisions depend on it.
#[derive(Debug, Clone, FromRow)]
pub(crate) struct Piece {
    pub(crate) title: String,
    pub(crate) url: String,
    pub(crate) subject_id: String,
    pub(crate) added_by: String,
    pub(crate) decision: String,
    pub(crate) partial: bool,
    pub(crate) decided_at: String,
    pub(crate) decided_by_name: String,
    pub(crate) withdrawn_at: String,
    pub(crate) lapsed_at: String,
}

impl Piece {
    /// What to tell the second of two people.
    pub(crate) fn already(&self) -> Refusal {
        let who = &self.decided_by_name;
        let at = time::show_minute(&self.decided_at);
        Refusal::Conflict(match (self.withdrawn_at.is_empty(), self.decision.as_str()) {
            (false, _) => "报送单位已收回这份佐证，不需要处理了。请返回任务页查看。".into(),
            (_, "confirmed") if self.partial => {
                format!("{who}已于 {at} 认可这份佐证（尚未完成），没有重复办理。请返回任务页查看。")
            }
            (_, "confirmed") => format!("{who}已于 {at} 确认这份佐证，没有重复确认。请返回任务页查看。"),
            (_, "returned") => format!("{who}已于 {at} 退回这份佐证。请返回任务页查看。"),
            _ => "这份佐证刚被别人处理过。请返回任务页查看。".into(),
        })
    }
}

/// The piece and its share, as they stand and stay until the write ends.
pub(crate) async fn piece(tx: &mut Tx, evidence: &EvidenceId) -> Result<(Held, Piece), Refusal> {
    let share: Option<ShareId> =
        query_scalar("SELECT share FROM evidence WHERE id = $1").bind(evidence).fetch_optional(tx.conn()).await?;
    let held = held(tx, &share.ok_or(Refusal::NotFound)?).await?;
    let piece: Option<Piece> = query_as(
        "SELECT title, url, subject_id, added_by, decision, partial, decided_at, decided_by_name, withdrawn_at, lapsed_at \
         FROM evidence WHERE id = $1",
    )
    .bind(evidence)
    .fetch_optional(tx.conn())
    .await?;
    Ok((held, piece.ok_or(Refusal::NotFound)?))
}

/// The period that evidence is about, checked against the duty.
fn period(held: &Held, typed: &str, today: Date) -> Result<String, Refusal> {
    let Some(cadence) = Cadence::from_code(&held.cadence) else { return Ok(String::new()) };
    let periods = cadence.periods(facts::year(held.year), held.due_on.parse().ok(), held.grace_days);
    match periods.iter().find(|known| known.key == typed.trim()) {
        Some(known) if known.start > today => {
            let text = format!("{}还没有开始（{} 起）。请选择已经开始的时段。", known.label, known.start);
            Err(Refusal::field("period", text))
        }
        Some(known) => Ok(known.key.clone()),
        None => Err(Refusal::field("period", "请选择这份佐证对应的时段，例如“第二季度”。")),
    }
}

#[cfg(test)]
mod tests {
    use kernel::id::DutyId;

    use super::*;
    use crate::source::SourceKey;

    fn quarterly() -> Held {
        Held {
            id: ShareId::default(),
            duty: DutyId::default(),
            source: SourceKey::new("", ""),
            source_state: String::new(),
            year: 2026,
            organ: "A".into(),
            role: String::new(),
            ended_at: String::new(),
            visibility: String::new(),
            cadence: "quarterly".into(),
            due_on: String::new(),
            grace_days: 0,
            extra: String::new(),
            waiting: String::new(),
        }
    }

    #[test]
    fn evidence_names_a_period_that_has_begun() {
        let today = Date::constant(2026, 5, 1);
        let at_period = |asked: Result<String, Refusal>| matches!(asked, Err(Refusal::Fields(errors)) if errors.of("period").is_some());
        assert_eq!(period(&quarterly(), "2026-Q2", today).ok().as_deref(), Some("2026-Q2"));
        assert!(at_period(period(&quarterly(), "2026-Q3", today)));
        assert!(at_period(period(&quarterly(), "", today)));
        let once = Held { cadence: String::new(), ..quarterly() };
        assert_eq!(period(&once, "2026-Q9", today).ok().as_deref(), Some(""));
    }
}
