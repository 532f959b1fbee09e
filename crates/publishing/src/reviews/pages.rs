//! Pages of the review desk.

use askama::Template;
use axum::{
    extract::{Path, State},
    response::Response,
};
use kernel::{Action, Gate, OrganCode, may, may_for, time};
use serde::Deserialize;
use sqlx::FromRow;
use web::{
    Ctx, Desk, Error, FormErrors, OfficeShell, Pager, Query, Result, filters, office_page, page,
    svg::{Clock, clock},
};

use super::diff::{self, Row as DiffRow};
use crate::{
    editions::{
        checks::Check,
        model,
        show::{Line, Paper, history, paper},
        store::{self as rows, EditionRow},
    },
    hooks::{gate_due, own_gates},
    keeping::{keeper, kept_by},
    sql::Conditions,
};

/// What the list shows.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Filter {
    gate: String,
    claimed: String,
    page: i64,
}

#[derive(Debug, FromRow)]
struct Row {
    edition: String,
    number: i64,
    version: i64,
    title: String,
    gate: String,
    since: String,
    author_name: String,
    authors: String,
    claimed_by: String,
    claimed_name: String,
    claimed_at: String,
    organ: String,
    kind: String,
}

/// One line of the work list.
struct Waiting {
    row: Row,
    organ: String,
    gate: &'static str,
    clock: String,
    due: String,
    left: i64,
    mine: bool,
    other: String,
    may: bool,
    own: bool,
}

impl Waiting {
    fn kind_label(&self) -> &'static str {
        crate::kinds::Kind::from_code(&self.row.kind).map_or("", crate::kinds::Kind::label)
    }

    fn title(&self) -> &str {
        if self.row.title.is_empty() { "（未写标题）" } else { &self.row.title }
    }
}

#[derive(Template)]
#[template(path = "reviews/templates/list.html")]
struct List {
    shell: OfficeShell,
    filter: Filter,
    rows: Vec<Waiting>,
    pager: Pager,
    gates: Vec<(String, String, i64, bool)>,
    once: String,
    reviews: bool,
}

const SELECT: &str = "SELECT e.id AS edition, e.number, e.version, e.title, e.gate, e.since, e.author_name, e.authors, \
     e.claimed_by, e.claimed_name, e.claimed_at, d.organ, d.kind FROM edition e JOIN document d ON d.id = e.document_id";
const FROM: &str = "edition e JOIN document d ON d.id = e.document_id";

/// What is in review and may be seen by this person.
fn in_review(ctx: &Ctx, desk: &Desk) -> Conditions {
    let mut conditions = Conditions::new("e.binned_at = '' AND e.state = 'in_review'");
    if !desk.staff.central {
        conditions.any_of("d.organ", &kept_by(ctx, desk.organ()));
    }
    conditions
}

/// What waits at the gates.
pub(super) async fn list(State(ctx): State<Ctx>, desk: Desk, Query(filter): Query<Filter>) -> Result<Response> {
    let own = own_gates(&desk.staff);
    let now = ctx.seams().now();
    let oldest_claim = now.checked_sub(jiff::SignedDuration::from_hours(model::CLAIM_HOURS)).unwrap_or(now);
    let mut conditions = in_review(&ctx, &desk);
    // Without a choice a reviewer sees the gates that are the reviewer's; everybody else sees all.
    let chosen: Vec<&str> = match Gate::from_code(&filter.gate) {
        Some(gate) => vec![gate.code()],
        None if filter.gate == "all" || own.is_empty() => Vec::new(),
        None => own.iter().map(|gate| gate.code()).collect(),
    };
    conditions.any_of("e.gate", &chosen);
    match filter.claimed.as_str() {
        "mine" => {
            conditions.text("e.claimed_by = ?", desk.staff.account.as_str());
            conditions.text("e.claimed_at > ?", time::to_db(oldest_claim));
        }
        "free" => conditions.text("e.claimed_at <= ?", time::to_db(oldest_claim)),
        "others" => {
            conditions.text("e.claimed_by <> ?", desk.staff.account.as_str());
            conditions.text("e.claimed_at > ?", time::to_db(oldest_claim));
        }
        _ => {}
    }
    let total = conditions.count(ctx.db(), FROM).await?;
    let query = page::query_string(&[("gate", &filter.gate), ("claimed", &filter.claimed)]);
    let pager = Pager::new(filter.page, total, Pager::SIZE, &query);
    let rows: Vec<Row> =
        conditions.rows(ctx.db(), SELECT, "ORDER BY e.since, e.id", Pager::SIZE, pager.offset(Pager::SIZE)).await?;
    let rows = rows.into_iter().map(|row| waiting(&ctx, &desk, row)).collect();
    let mut gates = vec![];
    let mine_label = if own.is_empty() { "全部" } else { "我的关口" };
    for (code, label, codes) in [("", mine_label, own.as_slice())]
        .into_iter()
        .chain((!own.is_empty()).then_some(("all", "全部关口", [].as_slice())))
        .map(|(code, label, gates)| (code.to_owned(), label.to_owned(), gates.to_vec()))
        .chain(Gate::ALL.map(|gate| (gate.code().to_owned(), gate.label().to_owned(), vec![gate])))
    {
        let mut conditions = in_review(&ctx, &desk);
        let codes: Vec<_> = codes.iter().map(|gate| gate.code()).collect();
        conditions.any_of("e.gate", &codes);
        let current = filter.gate == code;
        gates.push((code, label, conditions.count(ctx.db(), FROM).await?, current));
    }
    let page = List {
        shell: desk.shell(&ctx, "审核").await?,
        filter,
        rows,
        pager,
        gates,
        once: ctx.once(),
        reviews: !own.is_empty(),
    };
    office_page(&page)
}

