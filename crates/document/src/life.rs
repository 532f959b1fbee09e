//! The life of an edition between its author and the public: into the review and out of it, published, superseded, withdrawn.
//!
//! Each act takes the edition as it was loaded, locked, in the same write; asks the state ([`crate::state`]); changes the row
//! on condition of its version; and appends its event. Who may pass a review, and what was found in the text, is the caller's
//! to say.

use jiff::Timestamp;
use kernel::{Actor, NewEvent, Role, event::EventKind, may_for, time};
use serde_json::{Value, json};
use store::{Tx, query, query_scalar};
use text::findings::objections;
use web::Refusal;

use crate::{
    commit::{self, Shown},
    common::{COMPARED, DOCUMENT_NUMBER, EXPLAINED},
    draft::{add_authors, words_of},
    error::{Result, errors},
    events,
    form::{Draft, public_words},
    house::House,
    lists::{self, Entry},
    number,
    permissions::WITHDRAW_DOCUMENTS,
    pictures, references, remarks,
    rows::{self, EditionRow, Whole, changed},
    spec::{KindSpec, Numbering},
    sql::Statement,
    state::State,
    words,
};

/// 提交审核. `blocked` is the number of findings that stop it.
///
/// # Errors
/// [`Refusal::Fields`] with what must be corrected first; [`Refusal::Conflict`] when the state or a finding does not allow
/// it. Nothing has been written then.
pub async fn submit(tx: &mut Tx, house: &House, actor: &Actor, whole: &Whole, blocked: usize) -> Result<()> {
    let kind = house.kind_of(&whole.document)?;
    may_for(actor, kind.write, whole.document.keeper())?;
    let now = tx.seams().now();
    if whole.edition.is_editable() {
        let faults = to_correct(tx, house, whole, now).await?;
        if !faults.is_empty() {
            return Err(errors(faults).into());
        }
    }
    let next = whole.edition.state()?.submit(&whole.edition.facts(blocked))?;
    let whole = &Whole { files: pictures::keep_named(tx, actor, whole).await?, ..whole.clone() };
    put_state(tx, &whole.edition, &next).await?;
    let edition = &whole.edition;
    // Whoever submits answers for the text like whoever wrote in it; the log names all of them, so that none passes it.
    let mut authors = whole.authors.clone();
    if let Some(staff) = actor.staff().filter(|staff| !whole.is_by(&staff.account)) {
        add_authors(tx, &edition.id, std::slice::from_ref(&staff.account)).await?;
        authors.push(staff.account.clone());
    }
    let data = json!({
        "edition": edition.id, "number": edition.number, "title": edition.title, "fields": fields(kind, whole),
        "authors": authors,
    });
    event(tx, actor, whole, &events::SUBMITTED, data).await
}

/// What must be corrected before the edition can be submitted, all of it at once: field and sentence.
///
/// # Errors
/// When the database fails.
pub async fn to_correct(
    tx: &mut Tx,
    house: &House,
    whole: &Whole,
    now: Timestamp,
) -> Result<Vec<(&'static str, String)>> {
    let mut faults = missing(tx, house, whole, now).await?;
    faults.extend(Draft::of(house, whole)?.too_late(now));
    let html = &whole.text.body_html;
    if ["<s>", "<s ", "<del>", "<del "].iter().any(|struck| html.contains(struck)) {
        // Plain text has no line through it: search, excerpts and reading aloud would say what is void.
        let ask = "正文里有加了删除线的文字，搜索结果和朗读会把它当作有效的正文。请删去作废的文字；仍然有效的，请去掉删除线。";
        faults.push(("body_html", ask.to_owned()));
    }
    let compared = house.kind_of(&whole.document)?.facet(COMPARED.key).is_some();
    if whole.edition.number > 1 && compared && !whole.values.has(&COMPARED) {
        let ask = "请选择公众能不能把这一版与旧版逐字对照；更正是为了不再公开某些内容的，选“不公开”。";
        faults.push((COMPARED.key, ask.to_owned()));
    }
    Ok(faults)
}

