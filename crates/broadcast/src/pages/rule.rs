//! The rules: what goes to which account by itself.

use askama::Template;
use axum::{extract::State as With, response::Response};
use document::columns;
use kernel::time;
use serde::Deserialize;
use store::Tx;
use web::{
    Ctx, Desk, Done, Form, FormErrors, OfficeShell, Refusal, Result, act, act_in_place, office_page,
    page::office_errors,
};

use super::{account_name, accounts};
use crate::{
    articles::kinds,
    rules::{self as kept, HOW, Rule, RuleId, Typed},
};

struct Line {
    rule: Rule,
    account: String,
    column: String,
    kind: String,
    how: &'static str,
    at: String,
}

#[derive(Template)]
#[template(path = "pages/templates/rules.html")]
struct RulesPage {
    shell: OfficeShell,
    errors: FormErrors,
    typed: Typed,
    /// The column that is chosen in the form.
    column: String,
    lines: Vec<Line>,
    accounts: Vec<(String, String)>,
    columns: Vec<(String, String)>,
    kinds: Vec<(String, String)>,
    how: Vec<(&'static str, &'static str, &'static str)>,
    once: String,
}

/// The label of a code among options, or the code.
fn label(options: &[(String, String)], code: &str, all: &str) -> String {
    if code.is_empty() {
        return all.to_owned();
    }
    options
        .iter()
        .find(|(known, _)| known == code)
        .map_or_else(|| code.to_owned(), |(_, label)| label.trim().to_owned())
}

async fn shown(ctx: &Ctx, desk: &Desk, typed: Typed, errors: FormErrors) -> Result<Response> {
    let (columns, kinds) = (columns::options(ctx.db().read()).await?, kinds(ctx));
    let line = |rule: Rule| Line {
        account: account_name(ctx, &rule.account),
        column: label(&columns, rule.column.as_str(), "所有栏目"),
        kind: label(&kinds, &rule.kind, "所有类型"),
        how: kept::how_words(&rule.how).unwrap_or_default(),
        at: time::show_date(&rule.changed_at),
        rule,
    };
    let lines = kept::all(ctx.db().read()).await?.into_iter().map(line).collect();
    let bad = !errors.is_empty();
    let page = RulesPage {
        shell: desk.shell(ctx, "推送规则").await?.with_error(bad),
        errors,
        column: typed.column.to_string(),
        typed,
        lines,
        accounts: accounts(ctx),
        columns,
        kinds,
        how: HOW.to_vec(),
        once: ctx.once(),
    };
    if bad { office_errors(&page) } else { office_page(&page) }
}

/// `GET /push/rules`
pub(crate) async fn rules(With(ctx): With<Ctx>, desk: Desk) -> Result<Response> {
    let mut typed = Typed { how: "ask".to_owned(), ..Typed::default() };
    let all = accounts(&ctx);
    if let [(only, _)] = all.as_slice() {
        only.clone_into(&mut typed.account);
    }
    shown(&ctx, &desk, typed, FormErrors::new()).await
}

/// `POST /push/rules`
pub(crate) async fn set(With(ctx): With<Ctx>, desk: Desk, Form(typed): Form<Typed>) -> Result<Response> {
    let mut errors = FormErrors::new();
    let in_list = |options: &[(String, String)], code: &str| options.iter().any(|(known, _)| known == code);
    errors.require(in_list(&accounts(&ctx), &typed.account), "account", "请选择公众号。");
    let columns = columns::options(ctx.db().read()).await?;
    let column = typed.column.as_str();
    errors.require(column.is_empty() || in_list(&columns, column), "column", "请从列表里选择栏目。");
    errors.require(typed.kind.is_empty() || in_list(&kinds(&ctx), &typed.kind), "kind", "请从列表里选择信息类型。");
    errors.require(HOW.iter().any(|(code, ..)| *code == typed.how), "how", "请选择推送方式。");
    let done = async |tx: &mut Tx| {
        if !errors.is_empty() {
            return Err(Refusal::Fields(errors));
        }
        kept::put(tx, &desk.actor(), &typed).await?;
        Ok(Done::ok("/push/rules", "已保存。以后公开的文件按这条规则办理，以前公开的不受影响。"))
    };
    let again = async |errors: FormErrors| shown(&ctx, &desk, typed.clone(), errors).await;
    act_in_place(&ctx, &typed.once, done, again).await
}

/// Which rule.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(crate) struct Button {
    id: RuleId,
    once: String,
}

/// `POST /push/rules/delete`
pub(crate) async fn delete(With(ctx): With<Ctx>, desk: Desk, Form(button): Form<Button>) -> Result<Response> {
    let done = async |tx: &mut Tx| {
        kept::delete(tx, &desk.actor(), &button.id).await?;
        Ok::<_, Refusal>(Done::ok("/push/rules", "已删除这条规则。"))
    };
    Ok(act(&ctx, &button.once, done).await?)
}
