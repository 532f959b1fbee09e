//! Plans and duties for programs: the same as the pages, so only what is public.

use std::collections::{BTreeMap, HashMap};

use axum::{
    extract::{Path, RawQuery, State},
    http::Uri,
    response::Response,
};
use duty::{
    facts,
    model::{PeriodStanding, State as Standing, Tally},
};
use kernel::{
    OrganCode,
    id::{ClauseId, DutyId, PlanId},
};
use web::{
    Ctx, Error, Result,
    api::{Address, Asked, Day, Fields, MOST, Operation, Parameter, SIZE, Selects, Shape},
};

use super::load::{self, Line, PublicPlan};
use crate::model::PlanKind;

pub(super) static LIST: Operation = Operation {
    id: "listPlans",
    path: "/api/v1/plans",
    title: "全部公开的工作要点和专项任务",
    about: "年份新的在前。被替代的和已撤销的也在，以 superseded、revoked 标明；已撤销的不提供内容。",
    within: &[],
    asks: list_parameters,
    answers: PlanPage::shape,
    selects: Selects { rows: "plans", key: "id", of: "PlanSummary", fields: Summary::fields },
    gone: "",
    example: "/api/v1/plans?fields=title,figures",
    place: 40,
};

pub(super) static ONE: Operation = Operation {
    id: "getPlan",
    path: "/api/v1/plans/{id}",
    title: "一份工作要点及其任务落实情况",
    about: "原文的结构、每项公开的任务、责任机关、期限、佐证。",
    within: &[("id", "要点标识，列表里的 id。")],
    asks: no_parameters,
    answers: Plan::shape,
    selects: Selects { rows: "", key: "id", of: "Plan", fields: Plan::fields },
    gone: REVOKED,
    example: "/api/v1/plans/{id}",
    place: 41,
};

pub(super) static DUTIES: Operation = Operation {
    id: "listDuties",
    path: "/api/v1/duties",
    title: "公开的任务，逐页",
    about: "按要点、再按原文次序。缺省只列执行中的要点里的任务；写明 plan 时，被替代的要点也可以取。",
    within: &[],
    asks: duty_parameters,
    answers: DutyPage::shape,
    selects: Selects { rows: "items", key: "id", of: "DutyItem", fields: DutyItem::fields },
    gone: "",
    example: "/api/v1/duties?overdue=true&limit=10&fields=text,due_on",
    place: 42,
};

pub(super) static DUTY: Operation = Operation {
    id: "getDuty",
    path: "/api/v1/duties/{id}",
    title: "一项公开的任务",
    about: "",
    within: &[("id", "任务标识，列表里的 id。")],
    asks: no_parameters,
    answers: DutyItem::shape,
    selects: Selects { rows: "", key: "id", of: "DutyItem", fields: DutyItem::fields },
    gone: REVOKED,
    example: "/api/v1/duties/{id}",
    place: 43,
};

const REVOKED: &str = "要点已撤销；detail 说明原因。";

fn no_parameters(_: &Ctx) -> Vec<Parameter> {
    Vec::new()
}

fn list_parameters(_: &Ctx) -> Vec<Parameter> {
    let mut parameters = vec![
        Parameter::whole("year", (1949, 2199), "年份。"),
        Parameter::one_of("kind", PlanKind::ALL.map(PlanKind::code), "类型。"),
    ];
    parameters.extend(Parameter::paging(MOST, MOST));
    parameters
}

/// The states that the public sees.
fn states() -> Vec<&'static str> {
    Standing::ALL.into_iter().filter(|state| load::shown(*state) == *state).map(Standing::code).collect()
}

fn duty_parameters(_: &Ctx) -> Vec<Parameter> {
    let mut parameters = vec![
        Parameter::text("plan", 100, "要点标识，见 /api/v1/plans。"),
        Parameter::text("organ", 100, "责任机关代码，含牵头、负责和配合。"),
        Parameter::one_of("state", states(), "落实情况。"),
        Parameter::flag("overdue", "true 只要逾期的，false 只要没有逾期的。"),
        Parameter::whole("year", (1949, 2199), "要点的年份。"),
    ];
    parameters.extend(Parameter::paging(SIZE, MOST));
    parameters
}

