//! The office's pages: policies that say whom they are for, and one of them with its audiences, the message, whom it reaches, and
//! the button that sends it.

use std::sync::Arc;

use ::store::{
    Tx,
    sql::{By, List, Page},
};
use askama::Template;
use axum::{
    extract::{Path, State},
    response::Response,
};
use document::{
    Kinds,
    common::{AUDIENCE, DOCUMENT_NUMBER, EFFECTIVE_ON, EXPIRES_ON, LAPSED, REPEALED, VALIDITY},
    page::base_url,
    public::{self, Listed},
    rows,
};
use kernel::{NewEvent, OrganCode, id::DocumentId, may_for, time};
use serde::{Deserialize, Serialize};
use serde_json::json;
use sha2::{Digest, Sha256};
use web::{
    Ctx, Desk, Done, Error, Form, FormErrors, OfficeShell, Query, Refusal, Result, Steps, act_in_place, office_page,
    page::{office_errors, query_string},
    push::{Call, Channel, Reach, channels},
};

use super::{
    PUSH_POLICY, PUSHED, VIEW_PUSHES,
    compose::{self, About, Group},
    store::{self, Candidate, PushId, Row},
};
use crate::{
    audience::read_rules,
    library::{POLICY, house, organs},
};

/// Rows on a page.
const SIZE: usize = 50;
/// Counted no further.
const CAP: i64 = 10_000;

#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Filter {
    q: String,
    after: String,
}

struct Line {
    row: Candidate,
    organ: String,
    /// For whom it still has something, each with whether they were told.
    groups: Vec<(String, bool)>,
    over: bool,
}

#[derive(Template)]
#[template(path = "push/templates/list.html")]
struct ListPage {
    shell: OfficeShell,
    filter: Filter,
    lines: Vec<Line>,
    count: String,
    steps: Steps,
}

/// `GET /pushes`
pub(super) async fn list(State(ctx): State<Ctx>, desk: Desk, Query(filter): Query<Filter>) -> Result<Response> {
    let all = List::new(store::COLUMNS, store::FROM, "d.id")
        .sort("new", &[By::down("d.rank")])
        .given("d.current_edition <> ''")
        .equals("d.kind", POLICY)
        .any_of("d.organ", organs(&ctx, &desk, ""))
        .contains(&["d.title"], &filter.q);
    let after = Some(filter.after.as_str()).filter(|after| !after.is_empty());
    let page: Page<Candidate> = all.page(ctx.db(), None, after, SIZE).await?;
    let count = all.count(ctx.db(), CAP).await?;
    let steps = Steps::new(&page, &query_string(&[("q", &filter.q)]));
    let (directory, today) = (ctx.directory(), ctx.today());
    let mut lines = Vec::new();
    for row in page.rows {
        let told = store::of_document(ctx.db().read(), &row.id).await?;
        let rules = read_rules(&row.conditions).unwrap_or_default();
        let was_told = |group: &Group| told.iter().any(|push| push.who == group.who);
        lines.push(Line {
            organ: directory.short_name(&row.organ).to_owned(),
            groups: compose::groups(&rules, today).iter().map(|one| (one.words.clone(), was_told(one))).collect(),
            over: [LAPSED, REPEALED].contains(&row.validity.as_str()),
            row,
        });
    }
    office_page(&ListPage {
        lines,
        count: count.to_string(),
        steps,
        shell: desk.shell(&ctx, "面向对象推送").await?,
        filter,
    })
}

/// A policy with what can be said of it.
struct Policy {
    listed: Listed,
    /// The organ that keeps it today.
    keeper: OrganCode,
    about: About,
    groups: Vec<Group>,
    /// What was pushed already.
    told: Vec<Row>,
    /// Why nobody is told of it any more; empty = somebody may be.
    over: &'static str,
}

async fn policy(ctx: &Ctx, desk: &Desk, id: &DocumentId) -> Result<Policy> {
    let document = rows::visible(ctx.db().read(), &house(ctx), &desk.actor(), id).await?;
    if document.kind != POLICY {
        return Err(Error::NotFound);
    }
    may_for(&desk.actor(), &VIEW_PUSHES, document.keeper())?;
    let listed = public::listed(ctx.db(), &Kinds::of(ctx), id).await?.ok_or(Error::NotFound)?;
    let values = rows::values(ctx.db().read(), &listed.edition).await?;
    let organ = ctx.directory().get(&listed.organ).map_or_else(|| listed.organ.to_string(), |one| one.name.clone());
    let about = About {
        title: listed.title.clone(),
        number: values.get(&DOCUMENT_NUMBER).to_owned(),
        organ,
        effective: time::parse_date(values.get(&EFFECTIVE_ON)),
        expires: time::parse_date(values.get(&EXPIRES_ON)),
    };
    let over = match listed.values.get(&VALIDITY) {
        LAPSED => "这份政策已经失效，不能推送。",
        REPEALED => "这份政策已经废止，不能推送。",
        _ => "",
    };
    let rules = read_rules(values.get(&AUDIENCE)).unwrap_or_default();
    Ok(Policy {
        groups: compose::groups(&rules, ctx.today()),
        told: store::of_document(ctx.db().read(), id).await?,
        keeper: document.keeper().clone(),
        listed,
        about,
        over,
    })
}

