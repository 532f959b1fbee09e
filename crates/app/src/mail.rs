//! Delivering mails: to the SMTP server of the configuration, or, those to staff, into an outbox folder that the office shows. What
//! is sealed while it waits goes to the server or waits on: the outbox is read by whoever runs the machine. A mail to
//! several people is split into one job for each, so that one bad address or one failure concerns one person. Who wants mails
//! gathered gets them as one, in the morning of each working day.
//! Letters to others are handed over one by one (`crates/app/src/letters.rs`).

use std::{fs::Permissions, os::unix::fs::PermissionsExt, sync::Arc, time::Duration};

use futures::future::BoxFuture;
use jiff::{SignedDuration, Timestamp, ToSpan};
use kernel::{
    Actor, Calendar,
    event::digest_of,
    id::{self, SubjectRef},
    time,
};
use lettre::{
    AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor,
    message::header::{ContentType, MIME_VERSION_1_0},
    message::{Attachment, Mailbox, MultiPart, SinglePart},
};
use serde::{Deserialize, Serialize};
use store::{
    FromRow, Tx,
    jobs::{self, Failure, Handlers, NewJob},
    query, query_as,
};
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use web::{
    Capability, Ctx,
    hooks::{Leaving, Recipients},
    mail::{Enclosed, Mail, Outward, Postman, SEND, SEND_NOW, SEND_SEALED, SealedMail},
};

use crate::letters::{self, ByServer};

/// The kind of job that sends what was gathered for one address.
const GATHERED: &str = "mail.gathered";
/// Characters of one mail in the gathered one; what is longer is said to be.
const LONGEST: usize = 4000;
/// Mails in one gathered one; the rest comes in the next.
const MOST: i64 = 100;
/// When gathered mails go out on a working day: hours after midnight in China.
const MORNING: i64 = 8;

/// Delivering what others put into the queue.
pub fn capability() -> Capability {
    let postman: Arc<dyn Postman> = Arc::new(ByServer);
    Capability::new("mail", "邮件")
        .jobs(handlers)
        .migrations(store::migrations!("mail", "../migrations/0001_gathered.sql"))
        .declare(Outward(SEND))
        .declare(Outward(SEND_NOW))
        .declare(Outward(SEND_SEALED))
        .declare(Outward(GATHERED))
        .declare(Arc::new(Waiting) as Arc<dyn Leaving>)
        .declare(postman)
}

fn handlers(ctx: &Ctx) -> Handlers {
    let (usual, urgent, gathered, sealed) = (ctx.clone(), ctx.clone(), ctx.clone(), ctx.clone());
    Handlers::default()
        .with(SEND, "发送邮件", move |mail: Mail| {
            let ctx = usual.clone();
            async move { hand_out(&ctx, SEND, mail).await }
        })
        .with(SEND_NOW, "发送邮件（马上）", move |mail: Mail| {
            let ctx = urgent.clone();
            async move { hand_out(&ctx, SEND_NOW, mail).await }
        })
        .with(SEND_SEALED, "发送给当事人的邮件", move |mail: SealedMail| {
            let ctx = sealed.clone();
            async move { deliver_sealed(&ctx, &mail).await }
        })
        .with(GATHERED, "发送合并的提醒邮件", move |whose: Whose| {
            let ctx = gathered.clone();
            async move { send_gathered(&ctx, &whose).await }
        })
        // Of the two workers one stays free: a mail server that hangs must not keep a timed publication waiting.
        .limit_together(&BY_SERVER, 1)
}

/// Jobs that wait for the mail server.
const BY_SERVER: [&str; 3] = [SEND, SEND_NOW, SEND_SEALED];
/// A server that takes a mail takes it sooner: all commands together.
const SLOWEST: Duration = Duration::from_secs(30);
/// For as long a server that hangs is left alone, but for the one mail that is tried again.
const LEFT_ALONE: SignedDuration = SignedDuration::from_mins(5);

/// Hands a message to the server. When that hangs, all other mails wait for some minutes instead of hanging one after the other.
async fn by_server(ctx: &Ctx, message: Message) -> Result<(), Failure> {
    let transport = transport(ctx).map_err(Failure::Give)?;
    let hung = match tokio::time::timeout(SLOWEST, transport.send(message)).await {
        Ok(Ok(_)) => return Ok(()),
        Ok(Err(error)) if !error.is_timeout() => return Err(Failure::Retry(format!("邮件服务器：{error}"))),
        Ok(Err(_)) | Err(_) => "邮件服务器没有在规定时间内应答，其余邮件五分钟后再发",
    };
    let until = ctx.seams().now().checked_add(LEFT_ALONE).unwrap_or(ctx.seams().now());
    let mut tx = ctx.db().write().await?;
    jobs::postpone(&mut tx, &BY_SERVER, until).await?;
    tx.commit().await?;
    Err(Failure::Retry(hung.to_owned()))
}

