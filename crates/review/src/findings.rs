//! What the checks found in a subject: personal numbers in its text and in every place of its files.
//!
//! Looking through a workbook of 400 000 cells takes seconds; so it is done when a text or file has changed, outside every
//! write ([`ensure`]), and kept for each part of the subject under the digest of what was read and the version of the rules.
//! A write only reads what is kept ([`read`]). A part that was not looked at as it stands, or by other rules, makes the subject
//! [`Checks::unchecked`], and nothing unchecked passes: a text that was changed at the same moment is refused, never let by.
//!
//! What an authorised second person decided to let through is tied by digest to the found text and to the words around it: who
//! let a number through read it as what stood there (法定公示的联系电话), and other words need another decision.

use kernel::{Actor, NewEvent, id::AccountId, may_for};
use serde_json::json;
use sha2::{Digest, Sha256};
use store::{Db, Executor, FromRow, Tx, query, query_as};
use text::findings::{Finding, Severity, look_over};

pub use crate::pieces::{Piece, Unread};
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
pub const RULES: &str = "personal-8";

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

    /// The class of its line: `block`, `info` (let through), `warn`.
    pub fn class(&self) -> &'static str {
        match (self.stops(), self.passed.is_some()) {
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

    /// What stops the subject, in words; empty = nothing.
    pub fn stopping_words(&self) -> String {
        in_words(self.stopping(), self.unread())
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
            explained: self.explained,
            let_through_by: checks.let_through_by(),
            unchecked: checks.unchecked(),
            unfit: self.unfit.clone(),
        }
    }
}

/// The rule of what could not be read.
pub const UNREAD: &str = "privacy.unread";

/// The name of a rule in words; what does not block is not certain.
fn label(rule: &str, blocks: bool) -> &'static str {
    match (rule, blocks) {
        ("privacy.id_number", true) => "公民身份号码",
        ("privacy.id_number", false) => "疑似身份证号码",
        ("privacy.mobile", true) => "手机号码",
        ("privacy.mobile", false) => "疑似手机号码",
        ("privacy.bank_card", true) => "银行卡号",
        ("privacy.bank_card", false) => "疑似银行卡号",
        ("privacy.home", _) => "疑似个人住址",
        ("privacy.name", true) => "姓名与健康状况",
        ("privacy.name", false) => "姓名与个人情况",
        ("wording.direction", _) => "改变文字顺序的字符",
        (UNREAD, true) => "没有读出的内容，须人工核对",
        (UNREAD, false) => "没有读出的内容",
        _ => "需要核对的内容",
    }
}

/// What was found in one part, before it is kept.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) part: Part,
    pub(crate) found: Vec<Found>,
    pub(crate) unlisted: usize,
}

#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Found {
    place: String,
    pub(crate) rule: String,
    pub(crate) blocks: bool,
    pub(crate) digest: String,
    excerpt: String,
    suggestion: String,
}

/// Looks through one part; pure. The same text twice in the same words is one finding. A number that is certain beside a word
/// is the same number elsewhere: it blocks wherever it stands in the part.
pub(crate) fn look(text: PartText) -> Run {
    let mut found: Vec<(String, Found)> = Vec::new();
    let mut seen = std::collections::HashSet::new();
    for piece in &text.pieces {
        if let Some(how) = piece.unread {
            // each by itself: none is certain because another is
            let one = unread_in(&text.part.key, piece, how);
            found.push((one.digest.clone(), one));
            continue;
        }
        let findings = look_over("", &piece.text);
        if findings.is_empty() {
            continue;
        }
        let chars: Vec<char> = piece.text.chars().collect();
        let paragraphs = if piece.place.is_empty() { paragraphs(&chars) } else { Vec::new() };
        for finding in findings {
            let raw: String = chars.get(finding.start..finding.end).unwrap_or_default().iter().collect();
            let words = around(&chars, finding.start, finding.end);
            // The paragraph is told, and no decision hangs on it: a line put in above changes nothing.
            let shown = match paragraphs.len() {
                0 | 1 => piece.place.clone(),
                _ => format!("第 {} 段", paragraphs.partition_point(|begin| *begin <= finding.start)),
            };
            let known = format!("{}\0{}\0{raw}\0{words}", text.part.key, piece.place);
            let one = found_in(shown, &known, finding);
            if seen.insert((one.rule.clone(), one.digest.clone())) {
                found.push((raw, one));
            }
        }
    }
    let certain: std::collections::HashSet<(String, String)> =
        found.iter().filter(|(_, one)| one.blocks).map(|(raw, one)| (one.rule.clone(), raw.clone())).collect();
    let settle = |(raw, mut one): (String, Found)| {
        one.blocks |= certain.contains(&(one.rule.clone(), raw));
        one
    };
    let mut found: Vec<Found> = found.into_iter().map(settle).collect();
    found.sort_by_key(|one| !one.blocks);
    let unlisted = found.iter().skip(MOST).filter(|one| one.blocks).count();
    found.truncate(MOST);
    Run { part: text.part, found, unlisted }
}

