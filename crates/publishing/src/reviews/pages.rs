//! Lists of the review desk: what waits at the gates, emergency publications.

use std::collections::HashMap;

use askama::Template;
use axum::{extract::State, response::Response};
use charts::{Clock, clock};
use document::rows::{self, EditionRow};
use kernel::{
    OrganCode, Staff,
    id::{DocumentId, EditionId},
    time,
};
use review::{
    Due, Gate, due,
    permissions::REVIEW_EXCEPTIONS,
    queue::{self, Claimed},
    stand_in,
};
use serde::Deserialize;
use web::{Ctx, Desk, FormErrors, OfficeShell, Query, Result, Steps, office_page, page, views};

use crate::{editions::subject::EDITION, people};

/// What the list shows.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Filter {
    gate: String,
    claimed: String,
    sort: String,
    dir: String,
    after: String,
}

/// One line of the work list.
struct Waiting {
    line: queue::Line,
    edition: EditionRow,
    organ: String,
    clock: String,
    due: Due,
    mine: bool,
    other: String,
    may: bool,
    /// For whom the reader would decide on it, if somebody is away; else empty.
    away: String,
}

impl Waiting {
    fn title(&self) -> &str {
        rows::shown_title(&self.line.title)
    }
}

/// A gate as the page offers it: code, name, how many wait, whether it is chosen.
type GateTab = (String, String, i64, bool);

/// Rows on a page.
const SIZE: usize = 50;

#[derive(Template)]
#[template(path = "reviews/templates/list.html")]
struct List {
    shell: OfficeShell,
    /// What waits besides documents: name of the kind, how many, where.
    others: Vec<(&'static str, i64, &'static str)>,
    filter: Filter,
    rows: Vec<Waiting>,
    total: i64,
    steps: Steps,
    /// The query without the order, to be continued by the heads.
    sort_base: String,
    saved: Vec<views::Kept>,
    /// The list as it is, to be kept under a name; empty = nothing to keep.
    keep: String,
    gates: Vec<GateTab>,
    once: String,
    reviews: bool,
    /// Names of those for whom the reader decides today.
    away: Vec<String>,
    /// Who decides for the reader today, in a sentence; empty = nobody.
    stood_for: String,
    /// Whether texts at the gate that is shown may be passed several at once by the reader.
    bulk: bool,
}

/// What is in review and may be seen by this person.
fn in_review(ctx: &Ctx, desk: &Desk) -> queue::Filter {
    let filter = queue::Filter::of(&[EDITION]);
    match review::desk::organs(ctx, &desk.staff) {
        Some(organs) => filter.organs(&organs),
        None => filter,
    }
}

/// What waits for this person, as the rail, the work list and the page of a review count it.
///
/// # Errors
/// When the database fails.
pub(super) async fn for_me(ctx: &Ctx, desk: &Desk) -> Result<queue::Filter> {
    review::desk::for_person(ctx, review::Kind::named(ctx, EDITION), &desk.staff).await
}

