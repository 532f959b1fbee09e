//! Sending: what is due is taken one step after the other as far as it goes, each step kept before the next one begins, so that
//! a process may die anywhere. Before an article is sent for publication that is kept, too: if no answer is kept afterwards,
//! nobody sends it a second time by itself.

use document::{
    Kinds,
    public::{self, Found, PublicDocument, PublicPicture},
};
use jiff::{Timestamp, ToSpan};
use kernel::{Actor, EventKind, NewEvent, time};
use sha2::{Digest, Sha256};
use store::{Tx, jobs::Failure};
use tokio::io::AsyncReadExt;
use web::{Ctx, Refusal};

use super::{
    DELETED, LOCK, PUBLISHED, REFUSED, about,
    rows::{self, ArticleId, Row, State},
    wake_at,
};
use crate::{
    Broadcast,
    settings::Account,
    wechat::{Article, Fault, Picture, Session, Standing, article},
};

/// Bytes of a picture in a text.
const LARGEST: i64 = 1 << 20;
/// Bytes of a cover.
const LARGEST_COVER: u64 = 10 << 20;
/// After so many tries in vain, about two days, a person must look.
const TRIES: i64 = 16;

/// Sends what is due, each article at most once.
///
/// # Errors
/// When the database fails.
pub(crate) async fn work(ctx: &Ctx) -> Result<(), Failure> {
    let settings = ctx.settings::<Broadcast>();
    let mut after = ArticleId::default();
    let mut left: Option<String> = None;
    loop {
        let now = time::to_db(ctx.seams().now());
        let Some(row) = rows::due(ctx.db().read(), &now, &after).await? else { break };
        after = row.id.clone();
        if let Err(refusal) = step(ctx, &settings, row).await {
            // One article that cannot be kept does not stop the others; the job comes again for it.
            tracing::warn!(article = %after, error = refusal.words(), "an article could not be taken further");
            left = Some(refusal.words());
        }
    }
    left.map_or(Ok(()), |why| Err(Failure::Retry(why)))
}

/// What an article needs to be made.
struct Making {
    article: Article,
    document: PublicDocument,
}

async fn step(ctx: &Ctx, settings: &Broadcast, mut row: Row) -> Result<(), Refusal> {
    let Some(account) = settings.account(&row.account) else {
        // Put back into the configuration, or put off by a person: until then it waits.
        row.reason = "配置里没有这个公众号，没有推送。请恢复配置，或者选“取消推送”。".to_owned();
        row.next_at = time::to_db(rows::again(ctx.seams().now(), TRIES));
        let state = row.state();
        return keep(ctx, &mut row, state, None).await;
    };
    if row.state() == State::Submitting {
        let words = "上次提交发布以后没有收到微信的答复，可能已经发布。请在公众平台的“发表记录”核对，再选下面的一项。";
        return unsure(ctx, &mut row, words.to_owned()).await;
    }
    let mut session = match Session::begin(account, &settings.allow).await {
        Ok(session) => session,
        Err(fault) => return failed(ctx, &mut row, fault).await,
    };
    let done = match row.state() {
        State::Waiting => send(ctx, &mut session, account, &mut row).await,
        State::Publishing => look(ctx, &mut session, &mut row).await,
        State::Deleting => delete(ctx, &mut session, &mut row).await,
        _ => return Ok(()),
    };
    match done {
        Ok(()) => Ok(()),
        Err(Stop::Fault(fault)) => failed(ctx, &mut row, fault).await,
        Err(Stop::Refusal(refusal)) => Err(refusal),
    }
}

/// Why a step ended early.
enum Stop {
    /// Outside.
    Fault(Fault),
    /// Here.
    Refusal(Refusal),
}

impl From<Fault> for Stop {
    fn from(fault: Fault) -> Self {
        Self::Fault(fault)
    }
}

impl From<Refusal> for Stop {
    fn from(refusal: Refusal) -> Self {
        Self::Refusal(refusal)
    }
}

impl From<store::Error> for Stop {
    fn from(error: store::Error) -> Self {
        Self::Refusal(error.into())
    }
}

