//! What the checks found in a subject, in its text and in every place of its files: personal information, and what the gates of wording,
//! policy and politics look for (`check_text`).
//!
//! Looking through a workbook of 400 000 cells takes seconds; so it is done when a text or file has changed, outside every
//! write ([`ensure`]), and kept for each part of the subject under the digest of what was read and the version of the rules.
//! A write only reads what is kept ([`read`]). A part that was not looked at as it stands, or by other rules or another
//! list of the county ([`crate::book`]), makes the subject
//! [`Checks::unchecked`], and nothing unchecked passes: a text that was changed at the same moment is refused, never let by.
//!
//! What an authorised second person decided to let through is tied by digest to the found text and to the words around it: who
//! let a number through read it as what stood there (法定公示的联系电话), and other words need another decision.

use check_text::{Wanted, rule};
use kernel::{Actor, NewEvent, id::AccountId, may_for};
use serde_json::json;
use store::{Db, Executor, FromRow, Tx, query, query_as};
use text::findings::Gate;

pub use crate::book::Asking;
pub(crate) use crate::looking::{Run, look_through};
pub use crate::pieces::{Piece, Unread, Whose};
pub use crate::subject::Part;
use crate::{
    Result,
    model::Facts,
    permissions,
    refusal::{Refusal, Words, in_words},
    subject::{About, Matter, Subject},
};

/// Version of the rules. It changes whenever other things are found in the same text, so that everything is looked at again;
/// a test holds it to what the rules find in a fixed text.
pub const RULES: &str = "gates-12";

/// Findings that are kept of one part, blocking ones first. What is beyond still blocks.
pub const MOST: usize = 500;

/// A part with its texts.
#[derive(Debug, Clone)]
pub struct PartText {
    pub part: Part,
    /// Everything in it that is looked at, with the place where each stands.
    pub pieces: Vec<Piece>,
}

impl PartText {
    pub fn of(key: &str, label: &str, text: &str) -> Self {
        Self { part: Part::of_text(key, label, text), pieces: vec![Piece::read("", text)] }
    }
}

/// A finding in a subject, with what was decided about it.
#[derive(Debug, Clone)]
pub struct Check {
    /// Rule, such as `privacy.id_number`.
    pub rule: String,
    /// Name of the rule in words.
    pub label: &'static str,
    /// Where, in words: 正文, 附件《名单》工作表“名单”C12（隐藏）.
    pub place: String,
    /// The found text, masked.
    pub excerpt: String,
    /// What the writer or reviewer can do about it, in a sentence.
    pub suggestion: String,
    /// Whether it stops the subject while it is not let through.
    pub blocks: bool,
    /// Whether it is only good to know.
    pub info: bool,
    /// The gate that decides on it, in words.
    pub gate: &'static str,
    /// What can stand in its place at one press; empty = nothing certain.
    pub replacement: String,
    /// SHA-256 of place, found text and the words around it.
    pub digest: String,
    /// Who let it through and why, if somebody did.
    pub passed: Option<LetThrough>,
}

/// A decision to let a finding through.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LetThrough {
    /// The reason given for letting it through, e.g. the article that asks for the number.
    pub reason: String,
    /// The account that let it through; it is none of those who decide last.
    pub by: AccountId,
    /// That account's name at the time.
    pub by_name: String,
    /// Moment of letting it through, stored form.
    pub at: String,
}

impl Check {
    /// Whether it stops the subject now.
    pub fn stops(&self) -> bool {
        self.blocks && self.passed.is_none()
    }

    /// Whether it is a place that could not be read.
    pub fn is_unread(&self) -> bool {
        self.rule == UNREAD
    }

    /// Whether it tells of a person.
    pub fn is_of_person(&self) -> bool {
        self.rule.starts_with("privacy.") && self.rule != SECRET && !self.is_unread()
    }

    /// Whether it tells of a person in a file, which a masked copy may take the place of.
    pub fn is_of_person_in_file(&self) -> bool {
        self.is_of_person() && self.place.starts_with("附件《")
    }

    /// The class of its line: `block`, `info` (let through, or good to know), `warn`.
    pub fn class(&self) -> &'static str {
        match (self.stops(), self.passed.is_some() || self.info) {
            (true, _) => "block",
            (_, true) => "info",
            _ => "warn",
        }
    }
}

/// Everything found in a subject as it stands.
#[derive(Debug, Clone, Default)]
pub struct Checks {
    /// In the order of its parts.
    pub found: Vec<Check>,
    /// Blocking findings beyond [`MOST`] of a part.
    pub unlisted: usize,
    /// Parts that have not been looked at as they stand.
    pub missing: Vec<Part>,
}

