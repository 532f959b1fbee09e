//! Letters to people outside of the office ([`Letter`]), one by one: what the server answers says whether the mailbox is full,
//! not there, or the server itself in trouble.

use futures::future::BoxFuture;
use lettre::{
    AsyncTransport, Message,
    message::Mailbox,
    message::header::{ContentType, HeaderName, HeaderValue, MIME_VERSION_1_0},
};
use web::{
    Ctx,
    mail::{Letter, Postman, Undelivered},
};

use crate::mail;

/// Answers that speak of the server or of us: it is busy, does not know us, or does not understand. All others speak of the
/// mailbox, or of what it takes.
const OF_SERVER: [u16; 14] = [421, 432, 454, 500, 501, 502, 503, 504, 521, 525, 530, 534, 535, 538];

/// By the configured server, or into the outbox.
pub(crate) struct ByServer;

impl Postman for ByServer {
    fn post<'a>(&'a self, ctx: &'a Ctx, letter: &'a Letter) -> BoxFuture<'a, Result<(), Undelivered>> {
        Box::pin(post(ctx, letter))
    }
}

async fn post(ctx: &Ctx, letter: &Letter) -> Result<(), Undelivered> {
    let message = message(ctx, letter)?;
    if ctx.config().mail.smtp.is_empty() {
        let kept = mail::to_outbox(ctx, &message).await;
        return kept.map_err(|_| Undelivered::Server("发件箱写不进去".to_owned()));
    }
    let transport = mail::transport(ctx).map_err(Undelivered::Server)?;
    let sent = transport.send(message).await;
    sent.map(|_| ()).map_err(|error| why(error.status().map(u16::from), enhanced(&error.to_string())))
}

fn message(ctx: &Ctx, letter: &Letter) -> Result<Message, Undelivered> {
    let from = &ctx.config().mail.from;
    let from: Mailbox = from.parse().map_err(|_| Undelivered::Server("mail.from 写法不对".to_owned()))?;
    // An address that no server could read is a mailbox that is not there.
    let to: Mailbox = letter.to.parse().map_err(|_| Undelivered::Refused(553))?;
    let mut builder = Message::builder()
        .from(from.clone())
        .to(to)
        .subject(&letter.subject)
        .message_id(Some(format!("<{}@{}>", letter.mark, from.email.domain())))
        .header(MIME_VERSION_1_0)
        .header(ContentType::TEXT_PLAIN)
        // Programs that answer letters leave these unanswered (RFC 3834).
        .raw_header(header("Auto-Submitted", "auto-generated"));
    if !letter.leave.is_empty() {
        builder = builder.raw_header(header("List-Unsubscribe", &format!("<{}>", letter.leave)));
        // The promise that one POST does it holds over an encrypted connection alone (RFC 8058, 3.1).
        if letter.leave.starts_with("https://") {
            builder = builder.raw_header(header("List-Unsubscribe-Post", "List-Unsubscribe=One-Click"));
        }
    }
    builder.body(letter.text.clone()).map_err(|_| Undelivered::Server("邮件拼不出来".to_owned()))
}

/// A field of the head that the library has no type for.
pub(crate) fn header(name: &'static str, value: &str) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned())
}

/// The enhanced code of an answer (RFC 3463), as its subject and detail: 5.2.2 is `(2, 2)`. `None` where the server gives none.
fn enhanced(words: &str) -> Option<(u16, u16)> {
    words.split(|c: char| !c.is_ascii_digit() && c != '.').find_map(|word| {
        let mut parts = word.trim_end_matches('.').split('.');
        let (class, subject, detail) = (parts.next()?, parts.next()?, parts.next()?);
        let fits = matches!(class, "4" | "5") && parts.next().is_none();
        let subject = subject.parse::<u16>().ok().filter(|subject| *subject <= 7)?;
        Some((subject, detail.parse::<u16>().ok()?)).filter(|_| fits)
    })
}

/// What an answer says; without one the server was not reached. The words of the server are left out: they name the address.
fn why(code: Option<u16>, enhanced: Option<(u16, u16)>) -> Undelivered {
    match (code, enhanced) {
        (Some(code), _) if OF_SERVER.contains(&code) => Undelivered::Server(format!("邮件服务器答复 {code}")),
        // Full (RFC 5321, 4.2.3: "exceeded storage allocation"), or the letter is too much for it: the mailbox is there.
        (Some(code), Some((2, 2..=4))) => Undelivered::Later(code),
        (Some(552), None) => Undelivered::Later(552),
        // System, way, protocol, content and policy say nothing of the mailbox: the county's own server may have judged so.
        (Some(code), Some((3..=7, _))) => Undelivered::Later(code),
        (Some(code), _) if code >= 500 => Undelivered::Refused(code),
        (Some(code), _) => Undelivered::Later(code),
        (None, _) => Undelivered::Server("邮件服务器连不上".to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mailbox_is_told_from_the_server() {
        let told = |code: u16, words: &str| why(Some(code), enhanced(words));
        assert_eq!(told(452, ""), Undelivered::Later(452), "full");
        assert_eq!(told(550, "permanent error (550): no such user"), Undelivered::Refused(550), "not there");
        assert_eq!(told(550, "permanent error (550): 5.1.1 <a@10.2.2.2> unknown"), Undelivered::Refused(550));
        for code in [421, 454, 530, 535, 500] {
            assert!(matches!(told(code, ""), Undelivered::Server(_)), "{code}");
        }
        assert!(matches!(why(None, None), Undelivered::Server(_)));
    }

    #[test]
    fn a_full_mailbox_is_not_one_that_is_gone() {
        let told = |code: u16, words: &str| why(Some(code), enhanced(words));
        for words in
            ["permanent error (552): 5.2.2 mailbox full", "permanent error (552): quota", "552-5.2.2 Over quota."]
        {
            assert_eq!(told(552, words), Undelivered::Later(552), "{words}");
        }
        assert_eq!(told(550, "permanent error (550): 5.2.2 full"), Undelivered::Later(550));
        assert_eq!(told(554, "permanent error (554): 5.7.1 greylisted by policy"), Undelivered::Later(554));
        assert_eq!(told(550, "permanent error (550): 5.2.1 disabled"), Undelivered::Refused(550));
        assert_eq!(told(554, "permanent error (554): rejected"), Undelivered::Refused(554));
    }

    #[test]
    fn a_letter_shows_no_address_where_it_is_logged() {
        let letter = Letter {
            to: "a@example.invalid".to_owned(),
            subject: "甲".to_owned(),
            text: String::new(),
            mark: "m1".to_owned(),
            leave: String::new(),
        };
        assert!(!format!("{letter:?}").contains("example"));
    }
}
