//! Whether the applicant of a case has come before, told without opening what lies sealed in others: by keyed digests of what a
//! person gives of themselves. One number says who it is; what several people share is told apart from it ([`Tie`]).

use jiff::civil::Date;
use kernel::{OrganCode, id::CaseId};
use store::{Executor, FromRow, Tx, Value, built, places, query, query_as, query_scalar};
use web::{Ctx, Refusal};

use crate::{
    party::{self, PartyRole, Person, plain},
    rows::Entry,
};

/// By what somebody is known again, and its digest.
type Mark = (&'static str, String);

/// Of a case whose applicant gave nothing to be known by.
const NONE: &str = "none";
/// Characters of a number from which on it is one person's.
const NUMBER: usize = 6;

/// Letters and digits alone, in one width and case.
fn bare(text: &str) -> String {
    plain(text).chars().filter(|c| c.is_alphanumeric()).collect()
}

/// Whether nobody's number is written like this: digits all alike or in their order, as forms are filled that want some.
fn is_placeholder(number: &str) -> bool {
    let digits: Vec<u32> = number.chars().filter_map(|c| c.to_digit(10)).collect();
    let steps = |by: i64| digits.windows(2).all(|two| i64::from(two[1]) - i64::from(two[0]) == by);
    let wraps = digits.windows(2).all(|two| two[1] == (two[0] + 1) % 10);
    digits.len() + 1 >= number.chars().count() && (steps(0) || steps(-1) || wraps)
}

/// Digits at the end of a telephone number that are all alike from so many on are nobody's: 13800000000.
const ALIKE_AT_THE_END: usize = 7;

fn is_telephone(number: &str) -> bool {
    let end: Vec<char> = number.chars().rev().take(ALIKE_AT_THE_END).collect();
    is_number(number) && !(end.len() == ALIKE_AT_THE_END && end.iter().all(|c| *c == end[0]))
}

fn is_number(number: &str) -> bool {
    number.chars().count() >= NUMBER && !is_placeholder(number)
}

/// What tells the person from others, in the form in which it is compared. One number alone says who it is: that of the
/// organisation, or what proves who the person is. Telephone, mail and address are shared by families, offices and lawyers.
fn telling(person: &Person) -> Vec<(&'static str, String)> {
    let (proof, code, phone) = (bare(&person.proof_number), bare(&person.organisation_code), bare(&person.phone));
    let (organisation, email, address) = (bare(&person.organisation), plain(&person.email), bare(&person.address));
    let name = if organisation.is_empty() { bare(&person.name) } else { organisation.clone() };
    let mut all = Vec::new();
    let mut put = |is: bool, what: &'static str, text: String| {
        if is {
            all.push((what, text));
        }
    };
    let is_organisation = !organisation.is_empty();
    put(is_organisation && is_number(&code), "code", code);
    put(!is_organisation && is_number(&proof), "proof", proof);
    put(organisation.chars().count() > 3, "organisation", organisation);
    let (called, mailed) = (is_telephone(&phone), email.contains('@'));
    put(called && !name.is_empty(), "phone", format!("{name} {phone}"));
    put(mailed && !name.is_empty(), "email", format!("{name} {email}"));
    put(address.chars().count() >= NUMBER && !name.is_empty(), "address", format!("{name} {address}"));
    put(called, "line", phone);
    put(mailed, "mailbox", email);
    all
}

/// The digests by which the applicants among these parties are known again.
pub(crate) fn marks_of<'a>(
    ctx: &Ctx,
    parties: impl Iterator<Item = (PartyRole, &'a Person)>,
) -> Result<Vec<Mark>, Refusal> {
    let mut marks = Vec::new();
    for (_, person) in parties.filter(|(role, _)| *role == PartyRole::Applicant) {
        for (what, text) in telling(person) {
            marks.push((what, ctx.files().keyed_digest(ctx.seams(), &format!("case applicant {what}"), &text)?));
        }
    }
    marks.sort();
    marks.dedup();
    Ok(marks)
}

/// Keeps the digests of a case; of one without any, that it was looked at.
pub(crate) async fn keep(tx: &mut Tx, case: &CaseId, marks: &[Mark]) -> Result<(), Refusal> {
    let nothing = [(NONE, String::new())];
    let kept = if marks.is_empty() { &nothing[..] } else { marks };
    let sql =
        "INSERT INTO case_mark (case_id, what, mark) VALUES ($1, $2, $3) ON CONFLICT (case_id, what, mark) DO NOTHING";
    for (what, mark) in kept {
        query(sql).bind(case).bind(*what).bind(mark).execute(tx.conn()).await?;
    }
    Ok(())
}