/// What must be corrected before the edition can be submitted or published past its review: field and sentence.
async fn missing(tx: &mut Tx, house: &House, whole: &Whole, now: Timestamp) -> Result<Vec<(&'static str, String)>> {
    let mut faults = Draft::of(house, whole)?.missing(whole.edition.number, now);
    if !whole.values.has(&EXPLAINED) {
        // One that is empty is only told: whoever reads the text reads its day.
        let contrary = remarks::contrary(house.kind_of(&whole.document)?, &whole.values, &whole.text.body_text);
        let written = contrary.into_iter().filter(|(facet, _)| whole.values.has(facet));
        faults.extend(
            written.map(|(facet, text)| (facet.key, format!("{text}确实如此的，在“特殊情况说明”里写明原因。"))),
        );
    }
    let pictures = pictures::faults(whole);
    if !pictures.is_empty() {
        faults.push(("body_html", pictures.join("\n")));
    }
    faults.extend(unfit_relations(tx, house, whole).await?);
    faults.extend(taken_number(tx, whole).await?);
    faults.extend(no_change(tx, house, whole).await?);
    Ok(faults)
}

/// Another document that is public or on its way with the same number, however it is written there: of the organ itself, and of
/// any other, since the letters of a number are one organ's. One that is explained passes, and its reviewers read why.
async fn taken_number(tx: &mut Tx, whole: &Whole) -> Result<Option<(&'static str, String)>> {
    let number = whole.values.get(&DOCUMENT_NUMBER);
    if number.is_empty() || whole.values.has(&EXPLAINED) {
        return Ok(None);
    }
    // Numbers are looked for in no index: from the pairs of words in which the number's end stands, or, where too many hold it,
    // from the organ's own. Orders without a year (第5号) are counted by each organ for itself.
    let search = match number::tail(number) {
        Some(tail) => words::Search::prepare(tx.conn(), tail).await?,
        None => None,
    };
    let mut ask = Statement::new("SELECT e.title FROM ");
    match search.as_ref().and_then(|search| search.rare.as_ref()) {
        Some(pair) => {
            ask.add("(SELECT DISTINCT w.document_id FROM document_word w WHERE ");
            pair.condition(&mut ask);
            ask.add(") w CROSS JOIN edition e CROSS JOIN facet f WHERE e.document_id = w.document_id");
        }
        None => {
            ask.add("edition e CROSS JOIN facet f WHERE e.organ = ").value(&whole.document.organ);
        }
    }
    ask.add(" AND e.state IN ('in_review', 'scheduled', 'published') AND e.binned_at = ''");
    ask.add(" AND e.document_id <> ").value(&whole.document.id).add(" AND f.edition_id = e.id AND f.key = ");
    ask.value(DOCUMENT_NUMBER.key).add(" AND f.value IN ").list(number::spellings(number)).add(" LIMIT 1");
    let (sql, values) = ask.parts();
    let taken: Option<String> = query_scalar(sql).bind_all(values).fetch_optional(tx.conn()).await?;
    Ok(taken.map(|title| {
        let text = format!(
            "《{title}》已用“{number}”。请核对发文字号；确实是同一文号（如转发、附件另发）的，在“特殊情况说明”里写明。"
        );
        (DOCUMENT_NUMBER.key, text)
    }))
}

/// A correction that corrects nothing: readers would be told of a change that is none.
async fn no_change(tx: &mut Tx, house: &House, whole: &Whole) -> Result<Option<(&'static str, String)>> {
    let Some(public) = whole.document.public().filter(|public| **public != whole.edition.id) else { return Ok(None) };
    let before = rows::read(tx.conn(), house, &Actor::System, public).await?;
    let kind = house.kind_of(&whole.document)?;
    let seen = |whole: &Whole| {
        let mut fields = committed_fields(kind, whole);
        fields.remove("note");
        // The same file may stand there under another id.
        let mut seen: Vec<(String, String)> = fields.into_iter().collect();
        for (name, _) in &mut seen {
            if name.starts_with("file:") {
                "file".clone_into(name);
            }
        }
        seen.sort();
        (seen, whole.edition.disclosure.clone())
    };
    if seen(&before) != seen(whole) {
        return Ok(None);
    }
    let text = "这一版和公开的那一版完全一样，没有可以更正的。请先修改标题、正文、著录信息或附件，再提交；不更正了，删除这份草稿。";
    Ok(Some(("body_html", text.to_owned())))
}

