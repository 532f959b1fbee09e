//! Letters that leave the house: one person drafts, another signs, and the delivery is recorded with its way and day.

use kernel::{
    Actor, NewEvent,
    id::{AccountId, CaseId},
    may_for, time,
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::{Executor, FromRow, Tx, query, query_as};
use web::{Ctx, FormErrors, Refusal};

use crate::{
    events::LETTER,
    files, hands,
    kind::{Kind, LetterKind},
    named,
    rows::{self, Entry, keeper},
    rules,
    steps::{self, Typed},
};

store::ids! {
    /// A letter (文书) of a case.
    LetterId,
}

/// Ways of delivery: code and words.
pub const WAYS: &[(&str, &str)] =
    &[("online", "在查询页面查看"), ("email", "电子邮件"), ("post", "邮寄"), ("counter", "当面领取"), ("fax", "传真")];

/// The name in [`Body::more`] of a letter that goes to others, whom the case concerns: the person who started it does not read it.
pub const TO_OTHERS: &str = "to_others";

/// What a letter says. Sealed: it is addressed to a person.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Body {
    /// To whom, as it stands above the text.
    pub addressee: String,
    pub title: String,
    /// Paragraphs, each a line.
    pub text: String,
    /// What the kind needs besides, by names of its own: grounds, remedies. Empty for most. Fields of the step that its
    /// delivery takes are filled from here.
    pub more: std::collections::BTreeMap<String, String>,
}

impl std::fmt::Debug for Body {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Body")
    }
}

/// A letter as the pages of its case show it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Letter {
    pub id: LetterId,
    pub case: CaseId,
    /// Key of its kind.
    pub kind: String,
    /// `draft`, `returned`, `signed`, `delivered`, `dropped`.
    pub state: String,
    pub year: i64,
    pub place: i64,
    /// Empty once erased.
    pub body: Body,
    pub drafted_by: AccountId,
    pub drafted_name: String,
    pub drafted_at: String,
    pub signed_name: String,
    pub signed_at: String,
    /// Name of the organ that issues it, as it was when it was signed: neither a hand-over nor a renaming alters what has gone out.
    /// Empty before.
    pub issuer: String,
    /// Code of [`WAYS`].
    pub way: String,
    pub delivered_on: String,
    pub version: i64,
}

impl Letter {
    /// Its number, 依申请答复〔2026〕12号; empty before it is signed.
    pub fn number(&self, kind: &LetterKind) -> String {
        if self.place == 0 { String::new() } else { format!("{}〔{}〕{}号", kind.mark, self.year, self.place) }
    }

    pub fn state_words(&self) -> &'static str {
        match self.state.as_str() {
            "draft" => "待签发",
            "returned" => "退回修改",
            "signed" => "已签发，待送达",
            "delivered" => "已送达",
            _ => "已作废",
        }
    }

    /// Colour of the chip that says [`Self::state_words`]: what is done is green, whoever it went to.
    pub fn tone(&self) -> &'static str {
        match self.state.as_str() {
            "delivered" => "ok",
            "draft" | "returned" | "signed" => "soon",
            _ => "off",
        }
    }

    pub fn way_words(&self) -> &'static str {
        WAYS.iter().find(|(code, _)| *code == self.way).map_or("", |(_, words)| *words)
    }

    /// Whether the person who started the case may read it.
    pub fn is_delivered(&self) -> bool {
        self.state == "delivered" && !self.is_to_others()
    }

    /// Whether it has reached whom it is for.
    pub fn is_out(&self) -> bool {
        self.state == "delivered"
    }

    /// Whether it goes to others, whom the case concerns.
    pub fn is_to_others(&self) -> bool {
        self.body.more.contains_key(TO_OTHERS)
    }
}

