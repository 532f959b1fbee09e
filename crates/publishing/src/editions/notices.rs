//! Mails about a text on its way: to whoever may decide on it now, and to its authors when it comes back, becomes public or is taken
//! off. Who leaves the mail address of the own account empty gets none.

use std::sync::Arc;

use document::permissions::{WITHDRAW_DOCUMENTS, WRITE_DOCUMENTS};
use jiff::Timestamp;
use kernel::{Actor, id::AccountId, time};
use review::{Happened, Matter, Review, Stage, State, findings, permissions::REVIEW_EXCEPTIONS, stand_in};
use store::{Tx, jobs::NewJob};
use web::{
    Ctx, Refusal, Result,
    hooks::{Person, Recipients},
    mail::{Mail, SEND, SEND_NOW},
};

use super::subject;
use crate::people;

/// Enqueues what is to be told of an act, in its write.
pub(super) async fn tell(
    ctx: &Ctx,
    tx: &mut Tx,
    actor: &Actor,
    matter: &Matter,
    what: &Happened<'_>,
) -> Result<(), Refusal> {
    let mail = match what {
        Happened::Opened(stage) | Happened::Onward(stage) => {
            let found = findings::read(tx.conn(), &matter.about, &matter.parts).await?;
            let Some(review) = review::rows::newest(tx.conn(), &matter.about).await? else { return Ok(()) };
            let people = people::deciders(ctx, &review.round, &matter.facts(subject::WORDS, &found)).await?;
            waiting(ctx, matter, stage, (people, &found.stopping_words())).await?
        }
        Happened::Returned(stage, reason) => returned(ctx, matter, stage, reason).await?,
        Happened::Excepted => return excepted(ctx, tx, actor, matter).await,
        _ => return Ok(()),
    };
    send(tx, &mail).await
}

async fn send(tx: &mut Tx, mail: &Mail) -> Result<(), Refusal> {
    if !mail.to.is_empty() {
        tx.enqueue(NewJob::now(SEND, mail)).await?;
    }
    Ok(())
}

/// The addresses of these people that have not been written to yet.
fn addresses(people: Vec<Person>, written: &mut Vec<String>) -> Vec<String> {
    let mut to = Vec::new();
    for one in people {
        if !one.email.is_empty() && !written.contains(&one.email) {
            written.push(one.email.clone());
            to.push(one.email);
        }
    }
    to
}

/// An emergency publication: to those who are to look at it afterwards, to those whose text it is, and to those who were told that
/// it waits for them, which it does no more. Nobody gets two of them, nor does who did it.
async fn excepted(ctx: &Ctx, tx: &mut Tx, actor: &Actor, matter: &Matter) -> Result<(), Refusal> {
    let review = review::rows::newest(tx.conn(), &matter.about).await?;
    let reason = match review.as_ref().map(|review| &review.round.state) {
        Some(State::Excepted { reason }) => reason.clone(),
        _ => String::new(),
    };
    let left = review.as_ref().map(stages_left).unwrap_or_default();
    let labels = left.iter().map(|stage| stage.label.as_str()).collect::<Vec<_>>().join("、");
    let past = if labels.is_empty() { String::new() } else { format!("，跳过了{labels}") };
    let organ = ctx.directory().short_name(&matter.organ).to_owned();
    let head = format!(
        "{organ}的《{}》（{}撰写）已由{}紧急发布，现在公众可以看到{past}。\n\n理由：{reason}\n\n",
        matter.title,
        matter.byline,
        actor.log_name(),
    );
    let me: Vec<AccountId> = actor.staff().map(|staff| staff.account.clone()).into_iter().collect();
    let without: Vec<AccountId> = matter.authors.iter().chain(&me).cloned().collect();
    let mut written = ctx.one::<Arc<dyn Recipients>>().mail_of(ctx, &me).await?;
    let reviewers = people::who_may(ctx, &REVIEW_EXCEPTIONS, &matter.keeper, &without).await?;
    let page = address(ctx, "/bypasses");
    let review = Mail {
        to: addresses(reviewers, &mut written),
        subject: format!("有紧急发布等待复核：{}", matter.title),
        text: format!("{head}请尽快逐项补审。不同意的，写明理由，由可以撤回的人员决定是否撤回。\n\n打开复核：{page}\n"),
    };
    let mut own = ctx.one::<Arc<dyn Recipients>>().people(ctx, WRITE_DOCUMENTS.roles).await?;
    own.extend(ctx.one::<Arc<dyn Recipients>>().people(ctx, WITHDRAW_DOCUMENTS.roles).await?);
    own.retain(|one| one.organ == matter.keeper || matter.authors.contains(&one.account));
    let page = address(ctx, &format!("/documents/{}", matter.log.id));
    let own = Mail {
        to: addresses(own, &mut written),
        subject: format!("已紧急发布：{}", matter.title),
        text: format!(
            "{head}不用再等其余关口审核；事后由另一位人员复核。内容有误的，请更正或撤回。\n\n打开稿件：{page}\n"
        ),
    };
    let mut former = Vec::new();
    if let Some(stage) = left.first() {
        former = people::passers(ctx, stage, &matter.keeper, &[]).await?;
    }
    let former = Mail {
        to: addresses(former, &mut written),
        subject: format!("不用再审核：{}", matter.title),
        text: format!("{head}这份稿件不再等待{labels}，不用办理。\n"),
    };
    for mail in [review, own, former].iter().filter(|mail| !mail.to.is_empty()) {
        tx.enqueue(NewJob::now(SEND_NOW, mail)).await?;
    }
    Ok(())
}