/// Whether readers are to see the document that they do not see yet: it is in review, or passed it. One that was withdrawn is not
/// waited for.
async fn on_its_way(tx: &mut Tx, document: &rows::DocumentRow) -> Result<bool> {
    if document.was_public() {
        return Ok(false);
    }
    let open = rows::open_edition(tx.conn(), &document.id).await?;
    Ok(open.is_some_and(|open| matches!(open.state.as_str(), "in_review" | "scheduled")))
}

/// What is wrong with where the document leads. Judged while it can be chosen: once public, the tie stays, whatever becomes
/// of the other document.
async fn unfit_relations(tx: &mut Tx, house: &House, whole: &Whole) -> Result<Vec<(&'static str, String)>> {
    let mut faults = Vec::new();
    if whole.document.was_public() {
        return Ok(faults);
    }
    let kind = house.kind_of(&whole.document)?;
    for relation in house.kinds.relations() {
        let to: Vec<_> = whole.relations.iter().filter(|row| row.kind == relation.key).collect();
        let Some(own) = kind.relation(relation.key) else {
            if !to.is_empty() {
                faults.push((relation.key, relation.misplaced.to_owned()));
            }
            continue;
        };
        let mut unfit = to.len() > own.most || (own.required && to.is_empty());
        for row in to {
            let found = rows::document(tx.conn(), &row.to_document).await?;
            let Some(found) = found.filter(|found| own.to.contains(&found.kind.as_str())) else {
                unfit = true;
                continue;
            };
            unfit |= found.public().is_none() && !(own.ahead && on_its_way(tx, &found).await?);
        }
        if unfit {
            faults.push((relation.key, own.unfit.to_owned()));
        }
    }
    Ok(faults)
}

/// Digests of what readers of the edition will see, by the name of the field: what events commit to.
///
/// # Errors
/// When nobody declares the kind of the document.
pub fn committed(house: &House, whole: &Whole) -> Result<Value> {
    Ok(fields(house.kind_of(&whole.document)?, whole))
}

pub fn fields(kind: &KindSpec, whole: &Whole) -> Value {
    json!(committed_fields(kind, whole))
}

fn committed_fields(kind: &KindSpec, whole: &Whole) -> std::collections::BTreeMap<String, String> {
    let shown = Shown {
        kind,
        document: &whole.document,
        edition: &whole.edition,
        body_html: &whole.text.body_html,
        values: &whole.values,
        files: &whole.files,
        relations: &whole.relations,
    };
    commit::fields(&shown)
}

/// 收回修改, or stopping a scheduled publication: by an author, or the county office.
///
/// # Errors
/// [`Refusal::Conflict`] when the person is no author or the state does not allow it.
pub async fn recall(tx: &mut Tx, house: &House, actor: &Actor, whole: &Whole, from: &str) -> Result<()> {
    may_for(actor, house.kind_of(&whole.document)?.write, whole.document.keeper())?;
    let allowed = actor.staff().is_none_or(|s| whole.is_by(&s.account) || s.has(Role::CountyOffice));
    if !allowed {
        return Err(Refusal::Conflict("只有撰写人或县政府办可以收回修改。请联系撰写人。".into()));
    }
    let next = whole.edition.state()?.recall()?;
    put_state(tx, &whole.edition, &next).await?;
    let data = json!({ "edition": whole.edition.id, "number": whole.edition.number, "from": from });
    event(tx, actor, whole, &events::RECALLED, data).await
}

/// 退回: from review or from its schedule back to the author. Why, and the event that tells it, are the review's.
///
/// # Errors
/// [`Refusal::Conflict`] when it is neither in review nor scheduled, or was changed meanwhile.
pub async fn send_back(tx: &mut Tx, edition: &EditionRow) -> Result<()> {
    put_state(tx, edition, &edition.state()?.send_back()?).await
}

/// Raises the version of an edition without changing it: something that belongs to it has changed, and who saw it before
/// must look again.
///
/// # Errors
/// [`Refusal::Conflict`] when it was changed meanwhile.
pub async fn touch(tx: &mut Tx, edition: &EditionRow) -> Result<()> {
    let done = query("UPDATE edition SET version = version + 1, updated_at = $3 WHERE id = $1 AND version = $2")
        .bind(&edition.id)
        .bind(edition.version)
        .bind(tx.now())
        .execute(tx.conn())
        .await?;
    if done.rows_affected() == 1 { Ok(()) } else { Err(changed(edition)) }
}