#[derive(FromRow)]
struct Row {
    id: LetterId,
    case_id: CaseId,
    kind: String,
    state: String,
    year: i64,
    place: i64,
    sealed: String,
    drafted_by: AccountId,
    drafted_name: String,
    drafted_at: String,
    signed_name: String,
    signed_at: String,
    issuer: String,
    way: String,
    delivered_on: String,
    version: i64,
}

fn sealed_in(letter: &LetterId) -> String {
    format!("letter {letter}")
}

fn opened(ctx: &Ctx, entry: &Entry, row: Row) -> Result<Letter, Refusal> {
    let text = match entry.key(ctx)? {
        Some(key) => key.open(&sealed_in(&row.id), &row.sealed)?,
        None => String::new(),
    };
    Ok(Letter {
        body: if text.is_empty() { Body::default() } else { serde_json::from_str(&text)? },
        id: row.id,
        case: row.case_id,
        kind: row.kind,
        state: row.state,
        year: row.year,
        place: row.place,
        drafted_by: row.drafted_by,
        drafted_name: row.drafted_name,
        drafted_at: row.drafted_at,
        signed_name: row.signed_name,
        signed_at: row.signed_at,
        issuer: row.issuer,
        way: row.way,
        delivered_on: row.delivered_on,
        version: row.version,
    })
}

/// The letters of a case, the first one first.
///
/// # Errors
/// When the key does not fit; when the database fails.
pub async fn of_case(ctx: &Ctx, executor: impl Executor<'_>, entry: &Entry) -> Result<Vec<Letter>, Refusal> {
    let rows: Vec<Row> = query_as(
        "SELECT id, case_id, kind, state, year, place, sealed, drafted_by, drafted_name, drafted_at, signed_name, signed_at, issuer, \
         way, delivered_on, version FROM case_letter WHERE case_id = $1 ORDER BY drafted_at, id",
    )
    .bind(&entry.id)
    .fetch_all(executor)
    .await?;
    rows.into_iter().map(|row| opened(ctx, entry, row)).collect()
}

/// The letter with its case, in a write that changes it: both are locked until it ends.
async fn locked(ctx: &Ctx, tx: &mut Tx, case: &CaseId, letter: &LetterId) -> Result<(Entry, Kind, Letter), Refusal> {
    let (entry, kind) = begun(ctx, tx, case).await?;
    let all = of_case(ctx, tx.conn(), &entry).await?;
    let letter = all.into_iter().find(|one| one.id == *letter).ok_or(Refusal::NotFound)?;
    Ok((entry, kind, letter))
}

async fn begun(ctx: &Ctx, tx: &mut Tx, case: &CaseId) -> Result<(Entry, Kind), Refusal> {
    tx.lock_row("case_entry", case.as_str()).await?;
    let entry = rows::entry(tx.conn(), case).await?.ok_or(Refusal::NotFound)?;
    let kind = entry.kind(ctx).ok_or(Refusal::NotFound)?;
    if entry.is_erased() {
        return Err(Refusal::Conflict("当事人信息已按规定删除，不能再制作文书。".into()));
    }
    Ok((entry, kind))
}

fn check(body: &Body) -> Result<(), Refusal> {
    let mut errors = FormErrors::new();
    errors.require(!body.addressee.trim().is_empty(), "addressee", "请填写受文人，例如 王小明。");
    errors.require(!body.title.trim().is_empty(), "title", "请填写文书标题。");
    errors.require(!body.text.trim().is_empty(), "text", "请填写正文。");
    errors.require(body.text.chars().count() <= 20_000, "text", "正文请写在 20000 字以内。");
    if errors.is_empty() { Ok(()) } else { Err(errors.into()) }
}

/// Asks the rules of the kind, where it has any.
async fn allowed(
    ctx: &Ctx,
    tx: &mut Tx,
    (entry, kind): (&Entry, Kind),
    what: &LetterKind,
    body: &Body,
) -> Result<(), Refusal> {
    named::letter(ctx, tx.conn(), entry, body).await?;
    let Some(rules) = rules::rules_of(ctx, kind) else { return Ok(()) };
    let past = rows::history(ctx, tx.conn(), entry).await?;
    rules.letter(ctx, rules::Before { entry, past: &past }, what, body)?;
    rules.held(ctx, tx, entry, (what.key, body)).await
}

