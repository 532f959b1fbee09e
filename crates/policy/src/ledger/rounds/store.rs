//! Writes on rounds, and the rules on them.

use ::store::{Tx, query, query_as, query_scalar};
use document::{
    House,
    draft::{self, NewDocument},
    form,
    html::Written,
    values::lines,
};
use kernel::{
    Actor, NewEvent, OrganCode,
    id::{AccountId, ColumnId, DocumentId},
    may_for,
};
use serde_json::json;
use web::{Refusal, Result};

use super::{
    ANNOUNCEMENT, ANSWER_CLEAN_UP, ANSWERED, CANCELLED, CONFIRMED, DECIDED, OPENED, RUN_CLEAN_UP, SUBJECT,
    model::Answer,
    result,
    rows::{self, Item, Round, RoundId},
};

/// What of a round was typed, as it is kept.
pub(super) struct Opening {
    pub(super) title: String,
    pub(super) organ: OrganCode,
    pub(super) until_on: String,
    pub(super) due_on: String,
    pub(super) note: String,
}

/// Normative documents that are law now, within the scope of a round: each with the organ that issued it.
async fn within(tx: &mut Tx, house: &House, opening: &Opening) -> Result<Vec<(DocumentId, OrganCode)>, Refusal> {
    let found: Vec<(DocumentId, OrganCode, String)> = query_as(
        "SELECT d.id, d.organ, COALESCE(NULLIF(w.value, ''), d.first_published_on) FROM ledger_entry l \
         JOIN document d ON d.id = l.document_id AND d.current_edition <> '' \
         LEFT JOIN facet w ON w.edition_id = d.current_edition AND w.key = 'written_on' AND w.place = 0 \
         LEFT JOIN document_facet v ON v.rank = d.rank AND v.key = 'validity' \
         WHERE l.normative = 1 AND COALESCE(v.value, '') NOT IN ('repealed', 'lapsed') ORDER BY d.organ, d.id",
    )
    .fetch_all(tx.conn())
    .await?;
    let fits = |(_, organ, written): &(DocumentId, OrganCode, String)| {
        let kept = opening.organ.as_str().is_empty() || house.keeper(organ) == opening.organ;
        kept && (opening.until_on.is_empty() || *written <= opening.until_on)
    };
    Ok(found.into_iter().filter(fits).map(|(id, organ, _)| (id, organ)).collect())
}

/// Opens a round over what is law now.
///
/// # Errors
/// At the field, when nothing is within its scope.
pub(super) async fn open_round(
    tx: &mut Tx,
    house: &House,
    actor: &Actor,
    opening: &Opening,
) -> Result<(RoundId, usize), Refusal> {
    tx.lock(SUBJECT).await?;
    let documents = within(tx, house, opening).await?;
    if documents.is_empty() {
        let text = "这个范围里没有现行的规范性文件。请先在台账里登记，或者放宽范围。";
        return Err(Refusal::field("until_on", text));
    }
    let id = RoundId::fresh(&tx.seams());
    query(
        "INSERT INTO clean_up (id, title, organ, until_on, due_on, note, state, result_document, opened_by, opened_name, \
         opened_at, ended_by, ended_name, ended_at, reason, version) \
         VALUES ($1, $2, $3, $4, $5, $6, 'open', '', $7, $8, $9, '', '', '', '', 1)",
    )
    .bind(&id)
    .bind(&opening.title)
    .bind(&opening.organ)
    .bind_all([opening.until_on.as_str(), opening.due_on.as_str(), opening.note.as_str()])
    .bind(AccountId::from(actor.log_id()))
    .bind(actor.log_name())
    .bind(tx.now())
    .execute(tx.conn())
    .await?;
    for (document, organ) in &documents {
        query(
            "INSERT INTO clean_up_item (clean_up, document_id, organ, answer, reason, answered_by, answered_name, answered_at, \
             answered_for, decision, decided_note, decided_by, decided_name, decided_at, version) \
             VALUES ($1, $2, $3, '', '', '', '', '', '', '', '', '', '', '', 1)",
        )
        .bind(&id)
        .bind(document)
        .bind(organ)
        .execute(tx.conn())
        .await?;
    }
    let data = json!({
        "title": opening.title, "organ": opening.organ, "until_on": opening.until_on, "due_on": opening.due_on,
        "documents": documents.len(), "note": opening.note,
    });
    tx.append(NewEvent::new(&OPENED, &id, actor).data(data)).await?;
    Ok((id, documents.len()))
}