/// What passing the review led to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Passed {
    /// Public at this moment: the caller sees to it that [`come_due`] is called.
    Scheduled(Timestamp),
    /// Public now.
    Published,
}

/// The review is passed.
///
/// # Errors
/// [`Refusal::Conflict`] when it is not in review, findings block, or it is not to be public.
pub async fn pass(tx: &mut Tx, house: &House, actor: &Actor, whole: &Whole, blocked: usize) -> Result<Passed> {
    let now = tx.seams().now();
    let next = whole.edition.state()?.pass(&whole.edition.facts(blocked), now)?;
    let State::Scheduled { at } = next else {
        publish(tx, house, actor, whole, &next).await?;
        return Ok(Passed::Published);
    };
    put_state(tx, &whole.edition, &next).await?;
    let data = json!({ "edition": whole.edition.id, "at": time::to_db(at) });
    event(tx, actor, whole, &events::SCHEDULED, data).await?;
    Ok(Passed::Scheduled(at))
}

/// A scheduled edition whose moment has come becomes public.
///
/// # Errors
/// [`Refusal::Conflict`] when it is not scheduled, its moment has not come, or findings block.
pub async fn come_due(tx: &mut Tx, house: &House, whole: &Whole, blocked: usize) -> Result<()> {
    let now = tx.seams().now();
    let next = whole.edition.state()?.come_due(&whole.edition.facts(blocked), now)?;
    publish(tx, house, &Actor::System, whole, &next).await
}

/// 紧急发布: public at once. Who may, and why, is the review's exception.
///
/// # Errors
/// [`Refusal::Conflict`] when it is public or has ended, findings block, or something required is missing.
pub async fn rush(tx: &mut Tx, house: &House, actor: &Actor, whole: &Whole, blocked: usize) -> Result<()> {
    let now = tx.seams().now();
    let next = whole.edition.state()?.rush(&whole.edition.facts(blocked), now)?;
    if let Some((_, sentence)) = missing(tx, house, whole, now).await?.into_iter().next() {
        return Err(Refusal::Conflict(sentence));
    }
    publish(tx, house, actor, whole, &next).await
}

/// Publishes: what was public is superseded, the index number is given, lists and events follow; all in this write.
async fn publish(tx: &mut Tx, house: &House, actor: &Actor, whole: &Whole, next: &State) -> Result<()> {
    let now = tx.seams().now();
    let kind = house.kind_of(&whole.document)?;
    // Running numbers and counts are rows that every publication changes: they are taken in the log's order.
    tx.hold_log().await?;
    let mut whole = whole.clone();
    let first = !whole.document.was_public();
    let before = match whole.document.public() {
        Some(current) => rows::edition(tx.conn(), current).await?,
        None => None,
    };
    let words_before = words_of(tx, &whole.document.id).await?;
    if let Some(before) = &before {
        put_state(tx, before, &before.state()?.supersede(now)?).await?;
    }
    put_state(tx, &whole.edition, next).await?;
    let document = &mut whole.document;
    if document.index_number.is_empty() {
        document.index_number = next_index_number(tx, house, kind, document, now).await?;
    }
    if first {
        document.first_published_at = time::to_db(now);
        document.first_published_on = time::date_in_china(now).to_string();
        document.rank = next_rank(tx, now).await?;
    }
    let old = lists::entry(tx, &house.kinds, &document.id).await?;
    document.published_at = time::to_db(now);
    document.current_edition = whole.edition.id.clone();
    document.title.clone_from(&whole.edition.title);
    let public = public_words(kind, &whole.edition, &whole.values);
    put_public(tx, &whole, &public).await?;
    let head = crate::form::office_words(kind, &whole.edition.title, &whole.values, &whole.document.index_number);
    query("UPDATE edition SET words = $2 WHERE id = $1").bind(&whole.edition.id).bind(&head).execute(tx.conn()).await?;
    let words_after = words_of(tx, &whole.document.id).await?;
    words::replace(tx, &whole.document.id, &[&words_before.0, &words_before.1], &[&words_after.0, &words_after.1])
        .await?;
    let effects = references::effects_on(tx.conn(), &whole.document.id).await?;
    let entry = Entry::of(&house.kinds, &whole.document, &whole.values, &effects, time::date_in_china(now));
    lists::change(tx, old.as_ref(), Some(&entry)).await?;
    if let Some(before) = &before {
        let data = json!({ "edition": before.id, "number": before.number, "by": whole.edition.id });
        event(tx, actor, &whole, &events::SUPERSEDED, data).await?;
    }
    let data = json!({
        "edition": whole.edition.id, "number": whole.edition.number, "index_number": whole.document.index_number,
        "fields": fields(kind, &whole),
    });
    event(tx, actor, &whole, if first { &events::PUBLISHED } else { &events::CORRECTED }, data).await
}

