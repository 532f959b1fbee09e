//! Mails that nobody could send: they lie in a folder below the data directory until a person fetches them. They are for others,
//! and may hold what opens an account: who reads one stands in the log, each time.

use axum::{
    extract::{Path, State},
    response::Response,
};
use kernel::{EventKind, NewEvent, time};
use web::{Ctx, Desk, Error, Result, act_now};

/// A mail for somebody else was read in the outbox; the subject's id is its file, which says the moment and not for whom.
pub(super) static READ: EventKind = EventKind::new("outbox", "outbox.read", "查看发件箱里的邮件");

/// A mail that lies in the outbox.
pub(super) struct Letter {
    pub(super) name: String,
    pub(super) to: String,
    pub(super) at: String,
    pub(super) kilobytes: u64,
}

/// The newest mails that nobody could send.
pub(super) async fn letters(ctx: &Ctx) -> Vec<Letter> {
    let folder = ctx.data().join("outbox");
    let mut letters = Vec::new();
    for name in names(ctx).await {
        let Ok(bytes) = tokio::fs::read(folder.join(&name)).await else { continue };
        let text = String::from_utf8_lossy(&bytes);
        let to = text.lines().take_while(|line| !line.is_empty()).find_map(|line| line.strip_prefix("To: "));
        // The name begins with the moment, its colons left out.
        let at = name.split('-').take(3).collect::<Vec<_>>().join("-");
        let at = match (at.get(..10), at.get(11..13), at.get(13..15)) {
            (Some(day), Some(hour), Some(minute)) => time::show_minute(&format!("{day}T{hour}:{minute}:00.000Z")),
            _ => String::new(),
        };
        letters.push(Letter {
            to: to.unwrap_or("（没有收件人）").to_owned(),
            at,
            kilobytes: (bytes.len() as u64).div_ceil(1024),
            name,
        });
    }
    letters
}

async fn names(ctx: &Ctx) -> Vec<String> {
    let mut names = Vec::new();
    if let Ok(mut folder) = tokio::fs::read_dir(ctx.data().join("outbox")).await {
        while let Ok(Some(entry)) = folder.next_entry().await {
            names.push(entry.file_name().to_string_lossy().into_owned());
        }
    }
    names.sort();
    names.reverse();
    names.truncate(100);
    names
}

/// GET /system/outbox/{name}
///
/// # Errors
/// Also when the reading cannot be noted: what cannot be noted is not handed out. A full disk keeps nobody from reading.
pub(super) async fn mail(State(ctx): State<Ctx>, desk: Desk, Path(name): Path<String>) -> Result<Response> {
    let plain = name.ends_with(".eml")
        && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"-._".contains(&b))
        && !name.contains("..");
    if !plain {
        return Err(Error::NotFound);
    }
    let bytes = tokio::fs::read(ctx.data().join("outbox").join(&name)).await.map_err(|_| Error::NotFound)?;
    let event = NewEvent::new(&READ, &name, &desk.actor()).organ(desk.organ());
    match act_now(&ctx, async |tx| tx.append(event).await).await {
        Ok(_) => {}
        Err(error) if error.trouble().is_some() => {}
        Err(error) => return Err(error.into()),
    }
    Ok(web::page::download(bytes, "message/rfc822", &name))
}