/// It has passed its last gate, or its moment has come: to everybody who wrote in it. `at`: the moment, if it is still to come.
pub(super) async fn published(ctx: &Ctx, tx: &mut Tx, matter: &Matter, at: Option<Timestamp>) -> Result<(), Refusal> {
    let to = ctx.one::<Arc<dyn Recipients>>().mail_of(ctx, &matter.authors).await?;
    let (subject, what) = match at.map(|at| time::show_minute(&time::to_db(at))) {
        Some(at) => (
            format!("已通过审核：{}", matter.title),
            format!("已通过全部审核，将于 {at} 自动公开。需要提前或推迟的，请先“停止发布”再修改"),
        ),
        None => (format!("已公开：{}", matter.title), format!("已向社会公开：{}", public_address(ctx, matter))),
    };
    let text = format!(
        "《{}》{what}。\n\n打开稿件：{}\n",
        matter.title,
        address(ctx, &format!("/documents/{}", matter.log.id))
    );
    send(tx, &Mail { to, subject, text }).await
}

/// It was taken off the portal: at once to everybody who wrote in it and to those of its organ who write or answer for it, but for
/// who did it.
pub(super) async fn withdrawn(
    ctx: &Ctx,
    tx: &mut Tx,
    actor: &Actor,
    matter: &Matter,
    reason: &str,
) -> Result<(), Refusal> {
    let recipients = ctx.one::<Arc<dyn Recipients>>();
    let me: Vec<AccountId> = actor.staff().map(|staff| staff.account.clone()).into_iter().collect();
    let mut written = recipients.mail_of(ctx, &me).await?;
    let mut own = recipients.people(ctx, WRITE_DOCUMENTS.roles).await?;
    own.extend(recipients.people(ctx, WITHDRAW_DOCUMENTS.roles).await?);
    own.retain(|one| one.organ == matter.keeper || matter.authors.contains(&one.account));
    let text = format!(
        "《{}》已由{}撤回，公众看不到了，页面上只有撤回说明。\n\n撤回理由：{reason}\n\n需要重新公开的，请更正后重新送审：{}\n",
        matter.title,
        actor.log_name(),
        address(ctx, &format!("/documents/{}", matter.log.id)),
    );
    let mail = Mail { to: addresses(own, &mut written), subject: format!("已撤回公开：{}", matter.title), text };
    if !mail.to.is_empty() {
        tx.enqueue(NewJob::now(SEND_NOW, &mail)).await?;
    }
    Ok(())
}

fn public_address(ctx: &Ctx, matter: &Matter) -> String {
    format!("{}/documents/{}", document::page::base_url(ctx), matter.log.id)
}

