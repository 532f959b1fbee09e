//! What waits at a stage that nobody can pass: nobody holds a role of it, or whoever does wrote in the text, passed the stage or
//! passed everything before. Such a round lies on no work list, so it is told to those who can help: the competent department, and
//! whoever gives roles.

use std::{collections::HashMap, sync::Arc};

use kernel::{
    OrganCode, Role, Staff,
    id::{AccountId, ReviewId},
    time,
};
use store::{Db, FromRow, built, query_as};
use web::{
    Ctx, Result,
    hooks::{DeskItem, Group, Person, Recipients},
};

use crate::{
    due,
    model::{Facts, may_pass},
    queue,
    refusal::Words,
    rows,
    subject::Kind,
};

/// Rounds that are looked at: those that wait longest.
const LOOKED_AT: usize = 200;
/// Lines of one kind of subject on one work list.
const TOLD: usize = 20;

/// A round that nobody can decide on.
#[derive(Debug)]
pub(crate) struct Stranded {
    line: queue::Line,
    /// The organ whose people work on it today.
    keeper: OrganCode,
}

#[derive(FromRow)]
struct Author {
    review: ReviewId,
    account: AccountId,
}

/// Who wrote in the subjects of these rounds.
async fn authors(db: &Db, lines: &[queue::Line]) -> Result<HashMap<ReviewId, Vec<AccountId>>> {
    let places: Vec<String> = (1..=lines.len()).map(|at| format!("${at}")).collect();
    // SQL: numbers of placeholders.
    let sql = format!("SELECT review, account FROM review_author WHERE review IN ({})", places.join(", "));
    let ids = lines.iter().map(|line| &line.review);
    let rows: Vec<Author> = query_as(built(sql)).bind_all(ids).fetch_all(db.read()).await?;
    let mut found: HashMap<ReviewId, Vec<AccountId>> = HashMap::new();
    for row in rows {
        found.entry(row.review).or_default().push(row.account);
    }
    Ok(found)
}

/// The rounds of a kind that nobody can decide on, longest first.
pub(crate) async fn of(ctx: &Ctx, kind: &Kind) -> Result<Vec<Stranded>> {
    let Some(recipients) = ctx.declared::<Arc<dyn Recipients>>().next() else { return Ok(Vec::new()) };
    let nobody = AccountId::from("");
    let lines = queue::waiting(ctx.db(), &queue::Filter::of(&[kind.kind]), &nobody, None, LOOKED_AT).await?.rows;
    if lines.is_empty() {
        return Ok(Vec::new());
    }
    let subjects: Vec<String> = lines.iter().map(|line| line.subject.clone()).collect();
    let rounds = rows::newest_each(ctx.db(), kind.kind, &subjects).await.map_err(web::Error::from)?;
    let mut authors = authors(ctx.db(), &lines).await?;
    let (directory, today, now) = (ctx.directory(), ctx.today(), ctx.seams().now());
    let office = directory.stands_for(&ctx.office_organ(), today);
    let mut people: HashMap<Vec<Role>, Vec<Person>> = HashMap::new();
    let mut found = Vec::new();
    for line in lines {
        let roles = &line.stage.roles;
        if !people.contains_key(roles) {
            people.insert(roles.clone(), recipients.people(ctx, roles).await?);
        }
        let keeper = directory.stands_for(&line.organ, today);
        let facts = Facts {
            words: Words { this: "", work: "" },
            state: String::new(),
            keeper: keeper.clone(),
            authors: authors.remove(&line.review).unwrap_or_default(),
            blocked: 0,
            unread: 0,
            other: 0,
            explained: false,
            let_through_by: Vec::new(),
            unchecked: false,
            unfit: None,
        };
        let round = rounds.get(&line.subject).map(|review| &review.round);
        let decides = |person: &Person| {
            let central = person.organ == office;
            let (account, organ) = (person.account.clone(), person.organ.clone());
            let staff = Staff { account, name: String::new(), organ, roles: roles.clone(), central };
            may_pass(&staff, &line.stage, &keeper).is_ok()
                && round.is_none_or(|round| round.kept_out(&staff, &facts, now).is_none())
                && !facts.authors.contains(&staff.account)
        };
        if !people.get(roles).is_some_and(|all| all.iter().any(decides)) {
            found.push(Stranded { line, keeper });
        }
    }
    Ok(found)
}

/// Names of the roles that pass a stage.
fn roles(line: &queue::Line) -> String {
    line.stage.roles.iter().map(|role| role.label()).collect::<Vec<_>>().join("或")
}

/// For the competent department: each of them, where it is read.
pub(crate) async fn for_office(ctx: &Ctx, kind: &Kind) -> Result<Vec<DeskItem>> {
    let (directory, calendar, today) = (ctx.directory(), ctx.calendar(), ctx.today());
    let item = |one: Stranded| DeskItem {
        kind: format!("无人可审·{}", one.line.stage.label),
        group: Group::REVIEW,
        title: match &one.line.stage.person {
            Some(named) => format!(
                "{}——{}指定由{}办理，对方现在不能办理：请恢复其账号和角色，或请撰写人收回后按新的审核流程送审",
                one.line.title, one.line.stage.label, named.name
            ),
            None => format!(
                "{}——没有别人的账号能办理{}，请安全管理员为一位没有参与撰写的同事授予{}角色",
                one.line.title,
                one.line.stage.label,
                roles(&one.line)
            ),
        },
        href: (kind.desk)(&one.line.subject),
        organ: directory.short_name(&one.keeper).to_owned(),
        since: Some(time::date_in_china(one.line.since)),
        due: Some(due(&calendar, one.line.since, one.line.stage.days, today).on),
        mine: false,
    };
    Ok(of(ctx, kind).await?.into_iter().take(TOLD).map(item).collect())
}

/// For whoever gives roles: which role is missing in which organ, and how much waits for it. Titles of drafts are not theirs.
pub(crate) async fn for_accounts(ctx: &Ctx, kind: &Kind) -> Result<Vec<DeskItem>> {
    let (directory, calendar, today) = (ctx.directory(), ctx.calendar(), ctx.today());
    let mut missing: Vec<(Stranded, usize)> = Vec::new();
    for one in of(ctx, kind).await? {
        let same = |known: &&mut (Stranded, usize)| {
            known.0.keeper == one.keeper && known.0.line.stage.label == one.line.stage.label
        };
        match missing.iter_mut().find(same) {
            Some((_, many)) => *many += 1,
            None => missing.push((one, 1)),
        }
    }
    let item = |(first, many): (Stranded, usize)| {
        let organ = directory.short_name(&first.keeper).to_owned();
        let stage = &first.line.stage.label;
        DeskItem {
            kind: format!("无人可审·{stage}"),
            group: Group::SYSTEM,
            title: format!(
                "{organ}有 {many} 件{}停在{stage}，没有别人的账号能办理：请为{organ}或主管部门一位没有参与撰写的同事授予{}角色",
                kind.label,
                roles(&first.line)
            ),
            href: "/accounts".to_owned(),
            since: Some(time::date_in_china(first.line.since)),
            due: Some(due(&calendar, first.line.since, first.line.stage.days, today).on),
            organ,
            mine: false,
        }
    };
    Ok(missing.into_iter().take(TOLD).map(item).collect())
}
