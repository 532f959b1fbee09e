//! Pages of the review desk.

use std::collections::HashMap;

use askama::Template;
use axum::{
    extract::{Path, State},
    response::Response,
};
use charts::{Clock, clock};
use document::{
    House, Kind, Whole,
    remarks::{self, Remark},
    rows::{self, AttachmentRow, EditionRow},
};
use kernel::{
    OrganCode,
    id::{DocumentId, EditionId, SubjectRef},
    may_for, time,
};
use review::{
    Due, Gate, Review, Stage, State as Standing, due,
    findings::{Check, Checks},
    model::may_pass,
    permissions::{OVERRIDE_FINDING, REVIEW_EXCEPTIONS},
    queue::{self, Claimed},
};
use serde::Deserialize;
use web::{Ctx, Desk, FormErrors, OfficeShell, Query, Result, Steps, filters, office_page, page};

use super::diff::{self, Row as DiffRow};
use crate::editions::{
    checks, deciding,
    history::{Line, history},
    seen,
    show::{Paper, paper},
    subject::{self, EDITION, state_words},
};
use crate::people;

/// What the list shows.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Filter {
    gate: String,
    claimed: String,
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
    filter: Filter,
    rows: Vec<Waiting>,
    total: i64,
    steps: Steps,
    gates: Vec<GateTab>,
    once: String,
    reviews: bool,
}

/// What is in review and may be seen by this person.
fn in_review(ctx: &Ctx, desk: &Desk) -> queue::Filter {
    let filter = queue::Filter::of(&[EDITION]);
    match review::desk::organs(ctx, &desk.staff) {
        Some(organs) => filter.organs(&organs),
        None => filter,
    }
}

/// What waits at the gates. Without a choice a reviewer sees the stages that are the reviewer's; everybody else sees all.
pub(super) async fn list(State(ctx): State<Ctx>, desk: Desk, Query(filter): Query<Filter>) -> Result<Response> {
    let reviews = review::desk::is_reviewer(&ctx, &desk.staff);
    let gates = gate_tabs(&ctx, &desk, &filter, reviews).await?;
    let mut asked = match Gate::from_code(&filter.gate) {
        Some(gate) => in_review(&ctx, &desk).gate(gate.code),
        None if filter.gate == "all" || !reviews => in_review(&ctx, &desk),
        None => in_review(&ctx, &desk).roles_of(&desk.staff),
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
    let found = queue::waiting(ctx.db(), &asked, &desk.staff.account, Some(&filter.after), SIZE).await?;
    let query = page::query_string(&[("gate", &filter.gate), ("claimed", &filter.claimed)]);
    let steps = Steps::new(&found, &query);
    let lines = found.rows;
    let ids: Vec<EditionId> = lines.iter().map(|line| EditionId::from(line.subject.as_str())).collect();
    let mut editions: HashMap<String, EditionRow> = HashMap::new();
    for edition in rows::editions_by_id(ctx.db().read(), &ids).await? {
        editions.insert(edition.id.to_string(), edition);
    }
    let house = crate::house(&ctx);
    let rows = lines.into_iter().filter_map(|line| {
        let edition = editions.remove(&line.subject)?;
        Some(waiting(&ctx, &house, &desk, line, edition))
    });
    let rows = rows.collect();
    let shell = desk.shell(&ctx, "审核").await?;
    office_page(&List { shell, filter, rows, total, steps, gates, once: ctx.once(), reviews })
}

/// The choices of gates, each with how many wait there.
async fn gate_tabs(ctx: &Ctx, desk: &Desk, filter: &Filter, reviews: bool) -> Result<Vec<GateTab>> {
    let seen = in_review(ctx, desk);
    let counts: HashMap<String, i64> = queue::by_gate(ctx.db(), &seen).await?.into_iter().collect();
    let all: i64 = counts.values().sum();
    let mut tabs: Vec<(&str, &str, i64)> = Vec::new();
    if reviews {
        tabs.push(("", "我的关口", queue::count(ctx.db(), &seen.roles_of(&desk.staff)).await?));
        tabs.push(("all", "全部关口", all));
    } else {
        tabs.push(("", "全部", all));
    }
    tabs.extend(Gate::ALL.map(|gate| (gate.code, gate.label, counts.get(gate.code).copied().unwrap_or(0))));
    let tab = |(code, label, count): (&str, &str, i64)| (code.to_owned(), label.to_owned(), count, filter.gate == code);
    Ok(tabs.into_iter().map(tab).collect())
}

fn waiting(ctx: &Ctx, house: &House, desk: &Desk, line: queue::Line, edition: EditionRow) -> Waiting {
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
        may: !line.own && may_pass(&desk.staff, &line.stage, &house.keeper(&line.organ)).is_ok(),
        line,
        edition,
    }
}