fn waiting(ctx: &Ctx, desk: &Desk, row: Row) -> Waiting {
    let today = ctx.today();
    let since = time::from_db(&row.since).map_or(today, time::date_in_china);
    let due = gate_due(ctx, since);
    let left = ctx.calendar().working_days_left(today, due);
    let total = ctx.config().publishing.gate_days;
    let used = u32::try_from(i64::from(total) - left).unwrap_or(0);
    let label = format!("这一关应在 {total} 个工作日内办结，已用 {used} 个");
    let gate = Gate::from_code(&row.gate);
    let claimed = time::from_db(&row.claimed_at).is_some_and(|at| model::claim_holds(at, ctx.seams().now()));
    let mine = claimed && row.claimed_by == desk.staff.account.as_str();
    let organ = OrganCode::from(row.organ.as_str());
    let own = row.authors.contains(&format!("|{}|", desk.staff.account));
    Waiting {
        organ: ctx.directory().short_name(&organ).to_owned(),
        gate: gate.map_or("", Gate::label),
        clock: clock(Clock { total, used, paused: Vec::new(), label }),
        due: due.to_string(),
        left,
        mine,
        other: if claimed && !mine { row.claimed_name.clone() } else { String::new() },
        may: gate.is_some_and(|gate| may_for(&desk.actor(), Action::pass(gate), &keeper(ctx, &organ)).is_ok()) && !own,
        own,
        row,
    }
}

#[derive(Template)]
#[template(path = "reviews/templates/review.html")]
#[expect(clippy::struct_excessive_bools, reason = "each is one part of the page that is shown or not")]
struct Review {
    shell: OfficeShell,
    errors: FormErrors,
    edition: EditionRow,
    paper: Paper,
    gates: Vec<GateLine>,
    gate_label: &'static str,
    checks: Vec<Check>,
    stopping: usize,
    before: Option<i64>,
    note: String,
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
    own: bool,
    may_let_through: bool,
    effect: String,
    next: Option<String>,
    once: String,
}

/// One gate in the panel.
struct GateLine {
    label: &'static str,
    state: &'static str,
    who: String,
    at: String,
    current: bool,
}

/// One edition to decide on.
pub(super) async fn review(State(ctx): State<Ctx>, desk: Desk, Path(id): Path<String>) -> Result<Response> {
    review_page(&ctx, &desk, &id, FormErrors::new()).await
}

