//! What organs report and what the office decides: notes, evidence, decisions, and the few things of a running duty that may
//! still be changed. Used by the pages, by bulk actions and by the demonstration.
//!
//! Every function is one write: authorised, conditional, logged. Two people who do the same thing do it once; the second is
//! told who was first.

use jiff::civil::Date;
use kernel::{Action, Actor, NewEvent, OrganCode, id::EvidenceId, may, may_for, time};
use serde_json::json;
use store::{FromRow, Once, Tx, jobs::NewJob, query, query_as, query_scalar};
use web::{Ctx, Error, hooks::PublicDocument};

use crate::{
    duties::{
        address,
        look::{self, LOOK, Look},
        store::answering,
    },
    model::{Cadence, Visibility},
    plans::tree,
    privacy,
};

/// Why nothing was written.
#[derive(Debug)]
pub enum Refusal {
    /// Something in a field must be corrected: its name and what to do.
    Field(&'static str, String),
    /// Anything else.
    Other(Error),
}

/// Faults and refusals of the layers below pass through.
macro_rules! passes {
    ($($error:ty),+) => {$(
        impl From<$error> for Refusal {
            fn from(error: $error) -> Self {
                Self::Other(error.into())
            }
        }
    )+};
}

passes!(Error, store::Error, sqlx::Error, serde_json::Error, kernel::Refused);

impl From<Refusal> for Error {
    fn from(refusal: Refusal) -> Self {
        match refusal {
            Refusal::Field(_, message) => Self::Invalid(message),
            Refusal::Other(error) => error,
        }
    }
}

/// Result of a write.
pub type Done<T = String> = std::result::Result<T, Refusal>;

/// A piece of evidence about to be handed in.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct NewEvidence {
    /// The assignment.
    pub assignment: String,
    /// Period, for a duty with cadence; empty = none.
    pub period: String,
    /// Id or portal address of a published document; empty = `url` counts.
    pub document: String,
    /// Any address.
    pub url: String,
    /// What is to be seen there; for a document its own title counts.
    pub title: String,
    /// Explanation for the office.
    pub note: String,
}

/// An assignment with what its writes depend on.
#[derive(Debug, Clone, FromRow)]
pub(super) struct Held {
    pub(super) id: String,
    pub(super) plan: String,
    pub(super) duty: String,
    pub(super) organ: String,
    pub(super) role: String,
    pub(super) ended_at: String,
    pub(super) plan_state: String,
    pub(super) plan_kind: String,
    pub(super) year: i64,
    pub(super) visibility: String,
    pub(super) cadence: String,
    pub(super) due_on: String,
    pub(super) grace_days: i64,
    pub(super) extra: String,
}

impl Held {
    fn organ(&self) -> OrganCode {
        OrganCode(self.organ.clone())
    }

    pub(super) fn target(&self) -> String {
        format!("/duties/{}#a-{}", self.duty, self.id)
    }
}

const HELD: &str = "SELECT a.id, a.plan, a.duty, a.organ, a.role, a.ended_at, p.state AS plan_state, p.kind AS plan_kind, p.year, \
                    d.visibility, d.cadence, d.due_on, d.grace_days, d.extra FROM assignment a JOIN duty d ON d.id = a.duty \
                    JOIN plan p ON p.id = a.plan WHERE a.id = $1";

/// The assignment as it stands, and stays until the write ends.
async fn held(tx: &mut Tx, assignment: &str) -> Result<Held, Error> {
    let plan: Option<String> =
        query_scalar("SELECT plan FROM assignment WHERE id = $1").bind(assignment).fetch_optional(tx.conn()).await?;
    tree::lock(tx, &plan.ok_or(Error::NotFound)?).await?;
    query_as(HELD).bind(assignment).fetch_optional(tx.conn()).await?.ok_or(Error::NotFound)
}

/// The assignment, if the actor may report on it and it still runs.
pub(super) async fn reportable(ctx: &Ctx, tx: &mut Tx, actor: &Actor, assignment: &str) -> Result<Held, Error> {
    let held = held(tx, assignment).await?;
    let organ = answering(&ctx.directory(), &held.organ(), ctx.today());
    may_for(actor, Action::ReportDuties, &organ)?;
    if held.plan_state != "confirmed" {
        return Err(Error::Conflict("这份工作要点已不再执行，不能继续报送。请到任务台账查看现行的任务。".into()));
    }
    if !held.ended_at.is_empty() {
        return Err(Error::Conflict("这项任务已在要点调整时终止，不需要再报送。历史记录仍保留在任务页。".into()));
    }
    Ok(held)
}

