//! Signing the state of the log, and keeping the newest signed state outside of the database: who restores an older database, or
//! changes it, must not be able to have another history signed as if there had never been one before.

use std::{
    io::Write,
    os::unix::fs::OpenOptionsExt,
    path::{Path, PathBuf},
};

use document::page::base_url;
use jiff::{SignedDuration, Timestamp};
use kernel::time;
use proof::Signer;
use receipt::{Fault, Key, Signed, note, tree};
use store::{Error, Executor, Result, log::Place, settings};
use web::Ctx;

use super::{
    LOCK, broken, count,
    rows::{self, Head},
    witnesses,
};

/// Name of the file with the key, beside the key of the audit log: 32 bytes in hexadecimal, for the owner alone.
const KEY: &str = "public-log-key";
/// Name of the file with the newest signed state, in the data directory.
const KEPT: &str = "public-log-checkpoint";
/// Under this name the database says that it was restored: when, and with how many leaves.
const RESTORED: &str = "public_log.restored";
/// Signed anew after so long though nothing happened: a reader sees that the log is alive.
const STALE: SignedDuration = SignedDuration::from_hours(24);

/// What waits longer for its signature waits for somebody's hand.
const LATE: SignedDuration = SignedDuration::from_mins(10);

/// Where the key lies that signs the public log.
pub fn key_file(ctx: &Ctx) -> PathBuf {
    ctx.log_place().key.with_file_name(KEY)
}

/// Where a data directory keeps the newest signed state.
pub fn kept_file(data: &Path) -> PathBuf {
    data.join(KEPT)
}

fn place(ctx: &Ctx) -> Place {
    Place { key: key_file(ctx), data: ctx.data().clone() }
}

/// The name of a log that begins now: the address of the portal without its scheme, as C2SP names logs by where they are served.
fn origin(ctx: &Ctx) -> String {
    let base = base_url(ctx);
    let host = base.split_once("://").map_or(base.as_str(), |(_, host)| host);
    let host = if host.is_empty() { ctx.site().domain.as_str().to_owned() } else { host.to_owned() };
    let plain: String = host.chars().filter(|c| !c.is_whitespace() && *c != '+').collect();
    format!("{plain}/log")
}

/// The key that signs, with its public half as the log names it.
fn signer(ctx: &Ctx, head: Option<&Head>) -> Result<(Signer, Key)> {
    let place = place(ctx);
    let shown = place.key.display().to_string();
    if head.is_some() && !place.key.exists() {
        return Err(Error::Key(format!(
            "公开凭证日志的签名密钥 {shown} 不见了，新公开的内容暂时没有凭证。请把另行保管的密钥放回原处，权限 0600；多个节点的，从第一个节点复制"
        )));
    }
    let signer = Signer::open(place, ctx.seams())?;
    let name = head.map_or_else(|| origin(ctx), |head| head.origin.clone());
    let key = Key::new(&name, &signer.public_key()).map_err(broken)?;
    match head {
        Some(head) if head.key != key.to_string() => Err(Error::Key(format!(
            "{shown} 不是公开凭证日志一直使用的签名密钥，没有用它签名。请换回原来的密钥；多个节点的，从第一个节点复制"
        ))),
        _ => Ok((signer, key)),
    }
}

/// What is wrong when a signed state is none of this log, in words; `executor` reads the log, which has `size` leaves now.
pub(super) async fn misfit(
    executor: impl Executor<'_>,
    (signed, key): (&str, &Key),
    size: i64,
    what: &str,
) -> Result<Option<String>> {
    let signed = match Signed::open(signed, key) {
        Ok(signed) => signed,
        Err(fault) => return Ok(Some(format!("{what}读不懂或签名不对（{fault}）"))),
    };
    if signed.size > count(size) {
        return Ok(Some(format!(
            "公开凭证日志只有 {size} 条，{what}有 {} 条：末尾的条目不见了，可能是恢复了较早的数据。已经发出的凭证与现在的日志不一致{}",
            signed.size,
            meant(what)
        )));
    }
    let held = rows::nodes(executor, &tree::places_of_root(signed.size)).await?;
    Ok(match tree::root(signed.size, &held) {
        Ok(root) if root == signed.root => None,
        _ => Some(format!("公开凭证日志前 {} 条与{what}不一致：历史被改写过{}", signed.size, meant(what))),
    })
}

/// How to say that the step back was meant; whoever witnesses the log will see it all the same.
pub(super) fn meant(what: &str) -> &'static str {
    if what == KEPT_WORDS {
        "（如果是有意退回到较早的数据，请核对后删除数据目录里的 public-log-checkpoint，再验证一次；见证方仍会发现，请向公众说明缺了哪些条目）"
    } else {
        ""
    }
}

/// How the state in the data directory is called.
pub(super) const KEPT_WORDS: &str = "数据目录里留存的检查点";
/// How the state in the database is called.
pub(super) const SIGNED_WORDS: &str = "最近一次签名的检查点";

