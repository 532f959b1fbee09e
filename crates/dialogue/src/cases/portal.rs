//! The person's side: following a case by its code or private link, doing what is the person's turn, getting a lost code back.

use askama::Template;
use axum::{
    extract::{Path, State},
    http::StatusCode,
    response::{IntoResponse, Response},
};
use case::{
    By, Entry, Kind, Phase, Step,
    files::{CaseFile, CaseFileId, Kept, Origin},
    letters,
};
use kernel::{id::CaseId, time};
use portal_form::{
    Applicant, PortalForm, PortalForms, Uploaded, applicant, is_mailbox, limit, private_errors, private_page,
};
use serde::Deserialize;
use store::{Tx, jobs::NewJob};
use web::{
    Acted, Ctx, Form, FormErrors, PortalShell, Reader, Redirect, Refusal, Result, act_for, act_now, filters,
    portal_page,
};

use super::{
    code::{self, SEND_CODE},
    fields::{Field, Typed, of, version},
    notice,
    one::{self, Drawn, drawn, handed_out},
    past,
};

fn shell(ctx: &Ctx, reader: &Reader, title: &str) -> PortalShell {
    reader.shell(ctx, title, "互动", "dialogue").crumb("互动", "/dialogue").crumb(title, "")
}

/// The frame of the page of a case: under the door through which its form is reached.
fn shell_of(ctx: &Ctx, reader: &Reader, kind: Kind) -> PortalShell {
    let (Some(&(_, area)), Some(&(section, _))) = (kind.under.first(), kind.under.last()) else {
        return shell(ctx, reader, kind.label);
    };
    let frame = reader.shell(ctx, kind.label, section, area.trim_start_matches('/'));
    kind.under.iter().fold(frame, |frame, (label, path)| frame.crumb(*label, *path)).crumb(kind.label, "")
}

#[derive(Template)]
#[template(path = "cases/templates/track.html")]
struct Track {
    shell: PortalShell,
    errors: FormErrors,
    typed: String,
}

/// `GET /cases/track`
pub(super) async fn track(State(ctx): State<Ctx>, reader: Reader) -> Result<Response> {
    let shell = shell(&ctx, &reader, "查办理进度");
    portal_page(&Track { shell, errors: FormErrors::new(), typed: String::new() })
}

/// A code as it is typed.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Code {
    code: String,
}

/// The code in a link that was pasted, of a receipt or of the page of a case; any other text as it is.
fn in_link(typed: &str) -> &str {
    let rest = ["/r/", "/c/"].iter().find_map(|door| typed.split_once(*door)).map_or(typed, |(_, rest)| rest);
    rest.split(['/', '?', '#']).next().unwrap_or(rest)
}

/// `POST /cases/track`: leads to the private page. A code that opens nothing has one answer, whatever it is.
pub(super) async fn find(State(ctx): State<Ctx>, reader: Reader, posted: PortalForm<Code>) -> Result<Response> {
    let typed = posted.value.code.trim();
    let why = if typed.is_empty() {
        "请填写回执上的查询码，字母和数字共 32 个。"
    } else {
        if let Some((secret, _)) = applicant::by_code(&ctx, &posted.client, in_link(typed)).await? {
            return Ok(Redirect::to(code::path(&secret)).into_response());
        }
        if case::receipt_number(typed).is_some() {
            "没有查到。您填写的是回执编号，请填写回执上另一行的查询码，字母和数字共 32 个。查询码丢了的，可以凭编号补发。"
        } else {
            "没有查到。请核对查询码，字母和数字共 32 个；查询码在回执上。换过新查询码的，旧的不能再用。"
        }
    };
    let mut shell = shell(&ctx, &reader, "查办理进度");
    shell.has_error = true;
    private_errors(&Track { shell, errors: FormErrors::one("code", why), typed: posted.value.code })
}

#[derive(Template)]
#[template(path = "cases/templates/lost.html")]
struct Lost {
    shell: PortalShell,
    errors: FormErrors,
    number: String,
    contact: String,
    /// Whether it was asked: then the answer stands there, the same for everybody.
    asked: bool,
}