async fn told(
    tx: &mut Tx,
    actor: &Actor,
    entry: &Entry,
    (letter, kind): (&LetterId, &str),
    turn: &str,
    more: &[(&str, String)],
) -> Result<(), Refusal> {
    steps::touch(tx, &entry.id).await?;
    let mut data = json!({ "case_kind": entry.kind, "letter": letter.as_str(), "letter_kind": kind, "turn": turn });
    for (name, value) in more {
        data[*name] = json!(value);
    }
    tx.append(NewEvent::new(&LETTER, &entry.id, actor).organ(&entry.organ).data(data)).await?;
    Ok(())
}

/// Refuses a second letter that would do what one on its way does: two officers do not both answer.
async fn alone(tx: &mut Tx, entry: &Entry, kind: Kind, what: &LetterKind) -> Result<(), Refusal> {
    if !what.is_alone(kind) {
        return Ok(());
    }
    let other: Option<(String, String)> = query_as(
        "SELECT state, drafted_name FROM case_letter \
         WHERE case_id = $1 AND kind = $2 AND state IN ('draft', 'returned', 'signed') ORDER BY drafted_at DESC LIMIT 1",
    )
    .bind(&entry.id)
    .bind(what.key)
    .fetch_optional(tx.conn())
    .await?;
    let Some((state, by)) = other else { return Ok(()) };
    Err(Refusal::Conflict(if state == "signed" {
        format!("{}已经签发，等待送达（{by} 拟写）。要另写一份的，先由有权签发的人在办件页面打开它作废。", what.label)
    } else {
        format!("{}已由 {by} 拟写，还没有签发，不能同时有两份。请在办件页面打开它修改；不用的先作废。", what.label)
    }))
}

/// Drops the letters of a case that nothing can become of any more, since it has ended in the state `to`: whoever looks at it
/// sees none that waits in vain. They keep their numbers. `to` is empty when it goes to another organ: what one organ has written
/// does not go out as the other's. Gives what was dropped, in words.
pub(crate) async fn drop_idle(
    tx: &mut Tx,
    actor: &Actor,
    (entry, kind): (&Entry, Kind),
    to: &str,
) -> Result<Vec<String>, Refusal> {
    let mut dropped = Vec::new();
    let waiting: Vec<(LetterId, String, i64, i64)> = query_as(
        "SELECT id, kind, year, place FROM case_letter WHERE case_id = $1 AND state IN ('draft', 'returned', 'signed') \
         ORDER BY drafted_at, id",
    )
    .bind(&entry.id)
    .fetch_all(tx.conn())
    .await?;
    for (id, key, year, place) in waiting {
        let what = kind.letter(&key);
        if what.is_some_and(|what| what.from.contains(&to)) {
            continue;
        }
        let (label, mark) = what.map_or(("文书", ""), |what| (what.label, what.mark));
        dropped.push(match place {
            0 => label.to_owned(),
            _ => format!("{label}（{mark}〔{year}〕{place}号）"),
        });
        query("UPDATE case_letter SET state = 'dropped', version = version + 1 WHERE id = $1")
            .bind(&id)
            .execute(tx.conn())
            .await?;
        files::set_free(tx, &id).await?;
        told(tx, actor, entry, (&id, key.as_str()), "dropped", &[]).await?;
    }
    Ok(dropped)
}

