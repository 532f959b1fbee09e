//! The pages of the office: what went out and what did not, one article as it is sent, documents put in by hand, and rules.

mod article;
mod choose;
mod list;
mod rule;

use kernel::{OrganCode, Staff};
use web::Ctx;

pub(crate) use article::{one, settle, settled_words};
pub(crate) use choose::{choose, put_in};
pub(crate) use list::{hurry, list};
pub(crate) use rule::{delete as delete_rule, rules, set as set_rule};

use crate::Broadcast;

/// The organs whose articles a person sees; none = of all.
pub(crate) fn organs(ctx: &Ctx, staff: &Staff) -> Vec<OrganCode> {
    if staff.central { Vec::new() } else { ctx.directory().answered_by(&staff.organ, ctx.today()) }
}

/// Keys and names of the accounts.
fn accounts(ctx: &Ctx) -> Vec<(String, String)> {
    ctx.settings::<Broadcast>().wechat.iter().map(|one| (one.key.clone(), one.name.clone())).collect()
}

/// The name of an account, or its key when it is no longer configured.
fn account_name(ctx: &Ctx, key: &str) -> String {
    ctx.settings::<Broadcast>().account(key).map_or_else(|| format!("{key}（配置里已经没有）"), |one| one.name.clone())
}