web::answer! {
    /// How duties stand, counted.
    struct Figures as "Figures" {
        total: u32 => "任务数。",
        confirmed: u32 => "已办结。",
        in_progress: u32 => "进行中，不含逾期的。",
        overdue: u32 => "逾期。",
        not_started: u32 => "未开始，不含逾期的。",
    }
}

web::answer! {
    /// A plan in the list.
    struct Summary as "PlanSummary" {
        id: PlanId => "要点标识。",
        kind: &'static str => "类型代码。",
        title: String => "标题。",
        document_number: String => "发文字号；没有时为空。",
        year: i64 => "年份。",
        superseded: bool => "是否被新的要点替代。",
        revoked: bool => "是否已撤销。",
        figures: Figures => "落实情况。",
        url: Address => "这份要点在本接口的地址。",
        page: Address => "网页地址。",
    }
}

web::answer! {
    /// All plans.
    struct PlanPage as "PlanList" {
        total: usize => "符合条件的要点数。",
        next: Option<Address> => "下一页的地址；没有下一页时为 null。",
        plans: Vec<Summary> => "要点。",
    }
}

web::answer! {
    /// One period of a duty with a cadence.
    struct Period as "DutyPeriod" {
        key: String => "时段代码。",
        label: String => "时段名称。",
        due_on: Day => "期限。",
        state: &'static str => "落实情况代码。",
        overdue: bool => "是否逾期。",
    }
}

web::answer! {
    /// An organ's share of a duty.
    struct Share as "DutyShare" {
        code: OrganCode => "机关代码。",
        name: String => "机关简称。",
        role: &'static str => "分工：lead 牵头，responsible 负责，support 配合。",
        state: &'static str => "落实情况代码。",
        state_label: String => "落实情况。",
        overdue: bool => "是否逾期。",
        due_on: Option<Day> => "期限；没有日期时为 null。",
        ended: bool => "是否已终止。",
        periods: Vec<Period> => "逐个时段；不是定期任务时为空。",
    }
}

web::answer! {
    /// A piece of evidence that counts.
    struct Piece as "Evidence" {
        title: String => "标题。",
        url: Address => "地址。",
        external: bool => "是否在别的网站。",
        organ: String => "提交机关简称。",
        period: String => "所属时段；不分时段时为空。",
        confirmed_on: String => "认可日期，YYYY-MM-DD。",
    }
}

web::answer! {
    /// A public duty.
    struct Duty as "Duty" {
        id: DutyId => "任务标识。",
        text: String => "任务原文。",
        measure: String => "完成标准；没有写明时为空。",
        due: String => "原文里的期限。",
        due_on: Option<Day> => "期限；没有日期时为 null。",
        cadence: &'static str => "频次；不是定期任务时为空。",
        state: &'static str => "落实情况代码。",
        state_label: String => "落实情况。",
        overdue: bool => "是否逾期。",
        ended: bool => "是否已终止。",
        organs: Vec<Share> => "责任机关，牵头的在前。",
        evidence: Vec<Piece> => "已认可的佐证。",
        extras: BTreeMap<String, String> => "这一类任务另有的公开项目，按名称。",
    }
}

web::answer! {
    /// A duty with where it stands.
    struct DutyItem as "DutyItem" {
        plan: PlanId => "要点标识。",
        plan_title: String => "要点标题。",
        year: i64 => "要点年份。",
        clause: ClauseId => "条目标识。",
        clause_number: String => "条目编号，如 一（一）。",
        clause_title: String => "条目标题。",
        url: Address => "条目的网页地址。",
    } with { duty: Duty }
}

web::answer! {
    /// Some duties.
    struct DutyPage as "DutyPage" {
        size: i64 => "这次最多多少条。",
        next: Option<Address> => "下一页的地址；没有下一页时为 null。",
        items: Vec<DutyItem> => "任务。",
    }
}

web::answer! {
    /// A clause of a plan.
    struct Clause as "Clause" {
        id: ClauseId => "条目标识。",
        number: String => "编号，如 （一）。",
        title: String => "标题。",
        text: String => "原文。",
        owner_note: String => "原文括注的责任机关。",
        partial: bool => "是否有不公开的任务。",
        ended: bool => "是否已终止。",
        figures: Figures => "落实情况。",
        url: Address => "网页地址。",
        duties: Vec<Duty> => "任务。",
    }
}

