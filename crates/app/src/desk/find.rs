//! Finding things from every page of the office (Ctrl+K): what capabilities offer, by words, for this person.

use std::sync::{Arc, LazyLock};

use axum::{
    Json,
    extract::State,
    response::{IntoResponse, Response},
};
use kernel::may;
use serde::{Deserialize, Serialize};
use sound::{Known, typed_letters};
use web::{
    Ctx, Desk, Query, Result,
    hooks::{FOUND, Finder, Verb},
};

/// Words longer than this find nothing that shorter ones would not.
const LONGEST: usize = 40;

/// Letters of what pages and acts are called.
static KNOWN: LazyLock<Known> = LazyLock::new(Known::default);

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub(super) struct Asked {
    q: String,
}

#[derive(Serialize)]
struct Hit {
    group: &'static str,
    label: String,
    about: String,
    href: String,
}

/// `GET /find?q=`: the first few of each kind.
pub(super) async fn find(State(ctx): State<Ctx>, desk: Desk, Query(asked): Query<Asked>) -> Result<Response> {
    let words: String = asked.q.trim().chars().take(LONGEST).collect();
    let mut hits = Vec::new();
    if !words.is_empty() {
        hits.extend(places(&ctx, &desk, &words));
        hits.extend(verbs(&ctx, &desk, &words));
        for finder in ctx.declared::<Arc<dyn Finder>>() {
            let found = finder.find(&ctx, &desk.staff, &words).await?;
            let hit = |one: web::hooks::Found| Hit {
                group: finder.group(),
                label: one.label,
                about: one.about,
                href: one.href,
            };
            hits.extend(found.into_iter().map(hit));
        }
    }
    Ok(Json(hits).into_response())
}

/// Pages of the navigation by the first letters of what they are called; those by their words the page itself has.
fn places(ctx: &Ctx, desk: &Desk, words: &str) -> Vec<Hit> {
    let Some(letters) = typed_letters(words) else { return Vec::new() };
    let actor = desk.actor();
    let mut found: Vec<(usize, Hit)> = Vec::new();
    for link in ctx.capabilities().nav() {
        if may(&actor, link.permission).is_ok()
            && let Some(place) = KNOWN.place(link.label, &letters)
        {
            let (label, href) = (link.label.to_owned(), link.href.to_owned());
            found.push((place, Hit { group: link.group, label, about: String::new(), href }));
        }
    }
    found.sort_by_key(|(place, _)| *place);
    found.into_iter().map(|(_, hit)| hit).take(FOUND).collect()
}

/// What this person can do under these words: acts that are called so first.
fn verbs(ctx: &Ctx, desk: &Desk, words: &str) -> Vec<Hit> {
    let actor = desk.actor();
    let (words, letters) = (words.to_lowercase(), typed_letters(words));
    let spoken = |verb: &Verb| letters.as_deref().is_some_and(|typed| KNOWN.place(verb.label, typed).is_some());
    let fits = |verb: &&Verb| {
        (verb.label.to_lowercase().contains(&words) || verb.about.contains(&words) || spoken(verb))
            && may(&actor, verb.permission).is_ok()
    };
    let mut found: Vec<&Verb> = ctx.declared::<Verb>().filter(fits).collect();
    found.sort_by_key(|verb| !verb.label.to_lowercase().contains(&words));
    let hit = |verb: &Verb| Hit {
        group: "操作",
        label: verb.label.to_owned(),
        about: verb.about.to_owned(),
        href: verb.href.to_owned(),
    };
    found.into_iter().take(FOUND).map(hit).collect()
}