/// What waits at the gates. Without a choice a reviewer sees what waits for the reviewer; everybody else sees all.
pub(super) async fn list(State(ctx): State<Ctx>, desk: Desk, Query(filter): Query<Filter>) -> Result<Response> {
    let reviews = review::desk::is_reviewer(&ctx, &desk.staff).await?;
    let away = review::desk::away_of(&ctx, &desk.staff).await?;
    let gates = gate_tabs(&ctx, &desk, &filter, reviews).await?;
    let mut asked = match Gate::from_code(&filter.gate) {
        Some(gate) => in_review(&ctx, &desk).gate(gate.code),
        None if filter.gate == "all" || (filter.gate.is_empty() && !reviews) => in_review(&ctx, &desk),
        // A gate that the office has set up by its own name.
        None if !filter.gate.is_empty() => in_review(&ctx, &desk).gate(&filter.gate),
        None => for_me(&ctx, &desk).await?,
    };
    let claimed = match filter.claimed.as_str() {
        "mine" => Some(Claimed::Mine),
        "free" => Some(Claimed::Free),
        "others" => Some(Claimed::Others),
        _ => None,
    };
    if let Some(claimed) = claimed {
        asked = asked.claimed(claimed, &desk.staff, ctx.seams().now());
    }
    let total = queue::count(ctx.db(), &asked).await?;
    let asked = asked.sorted(views::order(&filter.sort, &filter.dir));
    let found = queue::waiting(ctx.db(), &asked, &desk.staff.account, Some(&filter.after), SIZE).await?;
    let (gate, claimed) = (("gate", filter.gate.as_str()), ("claimed", filter.claimed.as_str()));
    let sort_base = views::base(&page::query_string(&[gate, claimed]));
    let keep = page::query_string(&[gate, claimed, ("sort", &filter.sort), ("dir", &filter.dir)]);
    let steps = Steps::new(&found, &keep);
    let lines = found.rows;
    let ids: Vec<EditionId> = lines.iter().map(|line| EditionId::from(line.subject.as_str())).collect();
    let mut editions: HashMap<String, EditionRow> = HashMap::new();
    for edition in rows::editions_by_id(ctx.db().read(), &ids).await? {
        editions.insert(edition.id.to_string(), edition);
    }
    // What the reader may decide on is what waits for the reader, whatever else the list shows.
    let reviews_of = lines.iter().map(|line| line.review.clone()).collect();
    let mine = queue::among(ctx.db(), &for_me(&ctx, &desk).await?, &desk.staff.account, reviews_of).await?;
    let rows = lines.into_iter().filter_map(|line| {
        let edition = editions.remove(&line.subject)?;
        let may = mine.contains(&line.review);
        Some(waiting(&ctx, (&desk, away.as_slice()), line, edition, may))
    });
    let rows: Vec<Waiting> = rows.collect();
    let one_gate = !matches!(filter.gate.as_str(), "" | "all") && filter.gate != Gate::SECRECY.code;
    let bulk = one_gate && rows.iter().filter(|row| row.may).count() > 1;
    let shell = desk.shell(&ctx, "审核").await?;
    let away = away.into_iter().map(|one| one.name).collect();
    let stood_for = stood_for(&ctx, &desk).await?;
    let saved = views::kept(&ctx, &desk.staff, "/reviews", &keep).await?;
    let once = ctx.once();
    let others = if reviews { others(&ctx, &desk).await? } else { Vec::new() };
    office_page(&List {
        shell,
        others,
        filter,
        rows,
        total,
        steps,
        sort_base,
        saved,
        keep,
        gates,
        once,
        reviews,
        away,
        stood_for,
        bulk,
    })
}

/// What else waits for the reader at gates, by kind: its name, how many, where their list is.
async fn others(ctx: &Ctx, desk: &Desk) -> Result<Vec<(&'static str, i64, &'static str)>> {
    let mut found = Vec::new();
    for kind in ctx.declared::<review::Kind>().filter(|kind| kind.kind != EDITION) {
        let count = queue::count(ctx.db(), &review::desk::for_person(ctx, kind, &desk.staff).await?).await?;
        if count > 0 {
            found.push((kind.label, count, kind.list));
        }
    }
    Ok(found)
}

/// Who decides for the reader today, in a sentence; empty = nobody. Both see what waits until one of them has decided on it.
///
/// # Errors
/// When the database fails.
pub(super) async fn stood_for(ctx: &Ctx, desk: &Desk) -> Result<String> {
    let found = stand_in::deputy_of(ctx.db().read(), &desk.staff.account, ctx.today()).await?;
    Ok(match found {
        Some(one) => format!(
            "{}正在代您办理审核，至 {}（含当天）。等您审核的，对方也看得到；您仍可以本人名义办理，谁先办理以谁为准。",
            one.deputy_name, one.last_on
        ),
        None => String::new(),
    })
}

/// The choices of gates, each with how many wait there.
async fn gate_tabs(ctx: &Ctx, desk: &Desk, filter: &Filter, reviews: bool) -> Result<Vec<GateTab>> {
    let seen = in_review(ctx, desk);
    let counts: HashMap<String, i64> = queue::by_gate(ctx.db(), &seen).await?.into_iter().collect();
    let all: i64 = counts.values().sum();
    let mut tabs: Vec<(&str, &str, i64)> = Vec::new();
    if reviews {
        tabs.push(("", "等我审核", queue::count(ctx.db(), &for_me(ctx, desk).await?).await?));
        tabs.push(("all", "全部关口", all));
    } else {
        tabs.push(("", "全部", all));
    }
    tabs.extend(Gate::ALL.map(|gate| (gate.code, gate.label, counts.get(gate.code).copied().unwrap_or(0))));
    let mut own: Vec<&String> = counts.keys().filter(|code| Gate::from_code(code).is_none()).collect();
    own.sort_unstable();
    tabs.extend(own.into_iter().map(|code| (code.as_str(), review::route::label(code), counts[code])));
    let tab = |(code, label, count): (&str, &str, i64)| (code.to_owned(), label.to_owned(), count, filter.gate == code);
    Ok(tabs.into_iter().map(tab).collect())
}