/// The round and one of its documents, locked, while answers are taken.
pub(super) async fn taken(tx: &mut Tx, id: &RoundId, document: &DocumentId) -> Result<(Round, Item), Refusal> {
    tx.lock(SUBJECT).await?;
    let round = rows::round(tx.conn(), id).await?.ok_or(Refusal::NotFound)?;
    let item = rows::item(tx.conn(), id, document).await?.ok_or(Refusal::NotFound)?;
    if !round.can_be_confirmed() {
        return Err(Refusal::Conflict("这一轮清理已经结束，不能再改。需要更正的，请联系县政府办公室。".to_owned()));
    }
    if item.is_over() {
        return Err(Refusal::Conflict(format!("这份文件{}，不再列入清理，没有保存。", item.ended_words())));
    }
    Ok((round, item))
}

/// Nobody writes over what was not seen.
fn unchanged(item: &Item, seen: i64) -> Result<(), Refusal> {
    if item.version == seen {
        return Ok(());
    }
    let now = item.outcome().map_or("没有意见", Answer::label);
    let text = format!("您打开之后，这份文件的意见改过（现在是{now}），没有覆盖。请看现在的意见，要改的再提交一次。");
    Err(Refusal::Conflict(text))
}

/// Puts the proposal of an organ in, over the version that was seen.
///
/// # Errors
/// When the person may not for this organ, somebody was faster, the round has ended, the document is no longer law, or a reason is
/// missing.
pub(super) async fn put_answer(
    tx: &mut Tx,
    house: &House,
    actor: &Actor,
    (id, document): (&RoundId, &DocumentId),
    (answer, reason, seen): (Answer, &str, i64),
) -> Result<(), Refusal> {
    let (_, item) = taken(tx, id, document).await?;
    may_for(actor, &ANSWER_CLEAN_UP, &house.keeper(&item.organ))?;
    unchanged(&item, seen)?;
    let reason = lines(reason, 1_000);
    if reason.is_empty() && answer != Answer::Keep {
        let text = format!("请写明{}的理由，例如 依据的上位法已修订，第三条与其不一致。", answer.label());
        return Err(Refusal::field("reason", text));
    }
    if item.answer == answer.code() && item.reason == reason {
        return Ok(());
    }
    let by = match actor {
        Actor::Staff(staff) => staff.organ.clone(),
        _ => OrganCode::default(),
    };
    query(
        "UPDATE clean_up_item SET answer = $3, reason = $4, answered_by = $5, answered_name = $6, answered_at = $7, \
         answered_for = $8, version = version + 1 WHERE clean_up = $1 AND document_id = $2",
    )
    .bind(id)
    .bind(document)
    .bind(answer.code())
    .bind(&reason)
    .bind(AccountId::from(actor.log_id()))
    .bind(actor.log_name())
    .bind(tx.now())
    .bind(by)
    .execute(tx.conn())
    .await?;
    let data = json!({ "document": document, "answer": answer.code(), "reason": reason });
    tx.append(NewEvent::new(&ANSWERED, id, actor).organ(&item.organ).data(data)).await?;
    Ok(())
}

/// Puts the decision of the office in, over the version that was seen.
///
/// # Errors
/// As [`put_answer`].
pub(super) async fn put_decision(
    tx: &mut Tx,
    actor: &Actor,
    (id, document): (&RoundId, &DocumentId),
    (decision, note, seen): (Answer, &str, i64),
) -> Result<(), Refusal> {
    let (_, item) = taken(tx, id, document).await?;
    may_for(actor, &RUN_CLEAN_UP, &item.organ)?;
    unchanged(&item, seen)?;
    let note = lines(note, 1_000);
    if note.is_empty() && decision.code() != item.answer {
        return Err(Refusal::field("decided_note", "审定与机关的意见不同，请写明理由，机关会看到。"));
    }
    query(
        "UPDATE clean_up_item SET decision = $3, decided_note = $4, decided_by = $5, decided_name = $6, decided_at = $7, \
         version = version + 1 WHERE clean_up = $1 AND document_id = $2",
    )
    .bind(id)
    .bind(document)
    .bind(decision.code())
    .bind(&note)
    .bind(AccountId::from(actor.log_id()))
    .bind(actor.log_name())
    .bind(tx.now())
    .execute(tx.conn())
    .await?;
    let data = json!({ "document": document, "decision": decision.code(), "note": note });
    tx.append(NewEvent::new(&DECIDED, id, actor).organ(&item.organ).data(data)).await?;
    Ok(())
}

