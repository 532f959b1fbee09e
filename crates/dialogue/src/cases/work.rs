//! Cases on the work list: those of the own organ that wait, and what of them waits for a second person.

use std::collections::BTreeMap;

use case::{
    Before, Kind, Phase,
    hands::{self, Hands},
    letters::{self, Letter},
    permissions::OVERSEE_CASES,
    queue::{self, Filter, Row, Waiting},
};
use futures::future::BoxFuture;
use jiff::civil::Date;
use kernel::{
    OrganCode, Staff,
    id::{AccountId, CaseId},
    may, time,
};
use review::stand_in;
use web::{
    Ctx, Result,
    hooks::{DeskItem, DeskSource, FOUND, Finder, Found, Person},
};

use super::{GROUP, former, list::kinds_of, notice, signers};

pub(super) struct Work;

/// Keys of the states of these kinds in which it is the organ's turn, or that of others.
fn states(kinds: &[Kind], phases: &[Phase]) -> Vec<&'static str> {
    let mut keys: Vec<&'static str> = kinds
        .iter()
        .flat_map(|kind| kind.states)
        .filter(|state| phases.contains(&state.phase))
        .map(|state| state.key)
        .collect();
    keys.sort_unstable();
    keys.dedup();
    keys
}

fn keys(kinds: &[Kind]) -> Vec<&'static str> {
    kinds.iter().map(|kind| kind.key).collect()
}

/// The organs for which this person works today.
fn own(ctx: &Ctx, staff: &Staff) -> Vec<OrganCode> {
    ctx.directory().answered_by(&staff.organ, ctx.today())
}

fn item(ctx: &Ctx, kind: Kind, one: &Waiting, what: &str, mine: bool) -> Result<DeskItem> {
    Ok(DeskItem {
        kind: what.to_owned(),
        group: GROUP,
        title: format!("{}：{}", one.row.registered(kind), one.row.brief(ctx)?),
        href: format!("/cases/{}", one.row.id),
        organ: ctx.directory().short_name(&one.row.organ).to_owned(),
        since: time::parse_date(&one.row.received_on),
        due: one.row.due(),
        mine,
    })
}

/// What others have not done in time in a case that waits for them, or have to do, with their last day.
async fn others(ctx: &Ctx, kind: Kind, one: &Waiting) -> Result<Option<(&'static str, Option<Date>)>> {
    let db = ctx.db().read();
    let Some(rules) = case::rules_of(ctx, kind) else { return Ok(None) };
    let Some(entry) = case::entry(db, &one.row.id).await? else { return Ok(None) };
    let past = case::history(ctx, db, &entry).await?;
    let before = Before { entry: &entry, past: &past };
    if let Some(missed) = rules.missed(ctx, before) {
        return Ok(Some((missed.what, Some(missed.until))));
    }
    Ok(rules.awaited(ctx, before).map(|awaited| (awaited.what, awaited.until)))
}

/// What somebody has to do with a letter that is on its way; `None` = nothing of theirs. `own` = they worked on it, `decides` =
/// they sign letters, `handles` = the case is theirs or nobody's.
fn turn(letter: &Letter, (own, decides, handles): (bool, bool, bool)) -> Option<&'static str> {
    match letter.state.as_str() {
        "draft" if decides && own => Some("文书等待别人签发"),
        "draft" if decides => Some("签发文书"),
        "returned" if handles => Some("修改退回的文书"),
        "signed" if handles => Some("送达文书"),
        _ => None,
    }
}

/// The letters of a case that are on their way, each with the day by which it must be out: its own and that of the case.
async fn on_the_way(ctx: &Ctx, kind: Kind, one: &Waiting) -> Result<Vec<(Letter, Option<Date>)>> {
    let (db, due) = (ctx.db().read(), one.row.due());
    let Some(entry) = case::entry(db, &one.row.id).await? else { return Ok(Vec::new()) };
    let all = letters::of_case(ctx, db, &entry).await?;
    let rules = case::rules_of(ctx, kind);
    let past = if rules.is_some() { case::history(ctx, db, &entry).await? } else { Vec::new() };
    let before = Before { entry: &entry, past: &past };
    let mut waiting = Vec::new();
    for letter in all {
        if !matches!(letter.state.as_str(), "draft" | "returned" | "signed") {
            continue;
        }
        let own = rules.zip(kind.letter(&letter.kind)).and_then(|(rules, what)| rules.letter_due(ctx, before, what));
        waiting.push((letter, own.into_iter().chain(due).min()));
    }
    Ok(waiting)
}