/// The newest signed state that lies in the data directory; none = nothing was signed here yet.
///
/// # Errors
/// When there is one that cannot be read.
pub(super) fn kept(ctx: &Ctx) -> Result<Option<String>> {
    match std::fs::read(kept_file(ctx.data())) {
        Ok(bytes) => Ok(Some(String::from_utf8_lossy(&bytes).into_owned())),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error.into()),
    }
}

fn keep(data: &Path, checkpoint: &str) -> Result<()> {
    let fresh = data.join(format!("{KEPT}.new"));
    let mut file = std::fs::OpenOptions::new().write(true).create(true).truncate(true).mode(0o600).open(&fresh)?;
    file.write_all(checkpoint.as_bytes())?;
    file.sync_all()?;
    Ok(std::fs::rename(&fresh, kept_file(data))?)
}

/// Signs the present state of the log, if it has grown or was not signed for a day, and keeps it. A state that does not continue
/// what was signed before is never signed.
///
/// # Errors
/// When the key cannot be used, or the log is not the one that was signed before: in words.
pub async fn sign(ctx: &Ctx) -> Result<()> {
    let size = rows::size(ctx.db().read()).await?;
    if size == 0 {
        return Ok(());
    }
    let now = ctx.seams().now();
    let head = rows::head(ctx.db().read()).await?;
    if let Some(head) = head.filter(|head| head.size == size && !is_stale(head, now)) {
        return keep_on(ctx, &head, size).await;
    }
    let mut tx = ctx.db().write().await?;
    tx.lock(LOCK).await?;
    let (size, head) = (rows::size(tx.conn()).await?, rows::head(tx.conn()).await?);
    let (signer, key) = signer(ctx, head.as_ref())?;
    let kept = kept(ctx)?;
    let before = head.as_ref().map(|head| (head.checkpoint.as_str(), SIGNED_WORDS));
    for (checkpoint, what) in before.into_iter().chain(kept.as_deref().map(|kept| (kept, KEPT_WORDS))) {
        if let Some(fault) = misfit(tx.conn(), (checkpoint, &key), size, what).await? {
            return Err(Error::Sealed(format!("没有签名：{fault}")));
        }
    }
    let held = rows::nodes(tx.conn(), &tree::places_of_root(count(size))).await?;
    let root = tree::root(count(size), &held).map_err(broken)?;
    let checkpoint = signed(&signer, &key, (count(size), root), now).map_err(broken)?;
    let origin = key.name().to_owned();
    let head = Head { origin, key: key.to_string(), size, checkpoint, signed_at: time::to_db(now) };
    rows::put_head(&mut tx, &head).await?;
    tx.commit().await?;
    keep(ctx.data(), &head.checkpoint)
}

fn signed(
    signer: &Signer,
    key: &Key,
    state: (u64, receipt::Hash),
    now: Timestamp,
) -> std::result::Result<String, Fault> {
    note::sign(key, state, count(now.as_second()), &|message| signer.signature(message))
}

fn is_stale(head: &Head, now: Timestamp) -> bool {
    time::from_db(&head.signed_at).is_none_or(|at| now.duration_since(at) >= STALE)
}

/// What another node has signed is kept here too, unless it does not continue what is kept, which is for the verification to tell.
async fn keep_on(ctx: &Ctx, head: &Head, size: i64) -> Result<()> {
    if let Some(kept) = kept(ctx)? {
        let key = Key::parse(&head.key).map_err(broken)?;
        if kept == head.checkpoint || misfit(ctx.db().read(), (&kept, &key), size, KEPT_WORDS).await?.is_some() {
            return Ok(());
        }
    }
    keep(ctx.data(), &head.checkpoint)
}

/// Notes that this data came from a backup: what was signed after the backup is not in it, and its log goes on otherwise. The
/// pages of the log and the verification say so from then on.
///
/// # Errors
/// When the database fails.
pub async fn note_restored(ctx: &Ctx) -> Result<()> {
    let size = rows::size(ctx.db().read()).await?;
    if size == 0 {
        return Ok(());
    }
    let mut tx = ctx.db().write().await?;
    let now = tx.now();
    settings::set(&mut tx, RESTORED, &format!("{now} {size}")).await?;
    tx.commit().await
}

/// That the log was restored, in a sentence; none = it was not.
pub(super) async fn restored(ctx: &Ctx) -> Result<Option<String>> {
    let noted = settings::get(ctx.db(), RESTORED).await?;
    Ok(noted.as_deref().and_then(|noted| noted.split_once(' ')).map(|(at, size)| {
        format!(
            "本站数据于 {} 从备份恢复，日志恢复到第 {size} 条。备份之后、恢复之前发出的凭证（编号大于 {size} 的），可能与现在的日志不一致，\
             以见证方保存的检查点和读者手里的凭证为准。",
            time::show_minute(at)
        )
    }))
}

