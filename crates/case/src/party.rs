//! Parties of a case: who they are lies sealed, is shown masked, and in full to whoever gives a reason.

use kernel::{Actor, NewEvent, id::CaseId, may_for};
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::{Executor, FromRow, Tx, query, query_as};
use web::{Ctx, Refusal};

use crate::{
    CaseKey,
    events::UNMASKED,
    named,
    permissions::UNMASK_CASES,
    rows::{self, keeper},
};

store::ids! {
    /// A party (当事人) of a case.
    PartyId,
}

/// What a party is in a case.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PartyRole {
    /// Who started it.
    Applicant,
    /// Who acts for the applicant.
    Agent,
    /// Whose interests it touches (条例 Art. 32).
    ThirdParty,
}

impl PartyRole {
    pub const ALL: [Self; 3] = [Self::Applicant, Self::Agent, Self::ThirdParty];

    pub fn code(self) -> &'static str {
        match self {
            Self::Applicant => "applicant",
            Self::Agent => "agent",
            Self::ThirdParty => "third_party",
        }
    }

    pub fn label(self) -> &'static str {
        match self {
            Self::Applicant => "申请人",
            Self::Agent => "代理人",
            Self::ThirdParty => "第三方",
        }
    }

    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.code() == code)
    }
}

/// Who somebody is, and how they are reached. What is not known is empty. It has neither `Display` nor a telling `Debug`, so
/// that it stands in no log by mistake.
#[derive(Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Person {
    /// Of the person, or of whoever speaks for the organisation.
    pub name: String,
    /// Name of the organisation; empty = a natural person.
    pub organisation: String,
    /// 统一社会信用代码.
    pub organisation_code: String,
    /// 法定代表人.
    pub representative: String,
    /// What proves the identity, in words: 居民身份证.
    pub proof: String,
    pub proof_number: String,
    pub phone: String,
    pub email: String,
    pub address: String,
    pub postcode: String,
}

impl std::fmt::Debug for Person {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("Person")
    }
}

impl Person {
    /// What is known, each with its label, in the order of pages.
    pub fn lines(&self) -> Vec<(&'static str, String)> {
        let all = [
            ("姓名", &self.name),
            ("单位名称", &self.organisation),
            ("统一社会信用代码", &self.organisation_code),
            ("法定代表人", &self.representative),
            ("身份证明", &self.proof),
            ("证件号码", &self.proof_number),
            ("联系电话", &self.phone),
            ("电子邮箱", &self.email),
            ("通信地址", &self.address),
            ("邮政编码", &self.postcode),
        ];
        let known = all.into_iter().filter(|(_, value)| !value.is_empty());
        known.map(|(label, value)| (label, value.clone())).collect()
    }

    /// The same with what tells who it is covered: 王**, 138****8000.
    pub fn masked(&self) -> Vec<(&'static str, String)> {
        let covered = |label: &str, value: &str| match label {
            "姓名" | "法定代表人" => cover(value, 1, 0),
            "单位名称" => cover(value, 2, 2),
            "证件号码" | "统一社会信用代码" => cover(value, 3, 0),
            "联系电话" => cover(value, 3, 4),
            "电子邮箱" => value
                .split_once('@')
                .map_or_else(|| cover(value, 1, 0), |(name, domain)| format!("{}@{domain}", cover(name, 1, 0))),
            "通信地址" => cover(value, 3, 0),
            _ => value.to_owned(),
        };
        self.lines().into_iter().map(|(label, value)| (label, covered(label, &value))).collect()
    }
}

/// All but the first and last characters as `*`; at least one is covered, and all of a single one.
fn cover(value: &str, first: usize, last: usize) -> String {
    let all: Vec<char> = value.chars().collect();
    let (first, last) = if all.len() > first + last { (first, last) } else { (usize::from(all.len() > 1), 0) };
    let hidden = all.len().saturating_sub(first + last).clamp(1, 8);
    let (begin, end) = (all.iter().take(first), all.iter().skip(all.len().saturating_sub(last)));
    begin.copied().chain(std::iter::repeat_n('*', hidden)).chain(end.copied()).collect()
}