/// Writes a letter, for another person to sign.
///
/// # Errors
/// [`Refusal::Forbidden`] for whoever may not handle the case; [`Refusal::Fields`] (`addressee`, `title`, `text`);
/// [`Refusal::Conflict`] in a state in which the kind has no such letter, and while one that would do the same is on its way.
pub async fn draft(
    ctx: &Ctx,
    tx: &mut Tx,
    actor: &Actor,
    case: &CaseId,
    letter: &str,
    body: &Body,
) -> Result<LetterId, Refusal> {
    let (entry, kind) = begun(ctx, tx, case).await?;
    may_for(actor, kind.handle, &keeper(ctx, &entry.organ))?;
    let what = kind.letter(letter).ok_or(Refusal::NotFound)?;
    if !what.from.contains(&entry.state.as_str()) {
        let state = entry.state(kind).label;
        return Err(Refusal::Conflict(format!("这件现在的状态是“{state}”，不能制作{}。", what.label)));
    }
    alone(tx, &entry, kind, what).await?;
    check(body)?;
    allowed(ctx, tx, (&entry, kind), what, body).await?;
    let (seams, now) = (tx.seams(), tx.now());
    let id = LetterId::fresh(&seams);
    let key = entry.key(ctx)?.ok_or(Refusal::NotFound)?;
    let sealed = key.seal(&seams, &sealed_in(&id), &serde_json::to_string(body)?)?;
    query(
        "INSERT INTO case_letter (id, case_id, kind, state, year, place, sealed, drafted_by, drafted_name, drafted_at, signed_by, \
         signed_name, signed_at, issuer, way, delivered_on, version) \
         VALUES ($1, $2, $3, 'draft', 0, 0, $4, $5, $6, $7, '', '', '', '', '', '', 1)",
    )
    .bind(&id)
    .bind(case)
    .bind(what.key)
    .bind(sealed)
    .bind(actor.log_id())
    .bind(actor.log_name())
    .bind(now)
    .execute(tx.conn())
    .await?;
    told(tx, actor, &entry, (&id, what.key), "drafted", &[]).await?;
    Ok(id)
}

/// Changes a letter that is not signed; whoever changes it has drafted it, too, and somebody signs who has not.
///
/// # Errors
/// As [`draft`]; [`Refusal::Conflict`] once it is signed, and when somebody has changed it since `version`.
pub async fn revise(
    ctx: &Ctx,
    tx: &mut Tx,
    actor: &Actor,
    case: &CaseId,
    (letter, version): (&LetterId, i64),
    body: &Body,
) -> Result<(), Refusal> {
    let (entry, kind, known) = locked(ctx, tx, case, letter).await?;
    may_for(actor, kind.handle, &keeper(ctx, &entry.organ))?;
    if !matches!(known.state.as_str(), "draft" | "returned") {
        return Err(Refusal::Conflict("文书已经签发，不能再改。需要更改的，请另制一份。".into()));
    }
    if known.version != version {
        return Err(Refusal::Conflict("文书在您打开以后已由别人改过，请看现在的内容。".into()));
    }
    check(body)?;
    // A form that shows only the text leaves the rest as it was.
    let more = if body.more.is_empty() { known.body.more.clone() } else { body.more.clone() };
    let body = &Body { more, ..body.clone() };
    let what = kind.letter(&known.kind).ok_or(Refusal::NotFound)?;
    allowed(ctx, tx, (&entry, kind), what, body).await?;
    let key = entry.key(ctx)?.ok_or(Refusal::NotFound)?;
    let (seams, now) = (tx.seams(), tx.now());
    let sealed = key.seal(&seams, &sealed_in(letter), &serde_json::to_string(body)?)?;
    query(
        "UPDATE case_letter SET sealed = $2, state = 'draft', drafted_by = $3, drafted_name = $4, drafted_at = $5, \
         version = version + 1 WHERE id = $1",
    )
    .bind(letter)
    .bind(sealed)
    .bind(actor.log_id())
    .bind(actor.log_name())
    .bind(now)
    .execute(tx.conn())
    .await?;
    told(tx, actor, &entry, (letter, known.kind.as_str()), "revised", &[]).await
}