/// By what a request is held to be of the same applicant, the surest first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tie {
    /// The same number of proof, or of the organisation.
    Number,
    /// The same name with the same telephone, mail address or address, or the same organisation's name, where no number says
    /// otherwise: it may be the same.
    Name,
    /// The same telephone or mail address alone: another applicant, as far as anybody knows.
    Contact,
}

/// A request of somebody.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Request {
    pub id: CaseId,
    /// The organ that answers it.
    pub organ: OrganCode,
    /// The lawful day of receipt.
    pub received_on: String,
    pub tie: Tie,
}

/// What is known of an applicant from other requests.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Known {
    /// The applicant gave a number by which they are told from everybody else.
    pub numbered: bool,
    /// They gave anything at all to be compared.
    pub comparable: bool,
    /// The newest first, the one that was asked about among them.
    pub requests: Vec<Request>,
}

#[derive(FromRow)]
struct Marked {
    id: CaseId,
    organ: OrganCode,
    received_on: String,
    what: String,
    /// Numbers of the other applicant.
    numbers: i64,
}

impl Marked {
    /// How the case is tied to one that has a number of its own or has none.
    fn tie(&self, numbered: bool) -> Tie {
        match self.what.as_str() {
            "proof" | "code" => Tie::Number,
            "line" | "mailbox" => Tie::Contact,
            // Both have numbers, and not the same one.
            _ if numbered && self.numbers > 0 => Tie::Contact,
            _ => Tie::Name,
        }
    }
}

/// The cases of the same kind, whatever the organ, that the applicant of this one has begun since a day, this one among them, the
/// newest first; without those in the state `left_out`. Nothing of a person that is erased. How many there are is told to those
/// who handle the case; which ones, to those who may handle each.
///
/// # Errors
/// When the key does not fit; when the database fails.
pub async fn requests(
    ctx: &Ctx,
    executor: impl Executor<'_>,
    entry: &Entry,
    since: Date,
    left_out: &str,
) -> Result<Known, Refusal> {
    let mut target = executor.target();
    let parties = party::parties(ctx, target.again(), &entry.id).await?;
    let marks = marks_of(ctx, parties.iter().map(|(_, role, person)| (*role, person)))?;
    if marks.is_empty() {
        return Ok(Known::default());
    }
    let numbered = marks.iter().any(|(what, _)| matches!(*what, "proof" | "code"));
    let since = since.to_string();
    let mut values: Vec<Value> = vec![
        Value::from(entry.kind.as_str()),
        Value::from(since.clone()),
        Value::from(left_out),
        Value::from(&entry.id),
    ];
    let first = values.len() + 1;
    let count = marks.len();
    values.extend(marks.into_iter().map(|(_, mark)| Value::from(mark)));
    let sql = format!(
        "SELECT c.id, c.organ, c.received_on, m.what, (SELECT COUNT(*) FROM case_mark n WHERE n.case_id = c.id \
         AND n.what IN ('proof', 'code')) AS numbers FROM case_mark m JOIN case_entry c ON c.id = m.case_id \
         WHERE c.kind = $1 AND c.received_on >= $2 AND c.state <> $3 AND c.id <> $4 AND m.mark IN ({})",
        places(first, count),
    );
    // SQL: fixed text and placeholders; every value is bound.
    let marked: Vec<Marked> = query_as(built(sql)).bind_all(values).fetch_all(target.again()).await?;
    let own = (entry.received_on >= since && entry.state != left_out).then(|| Request {
        id: entry.id.clone(),
        organ: entry.organ.clone(),
        received_on: entry.received_on.clone(),
        tie: Tie::Number,
    });
    let mut requests: Vec<Request> = own.into_iter().collect();
    for one in marked {
        let tie = one.tie(numbered);
        match requests.iter_mut().find(|known| known.id == one.id) {
            Some(known) => known.tie = known.tie.min(tie),
            None => requests.push(Request { id: one.id, organ: one.organ, received_on: one.received_on, tie }),
        }
    }
    requests.sort_by(|one, other| (&other.received_on, other.id.as_str()).cmp(&(&one.received_on, one.id.as_str())));
    Ok(Known { numbered, comparable: true, requests })
}

/// Cases that one write looks at.
const AT_ONCE: i64 = 200;
/// Writes of one run.
const RUNS: usize = 25;