impl Checks {
    /// How many findings stop the subject.
    pub fn stopping(&self) -> usize {
        self.found.iter().filter(|check| check.stops()).count() + self.unlisted
    }

    /// How many of them are places that could not be read: no personal number, and a person's word is wanted.
    pub fn unread(&self) -> usize {
        self.found.iter().filter(|check| check.stops() && check.is_unread()).count()
    }

    /// How many of them are nobody's person: words of the county's list, what it weighs so, and marks of secrecy.
    pub fn other(&self) -> usize {
        self.found.iter().filter(|check| check.stops() && !check.is_of_person() && !check.is_unread()).count()
    }

    /// What stops the subject, in words; empty = nothing.
    pub fn stopping_words(&self) -> String {
        in_words(self.stopping(), self.unread(), self.other())
    }

    /// What was found, stops nothing and nobody has let through, by kinds, with how many in all: 错别字 2 处、标点 1 处.
    pub fn standing(&self) -> (usize, String) {
        /// Kinds that are named.
        const NAMED: usize = 4;
        let mut kinds: Vec<(&'static str, usize)> = Vec::new();
        for check in self.found.iter().filter(|check| !check.stops() && check.passed.is_none()) {
            match kinds.iter_mut().find(|(label, _)| *label == check.label) {
                Some((_, many)) => *many += 1,
                None => kinds.push((check.label, 1)),
            }
        }
        let named: Vec<String> = kinds.iter().take(NAMED).map(|(label, many)| format!("{label} {many} 处")).collect();
        let more = if kinds.len() > NAMED { "等" } else { "" };
        (kinds.iter().map(|(_, many)| many).sum(), format!("{}{more}", named.join("、")))
    }

    /// Who let a finding in it through that is still there.
    pub fn let_through_by(&self) -> Vec<AccountId> {
        let mut by: Vec<AccountId> =
            self.found.iter().filter_map(|check| check.passed.as_ref()).map(|passed| passed.by.clone()).collect();
        by.sort();
        by.dedup();
        by
    }

    /// Whether a part of it has not been looked at as it stands.
    pub fn unchecked(&self) -> bool {
        !self.missing.is_empty()
    }
}

impl Matter {
    /// What the rules must know of it.
    pub fn facts(&self, words: Words, checks: &Checks) -> Facts {
        Facts {
            words,
            state: self.state.clone(),
            keeper: self.keeper.clone(),
            authors: self.authors.clone(),
            blocked: checks.stopping(),
            unread: checks.unread(),
            other: checks.other(),
            explained: self.explained,
            let_through_by: checks.let_through_by(),
            unchecked: checks.unchecked(),
            unfit: self.unfit.clone(),
        }
    }
}

/// The rule of marks that say that a text is not for the public.
const SECRET: &str = "privacy.secret";

/// The rule of what could not be read.
pub const UNREAD: &str = "privacy.unread";

/// The name of a rule in words; what does not block is not certain.
fn label(id: &str, blocks: bool) -> &'static str {
    rule::named(id).map_or("需要核对的内容", |rule| rule.label(blocks))
}

/// The gate of a rule in words.
fn gate(id: &str) -> &'static str {
    check_text::gate_label(rule::named(id).map_or(Gate::Privacy, |rule| rule.gate))
}

/// Looks through every part that has not been looked at as it stands, and keeps what was found; also those of which others say
/// something else today than when they were looked through. Called outside any write; `load` brings the texts of those parts alone.
/// Returns how many parts were looked through.
///
/// # Errors
/// What `load` says; or the database fails.
pub async fn ensure<L>(asking: &Asking, db: &Db, about: &About, parts: &[Part], load: L) -> Result<usize>
where
    L: AsyncFnOnce(&[Part]) -> Result<Vec<PartText>>,
{
    let mut missing = read(db.read(), about, parts).await?.missing;
    let outdated = outdated(asking, db, about, parts).await?;
    let more: Vec<Part> = outdated.into_iter().filter(|part| !missing.contains(part)).collect();
    missing.extend(more);
    if missing.is_empty() {
        return Ok(0);
    }
    let texts = load(&missing).await?;
    let runs = look_through(asking, texts).await?;
    let mut tx = db.write().await?;
    // Two readers of one page may have looked at the same time.
    tx.lock(&format!("findings:{}:{}", about.kind, about.id)).await?;
    for run in &runs {
        put(&mut tx, about, run).await?;
    }
    tx.commit().await?;
    Ok(runs.len())
}

#[derive(FromRow)]
struct AskedRow {
    part: String,
    digest: String,
    cited: String,
    answers: String,
}

