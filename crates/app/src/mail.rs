//! Delivering mails: to the SMTP server of the configuration, or into an outbox folder that the office shows. A mail to
//! several people is split into one job for each, so that one bad address or one failure concerns one person.

use kernel::{id, time};
use lettre::{
    AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor,
    message::Mailbox,
    message::header::{ContentType, MIME_VERSION_1_0},
};
use store::jobs::{Failure, Handlers, NewJob};
use web::{
    Capability, Ctx,
    mail::{Mail, Outward, SEND},
};

/// Delivering what others put into the queue.
pub fn capability() -> Capability {
    Capability::new("mail", "邮件").jobs(handlers).declare(Outward(SEND))
}

fn handlers(ctx: &Ctx) -> Handlers {
    let ctx = ctx.clone();
    Handlers::default().with(SEND, "发送邮件", move |mail: Mail| {
        let ctx = ctx.clone();
        async move { deliver(&ctx, &mail).await }
    })
}

async fn deliver(ctx: &Ctx, mail: &Mail) -> Result<(), Failure> {
    if mail.to.len() > 1 {
        let mut tx = ctx.db().write().await?;
        for to in &mail.to {
            let one = Mail { to: vec![to.clone()], ..mail.clone() };
            tx.enqueue(NewJob::now(SEND, &one)).await?;
        }
        return Ok(tx.commit().await?);
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
            .header(ContentType::TEXT_PLAIN)
            .body(mail.text.clone())
            .map_err(|e| Failure::Give(e.to_string()))?;
        if ctx.config().mail.smtp.is_empty() {
            to_outbox(ctx, &message).await?;
        } else {
            let transport: AsyncSmtpTransport<Tokio1Executor> =
                AsyncSmtpTransport::<Tokio1Executor>::from_url(&ctx.config().mail.smtp)
                    .map_err(|e| Failure::Give(format!("mail.smtp 写法不对：{e}")))?
                    // Well below the time that a job has: a server that answers late has then not been asked twice.
                    .timeout(Some(std::time::Duration::from_secs(20)))
                    .build();
            transport.send(message).await.map_err(|e| Failure::Retry(format!("邮件服务器：{e}")))?;
        }
    }
    Ok(())
}

/// Without a mail server the mail lies in `outbox/` as a file that every mail program opens.
async fn to_outbox(ctx: &Ctx, message: &Message) -> Result<(), Failure> {
    let folder = ctx.data().join("outbox");
    let name = format!("{}-{}.eml", time::to_db(ctx.seams().now()).replace(':', ""), id::fresh(ctx.seams()));
    let write = async {
        tokio::fs::create_dir_all(&folder).await?;
        tokio::fs::write(folder.join(name), message.formatted()).await
    };
    write.await.map_err(|e| Failure::Retry(format!("发件箱写不进去：{e}")))
}