/// `GET /cases/lost`
pub(super) async fn lost(State(ctx): State<Ctx>, reader: Reader) -> Result<Response> {
    let shell = shell(&ctx, &reader, "补发查询码");
    portal_page(&Lost { shell, errors: FormErrors::new(), number: String::new(), contact: String::new(), asked: false })
}

/// What is asked for when a code was lost.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct AskedAgain {
    number: String,
    contact: String,
}

/// `POST /cases/lost`: the answer does not say whether the case exists or the contact fits; each question is as much work.
pub(super) async fn send_code(
    State(ctx): State<Ctx>,
    reader: Reader,
    posted: PortalForm<AskedAgain>,
) -> Result<Response> {
    let AskedAgain { number, contact } = posted.value;
    let mut shell = shell(&ctx, &reader, "补发查询码");
    let mut errors = FormErrors::new();
    // The form of both tells nothing of whether there is such a case.
    let known = case::receipt_number(&number).is_some();
    errors.require(known, "number", "请填写回执编号，例如 20260302-AB12-CD34-EF56。");
    errors.require(is_mailbox(contact.trim()), "contact", "请填写当时留的邮箱，例如 name@example.com。");
    if !errors.is_empty() {
        shell.has_error = true;
        return private_errors(&Lost { shell, errors, number, contact, asked: false });
    }
    limit::take(&ctx, ctx.settings::<PortalForms>().codes(), &posted.client).await?;
    let db = ctx.db().read();
    let known = case::by_number(db, &number).await?.unwrap_or_default();
    // Looked up even where there is none.
    let fits = case::contact_is(&ctx, db, &known, &contact).await?;
    let asked = code::Asked { case: if fits { known } else { CaseId::default() } };
    act_now(&ctx, async |tx: &mut Tx| {
        tx.enqueue(NewJob::now(SEND_CODE, &asked)).await?;
        Ok::<_, Refusal>(())
    })
    .await?;
    private_page(&Lost { shell, errors, number: String::new(), contact: String::new(), asked: true })
}

/// A letter that was delivered, as the person reads it.
struct Read {
    id: letters::LetterId,
    title: String,
    number: String,
    addressee: String,
    paragraphs: Vec<String>,
    delivered_on: String,
    /// The day on which it was signed, as it stands below it.
    signed_on: String,
    /// Somebody above has taken it away.
    annulled: bool,
    /// What went out with it.
    files: Vec<CaseFile>,
}

/// A step that is the person's.
struct Turn {
    label: &'static str,
    about: &'static str,
    action: String,
    fields: Vec<Field>,
    /// So many files may come with it; 0 = none.
    files: usize,
    once: String,
}

#[derive(Template)]
#[template(path = "cases/templates/show.html")]
struct Show {
    shell: PortalShell,
    errors: FormErrors,
    kind: &'static str,
    number: String,
    organ: String,
    phone: String,
    standing: String,
    told: &'static str,
    ended: bool,
    received_on: String,
    clock: Drawn,
    request: Vec<(String, String)>,
    history: Vec<past::Line>,
    letters: Vec<Read>,
    /// What the person is asked for, in the words of the organ.
    wanting: Vec<(String, String)>,
    /// What the person sent.
    files: Vec<CaseFile>,
    /// What the person can do and the case goes on.
    turns: Vec<Turn>,
    /// What ends the case.
    endings: Vec<Turn>,
    version: i64,
    link: String,
    /// Address below which the files are.
    base: String,
}

impl Show {
    /// The day on which a file came: names repeat from the request to the supplement.
    fn came(&self, file: &CaseFile) -> String {
        time::show_date(&file.at)
    }
}

/// `GET /cases/c/{secret}`
pub(super) async fn show(State(ctx): State<Ctx>, reader: Reader, applicant: Applicant) -> Result<Response> {
    page_of(&ctx, &reader, &applicant, &Typed::new(), FormErrors::new()).await
}

