//! The page of a case in the office.

use askama::Template;
use axum::{
    body::Body,
    extract::{Path, State},
    http::{HeaderValue, header},
    response::{IntoResponse, Response},
};
use case::{
    By, Entry, Kind, Masked, Person,
    files::{CaseFile, CaseFileId, Origin},
    letters::{Letter, LetterId},
    permissions::{ERASE_CASES, OVERSEE_CASES, UNMASK_CASES},
    public::Told,
};
use clock::Reason;
use jiff::civil::Date;
use kernel::{Countdown, id::CaseId, time};
use store::Files;
use web::{
    Ctx, Desk, FormErrors, OfficeShell, Refusal, Result, filters, office_page,
    page::{self, content_disposition},
};

use super::{acts, aside, fields::Named, notice, past, signers};

/// The clock as pages draw it.
pub(super) struct Drawn {
    pub(super) svg: String,
    pub(super) left: String,
    pub(super) right: String,
    /// Day, number and reason.
    pub(super) days: Vec<(String, String, String)>,
    pub(super) law: String,
    /// What must be known of it, each a sentence.
    pub(super) notes: Vec<String>,
}

/// By what law the days are counted, those included on which others are asked.
fn law(view: &case::ClockView) -> String {
    let mut law = format!("{}（{}）", view.rule.basis, view.rule.period());
    for rule in view.pauses.iter().filter_map(|pause| clock::find(&pause.rule)) {
        if !law.contains(rule.basis) {
            law = format!("{law}；暂停计时依据{}", rule.basis);
        }
    }
    law
}

/// For whose sake the clock stands on a day, behind the words that it does; empty where no pause says so.
fn stands(kind: Kind, view: &case::ClockView, day: Date) -> String {
    let day = day.to_string();
    let holds =
        |pause: &&case::PauseRow| pause.sent_on < day && (pause.answered_on.is_empty() || day <= pause.answered_on);
    let asked = view.pauses.iter().find(holds).and_then(|pause| kind.step(&pause.why));
    asked.map(|step| format!("：{}", step.label)).unwrap_or_default()
}

/// How the clock of a case stands, drawn; nothing where none runs and nothing is to be said.
pub(super) async fn drawn(ctx: &Ctx, (entry, kind): (&Entry, Kind)) -> Result<(Drawn, case::ClockView)> {
    let view = case::clock_of(ctx, ctx.db().read(), kind, entry).await?;
    let (today, calendar) = (ctx.today(), ctx.calendar());
    let mut drawn = Drawn {
        svg: String::new(),
        left: String::new(),
        right: String::new(),
        days: Vec::new(),
        law: law(&view),
        notes: Vec::new(),
    };
    if view.held && !entry.is_ended() {
        // The state says for what: a supplement, or a fee.
        drawn.notes.push(format!("{}，现在不计时，完成以后办理时限重新计算。", entry.state(kind).label));
    }
    let anew = !view.row.from_on.is_empty() && view.row.from_on != entry.received_on;
    if anew && !view.held && view.fixed.is_none() && !entry.is_ended() {
        let from = &view.row.from_on;
        drawn.notes.push(format!("收到补充、缴费或者重新办理的，办理时限重新计算：现在从 {from} 的次日起算。"));
    }
    if let Some(day) = view.fixed {
        drawn.notes.push(format!("办理期限另行确定，到 {day} 为止，{}。", calendar.countdown(today, day).words()));
    }
    if !view.trouble.is_empty() {
        drawn.notes.push(view.trouble.clone());
    }
    if view.lasting {
        let until = view.others_due(ctx).map(|due| format!("，对方应于 {due} 前答复")).unwrap_or_default();
        drawn.notes.push(format!("正在征求其他方面的意见{until}；这段时间不计入办理时限。"));
    }
    if let Some(run) = &view.run {
        let due = run.due().date();
        let since = run.from().date();
        let ruler = calendar.ruler(since, due, today);
        // A day that may still move is told as expected and never as a fact.
        let expected = if view.is_guess() { "预计 " } else { "" };
        let label =
            format!("从 {since} 到{}{due}，{}", if expected.is_empty() { " " } else { expected }, ruler.words());
        drawn.svg = charts::clock(charts::Clock { total: ruler.total, used: ruler.used, paused: Vec::new(), label });
        let words = calendar.countdown(today, due).words();
        (drawn.left, drawn.right) = if due < today {
            (words, format!("应于 {due} 到期"))
        } else {
            (format!("{expected}{due} 到期"), words)
        };
        drawn.days = run
            .explain()
            .iter()
            .map(|day| {
                let number = if day.counted { day.number.to_string() } else { "不计".to_owned() };
                let words = match day.reason {
                    // Not the day on which it came: the period began anew.
                    Reason::Start(_) if since.to_string() != entry.received_on => {
                        "这一天不计，期限从次日起重新计算".to_owned()
                    }
                    Reason::Paused(_) => format!("{}{}", day.words(), stands(kind, &view, day.date)),
                    _ => day.words(),
                };
                (day.date.to_string(), number, words)
            })
            .collect();
        if run.is_guess() {
            drawn.notes.push(
                "期限超出已公布的放假安排，到期日按星期和法定节日推算，是预计的日期；放假安排公布后以重新计算的为准。"
                    .to_owned(),
            );
        }
        if view.row.extended > 0 {
            let units = u32::try_from(view.row.extended).unwrap_or(0);
            drawn.notes.push(format!("已延长 {}。", view.rule.units(units)));
        }
    }
    Ok((drawn, view))
}

