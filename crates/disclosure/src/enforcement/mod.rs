//! The disclosure of enforcement (行政执法公示, 国办发〔2018〕118号): what organs publish before, during and after they enforce; lists
//! of powers on two days; which decisions are late and why; what was revoked and must go within three working days;
//! repairs; totals of a year counted from the decisions; what goes to the platform of the province and comes back.
//!
//! The decisions are records of items ([`record`]); how they are counted is [`enforcement`]'s. What readers say of
//! enforcement and what the penalised ask for are cases of `dialogue`.

mod demo;
mod exchange;
mod late;
mod portal;
mod powers;
mod repair;
mod returns;
mod revocation;
mod rows;
mod settings;
mod terms;
mod voices;
mod work;
mod yearly;

use std::sync::Arc;

use kernel::{
    EventKind, OrganCode, Permission, Role,
    event::Keep,
    may_for,
    permission::{
        READ_PUBLIC,
        Scope::{AllOrgans, OwnOrgan},
    },
};
use record::{
    permissions::{ENTER_RECORDS, IMPORT_RECORDS, UNMASK_RECORDS, WITHDRAW_RECORDS},
    withdraw::Gone,
};
use web::{
    Capability, Ctx, Desk, Listener, Nav, Routes,
    doors::{Offered, WayIn},
    hooks::{OnMap, Verb},
};

pub use settings::Enforcement;
pub(crate) use voices::voices;

/// Subject of the events about what was revoked.
const REVOCATION: &str = "enforcement_revocation";
/// Subject of the events about what came back from the platform; the id is the organ's.
const RETURN: &str = "enforcement_return";

/// See how decisions stand to their terms.
static WATCH: Permission = Permission::new("watch_enforcement", "查看行政执法公示情况", Role::CONTENT, OwnOrgan);
/// Have organs publish what is late.
static OWE: Permission =
    Permission::new("owe_enforcement", "布置行政执法公示整改任务", &[Role::CountyOffice], AllOrgans);

const ITEM: (&str, &str) = ("item", "目录事项");

static REVOKED: EventKind = EventKind::new(REVOCATION, "enforcement_revocation.entered", "登记处罚决定被撤销")
    .holds(&[
        ITEM,
        ("record", "记录"),
        ("revoked", "情形"),
        ("words", "说明"),
        ("decided_on", "决定日期"),
        ("due_on", "期限"),
    ])
    .keeps(Keep::Words);
static TAKEN_AWAY: EventKind = EventKind::new(REVOCATION, "enforcement_revocation.done", "撤回处罚决定信息").holds(&[
    ITEM,
    ("record", "记录"),
    ("due_on", "期限"),
]);
static DROPPED: EventKind = EventKind::new(REVOCATION, "enforcement_revocation.dropped", "取消撤销登记")
    .holds(&[ITEM, ("record", "记录"), ("reason", "理由")])
    .keeps(Keep::Words);
static CAME_BACK: EventKind = EventKind::new(RETURN, "enforcement_return.entered", "登记平台退回数据").holds(&[
    ITEM,
    ("rows", "条数"),
    ("found", "对上记录的条数"),
]);
static SETTLED: EventKind =
    EventKind::new(RETURN, "enforcement_return.settled", "办结平台退回数据").holds(&[ITEM, ("rows", "条数")]);

const DOOR: WayIn = WayIn {
    href: "/enforcement",
    label: "行政执法公示",
    icon: "clip",
    about: "谁来执法、依据什么、怎样执法、结果如何",
    place: 60,
    on: Offered::Line,
};

