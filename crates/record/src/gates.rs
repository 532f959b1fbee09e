//! Batches under review: what the review must know of them, the acts of people, and what a batch does when something happens.

use std::{collections::HashSet, sync::Arc};

use futures::{TryStreamExt, future::BoxFuture};
use item::{Item, Severity};
use kernel::{
    Actor, Staff,
    id::{AccountId, ColumnId},
    may_for,
};
use record_check::Breach;
use review::{
    About, Happened, Kind, Matter, Outcome, Review, Route, State as Round, Subject, Word, Words, acts,
    events::Said,
    findings::{self, Checks, Part, PartText, Piece, Whose},
    subject::LogName,
};
use store::{Tx, query, query_as};
use tokio::sync::Semaphore;
use web::{Ctx, Refusal, Result as Shown};

use crate::{
    batch::{self, Batch},
    check,
    events::{BATCH, SAID, SHOWN},
    ids::BatchId,
    permissions::ENTER_RECORDS,
    personal, publish,
    state::{BatchState, Way},
    values::{self, Data},
    write,
};

/// How sentences name a batch.
pub const WORDS: Words = Words { this: "这一批数据", work: "数据" };

/// Working days for a stage, where the settings of the review say nothing: what must be public in seven working days
/// leaves no more.
const DAYS: u32 = 1;
/// Bytes of a text that is looked through once for all rows which have it.
const LONGEST_SAME: usize = 120;

/// What is rejected when a batch is handed in is told so far one by one.
const TOLD: usize = 5;

/// The cells of a large batch are held in memory while they are looked through: those of one at a time.
static LOOKING: Semaphore = Semaphore::const_new(1);

/// What is declared to the review. Batches are decided on at `/records/batches/{id}` of the office.
pub fn kind() -> Kind {
    Kind {
        kind: BATCH,
        label: "领域数据",
        days: |_| DAYS,
        route: Route::statutory,
        desk: |id| format!("/records/batches/{id}"),
        list: "/records/batches",
        exceptions: "/records/batches",
        make: |ctx| Arc::new(Batches { ctx: ctx.clone() }),
    }
}

/// The owner of batches.
#[derive(Debug, Clone)]
pub struct Batches {
    ctx: Ctx,
}

/// Which batch, for the review.
pub fn about(id: &BatchId) -> About {
    About::new(BATCH, id)
}

/// What the checks look at: the rows as readers will see them, what is masked with its mask.
fn part(batch: &Batch) -> Part {
    Part::digested("rows", "数据", batch.rows_digest.clone())
}

fn parts(batch: &Batch) -> Vec<Part> {
    let texts = [("title", "标题", &batch.title), ("note", "说明", &batch.note)];
    let mut parts = vec![part(batch)];
    parts.extend(texts.map(|(key, label, text)| Part::of_text(key, label, text)));
    parts
}

/// The rows of a batch as the checks take them: each cell that readers will see by itself, with its head, whatever its type.
async fn pieces(ctx: &Ctx, item: &Item, batch: &BatchId) -> Shown<Vec<Piece>> {
    let mut rows = query_as::<(i64, Data)>(
        "SELECT number, data FROM record WHERE batch = $1 AND state <> 'doubtful' ORDER BY number, id",
    )
    .bind(batch)
    .fetch(ctx.db().read());
    let (mut pieces, mut known) = (Vec::new(), HashSet::new());
    while let Some((number, data)) = rows.try_next().await? {
        pieces.extend(cells(item, number, &data, &mut known));
    }
    Ok(pieces)
}

/// The cells of a row. What thousands of rows say in the same words, and no digit in it, is `known` after the first of them.
fn cells(item: &Item, number: i64, data: &Data, known: &mut HashSet<(String, String)>) -> Vec<Piece> {
    let values = data.typed(item);
    let (whose, of_person) = (personal::whose(item, &values), values::says_person(item, &values) == Some(true));
    let mut pieces = Vec::new();
    let mut add = |head: &str, text: &str, whose: Whose| {
        let is_same = whose != Whose::Person && !text.bytes().any(|b| b.is_ascii_digit());
        if is_same && text.len() <= LONGEST_SAME && !known.insert((head.to_owned(), text.to_owned())) {
            return;
        }
        pieces.push(Piece::read(format!("第 {number} 行“{head}”"), format!("{head}：{text}")).of(whose));
    };
    for column in &item.columns {
        let text = data.get(&column.key);
        if personal::is_read(column, text, of_person) {
            add(&column.label, text, personal::whose_column(column, whose));
        }
    }
    for (head, text) in &data.more {
        add(head, text, whose);
    }
    pieces
}

