//! Rights that were given, for a second pair of eyes: whoever makes accounts and gives roles could make an author and the author's
//! reviewers alone. Each stands on the work list of the audit administrator until that person has looked at it (GB/T 22239
//! 三员分立: what one administrator does, another sees).

use askama::Template;
use axum::{extract::State, response::Response};
use futures::future::BoxFuture;
use kernel::{NewEvent, Staff, event::Event, may};
use serde::{Deserialize, Serialize};
use serde_json::json;
use store::Tx;
use web::{
    Ctx, Desk, Done, Error, Form, OfficeShell, Result, act,
    hooks::{DeskItem, DeskSource, Group},
    office_page,
};

use super::{
    store::{Filter, search},
    titles,
    words::{EventRow, Words},
};
use crate::{events, permissions::READ_AUDIT};

/// Rights that are shown at a time.
const MOST: i64 = 200;

/// What gives somebody rights, or somebody else's: a new account, roles, another organ, an account in use again; and whoever
/// sets a password anew or takes the second factor away can sign in as that person. The key of a program is a right, too.
const GIVES: [&kernel::EventKind; 8] = [
    &events::ACCOUNT_CREATED,
    &events::ROLES_CHANGED,
    &events::ACCOUNT_CHANGED,
    &events::ACCOUNT_ENABLED,
    &events::PASSWORD_RESET,
    &events::SECOND_FACTOR_REMOVED,
    &events::PROGRAM_MADE,
    &events::PROGRAM_RENEWED,
];

/// What people do to their own account gives them nothing, and another name or mail address gives nobody a right.
fn gives(event: &Event) -> bool {
    let organ = || {
        let data: serde_json::Value = serde_json::from_str(&event.data).unwrap_or_default();
        data["organ"][0] != data["organ"][1]
    };
    event.actor != event.subject_id && (event.kind != events::ACCOUNT_CHANGED.name || organ())
}

/// Payload of [`events::GRANTS_REVIEWED`].
#[derive(Debug, Serialize, Deserialize)]
struct Reviewed {
    until: i64,
}

/// The number of the last event that was looked at.
async fn reviewed(ctx: &Ctx) -> Result<i64> {
    let filter = Filter { kind: events::GRANTS_REVIEWED.name.to_owned(), ..Filter::default() };
    let last = search(ctx.db(), &filter, 1).await?.pop();
    Ok(last.and_then(|event| serde_json::from_str::<Reviewed>(&event.data).ok()).map_or(0, |reviewed| reviewed.until))
}

/// What was given and not looked at yet, oldest first.
async fn open(ctx: &Ctx, most: i64) -> Result<Vec<Event>> {
    let after = reviewed(ctx).await?;
    let mut found = Vec::new();
    for kind in GIVES {
        // 0 would mean from the newest on.
        let filter = Filter { kind: kind.name.to_owned(), after: after.max(1), ..Filter::default() };
        found.extend(search(ctx.db(), &filter, most).await?.into_iter().filter(gives));
    }
    found.sort_by_key(|event| event.seq);
    found.truncate(usize::try_from(most).unwrap_or(usize::MAX));
    Ok(found)
}

#[derive(Template)]
#[template(path = "audit/templates/grants.html")]
struct GrantsPage {
    shell: OfficeShell,
    rows: Vec<EventRow>,
    until: i64,
}

/// GET /audit/grants
pub(super) async fn show(State(ctx): State<Ctx>, desk: Desk) -> Result<Response> {
    let found = open(&ctx, MOST).await?;
    let until = found.last().map_or(0, |event| event.seq);
    let titles = titles::of(&ctx, &found).await?;
    let directory = ctx.directory();
    let rows = Words(ctx.capabilities(), &directory).rows(found.into_iter(), &titles);
    office_page(&GrantsPage { shell: desk.shell(&ctx, "核对授权").await?, rows, until })
}

/// What was looked at.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Looked {
    until: i64,
}

/// POST /audit/grants
pub(super) async fn done(State(ctx): State<Ctx>, desk: Desk, Form(looked): Form<Looked>) -> Result<Response> {
    let count = open(&ctx, MOST).await?.into_iter().filter(|event| event.seq <= looked.until).count();
    act(&ctx, "", async |tx: &mut Tx| {
        if count > 0 {
            let data = json!({"until": looked.until, "events": count});
            let event = NewEvent::new(&events::GRANTS_REVIEWED, "grants", &desk.actor()).organ(desk.organ());
            tx.append(event.data(data)).await?;
        }
        Ok::<_, Error>(Done::ok("/audit/grants", format!("已记下：核对了 {count} 项授权。")))
    })
    .await
}

/// What waits to be looked at, on the work list of the audit administrator.
pub(crate) struct Grants;

impl DeskSource for Grants {
    fn items<'a>(&'a self, ctx: &'a Ctx, staff: &'a Staff) -> BoxFuture<'a, Result<Vec<DeskItem>>> {
        Box::pin(async move {
            if may(&kernel::Actor::Staff(staff.clone()), &READ_AUDIT).is_err() {
                return Ok(Vec::new());
            }
            let found = open(ctx, MOST).await?;
            let Some(first) = found.first() else { return Ok(Vec::new()) };
            let since = kernel::time::from_db(&first.at).map(kernel::time::date_in_china);
            Ok(vec![DeskItem {
                kind: "核对授权".to_owned(),
                group: Group::SYSTEM,
                title: format!("账号和授权变动 {} 项，请核对是否应当办理", found.len()),
                href: "/audit/grants".to_owned(),
                organ: ctx.directory().short_name(&staff.organ).to_owned(),
                since,
                due: None,
                mine: false,
            }])
        })
    }

    fn counts<'a>(&'a self, _: &'a Ctx, _: &'a Staff) -> BoxFuture<'a, Result<Vec<(&'static str, i64)>>> {
        Box::pin(async { Ok(Vec::new()) })
    }
}