/// A party as everybody sees it who handles the case.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Masked {
    pub id: PartyId,
    pub role: PartyRole,
    /// Label and covered value; empty once erased.
    pub lines: Vec<(&'static str, String)>,
}

#[derive(FromRow)]
struct Row {
    id: PartyId,
    role: String,
    sealed: String,
}

fn place(party: &PartyId) -> String {
    format!("party {party}")
}

/// Adds a party to a case. The caller appends the event of its step.
pub(crate) async fn add(
    tx: &mut Tx,
    key: &CaseKey,
    case: &CaseId,
    role: PartyRole,
    person: &Person,
) -> Result<PartyId, Refusal> {
    let (seams, now) = (tx.seams(), tx.now());
    let id = PartyId::fresh(&seams);
    let sealed = key.seal(&seams, &place(&id), &serde_json::to_string(person)?)?;
    query("INSERT INTO case_party (id, case_id, role, sealed, at) VALUES ($1, $2, $3, $4, $5)")
        .bind(&id)
        .bind(case)
        .bind(role.code())
        .bind(sealed)
        .bind(now)
        .execute(tx.conn())
        .await?;
    Ok(id)
}

async fn sealed_rows(executor: impl Executor<'_>, case: &CaseId) -> store::Result<Vec<Row>> {
    query_as("SELECT id, role, sealed FROM case_party WHERE case_id = $1 ORDER BY at, id")
        .bind(case)
        .fetch_all(executor)
        .await
}

fn person(key: Option<&CaseKey>, row: &Row) -> Result<Person, Refusal> {
    let Some(key) = key else { return Ok(Person::default()) };
    let text = key.open(&place(&row.id), &row.sealed)?;
    if text.is_empty() { Ok(Person::default()) } else { Ok(serde_json::from_str(&text)?) }
}

/// The parties in full, with their roles: for what the program itself does with them (a letter, a mail, the person's own page).
/// Whoever shows them to staff goes through [`unmask`].
///
/// # Errors
/// When the key does not fit; when the database fails.
pub async fn parties(
    ctx: &Ctx,
    executor: impl Executor<'_>,
    case: &CaseId,
) -> Result<Vec<(PartyId, PartyRole, Person)>, Refusal> {
    let mut target = executor.target();
    let key = CaseKey::of(ctx.files(), target.again(), case).await?;
    let mut found = Vec::new();
    for row in sealed_rows(target.again(), case).await? {
        let role = PartyRole::from_code(&row.role).unwrap_or(PartyRole::Applicant);
        found.push((row.id.clone(), role, person(key.as_ref(), &row)?));
    }
    Ok(found)
}

/// The parties as the page of the case shows them.
///
/// # Errors
/// As [`parties`].
pub async fn masked(ctx: &Ctx, executor: impl Executor<'_>, case: &CaseId) -> Result<Vec<Masked>, Refusal> {
    let found = parties(ctx, executor, case).await?;
    Ok(found.into_iter().map(|(id, role, person)| Masked { id, role, lines: person.masked() }).collect())
}

/// Shortest reason for which a party is shown, in characters.
const REASON: usize = 4;

