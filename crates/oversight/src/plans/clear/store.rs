//! Requests for clearance, what became of them, and whether what is about to be issued has been cleared.

use kernel::{
    Actor, NewEvent,
    event::Event,
    id::{PlanId, SubjectRef},
    time,
};
use serde_json::json;
use store::{Db, Executor, FromRow, Tx, built, query, query_as, query_scalar};
use web::{Ctx, Refusal};

use crate::{
    events,
    plans::{
        amend::store::{Amendment, AmendmentId},
        clear::{Seen, tell},
        tree,
    },
};

store::ids! {
    /// A request to clear the text of a plan.
    ClearanceId,
}

/// Row of `plan_clearance`; the migration says what the columns mean.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub(crate) struct Clearance {
    pub(crate) id: ClearanceId,
    pub(crate) amendment: AmendmentId,
    pub(crate) seen: String,
    pub(crate) state: String,
    pub(crate) words: String,
    pub(crate) asked_at: String,
    pub(crate) asked_by: String,
    pub(crate) asked_by_name: String,
    pub(crate) decided_at: String,
    pub(crate) decided_by: String,
    pub(crate) decided_by_name: String,
}

const COLUMNS: &str =
    "id, amendment, seen, state, words, asked_at, asked_by, asked_by_name, decided_at, decided_by, decided_by_name";

impl Clearance {
    /// When it was decided, as shown.
    pub(crate) fn decided(&self) -> String {
        time::show_minute(&self.decided_at)
    }

    /// When it was asked for, as shown.
    pub(crate) fn asked(&self) -> String {
        time::show_minute(&self.asked_at)
    }
}

/// How a text stands.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum State {
    /// Nobody has been asked about the text as it stands; what was said of an earlier one.
    Open(Option<Clearance>),
    /// It waits for the reviewer.
    Asked(Clearance),
    /// It may not become public as it stands.
    Returned(Clearance),
    /// It may become public.
    Passed(Clearance),
}

impl State {
    /// Whether it may be issued by this person.
    pub(crate) fn lets(&self, actor: &Actor) -> bool {
        matches!(self, Self::Passed(by) if by.decided_by != actor.log_id())
    }

    /// The request that waits.
    pub(crate) fn asked(&self) -> Option<&Clearance> {
        match self {
            Self::Asked(asked) => Some(asked),
            _ => None,
        }
    }
}

/// The latest request on the draft of a plan or on an amendment of it, whatever text it was about.
async fn latest<'e>(
    executor: impl Executor<'e>,
    plan: &PlanId,
    amendment: &AmendmentId,
) -> store::Result<Option<Clearance>> {
    let sql = format!("SELECT {COLUMNS} FROM plan_clearance WHERE plan = $1 AND amendment = $2");
    // SQL: built from the names of columns above.
    query_as(built(sql)).bind(plan).bind(amendment).fetch_optional(executor).await
}

/// The latest word on this text, or on an earlier state of it.
///
/// # Errors
/// When the database fails.
pub(crate) async fn state<'e>(executor: impl Executor<'e>, plan: &PlanId, seen: &Seen) -> store::Result<State> {
    Ok(match latest(executor, plan, &seen.amendment).await? {
        Some(row) if row.seen != seen.mark => State::Open(Some(row)),
        Some(row) => match row.state.as_str() {
            "passed" => State::Passed(row),
            "returned" => State::Returned(row),
            _ => State::Asked(row),
        },
        None => State::Open(None),
    })
}

/// How the draft of a plan stands. Its text is read only where somebody was asked about it.
///
/// # Errors
/// When the database fails.
pub(crate) async fn of_draft(db: &Db, plan: &PlanId) -> store::Result<State> {
    if latest(db.read(), plan, &AmendmentId::default()).await?.is_none() {
        return Ok(State::Open(None));
    }
    match tree::load(db, plan).await? {
        Some(tree) => state(db.read(), plan, &Seen::draft(&tree)).await,
        None => Ok(State::Open(None)),
    }
}