/// How long a mail that no server is set up for waits before that is looked at again.
const NO_SERVER: SignedDuration = SignedDuration::from_hours(1);

/// Sends a mail to somebody who is not staff; without a server it waits on, sealed as it is.
async fn deliver_sealed(ctx: &Ctx, mail: &SealedMail) -> Result<(), Failure> {
    if ctx.config().mail.smtp.is_empty() {
        let now = ctx.seams().now();
        let until = now.checked_add(NO_SERVER).unwrap_or(now);
        return Err(Failure::Wait("没有设置邮件服务器（mail.smtp），设置以后自动发送".to_owned(), until));
    }
    // A key that is not there now may be put back.
    let (mail, enclosed) = mail.open_whole(ctx.files())?;
    deliver(ctx, &mail, &enclosed).await.map_err(untold)
}

/// Why a mail to somebody who is not staff did not go, without the address, which stands in no table.
fn untold(failure: Failure) -> Failure {
    match failure {
        Failure::Retry(_) => Failure::Retry("邮件没有发出，会再试。原因见邮件服务器的日志".to_owned()),
        Failure::Give(_) => Failure::Give("当事人留的邮箱地址不能用".to_owned()),
        wait @ Failure::Wait(..) => wait,
    }
}

/// For whom mails were gathered.
#[derive(Debug, Clone, Serialize, Deserialize)]
struct Whose {
    address: String,
}

/// A mail to one goes out or is gathered; one to several becomes one for each.
async fn hand_out(ctx: &Ctx, kind: &'static str, mail: Mail) -> Result<(), Failure> {
    if mail.to.len() > 1 {
        let mut tx = ctx.db().write().await?;
        for to in &mail.to {
            let one = Mail { to: vec![to.clone()], ..mail.clone() };
            tx.enqueue(NewJob::now(kind, &one)).await?;
        }
        return Ok(tx.commit().await?);
    }
    let Some(address) = mail.to.first().filter(|_| kind == SEND) else { return deliver(ctx, &mail, &[]).await };
    let gathered = ctx.one::<Arc<dyn Recipients>>().gathered(ctx, address).await;
    match gathered.map_err(|error| Failure::Retry(format!("{error:?}")))? {
        true => gather(ctx, address, &mail).await,
        false => deliver(ctx, &mail, &[]).await,
    }
}

/// Keeps a mail for the next morning. A job that runs twice keeps it once.
async fn gather(ctx: &Ctx, address: &str, mail: &Mail) -> Result<(), Failure> {
    let now = ctx.seams().now();
    let mut tx = ctx.db().write().await?;
    query(
        "INSERT INTO gathered_mail (id, address, subject, text, kept_at) VALUES ($1, $2, $3, $4, $5) \
         ON CONFLICT (id) DO NOTHING",
    )
    .bind(digest_of([address, mail.subject.as_str(), mail.text.as_str()]))
    .bind(address)
    .bind_all([&mail.subject, &mail.text, &time::to_db(now)])
    .execute(tx.conn())
    .await?;
    let whose = Whose { address: address.to_owned() };
    tx.enqueue(NewJob::now(GATHERED, &whose).at(next_morning(&ctx.calendar(), now)).dedup(address)).await?;
    Ok(tx.commit().await?)
}

/// The next moment at which gathered mails go out, after `now`.
fn next_morning(calendar: &Calendar, now: Timestamp) -> Timestamp {
    let mut day = time::date_in_china(now);
    // A year beyond the calendar has its Mondays to Fridays.
    for _ in 0..60 {
        let morning = time::start_of_day(day).checked_add(MORNING.hours()).unwrap_or(now);
        if morning > now && calendar.is_probably_working(day) {
            return morning;
        }
        day = day.tomorrow().unwrap_or(day);
    }
    now
}

/// Mails that wait here hold words of what they are about: with the words, they go.
struct Waiting;

impl Leaving for Waiting {
    fn erased<'a>(
        &'a self,
        tx: &'a mut Tx,
        subject: &'a SubjectRef,
        _: &'a str,
        _: (&'a str, &'a Actor),
    ) -> BoxFuture<'a, store::Result<()>> {
        Box::pin(forget(tx, subject))
    }
}

/// Characters from which on a title is told by itself: a shorter one stands in mails on anything.
const TELLING: usize = 4;