/// Parts of which something else is known today than when they were looked through: what they cite was repealed, a link leads nowhere,
/// an organ is called otherwise.
async fn outdated(asking: &Asking, db: &Db, about: &About, parts: &[Part]) -> Result<Vec<Part>> {
    let rows: Vec<AskedRow> = query_as(
        "SELECT part, digest, cited, answers FROM finding_run WHERE subject_kind = $1 AND subject_id = $2 AND rules = $3 \
         AND listed = $4",
    )
    .bind(about.kind)
    .bind(&about.id)
    .bind(RULES)
    .bind(asking.version)
    .fetch_all(db.read())
    .await?;
    let mut kept: Vec<(&Part, Vec<Wanted>, String)> = Vec::new();
    for row in rows {
        let Some(part) = parts.iter().find(|part| part.key == row.part && part.digest == row.digest) else { continue };
        kept.push((part, serde_json::from_str(&row.cited)?, row.answers));
    }
    let mut all: Vec<Wanted> = kept.iter().flat_map(|(_, cited, _)| cited.clone()).collect();
    all.sort();
    all.dedup();
    let answers = asking.answers(&all).await?;
    let otherwise = kept.into_iter().filter(|(_, cited, before)| asking.named(cited, &answers) != *before);
    Ok(otherwise.map(|(part, ..)| part.clone()).collect())
}

/// [`ensure`] for texts that are at hand.
pub async fn ensure_texts(asking: &Asking, db: &Db, about: &About, texts: Vec<PartText>) -> Result<usize> {
    let parts: Vec<Part> = texts.iter().map(|text| text.part.clone()).collect();
    ensure(asking, db, about, &parts, async move |missing| {
        Ok(texts.into_iter().filter(|text| missing.contains(&text.part)).collect())
    })
    .await
}

/// Forgets what is kept of parts that the subject has no more: after [`ensure`] nothing of it is of other rules than today's.
///
/// # Errors
/// When the database fails.
pub async fn prune(db: &Db, about: &About) -> Result<()> {
    let version = crate::book::version(db.read()).await?;
    let mut tx = db.write().await?;
    tx.lock(&format!("findings:{}:{}", about.kind, about.id)).await?;
    query("DELETE FROM finding_run WHERE subject_kind = $1 AND subject_id = $2 AND (rules <> $3 OR listed <> $4)")
        .bind(about.kind)
        .bind(&about.id)
        .bind(RULES)
        .bind(version)
        .execute(tx.conn())
        .await?;
    tx.commit().await?;
    Ok(())
}

pub(crate) async fn put(tx: &mut Tx, about: &About, run: &Run) -> Result<()> {
    // The findings of the run before go with it.
    query("DELETE FROM finding_run WHERE subject_kind = $1 AND subject_id = $2 AND part = $3")
        .bind(about.kind)
        .bind(&about.id)
        .bind(&run.part.key)
        .execute(tx.conn())
        .await?;
    query(
        "INSERT INTO finding_run (subject_kind, subject_id, part, digest, rules, unlisted, at, listed, cited, answers) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
    )
    .bind(about.kind)
    .bind(&about.id)
    .bind(&run.part.key)
    .bind(&run.part.digest)
    .bind(RULES)
    .bind(i64::try_from(run.unlisted).unwrap_or(i64::MAX))
    .bind(tx.now())
    .bind(run.by.0)
    .bind(serde_json::to_string(&run.cited)?)
    .bind(&run.by.1)
    .execute(tx.conn())
    .await?;
    for (place, one) in (0_i64..).zip(&run.found) {
        query(
            "INSERT INTO finding (subject_kind, subject_id, part, position, place, rule, blocks, digest, excerpt, suggestion, \
             severity, replacement) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)",
        )
        .bind(about.kind)
        .bind(&about.id)
        .bind(&run.part.key)
        .bind(place)
        .bind(&one.place)
        .bind(&one.rule)
        .bind(one.blocks)
        .bind(&one.digest)
        .bind(&one.excerpt)
        .bind(&one.suggestion)
        .bind(if one.info { "info" } else { "" })
        .bind(&one.replacement)
        .execute(tx.conn())
        .await?;
    }
    Ok(())
}

#[derive(FromRow)]
struct KeptRow {
    part: String,
    text: String,
    unlisted: i64,
    rule: Option<String>,
    place: Option<String>,
    blocks: Option<i64>,
    digest: Option<String>,
    excerpt: Option<String>,
    suggestion: Option<String>,
    severity: Option<String>,
    replacement: Option<String>,
    reason: Option<String>,
    by_account: Option<AccountId>,
    by_name: Option<String>,
    at: Option<String>,
}