/// The same, with what must be corrected.
pub(super) async fn review_page(ctx: &Ctx, desk: &Desk, id: &str, errors: FormErrors) -> Result<Response> {
    let actor = desk.actor();
    let loaded = rows::read(ctx, &actor, id).await?;
    let (document, edition) = (&loaded.document, &loaded.edition);
    let organ = document.keeper();
    let gate = Gate::from_code(&edition.gate).filter(|_| edition.state == "in_review");
    let before =
        rows::edition(ctx.db().read(), &document.current_edition).await?.filter(|before| before.id != edition.id);
    let rows_of_text =
        before.as_ref().map(|before| diff::compare(&before.body_text, &edition.body_text)).unwrap_or_default();
    let files_changed = match &before {
        Some(before) => changed_files(&rows::files(ctx.db().read(), &before.id).await?, &loaded.files),
        None => Vec::new(),
    };
    let today = ctx.today();
    let since = time::from_db(&edition.since).map_or(today, time::date_in_china);
    let due = gate_due(ctx, since);
    let left = ctx.calendar().working_days_left(today, due);
    let total = ctx.config().publishing.gate_days;
    let used = u32::try_from(i64::from(total) - left).unwrap_or(0);
    let claim = edition.state()?.claim(ctx.seams().now()).cloned();
    let mine = claim.as_ref().is_some_and(|claim| claim.by == desk.staff.account);
    let own = edition.is_by(&desk.staff.account);
    let stopping = crate::editions::checks::stopping(&loaded.checks);
    let bad = !errors.is_empty();
    let page = Review {
        shell: desk.shell(ctx, format!("审核：{}", edition.shown_title())).await?.with_error(bad),
        errors,
        gates: gate_lines(ctx, edition).await?,
        gate_label: gate.map_or("", Gate::label),
        stopping,
        before: before.as_ref().map(|before| before.number),
        note: edition.note.clone(),
        changed: rows_of_text.iter().filter(|row| !row.same).count(),
        rows: rows_of_text,
        fields: before.as_ref().map(|before| changed_fields(before, edition)).unwrap_or_default(),
        files_changed,
        history: history(store::log::of_subject(ctx.db(), "document", &document.id).await?),
        clock: if gate.is_some() {
            clock(Clock { total, used, paused: Vec::new(), label: String::new() })
        } else {
            String::new()
        },
        clock_words: clock_words(left, &due.to_string()),
        claimed_by: claim.filter(|_| !mine).map(|claim| claim.name).unwrap_or_default(),
        mine,
        may: !own && gate.is_some_and(|gate| may_for(&actor, Action::pass(gate), &organ).is_ok()),
        own,
        may_let_through: !own && edition.state()?.is_open() && may_for(&actor, Action::OverrideFinding, &organ).is_ok(),
        effect: effect(gate, &loaded, stopping),
        next: next_waiting(ctx, desk, &edition.id).await?,
        paper: paper(ctx, &loaded),
        once: ctx.once(),
        edition: loaded.edition,
        checks: loaded.checks,
    };
    if bad { page::office_errors(&page) } else { office_page(&page) }
}

fn clock_words(left: i64, due: &str) -> String {
    match left {
        i64::MIN..=-1 => format!("逾期 {} 个工作日（应于 {due} 办结）", -left),
        0 => "今天到期".to_owned(),
        _ => format!("还剩 {left} 个工作日（{due} 到期）"),
    }
}

/// What approving does, in numbers, for the confirmation.
fn effect(gate: Option<Gate>, loaded: &rows::Loaded, stopping: usize) -> String {
    let let_through = loaded.checks.iter().filter(|check| check.passed.is_some()).count();
    let content = format!(
        "正文 {} 字、附件 {} 个，其中 {let_through} 处个人信息已说明理由放行，{stopping} 处未处理",
        filters::grouped(&loaded.edition.body_text.chars().filter(|c| !c.is_whitespace()).count().to_string()),
        loaded.files.len(),
    );
    let then = match gate.and_then(Gate::next) {
        Some(next) => format!("通过后进入{}", next.label()),
        None => match time::from_db(&loaded.edition.publish_at) {
            Some(_) => format!("这是最后一关，通过后于 {} 向全社会公开", time::show_minute(&loaded.edition.publish_at)),
            None => "这是最后一关，通过后立即向全社会公开".to_owned(),
        },
    };
    format!("{content}|{then}")
}

async fn gate_lines(ctx: &Ctx, edition: &EditionRow) -> Result<Vec<GateLine>> {
    let passed: Vec<(String, String, String)> =
        sqlx::query_as("SELECT gate, name, at FROM gate_pass WHERE edition_id = $1")
            .bind(&edition.id)
            .fetch_all(ctx.db().read())
            .await?;
    Ok(Gate::ALL
        .into_iter()
        .map(|gate| {
            let pass = passed.iter().find(|(code, ..)| code == gate.code());
            let current = edition.state == "in_review" && edition.gate == gate.code();
            GateLine {
                label: gate.label(),
                state: if pass.is_some() {
                    "已通过"
                } else if current {
                    "正在审核"
                } else {
                    "未到"
                },
                who: pass.map(|(_, name, _)| name.clone()).unwrap_or_default(),
                at: pass.map(|(.., at)| time::show_minute(at)).unwrap_or_default(),
                current,
            }
        })
        .collect())
}