/// Throws away what waits to be sent and names the document, one of its editions, or a title that one of them has.
async fn forget(tx: &mut Tx, subject: &SubjectRef) -> store::Result<()> {
    let editions: Vec<(String, String)> =
        query_as("SELECT id, title FROM edition WHERE document_id = $1").bind(&subject.id).fetch_all(tx.conn()).await?;
    let mut marks = vec![subject.id.clone()];
    for (id, title) in editions {
        marks.push(id);
        marks.extend(Some(title).filter(|title| title.chars().count() >= TELLING));
    }
    let speaks = |mail: &Mail| marks.iter().any(|mark| mail.subject.contains(mark) || mail.text.contains(mark));
    let kept: Vec<Kept> = query_as("SELECT id, subject, text FROM gathered_mail").fetch_all(tx.conn()).await?;
    for one in kept {
        if speaks(&Mail { to: Vec::new(), subject: one.subject, text: one.text }) {
            query("DELETE FROM gathered_mail WHERE id = $1").bind(&one.id).execute(tx.conn()).await?;
        }
    }
    for kind in [SEND, SEND_NOW] {
        jobs::forget(tx, kind, |payload| serde_json::from_str(payload).is_ok_and(|mail: Mail| speaks(&mail))).await?;
    }
    Ok(())
}

#[derive(FromRow)]
struct Kept {
    id: String,
    subject: String,
    text: String,
}

/// All that was gathered for an address, as one mail: in the same write it is forgotten here and stands in the queue.
async fn send_gathered(ctx: &Ctx, whose: &Whose) -> Result<(), Failure> {
    // Who has left, or wants no mails any more, gets none of before.
    let reached = ctx.one::<Arc<dyn Recipients>>().reaches(ctx, &whose.address).await;
    let reached = reached.map_err(|error| Failure::Retry(format!("{error:?}")))?;
    let mut tx = ctx.db().write().await?;
    let kept: Vec<Kept> =
        query_as("SELECT id, subject, text FROM gathered_mail WHERE address = $1 ORDER BY kept_at, id LIMIT $2")
            .bind(&whose.address)
            .bind(MOST)
            .fetch_all(tx.conn())
            .await?;
    for one in &kept {
        query("DELETE FROM gathered_mail WHERE id = $1").bind(&one.id).execute(tx.conn()).await?;
    }
    if let Some(mail) = together(&whose.address, &kept).filter(|_| reached) {
        tx.enqueue(NewJob::now(SEND_NOW, &mail)).await?;
    }
    if i64::try_from(kept.len()).is_ok_and(|many| many == MOST) {
        tx.enqueue(NewJob::now(GATHERED, whose)).await?;
    }
    Ok(tx.commit().await?)
}

/// One mail of several; `None` of none. A single one stays as it is.
fn together(address: &str, kept: &[Kept]) -> Option<Mail> {
    let to = vec![address.to_owned()];
    let first = kept.first()?;
    if kept.len() == 1 {
        return Some(Mail { to, subject: first.subject.clone(), text: first.text.clone() });
    }
    let mut text = format!("您有 {} 条提醒：\n", kept.len());
    for (number, one) in (1..).zip(kept) {
        text.push_str(&format!("{number}. {}\n", one.subject));
    }
    for (number, one) in (1..).zip(kept) {
        let body: String = one.text.trim().chars().take(LONGEST).collect();
        let cut = if one.text.trim().chars().count() > LONGEST {
            "\n（太长，后面的没有列出，请到系统中查看。）"
        } else {
            ""
        };
        text.push_str(&format!("\n———— {number}. {} ————\n\n{body}{cut}\n", one.subject));
    }
    text.push_str("\n要改为一有就发，请在“我的账号”里选择。\n");
    Some(Mail { to, subject: format!("政务公开提醒：{} 条", kept.len()), text })
}

/// The bytes of a file that goes with a mail.
async fn bytes_of(ctx: &Ctx, file: &Enclosed) -> Result<Vec<u8>, Failure> {
    let mut reader = ctx.files().open_sealed(&file.digest).await?;
    let mut bytes = Vec::new();
    let read = reader.read_to_end(&mut bytes).await;
    read.map_err(|_| Failure::Retry("邮件的附件读不出来".to_owned()))?;
    Ok(bytes)
}