/// An extension that waits to be decided.
struct Extension {
    units: String,
    reason: String,
    /// Whether this person decides; who asked does not.
    decides: bool,
}

/// A letter in the list of the page.
struct LetterLine {
    letter: Letter,
    label: &'static str,
    number: String,
    /// It is entered as mailed, and the mail has not gone out.
    unsent: bool,
    /// Somebody above has taken it away.
    annulled: bool,
}

#[derive(Template)]
#[template(path = "cases/templates/one.html")]
struct Page {
    shell: OfficeShell,
    errors: FormErrors,
    id: CaseId,
    number: String,
    told_number: String,
    brief: String,
    kind: &'static str,
    standing: String,
    ended: bool,
    organ: String,
    channel: &'static str,
    received_on: String,
    registered_at: String,
    holder: String,
    /// Who decides for the holder today, when the holder is away.
    deputy: String,
    mine: bool,
    countdown: Option<Countdown>,
    clock: Drawn,
    extension: Option<Extension>,
    request: Vec<(String, String)>,
    parties: Vec<Masked>,
    may_unmask: bool,
    history: Vec<past::Line>,
    letters: Vec<LetterLine>,
    files: Vec<CaseFile>,
    facts: Vec<(String, String)>,
    asides: Vec<aside::Told>,
    digest: String,
    public: Option<Told>,
    /// What can be done now: words and address; the first is what comes next.
    steps: Vec<(String, String)>,
    /// Who decides, where this person does not; empty = nobody has to.
    decided_by: String,
    /// What can be done besides.
    others: Vec<(String, String)>,
    erased: bool,
    once: [String; 4],
}

/// `GET /cases/{id}`
pub(super) async fn page(State(ctx): State<Ctx>, desk: Desk, Path(id): Path<CaseId>) -> Result<Response> {
    shown(&ctx, &desk, &id, FormErrors::new()).await
}