pub fn capability() -> Capability {
    let on_map: Arc<dyn OnMap> = Arc::new(portal::Pages);
    let ended: Arc<dyn Gone> = Arc::new(revocation::Ended);
    Capability::new("enforcement", "行政执法公示")
        .routes(routes)
        .routes(office_routes)
        .permissions(&[&WATCH, &OWE])
        .nav(Nav::under("公开", "/enforcement", "执法公示", &WATCH, 131))
        .events(&[&REVOKED, &TAKEN_AWAY, &DROPPED, &CAME_BACK, &SETTLED])
        .subject(REVOCATION, "处罚决定被撤销")
        .subject(RETURN, "平台退回数据")
        .words(words)
        .settings::<Enforcement>()
        .migrations(::store::migrations!("enforcement", "../../migrations/enforcement/0001_enforcement.sql"))
        .desk(Arc::new(work::Work))
        .schedule(repair::schedule)
        .demo(demo::scenes)
        .declare(rows::sealed())
        .declare(rows::returns_sealed())
        .declare(late::owed())
        .declare(on_map)
        .declare(ended)
        .declare(DOOR)
        .declare(Verb::new("执法公示时限", "行政许可 行政处罚 七个工作日 逾期", "/enforcement", &WATCH))
        .declare(Verb::new("登记处罚决定被撤销", "撤回 三日 撤销 变更 违法 无效", "/enforcement/revocations", &WATCH))
        .declare(Verb::new("执法年度统计", "行政执法统计年报 1月31日", "/enforcement/yearly", &WATCH))
        .declare(Verb::new("双公示数据交换", "省平台 导出 退回 信用", "/enforcement/exchange", &WATCH))
}

fn words(field: &str, code: &str) -> Option<String> {
    match field {
        "revoked" => rows::What::from_code(code).map(|what| what.label().to_owned()),
        _ => None,
    }
}

fn routes() -> Routes {
    Routes::new(Listener::Portal)
        .get("/enforcement", &READ_PUBLIC, portal::all)
        .get("/enforcement/powers", &READ_PUBLIC, powers::compared)
        .get("/enforcement/withdrawn", &READ_PUBLIC, portal::withdrawn)
        .get("/enforcement/organs/{code}", &READ_PUBLIC, portal::organ)
}

fn office_routes() -> Routes {
    Routes::new(Listener::Office)
        .get("/enforcement", &WATCH, late::page)
        .get("/enforcement/term", &WATCH, late::explained)
        .weighty("/enforcement/duties", &OWE, late::owe)
        .get("/enforcement/powers", &WATCH, powers::checked)
        .get("/enforcement/revocations", &WATCH, revocation::list)
        .post("/enforcement/revocations", &ENTER_RECORDS, revocation::enter)
        .weighty("/enforcement/revocations/withdraw", &WITHDRAW_RECORDS, revocation::withdraw)
        .weighty("/enforcement/revocations/drop", &WITHDRAW_RECORDS, revocation::give_up)
        .get("/enforcement/yearly", &WATCH, yearly::page)
        .get("/enforcement/yearly/decisions", &WATCH, yearly::decisions)
        .post("/enforcement/yearly", &ENTER_RECORDS, yearly::draft)
        .get("/enforcement/exchange", &WATCH, returns::page)
        .get("/enforcement/exchange/export.xlsx", &WATCH, exchange::export)
        .weighty("/enforcement/exchange/export.xlsx", &UNMASK_RECORDS, exchange::export_whole)
        .upload("/enforcement/exchange/returns", &IMPORT_RECORDS, returns::bring)
        .post("/enforcement/exchange/settle", &ENTER_RECORDS, returns::settle)
        .get("/enforcement/repairs/{id}", &case::permissions::DECIDE_CASES, repair::page)
        .weighty("/enforcement/repairs/{id}", &case::permissions::DECIDE_CASES, repair::grant)
}

/// The organs whose decisions this person sees: for the office all that exist or have existed, else the own one with those
/// that it succeeded.
fn seen(ctx: &Ctx, desk: &Desk) -> Vec<OrganCode> {
    let directory = ctx.directory();
    let today = ctx.today();
    let may = |code: &OrganCode| may_for(&desk.actor(), &WATCH, &directory.stands_for(code, today)).is_ok();
    directory.all().iter().map(|organ| organ.code.clone()).filter(may).collect()
}

/// The same for a select.
fn options(ctx: &Ctx, desk: &Desk) -> Vec<(String, String)> {
    let directory = ctx.directory();
    seen(ctx, desk).iter().map(|code| (code.to_string(), directory.short_name(code).to_owned())).collect()
}

/// What was asked for of [`seen`]: one organ with those that it succeeded, or all.
fn narrowed(ctx: &Ctx, desk: &Desk, asked: &str) -> Vec<OrganCode> {
    let all = seen(ctx, desk);
    if asked.is_empty() {
        return all;
    }
    all.into_iter().filter(|code| code.as_str() == asked).collect()
}