/// A line for each thing that somebody has to do with the letters of a case.
async fn of_letters(
    ctx: &Ctx,
    (staff, kind, one): (&Staff, Kind, &Waiting),
    hands: Option<&Hands>,
    (decides, handles): (bool, bool),
) -> Result<Vec<DeskItem>> {
    if !((one.to_send && handles) || (one.to_sign && decides)) {
        return Ok(Vec::new());
    }
    let mut days: BTreeMap<&'static str, Option<Date>> = BTreeMap::new();
    for (letter, due) in on_the_way(ctx, kind, one).await? {
        let wrote = hands.is_some_and(|hands| hands.wrote(&letter.id, &staff.account));
        let own = wrote || letter.drafted_by == staff.account;
        if let Some(what) = turn(&letter, (own, decides, handles)) {
            let first = days.entry(what).or_insert(due);
            *first = first.iter().copied().chain(due).min();
        }
    }
    let mut items = Vec::new();
    for (what, due) in days {
        items.push(DeskItem { due, ..item(ctx, kind, one, what, false)? });
    }
    Ok(items)
}

/// The hands in the letters of those of these cases of which one waits to be signed.
async fn hands_of(ctx: &Ctx, cases: &[&Waiting]) -> Result<BTreeMap<String, Hands>> {
    let ids: Vec<CaseId> = cases.iter().filter(|one| one.to_sign).map(|one| one.row.id.clone()).collect();
    Ok(hands::of_cases(ctx, ctx.db().read(), &ids).await?)
}

/// For those who oversee all organs: letters that nobody of their organ can sign, since whoever could has worked on them or
/// there is nobody.
async fn of_no_signer(ctx: &Ctx, staff: &Staff, kinds: &[Kind]) -> Result<Vec<DeskItem>> {
    if !staff.central || may(&staff.clone().into(), &OVERSEE_CASES).is_err() {
        return Ok(Vec::new());
    }
    let own = own(ctx, staff);
    let found = queue::to_sign(ctx.db(), &keys(kinds)).await?;
    let found: Vec<&Waiting> = found.iter().filter(|one| !own.contains(&one.row.organ)).collect();
    let hands = hands_of(ctx, &found).await?;
    let mut known: BTreeMap<(String, String), Vec<Person>> = BTreeMap::new();
    let mut items = Vec::new();
    for one in found {
        let Some(kind) = case::find(ctx, &one.row.kind) else { continue };
        let at = (one.row.kind.clone(), one.row.organ.to_string());
        let people = match known.get(&at) {
            Some(people) => people.clone(),
            None => signers::of(ctx, kind, &one.row.organ).await?,
        };
        known.insert(at, people.clone());
        let hands = hands.get(one.row.id.as_str());
        // Whoever has written nothing in the case can sign.
        if !people.iter().all(|person| hands.is_some_and(|hands| hands.wrote_any(&person.account))) {
            continue;
        }
        let mut due = None;
        let mut stuck = false;
        for (letter, day) in on_the_way(ctx, kind, one).await? {
            let wrote = |person: &Person| hands.is_some_and(|hands| hands.wrote(&letter.id, &person.account));
            let none = people.iter().all(|person| letter.drafted_by == person.account || wrote(person));
            // Nor by whoever has worked on it here.
            let mine = letter.drafted_by == staff.account
                || hands.is_some_and(|hands| hands.wrote(&letter.id, &staff.account));
            if letter.state == "draft" && none && !mine {
                stuck = true;
                due = due.into_iter().chain(day).min();
            }
        }
        if stuck {
            items.push(DeskItem { due, ..item(ctx, kind, one, "机关没有别人可以签发文书", false)? });
        }
    }
    Ok(items)
}

/// The line of a case in which the organ owes something, by the rules of its kind; `None` = it owes nothing.
async fn owes(ctx: &Ctx, kind: Kind, row: queue::Row) -> Result<Option<DeskItem>> {
    let db = ctx.db().read();
    let Some(rules) = case::rules_of(ctx, kind) else { return Ok(None) };
    let Some(entry) = case::entry(db, &row.id).await? else { return Ok(None) };
    let past = case::history(ctx, db, &entry).await?;
    let written = letters::of_case(ctx, db, &entry).await?;
    let Some(owed) = rules.owed(ctx, Before { entry: &entry, past: &past }, &written) else { return Ok(None) };
    let one = Waiting { row, to_sign: false, to_send: false, to_extend: false };
    Ok(Some(DeskItem { due: owed.until, ..item(ctx, kind, &one, owed.what, false)? }))
}

/// What is still owed in cases of the own organ that have ended.
async fn owed(ctx: &Ctx, organs: &[OrganCode], kinds: &[Kind]) -> Result<Vec<DeskItem>> {
    let mut items = Vec::new();
    for kind in kinds.iter().copied() {
        let Some(rules) = case::rules_of(ctx, kind) else { continue };
        for row in queue::ended_after(ctx.db(), organs, kind, rules.owes_after()).await? {
            items.extend(owes(ctx, kind, row).await?);
        }
    }
    Ok(items)
}