/// The page with what was refused.
pub(super) async fn shown(ctx: &Ctx, desk: &Desk, id: &CaseId, errors: FormErrors) -> Result<Response> {
    let (entry, kind) = acts::seen(ctx, desk, id).await?;
    let entry = &entry;
    let db = ctx.db().read();
    let (mut clock, view) = drawn(ctx, (entry, kind)).await?;
    if let Some(missed) = case::missed(ctx, ctx.db().read(), (entry, kind)).await? {
        clock.notes.insert(0, format!("{}：期限到 {} 为止。{}", missed.what, missed.until, missed.next));
    }
    let history = case::history(ctx, db, entry).await?;
    if let Some(until) = past::until(kind, entry, &history) {
        clock.notes.push(format!("等当事人答复，期限到 {until} 为止（含当天）。"));
    }
    if let Some(rules) = case::rules_of(ctx, kind) {
        let before = case::Before { entry, past: &history };
        let here = |what: &&case::LetterKind| what.from.contains(&entry.state.as_str());
        let now = kind.letters.iter().filter(here).filter(|what| rules.letter_now(ctx, before, what));
        let due = now.filter_map(|what| Some((what.label, rules.letter_due(ctx, before, what)?)));
        clock.notes.extend(due.map(|(label, day)| format!("需要制作{label}的，应当在 {day} 前送达。")));
    }
    let letters = case::letters::of_case(ctx, db, entry).await?;
    let gone = annulled(ctx, (entry, kind), (history.as_slice(), letters.as_slice()));
    let owed = owed(ctx, (entry, kind), (history.as_slice(), letters.as_slice()));
    if let Some(owed) = owed {
        let until = owed.until.map(|day| format!("（期限 {day}）")).unwrap_or_default();
        clock.notes.insert(0, format!("{}{until}。", owed.next.trim_end_matches('。')));
    }
    let texts = case::texts(ctx, db, entry).await?;
    let request = texts
        .values()
        .flat_map(|fields| kind.fields.iter().filter_map(move |(name, label)| Some((*label, fields.get(*name)?))))
        .filter(|(_, value)| !value.is_empty())
        .map(|(label, value)| (label.to_owned(), case::personal::without_numbers(value)))
        .collect();
    let facts = case::facts(db, id).await?;
    let me = &desk.staff.account;
    let deputy = if entry.holder.as_str().is_empty() {
        None
    } else {
        review::stand_in::deputy_of(db, &entry.holder, ctx.today()).await?
    };
    let decides = acts::may(desk, kind.decide, entry, ctx);
    let extension = (view.row.asked > 0)
        .then(|| -> Result<Extension> {
            Ok(Extension {
                units: view.rule.units(u32::try_from(view.row.asked).unwrap_or(0)),
                reason: case::asked_reason(ctx, entry, &view)?,
                decides: decides && view.row.asked_by != me.as_str(),
            })
        })
        .transpose()?;
    let (mut steps, others) = doable(ctx, desk, (entry, kind), (&view, letters.as_slice())).await?;
    if let Some(owed) = owed {
        // What is owed comes first.
        steps.sort_by_key(|(_, href)| !href.ends_with(&format!("/{}", owed.by)));
    }
    let bad = !errors.is_empty();
    let form = Page {
        shell: desk.shell(ctx, entry.registered(kind)).await?.with_error(bad),
        errors,
        id: id.clone(),
        number: entry.registered(kind),
        told_number: entry.number.clone(),
        brief: entry.brief(ctx)?,
        kind: kind.label,
        standing: past::standing(kind, entry),
        ended: entry.is_ended(),
        organ: ctx.directory().short_name(&entry.organ).to_owned(),
        channel: case::Channel::from_code(&entry.channel).map_or("", case::Channel::label),
        received_on: entry.received_on.clone(),
        registered_at: time::show_minute(&entry.registered_at),
        holder: entry.holder_name.clone(),
        deputy: deputy.map(|one| one.deputy_name).unwrap_or_default(),
        mine: entry.holder == *me,
        countdown: view.due().map(|due| ctx.calendar().countdown(ctx.today(), due)),
        clock,
        extension,
        request,
        parties: case::masked(ctx, db, id).await?,
        may_unmask: acts::may(desk, &UNMASK_CASES, entry, ctx) && !entry.is_erased(),
        history: past::all(ctx, kind, &history),
        letters: letter_lines(ctx, kind, letters, &gone).await?,
        files: case::files::of_case(ctx, db, entry).await?,
        facts: fact_lines(kind, &facts),
        asides: aside::of_case(ctx, desk, entry).await?,
        digest: entry.digest.clone(),
        public: case::public::of_case(db, id).await?,
        steps,
        decided_by: if acts::may(desk, kind.decide, entry, ctx) {
            String::new()
        } else {
            signers::deciding(ctx, kind, (&entry.organ, entry.state.as_str())).await?
        },
        others,
        erased: entry.is_erased(),
        once: [ctx.once(), ctx.once(), ctx.once(), ctx.once()],
    };
    if bad { page::office_errors(&form) } else { office_page(&form) }
}

async fn letter_lines(ctx: &Ctx, kind: Kind, letters: Vec<Letter>, gone: &[LetterId]) -> Result<Vec<LetterLine>> {
    let mut lines = Vec::with_capacity(letters.len());
    for letter in letters {
        let what = kind.letter(&letter.kind);
        lines.push(LetterLine {
            annulled: gone.contains(&letter.id),
            label: what.map_or("文书", |what| what.label),
            number: what.map(|what| letter.number(what)).unwrap_or_default(),
            unsent: notice::unsent(ctx, &letter).await?.is_some(),
            letter,
        });
    }
    Ok(lines)
}

/// What is still to be done in a case besides its answer, where its kind has rules of it.
fn owed(ctx: &Ctx, (entry, kind): (&Entry, Kind), (past, letters): (&[case::Past], &[Letter])) -> Option<case::Owed> {
    let rules = case::rules_of(ctx, kind).filter(|_| !entry.is_erased())?;
    rules.owed(ctx, case::Before { entry, past }, letters)
}

/// The letters that somebody above has annulled, where the kind has rules of it.
pub(super) fn annulled(
    ctx: &Ctx,
    (entry, kind): (&Entry, Kind),
    (past, letters): (&[case::Past], &[Letter]),
) -> Vec<LetterId> {
    let before = case::Before { entry, past };
    case::rules_of(ctx, kind).map(|rules| rules.annulled(before, letters)).unwrap_or_default()
}