/// Looks through what has not been looked through as it stands. Before a write that submits or passes, and before a page
/// that shows
/// what was found: never inside a write.
///
/// # Errors
/// When there is no such batch, or the database fails.
pub async fn look_through(ctx: &Ctx, id: &BatchId) -> Result<(), Refusal> {
    let batch = batch::find(ctx.db().read(), id).await?.ok_or(Refusal::NotFound)?;
    // Whoever opens a large batch at the same time waits, and finds it looked through.
    let _one = if batch.total > publish::AT_ONCE { LOOKING.acquire().await.ok() } else { None };
    let item = batch.item(ctx).await?;
    let asking = findings::Asking::of(ctx).await?;
    let parts = parts(&batch);
    let texts = [("title", "标题", batch.title.clone()), ("note", "说明", batch.note.clone())];
    findings::ensure(&asking, ctx.db(), &about(id), &parts, async |missing: &[Part]| {
        let mut found = Vec::new();
        for (key, label, text) in &texts {
            let text = PartText::of(key, label, text);
            if missing.contains(&text.part) {
                found.push(text);
            }
        }
        let rows = part(&batch);
        if missing.contains(&rows) {
            found.push(PartText { part: rows, pieces: pieces(ctx, &item, id).await? });
        }
        Ok(found)
    })
    .await?;
    Ok(())
}

/// What was found in a batch as it stands, with the decisions.
///
/// # Errors
/// When the database fails.
pub async fn checks(ctx: &Ctx, batch: &Batch) -> Result<Checks, Refusal> {
    findings::read(ctx.db().read(), &about(&batch.id), &parts(batch)).await
}

/// The newest round of a batch; `None` before it was submitted.
///
/// # Errors
/// When the database fails.
pub async fn round(ctx: &Ctx, id: &BatchId) -> Result<Option<Review>, Refusal> {
    review::rows::newest(ctx.db().read(), &about(id)).await
}

/// State in words; in review with the gate.
pub fn state_words(batch: &Batch, review: Option<&Review>) -> String {
    match review.and_then(|review| review.round.stage()) {
        Some(stage) if batch.state == BatchState::InReview => format!("{}·{}", batch.state.label(), stage.label),
        _ => batch.state.label().to_owned(),
    }
}

/// Why a batch went back: the name of the gate, of the person, the reason.
pub fn returned(review: &Review) -> Option<(&str, &str, &str)> {
    match &review.round.state {
        Round::Returned { stage, by, reason } | Round::Stopped { stage, by, reason } => {
            let gate = review.round.route.stage(*stage).map_or("", |stage| stage.label.as_str());
            Some((gate, by, reason))
        }
        _ => None,
    }
}

/// A batch as the review sees it in this write.
async fn matter(ctx: &Ctx, tx: &mut Tx, batch: &Batch) -> Result<Matter, Refusal> {
    let review = review::rows::newest(tx.conn(), &about(&batch.id)).await?;
    let authors: Vec<AccountId> = batch::authors(tx.conn(), &batch.id).await?;
    let item = batch.item(ctx).await?;
    let mut text = batch.brief();
    text["digest"] = batch.rows_digest.as_str().into();
    let unfit = (batch.total == 0).then(|| "这批数据里没有可以公开的记录，请先核定存疑的行或者补充记录。".to_owned());
    Ok(Matter {
        about: about(&batch.id),
        organ: batch.organ.clone(),
        keeper: ctx.directory().stands_for(&batch.organ, ctx.today()),
        title: format!("{}（{} 条）", batch.title, batch.total),
        label: item.title.clone(),
        byline: batch.author_name.clone(),
        state: state_words(batch, review.as_ref()),
        authors,
        explained: false,
        unfit,
        parts: parts(batch),
        log: LogName { id: batch.id.to_string(), brief: batch.brief(), text },
    })
}