/// The message to one audience.
fn call(ctx: &Ctx, policy: &Policy, group: &Group, id: &PushId) -> Call {
    let today = ctx.today();
    Call {
        id: id.to_string(),
        document: policy.listed.id.clone(),
        title: compose::title(group, &policy.about, today),
        paragraphs: compose::paragraphs(group, &policy.about, today),
        url: format!("{}{}", base_url(ctx), policy.listed.path),
        organ: policy.listed.organ.clone(),
        audience: vec![group.who.to_owned()],
        audience_words: group.words.clone(),
        places: group.places.clone(),
    }
}

/// What was looked at: another edition or another wording is another.
fn seen(policy: &Policy, call: &Call) -> String {
    let all = format!("{}\n{}\n{}", policy.listed.edition, call.title, call.paragraphs.join("\n"));
    hex::encode(Sha256::digest(all.as_bytes()))
}

/// A channel and whom it reaches.
struct Way {
    key: &'static str,
    label: &'static str,
    reach: Reach,
}

impl Way {
    fn people(&self) -> String {
        self.reach.people.map_or_else(|| "人数不详".to_owned(), |people| format!("{people} 人"))
    }

    /// Why these, in words.
    fn why(&self) -> Vec<String> {
        let words = |(why, count): &(String, Option<i64>)| match count {
            Some(count) => format!("{why}：{count} 人"),
            None => why.clone(),
        };
        self.reach.why.iter().map(words).collect()
    }
}

/// The channels by which it would go out now.
async fn ways(ctx: &Ctx, call: &Call) -> Result<Vec<Way>> {
    let mut ways = Vec::new();
    for channel in channels(ctx) {
        if let Some(reach) = channel.reach(ctx, call).await? {
            ways.push(Way { key: channel.key(), label: channel.label(), reach });
        }
    }
    Ok(ways)
}

/// What is chosen, and sent.
#[derive(Debug, Clone, Default, Serialize, Deserialize)]
#[serde(default)]
pub(super) struct Typed {
    /// Code of the audience.
    who: String,
    /// Keys of the channels.
    channels: Vec<String>,
    /// What was looked at.
    seen: String,
    /// `true`: the message and the numbers were read.
    sure: String,
    once: String,
}

/// A push as the page tells it.
struct Told {
    row: Row,
    channels: String,
    at: String,
}

#[derive(Template)]
#[template(path = "push/templates/one.html")]
struct OnePage {
    shell: OfficeShell,
    errors: FormErrors,
    typed: Typed,
    policy: Policy,
    organ: String,
    /// Codes and words of the audiences that were not told yet.
    open: Vec<(String, String)>,
    preview: Option<Call>,
    ways: Vec<Way>,
    options: Vec<(&'static str, &'static str, String)>,
    told: Vec<Told>,
    may_push: bool,
    once: String,
}

impl OnePage {
    fn sure(&self) -> bool {
        self.typed.sure == "true"
    }
}

/// Names of channels by their keys.
fn named(ctx: &Ctx, keys: &str) -> String {
    let all: Vec<Arc<dyn Channel>> = channels(ctx);
    let label =
        |key: &str| all.iter().find(|one| one.key() == key).map_or(key.to_owned(), |one| one.label().to_owned());
    keys.split(',').filter(|key| !key.is_empty()).map(label).collect::<Vec<_>>().join("、")
}

async fn shown(ctx: &Ctx, desk: &Desk, id: &DocumentId, mut typed: Typed, errors: FormErrors) -> Result<Response> {
    let policy = policy(ctx, desk, id).await?;
    let may_push = may_for(&desk.actor(), &PUSH_POLICY, &policy.keeper).is_ok() && policy.over.is_empty();
    let is_told = |group: &&Group| policy.told.iter().any(|push| push.who == group.who);
    let open: Vec<&Group> = policy.groups.iter().filter(|group| !is_told(group)).collect();
    let chosen = open.iter().find(|group| group.who == typed.who).filter(|_| may_push);
    let preview = chosen.map(|group| call(ctx, &policy, group, &PushId::default()));
    let ways = match &preview {
        Some(call) => ways(ctx, call).await?,
        None => Vec::new(),
    };
    if let Some(call) = &preview {
        let now = seen(&policy, call);
        if typed.seen != now {
            // Whoever has read another message has not read this one.
            typed.sure.clear();
        }
        typed.seen = now;
    }
    let told =
        |row: &Row| Told { channels: named(ctx, &row.channels), at: time::show_minute(&row.sent_at), row: row.clone() };
    let bad = !errors.is_empty();
    let page = OnePage {
        shell: desk.shell(ctx, "面向对象推送").await?.with_error(bad),
        errors,
        organ: ctx.directory().short_name(&policy.listed.organ).to_owned(),
        open: open.iter().map(|group| (group.who.to_owned(), group.words.clone())).collect(),
        options: ways.iter().map(|way| (way.key, way.label, way.people())).collect(),
        told: policy.told.iter().map(told).collect(),
        preview,
        ways,
        may_push,
        once: ctx.once(),
        typed,
        policy,
    };
    if bad { office_errors(&page) } else { office_page(&page) }
}

