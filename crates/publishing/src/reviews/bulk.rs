//! Passing several texts at one gate at once, where nothing in any of them wants a second look: read before by whoever passes
//! them, nothing found, nothing to be opened by hand. Each is a write of its own, recorded like any other; what has changed since
//! the list was shown is left out and named. Never at the secrecy review, which looks at each file (条例 Art. 17).

use askama::Template;
use axum::{extract::State, response::Response};
use document::{
    House, Whole,
    common::EXPLAINED,
    needs::{self, Step},
    release, remarks, rows,
};
use kernel::{
    Actor, Staff,
    id::{AccountId, EditionId},
};
use review::{
    Gate, Kind, Refusal as Because, Review, Stage, State as Standing, Word,
    findings::{Check, Checks},
    model::{Round, may_pass},
    queue,
};
use serde::Deserialize;
use store::Tx;
use web::{Ctx, Desk, Form, FormErrors, OfficeShell, Query, Refusal, Result, act_now, filters, office_page, page};

use super::{
    decision::{self, By, Seen, Ticks},
    one,
};
use crate::{
    comments,
    editions::{
        checks, deciding, reading,
        subject::{self, EDITION},
    },
};

/// Most texts at once.
const MOST: usize = 20;
/// Most texts that are looked at for a page: of those that were read.
const LOOKED_AT: usize = 40;
/// Most texts that wait at a gate of which a page tells.
const LISTED: usize = 200;
/// Characters of a text that the list shows.
pub(super) const EXCERPT: usize = 120;

/// Of a text that the person has not read as it was submitted this time.
const UNREAD: &str = "您还没有打开看过这一版";

/// A text that waits at the gate.
struct Item {
    edition: EditionId,
    version: i64,
    title: String,
    organ: String,
    about: String,
    excerpt: String,
    /// What becomes of it with this pass.
    then: String,
    chosen: bool,
}

#[derive(Template)]
#[template(path = "reviews/templates/bulk.html")]
struct Bulk {
    shell: OfficeShell,
    errors: FormErrors,
    gate: String,
    label: String,
    items: Vec<Item>,
    /// Texts that are passed one by one: edition, title, why.
    others: Vec<(EditionId, String, String)>,
    /// What the gate asks: the statement, and whether it was ticked before.
    questions: Vec<(String, bool)>,
    /// What passing does, for the confirmation.
    then: String,
    most: usize,
}

#[derive(Template)]
#[template(path = "reviews/templates/bulk_done.html")]
struct Passed {
    shell: OfficeShell,
    gate: String,
    label: String,
    /// Title and what came of it.
    done: Vec<(String, String)>,
    /// Edition (empty = there is no page of it), title, why not.
    left: Vec<(EditionId, String, String)>,
}

/// Which gate.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct At {
    gate: String,
}

/// What is sent.
#[derive(Debug, Clone, Default)]
struct Chosen {
    gate: String,
    /// Editions with the versions that the list showed.
    ids: Vec<(EditionId, i64)>,
    ticks: Ticks,
}

impl From<Vec<(String, String)>> for Chosen {
    fn from(pairs: Vec<(String, String)>) -> Self {
        let mut chosen = Self::default();
        for (key, value) in pairs {
            match key.as_str() {
                "gate" => chosen.gate = value,
                "ids" => {
                    let (id, version) = value.split_once(':').unwrap_or((&value, ""));
                    let one = (EditionId::from(id), version.parse().unwrap_or_default());
                    if !chosen.ids.iter().any(|(known, _)| *known == one.0) {
                        chosen.ids.push(one);
                    }
                }
                key => chosen.ticks.take(key, &value),
            }
        }
        chosen
    }
}

/// A text as it is now, the stage where it stands, and why it is not passed together with others; empty = it may be.
pub(super) struct Looked {
    pub(super) whole: Whole,
    pub(super) stage: Option<Stage>,
    /// What becomes of it with this pass, in a sentence; empty where it is not at the gate.
    pub(super) then: String,
    pub(super) why: String,
}

