//! Bringing in documents that were public elsewhere (导入): a county's own folders, an older site, the laws of the state.
//! Their files are read in the guarded child, their layout is recognised, and each becomes a draft in a batch (导入批),
//! with what a person must look at. From there they go the way of every text: looked over, submitted, passed at each
//! gate by others than their authors. What makes that bearable for a thousand files is that a batch is looked over,
//! submitted and passed on its own pages. See ADR 0012.

mod actions;
mod blocks;
mod came;
mod demo;
mod desk;
mod erasing;
mod gates;
mod pages;
mod reading;
mod rows;
mod run;
mod upload;
mod walk;

use std::sync::Arc;

use document::{
    permissions::{VIEW_DOCUMENTS, WRITE_DOCUMENTS},
    release::Releases,
};
use kernel::{EventKind, Permission, Role, Scope, event::Keep};
use web::{
    Capability, Listener, Nav, Routes,
    hooks::{Leaving, Verb},
};

pub use came::is_as_it_came;
pub use reading::Doubt;
pub use rows::BatchId;
pub use run::{Left, Reading, Report, Wanted, place, run};
pub use walk::{Content, Source, besides, files};

/// Subject of the events, and key of the capability.
const SUBJECT: &str = "import";

/// Bring in files from the office.
static IMPORT: Permission =
    Permission::new("import_documents", "导入以前公开过的文件", &[Role::CountyOffice], Scope::AllOrgans);

/// A batch was opened: names of folders and files are words of people.
static BEGUN: EventKind = EventKind::new(SUBJECT, "import.begun", "开始导入文件")
    .holds(&[("source", "来源"), ("kind", "类型"), ("column", "栏目"), ("files", "文件数")])
    .keeps(Keep::Words);
/// It is through, once more or for the first time.
static ENDED: EventKind = EventKind::new(SUBJECT, "import.ended", "导入文件完毕").holds(&[
    ("files", "文件数"),
    ("imported", "导入"),
    ("skipped", "已有"),
    ("failed", "没有导入"),
]);
/// Somebody has looked at what was in doubt.
static LOOKED: EventKind =
    EventKind::new(SUBJECT, "import.looked", "核对导入的文件").holds(&[("files", "文件数"), ("document", "文件")]);

pub fn capability() -> Capability {
    Capability::new(SUBJECT, "导入文件")
        .routes(routes)
        .permissions(&[&IMPORT])
        .nav(Nav::under("公开", "/imports", "导入批", &VIEW_DOCUMENTS, 132))
        .events(&[&BEGUN, &ENDED, &LOOKED])
        .subject(SUBJECT, "导入批")
        .titled("SELECT id, source FROM import_batch WHERE id")
        .migrations(store::migrations!("import", "../../migrations/import/0001_import.sql"))
        .desk(Arc::new(desk::Batches))
        .demo(demo::scenes)
        .declare(Verb::new("导入文件", "批量导入 旧文件 历史文件", "/imports", &IMPORT))
        .declare(Arc::new(erasing::Files) as Arc<dyn Leaving>)
        .needs::<Arc<dyn Releases>>()
}

fn routes() -> Routes {
    Routes::new(Listener::Office)
        .get("/imports", &VIEW_DOCUMENTS, pages::list)
        .upload("/imports", &IMPORT, upload::receive)
        .get("/imports/{id}", &VIEW_DOCUMENTS, pages::batch)
        .get("/imports/{id}/left.csv", &VIEW_DOCUMENTS, pages::left)
        .get("/imports/{id}/files/{file}", &VIEW_DOCUMENTS, actions::file)
        .post("/imports/{id}/files/{file}", &WRITE_DOCUMENTS, actions::correct)
        .post("/imports/{id}/look", &WRITE_DOCUMENTS, actions::look)
        .post("/imports/{id}/submit", &WRITE_DOCUMENTS, actions::submit)
        .get("/imports/{id}/gates", &VIEW_DOCUMENTS, gates::page)
        .weighty("/imports/{id}/gates", &VIEW_DOCUMENTS, gates::pass)
}
