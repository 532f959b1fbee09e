//! Plans found from every page of the office.

use std::sync::Arc;

use duty::permissions::VIEW_DUTIES;
use futures::future::BoxFuture;
use kernel::{Staff, may};
use sound::{Known, typed_letters};
use web::{
    Ctx, Result,
    hooks::{FOUND, Finder, Found},
};

use super::rows::{self, Listed, Wanted};
use crate::{
    model::{PlanKind, PlanState},
    permissions::MANAGE_PLANS,
};

/// Plans by title, its first letters and document number, those in force first.
pub(crate) fn finder() -> Arc<dyn Finder> {
    Arc::new(Plans::default())
}

#[derive(Default)]
struct Plans {
    known: Known,
}

/// A county has some few a year.
const LOOKED_AT: usize = 300;

/// A title or a number as it is compared: whatever brackets, width and blanks it is written with.
fn plain(text: &str) -> String {
    let bracket = |c: char| match c {
        '〔' | '[' | '(' | '（' | '［' | '【' => '〔',
        '〕' | ']' | ')' | '）' | '］' | '】' => '〕',
        c => c,
    };
    fold::fold(&text.to_lowercase()).chars().filter(|c| !c.is_whitespace()).map(bracket).collect()
}

impl Finder for Plans {
    fn group(&self) -> &'static str {
        "工作要点"
    }

    fn find<'a>(&'a self, ctx: &'a Ctx, staff: &'a Staff, words: &'a str) -> BoxFuture<'a, Result<Vec<Found>>> {
        Box::pin(async move {
            let actor = staff.clone().into();
            if may(&actor, &VIEW_DUTIES).is_err() {
                return Ok(Vec::new());
            }
            let wanted =
                Wanted { kind: "", state: "", year: None, drafts: may(&actor, &MANAGE_PLANS).is_ok(), sort: "" };
            let (page, _) = rows::page(ctx.db(), wanted, "", LOOKED_AT).await?;
            let (words, letters) = (plain(words), typed_letters(words));
            let spoken = |title: &str| letters.as_deref().is_some_and(|typed| self.known.place(title, typed).is_some());
            let holds = |plan: &Listed| {
                let names = [&plan.title, &plan.document_number];
                names.iter().any(|one| plain(one).contains(&words)) || spoken(&plan.title)
            };
            let mut found: Vec<Listed> =
                page.rows.into_iter().filter(|plan| plan.state != PlanState::Discarded.code() && holds(plan)).collect();
            found.sort_by_key(|plan| plan.state != PlanState::Confirmed.code());
            Ok(found.into_iter().take(FOUND).map(one).collect())
        })
    }
}

fn one(plan: Listed) -> Found {
    let state = match PlanState::from_code(&plan.state) {
        _ if !plan.revoked_at.is_empty() => "已撤销",
        Some(state) => state.label(),
        None => "",
    };
    let kind = PlanKind::from_code(&plan.kind).map_or("", PlanKind::label);
    let about = [state, kind, &plan.document_number];
    let about: Vec<&str> = about.into_iter().filter(|part| !part.is_empty()).collect();
    let draft = if plan.state == PlanState::Draft.code() { "/draft" } else { "" };
    Found { about: about.join("　"), href: format!("/plans/{}{draft}", plan.id), label: plan.title }
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn a_number_is_found_by_whatever_brackets_it_is_typed_with() {
        let stored = plain("青禾府办发〔2026〕11号");
        for typed in ["府办发[2026]11号", "府办发（2026）11 号", "〔２０２６〕１１号", "青禾府办发〔2026〕11号"]
        {
            assert!(stored.contains(&plain(typed)), "{typed}");
        }
        assert!(!stored.contains(&plain("〔2026〕1号")));
    }
}