/// A place that could not be read, as a finding: what was decided on it holds as long as the file is the same.
fn unread_in(key: &str, piece: &Piece, how: Unread) -> Found {
    Found {
        place: piece.place.clone(),
        blocks: how == Unread::All,
        digest: hex::encode(Sha256::digest(format!("{key}\0{}\0{UNREAD}\0{}", piece.place, piece.text).as_bytes())),
        rule: UNREAD.to_owned(),
        excerpt: String::new(),
        suggestion: piece.text.clone(),
    }
}

/// Where the paragraphs of a text begin; empty lines are none.
fn paragraphs(chars: &[char]) -> Vec<usize> {
    let mut begins = Vec::new();
    let mut fresh = true;
    for (at, c) in chars.iter().enumerate() {
        if *c == '\n' {
            fresh = true;
        } else if fresh && !c.is_whitespace() {
            begins.push(at);
            fresh = false;
        }
    }
    begins
}

/// Characters, blanks not counted, on each side of a finding to which a decision about it is tied.
const AROUND: usize = 60;

/// The words around a finding, without blanks: laying a text out anew is no other text.
fn around(chars: &[char], start: usize, end: usize) -> String {
    let dense = |c: &&char| !c.is_whitespace();
    let mut before: Vec<char> =
        chars.get(..start).unwrap_or_default().iter().rev().filter(dense).take(AROUND).copied().collect();
    before.reverse();
    let after = chars.get(end..).unwrap_or_default().iter().filter(dense).take(AROUND);
    before.into_iter().chain(['\0']).chain(after.copied()).collect()
}

fn found_in(place: String, known: &str, finding: Finding) -> Found {
    Found {
        place,
        blocks: finding.severity == Severity::Block,
        digest: hex::encode(Sha256::digest(known.as_bytes())),
        rule: finding.rule,
        excerpt: finding.excerpt,
        suggestion: finding.suggestion,
    }
}

/// Looks through every part that has not been looked at as it stands, and keeps what was found. Called outside any write;
/// `load` brings the texts of those parts alone. Returns how many parts were looked through.
///
/// # Errors
/// What `load` says; or the database fails.
pub async fn ensure<L>(db: &Db, about: &About, parts: &[Part], load: L) -> Result<usize>
where
    L: AsyncFnOnce(&[Part]) -> Result<Vec<PartText>>,
{
    let missing = read(db.read(), about, parts).await?.missing;
    if missing.is_empty() {
        return Ok(0);
    }
    let texts = load(&missing).await?;
    let runs = tokio::task::spawn_blocking(move || texts.into_iter().map(look).collect::<Vec<_>>())
        .await
        .map_err(|error| web::Error::internal(format!("looking for personal numbers: {error}")))?;
    let mut tx = db.write().await?;
    // Two readers of one page may have looked at the same time.
    tx.lock(&format!("findings:{}:{}", about.kind, about.id)).await?;
    for run in &runs {
        put(&mut tx, about, run).await?;
    }
    tx.commit().await?;
    Ok(runs.len())
}