/// Why a text is not at the gate any more, in words that say whether there is still something to do.
fn gone(whole: &Whole, review: Option<&Review>, gate: &str) -> String {
    let Some(round) = review.map(|review| &review.round) else {
        return "已经不在审核中，不用再办".to_owned();
    };
    let place = round.route.stages().iter().position(|stage| stage.gate == gate);
    let passed = round.passes.iter().rfind(|pass| Some(pass.stage) == place);
    match (&round.state, passed) {
        (Standing::Recalled, _) => "撰写人已收回修改，不用再办；重新提交后再审".to_owned(),
        (Standing::Returned { by, .. } | Standing::Stopped { by, .. }, _) => {
            format!("已由{by}退回撰写人，不用再办；重新提交后再审")
        }
        (Standing::Excepted { .. }, _) => "已经紧急发布，不用再办".to_owned(),
        (_, Some(pass)) => {
            format!("已由{}通过，现在是“{}”，不用再办", pass.name, subject::state_words(&whole.edition, review))
        }
        _ => format!("已经不在这一关，现在是“{}”", subject::state_words(&whole.edition, review)),
    }
}

/// Why a text could not be looked at or passed, in words; what is a fault of ours is told to whoever keeps the machine as well.
pub(super) fn hindrance(why: &Refusal) -> String {
    match why {
        Refusal::NotFound => "没有找到，可能已被删除，或者不再由您办理；没有通过".to_owned(),
        Refusal::Fault(error) => {
            tracing::error!(?error, "one of several texts could not be passed");
            format!("没有通过：{}", why.words())
        }
        other => other.words(),
    }
}

/// By what a text may be passed together with others.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Bar {
    /// Whether whoever passes it has read it this time; what is explained or to be compared wants a look of its own.
    Read(bool),
    /// It is one of a batch that was public elsewhere, which is looked over as a whole.
    Batch,
}

/// How many findings of a text of a batch keep it out at a gate: what must be dealt with wherever it was found, and what a person must
/// look at for this gate. What another gate answers for is looked at there; where the route has no such gate, at the last one.
/// What is only good to know keeps nothing out.
fn of_gate(found: &Checks, round: &Round, gate: &str) -> usize {
    let counts = |check: &&Check| {
        let code = check_text::rule::named(&check.rule).map_or(Gate::SECRECY.code, |rule| answering(rule.gate));
        let there = round.route.stages().iter().any(|stage| stage.gate == code);
        let here = if there { code == gate } else { round.is_at_last() };
        check.passed.is_none() && (check.blocks || (here && !check.info))
    };
    found.found.iter().filter(counts).count()
}

/// Code of the gate that answers for what a rule finds.
fn answering(gate: check_text::Gate) -> &'static str {
    match gate {
        check_text::Gate::Privacy => Gate::SECRECY.code,
        check_text::Gate::Wording => Gate::WORDING.code,
        check_text::Gate::Policy => Gate::POLICY.code,
        check_text::Gate::Political => Gate::POLITICAL.code,
    }
}