fn waiting(ctx: &Ctx, (desk, away): (&Desk, &[Staff]), line: queue::Line, edition: EditionRow, may: bool) -> Waiting {
    let due = due(&ctx.calendar(), line.since, line.stage.days, ctx.today());
    let label = format!("这一关办理期限{}", due.ruler.words());
    let claim = line.claim.as_ref().filter(|claim| claim.holds(ctx.seams().now()));
    let mine = claim.is_some_and(|claim| claim.by == desk.staff.account);
    Waiting {
        organ: ctx.directory().short_name(&line.organ).to_owned(),
        clock: clock(Clock { total: due.ruler.total, used: due.ruler.used, paused: Vec::new(), label }),
        due,
        mine,
        other: claim.filter(|_| !mine).map(|claim| claim.name.clone()).unwrap_or_default(),
        may,
        away: review::desk::in_name_of(away, &line).map(|away| away.name.clone()).unwrap_or_default(),
        line,
        edition,
    }
}

struct Bypass {
    line: queue::ExceptionLine,
    document: DocumentId,
    number: i64,
    organ: String,
    at: String,
    reviewed_at: String,
    /// Who may review it, where the reader may not.
    reviewers: String,
    /// Whether the public still sees it.
    stands: bool,
    /// Whether the reader disagreed.
    mine: bool,
    /// What was typed about it before.
    typed: String,
}

impl Bypass {
    /// Why the reader may not.
    fn why_not(&self) -> &'static str {
        if self.line.made { "您作出了这次紧急发布" } else { "您参与了这份稿件的撰写" }
    }

    /// What is wrong with what was typed about it.
    fn wrong<'a>(&self, errors: &'a FormErrors) -> Option<&'a str> {
        errors.of(&format!("n-{}", self.line.subject))
    }

    /// Whether the reader may review it: nobody has, or somebody else disagreed.
    fn may(&self) -> bool {
        self.line.other && (!self.line.is_reviewed() || (self.line.is_objected() && !self.mine && self.stands))
    }
}

#[derive(Template)]
#[template(path = "reviews/templates/bypasses.html")]
struct Bypasses {
    shell: OfficeShell,
    errors: FormErrors,
    rows: Vec<Bypass>,
    open: i64,
    steps: Steps,
    once: String,
}

/// Emergency publications: those to be reviewed first.
pub(super) async fn bypasses(State(ctx): State<Ctx>, desk: Desk, Query(filter): Query<Filter>) -> Result<Response> {
    bypasses_page(&ctx, &desk, &filter.after, FormErrors::new(), (&EditionId::from(""), "")).await
}

/// The same, with what must be corrected, and what was typed about an edition.
pub(super) async fn bypasses_page(
    ctx: &Ctx,
    desk: &Desk,
    after: &str,
    errors: FormErrors,
    (about, typed): (&EditionId, &str),
) -> Result<Response> {
    let within = review::desk::exceptions_for(ctx, review::Kind::named(ctx, EDITION), &desk.staff);
    let open = queue::exceptions_open(ctx.db(), &within).await?;
    let found = queue::exceptions(ctx.db(), &within, &desk.staff.account, Some(after), SIZE).await?;
    let steps = Steps::new(&found, "");
    let lines = found.rows;
    let ids: Vec<EditionId> = lines.iter().map(|line| EditionId::from(line.subject.as_str())).collect();
    let editions = rows::editions_by_id(ctx.db().read(), &ids).await?;
    let (directory, house) = (ctx.directory(), crate::house(ctx));
    let mut rows = Vec::with_capacity(lines.len());
    for line in lines {
        let Some(edition) = editions.iter().find(|edition| edition.id.as_str() == line.subject) else { continue };
        let mut others = rows::authors(ctx.db().read(), &edition.id).await?;
        others.push(line.made_by().clone());
        let reviewers = match line.is_reviewed() || line.other {
            true => Vec::new(),
            false => people::who_may(ctx, &REVIEW_EXCEPTIONS, &house.keeper(&line.organ), &others).await?,
        };
        rows.push(Bypass {
            reviewers: people::names(&reviewers),
            stands: edition.state == "published",
            mine: line.is_by(&desk.staff.account),
            typed: if edition.id == *about { typed.to_owned() } else { String::new() },
            document: edition.document_id.clone(),
            number: edition.number,
            organ: short_name(&directory, &line.organ),
            at: time::show_minute(&line.at),
            reviewed_at: if line.is_reviewed() { time::show_minute(&line.reviewed_at) } else { String::new() },
            line,
        });
    }
    let bad = !errors.is_empty();
    let shell = desk.shell(ctx, "紧急发布复核").await?.with_error(bad);
    let page = Bypasses { shell, errors, rows, open, steps, once: ctx.once() };
    if bad { page::office_errors(&page) } else { office_page(&page) }
}

fn short_name(directory: &kernel::Directory, organ: &OrganCode) -> String {
    directory.short_name(organ).to_owned()
}