#[derive(Template)]
#[template(path = "reviews/templates/review.html")]
struct ReviewPage {
    shell: OfficeShell,
    errors: FormErrors,
    edition: EditionRow,
    state: String,
    paper: Paper,
    gates: Vec<GateLine>,
    gate_label: String,
    checks: Vec<Check>,
    /// What is strange in the fields.
    remarks: Vec<Remark>,
    unlisted: usize,
    stopping: usize,
    /// The same in words.
    stopping_words: String,
    before: Option<i64>,
    rows: Vec<DiffRow>,
    changed: usize,
    fields: Vec<(&'static str, String, String)>,
    files_changed: Vec<String>,
    history: Vec<Line>,
    clock: String,
    clock_words: String,
    claimed_by: String,
    mine: bool,
    may: bool,
    /// Why the reader does not decide although the gate is the reader's; empty = nothing against it.
    kept_out: String,
    /// What the authors explain to reviewers alone.
    explained: String,
    opinions: Vec<(String, String, String)>,
    unread: Vec<(String, Vec<String>)>,
    may_let_through: bool,
    effect: String,
    next: Option<String>,
    once: String,
    /// What was typed before.
    opinion: String,
    reason: String,
    ground: (String, String),
}

impl ReviewPage {
    /// What is wrong with the words by which a finding was to be let through.
    fn wrong(&self, check: &Check) -> Option<&str> {
        self.errors.of(&format!("l-{}", check.digest))
    }

    /// These words.
    fn ground(&self, check: &Check) -> &str {
        if self.ground.0 == check.digest { &self.ground.1 } else { "" }
    }
}

/// What was typed into the forms of a review.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Typed<'a> {
    /// Of an approval.
    pub(super) opinion: &'a str,
    /// Of a return.
    pub(super) reason: &'a str,
    /// Why a finding is let through: its digest, the words.
    pub(super) ground: (&'a str, &'a str),
}

/// One gate in the panel.
struct GateLine {
    label: String,
    state: &'static str,
    who: String,
    at: String,
    current: bool,
}

/// One edition to decide on.
pub(super) async fn review(State(ctx): State<Ctx>, desk: Desk, Path(id): Path<EditionId>) -> Result<Response> {
    review_page(&ctx, &desk, &id, FormErrors::new(), Typed::default()).await
}

/// The same, with what must be corrected.
pub(super) async fn review_page(
    ctx: &Ctx,
    desk: &Desk,
    id: &EditionId,
    errors: FormErrors,
    typed: Typed<'_>,
) -> Result<Response> {
    let (actor, house) = (desk.actor(), crate::house(ctx));
    let whole = rows::read(ctx.db().read(), &house, &actor, id).await?;
    seen::opened(ctx, desk, &whole).await?;
    checks::ensure(ctx, &whole).await?;
    let checks = checks::of(ctx.db().read(), &house, &whole).await?;
    let review = deciding::review_of(ctx, &whole).await?;
    let (document, edition) = (&whole.document, &whole.edition);
    let stage = review.as_ref().and_then(|review| review.round.stage()).filter(|_| edition.state == "in_review");
    let before = public_before(ctx, &house, &whole).await?;
    let rows_of_text = match &before {
        Some(before) => compared(&before.text.body_text, &whole.text.body_text).await?,
        None => Vec::new(),
    };
    let claim = review.as_ref().and_then(|review| review.round.claim(ctx.seams().now()));
    let mine = claim.is_some_and(|claim| claim.by == desk.staff.account);
    let own = whole.is_by(&desk.staff.account);
    let kept_out = review.as_ref().and_then(|review| {
        let facts = subject::facts(&whole, &checks);
        review.round.kept_out(&desk.staff, &facts, ctx.seams().now())
    });
    let (clock, clock_words) = clock_of(ctx, review.as_ref(), stage);
    let events = store::log::of_subject(ctx.db(), &SubjectRef::new(crate::DOCUMENT, &document.id)).await?;
    let (bad, stopping) = (!errors.is_empty(), checks.stopping());
    let page = ReviewPage {
        shell: desk.shell(ctx, format!("审核：{}", edition.shown_title())).await?.with_error(bad),
        errors,
        state: state_words(edition, review.as_ref()),
        gates: gate_lines(review.as_ref()),
        gate_label: stage.map(|stage| stage.label.clone()).unwrap_or_default(),
        unlisted: checks.unlisted,
        stopping_words: checks.stopping_words(),
        stopping,
        before: before.as_ref().map(|before| before.edition.number),
        changed: rows_of_text.iter().filter(|row| !row.same).count(),
        rows: rows_of_text,
        fields: changed_fields(&house, before.as_ref(), &whole)?,
        files_changed: before.as_ref().map(|before| changed_files(&before.files, &whole.files)).unwrap_or_default(),
        history: history(events, &rows::editions(ctx.db().read(), &document.id).await?),
        clock,
        clock_words,
        claimed_by: claim.filter(|_| !mine).map(|claim| claim.name.clone()).unwrap_or_default(),
        mine,
        may: stage.is_some_and(|stage| may_pass(&desk.staff, stage, document.keeper()).is_ok()),
        kept_out: kept_out.map(|why| why.to_string()).unwrap_or_default(),
        explained: whole.values.words(&document::common::EXPLAINED),
        opinions: opinions(review.as_ref()),
        unread: unread(&whole.files),
        remarks: remarks::of(ctx.db().read(), &house, &whole).await?,
        may_let_through: !own && edition.is_open() && may_for(&actor, &OVERRIDE_FINDING, document.keeper()).is_ok(),
        effect: effect(&whole, review.as_ref(), &checks),
        next: next_waiting(ctx, desk, id).await?,
        paper: paper(ctx, &whole)?,
        once: ctx.once(),
        opinion: typed.opinion.to_owned(),
        reason: typed.reason.to_owned(),
        ground: (typed.ground.0.to_owned(), typed.ground.1.to_owned()),
        edition: whole.edition,
        checks: checks.found,
    };
    if bad { page::office_errors(&page) } else { office_page(&page) }
}