/// Looks at a text that may be passed together with others.
///
/// # Errors
/// When it is not there for this person.
pub(super) async fn look(
    ctx: &Ctx,
    staff: &Staff,
    house: &House,
    id: &EditionId,
    gate: &str,
    bar: Bar,
) -> Result<Looked> {
    let whole = rows::read(ctx.db().read(), house, &Actor::Staff(staff.clone()), id).await?;
    checks::ensure(ctx, &whole).await?;
    let found = checks::of(ctx.db().read(), house, &whole).await?;
    let review = deciding::review_of(ctx, &whole).await?;
    let round = review.as_ref().map(|review| &review.round).filter(|_| whole.edition.state == "in_review");
    let stage = round.and_then(|round| round.stage()).filter(|stage| stage.gate == gate);
    let (Some(round), Some(stage)) = (round, stage) else {
        let why = gone(&whole, review.as_ref(), gate);
        return Ok(Looked { whole, stage: None, then: String::new(), why });
    };
    let (facts, now) = (subject::facts(&whole, &found), ctx.seams().now());
    let barred = may_pass(staff, stage, whole.document.keeper()).err();
    let barred = barred.or_else(|| round.kept_out(staff, &facts, now));
    let claim = round.claim(now).filter(|claim| claim.by != staff.account);
    let open = match bar {
        Bar::Batch => of_gate(&found, round, gate) + found.unlisted,
        Bar::Read(_) => found.found.iter().filter(|check| check.passed.is_none()).count() + found.unlisted,
    };
    let editions = rows::editions(ctx.db().read(), &whole.document.id).await?;
    let noted = comments::open(ctx.db().read(), id).await?;
    let why = if let Some(why) = barred {
        why.to_string()
    } else if let Some(claim) = claim {
        format!("{}正在审核", claim.name)
    } else if found.unchecked() {
        Because::Unchecked { words: subject::WORDS, what: "通过" }.to_string()
    } else if open > 0 {
        match bar {
            Bar::Batch => format!("这一关检查发现 {open} 处，须打开逐件核对"),
            Bar::Read(_) => format!("检查发现 {open} 处，须逐件核对"),
        }
    } else if noted > 0 {
        format!("有 {noted} 条批注未处理")
    } else if whole.files.iter().any(|file| !file.warning_lines().is_empty()) {
        "有附件没有全部自动检查，须打开核对".to_owned()
    } else if bar != Bar::Batch && whole.values.has(&EXPLAINED) {
        "撰写人写了特殊情况说明".to_owned()
    } else if bar != Bar::Batch && !remarks::of(ctx.db().read(), house, &whole).await?.is_empty() {
        "著录信息需要核对".to_owned()
    } else if subject::withdrawn(&editions, whole.edition.number).is_some() {
        "是撤回后重新公开的文件".to_owned()
    } else if bar == Bar::Read(false) {
        UNREAD.to_owned()
    } else {
        String::new()
    };
    let stage = Some(stage.clone());
    // Asked only of the last gate: before it nothing becomes public, whatever is missing.
    let then = match one::then(&whole, review.as_ref()) {
        next if !round.is_at_last() => next,
        then => one::waiting(then, &needs::needs(ctx, ctx.db().read(), &whole, Step::Publish).await?),
    };
    Ok(Looked { whole, stage, then, why })
}

/// Name of a gate, if texts can be passed together there.
fn open_gate(gate: &str) -> Option<&str> {
    (!gate.is_empty() && gate != Gate::SECRECY.code).then(|| review::route::label(gate))
}

/// GET /reviews/bulk
pub(super) async fn list(State(ctx): State<Ctx>, desk: Desk, Query(at): Query<At>) -> Result<Response> {
    let chosen = Chosen { gate: at.gate, ..Chosen::default() };
    list_page(&ctx, &desk, &chosen, FormErrors::new()).await
}