/// Keeps the row in this state with an event, if there is one; an error where somebody has changed it meanwhile.
async fn keep(ctx: &Ctx, row: &mut Row, state: State, event: Option<&'static EventKind>) -> Result<(), Refusal> {
    let mut tx = ctx.db().write().await?;
    tx.lock(LOCK).await?;
    put(&mut tx, row, state).await?;
    // What waits for a later moment has its job then; what goes on now is in hand.
    let later = time::from_db(&row.next_at).filter(|at| *at > ctx.seams().now());
    if let Some(at) = later.filter(|_| matches!(state, State::Waiting | State::Publishing | State::Deleting)) {
        wake_at(&mut tx, at).await?;
    }
    if let Some(kind) = event {
        tx.append(NewEvent::new(kind, &row.id, &Actor::System).organ(&row.organ).data(about(row))).await?;
    }
    tx.commit().await?;
    Ok(())
}

async fn put(tx: &mut Tx, row: &mut Row, state: State) -> Result<(), Refusal> {
    if !rows::put(tx, row, state).await? {
        return Err(Refusal::Conflict("有人同时处理了这一篇。".to_owned()));
    }
    state.code().clone_into(&mut row.state);
    row.version += 1;
    Ok(())
}

async fn send(ctx: &Ctx, session: &mut Session<'_>, account: &Account, row: &mut Row) -> Result<(), Stop> {
    if row.media_id.is_empty() {
        let Some(making) = making(ctx, session, account, row).await? else {
            // Nothing goes out that is not public: it was withdrawn after it was put in.
            row.reason = "文件已经不公开，没有推送。".to_owned();
            keep(ctx, row, State::Cancelled, None).await?;
            return Ok(());
        };
        let cover = cover(ctx, session, account, &making).await?;
        row.media_id = session.draft(&making.article, &cover).await?;
        row.edition = making.document.listed.edition.clone();
        keep(ctx, row, State::Waiting, None).await?;
    }
    // Between the draft and its publication a withdrawal may have come.
    let listed = public::listed(ctx.db(), &Kinds::of(ctx), &row.document).await?;
    if listed.is_none_or(|listed| !row.is_call() && listed.edition != row.edition) {
        row.media_id.clear();
        row.next_at = time::to_db(rows::again(ctx.seams().now(), 1));
        keep(ctx, row, State::Waiting, None).await?;
        return Ok(());
    }
    row.code = 0;
    row.reason.clear();
    keep(ctx, row, State::Submitting, None).await?;
    match session.submit(&row.media_id).await {
        Ok(publication) => {
            row.publish_id = publication;
            row.tries = 0;
            row.next_at = time::to_db(ctx.seams().now());
            keep(ctx, row, State::Publishing, None).await?;
            look(ctx, session, row).await
        }
        Err(Fault::Unknown(words)) => {
            let told = format!("{words}可能已经发布：请在公众平台的“发表记录”核对，再选下面的一项。");
            Ok(unsure(ctx, row, told).await?)
        }
        Err(fault) => {
            // What is there no more is made anew the next time.
            if fault.code() == 40007 {
                row.media_id.clear();
            }
            put_back(ctx, row).await?;
            Err(fault.into())
        }
    }
}

/// It was not sent after all.
async fn put_back(ctx: &Ctx, row: &mut Row) -> Result<(), Refusal> {
    keep(ctx, row, State::Waiting, None).await
}

async fn look(ctx: &Ctx, session: &mut Session<'_>, row: &mut Row) -> Result<(), Stop> {
    match session.standing(&row.publish_id).await? {
        Standing::Published(article, url) => {
            (row.article_id, row.url) = (article, url);
            (row.tries, row.code) = (0, 0);
            row.reason.clear();
            keep(ctx, row, State::Published, Some(&PUBLISHED)).await?;
        }
        Standing::Running => {
            row.tries += 1;
            row.next_at = time::to_db(rows::again(ctx.seams().now(), row.tries));
            keep(ctx, row, State::Publishing, None).await?;
        }
    }
    Ok(())
}