web::answer! {
    /// A section of a plan.
    struct Section as "Section" {
        number: String => "编号，如 一。",
        title: String => "标题。",
        text: String => "条目之前的文字。",
        clauses: Vec<Clause> => "条目。",
    }
}

web::answer! {
    /// An organ's figures in a plan.
    struct Organ as "PlanOrgan" {
        code: OrganCode => "机关代码。",
        name: String => "机关简称。",
        figures: Figures => "落实情况。",
        evidence: usize => "已认可的佐证件数。",
    }
}

web::answer! {
    /// A plan in full.
    struct Plan as "Plan" {
        id: PlanId => "要点标识。",
        kind: String => "类型代码。",
        kind_label: &'static str => "类型名称。",
        title: String => "标题。",
        document_number: String => "发文字号；没有时为空。",
        year: i64 => "年份。",
        state: String => "confirmed 执行中，superseded 已被替代。",
        superseded_by: Option<PlanId> => "替代它的要点；没有时为 null。",
        amended_on: Vec<String> => "历次年中调整的日期。",
        as_of: String => "数据截至（UTC）。",
        partial: bool => "是否有不公开的内容。",
        figures: Figures => "落实情况。",
        organs: Vec<Organ> => "各机关的情况。",
        sections: Vec<Section> => "正文。",
        url: Address => "网页地址。",
    }
}

fn figures(tally: &Tally) -> Figures {
    let (confirmed, in_progress, overdue, not_started) = tally.bar();
    Figures { total: tally.total(), confirmed, in_progress, overdue, not_started }
}

/// Addresses in data are absolute, so that they can be followed from anywhere.
pub(super) fn absolute(ctx: &Ctx, href: &str) -> String {
    if href.starts_with('/') { format!("{}{href}", ctx.portal_url()) } else { href.to_owned() }
}

/// The periods of every share, by its id.
type Periods = HashMap<String, Vec<PeriodStanding>>;

/// Reads the facts of the plan's public duties with cadence: only here every period is told.
async fn periods<'a>(ctx: &Ctx, duties: impl Iterator<Item = &'a load::Duty>) -> Result<Periods> {
    let duties: Vec<DutyId> = duties.filter(|duty| !duty.cadence.is_empty()).map(|duty| duty.id.clone()).collect();
    let shares = facts::of_duties(ctx.db().read(), &duties).await?;
    Ok(shares.iter().map(|share| (share.id.to_string(), share.course().periods(ctx.today()))).collect())
}

fn duty(ctx: &Ctx, duty: &load::Duty, periods: &Periods) -> Duty {
    let period = |one: &PeriodStanding| Period {
        key: one.period.key.clone(),
        label: one.period.label.clone(),
        due_on: Day(one.period.due.to_string()),
        state: load::shown(one.state).code(),
        overdue: one.overdue,
    };
    let share = |share: &load::Share| Share {
        code: share.code.clone(),
        name: share.organ.clone(),
        role: share.role.code(),
        state: share.line.state.code(),
        state_label: share.line.word(),
        overdue: share.line.overdue,
        due_on: share.line.due_on.map(|due| Day(due.to_string())),
        ended: share.line.ended,
        periods: periods.get(&share.line.id).into_iter().flatten().map(period).collect(),
    };
    let piece = |piece: &load::Evidence| Piece {
        title: piece.title.clone(),
        url: Address(absolute(ctx, &piece.href)),
        external: piece.external,
        organ: piece.organ.clone(),
        period: piece.period.clone(),
        confirmed_on: piece.confirmed_on.clone(),
    };
    Duty {
        id: duty.id.clone(),
        text: duty.text.clone(),
        measure: duty.measure.clone(),
        due: duty.due_words.clone(),
        due_on: Some(&duty.due_on).filter(|day| !day.is_empty()).map(|day| Day(day.clone())),
        cadence: duty.cadence,
        state: duty.line.state.code(),
        state_label: duty.line.word(),
        overdue: duty.line.overdue,
        ended: duty.line.ended,
        organs: duty.shares.iter().map(share).collect(),
        evidence: duty.evidence.iter().map(piece).collect(),
        extras: duty.extras.iter().map(|(label, value)| ((*label).to_owned(), value.clone())).collect(),
    }
}