/// Signs a letter: it gets its number. Never by anybody who drafted or changed it, or chose what goes out with it.
///
/// # Errors
/// [`Refusal::Forbidden`] for whoever may not decide; [`Refusal::Conflict`] for who worked on it, unless it waits to be signed,
/// and when somebody has changed it since `version`.
pub async fn sign(
    ctx: &Ctx,
    tx: &mut Tx,
    actor: &Actor,
    case: &CaseId,
    (letter, version): (&LetterId, i64),
) -> Result<(), Refusal> {
    let (entry, kind, known) = locked(ctx, tx, case, letter).await?;
    may_for(actor, kind.decide, &keeper(ctx, &entry.organ))?;
    if known.state != "draft" {
        return Err(Refusal::Conflict(format!("文书现在是“{}”，不能签发。", known.state_words())));
    }
    let me = AccountId::from(actor.log_id());
    if known.drafted_by == me || hands::within(tx, case).await?.wrote(letter, &me) {
        return Err(Refusal::Conflict(
            "文书由您拟写或者改过（附件也算），须由没有改过的另一个人签发。没有这样的人的，请由别人另拟一份。".into(),
        ));
    }
    if known.version != version {
        return Err(Refusal::Conflict("文书在您打开以后改过，请看过现在的内容再签发。".into()));
    }
    let what = kind.letter(&known.kind).ok_or(Refusal::NotFound)?;
    allowed(ctx, tx, (&entry, kind), what, &known.body).await?;
    files::may_go_out(ctx, tx, (&entry, kind), &known).await?;
    tx.hold_log().await?;
    let year = i64::from(ctx.today().year());
    // An organ that has taken over from another signs in its own name, and in its own row of numbers.
    let organ = keeper(ctx, &entry.organ);
    let issuer = ctx.directory().get(&organ).map(|organ| organ.name.clone()).ok_or(Refusal::NotFound)?;
    let place = tx.next_number(&format!("letter {} {} {organ} {year}", kind.key, known.kind)).await?;
    let now = tx.now();
    query(
        "UPDATE case_letter SET state = 'signed', year = $2, place = $3, signed_by = $4, signed_name = $5, signed_at = $6, \
         issuer = $7, version = version + 1 WHERE id = $1",
    )
    .bind(letter)
    .bind(year)
    .bind(place)
    .bind(actor.log_id())
    .bind(actor.log_name())
    .bind(now)
    .bind(&issuer)
    .execute(tx.conn())
    .await?;
    let files = files::digests(tx, letter).await?;
    let more = [("year", year.to_string()), ("place", place.to_string()), ("files", files.join(" "))];
    told(tx, actor, &entry, (letter, known.kind.as_str()), "signed", &more).await
}

/// Sends a letter back to whoever drafted it, instead of signing. The reason stands in the history of the case.
///
/// # Errors
/// [`Refusal::Forbidden`] for whoever may not decide; [`Refusal::Fields`] without a reason; [`Refusal::Conflict`] unless it waits.
pub async fn send_back(
    ctx: &Ctx,
    tx: &mut Tx,
    actor: &Actor,
    case: &CaseId,
    letter: &LetterId,
    reason: &str,
) -> Result<(), Refusal> {
    let (entry, kind, known) = locked(ctx, tx, case, letter).await?;
    may_for(actor, kind.decide, &keeper(ctx, &entry.organ))?;
    if known.state != "draft" {
        return Err(Refusal::Conflict(format!("文书现在是“{}”，不能退回。", known.state_words())));
    }
    let reason = reason.trim();
    if reason.is_empty() || reason.chars().count() > 500 {
        return Err(Refusal::field("reason", "请写明退回理由，500 字以内。"));
    }
    query("UPDATE case_letter SET state = 'returned', version = version + 1 WHERE id = $1")
        .bind(letter)
        .execute(tx.conn())
        .await?;
    let key = entry.key(ctx)?;
    let words = [("reason", reason)];
    steps::note(tx, key.as_ref(), &entry, actor, ("letter_returned", ctx.today()), &words).await?;
    told(tx, actor, &entry, (letter, known.kind.as_str()), "returned", &[]).await
}