/// Counts a change on the assignment and, for what the public sees, moves the moment shown on the public page.
pub(super) async fn touch(tx: &mut Tx, held: &Held) -> Result<(), Error> {
    query("UPDATE assignment SET version = version + 1 WHERE id = $1").bind(&held.id).execute(tx.conn()).await?;
    if held.visibility == Visibility::Public.code() {
        as_of(tx, &held.plan).await?;
    }
    Ok(())
}

pub(super) async fn as_of(tx: &mut Tx, plan: &str) -> Result<(), Error> {
    let now = tx.now();
    query("UPDATE plan SET as_of = $2 WHERE id = $1").bind(plan).bind(now).execute(tx.conn()).await?;
    Ok(())
}

pub(super) fn event(held: &Held, kind: &'static str, actor: &Actor, mut data: serde_json::Value) -> NewEvent {
    data["plan"] = json!(held.plan);
    data["assignment"] = json!(held.id);
    NewEvent::new(kind, "duty", &held.duty, actor).organ(&held.organ()).data(data)
}

pub(super) fn trimmed(text: &str, limit: usize) -> String {
    text.trim().chars().take(limit).collect()
}

/// Adds a progress note for the organ.
///
/// # Errors
/// When the actor may not, the duty has ended, or the note is empty.
pub async fn add_note(ctx: &Ctx, actor: &Actor, assignment: &str, text: &str, once: &str) -> Done {
    let text = trimmed(text, 2000);
    if text.is_empty() {
        return Err(Refusal::Field("text", "请写明进展，例如“问答初稿已完成，正在征求各乡镇意见”。".into()));
    }
    let mut tx = ctx.db().write().await?;
    if let Once::Already(to) = tx.once(once).await? {
        return Ok(to);
    }
    let held = reportable(ctx, &mut tx, actor, assignment).await?;
    let (id, now) = (kernel::id::fresh(&tx.seams()), tx.now());
    query(
        "INSERT INTO progress_note (id, assignment, plan, duty, organ, text, added_at, added_by, added_by_name) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
    )
    .bind(&id)
    .bind(&held.id)
    .bind(&held.plan)
    .bind(&held.duty)
    .bind(&held.organ)
    .bind(&text)
    .bind(&now)
    .bind(actor.log_id())
    .bind(actor.log_name())
    .execute(tx.conn())
    .await?;
    touch(&mut tx, &held).await?;
    tx.append(event(&held, "duty.note_added", actor, json!({ "note": id, "text": text }))).await?;
    let target = held.target();
    tx.remember(once, &target).await?;
    tx.commit().await?;
    Ok(target)
}

/// Looks the document or address up: what will be stored as document id, address and title.
async fn resolve(ctx: &Ctx, new: &NewEvidence) -> Done<(String, String, String)> {
    let own = address::on_this_site(ctx, &new.url);
    let wanted = if new.document.trim().is_empty() { own.unwrap_or_default() } else { new.document.trim().to_owned() };
    if !wanted.is_empty() {
        let field = if new.document.trim().is_empty() { "url" } else { "document" };
        let documents =
            ctx.hooks().documents.clone().ok_or_else(|| Error::internal("no source of public documents"))?;
        let found: Option<PublicDocument> = documents.find(ctx, &wanted).await?;
        let Some(found) = found else {
            let message =
                "本网站上没有这份已公开的文件：可能尚未发布，也可能已撤回。请先发布文件，再从检索结果中选用。";
            return Err(Refusal::Field(field, message.into()));
        };
        return Ok((found.id, found.path, found.title));
    }
    let url = address::check(&new.url).map_err(|message| Refusal::Field("url", message))?;
    let title = trimmed(&new.title, 200);
    if title.is_empty() {
        return Err(Refusal::Field("title", "请写明网址上是什么内容，例如“县融媒体中心对惠企政策的报道”。".into()));
    }
    for (field, text) in [("title", &title), ("url", &url)] {
        if let Some(objection) = privacy::objection(text) {
            return Err(Refusal::Field(field, objection));
        }
    }
    Ok((String::new(), url, title))
}