impl KeptRow {
    fn check(self, part: &Part) -> Option<Check> {
        let rule = self.rule?;
        let passed = match (self.reason, self.by_account, self.by_name, self.at) {
            (Some(reason), Some(by), Some(by_name), Some(at)) => Some(LetThrough { reason, by, by_name, at }),
            _ => None,
        };
        let blocks = self.blocks != Some(0);
        Some(Check {
            label: label(&rule, blocks),
            gate: gate(&rule),
            info: !blocks && self.severity.as_deref() == Some("info"),
            replacement: self.replacement.unwrap_or_default(),
            rule,
            place: format!("{}{}", part.label, self.place.unwrap_or_default()),
            excerpt: self.excerpt.unwrap_or_default(),
            suggestion: self.suggestion.unwrap_or_default(),
            blocks,
            digest: self.digest.unwrap_or_default(),
            passed,
        })
    }
}

/// What is kept of these parts as they stand, with the decisions. Nothing is looked through here.
pub async fn read<'e>(executor: impl Executor<'e>, about: &About, parts: &[Part]) -> Result<Checks> {
    let rows: Vec<KeptRow> = query_as(
        "SELECT r.part, r.digest AS text, r.unlisted, f.rule, f.place, f.blocks, f.digest, f.excerpt, f.suggestion, \
         f.severity, f.replacement, d.reason, d.by_account, d.by_name, d.at FROM finding_run r \
         LEFT JOIN finding f ON f.subject_kind = r.subject_kind AND f.subject_id = r.subject_id AND f.part = r.part \
         LEFT JOIN finding_decision d ON d.subject_kind = r.subject_kind AND d.subject_id = r.subject_id \
              AND d.rule = f.rule AND d.digest = f.digest \
         WHERE r.subject_kind = $1 AND r.subject_id = $2 AND r.rules = $3 \
         AND r.listed = COALESCE((SELECT MAX(b.version) FROM check_book b), 0) ORDER BY r.part, f.position",
    )
    .bind(about.kind)
    .bind(&about.id)
    .bind(RULES)
    .fetch_all(executor)
    .await?;
    let mut kept: std::collections::HashMap<(String, String), Vec<KeptRow>> = std::collections::HashMap::new();
    for row in rows {
        kept.entry((row.part.clone(), row.text.clone())).or_default().push(row);
    }
    let mut checks = Checks::default();
    for part in parts {
        let Some(rows) = kept.remove(&(part.key.clone(), part.digest.clone())) else {
            checks.missing.push(part.clone());
            continue;
        };
        checks.unlisted += rows.first().map_or(0, |row| usize::try_from(row.unlisted).unwrap_or(0));
        checks.found.extend(rows.into_iter().filter_map(|row| row.check(part)));
    }
    Ok(checks)
}

/// 说明理由后放行 one finding: by an authorised person who did not write in the subject. Whether the subject is in a state in
/// which this makes sense is the owner's to say.
///
/// # Errors
/// When the person may not, wrote in it, gives no reason, or the finding is not there any more.
pub async fn let_through(
    tx: &mut Tx,
    subject: &dyn Subject,
    actor: &Actor,
    matter: &Matter,
    finding: (&str, &str),
    reason: &str,
) -> Result<()> {
    may_for(actor, &permissions::OVERRIDE_FINDING, &matter.keeper)?;
    let staff = actor.staff().ok_or(web::Refusal::NotFound)?;
    let (rule, digest) = finding;
    let checks = read(tx.conn(), &matter.about, &matter.parts).await?;
    matter.facts(subject.words(), &checks).foreign(&staff.account)?;
    let reason: String = reason.trim().chars().take(500).collect();
    if reason.is_empty() {
        return Err(Refusal::NoGround.into());
    }
    let check = checks.found.iter().find(|check| check.rule == rule && check.digest == digest);
    let check = check.ok_or(Refusal::NoFinding)?;
    query(
        "INSERT INTO finding_decision (subject_kind, subject_id, rule, digest, reason, by_account, by_name, at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING",
    )
    .bind(matter.about.kind)
    .bind(&matter.about.id)
    .bind(rule)
    .bind(digest)
    .bind(&reason)
    .bind(&staff.account)
    .bind(&staff.name)
    .bind(tx.now())
    .execute(tx.conn())
    .await?;
    let kind = subject.said().let_through;
    let mut told = json!({ "rule": rule, "digest": digest, "place": check.place, "reason": reason });
    // What may have to be erased some day is quoted in no log.
    if kind.fields.iter().any(|(key, _)| *key == "excerpt") {
        told["excerpt"] = json!(check.excerpt);
    }
    let event = NewEvent::new(kind, &matter.log.id, actor).organ(&matter.organ).data(matter.log.brief_with(told));
    tx.append(event).await?;
    Ok(())
}
