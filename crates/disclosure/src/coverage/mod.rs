//! The coverage map (公开覆盖): which item of the catalogue which organ has made public for which stretch of time, which it still
//! must and by when; that an organ has nothing of an item, said by the organ and confirmed by the county office; what is due this
//! week; duties to make up what is missing.
//!
//! The map is made in memory ([`map`]) from what `record` counts of tables and the document machine of columns ([`load`]), by who
//! owes what ([`owe`]), by when ([`due`]), with a reason for each cell ([`judge`]). What nobody has confirmed owes nothing.

mod cell;
mod closing;
mod demo;
mod denied;
mod due;
mod duties;
mod files;
mod judge;
mod load;
mod map;
mod missing;
mod none;
mod office;
mod owe;
mod portal;
mod proofs;
mod settings;
#[cfg(test)]
mod tests;
mod work;

use std::sync::Arc;

use kernel::{
    EventKind, Permission, Role,
    event::Keep,
    permission::{
        READ_PUBLIC,
        Scope::{AllOrgans, AnyStaff, OwnOrgan},
    },
};
use record::items::Standings;
use web::{
    Capability, Listener, Nav, Routes,
    hooks::{OnMap, PublicThings, Publishes, Verb},
};

pub(crate) use missing::{Missing, missing};
pub use settings::Coverage;

/// Subject of the events of declarations, and the lock of whoever decides by how one stands.
const SUBJECT: &str = "coverage";

/// Look at the map.
static VIEW: Permission = Permission::new("view_coverage", "查看公开覆盖情况", &[], AnyStaff);
/// Say that the own organ has no information of an item.
static DECLARE: Permission = Permission::new(
    "declare_no_information",
    "声明本机关没有此类信息",
    &[Role::Editor, Role::OrganHead, Role::CountyOffice],
    OwnOrgan,
);
/// Confirm that, or send it back.
static CONFIRM: Permission =
    Permission::new("confirm_no_information", "确认、退回和撤销没有此类信息的声明", &[Role::CountyOffice], AllOrgans);
/// Have organs owe what is missing as duties.
static OWE: Permission = Permission::new("owe_coverage", "布置补公开任务", &[Role::CountyOffice], AllOrgans);

const ITEM: (&str, &str) = ("item", "目录事项");
const FROM: (&str, &str) = ("from", "起始日期");
const UNTIL: (&str, &str) = ("until", "截止日期");
const NOTE: (&str, &str) = ("note", "理由");

static DECLARED: EventKind = EventKind::new(SUBJECT, "coverage.declared", "声明没有此类信息")
    .holds(&[ITEM, ("title", "事项名称"), FROM, UNTIL, ("reason", "说明")])
    .keeps(Keep::Words);
static CONFIRMED: EventKind = EventKind::new(SUBJECT, "coverage.confirmed", "确认没有此类信息")
    .holds(&[ITEM, FROM, UNTIL, NOTE])
    .keeps(Keep::Words);
static RETURNED: EventKind = EventKind::new(SUBJECT, "coverage.returned", "退回没有此类信息的声明")
    .holds(&[ITEM, FROM, UNTIL, NOTE])
    .keeps(Keep::Words);
static ENDED: EventKind = EventKind::new(SUBJECT, "coverage.ended", "撤销没有此类信息的声明")
    .holds(&[ITEM, FROM, UNTIL, NOTE])
    .keeps(Keep::Words);

/// After these a declaration is not before readers any more; after these it is.
const LEAVES: &[&EventKind] = &[&ENDED];
const STANDS: &[&EventKind] = &[&CONFIRMED];

pub fn capability() -> Capability {
    let told: Arc<dyn Standings> = Arc::new(load::Told);
    let on_map: Arc<dyn OnMap> = Arc::new(portal::Public);
    let things: Arc<dyn PublicThings> = Arc::new(proofs::Proofs);
    Capability::new("coverage", "公开覆盖")
        .routes(routes)
        .routes(office_routes)
        .permissions(&[&VIEW, &DECLARE, &CONFIRM, &OWE])
        .nav(Nav::under("公开", "/coverage", "公开覆盖", &VIEW, 127))
        .events(&[&DECLARED, &CONFIRMED, &RETURNED, &ENDED])
        .subject(SUBJECT, "没有此类信息的声明")
        .settings::<Coverage>()
        .migrations(::store::migrations!("coverage", "../../migrations/coverage/0001_none.sql"))
        .desk(Arc::new(work::Work))
        .schedule(closing::schedule)
        .demo(demo::scenes)
        .declare(none::sealed())
        .declare(duties::source())
        .declare(on_map)
        .declare(told)
        .declare(things)
        .declare(Publishes { subject: SUBJECT, leaves: LEAVES, stands: STANDS })
        .declare(Verb::new("公开覆盖", "应公开 未公开 逾期 本周到期 没有此类信息 覆盖", "/coverage", &VIEW))
}

fn routes() -> Routes {
    Routes::new(Listener::Portal).get("/catalogue/coverage", &READ_PUBLIC, portal::page).get(
        "/catalogue/coverage/{organ}",
        &READ_PUBLIC,
        portal::organ,
    )
}

fn office_routes() -> Routes {
    Routes::new(Listener::Office)
        .get("/coverage", &VIEW, office::page)
        .get("/coverage/coverage.csv", &VIEW, files::csv)
        .get("/coverage/coverage.xlsx", &VIEW, files::workbook)
        .get("/coverage/duties", &OWE, duties::ask)
        .weighty("/coverage/duties", &OWE, duties::owe)
        .get("/coverage/{item}/{organ}", &VIEW, cell::page)
        .post("/coverage/{item}/{organ}/none", &DECLARE, cell::declare)
        .weighty("/coverage/{item}/{organ}/none/{id}/confirm", &CONFIRM, cell::confirm)
        .weighty("/coverage/{item}/{organ}/none/{id}/return", &CONFIRM, cell::give_back)
        .post("/coverage/{item}/{organ}/none/{id}/end", &DECLARE, cell::end)
        .weighty("/coverage/{item}/{organ}/none/{id}/revoke", &CONFIRM, cell::revoke)
}