/// Writes what lists show of a document.
pub(crate) async fn put_public(tx: &mut Tx, whole: &Whole, words: &str) -> Result<()> {
    let document = &whole.document;
    query(
        "UPDATE document SET current_edition = $2, title = $3, words = $4, rank = $5, index_number = $6, \
         first_published_at = $7, first_published_on = $8, published_at = $9 WHERE id = $1",
    )
    .bind(&document.id)
    .bind(&document.current_edition)
    .bind(&document.title)
    .bind(words)
    .bind(document.rank)
    .bind(&document.index_number)
    .bind(&document.first_published_at)
    .bind(&document.first_published_on)
    .bind(&document.published_at)
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// A document's place in the order of first publications: the moment, and a number within it.
pub(crate) async fn next_rank(tx: &mut Tx, at: Timestamp) -> Result<i64> {
    let first = lists::rank_at(at);
    let last: Option<i64> = query_scalar("SELECT MAX(rank) FROM document WHERE rank > 0 AND rank >= $1 AND rank < $2")
        .bind(first)
        .bind(first + lists::RANKS)
        .fetch_one(tx.conn())
        .await?;
    Ok(last.map_or(first, |last| last + 1))
}

/// The index number by the rule: the running number counts within what the other parts make.
pub(crate) async fn next_index_number(
    tx: &mut Tx,
    house: &House,
    kind: &KindSpec,
    document: &rows::DocumentRow,
    now: Timestamp,
) -> Result<String> {
    let rule = match kind.numbering {
        Numbering::Installation => house.numbering.as_str(),
        Numbering::Own(rule) => rule,
    };
    let year = time::date_in_china(now).year().to_string();
    let rule = rule
        .replace("{organ}", document.organ.as_str())
        .replace("{year}", &year)
        .replace("{column}", document.column.as_str());
    let (before, _) = rule.split_once("{n}").unwrap_or((rule.as_str(), ""));
    let number = tx.next_number(&format!("index:{before}")).await?;
    let digits = format!("{number:05}");
    // A rule without a running number would give the same number twice.
    Ok(if rule.contains("{n}") { rule.replace("{n}", &digits) } else { format!("{rule}-{digits}") })
}

/// What a withdrawal did besides.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Withdrawn {
    /// Nothing else was under way.
    Alone,
    /// This correction, in review or scheduled, went back to its author, because it would bring the document back: its
    /// review must be stopped too. With the sentence that tells why.
    Stopped(Box<EditionRow>, String),
}