fn changed_fields(old: &EditionRow, new: &EditionRow) -> Vec<(&'static str, String, String)> {
    let words = |text: &str| crate::sql::split_words(text).join("、");
    let validity =
        |code: &str| crate::kinds::Validity::from_code(code).map_or("", crate::kinds::Validity::label).to_owned();
    let pairs = [
        ("标题", old.title.clone(), new.title.clone()),
        ("摘要", old.summary.clone(), new.summary.clone()),
        ("发文字号", old.document_number.clone(), new.document_number.clone()),
        ("成文日期", old.written_on.clone(), new.written_on.clone()),
        ("施行日期", old.effective_on.clone(), new.effective_on.clone()),
        ("有效期至", old.expires_on.clone(), new.expires_on.clone()),
        ("有效性", validity(&old.validity), validity(&new.validity)),
        ("主题", words(&old.topics), words(&new.topics)),
        ("主题词", words(&old.keywords), words(&new.keywords)),
        ("来源", old.source.clone(), new.source.clone()),
    ];
    pairs.into_iter().filter(|(_, old, new)| old != new).collect()
}

fn changed_files(old: &[rows::AttachmentRow], new: &[rows::AttachmentRow]) -> Vec<String> {
    let added = new.iter().filter(|file| !old.iter().any(|one| one.digest == file.digest));
    let removed = old.iter().filter(|file| !new.iter().any(|one| one.digest == file.digest));
    let added = added.map(|file| format!("新增附件：{}", file.name()));
    added.chain(removed.map(|file| format!("移除附件：{}", file.name()))).collect()
}

/// The next edition that waits for this person.
async fn next_waiting(ctx: &Ctx, desk: &Desk, current: &str) -> Result<Option<String>> {
    let own = own_gates(&desk.staff);
    if own.is_empty() {
        return Ok(None);
    }
    let mut conditions = crate::hooks::for_reviewer(ctx, &desk.staff, &own);
    conditions.text("e.id <> ?", current);
    let rows: Vec<Row> = conditions.rows(ctx.db(), SELECT, "ORDER BY e.since, e.id", 1, 0).await?;
    Ok(rows.into_iter().next().map(|row| row.edition))
}

#[derive(Debug, FromRow)]
struct BypassRow {
    edition: String,
    document: String,
    number: i64,
    title: String,
    organ: String,
    authors: String,
    bypassed_by: String,
    bypassed_name: String,
    bypassed_at: String,
    bypass_reason: String,
    bypass_reviewed_by: String,
    bypass_reviewed_at: String,
    bypass_note: String,
}

struct Bypass {
    row: BypassRow,
    organ: String,
    at: String,
    reviewed_at: String,
    may: bool,
}

#[derive(Template)]
#[template(path = "reviews/templates/bypasses.html")]
struct Bypasses {
    shell: OfficeShell,
    rows: Vec<Bypass>,
    open: usize,
    pager: Pager,
    once: String,
}

/// Emergency publications: those to be reviewed first.
pub(super) async fn bypasses(State(ctx): State<Ctx>, desk: Desk, Query(filter): Query<Filter>) -> Result<Response> {
    may(&desk.actor(), Action::BypassGates).map_err(Error::from)?;
    let conditions = Conditions::new("e.bypassed_at <> ''");
    let total = conditions.count(ctx.db(), FROM).await?;
    let pager = Pager::new(filter.page, total, Pager::SIZE, "");
    let rows: Vec<BypassRow> = conditions
        .rows(
            ctx.db(),
            "SELECT e.id AS edition, d.id AS document, e.number, e.title, d.organ, e.authors, e.bypassed_by, e.bypassed_name, \
             e.bypassed_at, e.bypass_reason, e.bypass_reviewed_by, e.bypass_reviewed_at, e.bypass_note FROM edition e \
             JOIN document d ON d.id = e.document_id",
            "ORDER BY CASE WHEN e.bypass_reviewed_by = '' THEN 0 ELSE 1 END, e.bypassed_at DESC, e.id",
            Pager::SIZE,
            pager.offset(Pager::SIZE),
        )
        .await?;
    let me = desk.staff.account.as_str();
    let rows: Vec<Bypass> = rows
        .into_iter()
        .map(|row| Bypass {
            organ: ctx.directory().short_name(&OrganCode::from(row.organ.as_str())).to_owned(),
            at: time::show_minute(&row.bypassed_at),
            reviewed_at: if row.bypass_reviewed_at.is_empty() {
                String::new()
            } else {
                time::show_minute(&row.bypass_reviewed_at)
            },
            may: row.bypass_reviewed_by.is_empty()
                && row.bypassed_by != me
                && !row.authors.contains(&format!("|{me}|")),
            row,
        })
        .collect();
    let open = rows.iter().filter(|bypass| bypass.row.bypass_reviewed_by.is_empty()).count();
    office_page(&Bypasses { shell: desk.shell(&ctx, "紧急发布复核").await?, rows, open, pager, once: ctx.once() })
}
