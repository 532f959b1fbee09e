//! The form of the portal for requests to correct a record about oneself (更正, 条例 Art. 41): which record of which organ, what is
//! wrong, what is right, with evidence and who it is about.

mod pages;

use kernel::permission::READ_PUBLIC;
use portal_form::{DraftForm, Fields, Kind, Line, USE_FORMS};
use web::{Ctx, Listener, Routes};

use crate::cases::one_page;

/// Files that it takes.
const FILES: usize = 5;

/// One page, with the files that prove what it says.
pub(super) static FORM: DraftForm =
    DraftForm::new("correction", "更正政府信息申请", "/foi/correction", lines).files(FILES, Kind::ALL);

/// The routes of the portal.
pub(super) fn portal() -> Routes {
    Routes::new(Listener::Portal)
        .get("/foi/correction", &READ_PUBLIC, pages::start)
        .upload("/foi/correction", &USE_FORMS, one_page::begin::<pages::Asked>)
        .get("/foi/correction/d/{secret}", &USE_FORMS, one_page::step::<pages::Asked>)
        .upload("/foi/correction/d/{secret}", &USE_FORMS, one_page::save::<pages::Asked>)
        .get("/foi/correction/d/{secret}/check", &USE_FORMS, one_page::check::<pages::Asked>)
        .post("/foi/correction/d/{secret}/send", &USE_FORMS, pages::send)
        .get("/foi/correction/r/{secret}", &USE_FORMS, pages::receipt)
        .get("/foi/correction/r/{secret}/record", &USE_FORMS, one_page::record)
}

fn lines(ctx: &Ctx, fields: &Fields) -> Vec<Line> {
    let directory = ctx.directory();
    let organ = directory.get(&fields.get("organ").into()).map(|organ| organ.name.clone()).unwrap_or_default();
    let all = [
        ("记录信息的机关", organ.as_str()),
        ("信息记录", fields.get("record")),
        ("哪里不准确", fields.get("wrong")),
        ("正确的内容", fields.get("right")),
        ("证据", fields.get("evidence")),
        ("单位名称", fields.get("organisation")),
        ("姓名", fields.get("name")),
        ("证件号码", fields.get("proof_number")),
        ("联系电话", fields.get("phone")),
        ("电子邮箱", fields.get("email")),
        ("收信地址", fields.get("address")),
    ];
    let filled = all.into_iter().filter(|(_, value)| !value.trim().is_empty());
    filled.map(|(label, value)| Line { label: label.to_owned(), value: value.trim().to_owned() }).collect()
}
