//! What is done with all items of a domain: confirming those that nobody confirmed, issuing what others offered. Each item is a write
//! of its own, so that one that is refused keeps no other from being done.

use axum::{
    extract::State,
    response::{IntoResponse, Response},
};
use item::ItemKey;
use record::items::{self, Entry, ItemVersionId, State as Stage, acts};
use serde::Deserialize;
use store::Tx;
use web::{Ctx, Desk, Error, Form, Redirect, Refusal, Result, act_now, page::query_string};

/// Refusals that are told one by one.
const TOLD: usize = 5;

/// A domain whose items are meant.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(in crate::catalogue) struct Of {
    domain: String,
}

/// What came of all.
#[derive(Debug, Default)]
struct Came {
    done: usize,
    refused: Vec<String>,
}

impl Came {
    fn add(&mut self, title: &str, result: Result<(), Refusal>) -> Result<()> {
        match result {
            Ok(()) => self.done += 1,
            // Nothing more can be done either.
            Err(Refusal::Fault(fault)) => return Err(fault),
            Err(refusal) => self.refused.push(format!("{title}：{}", refusal.words())),
        }
        Ok(())
    }

    fn told(self, what: &str, domain: &str) -> Response {
        let mut text = format!("{what} {} 项。", self.done);
        let left = self.refused.len();
        if left > 0 {
            let first: Vec<String> = self.refused.into_iter().take(TOLD).collect();
            text.push_str(&format!("{left} 项没有办理：{}", first.join("")));
            if left > TOLD {
                text.push_str("其余的请逐项打开查看。");
            }
        }
        let to = format!("/items?{}", query_string(&[("domain", domain)]));
        let redirect = Redirect::to(to);
        if left > 0 { redirect.flash("warn", text) } else { redirect.ok(text) }.into_response()
    }
}

async fn of_domain(ctx: &Ctx, domain: &str) -> Result<Vec<Entry>> {
    let all = items::catalogue(ctx).await?;
    let found: Vec<Entry> = all.entries().iter().filter(|entry| entry.item.domain.key == domain).cloned().collect();
    if found.is_empty() {
        return Err(Error::Invalid("没有这个领域。请从公开事项的列表里选择领域。".to_owned()));
    }
    Ok(found)
}

/// POST /items/confirm
pub(in crate::catalogue) async fn confirm(State(ctx): State<Ctx>, desk: Desk, Form(of): Form<Of>) -> Result<Response> {
    let (actor, mut came) = (desk.actor(), Came::default());
    let entries = of_domain(&ctx, &of.domain).await?;
    let open = entries
        .iter()
        .filter(|entry| entry.in_force && entry.retired.is_none() && !entry.item.confirmed && entry.open.is_none());
    for entry in open {
        let key: &ItemKey = entry.key();
        let result = act_now(&ctx, async |tx: &mut Tx| acts::confirm(&ctx, tx, &actor, key, "").await).await;
        came.add(&entry.item.title, result)?;
    }
    Ok(came.told("已确认并提请公布", &of.domain))
}

/// POST /items/issue
pub(in crate::catalogue) async fn issue(State(ctx): State<Ctx>, desk: Desk, Form(of): Form<Of>) -> Result<Response> {
    let (actor, mut came) = (desk.actor(), Came::default());
    let entries = of_domain(&ctx, &of.domain).await?;
    for entry in &entries {
        let offered = entry.open.as_ref().filter(|open| open.state == Stage::Offered && !open.is_by(&actor));
        let Some(open) = offered else { continue };
        let seen: (&ItemVersionId, i64) = (&open.id, open.revision);
        let result = act_now(&ctx, async |tx: &mut Tx| acts::issue(&ctx, tx, &actor, seen).await.map(|_| ())).await;
        came.add(&entry.item.title, result)?;
    }
    Ok(came.told("已公布", &of.domain))
}