/// The edition that is public now, if it is another.
async fn public_before(ctx: &Ctx, house: &House, whole: &Whole) -> Result<Option<Whole>> {
    let Some(current) = whole.document.public().filter(|current| **current != whole.edition.id) else {
        return Ok(None);
    };
    Ok(Some(rows::read(ctx.db().read(), house, &kernel::Actor::System, current).await?))
}

/// Comparing long texts takes a while, and nobody else should wait for it.
async fn compared(old: &str, new: &str) -> Result<Vec<DiffRow>> {
    let (old, new) = (old.to_owned(), new.to_owned());
    let compared = tokio::task::spawn_blocking(move || diff::compare(&old, &new)).await;
    compared.map_err(|error| web::Error::internal(format!("comparing two texts: {error}")))
}

/// The clock of the stage, as a picture and in words; empty when it stands at none.
fn clock_of(ctx: &Ctx, review: Option<&Review>, stage: Option<&Stage>) -> (String, String) {
    let (Some(review), Some(stage)) = (review, stage) else { return (String::new(), String::new()) };
    let due = due(&ctx.calendar(), review.since, stage.days, ctx.today());
    let words = match due.left.is_past() {
        true => format!("{}（应于 {} 办结）", due.left, due.on),
        false => format!("{}（{} 到期）", due.left, due.on),
    };
    let label = format!("这一关办理期限{}", due.ruler.words());
    (clock(Clock { total: due.ruler.total, used: due.ruler.used, paused: Vec::new(), label }), words)
}

/// What approving does, in numbers, for the confirmation.
fn effect(whole: &Whole, review: Option<&Review>, checks: &Checks) -> String {
    let let_through = checks.found.iter().filter(|check| check.passed.is_some()).count();
    let words = whole.text.body_text.chars().filter(|c| !c.is_whitespace()).count();
    let left = match checks.stopping_words() {
        left if left.is_empty() => "没有未处理的".to_owned(),
        left => format!("{left}未处理"),
    };
    let content = format!(
        "正文 {} 字、附件 {} 个；检查发现的问题 {let_through} 处已说明理由放行，{left}",
        filters::grouped(&words.to_string()),
        whole.files.len(),
    );
    let place = review.and_then(|review| match review.round.state {
        Standing::Open { stage, .. } => Some((review, stage)),
        _ => None,
    });
    let next = place.and_then(|(review, stage)| {
        let here = review.round.route.stage(stage)?;
        let passed = review.round.passes.iter().filter(|pass| pass.stage == stage).count();
        if passed + 1 < here.people() {
            return Some(format!("{}由两人先后审核，通过后还需另一位审核员通过", here.label));
        }
        review.round.route.stage(stage + 1).map(|next| format!("通过后进入{}", next.label))
    });
    let publish_at = &whole.edition.publish_at;
    let then = next.unwrap_or_else(|| match time::from_db(publish_at) {
        Some(_) => format!("这是最后一关，通过后于 {} 向全社会公开", time::show_minute(publish_at)),
        None => "这是最后一关，通过后立即向全社会公开".to_owned(),
    });
    format!("{content}|{then}")
}