async fn delete(ctx: &Ctx, session: &mut Session<'_>, row: &mut Row) -> Result<(), Stop> {
    // What the platform is still at has no id yet.
    if row.article_id.is_empty() && !row.publish_id.is_empty() {
        match session.standing(&row.publish_id).await {
            Ok(Standing::Published(article, url)) => (row.article_id, row.url) = (article, url),
            Ok(Standing::Running) => return Err(Fault::Later(0, "微信还在处理发布，完成后删除。".to_owned()).into()),
            // It was never published, or is gone already.
            Err(Fault::Refused(0, _)) => {}
            Err(fault) => return Err(fault.into()),
        }
    }
    if !row.article_id.is_empty() {
        session.delete(&row.article_id).await?;
    } else if !row.media_id.is_empty() {
        session.discard(&row.media_id).await?;
    }
    row.code = 0;
    row.reason.clear();
    keep(ctx, row, State::Deleted, Some(&DELETED)).await?;
    Ok(())
}

async fn unsure(ctx: &Ctx, row: &mut Row, words: String) -> Result<(), Refusal> {
    row.reason = words;
    keep(ctx, row, State::Unsure, Some(&REFUSED)).await
}

/// The first moment of the next day in China, and a little.
fn tomorrow(now: Timestamp) -> String {
    let next = time::date_in_china(now).checked_add(1.day()).map(time::start_of_day).unwrap_or(now);
    time::to_db(next.checked_add(jiff::SignedDuration::from_mins(5)).unwrap_or(next))
}

/// What becomes of an article that could not be taken further. What is to be deleted is tried for ever: it was withdrawn.
async fn failed(ctx: &Ctx, row: &mut Row, fault: Fault) -> Result<(), Refusal> {
    let (state, now) = (row.state(), ctx.seams().now());
    row.code = fault.code();
    row.reason = fault.words();
    row.tries += 1;
    let stays = state == State::Deleting || row.tries < TRIES;
    match fault {
        Fault::Later(..) | Fault::Unknown(_) if stays => {
            row.next_at = time::to_db(rows::again(now, row.tries));
            keep(ctx, row, state, None).await
        }
        Fault::Tomorrow(..) if stays => {
            row.next_at = tomorrow(now);
            keep(ctx, row, state, None).await
        }
        _ if state == State::Deleting => {
            row.next_at = time::to_db(rows::again(now, TRIES));
            keep(ctx, row, state, None).await
        }
        _ => keep(ctx, row, State::Refused, Some(&REFUSED)).await,
    }
}

/// The document as the public reads it now; none when it does not.
pub(crate) async fn read(ctx: &Ctx, id: &kernel::id::DocumentId) -> Result<Option<PublicDocument>, Refusal> {
    Ok(match public::found(ctx.db(), &Kinds::of(ctx), &ctx.site().domain, id).await? {
        Some(Found::Public(document)) => Some(*document),
        _ => None,
    })
}

/// The article with its pictures at the account; none when the document is not public.
async fn making(ctx: &Ctx, session: &mut Session<'_>, account: &Account, row: &Row) -> Result<Option<Making>, Stop> {
    let Some(document) = read(ctx, &row.document).await? else { return Ok(None) };
    if row.is_call() {
        let article = article::of_call(ctx, account, &document, (&row.title, &row.words));
        return Ok(Some(Making { article, document }));
    }
    let mut there: Vec<(String, String)> = Vec::new();
    for named in article::pictures(&document.body_html) {
        let Some(picture) = document.pictures.iter().find(|picture| picture.address.to_string() == named) else {
            continue;
        };
        let address = sent(ctx, session, account, picture).await?;
        there.push((named, address));
    }
    let place = |named: &str| there.iter().find(|(known, _)| known == named).map(|(_, address)| address.clone());
    let article = article::of_document(ctx, account, &document, &place);
    Ok(Some(Making { article, document }))
}

/// Which size of a picture the platform takes, by its digest.
fn fitting(picture: &PublicPicture) -> Option<&str> {
    if picture.bytes <= LARGEST {
        return Some(picture.digest.as_str());
    }
    (!picture.small_digest.is_empty() && picture.small_bytes <= LARGEST).then_some(picture.small_digest.as_str())
}