/// The period that the evidence is about, checked against the duty.
fn checked_period(held: &Held, period: &str, today: Date) -> Done {
    let Some(cadence) = Cadence::from_code(&held.cadence) else { return Ok(String::new()) };
    let year = i16::try_from(held.year).unwrap_or(2199);
    let periods = cadence.periods(year, held.due_on.parse().ok(), held.grace_days);
    match periods.iter().find(|known| known.key == period.trim()) {
        Some(known) if known.start > today => {
            let text = format!("{}还没有开始（{} 起）。请选择已经开始的时段。", known.label, known.start);
            Err(Refusal::Field("period", text))
        }
        Some(known) => Ok(known.key.clone()),
        None => Err(Refusal::Field("period", "请选择这份佐证对应的时段，例如“第二季度”。".into())),
    }
}

/// Hands in evidence for the organ: it then waits for the office.
///
/// # Errors
/// When the actor may not, the duty has ended, the document is not public, the address is none that the public can open, or
/// the same evidence lies there already.
pub async fn add_evidence(ctx: &Ctx, actor: &Actor, new: &NewEvidence, once: &str) -> Done {
    let (document, url, title) = resolve(ctx, new).await?;
    let mut tx = ctx.db().write().await?;
    if let Once::Already(to) = tx.once(once).await? {
        return Ok(to);
    }
    let held = reportable(ctx, &mut tx, actor, &new.assignment).await?;
    let period = checked_period(&held, &new.period, ctx.today())?;
    let same: i64 = query_scalar(
        "SELECT COUNT(*) FROM evidence WHERE assignment = $1 AND period = $2 AND url = $3 AND withdrawn_at = '' \
         AND decision <> 'returned'",
    )
    .bind(&held.id)
    .bind(&period)
    .bind(&url)
    .fetch_one(tx.conn())
    .await?;
    if same > 0 {
        let field = if document.is_empty() { "url" } else { "document" };
        return Err(Refusal::Field(field, "这份佐证已经报送过，不必重复。请查看下面的佐证清单。".into()));
    }
    let (id, now) = (EvidenceId::fresh(&tx.seams()), tx.now());
    query(
        "INSERT INTO evidence (id, assignment, plan, duty, organ, period, document, url, title, note, added_at, added_by, \
         added_by_name, submitted_at, decision, reason, decided_at, decided_by, decided_by_name, withdrawn_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $11, '', '', '', '', '', '')",
    )
    .bind(id.as_str())
    .bind(&held.id)
    .bind(&held.plan)
    .bind(&held.duty)
    .bind(&held.organ)
    .bind(&period)
    .bind(&document)
    .bind(&url)
    .bind(&title)
    .bind(trimmed(&new.note, 1000))
    .bind(&now)
    .bind(actor.log_id())
    .bind(actor.log_name())
    .execute(tx.conn())
    .await?;
    touch(&mut tx, &held).await?;
    let data = json!({ "evidence": id, "title": title, "document": document, "url": url, "period": period });
    tx.append(event(&held, "duty.evidence_added", actor, data)).await?;
    if document.is_empty() && ctx.config().plans.check_addresses {
        tx.enqueue(NewJob::now(LOOK, &Look { evidence: id.to_string() })).await?;
    }
    let target = held.target();
    tx.remember(once, &target).await?;
    tx.commit().await?;
    Ok(target)
}

/// Row of `evidence`, as far as decisions depend on it.
#[derive(Debug, Clone, FromRow)]
struct Piece {
    assignment: String,
    title: String,
    url: String,
    document: String,
    added_by: String,
    decision: String,
    decided_at: String,
    decided_by_name: String,
    withdrawn_at: String,
}

/// The piece and its assignment, as they stand and stay until the write ends.
async fn piece(tx: &mut Tx, evidence: &str) -> Result<(Held, Piece), Error> {
    let assignment: Option<String> =
        query_scalar("SELECT assignment FROM evidence WHERE id = $1").bind(evidence).fetch_optional(tx.conn()).await?;
    let held = held(tx, &assignment.ok_or(Error::NotFound)?).await?;
    let piece: Option<Piece> = query_as(
        "SELECT assignment, title, url, document, added_by, decision, decided_at, decided_by_name, withdrawn_at FROM evidence \
         WHERE id = $1",
    )
    .bind(evidence)
    .fetch_optional(tx.conn())
    .await?;
    Ok((held, piece.ok_or(Error::NotFound)?))
}