/// A request as a work list shows it.
#[derive(Debug, Clone, FromRow)]
pub(crate) struct Waiting {
    pub(crate) plan: PlanId,
    pub(crate) title: String,
    pub(crate) amendment: AmendmentId,
    pub(crate) asked_at: String,
    /// What was to be read.
    seen: String,
}

/// The requests that wait, oldest first; at most fifty. One about a text that was changed or thrown away since waits no more.
///
/// # Errors
/// When the database fails.
pub(crate) async fn waiting(db: &Db) -> store::Result<Vec<Waiting>> {
    let rows: Vec<Waiting> = query_as(
        "SELECT c.plan, p.title, c.amendment, c.asked_at, c.seen FROM plan_clearance c JOIN plan p ON p.id = c.plan \
         LEFT JOIN plan_amendment a ON a.id = c.amendment \
         WHERE c.state = 'asked' AND ((c.amendment = '' AND p.state = 'draft') OR (c.amendment <> '' AND a.state = 'draft')) \
         ORDER BY c.asked_at LIMIT 50",
    )
    .fetch_all(db.read())
    .await?;
    let mut waiting = Vec::new();
    for row in rows {
        let now = if row.amendment.as_str().is_empty() {
            tree::load(db, &row.plan).await?.map(|tree| Seen::draft(&tree))
        } else {
            let found: Option<Amendment> = query_as("SELECT * FROM plan_amendment WHERE id = $1")
                .bind(&row.amendment)
                .fetch_optional(db.read())
                .await?;
            found.map(|found| Seen::amended(&found))
        };
        if now.is_some_and(|now| now.mark == row.seen) {
            waiting.push(row);
        }
    }
    Ok(waiting)
}

/// Asks for clearance of a text as it stands, in place of what was said of an earlier state of it.
///
/// # Errors
/// When it waits or is cleared already.
pub(crate) async fn ask(ctx: &Ctx, tx: &mut Tx, actor: &Actor, plan: &PlanId, seen: &Seen) -> Result<(), Refusal> {
    match state(tx.conn(), plan, seen).await? {
        State::Asked(row) => {
            return Err(Refusal::Conflict(format!("{}已送保密审查，正等待审查。请刷新页面查看。", row.asked_by_name)));
        }
        State::Passed(row) => {
            return Err(Refusal::Conflict(format!("{}已审查通过，不必再送。请刷新页面查看。", row.decided_by_name)));
        }
        State::Open(_) | State::Returned(_) => {}
    }
    query("DELETE FROM plan_clearance WHERE plan = $1 AND amendment = $2")
        .bind(plan)
        .bind(&seen.amendment)
        .execute(tx.conn())
        .await?;
    let id = ClearanceId::fresh(&tx.seams());
    query(
        "INSERT INTO plan_clearance (id, plan, amendment, seen, state, words, asked_at, asked_by, asked_by_name, decided_at, \
         decided_by, decided_by_name) VALUES ($1, $2, $3, $4, 'asked', '', $5, $6, $7, '', '', '')",
    )
    .bind(&id)
    .bind(plan)
    .bind(&seen.amendment)
    .bind(&seen.mark)
    .bind(tx.now())
    .bind(actor.log_id())
    .bind(actor.log_name())
    .execute(tx.conn())
    .await?;
    let event = NewEvent::new(&events::CLEARANCE_ASKED, plan, actor).organ(&ctx.office_organ());
    tx.append(event.data(json!({"clearance": id, "amendment": seen.amendment}))).await?;
    tell::asked(ctx, tx, plan, seen, actor.log_name()).await?;
    Ok(())
}