/// `GET /pushes/{id}`: the audiences of a policy; with one of them, the message and whom it reaches.
pub(super) async fn one(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path(id): Path<DocumentId>,
    Query(mut typed): Query<Typed>,
) -> Result<Response> {
    // Every channel, until somebody leaves one out.
    typed.channels = channels(&ctx).iter().map(|channel| channel.key().to_owned()).collect();
    typed.sure = String::new();
    shown(&ctx, &desk, &id, typed, FormErrors::new()).await
}

/// What is to be sent: the message, the channels, and how many it reaches as far as they know.
struct Ready {
    call: Call,
    id: PushId,
    channels: Vec<Arc<dyn Channel>>,
    people: i64,
    policy: Policy,
}

async fn ready(ctx: &Ctx, desk: &Desk, id: &DocumentId, typed: &Typed) -> Result<Ready, Refusal> {
    let policy = policy(ctx, desk, id).await?;
    may_for(&desk.actor(), &PUSH_POLICY, &policy.keeper)?;
    if !policy.over.is_empty() {
        return Err(Refusal::Conflict(policy.over.to_owned()));
    }
    let Some(group) = policy.groups.iter().find(|group| group.who == typed.who) else {
        return Err(Refusal::field("who", "请选择推送给谁。"));
    };
    let push = PushId::fresh(ctx.seams());
    let call = call(ctx, &policy, group, &push);
    if seen(&policy, &call) != typed.seen {
        let told = "您预览以后，文件或者推送内容有了变化，没有推送。请重新看一遍预览，再确认。";
        return Err(Refusal::Conflict(told.to_owned()));
    }
    let mut errors = FormErrors::new();
    let mut chosen = Vec::new();
    let mut people: Option<i64> = None;
    let mut reaches = false;
    for channel in channels(ctx).into_iter().filter(|one| typed.channels.iter().any(|key| key == one.key())) {
        let Some(reach) = channel.reach(ctx, &call).await? else { continue };
        reaches |= reach.people != Some(0);
        people = match (people, reach.people) {
            (Some(so_far), Some(more)) => Some(so_far + more),
            (so_far, more) => so_far.or(more),
        };
        chosen.push(channel);
    }
    errors.require(!chosen.is_empty(), "channels", "请至少选择一个渠道。");
    if !chosen.is_empty() && !reaches {
        // A policy is pushed once to an audience: a push that nobody gets would take it from those who come later.
        errors.add(
            "channels",
            "现在还没有人能从所选渠道收到，没有推送，也没有用掉这一次。有人订阅或者开通公众号后再推送。",
        );
    }
    errors.require(typed.sure == "true", "sure", "请看过推送内容和人数，再勾选确认。");
    if !errors.is_empty() {
        return Err(Refusal::Fields(errors));
    }
    Ok(Ready { call, id: push, channels: chosen, people: people.unwrap_or(-1), policy })
}

/// `POST /pushes/{id}`
pub(super) async fn send(
    State(ctx): State<Ctx>,
    desk: Desk,
    Path(id): Path<DocumentId>,
    Form(typed): Form<Typed>,
) -> Result<Response> {
    // Channels are asked whom they reach before the write begins.
    let ready = ready(&ctx, &desk, &id, &typed).await;
    let done = async |tx: &mut Tx| {
        let Ready { call, id: push, channels, people, policy } = ready?;
        tx.lock(store::LOCK).await?;
        let document = rows::document(tx.conn(), &id).await?.ok_or(Refusal::NotFound)?;
        if document.public() != Some(&policy.listed.edition) {
            let told = "文件刚刚更正或者撤回，没有推送。请看现在的情况，再决定。";
            return Err(Refusal::Conflict(told.to_owned()));
        }
        let keys: Vec<&str> = channels.iter().map(|channel| channel.key()).collect();
        let keys = keys.join(",");
        let labels: Vec<&str> = channels.iter().map(|channel| channel.label()).collect();
        let edition = &policy.listed.edition;
        let about = (&push, &call, typed.who.as_str());
        if !store::add(tx, &desk.actor(), about, edition, (keys.as_str(), people)).await? {
            return Err(Refusal::Conflict(
                "这份政策已经向这一类对象推送过，一份政策对同一类对象只推送一次。".to_owned(),
            ));
        }
        for channel in &channels {
            channel.send(&ctx, tx, &call, &desk.actor()).await?;
        }
        let data = json!({
            "document": id, "edition": policy.listed.edition, "who": typed.who, "channels": labels.join("、"), "ways": keys, "people": people,
        });
        tx.append(NewEvent::new(&PUSHED, &push, &desk.actor()).organ(&document.organ).data(data)).await?;
        Ok(Done::ok(format!("/pushes/{id}"), "已推送。各渠道的送达情况在各自的页面查看。"))
    };
    let again = async |errors: FormErrors| shown(&ctx, &desk, &id, typed.clone(), errors).await;
    act_in_place(&ctx, &typed.once, done, again).await
}