/// The case behind a private link, with its kind.
async fn found(ctx: &Ctx, applicant: &Applicant) -> Result<(Entry, Kind)> {
    let entry = case::entry(ctx.db().read(), &applicant.case).await?.ok_or(Refusal::NotFound)?;
    let kind = entry.kind(ctx).ok_or(Refusal::NotFound)?;
    Ok((entry, kind))
}

async fn page_of(
    ctx: &Ctx,
    reader: &Reader,
    applicant: &Applicant,
    typed: &Typed,
    errors: FormErrors,
) -> Result<Response> {
    let (entry, kind) = found(ctx, applicant).await?;
    let db = ctx.db().read();
    let base = code::path(&applicant.secret);
    let (clock, _) = drawn(ctx, (&entry, kind)).await?;
    let mut clock = plainly(clock);
    let past = case::history(ctx, db, &entry).await?;
    // The day by which it is the person's turn stands first, not in a letter further down.
    if let Some(until) = past::until(kind, &entry, &past) {
        clock.notes.insert(0, format!("请在 {until} 前（含当天）补充。"));
    }
    // Who has just sent something reads that it came.
    let sent = past.last().filter(|one| one.by == "applicant" && !entry.is_ended());
    if let Some(step) = sent.and_then(|one| kind.step(&one.step)) {
        clock.notes.insert(0, format!("已经收到：{}。", step.told.trim_end_matches('。')));
    }
    let all = letters::of_case(ctx, db, &entry).await?;
    let gone = one::annulled(ctx, (&entry, kind), (past.as_slice(), all.as_slice()));
    let delivered: Vec<_> = all.into_iter().filter(letters::Letter::is_delivered).collect();
    let mut files = case::files::of_case(ctx, db, &entry).await?;
    files.retain(|file| may_read(file, &delivered));
    let (own_files, sent): (Vec<CaseFile>, Vec<CaseFile>) =
        files.into_iter().partition(|file| file.origin == Origin::Party);
    let request = case::request(ctx, db, &entry).await?;
    let lines = kind.fields.iter().filter_map(|(name, label)| {
        let value = request.get(*name).filter(|value| !value.is_empty())?;
        Some(((*label).to_owned(), value.clone()))
    });
    let open = case::open_steps(ctx, db, &applicant.actor(), &entry, kind).await?;
    let turn = |step: &Step| Turn {
        label: step.label,
        about: step.about,
        action: format!("{base}/steps/{}{}", step.key, if step.files > 0 { "/files" } else { "" }),
        files: step.files,
        fields: step.fields.iter().map(|field| Field::of(field, typed)).collect(),
        once: ctx.once(),
    };
    let own = open.into_iter().filter(|step| step.by == By::Applicant);
    let (endings, turns): (Vec<_>, Vec<_>) =
        own.partition(|step| !step.to.is_empty() && kind.state(step.to).phase == Phase::Ended);
    let state = entry.state(kind);
    let bad = !errors.is_empty();
    let mut shell = shell_of(ctx, reader, kind);
    shell.has_error = bad;
    let keeper = case::keeper(ctx, &entry.organ);
    let page = Show {
        shell,
        errors,
        kind: kind.label,
        number: entry.number.clone(),
        organ: ctx.directory().get(&keeper).map(|organ| organ.name.clone()).unwrap_or_default(),
        phone: document::page::phone_of(ctx, &keeper),
        // That it was withdrawn is said once.
        standing: if entry.outcome == "withdrawn" { state.label.to_owned() } else { past::standing(kind, &entry) },
        wanting: past::wanting(kind, &entry, &past),
        told: state.told,
        ended: entry.is_ended(),
        received_on: entry.received_on.clone(),
        clock,
        request: lines.collect(),
        history: past::told(ctx, kind, &past),
        // The newest one first: the answer, before what was asked on the way to it.
        letters: delivered.into_iter().rev().map(|letter| read(kind, letter, (&gone, &sent))).collect(),
        files: own_files,
        turns: turns.iter().map(&turn).collect(),
        endings: endings.iter().map(turn).collect(),
        version: entry.version,
        link: format!("{}{base}", ctx.portal_url()),
        base,
    };
    if bad { private_errors(&page) } else { private_page(&page) }
}