/// Whether this person imported the plan, corrected it, took the amended text in or decided about its duties.
async fn wrote(tx: &mut Tx, actor: &Actor, plan: &PlanId, seen: &Seen) -> store::Result<bool> {
    let sql = if seen.amendment.as_str().is_empty() {
        "SELECT (SELECT COUNT(*) FROM plan WHERE id = $1 AND created_by = $2 AND $3 = '') \
         + (SELECT COUNT(*) FROM plan_step WHERE plan = $1 AND done_by = $2)"
    } else {
        "SELECT COUNT(*) FROM plan_amendment WHERE plan = $1 AND created_by = $2 AND id = $3"
    };
    let times: i64 =
        query_scalar(sql).bind(plan).bind(actor.log_id()).bind(&seen.amendment).fetch_one(tx.conn()).await?;
    if times > 0 || seen.amendment.as_str().is_empty() {
        return Ok(times > 0);
    }
    let events = store::log::within(tx, &SubjectRef::new(events::SUBJECT, plan)).await?;
    let of_amendment = |event: &Event| {
        let data: serde_json::Value = serde_json::from_str(&event.data).unwrap_or_default();
        data["amendment"] == seen.amendment.as_str()
    };
    let edited = |event: &Event| event.kind == events::AMENDMENT_EDITED.name && event.actor == actor.log_id();
    Ok(events.iter().any(|event| edited(event) && of_amendment(event)))
}

/// Says whether a text may become public: it may (`returned` = `None`), or why not.
///
/// # Errors
/// When the text changed since it was read, the person wrote in it, it is decided already, or no reason is given.
pub(crate) async fn decide(
    ctx: &Ctx,
    tx: &mut Tx,
    actor: &Actor,
    plan: &PlanId,
    seen: &Seen,
    returned: Option<&str>,
) -> Result<(), Refusal> {
    let row = match state(tx.conn(), plan, seen).await? {
        State::Asked(row) => row,
        State::Passed(row) | State::Returned(row) => {
            let text = format!("{}已于 {} 给出审查结论。请刷新页面查看。", row.decided_by_name, row.decided());
            return Err(Refusal::Conflict(text));
        }
        State::Open(_) => {
            let text = "送审后又有改动，这次审查不作数。请等经办人重新送审。";
            return Err(Refusal::Conflict(text.into()));
        }
    };
    if wrote(tx, actor, plan, seen).await? {
        let text = "您起草或改过这份文字，不能审查它。请由另一位保密审查员审查。";
        return Err(Refusal::Conflict(text.into()));
    }
    let words = returned.unwrap_or_default().trim();
    if returned.is_some() && (words.is_empty() || words.chars().count() > 500) {
        return Err(Refusal::field("words", "请写明退回理由，500 字以内，例如 第二条涉及尚未公开的项目。"));
    }
    let (outcome, event) = match returned {
        None => ("passed", &events::CLEARED),
        Some(_) => ("returned", &events::CLEARANCE_RETURNED),
    };
    let changed = query(
        "UPDATE plan_clearance SET state = $2, words = $3, decided_at = $4, decided_by = $5, decided_by_name = $6 \
         WHERE id = $1 AND state = 'asked'",
    )
    .bind(&row.id)
    .bind(outcome)
    .bind(words)
    .bind(tx.now())
    .bind(actor.log_id())
    .bind(actor.log_name())
    .execute(tx.conn())
    .await?;
    if changed.rows_affected() == 0 {
        return Err(Refusal::Conflict("刚才已经有了审查结论。请刷新页面查看。".into()));
    }
    let event = NewEvent::new(event, plan, actor).organ(&ctx.office_organ());
    let data = match returned {
        None => json!({"clearance": row.id, "amendment": seen.amendment, "mark": seen.mark, "digest": seen.mark}),
        Some(_) => json!({"clearance": row.id, "amendment": seen.amendment, "reason": words}),
    };
    tx.append(event.data(data)).await?;
    tell::decided(ctx, tx, plan, (&row.amendment, &row.asked_by), (actor.log_name(), returned.map(|_| words))).await?;
    Ok(())
}