/// What running cases of the own organ owe besides their answer, of those that one of these persons works on, or nobody.
async fn besides(ctx: &Ctx, organs: &[OrganCode], kinds: &[Kind], holders: &[&AccountId]) -> Result<Vec<DeskItem>> {
    let mut items = Vec::new();
    for kind in kinds.iter().copied() {
        let Some(rules) = case::rules_of(ctx, kind) else { continue };
        for row in queue::running_after(ctx.db(), organs, kind, rules.owes_while()).await? {
            if !row.holder.as_str().is_empty() && !holders.contains(&&row.holder) {
                continue;
            }
            items.extend(owes(ctx, kind, row).await?);
        }
    }
    Ok(items)
}

/// What other organs have not ended in time, a line for each and each kind, for who looks after them.
async fn late_elsewhere(ctx: &Ctx, staff: &Staff, kinds: &[Kind]) -> Result<Vec<DeskItem>> {
    if !staff.central || may(&staff.clone().into(), &OVERSEE_CASES).is_err() {
        return Ok(Vec::new());
    }
    let (today, own) = (ctx.today(), own(ctx, staff));
    let pressing = queue::pressing(ctx.db(), today, today).await?;
    let late = pressing.into_iter().filter(|one| one.late > 0 && !own.contains(&one.organ));
    let line = |one: queue::Pressing| {
        let kind = kinds.iter().find(|kind| kind.key == one.kind)?;
        Some(DeskItem {
            kind: "其他机关超期".to_owned(),
            group: GROUP,
            title: format!("{}：{} 件超期未办结", kind.label, one.late),
            href: format!("/cases?due=past&organ={}&kind={}", one.organ, one.kind),
            organ: ctx.directory().short_name(&one.organ).to_owned(),
            since: None,
            due: time::parse_date(&one.first_on),
            mine: false,
        })
    };
    Ok(late.filter_map(line).collect())
}

/// For those who oversee all organs: open cases of organs in which nobody can handle them.
async fn of_nobody(ctx: &Ctx, staff: &Staff, kinds: &[Kind]) -> Result<Vec<DeskItem>> {
    let actor = staff.clone().into();
    if !staff.central || may(&actor, &OVERSEE_CASES).is_err() {
        return Ok(Vec::new());
    }
    let own = own(ctx, staff);
    let organs: Vec<OrganCode> =
        notice::unmanned(ctx).await?.into_iter().filter(|organ| !own.contains(organ)).collect();
    let waiting = queue::waiting(ctx.db(), &organs, &keys(kinds), &states(kinds, &[Phase::Open])).await?;
    let mut items = Vec::new();
    for one in &waiting {
        let Some(kind) = case::find(ctx, &one.row.kind) else { continue };
        items.push(item(ctx, kind, one, "机关没有账号，请转办或通知", false)?);
    }
    Ok(items)
}

/// For those who oversee all organs and may decide: open cases in which the next thing is a decision, of organs in which nobody
/// may make it.
async fn of_no_decider(ctx: &Ctx, staff: &Staff, kinds: &[Kind]) -> Result<Vec<DeskItem>> {
    let actor = staff.clone().into();
    if !staff.central || may(&actor, &OVERSEE_CASES).is_err() {
        return Ok(Vec::new());
    }
    let own = own(ctx, staff);
    let mut items = Vec::new();
    for kind in kinds.iter().copied().filter(|kind| may(&actor, kind.decide).is_ok()) {
        let wanted: Vec<&'static str> = states(&[kind], &[Phase::Open])
            .into_iter()
            .filter(|state| signers::waits_for_decider(kind, state))
            .collect();
        if wanted.is_empty() {
            continue;
        }
        let organs: Vec<OrganCode> =
            notice::without(ctx, kind.decide).await?.into_iter().filter(|organ| !own.contains(organ)).collect();
        for one in &queue::waiting(ctx.db(), &organs, &[kind.key], &wanted).await? {
            items.push(item(ctx, kind, one, "机关没有人可以决定，请核对后决定", false)?);
        }
    }
    Ok(items)
}