async fn list_page(ctx: &Ctx, desk: &Desk, chosen: &Chosen, errors: FormErrors) -> Result<Response> {
    let (gate, house) = (chosen.gate.as_str(), crate::house(ctx));
    let label = open_gate(gate).unwrap_or_default().to_owned();
    let (mut items, mut others, mut questions) = (Vec::new(), Vec::new(), None::<Vec<String>>);
    if !label.is_empty() {
        let kind = Kind::named(ctx, EDITION);
        let filter = review::desk::for_person(ctx, kind, &desk.staff).await?.gate(gate);
        let lines = queue::waiting(ctx.db(), &filter, &desk.staff.account, None, LISTED).await?.rows;
        let ids: Vec<EditionId> = lines.iter().map(|line| EditionId::from(line.subject.as_str())).collect();
        let read = reading::read_by(ctx.db(), &desk.staff.account, &ids).await?;
        let mut looked_at = 0;
        for (line, id) in lines.into_iter().zip(ids) {
            // What was not read is not looked at: it never stands before what was.
            if !read.contains(&id) {
                others.push((id, rows::shown_title(&line.title).to_owned(), UNREAD.to_owned()));
                continue;
            }
            looked_at += 1;
            if looked_at > LOOKED_AT {
                others.push((id, rows::shown_title(&line.title).to_owned(), "前面的办完再列出".to_owned()));
                continue;
            }
            let looked = match look(ctx, &desk.staff, &house, &id, gate, Bar::Read(true)).await.map_err(Refusal::from) {
                Ok(looked) => looked,
                // Gone since the list was read.
                Err(Refusal::NotFound) => continue,
                Err(why) => {
                    others.push((id, rows::shown_title(&line.title).to_owned(), hindrance(&why)));
                    continue;
                }
            };
            let title = looked.whole.edition.shown_title().to_owned();
            let asked = looked.stage.map(|stage| stage.questions).unwrap_or_default();
            let why = if !looked.why.is_empty() {
                looked.why
            } else if *questions.get_or_insert_with(|| asked.clone()) != asked {
                "核对事项与其他稿件不同".to_owned()
            } else if items.len() >= MOST {
                format!("一次最多 {MOST} 件，办完这些再办")
            } else {
                String::new()
            };
            if !why.is_empty() {
                others.push((id, title, why));
                continue;
            }
            let files = looked.whole.attachments().count();
            items.push(Item {
                version: looked.whole.edition.version,
                chosen: chosen.ids.iter().any(|(known, _)| *known == id),
                organ: ctx.directory().short_name(&line.organ).to_owned(),
                about: format!("{} · {}撰写 · 附件 {files} 个", line.label, line.byline),
                excerpt: filters::shortened(&looked.whole.text.body_text, EXCERPT),
                then: looked.then,
                edition: id,
                title,
            });
        }
    }
    let asked = questions.unwrap_or_default();
    let bad = !errors.is_empty();
    let page = Bulk {
        shell: desk.shell(ctx, "成批通过").await?.with_error(bad),
        then: release::together(items.iter().map(|item| item.then.as_str())).join("|"),
        errors,
        gate: gate.to_owned(),
        label,
        items,
        others,
        questions: asked.into_iter().enumerate().map(|(at, one)| (one, chosen.ticks.places().contains(&at))).collect(),
        most: MOST,
    };
    if bad { page::office_errors(&page) } else { office_page(&page) }
}

