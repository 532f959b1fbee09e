//! Registering a case: the one way into the register, whatever the channel.

use std::collections::BTreeMap;

use jiff::civil::Date;
use kernel::{Actor, NewEvent, OrganCode, id::CaseId, time};
use serde_json::json;
use store::{Tx, query, query_scalar};
use web::{Ctx, Error, FormErrors, Refusal};

use crate::{
    CaseKey,
    clocks::{self, NEVER},
    events::REGISTERED,
    files::{self, Kept, Origin},
    kind::Kind,
    known,
    party::{self, PartyRole, Person},
    personal,
    rows::{self, BRIEF, text_place},
    steps,
};

/// On which way a case came.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Channel {
    Portal,
    Counter,
    Post,
    Fax,
    Mail,
    Phone,
    /// From a register that was kept before.
    Import,
}

impl Channel {
    pub const ALL: [Self; 7] =
        [Self::Portal, Self::Counter, Self::Post, Self::Fax, Self::Mail, Self::Phone, Self::Import];

    pub fn code(self) -> &'static str {
        match self {
            Self::Portal => "portal",
            Self::Counter => "counter",
            Self::Post => "post",
            Self::Fax => "fax",
            Self::Mail => "mail",
            Self::Phone => "phone",
            Self::Import => "import",
        }
    }

    pub fn label(self) -> &'static str {
        match self {
            Self::Portal => "网上提交",
            Self::Counter => "当面提交",
            Self::Post => "邮寄",
            Self::Fax => "传真",
            Self::Mail => "电子邮件",
            Self::Phone => "电话",
            Self::Import => "原登记簿导入",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|channel| channel.code() == code)
    }
}

