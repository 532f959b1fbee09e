//! Requests for the same information: answered before (条例 Art. 36 (六)), or asked for by several, so that it may be published
//! (Art. 44). What people wrote lies sealed; it is opened for whoever handles the organ's cases, and compared here alone.

use std::collections::HashSet;

use askama::Template;
use axum::{
    extract::{Path, State},
    response::Response,
};
use case::Entry;
use kernel::id::CaseId;
use store::query_scalar;
use web::{Ctx, Desk, OfficeShell, Refusal, Result, filters::shortened, office_page};

use crate::cases::Named;

use super::{
    kind::{FOI, KEY},
    letters::of,
};

/// The newest requests of the organ that are looked at.
const LOOKED_AT: i64 = 500;
/// How many are shown.
const SHOWN: usize = 20;
/// Share of pairs of characters, in hundredths, from which two descriptions may mean the same.
const ALIKE: usize = 40;

/// Pairs of characters that stand beside each other, marks and spaces left out.
fn pairs(text: &str) -> HashSet<(char, char)> {
    let letters: Vec<char> = text.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    letters.windows(2).map(|two| (two[0], two[1])).collect()
}

/// How much of two descriptions is the same, in hundredths of the shorter one: a long one may hold a short one.
fn alike(one: &HashSet<(char, char)>, other: &HashSet<(char, char)>) -> usize {
    let least = one.len().min(other.len());
    if least < 3 { 0 } else { one.intersection(other).count() * 100 / least }
}

struct Line {
    id: CaseId,
    number: String,
    received: String,
    wanted: String,
    standing: String,
    alike: usize,
}

#[derive(Template)]
#[template(path = "foi/templates/same.html")]
struct Page {
    shell: OfficeShell,
    named: Named,
    wanted: String,
    lines: Vec<Line>,
    looked_at: usize,
}

async fn wanted(ctx: &Ctx, entry: &Entry) -> Result<String, Refusal> {
    let request = case::request(ctx, ctx.db().read(), entry).await?;
    Ok(of(&request, "wanted").to_owned())
}

/// `GET /foi/cases/{id}/same`
pub(super) async fn page(State(ctx): State<Ctx>, desk: Desk, Path(id): Path<CaseId>) -> Result<Response> {
    let db = ctx.db().read();
    let (entry, kind) = case::seen(&ctx, db, &desk.actor(), &id).await?;
    if kind.key != KEY {
        return Err(Refusal::NotFound.into());
    }
    let own = wanted(&ctx, &entry).await?;
    let known = pairs(&own);
    let others: Vec<CaseId> = query_scalar(
        "SELECT id FROM case_entry WHERE kind = $1 AND organ = $2 AND id <> $3 AND erased_at = '' \
         ORDER BY received_on DESC, id DESC LIMIT $4",
    )
    .bind(KEY)
    .bind(&entry.organ)
    .bind(&id)
    .bind(LOOKED_AT)
    .fetch_all(db)
    .await?;
    let looked_at = others.len();
    let mut lines = Vec::new();
    for other in others {
        let Some(found) = case::entry(db, &other).await? else { continue };
        let text = wanted(&ctx, &found).await?;
        let alike = alike(&known, &pairs(&text));
        if alike < ALIKE {
            continue;
        }
        let outcome = FOI.outcome(&found.outcome);
        let state = found.state(&FOI).label;
        lines.push(Line {
            number: found.registered(&FOI),
            received: found.received_on.clone(),
            wanted: shortened(&text, 200),
            standing: if outcome.is_empty() { state.to_owned() } else { format!("{state}：{outcome}") },
            id: found.id,
            alike,
        });
    }
    lines.sort_by_key(|line| std::cmp::Reverse(line.alike));
    lines.truncate(SHOWN);
    office_page(&Page {
        shell: desk.shell(&ctx, "相同的申请").await?,
        named: Named::of(&ctx, (&entry, kind))?,
        wanted: own,
        lines,
        looked_at,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_means_the_same_is_alike_however_it_is_written() {
        let of = |one: &str, other: &str| alike(&pairs(one), &pairs(other));
        let project = "2025 年城关镇老旧小区改造项目验收报告";
        assert_eq!(of(project, project), 100);
        assert!(of(project, "请公开：城关镇老旧小区改造项目的验收报告（2025年）。") >= ALIKE);
        assert!(of(project, "县道大修工程的投标文件") < ALIKE);
        assert_eq!(of("预算", "预算"), 0, "too short to tell");
    }
}