/// What the office reads of a calendar that ends, and what is said of it to others.
const PLAINLY: [(&str, &str); 3] = [
    ("日历未录入，按自然日", "按自然日"),
    ("当年放假通知尚未录入", "当年放假安排还没有公布"),
    ("放假通知尚未录入，按星期推算", "放假安排还没有公布，按星期推算"),
];

/// A clock in the words of somebody who has recorded no calendar.
fn plainly(clock: Drawn) -> Drawn {
    let said = |text: String| PLAINLY.iter().fold(text, |text, (office, plain)| text.replace(*office, plain));
    Drawn {
        svg: said(clock.svg),
        left: said(clock.left),
        right: said(clock.right),
        days: clock.days.into_iter().map(|(day, number, reason)| (day, number, said(reason))).collect(),
        ..clock
    }
}

/// What the person gave, and what went out with a letter.
fn may_read(file: &CaseFile, delivered: &[letters::Letter]) -> bool {
    file.origin == Origin::Party || delivered.iter().any(|letter| letter.id == file.letter)
}

fn read(kind: Kind, letter: letters::Letter, (gone, sent): (&[letters::LetterId], &[CaseFile])) -> Read {
    let files = sent.iter().filter(|file| file.letter == letter.id).cloned().collect();
    let number = kind.letter(&letter.kind).map(|what| letter.number(what)).unwrap_or_default();
    Read {
        annulled: gone.contains(&letter.id),
        id: letter.id,
        files,
        number,
        paragraphs: letter.body.text.lines().filter(|line| !line.trim().is_empty()).map(str::to_owned).collect(),
        title: letter.body.title,
        addressee: letter.body.addressee,
        delivered_on: time::show_date(&letter.delivered_on),
        signed_on: time::show_date(&letter.signed_at),
    }
}

/// `POST /cases/c/{secret}/steps/{step}`
pub(super) async fn step(
    State(ctx): State<Ctx>,
    reader: Reader,
    applicant: Applicant,
    Path((_, name)): Path<(String, String)>,
    Form(typed): Form<Typed>,
) -> Result<Response> {
    taken(&ctx, &reader, &applicant, &name, (&typed, &[])).await
}

/// What is typed beside files: the fields of every step that takes some, which a test of each kind holds against this.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Turned {
    once: String,
    version: String,
    supplement: String,
    reasons: String,
    more: String,
}