/// What is registered.
#[derive(Debug)]
pub struct Filing {
    pub kind: Kind,
    /// The organ that answers, in whose register it stands.
    pub organ: OrganCode,
    pub channel: Channel,
    /// The lawful day of receipt, from which the clock runs.
    pub received_on: Date,
    /// Number of the receipt that was given; empty = one is made.
    pub number: String,
    /// SHA-256 of what was received; empty = on paper.
    pub digest: String,
    /// The line of lists: what it is about, in some 60 characters. Sealed like everything of the person.
    pub brief: String,
    /// What was filled in, by the names of the kind's fields.
    pub fields: BTreeMap<String, String>,
    /// What reports count: codes that say nothing of who, by the names of the kind's facts.
    pub facts: Vec<(&'static str, String)>,
    pub parties: Vec<(PartyRole, Person)>,
    pub files: Vec<Kept>,
}

/// Seconds by which the clock may have gone back and receipts are still given.
const BACK: i64 = 60;

/// Refuses to stamp anything while the machine's clock lies before what the log has seen: a receipt is proof of a moment.
async fn clock_goes_on(tx: &mut Tx) -> Result<(), Refusal> {
    let chain = tx.chain().to_owned();
    let newest: Option<String> = query_scalar("SELECT at FROM event WHERE chain = $1 ORDER BY seq DESC LIMIT 1")
        .bind(chain)
        .fetch_optional(tx.conn())
        .await?;
    let Some(newest) = newest.as_deref().and_then(time::from_db) else { return Ok(()) };
    let back = newest.duration_since(tx.seams().now()).as_secs();
    if back > BACK {
        tracing::error!(seconds = back, "the clock was set back: no receipt is given until it is right");
        let text = "服务器的时间不对，暂时不能出具回执，您填写的内容已经保存。请稍后再提交；一直这样请打电话告知网站维护人员。";
        return Err(Error::Unavailable(text.into()).into());
    }
    Ok(())
}

const LETTERS: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// Day in China and sixty bits of chance: neither how many there were nor the next one can be told from it.
fn fresh_number(ctx: &Ctx) -> String {
    let mut chance = [0_u8; 12];
    ctx.seams().entropy.fill(&mut chance);
    let text: String = chance.iter().map(|byte| char::from(LETTERS[usize::from(byte & 31)])).collect();
    format!("{}-{}-{}-{}", ctx.today().strftime("%Y%m%d"), &text[..4], &text[4..8], &text[8..])
}

fn check(ctx: &Ctx, filing: &Filing) -> Result<(), Refusal> {
    let mut errors = FormErrors::new();
    let (today, received) = (ctx.today(), filing.received_on);
    if received > today {
        errors.add("received_on", format!("收到日期不能晚于今天（{today}）。"));
    } else if let Err(unknown) = ctx.calendar().known(received) {
        errors.add("received_on", unknown.to_string());
    }
    let organ = ctx.directory().current(&filing.organ, today).is_some();
    errors.require(organ, "organ", "请选择现有的机关。");
    if errors.is_empty() { Ok(()) } else { Err(errors.into()) }
}

/// The line of lists with long numbers covered: those of persons and their telephones stand in what was written, which fewer see.
fn covered(brief: &str) -> String {
    let digit = |c: char| c.is_ascii_digit() || ('０'..='９').contains(&c);
    let mut shown = String::with_capacity(brief.len());
    let mut run: Vec<char> = Vec::new();
    for c in brief.chars().map(Some).chain([None]) {
        match c {
            Some(c) if digit(c) => run.push(c),
            other => {
                let long = run.len() >= PERSONAL;
                let hidden = |at: usize| long && (3..run.len() - 2).contains(&at);
                shown.extend(run.iter().enumerate().map(|(at, c)| if hidden(at) { '*' } else { *c }));
                run.clear();
                shown.extend(other);
            }
        }
    }
    shown
}

/// Digits in a row from which on a number may be that of a person, a telephone or an account.
const PERSONAL: usize = 11;

/// A case that was put into the register and has no event yet.
pub(crate) struct Put {
    pub(crate) id: CaseId,
    pub(crate) key: CaseKey,
    pub(crate) number: String,
    pub(crate) place: i64,
}

/// Writes everything of a new case but its history, its last day and its event: its number in the register of `year`, its key,
/// what was filled in, who it is from.
pub(crate) async fn put(ctx: &Ctx, tx: &mut Tx, actor: &Actor, filing: &Filing, year: i64) -> Result<Put, Refusal> {
    clock_goes_on(tx).await?;
    let (seams, now) = (tx.seams(), tx.now());
    let id = CaseId::fresh(&seams);
    let key = CaseKey::fresh(&seams, &id);
    let wrapped = key.wrapped(ctx.files(), &seams)?;
    // Every registration changes the running number: the log's lock comes before it.
    tx.hold_log().await?;
    let kind = filing.kind;
    let place = tx.next_number(&format!("case {} {} {year}", kind.key, filing.organ)).await?;
    let number = if filing.number.is_empty() { fresh_number(ctx) } else { filing.number.clone() };
    let state = kind.states.first().map_or("", |state| state.key);
    let account = actor.staff().map(|staff| staff.account.to_string()).unwrap_or_default();
    query(
        "INSERT INTO case_entry (id, kind, register, year, place, number, organ, channel, state, outcome, brief, digest, \
         registered_at, registered_by, received_on, due_on, due_sort, due_guess, holder, holder_name, ended_at, erased_at, version) \
         VALUES ($1, $2, $3, $4, $5, $6, $3, $7, $8, '', $9, $10, $11, $12, $13, '', $14, 0, '', '', '', '', 1)",
    )
    .bind(&id)
    .bind(kind.key)
    .bind(&filing.organ)
    .bind(year)
    .bind(place)
    .bind(&number)
    .bind(filing.channel.code())
    .bind(state)
    .bind(key.seal(&seams, BRIEF, &covered(&personal::masked(&filing.brief)))?)
    .bind(&filing.digest)
    .bind(&now)
    .bind(account)
    .bind(filing.received_on.to_string())
    .bind(NEVER)
    .execute(tx.conn())
    .await?;
    keep_words(tx, &key, (&id, wrapped.as_str()), filing).await?;
    for (role, person) in &filing.parties {
        party::add(tx, &key, &id, *role, person).await?;
    }
    let marks = known::marks_of(ctx, filing.parties.iter().map(|(role, person)| (*role, person)))?;
    known::keep(tx, &id, &marks).await?;
    for file in &filing.files {
        files::put(tx, &key, &id, file, Origin::Party, None).await?;
    }
    Ok(Put { id, key, number, place })
}

/// Puts a case into the register: its number, its key, what was filled in, who it is from, its clock and its first event. To be
/// called in the write that receives it; a portal form does so inside `portal_form::Draft::send`, which makes fifty sendings of
/// one form one case.
///
/// # Errors
/// [`Refusal::Fields`] for the day of receipt (`received_on`) and the organ (`organ`); 503 while the machine's clock lies behind
/// the log; when the database or the key file fails.
pub async fn register(ctx: &Ctx, tx: &mut Tx, actor: &Actor, filing: Filing) -> Result<CaseId, Refusal> {
    check(ctx, &filing)?;
    let (kind, year) = (filing.kind, i64::from(ctx.today().year()));
    let Put { id, key, number, place } = put(ctx, tx, actor, &filing, year).await?;
    // Whoever starts a case without an account is its applicant from here on.
    let actor = if matches!(actor, Actor::Visitor) { Actor::Applicant(id.clone()) } else { actor.clone() };
    let actor = &actor;
    let state = kind.states.first().map_or("", |state| state.key);
    let due = clocks::project(ctx, tx, kind, &id, state).await?;
    let entry = rows::entry(tx.conn(), &id).await?.ok_or(Refusal::NotFound)?;
    let channel = [("channel", filing.channel.code())];
    steps::note(tx, Some(&key), &entry, actor, ("registered", filing.received_on), &channel).await?;
    let data = json!({
        "case_kind": kind.key, "number": number, "place": place, "year": year, "channel": filing.channel.code(),
        "received_on": filing.received_on.to_string(), "due_on": due.map(|due| due.to_string()).unwrap_or_default(),
        "digest": filing.digest, "files": filing.files.len(), "parties": filing.parties.len(),
    });
    tx.append(NewEvent::new(&REGISTERED, &id, actor).organ(&filing.organ).data(data)).await?;
    Ok(id)
}

/// Key, form, facts and clock of a new case.
async fn keep_words(
    tx: &mut Tx,
    key: &CaseKey,
    (id, wrapped): (&CaseId, &str),
    filing: &Filing,
) -> Result<(), Refusal> {
    let (seams, now) = (tx.seams(), tx.now());
    query("INSERT INTO case_key (case_id, wrapped) VALUES ($1, $2)").bind(id).bind(wrapped).execute(tx.conn()).await?;
    let words = serde_json::to_string(&filing.fields)?;
    query("INSERT INTO case_text (case_id, name, sealed, at) VALUES ($1, 'request', $2, $3)")
        .bind(id)
        .bind(key.seal(&seams, &text_place("request"), &words)?)
        .bind(now)
        .execute(tx.conn())
        .await?;
    for (name, value) in filing.facts.iter().filter(|(_, value)| !value.is_empty()) {
        steps::set_fact(tx, id, name, value).await?;
    }
    query(
        "INSERT INTO case_clock (case_id, from_on, held, extended, asked, asked_by, asked_reason, decided_by) \
         VALUES ($1, $2, 0, 0, 0, '', '', '')",
    )
    .bind(id)
    .bind(filing.received_on.to_string())
    .execute(tx.conn())
    .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_number_of_a_person_stands_in_a_list() {
        for (written, shown) in [
            ("我的身份证 110101199003074514，日期错了", "我的身份证 110*************14，日期错了"),
            ("电话13800952700", "电话138******00"),
            ("2026 年第 12 号公告，20260305", "2026 年第 12 号公告，20260305"),
            ("", ""),
        ] {
            assert_eq!(covered(written), shown);
        }
    }
}