/// [`ensure`] for texts that are at hand.
pub async fn ensure_texts(db: &Db, about: &About, texts: Vec<PartText>) -> Result<usize> {
    let parts: Vec<Part> = texts.iter().map(|text| text.part.clone()).collect();
    ensure(db, about, &parts, async move |missing| {
        Ok(texts.into_iter().filter(|text| missing.contains(&text.part)).collect())
    })
    .await
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
        "INSERT INTO finding_run (subject_kind, subject_id, part, digest, rules, unlisted, at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(about.kind)
    .bind(&about.id)
    .bind(&run.part.key)
    .bind(&run.part.digest)
    .bind(RULES)
    .bind(i64::try_from(run.unlisted).unwrap_or(i64::MAX))
    .bind(tx.now())
    .execute(tx.conn())
    .await?;
    for (place, one) in (0_i64..).zip(&run.found) {
        query(
            "INSERT INTO finding (subject_kind, subject_id, part, position, place, rule, blocks, digest, excerpt, suggestion) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
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
         d.reason, d.by_account, d.by_name, d.at FROM finding_run r \
         LEFT JOIN finding f ON f.subject_kind = r.subject_kind AND f.subject_id = r.subject_id AND f.part = r.part \
         LEFT JOIN finding_decision d ON d.subject_kind = r.subject_kind AND d.subject_id = r.subject_id \
              AND d.rule = f.rule AND d.digest = f.digest \
         WHERE r.subject_kind = $1 AND r.subject_id = $2 AND r.rules = $3 ORDER BY r.part, f.position",
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
    let data = matter.log.brief_with(json!({
        "rule": rule, "digest": digest, "place": check.place, "excerpt": check.excerpt, "reason": reason,
    }));
    let event = NewEvent::new(subject.said().let_through, &matter.log.id, actor).organ(&matter.organ).data(data);
    tx.append(event).await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A number with a right check digit and a division code that was never given: nobody's.
    const NUMBER: &str = "000000199001010018";

    fn found(text: &str) -> Vec<Found> {
        look(PartText::of("body", "正文", text)).found
    }

    #[test]
    fn the_version_of_the_rules_belongs_to_what_they_find() {
        // broken by a line end; other digits and separators; a narrow column; a wrong check digit; no word before it
        let text = format!(
            "身份证 {NUMBER}，手机 13800138000，卡号 6222021234567890128，旧证 110105491231002，电话 0570-1234567。\n\
             身份证号 0000001990\n01010018，电话 138·0013·8000、一三九零零一三九零零零，（甲1380013\n8000）\n\
             身份证号：000000199001010019，身份证号110105491231010\n乙 0000001985 丙\n02030020 丁，住5栋2单元301室\n\
             000000★19900101★0018，000000 1990年1月1日 0018，%31%33800138000，存折账号2410400010100012345，本年收入13900139001，\u{202e}甲\n\
             姓名\t病种\n张志祥\t略\n\n姓名\t金额\n李四\t1\n\n陈建国，手机139****9000"
        );
        let rules: Vec<(String, bool)> = found(&text).into_iter().map(|one| (one.rule, one.blocks)).collect();
        let expected = [
            ("privacy.id_number", true),
            ("privacy.mobile", true),
            ("privacy.bank_card", true),
            ("privacy.id_number", true),
            ("privacy.mobile", true),
            ("privacy.mobile", true),
            ("privacy.mobile", true),
            ("privacy.id_number", true),
            ("privacy.id_number", true),
            ("privacy.id_number", true),
            ("privacy.id_number", true),
            ("privacy.mobile", true),
            ("privacy.name", true),
            ("privacy.id_number", false),
            ("privacy.id_number", false),
            ("privacy.bank_card", false),
            ("privacy.mobile", false),
            ("privacy.home", false),
            ("privacy.name", false),
            ("privacy.name", false),
            ("wording.direction", false),
        ];
        let expected: Vec<(String, bool)> = expected.map(|(rule, blocks)| (rule.to_owned(), blocks)).to_vec();
        assert_eq!((rules, RULES), (expected, "personal-8"), "when the rules change, so does their version");
    }

    #[test]
    fn another_number_or_place_needs_another_decision() {
        let one = found("联系人 13800138000");
        let other = found("联系人 13900139000");
        let elsewhere = look(PartText::of("title", "标题", "联系人 13800138000")).found;
        assert_ne!(one[0].digest, other[0].digest);
        assert_ne!(one[0].digest, elsewhere[0].digest);
        assert_eq!(found("甲 13800138000\n甲 13800138000").len(), 2, "each in its own words");
        assert!(!one[0].excerpt.contains("0013"), "masked");
    }

    #[test]
    fn what_is_certain_once_blocks_also_where_it_was_found_in_doubt_before() {
        let one = found("乙 110105491231002，另见下表\n身份证号110105491231002");
        assert_eq!(one.iter().map(|one| one.blocks).collect::<Vec<_>>(), [true, true]);
    }

    #[test]
    fn a_decision_is_tied_to_the_words_around_the_number() {
        let long = "甲".repeat(80);
        let text =
            |before: &str, after: &str| format!("{before}{long}服务热线 13800138000，工作时间接听。{long}{after}");
        let digest = |text: &str| found(text)[0].digest.clone();
        let decided = digest(&text("", ""));
        assert_eq!(digest(&text("前面加一段。\n", "后面也加")), decided, "far away nothing changes");
        assert_eq!(digest(&text("", "").replace("，工作", "，\n 工作")), decided, "laid out anew");
        assert_ne!(digest(&text("", "").replace("服务热线", "低保户张三")), decided, "the number of somebody else");
        assert_ne!(digest(&text("", "").replace("工作时间接听", "其子在校就读")), decided);
    }

    #[test]
    fn a_finding_names_its_paragraph() {
        let one = &found("甲\n\n乙\n电话 13800138000")[0];
        assert_eq!(one.place, "第 3 段");
        assert_eq!(found("电话 13800138000")[0].place, "", "there is but one");
    }

    #[test]
    fn a_long_list_is_cut_and_still_blocks() {
        let pieces = (0..MOST + 20).map(|n| Piece::read(format!("第{n}行"), format!("138{n:08}")));
        let part = Part::digested("file.a", "附件《名单》", "d".into());
        let run = look(PartText { part, pieces: pieces.collect() });
        assert_eq!((run.found.len(), run.unlisted), (MOST, 20));
    }

    #[test]
    fn what_could_not_be_read_stops_until_somebody_has_looked() {
        let piece = |place: &str, how| Piece {
            unread: Some(how),
            ..Piece::read(place, "这一页没有文字，请人工核对。")
        };
        let pieces = vec![piece("第3页", Unread::All), piece("", Unread::Some), piece("第4页", Unread::All)];
        let found = look(PartText { part: Part::digested("file.a", "附件《名单》", "d".into()), pieces }).found;
        let said: Vec<(&str, &str, bool)> =
            found.iter().map(|one| (one.rule.as_str(), one.place.as_str(), one.blocks)).collect();
        assert_eq!(said, [(UNREAD, "第3页", true), (UNREAD, "第4页", true), (UNREAD, "", false)]);
        assert_ne!(found[0].digest, found[1].digest, "each page needs a word of its own");
    }
}