/// A batch locked for a write of its review, with what the review must know.
async fn loaded(ctx: &Ctx, tx: &mut Tx, id: &BatchId) -> Result<(Batch, Matter), Refusal> {
    tx.lock_row("record_batch", id.as_str()).await?;
    let batch = batch::find(tx.conn(), id).await?.ok_or(Refusal::NotFound)?;
    if matches!(batch.state, BatchState::Loading | BatchState::Dropped) {
        return Err(Refusal::NotFound);
    }
    let matter = matter(ctx, tx, &batch).await?;
    Ok((batch, matter))
}

/// The same, as the form that decides showed it.
async fn shown(ctx: &Ctx, tx: &mut Tx, (id, version): (&BatchId, i64)) -> Result<(Batch, Matter), Refusal> {
    let (batch, matter) = loaded(ctx, tx, id).await?;
    if batch.version != version {
        return Err(review::Refusal::Changed(WORDS).into());
    }
    Ok((batch, matter))
}

impl Subject for Batches {
    fn kind(&self) -> &'static str {
        BATCH
    }

    fn words(&self) -> Words {
        WORDS
    }

    fn said(&self) -> &'static Said {
        &SAID
    }

    fn matter<'a>(&'a self, tx: &'a mut Tx, _: &'a Actor, id: &'a str) -> BoxFuture<'a, Result<Matter, Refusal>> {
        Box::pin(async move { Ok(loaded(&self.ctx, tx, &BatchId::from(id)).await?.1) })
    }

    fn still<'a>(&'a self, away: Staff) -> BoxFuture<'a, Result<Option<Staff>, Refusal>> {
        Box::pin(async move { Ok(review::desk::still(&self.ctx, away).await?) })
    }

    fn prepare<'a>(
        &'a self,
        tx: &'a mut Tx,
        _: &'a Actor,
        matter: &'a Matter,
        what: &'a Happened<'a>,
    ) -> BoxFuture<'a, Result<(), Refusal>> {
        Box::pin(async move {
            let id = BatchId::from(matter.about.id.as_str());
            let (from, to, at) = match what {
                Happened::Opened(_) => (["draft", "returned"], BatchState::InReview, tx.now()),
                Happened::Moved(_) | Happened::Onward(_) => (["in_review", ""], BatchState::InReview, String::new()),
                Happened::Returned(..) => (["in_review", "publishing"], BatchState::Returned, String::new()),
                Happened::Recalled => (["in_review", ""], BatchState::Draft, String::new()),
                // Both publish, which is told after the review's own event.
                Happened::Passed | Happened::Excepted => return publish::ready(tx, &id).await,
            };
            let done = query(
                "UPDATE record_batch SET state = $2, submitted_at = CASE WHEN $3 = '' THEN submitted_at ELSE $3 END, \
                 version = version + 1 WHERE id = $1 AND state IN ($4, $5)",
            )
            .bind(&id)
            .bind(to)
            .bind(at)
            .bind(from[0])
            .bind(from[1])
            .execute(tx.conn())
            .await?;
            if done.rows_affected() == 0 {
                return Err(review::Refusal::Changed(WORDS).into());
            }
            Ok(())
        })
    }

    fn follow<'a>(
        &'a self,
        tx: &'a mut Tx,
        actor: &'a Actor,
        matter: &'a Matter,
        what: &'a Happened<'a>,
    ) -> BoxFuture<'a, Result<(), Refusal>> {
        Box::pin(async move {
            if matches!(what, Happened::Passed | Happened::Excepted) {
                publish::passed(&self.ctx, tx, actor, &BatchId::from(matter.about.id.as_str())).await?;
            }
            Ok(())
        })
    }
}

/// What the checks of the item say of the rows of a batch, all of them together, as they lie there and beside what is public
/// now. Known until readers see other records, or an item or an organ changes: asked before a write, it costs the write nothing,
/// whatever others do with their batches meanwhile.
///
/// # Errors
/// [`Refusal::Conflict`] when the catalogue has the item no more; when the database fails.
pub async fn breaches(ctx: &Ctx, batch: &Batch) -> Result<Arc<Vec<Breach>>, Refusal> {
    let item = batch.item(ctx).await?;
    let key = format!("checks of batch {} {} {} {}", batch.id, batch.rows_digest, item.version, ctx.today());
    let ask = async {
        let found = check::stored(ctx, &item, batch).await;
        found.map(Arc::new).map_err(|error| check::not_known(error, "checks of a batch"))
    };
    Ok(ctx.db().while_events_unchanged(&[crate::items::SUBJECT, "organ"], &SHOWN, key, ask).await?)
}