/// Whether the actor may have the address of this evidence looked at: the office, and who reports for the organ.
///
/// # Errors
/// When there is no such evidence of this duty, or it is another organ's.
pub(super) async fn may_look(ctx: &Ctx, actor: &Actor, duty: &str, evidence: &str) -> Result<(), Error> {
    let organ: Option<String> = query_scalar("SELECT organ FROM evidence WHERE id = $1 AND duty = $2")
        .bind(evidence)
        .bind(duty)
        .fetch_optional(ctx.db().read())
        .await?;
    let organ = answering(&ctx.directory(), &OrganCode(organ.ok_or(Error::NotFound)?), ctx.today());
    Ok(may_for(actor, Action::ReportDuties, &organ)?)
}

/// What to tell the second of two people.
fn already(piece: &Piece) -> Error {
    let who = &piece.decided_by_name;
    let at = time::show_minute(&piece.decided_at);
    Error::Conflict(match (piece.withdrawn_at.is_empty(), piece.decision.as_str()) {
        (false, _) => "报送单位已收回这份佐证，不需要处理了。请返回任务页查看。".into(),
        (_, "confirmed") => format!("{who}已于 {at} 确认这份佐证，没有重复确认。请返回任务页查看。"),
        (_, "returned") => format!("{who}已于 {at} 退回这份佐证。请返回任务页查看。"),
        _ => "这份佐证刚被别人处理过。请返回任务页查看。".into(),
    })
}

/// Takes back evidence on which nobody has decided.
///
/// # Errors
/// When the actor may not, or the office has decided.
pub async fn take_back(ctx: &Ctx, actor: &Actor, evidence: &str, once: &str) -> Done {
    let mut tx = ctx.db().write().await?;
    if let Once::Already(to) = tx.once(once).await? {
        return Ok(to);
    }
    let (_, piece) = piece(&mut tx, evidence).await?;
    let held = reportable(ctx, &mut tx, actor, &piece.assignment).await?;
    let now = tx.now();
    let done = query("UPDATE evidence SET withdrawn_at = $2 WHERE id = $1 AND decision = '' AND withdrawn_at = ''")
        .bind(evidence)
        .bind(now)
        .execute(tx.conn())
        .await?;
    if done.rows_affected() == 0 {
        return Err(already(&piece).into());
    }
    touch(&mut tx, &held).await?;
    let data = json!({ "evidence": evidence, "title": piece.title });
    tx.append(event(&held, "duty.evidence_taken_back", actor, data)).await?;
    let target = held.target();
    tx.remember(once, &target).await?;
    tx.commit().await?;
    Ok(target)
}

/// What the office decides on evidence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verdict {
    /// Accepted: the duty is closed for this organ (or this period).
    Confirm,
    /// Sent back with a reason.
    Return(String),
}

