//! Telling by mail: an organ that a case waits for it, and who started a case that there is something new. Numbers and days,
//! nothing of what anybody wrote.

use std::{collections::BTreeSet, sync::Arc};

use case::{
    PartyRole,
    files::CaseFile,
    permissions::{HANDLE_CASES, OVERSEE_CASES},
};
use kernel::{
    OrganCode, Permission,
    id::{CaseId, SubjectRef},
};
use store::{
    Tx,
    jobs::{self, NewJob},
};
use web::{
    Ctx, Refusal, Result,
    hooks::Recipients,
    mail::{Enclosed, Mail, SEND, SEND_SEALED, SealedMail},
};

use super::past;

/// Bytes of files that go with a mail, together: more is refused by mailboxes, and a line of the county carries it within the time
/// that a server is given.
const MOST_ENCLOSED: i64 = 5 * 1024 * 1024;

/// The organs of which nobody can handle cases now: they have no account for it. What is asked of them is the county office's to
/// pass on.
///
/// # Errors
/// When the database fails.
pub async fn unmanned(ctx: &Ctx) -> Result<Vec<OrganCode>> {
    without(ctx, &HANDLE_CASES).await
}

/// The organs of which nobody now may do what this permission allows.
///
/// # Errors
/// When the database fails.
pub async fn without(ctx: &Ctx, permission: &'static Permission) -> Result<Vec<OrganCode>> {
    let people = ctx.one::<Arc<dyn Recipients>>().people(ctx, permission.roles).await?;
    let manned: BTreeSet<OrganCode> = people.into_iter().map(|person| person.organ).collect();
    let (directory, today) = (ctx.directory(), ctx.today());
    let all = directory.all().iter().map(|organ| &organ.code);
    Ok(all.filter(|code| !manned.contains(&directory.stands_for(code, today))).cloned().collect())
}

/// Has whoever handles such cases in the organ told, in the write under way; where nobody there can handle it, those who oversee
/// all organs. `what` stands in the subject: 督办.
///
/// # Errors
/// When the database fails.
pub async fn tell(ctx: &Ctx, tx: &mut Tx, case: &CaseId, what: &str) -> Result<(), Refusal> {
    let entry = case::entry(tx.conn(), case).await?.ok_or(Refusal::NotFound)?;
    let kind = entry.kind(ctx).ok_or(Refusal::NotFound)?;
    let keeper = case::keeper(ctx, &entry.organ);
    let recipients = ctx.one::<Arc<dyn Recipients>>();
    let number = entry.registered(kind);
    let until =
        entry.told_due().filter(|_| !entry.is_ended()).map(|due| format!("，请在 {due} 前办理")).unwrap_or_default();
    let people = recipients.people(ctx, kind.handle.roles).await?;
    let manned = people.iter().any(|person| person.organ == keeper);
    let (to, note) = if manned {
        (recipients.addresses(ctx, kind.handle.roles).await?.remove(&keeper), String::new())
    } else {
        let office = ctx.directory().stands_for(&ctx.office_organ(), ctx.today());
        let name = ctx.directory().short_name(&entry.organ).to_owned();
        let told = format!(
            "\n\n{name}没有能办理的账号，收不到这件。请为它建立账号，或者转给负责的机关、通知它办理；期限照常计算。"
        );
        (recipients.addresses(ctx, OVERSEE_CASES.roles).await?.remove(&office), told)
    };
    let Some(to) = to.filter(|to| !to.is_empty()) else { return Ok(()) };
    let mail = Mail {
        to,
        subject: format!("{what}：{number}"),
        text: format!(
            "{}，{number}{until}。{note}\n\n登录办理：{}/cases/{}\n\n为保护当事人，邮件不写内容。",
            kind.label,
            ctx.office_url(),
            entry.id,
        ),
    };
    tx.enqueue(NewJob::now(SEND, &mail)).await?;
    Ok(())
}