/// Gives the digests to cases that were registered before there were any.
///
/// # Errors
/// When the key does not fit; when the database fails.
pub async fn catch_up(ctx: &Ctx) -> web::Result<u64> {
    let mut done = 0;
    for _ in 0..RUNS {
        let cases: Vec<CaseId> = query_scalar(
            "SELECT DISTINCT p.case_id FROM case_party p WHERE p.role = 'applicant' AND p.sealed <> '' \
             AND NOT EXISTS (SELECT 1 FROM case_mark m WHERE m.case_id = p.case_id) ORDER BY p.case_id LIMIT $1",
        )
        .bind(AT_ONCE)
        .fetch_all(ctx.db().read())
        .await?;
        if cases.is_empty() {
            break;
        }
        let some = web::act_now(ctx, async |tx: &mut Tx| {
            let mut some = 0_u64;
            for case in &cases {
                tx.lock_row("case_entry", case.as_str()).await?;
                // Erased meanwhile, there is nobody in it.
                let parties = party::parties(ctx, tx.conn(), case).await?;
                let marks = marks_of(ctx, parties.iter().map(|(_, role, person)| (*role, person)))?;
                keep(tx, case, &marks).await?;
                some += 1;
            }
            Ok::<_, Refusal>(some)
        });
        done += some.await.map_err(web::Error::from)?;
    }
    Ok(done)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(person: &Person) -> Vec<(&'static str, String)> {
        telling(person)
    }

    fn kinds(person: &Person) -> Vec<&'static str> {
        telling(person).into_iter().map(|(what, _)| what).collect()
    }

    #[test]
    fn a_number_says_who_somebody_is_however_it_is_written() {
        let named = Person { name: "王小明".into(), ..Person::default() };
        assert!(of(&named).is_empty(), "a name alone tells nobody");
        let lower = Person { proof_number: "11010519491231002x".into(), ..Person::default() };
        let upper = Person { proof_number: "1101 0519 4912 3100 2X".into(), ..Person::default() };
        assert_eq!((of(&lower), kinds(&lower)), (of(&upper), vec!["proof"]));
        let firm =
            Person {
                organisation: "某某节能咨询公司".into(), organisation_code: "91360000MA0000000X".into(), ..upper
            };
        assert_eq!(kinds(&firm), ["code", "organisation"], "who speaks for it is not who asks");
    }

    #[test]
    fn a_telephone_is_shared_and_stands_beside_a_name() {
        let named = Person { name: "王小明".into(), phone: "+86 138-0013-8000".into(), ..Person::default() };
        assert_eq!(kinds(&named), ["phone", "line"]);
        let wide = Person { phone: "１３８００１３８０００".into(), ..named.clone() };
        assert_eq!(of(&named), of(&wide));
        let other = Person { name: "李大山".into(), ..named.clone() };
        let same: Vec<_> =
            of(&other).into_iter().filter(|one| of(&named).contains(one)).map(|(what, _)| what).collect();
        assert_eq!(same, ["line"], "another name at the same telephone");
        let housed = Person { address: "青禾县城关镇东门社区3号楼".into(), phone: String::new(), ..named };
        assert_eq!(kinds(&housed), ["address"]);
        assert!(of(&Person { name: String::new(), ..housed }).is_empty(), "a house has many people");
    }

    #[test]
    fn what_stands_in_for_a_number_is_none() {
        for phone in ["00000000", "13800000000", "1234567890", "12345678", "11111111111"] {
            assert!(of(&Person { phone: phone.into(), ..Person::default() }).is_empty(), "{phone}");
        }
        for proof in ["000000000000000000", "无", "11111111111111111X", "123456789012345678"] {
            assert!(of(&Person { proof_number: proof.into(), ..Person::default() }).is_empty(), "{proof}");
        }
        assert_eq!(kinds(&Person { phone: "13800138000".into(), ..Person::default() }), ["line"]);
    }

    #[test]
    fn another_number_is_another_person() {
        let marked = |what: &str, numbers: i64| Marked {
            id: CaseId::from("a"),
            organ: "QH001".into(),
            received_on: String::new(),
            what: what.to_owned(),
            numbers,
        };
        assert_eq!(marked("phone", 0).tie(true), Tie::Name);
        assert_eq!(marked("phone", 1).tie(false), Tie::Name);
        assert_eq!(marked("phone", 1).tie(true), Tie::Contact);
        assert_eq!((marked("proof", 1).tie(true), marked("line", 0).tie(true)), (Tie::Number, Tie::Contact));
    }
}