impl Turned {
    /// The fields of steps.
    #[cfg(test)]
    pub(crate) const FIELDS: [&'static str; 3] = ["supplement", "reasons", "more"];

    fn typed(&self) -> Typed {
        let all = [
            ("once", &self.once),
            ("version", &self.version),
            ("supplement", &self.supplement),
            ("reasons", &self.reasons),
            ("more", &self.more),
        ];
        all.into_iter().map(|(name, value)| (name.to_owned(), value.clone())).collect()
    }
}

/// `POST /cases/c/{secret}/steps/{step}/files`: a step with files.
pub(super) async fn step_with_files(
    State(ctx): State<Ctx>,
    reader: Reader,
    applicant: Applicant,
    Path((_, name)): Path<(String, String)>,
    posted: PortalForm<Turned>,
) -> Result<Response> {
    let typed = posted.value.typed();
    let (_, kind) = found(&ctx, &applicant).await?;
    let most = kind.step(&name).map_or(0, |step| step.files);
    let mut errors = posted.errors;
    let fits = posted.files.len() <= most;
    errors.require(fits, "file", &format!("一次最多 {most} 个附件。更多的请合并后上传，或者邮寄、当面提交。"));
    if !errors.is_empty() {
        return page_of(&ctx, &reader, &applicant, &typed, errors).await;
    }
    taken(&ctx, &reader, &applicant, &name, (&typed, &posted.files)).await
}

/// To whoever acts on a page that is no longer true.
const MOVED: &str =
    "这件在您打开页面以后有了变化：您在别的窗口提交过，或者机关办理过。您填写的内容没有丢，请看现在的情况再决定。";

/// Takes a step of the person, with the files that came with it: all of it, or nothing.
async fn taken(
    ctx: &Ctx,
    reader: &Reader,
    applicant: &Applicant,
    name: &str,
    (typed, files): (&Typed, &[Uploaded]),
) -> Result<Response> {
    let (_, kind) = found(ctx, applicant).await?;
    let step = kind.step(name).filter(|step| step.by == By::Applicant).ok_or(Refusal::NotFound)?;
    // No number for each network: who has the link is known, each step leads on, and a village has one network on its last day.
    // Where it led is kept in the database: never the private link.
    let done = act_for(ctx, of(typed, "once"), async |tx: &mut Tx| {
        let sent = case::Typed { version: version(typed), fields: typed.clone() };
        case::take(ctx, tx, &applicant.actor(), &applicant.case, step.key, &sent).await?;
        for file in files {
            let sealed = ctx.files().keep_sealed(tx, &file.received).await?;
            let kept = Kept::of(&sealed, &file.received, &file.name, file.kind.media_type());
            let whose = (Origin::Party, None);
            case::files::attach(ctx, tx, &applicant.actor(), &applicant.case, &kept, whose).await?;
        }
        notice::tell(ctx, tx, &applicant.case, step.label).await?;
        Ok::<_, Refusal>(("/cases/track".to_owned(), ()))
    });
    match done.await {
        Ok(Acted::Now(()) | Acted::Before(_)) => Ok(Redirect::to(code::path(&applicant.secret)).into_response()),
        Err(Refusal::Fields(errors)) => page_of(ctx, reader, applicant, typed, errors).await,
        Err(Refusal::Conflict(why)) => {
            let (now, _) = found(ctx, applicant).await?;
            // What was done may have been done by the same person in another window.
            let moved = version(typed) != 0 && version(typed) != now.version;
            let why = if moved { MOVED.to_owned() } else { why };
            let mut page = page_of(ctx, reader, applicant, typed, FormErrors::refused(why)).await?;
            *page.status_mut() = StatusCode::CONFLICT;
            Ok(page)
        }
        Err(other) => Err(other.into()),
    }
}

/// `GET /cases/c/{secret}/files/{file}`
pub(super) async fn file(
    State(ctx): State<Ctx>,
    applicant: Applicant,
    Path((_, file)): Path<(String, CaseFileId)>,
) -> Result<Response> {
    let (entry, _) = found(&ctx, &applicant).await?;
    let all = letters::of_case(&ctx, ctx.db().read(), &entry).await?;
    let delivered: Vec<_> = all.into_iter().filter(letters::Letter::is_delivered).collect();
    handed_out(&ctx, &entry, &file, |one| may_read(one, &delivered)).await
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;
    use kernel::Calendar;

    use super::*;

    #[test]
    fn what_the_office_reads_of_a_calendar_that_ends_is_put_plainly() {
        let calendar = Calendar::bundled();
        let run = clock::probable(&clock::rule::FOI_RESPONSE, date(2026, 12, 20), &[], 0, &calendar).expect("a run");
        let mut words: Vec<String> = run.explain().iter().map(clock::Day::words).collect();
        words.push(calendar.countdown(date(2026, 11, 28), date(2027, 1, 30)).words());
        for (office, _) in PLAINLY {
            assert!(words.iter().any(|said| said.contains(office)), "{office} is said no more: {words:?}");
        }
        let drawn = Drawn {
            svg: String::new(),
            left: String::new(),
            right: String::new(),
            days: words.into_iter().map(|said| (String::new(), String::new(), said)).collect(),
            law: String::new(),
            notes: Vec::new(),
        };
        assert!(plainly(drawn).days.iter().all(|(_, _, said)| !said.contains("录入")));
    }
}