/// Has a delivered letter sent to the mail address that who started the case left, whole, sealed while it waits, in the write
/// under way. Files that go out with it go with the mail as long as a mailbox takes them; otherwise the mail says where they are
/// fetched. Gives whether they go along; `None` without an address.
///
/// # Errors
/// When the key does not fit; when the database fails.
pub(super) async fn send_letter(
    ctx: &Ctx,
    tx: &mut Tx,
    entry: &case::Entry,
    letter: &case::letters::Letter,
    files: &[CaseFile],
) -> Result<Option<bool>, Refusal> {
    let kind = entry.kind(ctx).ok_or(Refusal::NotFound)?;
    let parties = case::parties(ctx, tx.conn(), &entry.id).await?;
    let known =
        parties.into_iter().find(|(_, role, person)| *role != PartyRole::ThirdParty && !person.email.is_empty());
    let Some((_, _, person)) = known else { return Ok(None) };
    let number = kind.letter(&letter.kind).map(|what| letter.number(what)).unwrap_or_default();
    let organ = letter.issuer.as_str();
    let along = files.iter().map(|file| file.bytes).sum::<i64>() <= MOST_ENCLOSED;
    let attached = match (files.len(), along) {
        (0, _) => String::new(),
        (many, true) => format!("随本文书送达的附件有 {many} 个，在本邮件的附件里。\n"),
        (many, false) => {
            format!("随本文书送达的附件有 {many} 个，因为太大，不在邮件里，请凭查询码在下面的网址下载。\n")
        }
    };
    let goes = files.iter().filter(|_| along).map(|file| Enclosed {
        name: file.name.clone(),
        media: file.media.clone(),
        digest: file.digest.clone(),
    });
    let mail = Mail {
        to: vec![person.email],
        subject: format!("{}（{number}）", letter.body.title),
        text: format!(
            "{}\n{number}\n\n{}：\n\n{}\n\n————\n{organ}按您选择的途径发送本文书。\n{attached}\
             凭回执上的查询码可以查看和下载（回执编号 {}）：{}/cases/track\n查询码丢了的，可以补发：{}/cases/lost\n",
            letter.body.title,
            letter.body.addressee,
            letter.body.text.trim(),
            entry.number,
            ctx.portal_url(),
            ctx.portal_url(),
        ),
    };
    let sealed = SealedMail::seal_with(ctx.files(), &tx.seams(), &mail, goes.collect(), subject(&entry.id))?;
    tx.enqueue(NewJob::now(SEND_SEALED, &sealed).dedup(letter.id.as_str())).await?;
    Ok(Some(along))
}

/// The case as what mails speak of.
pub(super) fn subject(case: &CaseId) -> SubjectRef {
    SubjectRef::new(case::events::SUBJECT, case)
}

/// Why a letter that is entered as mailed has not gone out so far, in words; `None` when it has, or went another way.
///
/// # Errors
/// When the database fails.
pub(super) async fn unsent(ctx: &Ctx, letter: &case::letters::Letter) -> Result<Option<String>> {
    if letter.way != "email" {
        return Ok(None);
    }
    let left = jobs::left(ctx.db(), SEND_SEALED, letter.id.as_str()).await?;
    Ok(left.map(|why| if why.is_empty() { "正在等待发送".to_owned() } else { why }))
}

/// Throws away the mails about a case that have not gone out, in the write under way: with its persons, what is written to them
/// goes.
///
/// # Errors
/// When the database fails.
pub(super) async fn forget(tx: &mut Tx, case: &CaseId) -> store::Result<()> {
    let subject = subject(case);
    let speaks = |payload: &str| serde_json::from_str(payload).is_ok_and(|mail: SealedMail| mail.speaks_of(&subject));
    jobs::forget(tx, SEND_SEALED, speaks).await.map(drop)
}

/// Has who started the case told that there is something new, where they left a mail address; sealed while it waits, in the write
/// under way. The words of the office are read behind the code alone.
///
/// # Errors
/// When the key does not fit; when the database fails.
pub async fn tell_person(ctx: &Ctx, tx: &mut Tx, case: &CaseId) -> Result<(), Refusal> {
    let entry = case::entry(tx.conn(), case).await?.ok_or(Refusal::NotFound)?;
    let kind = entry.kind(ctx).ok_or(Refusal::NotFound)?;
    let parties = case::parties(ctx, tx.conn(), case).await?;
    let own = |role: PartyRole| role != PartyRole::ThirdParty;
    let known = parties.into_iter().find(|(_, role, person)| own(*role) && !person.email.is_empty());
    let Some((_, _, person)) = known else { return Ok(()) };
    let told = entry.state(kind).told;
    // The day by which it is the person's turn is no personal information, and who misses it loses the request.
    let past = case::history(ctx, tx.conn(), &entry).await?;
    let until =
        past::until(kind, &entry, &past).map(|day| format!("期限到 {day} 为止（含当天）。")).unwrap_or_default();
    let mail = Mail {
        to: vec![person.email],
        subject: format!("{}（{}）有新的进展", kind.label, entry.number),
        text: format!(
            "{told}{until}\n\n请用回执上的查询码查看（回执编号 {}）：{}/cases/track\n查询码丢了的，可以补发：{}/cases/lost\n\n为保护个人信息，邮件不写内容。",
            entry.number,
            ctx.portal_url(),
            ctx.portal_url(),
        ),
    };
    let sealed = SealedMail::seal(ctx.files(), &tx.seams(), &mail, subject(case))?;
    tx.enqueue(NewJob::now(SEND_SEALED, &sealed)).await?;
    Ok(())
}