fn clause_address(ctx: &Ctx, plan: &PublicPlan, clause: &load::Clause) -> Address {
    Address(absolute(ctx, &format!("/plans/{}/clauses/{}", plan.row.id, clause.id)))
}

fn clause(ctx: &Ctx, plan: &PublicPlan, clause: &load::Clause, periods: &Periods) -> Clause {
    Clause {
        id: clause.id.clone(),
        number: clause.number.trim_end_matches('.').to_owned(),
        title: clause.title.clone(),
        text: clause.text.clone(),
        owner_note: clause.owner_note.clone(),
        partial: clause.partial,
        ended: clause.ended,
        figures: figures(&clause.tally),
        url: clause_address(ctx, plan, clause),
        duties: clause.duties.iter().map(|one| duty(ctx, one, periods)).collect(),
    }
}

/// `GET /api/v1/plans/{id}`
pub(super) async fn one(
    State(ctx): State<Ctx>,
    uri: Uri,
    Path(id): Path<PlanId>,
    RawQuery(query): RawQuery,
) -> Result<Response> {
    let read = Asked::read(&ctx, &ONE, uri.path(), query.as_deref())?;
    let plan = load::plan(&ctx, &id).await?;
    let clauses = || plan.sections.iter().flat_map(|section| &section.clauses);
    let periods = periods(&ctx, clauses().flat_map(|clause| &clause.duties)).await?;
    let section = |section: &load::Section| Section {
        number: section.number.clone(),
        title: section.title.clone(),
        text: section.text.clone(),
        clauses: section.clauses.iter().map(|one| clause(&ctx, &plan, one, &periods)).collect(),
    };
    let organ = |line: &load::OrganLine| Organ {
        code: line.code.clone(),
        name: line.name.clone(),
        figures: figures(&line.tally),
        evidence: line.evidence,
    };
    let answer = Plan {
        id: plan.row.id.clone(),
        kind: plan.row.kind.clone(),
        kind_label: plan.row.kind().label(),
        title: plan.row.title.clone(),
        document_number: plan.row.document_number.clone(),
        year: plan.row.year,
        state: plan.row.state.clone(),
        superseded_by: plan.successor.as_ref().map(|(id, _)| id.clone()),
        amended_on: plan.amended.clone(),
        as_of: plan.as_of.clone(),
        partial: plan.partial,
        figures: figures(&plan.tally),
        organs: load::organs(&plan).iter().map(organ).collect(),
        sections: plan.sections.iter().map(section).collect(),
        url: Address(absolute(&ctx, &format!("/plans/{id}"))),
    };
    read.answer(&answer, None)
}

/// `GET /api/v1/plans`
pub(super) async fn list(State(ctx): State<Ctx>, uri: Uri, RawQuery(query): RawQuery) -> Result<Response> {
    let read = Asked::read(&ctx, &LIST, uri.path(), query.as_deref())?;
    let mut all = load::all(&ctx).await?;
    all.retain(|line| {
        read.whole("year").is_none_or(|year| line.year == year)
            && (read.text("kind").is_empty() || line.kind.code() == read.text("kind"))
    });
    let total = all.len();
    let page = read.rows(all, MOST, |line| line.id.to_string())?;
    let next = page.next.map(|after| read.next(ctx.portal_url(), &after, &[]));
    let summary = |line: &Line| Summary {
        id: line.id.clone(),
        kind: line.kind.code(),
        title: line.title.clone(),
        document_number: line.document_number.clone(),
        year: line.year,
        superseded: line.superseded,
        revoked: line.revoked,
        figures: figures(&line.tally),
        url: Address(absolute(&ctx, &format!("/api/v1/plans/{}", line.id))),
        page: Address(absolute(&ctx, &format!("/plans/{}", line.id))),
    };
    let answer = PlanPage { total, next: next.clone().map(Address), plans: page.items.iter().map(summary).collect() };
    read.answer(&answer, next.as_deref())
}

/// The duties of a plan with the clauses in which they stand, in the order of the text.
fn in_order(plan: &PublicPlan) -> impl Iterator<Item = (&load::Clause, &load::Duty)> {
    let clauses = plan.sections.iter().flat_map(|section| &section.clauses);
    clauses.flat_map(|clause| clause.duties.iter().map(move |duty| (clause, duty)))
}