/// Refuses a batch with rows that the checks of its item reject, however they came into it.
async fn sound(ctx: &Ctx, batch: &Batch) -> Result<(), Refusal> {
    let item = batch.item(ctx).await?;
    let all = breaches(ctx, batch).await?;
    let rejected: Vec<String> = all
        .iter()
        .filter(|breach| breach.severity == Severity::Reject)
        .map(|breach| check::told_of(&item, breach))
        .collect();
    if rejected.is_empty() {
        return Ok(());
    }
    let (n, first) = (rejected.len(), rejected.iter().take(TOLD).cloned().collect::<Vec<_>>().join(""));
    Err(Refusal::Conflict(format!("这批数据有 {n} 处不符合“{}”的规则，请改正后再提交。{first}", item.title)))
}

/// 提交审核. The checks of the item are asked once more over all rows, since they may have been changed one by one and other records
/// may have come since; call [`look_through`] and [`breaches`] before.
///
/// # Errors
/// [`Refusal::Conflict`] with what does not hold any more, or as the batch stands; when the person may not.
pub async fn submit(ctx: &Ctx, tx: &mut Tx, actor: &Actor, (id, version): (&BatchId, i64)) -> Result<(), Refusal> {
    let (batch, mut matter) = shown(ctx, tx, (id, version)).await?;
    may_for(actor, &ENTER_RECORDS, &matter.keeper)?;
    if !batch.state.is_open() {
        return Err(Refusal::Conflict(format!("这批数据现在是“{}”，不能提交。", batch.state.label())));
    }
    // No person stands behind what a program entered: whoever hands it in answers for it, and passes none of its gates.
    if batch.way == Way::Api
        && let Some(staff) = actor.staff()
    {
        batch::wrote(tx, actor, id).await?;
        if !matter.authors.contains(&staff.account) {
            matter.authors.push(staff.account.clone());
        }
    }
    taken(ctx, tx, &batch).await?;
    sound(ctx, &batch).await?;
    let route = kind().route_in(ctx, tx.conn(), "", (&ColumnId::from(""), &batch.item)).await?;
    acts::open(tx, &Batches { ctx: ctx.clone() }, actor, &matter, route).await?;
    Ok(())
}

/// Refuses a batch with rows whose keys have become those of another public record since they were entered.
async fn taken(ctx: &Ctx, tx: &mut Tx, batch: &Batch) -> Result<(), Refusal> {
    let rows: Vec<(i64,)> = query_as(
        "SELECT r.number FROM record r WHERE r.batch = $1 AND r.state = 'draft' AND r.keyed <> '' AND r.twin = '' AND EXISTS \
         (SELECT 1 FROM record o WHERE o.item = r.item AND o.organ = r.organ AND o.keyed = r.keyed AND o.keyed <> '' \
         AND o.state = 'public' AND o.id <> r.replaces) \
         ORDER BY r.number LIMIT 5",
    )
    .bind(&batch.id)
    .fetch_all(tx.conn())
    .await?;
    if rows.is_empty() {
        if let Some(words) = publish::twice(tx.conn(), &batch.id).await? {
            return Err(Refusal::Conflict(format!("{words}请删除多余的行，再提交。")));
        }
        return write::living(ctx, &batch.organ);
    }
    let numbers: Vec<String> = rows.iter().map(|(number,)| number.to_string()).collect();
    Err(Refusal::Conflict(format!(
        "第 {} 行与已公开的记录编号相同，不能重复公开。请删除这些行；内容有变化的，请在原记录上办理更正。",
        numbers.join("、")
    )))
}

/// 收回修改, by those who may enter.
///
/// # Errors
/// When it is not under review, or the person may not.
pub async fn recall(ctx: &Ctx, tx: &mut Tx, actor: &Actor, (id, version): (&BatchId, i64)) -> Result<(), Refusal> {
    let (_, matter) = shown(ctx, tx, (id, version)).await?;
    may_for(actor, &ENTER_RECORDS, &matter.keeper)?;
    acts::recall(tx, &Batches { ctx: ctx.clone() }, actor, &matter).await
}

