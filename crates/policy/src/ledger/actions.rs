//! Registering documents in the ledger.

use ::store::Tx;
use axum::{
    extract::{Path, State},
    response::Response,
};
use document::values::line;
use kernel::{id::DocumentId, time};
use serde::Deserialize;
use web::{Ctx, Desk, Done, Form, FormErrors, Refusal, Result, act_in_place, act_now};

use super::{
    pages::{self, Typed},
    rows::Entry,
    store::put,
};

/// What was typed, as it is kept.
fn read(typed: &Typed) -> Result<Entry, Refusal> {
    let mut errors = FormErrors::new();
    let normative = match typed.normative.as_str() {
        "1" => 1,
        "0" => 0,
        _ => {
            errors.add("normative", "请选择是不是行政规范性文件。");
            0
        }
    };
    let mut registered_on = String::new();
    if !typed.registered_on.trim().is_empty() {
        match time::parse_date(&typed.registered_on) {
            Some(day) => registered_on = day.to_string(),
            None => errors.add("registered_on", time::no_date(&typed.registered_on, "2026-03-05")),
        }
    }
    if !errors.is_empty() {
        return Err(errors.into());
    }
    Ok(Entry {
        normative,
        registered: line(&typed.registered, 60),
        registered_on,
        drafted_by: line(&typed.drafted_by, 100),
        remark: line(&typed.remark, 300),
        ..Entry::default()
    })
}

/// POST /ledger/{id}
pub(super) async fn register(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path(id): Path<DocumentId>,
    Form(typed): Form<Typed>,
) -> Result<Response> {
    let entry = read(&typed);
    let done = async |tx: &mut Tx| {
        let entry = entry?;
        put(&ctx, tx, &desk.actor(), &id, (&entry, typed.version)).await?;
        Ok::<_, Refusal>(Done::ok("/ledger", "已登记。"))
    };
    let again = async |errors: FormErrors| pages::form(&ctx, &desk, &id, typed.clone(), errors).await;
    act_in_place(&ctx, &typed.once, done, again).await
}

/// Documents that are marked at once.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Marked {
    once: String,
    ids: Vec<DocumentId>,
    normative: String,
}

/// POST /ledger/mark: a write for each; what is registered already stays as it is.
pub(super) async fn mark(State(ctx): State<Ctx>, desk: Desk, Form(marked): Form<Marked>) -> Result<Response> {
    if marked.ids.is_empty() {
        return Err(Refusal::Conflict("请先在列表里选中文件，再按“登记”。".to_owned()).into());
    }
    let normative = i64::from(marked.normative != "0");
    let (mut done, mut same) = (0, 0);
    for id in &marked.ids {
        let entry = Entry { normative, ..Entry::default() };
        let written = act_now(&ctx, async |tx: &mut Tx| put(&ctx, tx, &desk.actor(), id, (&entry, 0)).await).await;
        match written {
            Ok(()) => done += 1,
            Err(Refusal::Conflict(_)) => same += 1,
            Err(other) => return Err(other.into()),
        }
    }
    let rest = if same > 0 { format!("；{same} 份以前登记过，没有改动") } else { String::new() };
    let what = if normative == 1 { "规范性文件" } else { "不是规范性文件" };
    Ok(web::act(&ctx, &marked.once, async |_: &mut Tx| {
        Ok::<_, Refusal>(Done::ok("/ledger?kept=none", format!("已把 {done} 份登记为{what}{rest}。")))
    })
    .await?)
}