async fn bytes(ctx: &Ctx, digest: &str) -> Result<Vec<u8>, Stop> {
    let (reader, _) = ctx.files().open(digest).await?;
    let mut bytes = Vec::new();
    let read = reader.take(LARGEST_COVER + 1).read_to_end(&mut bytes).await;
    read.map_err(|error| Stop::Refusal(Refusal::Fault(error.into())))?;
    Ok(bytes)
}

/// Sends a picture of a text unless the account has it; answers its address there.
async fn sent(
    ctx: &Ctx,
    session: &mut Session<'_>,
    account: &Account,
    picture: &PublicPicture,
) -> Result<String, Stop> {
    let Some(digest) = fitting(picture) else {
        let words = "文中有一张图片超过 1 MB，微信不收。请更正文件，换一张小的，再重新推送。".to_owned();
        return Err(Fault::Refused(0, words).into());
    };
    if let Some(address) = rows::picture(ctx.db().read(), &account.key, digest, "text").await? {
        return Ok(address);
    }
    let one = Picture { bytes: bytes(ctx, digest).await?, media: picture.media_type.clone() };
    let address = session.picture(&one, &ctx.seams().secret(16)).await?;
    noted(ctx, account, (digest, "text"), &address).await?;
    Ok(address)
}

async fn noted(ctx: &Ctx, account: &Account, which: (&str, &str), address: &str) -> Result<(), Stop> {
    let mut tx = ctx.db().write().await?;
    rows::keep_picture(&mut tx, &account.key, which, address).await?;
    tx.commit().await?;
    Ok(())
}

/// The picture above an article: the first of its own, or the account's; answers its id there.
async fn cover(ctx: &Ctx, session: &mut Session<'_>, account: &Account, making: &Making) -> Result<String, Stop> {
    let known = &making.document.pictures;
    let own = article::pictures(&making.document.body_html)
        .into_iter()
        .find_map(|named| known.iter().find(|one| one.address.to_string() == named));
    let (digest, one) = match own {
        Some(picture) => {
            let digest = fitting(picture).unwrap_or(picture.digest.as_str()).to_owned();
            if let Some(id) = rows::picture(ctx.db().read(), &account.key, &digest, "cover").await? {
                return Ok(id);
            }
            let bytes = bytes(ctx, &digest).await?;
            (digest, Picture { bytes, media: picture.media_type.clone() })
        }
        None => {
            let bytes = read_cover(account).await?;
            let digest = hex::encode(Sha256::digest(&bytes));
            if let Some(id) = rows::picture(ctx.db().read(), &account.key, &digest, "cover").await? {
                return Ok(id);
            }
            let media = if account.cover.to_lowercase().ends_with(".png") { "image/png" } else { "image/jpeg" };
            (digest, Picture { bytes, media: media.to_owned() })
        }
    };
    let id = session.cover(&one, &ctx.seams().secret(16)).await?;
    noted(ctx, account, (digest.as_str(), "cover"), &id).await?;
    Ok(id)
}

async fn read_cover(account: &Account) -> Result<Vec<u8>, Stop> {
    let refused = |words: String| Stop::Fault(Fault::Refused(0, words));
    let size = tokio::fs::metadata(&account.cover).await.map(|about| about.len());
    match size {
        Ok(size) if size <= LARGEST_COVER => {}
        Ok(_) => return Err(refused("配置的封面图片超过 10 MB，微信不收。请换一张，再重新推送。".to_owned())),
        Err(_) => return Err(refused("配置的封面图片（cover）读不到。请检查路径和权限，再重新推送。".to_owned())),
    }
    let read = tokio::fs::read(&account.cover).await;
    read.map_err(|_| refused("配置的封面图片（cover）读不到。请检查路径和权限，再重新推送。".to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_used_up_comes_again_after_midnight_in_china() {
        let now: Timestamp = "2026-03-02T15:59:00Z".parse().expect("moment");
        assert_eq!(tomorrow(now), time::to_db("2026-03-02T16:05:00Z".parse().expect("moment")));
    }
}