/// The stages of the newest round; before the first, those that everything passes.
fn gate_lines(review: Option<&Review>) -> Vec<GateLine> {
    let Some(review) = review else {
        let line = |label: &str| GateLine {
            label: label.to_owned(),
            state: "未到",
            who: String::new(),
            at: String::new(),
            current: false,
        };
        return Gate::ALL.iter().map(|gate| line(gate.label)).collect();
    };
    let round = &review.round;
    let here = if let Standing::Open { stage, .. } = round.state { Some(stage) } else { None };
    let line = |(place, stage): (usize, &Stage)| {
        let passes: Vec<_> = round.passes.iter().filter(|pass| pass.stage == place).collect();
        let current = here == Some(place);
        GateLine {
            label: stage.label.clone(),
            state: if passes.len() >= stage.people() {
                "已通过"
            } else if current {
                "正在审核"
            } else {
                "未到"
            },
            who: passes.iter().map(|pass| pass.name.as_str()).collect::<Vec<_>>().join("、"),
            at: passes.last().map(|pass| time::show_minute(&time::to_db(pass.at))).unwrap_or_default(),
            current,
        }
    };
    round.route.stages().iter().enumerate().map(line).collect()
}

/// What reviewers wrote on passing their stages: stage, name, words.
fn opinions(review: Option<&Review>) -> Vec<(String, String, String)> {
    let Some(review) = review else { return Vec::new() };
    let said = review.round.passes.iter().filter(|pass| !pass.opinion.is_empty());
    let line = |pass: &review::model::Pass| {
        let stage = review.round.route.stage(pass.stage).map(|stage| stage.label.clone()).unwrap_or_default();
        (stage, pass.name.clone(), pass.opinion.clone())
    };
    said.map(line).collect()
}

/// Files of which something could not be looked through or needs a look: name, and what was said when they were received.
fn unread(files: &[AttachmentRow]) -> Vec<(String, Vec<String>)> {
    let told = files.iter().filter(|file| !file.warning_lines().is_empty());
    told.map(|file| (file.name().to_owned(), file.warning_lines().iter().map(ToString::to_string).collect())).collect()
}

/// What an edition says of itself besides its text, where it is not what the public edition says.
fn changed_fields(house: &House, before: Option<&Whole>, now: &Whole) -> Result<Vec<(&'static str, String, String)>> {
    let Some(before) = before else { return Ok(Vec::new()) };
    let kind: Kind = house.kind_of(&now.document)?;
    let mut pairs = vec![("标题", before.edition.title.clone(), now.edition.title.clone())];
    for facet in kind.facets {
        pairs.push((facet.label, before.values.words(facet), now.values.words(facet)));
    }
    pairs.push(("公开属性", disclosure(&before.edition), disclosure(&now.edition)));
    pairs.retain(|(_, old, new)| old != new);
    Ok(pairs)
}

fn disclosure(edition: &EditionRow) -> String {
    document::form::disclosure_label(&edition.disclosure).to_owned()
}

fn changed_files(old: &[AttachmentRow], new: &[AttachmentRow]) -> Vec<String> {
    let added = new.iter().filter(|file| !old.iter().any(|one| one.digest == file.digest));
    let removed = old.iter().filter(|file| !new.iter().any(|one| one.digest == file.digest));
    let added = added.map(|file| format!("新增附件：{}", file.name()));
    added.chain(removed.map(|file| format!("移除附件：{}", file.name()))).collect()
}

/// The next edition that waits for this person.
async fn next_waiting(ctx: &Ctx, desk: &Desk, current: &EditionId) -> Result<Option<String>> {
    if !review::desk::is_reviewer(ctx, &desk.staff) {
        return Ok(None);
    }
    let kind = review::Kind::named(ctx, EDITION);
    let filter = review::desk::for_person(ctx, kind, &desk.staff).without(current.as_str());
    let lines = queue::waiting(ctx.db(), &filter, &desk.staff.account, None, 1).await?;
    Ok(lines.rows.into_iter().next().map(|line| line.subject))
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
