//! Whether the applicant of a case has come before, told without opening what lies sealed in others: by keyed digests of what a
//! person gives of themselves. A name alone tells nobody from another of the same name.

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

/// What tells the person from others, in the form in which it is compared.
fn telling(person: &Person) -> Vec<(&'static str, String)> {
    let (proof, code, phone) = (bare(&person.proof_number), bare(&person.organisation_code), bare(&person.phone));
    let (organisation, email) = (bare(&person.organisation), plain(&person.email));
    let (name, address) = (bare(&person.name), bare(&person.address));
    let long = |text: &str| text.chars().count() >= NUMBER;
    let mut all = Vec::new();
    let mut put = |is: bool, what: &'static str, text: String| {
        if is {
            all.push((what, text));
        }
    };
    put(long(&proof), "proof", proof);
    put(long(&code), "code", code);
    put(organisation.chars().count() > 3, "organisation", organisation);
    put(long(&phone), "phone", phone);
    put(email.contains('@'), "email", email);
    put(!name.is_empty() && long(&address), "address", format!("{name} {address}"));
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

/// A request of somebody.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct Request {
    pub id: CaseId,
    /// The organ that answers it.
    pub organ: OrganCode,
    /// The lawful day of receipt.
    pub received_on: String,
}

/// The cases of the same kind, whatever the organ, that the applicant of this one has begun since a day, this one among them, the
/// newest first; without those in the state `left_out`. Nothing where the person is erased or gave nothing to be known by. How
/// many there are is told to those who handle the case; which ones, to those who may handle each.
///
/// # Errors
/// When the key does not fit; when the database fails.
pub async fn requests(
    ctx: &Ctx,
    executor: impl Executor<'_>,
    entry: &Entry,
    since: Date,
    left_out: &str,
) -> Result<Vec<Request>, Refusal> {
    let mut target = executor.target();
    let parties = party::parties(ctx, target.again(), &entry.id).await?;
    let marks = marks_of(ctx, parties.iter().map(|(_, role, person)| (*role, person)))?;
    if marks.is_empty() {
        return Ok(Vec::new());
    }
    let mut values: Vec<Value> = vec![
        Value::from(entry.kind.as_str()),
        Value::from(since.to_string()),
        Value::from(left_out),
        Value::from(&entry.id),
    ];
    let first = values.len() + 1;
    let count = marks.len();
    values.extend(marks.into_iter().map(|(_, mark)| Value::from(mark)));
    let sql = format!(
        "SELECT c.id, c.organ, c.received_on FROM case_entry c WHERE c.kind = $1 AND c.received_on >= $2 AND c.state <> $3 \
         AND (c.id = $4 OR c.id IN (SELECT m.case_id FROM case_mark m WHERE m.mark IN ({}))) \
         ORDER BY c.received_on DESC, c.id DESC",
        places(first, count),
    );
    // SQL: fixed text and placeholders; every value is bound.
    Ok(query_as(built(sql)).bind_all(values).fetch_all(target.again()).await?)
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

    #[test]
    fn a_person_is_known_by_numbers_and_never_by_a_name_alone() {
        let named = Person { name: "王小明".into(), ..Person::default() };
        assert!(of(&named).is_empty());
        let spaced = Person { phone: "+86 138-0013-8000".into(), ..named.clone() };
        let wide = Person { phone: "１３８００１３８０００".into(), ..Person::default() };
        assert_eq!(of(&spaced), of(&wide));
        let lower = Person { proof_number: "11010519491231002x".into(), ..Person::default() };
        let upper = Person { proof_number: "1101 0519 4912 3100 2X".into(), ..Person::default() };
        assert_eq!(of(&lower), of(&upper));
        let housed = Person { address: "青禾县城关镇东门社区3号楼".into(), ..named.clone() };
        assert_eq!(of(&housed).len(), 1);
        assert!(of(&Person { name: String::new(), ..housed }).is_empty(), "a house has many people");
    }
}