/// 领取.
///
/// # Errors
/// As [`acts::claim`].
pub async fn claim(ctx: &Ctx, tx: &mut Tx, actor: &Actor, (id, version): (&BatchId, i64)) -> Result<(), Refusal> {
    let (_, matter) = shown(ctx, tx, (id, version)).await?;
    acts::claim(tx, &Batches { ctx: ctx.clone() }, actor, &matter).await
}

/// 放回.
///
/// # Errors
/// As [`acts::release`].
pub async fn release(ctx: &Ctx, tx: &mut Tx, actor: &Actor, (id, version): (&BatchId, i64)) -> Result<(), Refusal> {
    let (_, matter) = shown(ctx, tx, (id, version)).await?;
    acts::release(tx, &Batches { ctx: ctx.clone() }, actor, &matter).await
}

/// 通过; with the last gate the batch becomes public. Call [`look_through`] before.
///
/// # Errors
/// As [`acts::approve`]; what keeps the batch from becoming public.
pub async fn pass<'w>(
    ctx: &Ctx,
    tx: &mut Tx,
    actor: &Actor,
    (id, version): (&BatchId, i64),
    word: impl Into<Word<'w>>,
) -> Result<Outcome, Refusal> {
    let (_, matter) = shown(ctx, tx, (id, version)).await?;
    acts::approve(tx, &Batches { ctx: ctx.clone() }, actor, &matter, word).await
}

/// 退回, with the reason.
///
/// # Errors
/// As [`acts::send_back`].
pub async fn send_back<'w>(
    ctx: &Ctx,
    tx: &mut Tx,
    actor: &Actor,
    (id, version): (&BatchId, i64),
    word: impl Into<Word<'w>>,
) -> Result<(), Refusal> {
    let (_, matter) = shown(ctx, tx, (id, version)).await?;
    acts::send_back(tx, &Batches { ctx: ctx.clone() }, actor, &matter, word).await
}

/// 紧急公开, past the gates that are left.
///
/// # Errors
/// As [`acts::except`].
pub async fn except(
    ctx: &Ctx,
    tx: &mut Tx,
    actor: &Actor,
    (id, version): (&BatchId, i64),
    reason: &str,
) -> Result<(), Refusal> {
    let (_, matter) = shown(ctx, tx, (id, version)).await?;
    acts::except(tx, &Batches { ctx: ctx.clone() }, actor, &matter, reason).await
}

/// The owner of batches and one of them locked, for acts of the review that have no function here (letting a finding through,
/// reviewing an exception).
///
/// # Errors
/// When there is no such batch, or the database fails.
pub async fn subject(ctx: &Ctx, tx: &mut Tx, id: &BatchId) -> Result<(Batches, Matter), Refusal> {
    let (_, matter) = loaded(ctx, tx, id).await?;
    Ok((Batches { ctx: ctx.clone() }, matter))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_cell_that_readers_see_is_read_with_its_head() {
        let penalty = item::boxed().iter().find(|item| item.key.as_str() == "penalty").expect("in the box");
        let mut data = Data::default();
        for (key, text) in [
            ("counterpart_kind", "02"),
            ("counterpart", "王小明"),
            ("credit_code", "11010519491231002X"),
            ("facts", "未按规定查验进货凭证"),
            ("decided_on", "2026-03-05"),
        ] {
            data.values.insert(key.to_owned(), text.to_owned());
        }
        data.more.insert("银行开户行账号".to_owned(), "6222021234567890".to_owned());
        let mut known = HashSet::new();
        let read = cells(penalty, 3, &data, &mut known);
        let texts: Vec<&str> = read.iter().map(|piece| piece.text.as_str()).collect();
        assert!(texts.contains(&"行政相对人代码_1（统一社会信用代码）：11010519491231002X"), "{texts:?}");
        assert!(texts.contains(&"银行开户行账号：6222021234567890"), "{texts:?}");
        assert!(read.iter().all(|piece| piece.whose == Whose::Person && piece.place.starts_with("第 3 行“")));
        assert!(!texts.iter().any(|text| text.contains("2026-03-05")));
        assert_eq!(cells(penalty, 4, &data, &mut known).len(), read.len(), "of a person each is read");
        data.values.insert("counterpart_kind".to_owned(), "01".to_owned());
        assert_eq!(cells(penalty, 5, &data, &mut known).len(), read.len());
        assert_eq!(cells(penalty, 6, &data, &mut known).len(), 2, "what has digits is read again");
    }
}