/// A party in full for somebody who says why. Exactly one event tells of it.
///
/// # Errors
/// [`Refusal::Fields`] without a reason, and for one that names somebody (field `reason`), [`Refusal::Forbidden`] without
/// permission, [`Refusal::Conflict`] once it is erased, [`Refusal::NotFound`] when it is no party of the case.
pub async fn unmask(
    ctx: &Ctx,
    tx: &mut Tx,
    actor: &Actor,
    case: &CaseId,
    party: &PartyId,
    reason: &str,
) -> Result<Person, Refusal> {
    let entry = rows::entry(tx.conn(), case).await?.ok_or(Refusal::NotFound)?;
    may_for(actor, &UNMASK_CASES, &keeper(ctx, &entry.organ))?;
    let reason = reason.trim();
    if reason.chars().count() < REASON {
        return Err(Refusal::field("reason", "请写明查看的理由，例如：电话核实补正内容。"));
    }
    if reason.chars().count() > 200 {
        return Err(Refusal::field("reason", "理由请写在 200 字以内。"));
    }
    named::reason(ctx, tx.conn(), &entry, ("reason", reason)).await?;
    let key = CaseKey::of(ctx.files(), tx.conn(), case).await?;
    if key.is_none() {
        return Err(Refusal::Conflict("当事人信息已按规定删除，不能再查看。".into()));
    }
    let found = sealed_rows(tx.conn(), case).await?;
    let row = found.iter().find(|row| row.id == *party).ok_or(Refusal::NotFound)?;
    let shown = person(key.as_ref(), row)?;
    let data = json!({ "case_kind": entry.kind, "party": party.as_str(), "role": row.role, "reason": reason });
    tx.append(NewEvent::new(&UNMASKED, case, actor).organ(&entry.organ).data(data)).await?;
    Ok(shown)
}

/// Whether the contact is one that a party of the case has given: a telephone number or a mail address, however it is written.
/// Compared in full whatever is found, so that the time tells nothing.
///
/// # Errors
/// As [`parties`].
pub async fn contact_is(ctx: &Ctx, executor: impl Executor<'_>, case: &CaseId, contact: &str) -> Result<bool, Refusal> {
    let asked = plain(contact);
    let mut same = false;
    for (_, role, person) in parties(ctx, executor, case).await? {
        let own = role != PartyRole::ThirdParty;
        let fits = [&person.phone, &person.email].map(|known| !known.is_empty() && plain(known) == asked);
        same |= own && (fits[0] | fits[1]);
    }
    Ok(same && !asked.is_empty())
}

/// In one width and case, without blanks, lines and brackets, and without the number of the country.
pub(crate) fn plain(contact: &str) -> String {
    let shown = contact.chars().filter(|c| !c.is_whitespace() && !"-－()（）".contains(*c));
    let narrow = shown.map(|c| match c {
        '！'..='～' => char::from_u32(u32::from(c) - 0xFEE0).unwrap_or(c),
        _ => c,
    });
    let text: String = narrow.flat_map(char::to_lowercase).collect();
    text.strip_prefix("+86").unwrap_or(&text).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn somebody() -> Person {
        Person {
            name: "王小明".into(),
            proof: "居民身份证".into(),
            proof_number: "000000199001010018".into(),
            phone: "13800138000".into(),
            email: "wang@example.com".into(),
            address: "青禾县城关镇东门社区 3 号楼".into(),
            ..Person::default()
        }
    }

    #[test]
    fn who_handles_a_case_sees_who_it_is_by_halves() {
        let lines = somebody().masked();
        let of = |label: &str| lines.iter().find(|(known, _)| *known == label).map(|(_, value)| value.as_str());
        assert_eq!(of("姓名"), Some("王**"));
        assert_eq!(of("联系电话"), Some("138****8000"));
        assert_eq!(of("电子邮箱"), Some("w***@example.com"));
        assert_eq!(of("身份证明"), Some("居民身份证"), "what kind of paper it is tells nothing");
        assert!(of("证件号码").is_some_and(|value| value.starts_with("000*") && !value.contains("1990")));
        assert_eq!(of("单位名称"), None, "what is not known has no line");
        for short in ["王", "王明"] {
            assert!(cover(short, 1, 0).contains('*') && cover(short, 3, 4).contains('*'), "{short}");
        }
    }

    #[test]
    fn a_person_stands_in_no_log_by_mistake() {
        assert_eq!(format!("{:?}", somebody()), "Person");
    }

    #[test]
    fn a_contact_is_the_same_however_it_is_written() {
        assert_eq!(plain("+86 138-0013-8000"), plain("１３８００１３８０００"));
        assert_eq!(plain(" Wang@Example.com "), "wang@example.com");
    }
}