/// Facts with their labels; a code without words stands as it is.
fn fact_lines(kind: Kind, facts: &std::collections::BTreeMap<String, String>) -> Vec<(String, String)> {
    let line = |(name, label): &(&str, &str)| {
        let value = facts.get(*name)?;
        let words = kind
            .steps
            .iter()
            .flat_map(|step| step.fields)
            .find(|field| field.name == *name)
            .map_or_else(|| value.clone(), |field| field.words(value));
        let words = match words.as_str() {
            "yes" => "是".to_owned(),
            "no" => "否".to_owned(),
            _ => words,
        };
        Some(((*label).to_owned(), words))
    };
    kind.facts.iter().filter_map(line).collect()
}

/// What this person can do with the case now: its steps, and the rest.
async fn doable(
    ctx: &Ctx,
    desk: &Desk,
    (entry, kind): (&Entry, Kind),
    (view, written): (&case::ClockView, &[Letter]),
) -> Result<(Vec<(String, String)>, Vec<(String, String)>)> {
    let at = format!("/cases/{}", entry.id);
    let open = case::open_steps(ctx, ctx.db().read(), &desk.actor(), entry, kind).await?;
    let office = open.into_iter().filter(|step| step.by != By::Applicant);
    let mut steps: Vec<(String, String)> =
        office.map(|step| (step.label.to_owned(), format!("{at}/steps/{}", step.key))).collect();
    let state = entry.state.as_str();
    let rules = case::rules_of(ctx, kind);
    let waits = |letter: &&Letter| matches!(letter.state.as_str(), "draft" | "returned" | "signed");
    let waiting: Vec<&Letter> = written.iter().filter(waits).collect();
    // What is on its way is opened, and no second one is written beside it.
    let free = |what: &&case::LetterKind| !what.is_alone(kind) || !waiting.iter().any(|letter| letter.kind == what.key);
    let opened = |letter: &&Letter| {
        let label = kind.letter(&letter.kind).map_or("文书", |what| what.label);
        (format!("打开{label}（{}）", letter.state_words()), format!("{at}/letters/{}", letter.id))
    };
    let page_of = |letter: &case::LetterKind| {
        let own = rules.and_then(|rules| rules.letter_page(letter.key));
        let page = own.map(|page| page.replace("{id}", entry.id.as_str()));
        (format!("制作{}", letter.label), page.unwrap_or_else(|| format!("{at}/letters/new/{}", letter.key)))
    };
    let past = case::history(ctx, ctx.db().read(), entry).await?;
    let before = case::Before { entry, past: &past };
    let now = |letter: &&case::LetterKind| rules.is_none_or(|rules| rules.letter_now(ctx, before, letter));
    let letters = kind.letters.iter().filter(|letter| letter.from.contains(&state) && !entry.is_erased()).filter(now);
    let mut letters: Vec<(String, String)> = letters.filter(free).map(page_of).collect();
    // Where the law asks for letters, the next thing to do is to write one.
    let by_letters = |rules: &std::sync::Arc<dyn case::Rules>| {
        kind.letters.iter().any(|letter| rules.letter_page(letter.key).is_some())
    };
    if rules.is_some_and(by_letters) && entry.is_open(kind) {
        letters.append(&mut steps);
        steps = letters;
    } else {
        steps.append(&mut letters);
    }
    if !entry.is_erased() {
        let mut open: Vec<(String, String)> = waiting.iter().map(opened).collect();
        open.append(&mut steps);
        steps = open;
    }
    let mut others = Vec::new();
    let mut other = |is: bool, words: &str, path: &str| {
        if is {
            others.push((words.to_owned(), format!("{at}{path}")));
        }
    };
    let (decides, ended) = (acts::may(desk, kind.decide, entry, ctx), entry.is_ended());
    let extends = view.rule.extension > 0 && view.row.extended == 0 && view.row.asked == 0;
    other(extends && view.due().is_some_and(|due| due >= ctx.today()), "申请延期", "/extension");
    other(decides && !ended && kind.transfers, "转给其他机关", "/transfer");
    let portal = entry.channel == case::Channel::Portal.code();
    other(decides && !ended && !portal, "更正收到日期", "/redate");
    other(!ended && acts::may(desk, &OVERSEE_CASES, entry, ctx), "督办", "/oversee");
    let public = case::public::of_case(ctx.db().read(), &entry.id).await?.is_some();
    // What ended without a word to anybody, such as what was registered by mistake, has nothing to be published.
    let answered = public || !entry.outcome.is_empty() || written.iter().any(Letter::is_out);
    let publishes = match case::public::allowed(ctx, ctx.db().read(), &desk.actor(), (entry, kind)).await {
        Ok(_) => true,
        Err(Refusal::Fault(error)) => return Err(Refusal::Fault(error).into()),
        Err(_) => false,
    };
    other(publishes && answered, if public { "修改公开的答复" } else { "公开问题和答复" }, "/publish");
    other(decides && public, "撤回公开的答复", "/unpublish");
    other(!entry.is_erased(), "添加附件", "/files");
    other(acts::may(desk, &UNMASK_CASES, entry, ctx) && !entry.is_erased(), "补发查询码", "/code");
    let erases = acts::may(desk, &ERASE_CASES, entry, ctx);
    other(erases && ended && !entry.is_erased(), "删除当事人信息", "/erase");
    Ok((steps, others))
}