impl DeskSource for Work {
    fn items<'a>(&'a self, ctx: &'a Ctx, staff: &'a Staff) -> BoxFuture<'a, Result<Vec<DeskItem>>> {
        Box::pin(async move {
            let kinds = kinds_of(ctx, staff);
            let all = states(&kinds, &[Phase::Open, Phase::Waiting]);
            let found = queue::waiting(ctx.db(), &own(ctx, staff), &keys(&kinds), &all).await?;
            let proposed = queue::proposed(ctx.db(), &own(ctx, staff), &keys(&kinds)).await?;
            let left = queue::ended_with_letters(ctx.db(), &own(ctx, staff), &keys(&kinds)).await?;
            let hands = hands_of(ctx, &found.iter().chain(&left).collect::<Vec<_>>()).await?;
            let actor = staff.clone().into();
            // Whoever stands in for somebody has their cases on the own list.
            let away = stand_in::away_of(ctx.db().read(), staff, ctx.today()).await?;
            let mut items = Vec::new();
            for row in proposed {
                let Some(kind) = case::find(ctx, &row.kind).filter(|kind| may(&actor, kind.decide).is_ok()) else {
                    continue;
                };
                let one = Waiting { row, to_sign: false, to_send: false, to_extend: false };
                let waits = item(ctx, kind, &one, "核对并公开答复", false)?;
                items.push(DeskItem { href: format!("{}/publish", waits.href), due: None, ..waits });
            }
            for one in &found {
                let Some(kind) = case::find(ctx, &one.row.kind) else { continue };
                let decides = may(&actor, kind.decide).is_ok();
                let held = !one.row.holder.as_str().is_empty();
                let mine = one.row.holder == staff.account
                    || away.iter().any(|person| held && person.account == one.row.holder);
                let worked = hands.get(one.row.id.as_str());
                items.extend(of_letters(ctx, (staff, kind, one), worked, (decides, mine || !held)).await?);
                if decides && one.to_extend {
                    items.push(item(ctx, kind, one, "审批延期", false)?);
                }
                // Others were to do something and have not, so that it is the organ's turn again; or they have until a day
                // that whoever handles the case sees ahead.
                if kind.state(&one.row.state).phase == Phase::Waiting
                    && (mine || !held)
                    && let Some((what, due)) = others(ctx, kind, one).await?
                {
                    items.push(DeskItem { due, ..item(ctx, kind, one, what, mine)? });
                }
                // What a colleague works on is the colleague's; it stands in the list of cases.
                if kind.state(&one.row.state).phase == Phase::Open && (mine || !held) {
                    items.push(item(ctx, kind, one, kind.label, mine)?);
                }
            }
            for one in &left {
                let Some(kind) = case::find(ctx, &one.row.kind) else { continue };
                let (decides, worked) = (may(&actor, kind.decide).is_ok(), hands.get(one.row.id.as_str()));
                items.extend(of_letters(ctx, (staff, kind, one), worked, (decides, true)).await?);
            }
            items.extend(owed(ctx, &own(ctx, staff), &kinds).await?);
            let holders: Vec<&AccountId> =
                std::iter::once(&staff.account).chain(away.iter().map(|person| &person.account)).collect();
            items.extend(besides(ctx, &own(ctx, staff), &kinds, &holders).await?);
            items.extend(of_no_signer(ctx, staff, &kinds).await?);
            items.extend(of_nobody(ctx, staff, &kinds).await?);
            items.extend(of_no_decider(ctx, staff, &kinds).await?);
            items.extend(late_elsewhere(ctx, staff, &kinds).await?);
            Ok(items)
        })
    }

    fn counts<'a>(&'a self, ctx: &'a Ctx, staff: &'a Staff) -> BoxFuture<'a, Result<Vec<(&'static str, i64)>>> {
        Box::pin(async move {
            let kinds = kinds_of(ctx, staff);
            if kinds.is_empty() {
                return Ok(Vec::new());
            }
            let open = states(&kinds, &[Phase::Open]);
            Ok(vec![("/cases", queue::count(ctx.db(), &own(ctx, staff), &keys(&kinds), &open).await?)])
        })
    }
}

/// Cases by their numbers, from every page of the office: nothing else of a case can be looked for.
pub(super) struct Numbers;

impl Finder for Numbers {
    fn group(&self) -> &'static str {
        "办件"
    }

    fn find<'a>(&'a self, ctx: &'a Ctx, staff: &'a Staff, words: &'a str) -> BoxFuture<'a, Result<Vec<Found>>> {
        Box::pin(async move {
            let kinds = kinds_of(ctx, staff);
            if kinds.is_empty() || !words.chars().any(|c| c.is_ascii_digit() || ('０'..='９').contains(&c)) {
                return Ok(Vec::new());
            }
            let mut filter = Filter {
                organs: (!staff.central).then(|| own(ctx, staff)),
                kinds: keys(&kinds),
                phase: "all".to_owned(),
                number: words.to_owned(),
                ..Filter::default()
            };
            former::narrow(ctx, &mut filter).await?;
            let page = queue::list(&filter).page::<Row>(ctx.db(), Some("received-"), None, FOUND).await?;
            let mut found = Vec::new();
            for row in &page.rows {
                let Some(kind) = case::find(ctx, &row.kind) else { continue };
                let directory = ctx.directory();
                found.push(Found {
                    label: format!("{} {}", row.registered(kind), row.brief(ctx)?),
                    about: format!("{}　{}", kind.state(&row.state).label, directory.short_name(&row.organ)),
                    href: format!("/cases/{}", row.id),
                });
            }
            Ok(found)
        })
    }
}