async fn items(ctx: &Ctx, plan: &PublicPlan, chosen: &[(&load::Clause, &load::Duty)]) -> Result<Vec<DutyItem>> {
    let periods = periods(ctx, chosen.iter().map(|(_, duty)| *duty)).await?;
    let item = |(clause, one): &(&load::Clause, &load::Duty)| DutyItem {
        plan: plan.row.id.clone(),
        plan_title: plan.row.title.clone(),
        year: plan.row.year,
        clause: clause.id.clone(),
        clause_number: clause.full_number.clone(),
        clause_title: clause.title.clone(),
        url: clause_address(ctx, plan, clause),
        duty: duty(ctx, one, &periods),
    };
    Ok(chosen.iter().map(item).collect())
}

/// `GET /api/v1/duties`: plan after plan, and none is read once there are enough.
pub(super) async fn duties(State(ctx): State<Ctx>, uri: Uri, RawQuery(query): RawQuery) -> Result<Response> {
    let read = Asked::read(&ctx, &DUTIES, uri.path(), query.as_deref())?;
    let mut plans = load::all(&ctx).await?;
    let wanted = read.text("plan");
    plans.retain(|line| {
        let asked = if wanted.is_empty() { !line.superseded } else { line.id.as_str() == wanted };
        asked && !line.revoked && read.whole("year").is_none_or(|year| line.year == year)
    });
    let mut after = DutyId::from(read.text("after"));
    if !after.as_str().is_empty() {
        let gone = || read.refused("after", "没有参数 after 所指的任务，它可能已不再公开。请从头取起。");
        let plan = load::plan_of(&ctx, &after).await?.ok_or_else(gone)?;
        let at = plans.iter().position(|line| line.id == plan).ok_or_else(gone)?;
        plans.drain(..at);
    }
    let size = read.limit(SIZE);
    let most = usize::try_from(size).unwrap_or(1);
    let fits = |duty: &load::Duty| {
        (read.text("state").is_empty() || duty.line.state.code() == read.text("state"))
            && read.flag("overdue").is_none_or(|overdue| duty.line.overdue == overdue)
            && (read.text("organ").is_empty()
                || duty.shares.iter().any(|share| share.code.as_str() == read.text("organ")))
    };
    let (mut found, mut more) = (Vec::new(), false);
    for line in &plans {
        let plan = match load::plan(&ctx, &line.id).await {
            Ok(plan) => plan,
            // Revoked or closed between the two questions.
            Err(Error::NotFound | Error::Gone(_)) => continue,
            Err(error) => return Err(error),
        };
        let mut rest: Vec<_> = in_order(&plan).collect();
        if !after.as_str().is_empty() {
            let at = rest.iter().position(|(_, duty)| duty.id == after);
            rest.drain(..at.map_or(0, |at| at + 1));
            after = DutyId::default();
        }
        rest.retain(|(_, duty)| fits(duty));
        more = found.len() + rest.len() > most;
        rest.truncate(most - found.len());
        found.extend(items(&ctx, &plan, &rest).await?);
        if more {
            break;
        }
    }
    let last = found.last().filter(|_| more).map(|item: &DutyItem| item.duty.id.to_string());
    let next = last.map(|after| read.next(ctx.portal_url(), &after, &[]));
    read.answer(&DutyPage { size, next: next.clone().map(Address), items: found }, next.as_deref())
}

/// `GET /api/v1/duties/{id}`
pub(super) async fn one_duty(
    State(ctx): State<Ctx>,
    uri: Uri,
    Path(id): Path<DutyId>,
    RawQuery(query): RawQuery,
) -> Result<Response> {
    let read = Asked::read(&ctx, &DUTY, uri.path(), query.as_deref())?;
    let plan = load::plan_of(&ctx, &id).await?.ok_or(Error::NotFound)?;
    let plan = load::plan(&ctx, &plan).await?;
    let chosen: Vec<_> = in_order(&plan).filter(|(_, duty)| duty.id == id).collect();
    let item = items(&ctx, &plan, &chosen).await?.pop().ok_or(Error::NotFound)?;
    read.answer(&item, None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn states_that_only_the_office_knows_are_not_asked_for() {
        assert_eq!(states(), ["issued", "in_progress", "evidenced", "confirmed"]);
    }
}