/// POST /reviews/bulk
pub(super) async fn pass(
    State(ctx): State<Ctx>,
    desk: Desk,
    Form(pairs): Form<Vec<(String, String)>>,
) -> Result<Response> {
    let chosen = Chosen::from(pairs);
    let Some(label) = open_gate(&chosen.gate) else {
        let errors = FormErrors::one("main", "请从审核列表选择一个关口再成批通过；保密审查须逐件办理。");
        return list_page(&ctx, &desk, &chosen, errors).await;
    };
    if chosen.ids.is_empty() || chosen.ids.len() > MOST {
        let errors = FormErrors::one("ids", format!("请勾选要通过的稿件，一次 1 至 {MOST} 件。"));
        return list_page(&ctx, &desk, &chosen, errors).await;
    }
    let ids: Vec<EditionId> = chosen.ids.iter().map(|(id, _)| id.clone()).collect();
    let (house, read) = (crate::house(&ctx), reading::read_by(ctx.db(), &desk.staff.account, &ids).await?);
    let mut looks = Vec::with_capacity(ids.len());
    for id in &ids {
        let bar = Bar::Read(read.contains(id));
        looks.push(look(&ctx, &desk.staff, &house, id, &chosen.gate, bar).await.map_err(Refusal::from));
    }
    if let Some(left) = unticked(&chosen, &looks) {
        return list_page(&ctx, &desk, &chosen, FormErrors::one("ticks", left.to_string())).await;
    }
    let asked = asked(&looks).to_vec();
    let (mut done, mut left) = (Vec::new(), Vec::new());
    // Each is an act of its own: what cannot be passed keeps none of the others back, and is named.
    for ((id, version), looked) in chosen.ids.iter().zip(looks) {
        let looked = match looked {
            Ok(looked) => looked,
            Err(why) => {
                left.push((EditionId::default(), "一件勾选的稿件".to_owned(), hindrance(&why)));
                continue;
            }
        };
        let title = looked.whole.edition.shown_title().to_owned();
        // The ticks are by their places among what the first of them asks.
        if looked.stage.as_ref().is_some_and(|stage| stage.questions != asked) {
            left.push((id.clone(), title, "核对事项与其他稿件不同，没有通过".to_owned()));
            continue;
        }
        match pass_one(&ctx, &desk, &chosen, looked, *version).await {
            Ok(what) => done.push((title, what)),
            Err(why) => left.push((id.clone(), title, why)),
        }
    }
    let shell = desk.shell(&ctx, "成批通过").await?;
    office_page(&Passed { shell, gate: chosen.gate.clone(), label: label.to_owned(), done, left })
}

/// What the gate asks, as the first of the texts that is still there asks it.
fn asked(looks: &[std::result::Result<Looked, Refusal>]) -> &[String] {
    let stage = looks.iter().flatten().find_map(|looked| looked.stage.as_ref());
    stage.map_or(&[][..], |stage| stage.questions.as_slice())
}

/// What of that is not ticked.
fn unticked(chosen: &Chosen, looks: &[std::result::Result<Looked, Refusal>]) -> Option<Because> {
    let left = release::unticked(asked(looks), chosen.ticks.places());
    (left > 0).then_some(Because::Unticked(left))
}

/// Passes one of them: what came of it, or why it was left out.
async fn pass_one(
    ctx: &Ctx,
    desk: &Desk,
    chosen: &Chosen,
    looked: Looked,
    version: i64,
) -> std::result::Result<String, String> {
    let said = format!("成批通过（同时勾选 {} 件）", chosen.ids.len());
    pass_looked(ctx, &desk.staff, looked, version, (&chosen.gate, chosen.ticks.places(), &said)).await
}

/// Passes a text that was looked at, with the gate, what was ticked and how it is told: what came of it, or why it was left out.
pub(super) async fn pass_looked(
    ctx: &Ctx,
    staff: &Staff,
    looked: Looked,
    version: i64,
    (gate, ticked, said): (&str, &[usize], &str),
) -> std::result::Result<String, String> {
    let id = &looked.whole.edition.id;
    // What is at the gate no more cannot be opened and decided on either: that is told first.
    if looked.stage.is_none() {
        return Err(looked.why);
    }
    if looked.whole.edition.version != version {
        return Err("您打开列表之后有了变化，没有通过。请打开看过再办理。".to_owned());
    }
    if !looked.why.is_empty() {
        return Err(looked.why);
    }
    let anew = deciding::look_before_the_last(ctx, staff, &looked.whole).await;
    let anew = anew.map_err(|why| hindrance(&Refusal::from(why)))?;
    let own = AccountId::default();
    let passed = act_now(ctx, async |tx: &mut Tx| {
        let seen = Seen { version, by: By::Page(gate) };
        let word = Word { text: "", ticked, in_name_of: Some(&own), how: said };
        decision::pass(ctx, tx, staff, (id, seen), (word, anew.clone())).await
    });
    match passed.await {
        Ok((_, what)) => Ok(decision::passed_in_list(&what)),
        Err(why) => Err(hindrance(&why)),
    }
}
