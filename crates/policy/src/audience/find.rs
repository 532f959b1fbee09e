//! The conditions of public policies, and what is said of them beside a policy.

use document::{
    Kinds,
    common::{AUDIENCE, COMING, EFFECTIVE_ON, LAPSED, REPEALED, VALIDITY},
    page as part, public,
};
use futures::future::BoxFuture;
use kernel::id::DocumentId;
use store::{Executor, FromRow, query_as};
use web::{
    Ctx, Result,
    hooks::{Mention, Mentions},
};

use super::{
    answer::{self, Fit, Met, Reason, judge},
    rule::{self, Rule},
    situation,
};

/// A policy with its conditions.
#[derive(Debug, Clone)]
pub(super) struct Policy {
    pub(super) id: DocumentId,
    pub(super) rules: Vec<Rule>,
}

#[derive(FromRow)]
struct Row {
    id: DocumentId,
    value: String,
}

/// Policies whose conditions are read at a time; a county has some hundred.
const MOST: i64 = 2000;

/// The public policies that say whom they are for, newest first. Conditions that cannot be read, of an edition that was put in from
/// elsewhere, say nothing.
///
/// # Errors
/// When the database fails.
pub(super) async fn policies(ctx: &Ctx) -> Result<Vec<Policy>> {
    let sql = "SELECT d.id, f.value FROM facet f JOIN document d ON d.current_edition = f.edition_id \
               WHERE f.key = $1 ORDER BY d.rank DESC LIMIT $2";
    let rows: Vec<Row> = query_as(sql).bind(AUDIENCE.key).bind(MOST).fetch_all(ctx.db().read()).await?;
    let read = |row: Row| Some(Policy { id: row.id, rules: rule::read(&row.value).ok()? });
    Ok(rows.into_iter().filter_map(read).filter(|policy| !policy.rules.is_empty()).collect())
}

/// All situations of which the policies speak, each once however it is written, in the order in which they come.
pub(super) fn situations(policies: &[Policy]) -> Vec<String> {
    situation::once(policies.iter().flat_map(|policy| &policy.rules).flat_map(|rule| &rule.situations))
}

/// Situations of public policies besides this one that are law, as they are written.
///
/// # Errors
/// When the database fails.
pub(super) async fn in_use(executor: impl Executor<'_>, besides: &DocumentId) -> store::Result<Vec<String>> {
    let sql = "SELECT d.id, f.value FROM facet f JOIN document d ON d.current_edition = f.edition_id \
               WHERE f.key = $1 AND d.id <> $2 ORDER BY d.rank DESC LIMIT $3";
    let rows: Vec<Row> = query_as(sql).bind(AUDIENCE.key).bind(besides).bind(MOST).fetch_all(executor).await?;
    let rules: Vec<Rule> = rows.into_iter().filter_map(|row| rule::read(&row.value).ok()).flatten().collect();
    Ok(situation::once(rules.iter().flat_map(|rule| &rule.situations)))
}

/// A benefit that fits, or may fit.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Benefit {
    pub(super) brings: Vec<String>,
    pub(super) amount: String,
    pub(super) how: String,
    pub(super) note: String,
    pub(super) reasons: Vec<Reason>,
    pub(super) title: String,
    pub(super) path: String,
    pub(super) organ: String,
    pub(super) phone: String,
    pub(super) validity: String,
}

impl Benefit {
    /// What decides whether it fits: the conditions of which nothing was said.
    pub(super) fn open(&self) -> Vec<&Reason> {
        self.reasons.iter().filter(|reason| reason.met == Met::Unknown).collect()
    }
}

/// What fits somebody, and what may fit.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Answer {
    pub(super) applies: Vec<Benefit>,
    pub(super) maybe: Vec<Benefit>,
}

/// Holds all policies against the answers.
///
/// # Errors
/// When the database fails.
pub(super) async fn fitting(ctx: &Ctx, policies: &[Policy], asked: &answer::Asked) -> Result<Answer> {
    let (kinds, directory, today) = (Kinds::of(ctx), ctx.directory(), ctx.today());
    let mut found = Answer::default();
    for policy in policies {
        let judged = policy.rules.iter().map(|rule| (rule, judge(rule, asked, today)));
        let fitting: Vec<_> = judged.filter(|(_, (fit, _))| *fit != Fit::No).collect();
        if fitting.is_empty() {
            continue;
        }
        let Some(listed) = public::listed(ctx.db(), &kinds, &policy.id).await? else { continue };
        let validity = listed.values.get(&VALIDITY);
        if [LAPSED, REPEALED].contains(&validity) {
            continue;
        }
        for (rule, (_, mut reasons)) in fitting {
            if validity == COMING {
                let from = listed.values.get(&EFFECTIVE_ON);
                reasons.push(Reason { met: Met::Unknown, words: format!("文件 {from} 起施行") });
            }
            let fit = answer::fit(&reasons);
            let benefit = Benefit {
                brings: rule.brings.clone(),
                amount: rule.amount.clone(),
                how: rule.how.clone(),
                note: rule.note.clone(),
                reasons,
                title: listed.title.clone(),
                path: listed.path.clone(),
                organ: directory.short_name(&listed.organ).to_owned(),
                phone: part::phone_of(ctx, &listed.organ),
                validity: listed.values.words(&VALIDITY),
            };
            if fit == Fit::Applies { found.applies.push(benefit) } else { found.maybe.push(benefit) }
        }
    }
    Ok(found)
}

/// Beside a policy: whether it is for the reader.
pub(super) struct Asked;

impl Mentions for Asked {
    fn of_document<'a>(&'a self, ctx: &'a Ctx, document: &'a DocumentId) -> BoxFuture<'a, Result<Vec<Mention>>> {
        Box::pin(async move {
            let sql = "SELECT d.id, f.value FROM document d JOIN facet f ON f.edition_id = d.current_edition \
                       WHERE d.id = $1 AND f.key = $2";
            let row: Option<Row> =
                query_as(sql).bind(document).bind(AUDIENCE.key).fetch_optional(ctx.db().read()).await?;
            let readable = row.is_some_and(|row| rule::read(&row.value).is_ok_and(|rules| !rules.is_empty()));
            Ok(if readable {
                vec![Mention {
                    heading: "适不适合我",
                    label: "答五个问题，看自己符不符合".to_owned(),
                    href: "/audience".to_owned(),
                }]
            } else {
                Vec::new()
            })
        })
    }
}