/// A round that somebody ends, as the person saw it.
///
/// # Errors
/// [`Refusal::Conflict`] when somebody was faster.
pub(super) async fn ending(tx: &mut Tx, id: &RoundId, seen: i64) -> Result<Round, Refusal> {
    tx.lock(SUBJECT).await?;
    let round = rows::round(tx.conn(), id).await?.ok_or(Refusal::NotFound)?;
    if !round.can_be_confirmed() || round.version != seen {
        return Err(Refusal::Conflict(format!("这一轮清理已由{}结束，没有再改。", round.ended_name)));
    }
    Ok(round)
}

/// Confirms the result: the announcement is drafted, and waits for its gates.
///
/// # Errors
/// When something is not answered, the column is none, or the round has ended.
pub(super) async fn confirm_round(
    tx: &mut Tx,
    house: &House,
    actor: &Actor,
    (id, seen): (&RoundId, i64),
    (organ, column): (&OrganCode, &ColumnId),
    (typed, written): (&form::Typed, &Written),
) -> Result<DocumentId, Refusal> {
    let round = ending(tx, id, seen).await?;
    may_for(actor, &RUN_CLEAN_UP, organ)?;
    let items = rows::lasting(rows::all(tx.conn(), id).await?);
    if items.is_empty() {
        let text = "列入的文件都已经废止、失效或者撤回，没有可以公布的结果。请取消这一轮清理。";
        return Err(Refusal::Conflict(text.to_owned()));
    }
    let open = items.iter().filter(|item| item.outcome().is_none()).count();
    if open > 0 {
        return Err(Refusal::Conflict(format!("还有 {open} 份文件没有意见。请催办，或者逐份审定后再确认。")));
    }
    let known: Option<i64> =
        query_scalar("SELECT 1 FROM portal_column WHERE slug = $1").bind(column).fetch_optional(tx.conn()).await?;
    if known.is_none() {
        return Err(Refusal::field("column", "请选择公布结果的栏目，例如 政策文件。"));
    }
    let kind = house.kinds.get(ANNOUNCEMENT).ok_or(Refusal::NotFound)?;
    let new = NewDocument {
        organ: organ.clone(),
        column: column.clone(),
        kind,
        title: typed.title.clone(),
        relations: Vec::new(),
    };
    let (document, edition) = draft::create(tx, house, actor, &new).await?;
    let whole = document::rows::load(tx, house, actor, &edition.id).await?;
    let typed = form::Typed {
        version: whole.edition.version,
        body_html: typed.body_html.clone(),
        ..form::Typed::from_whole(house, &whole)
    };
    draft::save(tx, house, actor, &whole, &typed, written).await?;
    close(tx, actor, &round, &items, &document.id).await?;
    Ok(document.id)
}

/// Ends a round with the document that announces its result.
///
/// # Errors
/// When the database fails.
pub(super) async fn close(
    tx: &mut Tx,
    actor: &Actor,
    round: &Round,
    items: &[Item],
    document: &DocumentId,
) -> Result<(), Refusal> {
    query(
        "UPDATE clean_up SET state = 'confirmed', result_document = $2, ended_by = $3, ended_name = $4, ended_at = $5, \
         version = version + 1 WHERE id = $1",
    )
    .bind(&round.id)
    .bind(document)
    .bind(AccountId::from(actor.log_id()))
    .bind(actor.log_name())
    .bind(tx.now())
    .execute(tx.conn())
    .await?;
    let mut data = json!({ "result": document });
    for (answer, many) in result::counts(items) {
        data[answer.code()] = many.into();
    }
    tx.append(NewEvent::new(&CONFIRMED, &round.id, actor).data(data)).await?;
    Ok(())
}

/// Ends a round without a result.
///
/// # Errors
/// When the database fails.
pub(super) async fn cancel(tx: &mut Tx, actor: &Actor, id: &RoundId, reason: &str) -> Result<(), Refusal> {
    query(
        "UPDATE clean_up SET state = 'cancelled', reason = $2, ended_by = $3, ended_name = $4, ended_at = $5, \
         version = version + 1 WHERE id = $1",
    )
    .bind(id)
    .bind(reason)
    .bind(AccountId::from(actor.log_id()))
    .bind(actor.log_name())
    .bind(tx.now())
    .execute(tx.conn())
    .await?;
    tx.append(NewEvent::new(&CANCELLED, id, actor).data(json!({ "reason": reason }))).await?;
    Ok(())
}