/// Refuses while a text has not been cleared by somebody else (条例 Art. 17). The program itself, which fills a demonstration,
/// is nobody who could clear.
///
/// # Errors
/// When nobody has cleared the text as it stands, or the one who did would issue it.
pub(crate) async fn check(tx: &mut Tx, actor: &Actor, plan: &PlanId, seen: &Seen) -> Result<(), Refusal> {
    if matches!(actor, Actor::System) {
        return Ok(());
    }
    let state = state(tx.conn(), plan, seen).await?;
    if let State::Passed(row) = &state
        && state.lets(actor)
    {
        return proven(tx, plan, seen, row).await;
    }
    let text = match state {
        State::Passed(_) => "您审查了这份文字，须由另一人下达。请联系经办人。".to_owned(),
        State::Asked(_) => "保密审查还没有结论，不能下达。请等审查通过。".to_owned(),
        State::Returned(row) => format!("保密审查没有通过：{}。请改好后重新送审。", row.words.trim_end_matches('。')),
        State::Open(Some(_)) => "送审后又有改动，须重新送保密审查。请在本页重新送审。".to_owned(),
        State::Open(None) => {
            "下达前须经保密审查（《政府信息公开条例》第十七条）。请先送审，由另一人审查通过后再下达。".to_owned()
        }
    };
    Err(Refusal::Conflict(text))
}

/// Refuses a clearance of which the log does not tell, or that was of another text: a row can be written past the program, an
/// event cannot, unseen.
async fn proven(tx: &mut Tx, plan: &PlanId, seen: &Seen, row: &Clearance) -> Result<(), Refusal> {
    let events = store::log::within(tx, &SubjectRef::new(events::SUBJECT, plan)).await?;
    let told = events.iter().any(|event| {
        let data: serde_json::Value = serde_json::from_str(&event.data).unwrap_or_default();
        let word = |key: &str| data.get(key).and_then(serde_json::Value::as_str).unwrap_or_default();
        // A digest of the very text: what was changed past the program is another one.
        let same = word("mark") == seen.mark;
        event.kind == events::CLEARED.name
            && word("clearance") == row.id.as_str()
            && event.actor == row.decided_by
            && same
    });
    if told {
        return Ok(());
    }
    let text = "留痕中没有这份文字通过保密审查的记录，不能下达。数据可能被绕过本程序改动过，请报告审计管理员；内容无误的，请在草稿里保存一次，重新送审。";
    Err(Refusal::Conflict(text.into()))
}

/// The plan with its text that waits: its draft, or the amendment that is being prepared; locked.
///
/// # Errors
/// When there is no such plan or nothing of it waits to be issued.
pub(crate) async fn subject(tx: &mut Tx, plan: &PlanId, amendment: &AmendmentId) -> Result<Seen, Refusal> {
    let row = tree::plan(tx.conn(), plan).await?.ok_or(Refusal::NotFound)?;
    tree::lock(tx, &row).await?;
    let row = tree::plan(tx.conn(), plan).await?.ok_or(Refusal::NotFound)?;
    if amendment.as_str().is_empty() {
        return match row.state() {
            crate::model::PlanState::Draft => {
                let tree = tree::load_in(tx, plan).await?.ok_or(Refusal::NotFound)?;
                Ok(Seen::draft(&tree))
            }
            other => Err(crate::plans::steps::no_draft(other).into()),
        };
    }
    let found: Option<Amendment> = query_as("SELECT * FROM plan_amendment WHERE id = $1 AND plan = $2")
        .bind(amendment)
        .bind(plan)
        .fetch_optional(tx.conn())
        .await?;
    let found = found.ok_or(Refusal::NotFound)?;
    if found.state != "draft" {
        return Err(Refusal::Conflict("这次调整已经执行或放弃。请刷新页面查看。".into()));
    }
    Ok(Seen::amended(&found))
}