/// The stages that nobody, or not everybody, has passed.
fn stages_left(review: &Review) -> Vec<Stage> {
    let round = &review.round;
    let passed = |place: usize| round.passes.iter().filter(|pass| pass.stage == place).count();
    let left = round.route.stages().iter().enumerate().filter(|(place, stage)| passed(*place) < stage.people());
    left.map(|(_, stage)| stage.clone()).collect()
}

/// Somebody who looked at an emergency publication afterwards disagrees: to those who may take the document off. Answers who they
/// are by name.
pub(super) async fn objected(
    ctx: &Ctx,
    tx: &mut Tx,
    actor: &Actor,
    matter: &Matter,
    note: &str,
) -> Result<String, Refusal> {
    let me: Vec<AccountId> = actor.staff().map(|staff| staff.account.clone()).into_iter().collect();
    let others = people::who_may(ctx, &WITHDRAW_DOCUMENTS, &matter.keeper, &me).await?;
    let names = people::names(&others);
    let text = format!(
        "{}复核紧急发布的《{}》，不同意公开。\n\n意见：{note}\n\n公众现在仍能看到。请决定撤回公开或更正：{}\n",
        actor.log_name(),
        matter.title,
        address(ctx, &format!("/documents/{}", matter.log.id)),
    );
    let subject = format!("紧急发布复核不同意：{}", matter.title);
    let mail = Mail { to: addresses(others, &mut Vec::new()), subject, text };
    if !mail.to.is_empty() {
        tx.enqueue(NewJob::now(SEND_NOW, &mail)).await?;
    }
    Ok(names)
}

fn address(ctx: &Ctx, path: &str) -> String {
    format!("{}{path}", ctx.office_url())
}

/// To those who can decide at the stage, and to who stands in for one of them; `open`: what waits for a person's word, in words.
async fn waiting(ctx: &Ctx, matter: &Matter, stage: &Stage, (people, open): (Vec<Person>, &str)) -> Result<Mail> {
    let today = ctx.today();
    let mut away = stand_in::live(ctx.db().read(), today).await?;
    away.retain(|one| {
        let theirs = people.iter().any(|person| person.account == one.away);
        theirs && one.holds(today) && !matter.authors.contains(&one.deputy)
    });
    let mut to = addresses(people, &mut Vec::new());
    let deputies: Vec<AccountId> = away.iter().map(|one| one.deputy.clone()).collect();
    for address in ctx.one::<Arc<dyn Recipients>>().mail_of(ctx, &deputies).await? {
        if !to.contains(&address) {
            to.push(address);
        }
    }
    let away =
        away.iter().map(|one| format!("{}不在岗，至 {} 由{}代办。\n", one.away_name, one.last_on, one.deputy_name));
    let away: String = away.collect();
    let away = if away.is_empty() { away } else { format!("{away}\n") };
    let organ = ctx.directory().short_name(&matter.organ).to_owned();
    // Said in the mail, because nobody but its readers can let the text go on.
    let by_hand = match open {
        "" => String::new(),
        open => format!("其中有 {open}，须由保密审查员或县政府办打开核对、写明理由后放行。\n\n"),
    };
    let text = format!(
        "{organ}的《{}》（{}撰写）到了{}，应在 {} 个工作日内办结。\n\n{away}{by_hand}打开审核：{}\n",
        matter.title,
        matter.byline,
        stage.label,
        stage.days,
        address(ctx, &format!("/reviews/{}", matter.about.id)),
    );
    Ok(Mail { to, subject: format!("有稿件等待{}：{}", stage.label, matter.title), text })
}

/// To everybody who wrote in it.
async fn returned(ctx: &Ctx, matter: &Matter, stage: &Stage, reason: &str) -> Result<Mail> {
    let authors: &[AccountId] = &matter.authors;
    let to = ctx.one::<Arc<dyn Recipients>>().mail_of(ctx, authors).await?;
    let text = format!(
        "《{}》在{}被退回。\n\n退回理由：{reason}\n\n请修改后重新提交：{}\n",
        matter.title,
        stage.label,
        address(ctx, &format!("/documents/{}/edit", matter.log.id)),
    );
    Ok(Mail { to, subject: format!("稿件退回：{}", matter.title), text })
}