/// Decides on evidence, once.
///
/// # Errors
/// When the actor may not or handed it in, somebody else has decided, its document is not public any more, or a reason is
/// missing.
pub async fn decide(ctx: &Ctx, actor: &Actor, evidence: &str, verdict: &Verdict, once: &str) -> Done {
    may(actor, Action::ConfirmDuties)?;
    let (decision, reason, kind) = match verdict {
        Verdict::Confirm => ("confirmed", String::new(), "duty.evidence_confirmed"),
        Verdict::Return(reason) => ("returned", trimmed(reason, 1000), "duty.evidence_returned"),
    };
    if decision == "returned" && reason.is_empty() {
        let message = "请写明退回的理由和怎样补正，例如“所附是通知原文，请换成解读材料”。";
        return Err(Refusal::Field("reason", message.into()));
    }
    let lapsed = super::lapse::withdrawn(ctx.db()).await?;
    let mut tx = ctx.db().write().await?;
    if let Once::Already(to) = tx.once(once).await? {
        return Ok(to);
    }
    let (held, piece) = piece(&mut tx, evidence).await?;
    if decision == "confirmed" && piece.added_by == actor.log_id() {
        return Err(Error::Conflict("自己报送的佐证须由他人确认。请交给另一位同事办理。".into()).into());
    }
    if decision == "confirmed" && lapsed.contains_key(&piece.document) {
        let text = "佐证文件已撤回公开，不能确认。请退回，并请报送单位换一份已公开的文件。";
        return Err(Error::Conflict(text.into()).into());
    }
    let open = piece.decision.is_empty() && piece.withdrawn_at.is_empty();
    if decision == "confirmed" && piece.document.is_empty() && open {
        look::may_confirm(ctx, &mut tx, evidence).await?;
        let objection = privacy::objection(&piece.title).or_else(|| privacy::objection(&piece.url));
        if let Some(objection) = objection {
            return Err(Error::Conflict(format!("没有确认，请退回这份佐证。{objection}")).into());
        }
    }
    let now = tx.now();
    let done = query(
        "UPDATE evidence SET decision = $2, reason = $3, decided_at = $4, decided_by = $5, decided_by_name = $6 \
         WHERE id = $1 AND decision = '' AND withdrawn_at = '' AND submitted_at <> ''",
    )
    .bind(evidence)
    .bind(decision)
    .bind(&reason)
    .bind(now)
    .bind(actor.log_id())
    .bind(actor.log_name())
    .execute(tx.conn())
    .await?;
    if done.rows_affected() == 0 {
        return Err(already(&piece).into());
    }
    touch(&mut tx, &held).await?;
    let mut data = json!({ "evidence": evidence, "title": piece.title, "document": piece.document });
    if !reason.is_empty() {
        data["reason"] = json!(reason);
    }
    tx.append(event(&held, kind, actor, data)).await?;
    let target = held.target();
    tx.remember(once, &target).await?;
    tx.commit().await?;
    Ok(target)
}

/// Takes a decision back on the day (in China) on which it was made.
///
/// # Errors
/// When the actor may not, there is none, or it was made on an earlier day: what the public has seen overnight is corrected
/// by new evidence, not undone.
pub async fn undo_decision(ctx: &Ctx, actor: &Actor, evidence: &str) -> Done {
    may(actor, Action::ConfirmDuties)?;
    let mut tx = ctx.db().write().await?;
    let (held, piece) = piece(&mut tx, evidence).await?;
    let decided = time::from_db(&piece.decided_at).map(time::date_in_china);
    if piece.decision.is_empty() {
        return Err(Error::Conflict("这份佐证现在没有处理结果，不需要撤销。请返回任务页查看。".into()).into());
    }
    if decided != Some(ctx.today()) {
        let text = "只能撤销当天的处理结果。如需更正，请联系报送单位重新报送。";
        return Err(Error::Conflict(text.into()).into());
    }
    let done = query(
        "UPDATE evidence SET decision = '', reason = '', decided_at = '', decided_by = '', decided_by_name = '' \
         WHERE id = $1 AND decision = $2 AND decided_at = $3",
    )
    .bind(evidence)
    .bind(&piece.decision)
    .bind(&piece.decided_at)
    .execute(tx.conn())
    .await?;
    if done.rows_affected() == 0 {
        return Err(already(&piece).into());
    }
    touch(&mut tx, &held).await?;
    let data = json!({ "evidence": evidence, "title": piece.title, "was": piece.decision });
    tx.append(event(&held, "duty.decision_undone", actor, data)).await?;
    tx.commit().await?;
    Ok(held.target())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quarterly() -> Held {
        let empty = String::new;
        Held {
            id: empty(),
            plan: empty(),
            duty: empty(),
            organ: empty(),
            role: empty(),
            ended_at: empty(),
            plan_state: empty(),
            plan_kind: empty(),
            year: 2026,
            visibility: empty(),
            cadence: "quarterly".into(),
            due_on: empty(),
            grace_days: 0,
            extra: empty(),
        }
    }

    #[test]
    fn evidence_names_a_period_that_has_begun() {
        let today = Date::constant(2026, 5, 1);
        assert_eq!(checked_period(&quarterly(), "2026-Q2", today).ok().as_deref(), Some("2026-Q2"));
        assert!(matches!(checked_period(&quarterly(), "2026-Q3", today), Err(Refusal::Field("period", _))));
        assert!(matches!(checked_period(&quarterly(), "", today), Err(Refusal::Field("period", _))));
        let once = Held { cadence: String::new(), ..quarterly() };
        assert_eq!(checked_period(&once, "2026-Q9", today).ok().as_deref(), Some(""));
    }
}