/// Records the delivery of a signed letter; takes the step that the kind ties to it.
///
/// # Errors
/// [`Refusal::Forbidden`] for whoever may not handle the case; [`Refusal::Fields`] (`way`, `on`); [`Refusal::Conflict`] unless it is
/// signed, and when the case no longer is in a state from which the step can be taken: a reply after a withdrawal, or by a second
/// officer.
pub async fn deliver(
    ctx: &Ctx,
    tx: &mut Tx,
    actor: &Actor,
    case: &CaseId,
    letter: &LetterId,
    (way, on): (&str, &str),
) -> Result<(), Refusal> {
    let (entry, kind, known) = locked(ctx, tx, case, letter).await?;
    may_for(actor, kind.handle, &keeper(ctx, &entry.organ))?;
    if known.state != "signed" {
        return Err(Refusal::Conflict(format!("文书现在是“{}”，不能登记送达。", known.state_words())));
    }
    files::may_go_out(ctx, tx, (&entry, kind), &known).await?;
    let today = ctx.today();
    let mut errors = FormErrors::new();
    errors.require(WAYS.iter().any(|(code, _)| *code == way), "way", "请选择送达方式。");
    let day = if on.trim().is_empty() { Some(today) } else { time::parse_date(on) };
    match day {
        None => errors.add("on", time::no_date(on, &today.to_string())),
        Some(day) => {
            errors.require(day <= today, "on", &format!("送达日期不能晚于今天（{today}）。"));
            let signed = time::from_db(&known.signed_at).map(time::date_in_china);
            errors.require(signed.is_none_or(|signed| day >= signed), "on", "送达日期不能早于签发日期。");
        }
    }
    let (Some(day), true) = (day, errors.is_empty()) else { return Err(errors.into()) };
    query(
        "UPDATE case_letter SET state = 'delivered', way = $2, delivered_on = $3, version = version + 1 WHERE id = $1",
    )
    .bind(letter)
    .bind(way)
    .bind(day.to_string())
    .execute(tx.conn())
    .await?;
    let more = [("way", way.to_owned()), ("on", day.to_string())];
    told(tx, actor, &entry, (letter, known.kind.as_str()), "delivered", &more).await?;
    if let Some(step) = kind.letter(&known.kind).map(|what| what.delivered).filter(|step| !step.is_empty()) {
        let mut fields = known.body.more.clone();
        fields.insert("on".to_owned(), day.to_string());
        steps::take(ctx, tx, actor, case, step, &Typed { version: 0, fields }).await?;
    }
    Ok(())
}

/// Drops a letter that was not delivered; a number that it had stays taken. One that is signed is dropped by who may sign.
///
/// # Errors
/// [`Refusal::Forbidden`] for whoever may not handle the case; [`Refusal::Conflict`] once it is delivered or dropped.
pub async fn discard(ctx: &Ctx, tx: &mut Tx, actor: &Actor, case: &CaseId, letter: &LetterId) -> Result<(), Refusal> {
    let (entry, kind, known) = locked(ctx, tx, case, letter).await?;
    may_for(actor, kind.handle, &keeper(ctx, &entry.organ))?;
    match known.state.as_str() {
        "draft" | "returned" => {}
        "signed" => may_for(actor, kind.decide, &keeper(ctx, &entry.organ))?,
        _ => return Err(Refusal::Conflict(format!("文书现在是“{}”，不能作废。", known.state_words()))),
    }
    query("UPDATE case_letter SET state = 'dropped', version = version + 1 WHERE id = $1")
        .bind(letter)
        .execute(tx.conn())
        .await?;
    files::set_free(tx, letter).await?;
    told(tx, actor, &entry, (letter, known.kind.as_str()), "dropped", &[]).await
}