/// That signing stands still though something waits for it, or though it was due anew, in a sentence for readers; none = it goes
/// on.
pub(super) async fn stalled(ctx: &Ctx, head: Option<&Head>) -> Result<Option<String>> {
    let now = ctx.seams().now();
    let since = |at: &str, long: SignedDuration| time::from_db(at).is_none_or(|at| now.duration_since(at) >= long);
    let waiting = match head {
        Some(head) => rows::unsigned_since(ctx.db(), head.size).await?,
        None => None,
    };
    // What waits here for a key that is gone, or for a log that is none of ours, waits for somebody's hand from the first minute.
    let blocked = (head.is_none() || waiting.is_some()) && ready(ctx).await.is_err();
    let late = |head: &Head| {
        let waits = waiting.as_ref().is_some_and(|oldest| since(oldest, LATE));
        waits && since(&head.signed_at, LATE) || since(&head.signed_at, STALE + LATE)
    };
    if !blocked && !head.is_some_and(late) {
        return Ok(None);
    }
    let site = ctx.site();
    let phone = site.phone.as_str();
    let whom = if phone.is_empty() { "联系网站主办单位".to_owned() } else { format!("致电 {phone}") };
    let stands = match head {
        Some(head) if blocked => format!("日志的签名停在 {}，现在不能签名", time::show_minute(&head.signed_at)),
        Some(head) => format!("日志的签名停在 {}，比平常晚", time::show_minute(&head.signed_at)),
        None => "日志现在不能签名".to_owned(),
    };
    Ok(Some(format!("{stands}：此后公开的内容暂时没有凭证，恢复后补上；以前的凭证不受影响。如有急用，请{whom}。")))
}

/// Whether the log can be signed here, now or when it begins.
///
/// # Errors
/// With what to do, when the key is gone or is another one, or when the log does not continue what was signed before.
pub async fn ready(ctx: &Ctx) -> Result<()> {
    let head = rows::head(ctx.db().read()).await?;
    let Some(kept) = kept(ctx)? else {
        // A first key is made where the key of the audit log lies, which is looked at by itself.
        return head.map_or(Ok(()), |head| signer(ctx, Some(&head)).map(drop));
    };
    if head.is_none() && !key_file(ctx).exists() {
        return Err(Error::Key(format!(
            "公开凭证日志签过名，签名密钥 {} 不见了。请把另行保管的密钥放回原处，权限 0600",
            key_file(ctx).display()
        )));
    }
    let (_, key) = signer(ctx, head.as_ref())?;
    let size = rows::size(ctx.db().read()).await?;
    match misfit(ctx.db().read(), (&kept, &key), size, KEPT_WORDS).await? {
        Some(fault) => Err(Error::Sealed(format!("没有签名：{fault}"))),
        None => Ok(()),
    }
}

/// What keeps the log from being signed, or what a witness has seen and the log does not hold, for whoever watches the program;
/// none = nothing does, or the database cannot tell.
pub async fn hindered(ctx: &Ctx) -> Option<String> {
    if let Err(error) = ready(ctx).await {
        return Some(error.to_string());
    }
    let head = rows::head(ctx.db().read()).await.ok()?;
    match stalled(ctx, head.as_ref()).await.ok()? {
        Some(stalled) => Some(stalled),
        None => witnesses::not_taken(ctx).await.ok()?,
    }
}

/// How the log stands, for the command that verifies; none = there is nothing in it.
///
/// # Errors
/// When the database fails.
pub async fn told(ctx: &Ctx) -> Result<Option<String>> {
    let (size, head) = (rows::size(ctx.db().read()).await?, rows::head(ctx.db().read()).await?);
    if size == 0 {
        return Ok(None);
    }
    let (stalled, ready) = (stalled(ctx, head.as_ref()).await?, ready(ctx).await);
    let mut told = match head {
        Some(head) => {
            let at = time::show_minute(&head.signed_at);
            format!("公开凭证日志 {}：共 {size} 条，{at} 签名到第 {} 条。", head.origin, head.size)
        }
        None if ready.is_ok() => format!("公开凭证日志：共 {size} 条，还没有签名；服务启动一分钟后会签名。"),
        None => format!("公开凭证日志：共 {size} 条，还没有签名。"),
    };
    if let Some(stalled) = stalled {
        told.push_str(&stalled);
    }
    if let Err(error) = ready {
        told.push_str(&format!("{error}。"));
    }
    if let Some(restored) = restored(ctx).await? {
        told.push_str(&restored);
    }
    for one in witnesses::standing(ctx).await? {
        match one.size {
            Some(size) => {
                told.push_str(&format!("{} 于 {} 见证到第 {size} 条。", one.name, time::show_minute(&one.at)))
            }
            None => told.push_str(&format!("{} 还没有交回加签。", one.name)),
        }
    }
    told.push_str(&witnesses::not_taken(ctx).await?.unwrap_or_default());
    Ok(Some(told))
}