async fn deliver(ctx: &Ctx, mail: &Mail, enclosed: &[Enclosed]) -> Result<(), Failure> {
    let mut parts: Vec<SinglePart> = Vec::with_capacity(enclosed.len());
    for file in enclosed {
        let media = ContentType::parse(&file.media).or_else(|_| ContentType::parse("application/octet-stream"));
        let media = media.map_err(|e| Failure::Give(e.to_string()))?;
        parts.push(Attachment::new(file.name.clone()).body(bytes_of(ctx, file).await?, media));
    }
    let from: Mailbox =
        ctx.config().mail.from.parse().map_err(|e| Failure::Give(format!("mail.from 写法不对：{e}")))?;
    for to in &mail.to {
        let recipient: Mailbox = to.parse().map_err(|e| Failure::Give(format!("收件地址 {to} 写法不对：{e}")))?;
        let message = Message::builder()
            .from(from.clone())
            .to(recipient)
            .subject(&mail.subject)
            // Strict programs show the letters of the encoding without it, and filters take a mail without an id for junk.
            .message_id(Some(format!("<{}@{}>", id::fresh(ctx.seams()), from.email.domain())))
            .header(MIME_VERSION_1_0)
            // Programs that answer letters leave these unanswered (RFC 3834).
            .raw_header(letters::header("Auto-Submitted", "auto-generated"));
        let message = if parts.is_empty() {
            message.header(ContentType::TEXT_PLAIN).body(mail.text.clone())
        } else {
            let text = MultiPart::mixed().singlepart(SinglePart::plain(mail.text.clone()));
            message.multipart(parts.iter().cloned().fold(text, MultiPart::singlepart))
        };
        let message = message.map_err(|e| Failure::Give(e.to_string()))?;
        if ctx.config().mail.smtp.is_empty() {
            to_outbox(ctx, &message).await?;
        } else {
            by_server(ctx, message).await?;
        }
    }
    Ok(())
}

/// The configured server; what is wrong with the configuration otherwise.
pub(crate) fn transport(ctx: &Ctx) -> Result<AsyncSmtpTransport<Tokio1Executor>, String> {
    let builder = AsyncSmtpTransport::<Tokio1Executor>::from_url(&ctx.config().mail.smtp);
    let builder = builder.map_err(|e| format!("mail.smtp 写法不对：{e}"))?;
    // Well below the time that a job has: a server that answers late has then not been asked twice.
    Ok(builder.timeout(Some(Duration::from_secs(20))).build())
}

/// Without a mail server a mail lies in `outbox/` as a file that every mail program opens; none but the program's own user reads
/// the folder. Never for what is sealed while it waits.
pub(crate) async fn to_outbox(ctx: &Ctx, message: &Message) -> Result<(), Failure> {
    let folder = ctx.data().join("outbox");
    let name = format!("{}-{}.eml", time::to_db(ctx.seams().now()).replace(':', ""), id::fresh(ctx.seams()));
    let write = async {
        tokio::fs::create_dir_all(&folder).await?;
        tokio::fs::set_permissions(&folder, Permissions::from_mode(0o700)).await?;
        let mut open = tokio::fs::OpenOptions::new();
        let mut file = open.write(true).create_new(true).mode(0o600).open(folder.join(name)).await?;
        file.write_all(&message.formatted()).await?;
        file.flush().await
    };
    write.await.map_err(|e| Failure::Retry(format!("发件箱写不进去：{e}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(subject: &str, text: &str) -> Kept {
        Kept { id: subject.into(), subject: subject.into(), text: text.into() }
    }

    #[test]
    fn gathered_mails_go_out_in_the_next_working_morning() {
        let calendar = Calendar::bundled();
        let next = |now: &str| next_morning(&calendar, now.parse().expect("moment")).to_string();
        assert_eq!(next("2026-03-02T23:00:00Z"), "2026-03-03T00:00:00Z", "Tuesday, before eight");
        assert_eq!(next("2026-03-03T00:00:00Z"), "2026-03-04T00:00:00Z", "at eight it is the next day");
        assert_eq!(next("2026-03-06T02:00:00Z"), "2026-03-09T00:00:00Z", "Friday to Monday");
        // 国务院办公厅 2026: National Day from October 1 to 7.
        assert_eq!(next("2026-09-30T05:00:00Z"), "2026-10-08T00:00:00Z", "over a holiday");
    }

    #[test]
    fn one_mail_stays_as_it_is_and_several_become_one() {
        assert_eq!(together("a@example.gov.cn", &[]), None);
        let alone = together("a@example.gov.cn", &[kept("稿件退回：甲", "请修改。")]).expect("a mail");
        assert_eq!((alone.subject.as_str(), alone.text.as_str()), ("稿件退回：甲", "请修改。"));
        let long = "长".repeat(LONGEST + 1);
        let both = together("a@example.gov.cn", &[kept("稿件退回：甲", "请修改。"), kept("新任务：乙", &long)])
            .expect("a mail");
        assert_eq!(both.subject, "政务公开提醒：2 条");
        for part in ["1. 稿件退回：甲", "2. 新任务：乙", "请修改。", "后面的没有列出"] {
            assert!(both.text.contains(part), "{part}");
        }
    }
}