/// 撤回公开: the text is no longer public, a tombstone with the reason stands in its place.
///
/// # Errors
/// [`Refusal::Conflict`] when it is not public, there is no reason, or the reason holds personal numbers.
pub async fn withdraw(
    tx: &mut Tx,
    house: &House,
    actor: &Actor,
    whole: &Whole,
    (reason, notice): (&str, &str),
) -> Result<Withdrawn> {
    may_for(actor, &WITHDRAW_DOCUMENTS, whole.document.keeper())?;
    let now = tx.seams().now();
    let cut = |text: &str| text.trim().chars().take(2000).collect::<String>();
    let (reason, notice) = (cut(reason), cut(notice));
    let objections = objections([("reason", "理由", reason.as_str()), ("notice", "告知读者", notice.as_str())]);
    if !objections.is_empty() {
        return Err(errors(objections).into());
    }
    let (document, edition) = (&whole.document, &whole.edition);
    let next = edition.state()?.withdraw(&reason, &notice, now)?;
    tx.hold_log().await?;
    let old = lists::entry(tx, &house.kinds, &document.id).await?;
    let words_before = words_of(tx, &document.id).await?;
    put_state(tx, edition, &next).await?;
    let done = query(
        "UPDATE document SET current_edition = '', title = '', words = '', published_at = '' \
         WHERE id = $1 AND current_edition = $2",
    )
    .bind(&document.id)
    .bind(&edition.id)
    .execute(tx.conn())
    .await?;
    if done.rows_affected() == 0 {
        return Err(changed(edition));
    }
    words::replace(tx, &document.id, &[&words_before.0, &words_before.1], &["", &words_before.1]).await?;
    lists::change(tx, old.as_ref(), None).await?;
    let mut data = json!({ "edition": edition.id, "number": edition.number, "reason": reason });
    if !notice.is_empty() {
        data["notice"] = notice.as_str().into();
    }
    event(tx, actor, whole, &events::WITHDRAWN, data).await?;
    let open = rows::open_edition(tx.conn(), &document.id).await?;
    let Some(open) = open.filter(|edition| matches!(edition.state.as_str(), "in_review" | "scheduled")) else {
        return Ok(Withdrawn::Alone);
    };
    send_back(tx, &open).await?;
    let why = format!(
        "这份文件已撤回公开（理由：{reason}），正在办理的这一版随之退回。确需重新公开的，请核对后再提交，从保密审查开始。"
    );
    Ok(Withdrawn::Stopped(Box::new(open), why))
}

/// Writes a new state over the one that was read, if nobody was faster.
///
/// # Errors
/// [`Refusal::Conflict`] when somebody was.
async fn put_state(tx: &mut Tx, edition: &EditionRow, state: &State) -> Result<()> {
    let now = tx.now();
    let mut next =
        EditionRow { reason: String::new(), notice: String::new(), ended_at: String::new(), ..edition.clone() };
    match state {
        State::Draft | State::InReview | State::Returned => {}
        State::Scheduled { at } => next.publish_at = time::to_db(*at),
        State::Published { at } => next.published_at = time::to_db(*at),
        State::Superseded { at } => next.ended_at = time::to_db(*at),
        State::Withdrawn { at, reason, notice } => {
            next.ended_at = time::to_db(*at);
            next.reason.clone_from(reason);
            next.notice.clone_from(notice);
        }
    }
    let done = query(
        "UPDATE edition SET state = $3, since = $4, reason = $5, notice = $6, published_at = $7, ended_at = $8, \
         publish_at = $9, version = version + 1, updated_at = $10 WHERE id = $1 AND version = $2",
    )
    .bind(&edition.id)
    .bind(edition.version)
    .bind(state.code())
    .bind(&now)
    .bind_all([&next.reason, &next.notice, &next.published_at, &next.ended_at, &next.publish_at])
    .bind(&now)
    .execute(tx.conn())
    .await?;
    if done.rows_affected() == 1 { Ok(()) } else { Err(changed(edition)) }
}

/// Appends an event on the document.
pub(crate) async fn event(
    tx: &mut Tx,
    actor: &Actor,
    whole: &Whole,
    kind: &'static EventKind,
    data: Value,
) -> Result<()> {
    event_on(tx, actor, &whole.document, kind, data).await
}

/// The same, where no edition is at hand.
pub(crate) async fn event_on(
    tx: &mut Tx,
    actor: &Actor,
    document: &rows::DocumentRow,
    kind: &'static EventKind,
    data: Value,
) -> Result<()> {
    tx.append(NewEvent::new(kind, &document.id, actor).organ(&document.organ).data(data)).await?;
    Ok(())
}

/// Editions whose moment has come.
pub async fn due(db: &store::Db) -> Result<Vec<kernel::id::EditionId>> {
    let now = time::to_db(db.seams().now());
    let sql = "SELECT id FROM edition WHERE state = 'scheduled' AND publish_at <= $1 ORDER BY publish_at, id";
    Ok(query_scalar(sql).bind(now).fetch_all(db.read()).await?)
}