#[derive(Template)]
#[template(path = "cases/templates/unmasked.html")]
struct Unmasked {
    shell: OfficeShell,
    named: Named,
    number: String,
    /// Who looks at it and on which day, below what is seen: a picture of the page tells of which case it is and whose.
    seen: String,
    back: String,
    lines: Vec<(&'static str, String)>,
    /// Where its page covers numbers: what was written, in full.
    written: Vec<(String, String)>,
}

/// A party in full, with what the page of the case covers of what it wrote: shown once, kept nowhere.
pub(super) async fn unmasked(ctx: &Ctx, desk: &Desk, id: &CaseId, person: &Person) -> Result<Response> {
    let (entry, kind) = acts::seen(ctx, desk, id).await?;
    let db = ctx.db().read();
    let texts = case::texts(ctx, db, &entry).await?;
    let mut written = Vec::new();
    for fields in texts.values() {
        for (name, label) in kind.fields {
            let value = fields.get(*name).filter(|value| case::personal::without_numbers(value) != **value);
            if let Some(value) = value {
                written.push(((*label).to_owned(), value.clone()));
            }
        }
    }
    written.append(&mut past::in_full(kind, &case::history(ctx, db, &entry).await?));
    office_page(&Unmasked {
        written,
        shell: desk.shell(ctx, "当事人信息").await?,
        named: Named::of(ctx, (&entry, kind))?,
        number: entry.registered(kind),
        seen: format!("{} {} 查看，已记入日志", desk.staff.name, ctx.today()),
        back: format!("/cases/{id}"),
        lines: person.lines(),
    })
}

/// `GET /cases/{id}/files/{file}`
pub(super) async fn file(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path((id, file)): Path<(CaseId, CaseFileId)>,
) -> Result<Response> {
    let (entry, _) = acts::seen(&ctx, &desk, &id).await?;
    handed_out(&ctx, &entry, &file, |_| true).await
}

/// A file of a case, as a download that no browser opens by itself, if `may` says so.
pub(super) async fn handed_out(
    ctx: &Ctx,
    entry: &Entry,
    file: &CaseFileId,
    may: impl Fn(&CaseFile) -> bool,
) -> Result<Response> {
    let all = case::files::of_case(ctx, ctx.db().read(), entry).await?;
    let found = all.into_iter().find(|one| one.id == *file && may(one)).ok_or(Refusal::NotFound)?;
    let bytes = plain(ctx.files(), &found).await?;
    let media =
        HeaderValue::from_str(&found.media).unwrap_or_else(|_| HeaderValue::from_static("application/octet-stream"));
    let headers = [
        (header::CONTENT_TYPE, media),
        (header::CONTENT_DISPOSITION, content_disposition("attachment", &found.name)),
        (header::CACHE_CONTROL, HeaderValue::from_static("no-store")),
    ];
    Ok((headers, Body::from(bytes)).into_response())
}

/// The plain bytes of a file; files of cases are small.
async fn plain(files: &Files, file: &CaseFile) -> Result<Vec<u8>> {
    let mut reader = files.open_sealed(&file.digest).await?;
    let mut bytes = Vec::with_capacity(usize::try_from(file.bytes).unwrap_or(0));
    tokio::io::AsyncReadExt::read_to_end(&mut reader, &mut bytes).await?;
    Ok(bytes)
}

impl Page {
    /// Whether the file is one that the office may have made wrong, and goes with no letter.
    fn may_put_away(&self, file: &CaseFile) -> bool {
        file.origin == Origin::Office && file.letter.as_str().is_empty()
    }

    fn origin(&self, file: &CaseFile) -> &'static str {
        match file.origin {
            Origin::Party => "当事人提交",
            Origin::Office => "办理机关添加",
        }
    }
}
