//! The proof of the public log: every leaf is the one that the tree was made of and the one of its event, none is missing, and
//! what was signed is a state of this log.

use document::events;
use futures::TryStreamExt;
use futures::future::BoxFuture;
use proof::Signer;
use receipt::{Growing, Key, Leaf, leaf::commit};
use store::{Db, FromRow, Result, log::Place, query_as, query_scalar};
use web::{
    Ctx,
    hooks::{Few, Proof},
};

use super::{
    count, follow,
    rows::{self, LeafRow},
    sign::{self, KEPT_WORDS, SIGNED_WORDS},
};

/// Told to whoever verifies.
pub(super) struct PublicLog;

impl Proof for PublicLog {
    fn altered<'a>(&'a self, ctx: &'a Ctx) -> BoxFuture<'a, web::Result<Vec<String>>> {
        Box::pin(async move { Ok(faults(ctx).await?) })
    }
}

async fn faults(ctx: &Ctx) -> Result<Vec<String>> {
    let db = ctx.db();
    // First: what is followed by now has its leaves.
    let followed: i64 =
        query_scalar("SELECT COALESCE(MAX(seq), 0) FROM event_cursor WHERE consumer = $1 AND chain = $2")
            .bind(follow::CONSUMER)
            .bind(db.chain())
            .fetch_one(db.read())
            .await?;
    let head = rows::head(db.read()).await?;
    let kept = sign::kept(ctx)?;
    let mut few = Few::default();
    walk(db, &mut few).await?;
    let mut faults = few.told("公开凭证日志的条目");
    faults.extend(missing(db, followed).await?);
    let size = rows::size(db.read()).await?;
    let Some(head) = head else {
        // Signed once, a log stays signed: a database without it is another one.
        faults.extend(
            kept.map(|_| format!("{KEPT_WORDS}有签名，数据库里的公开凭证日志却从来没有签过名，日志被换过或删除过")),
        );
        return Ok(faults);
    };
    let Ok(key) = Key::parse(&head.key) else {
        faults.push("公开凭证日志登记的公钥被改动过".to_owned());
        return Ok(faults);
    };
    let place = Place { key: sign::key_file(ctx), data: ctx.data().clone() };
    // A key that is not there or cannot be read is a matter of setting up, and proves nothing.
    if place.key.exists()
        && let Ok(signer) = Signer::open(place, ctx.seams())
        && Key::new(&head.origin, &signer.public_key()).is_ok_and(|own| own != key)
    {
        faults.push("公开凭证日志登记的公钥与签名密钥不符，其中之一被换过".to_owned());
    }
    faults.extend(sign::misfit(db.read(), (&head.checkpoint, &key), size, SIGNED_WORDS).await?);
    if let Some(kept) = kept {
        faults.extend(sign::misfit(db.read(), (&kept, &key), size, KEPT_WORDS).await?);
    }
    Ok(faults)
}

/// A leaf with the subject of its event.
#[derive(FromRow)]
struct Walked {
    #[sql(flatten)]
    row: LeafRow,
    subject: String,
}

/// Makes the tree anew, and holds every leaf against its row, its event and what it was taken over.
async fn walk(db: &Db, few: &mut Few) -> Result<()> {
    let mut leaves = query_as::<Walked>(
        "SELECT l.place, l.event_seq, l.document_id, l.act, l.edition, l.at, l.leaf, l.salt, l.content, \
         COALESCE(e.subject_id, '') AS subject FROM public_leaf l \
         LEFT JOIN event e ON e.seq = l.event_seq AND e.chain = $1 ORDER BY l.place",
    )
    .bind(db.chain())
    .fetch(db.read());
    let mut nodes = query_as::<(i64, String)>("SELECT place, hash FROM public_node ORDER BY place").fetch(db.read());
    let (mut tree, mut last) = (Growing::default(), 0);
    while let Some(Walked { row, subject }) = leaves.try_next().await? {
        let shown = row.place + 1;
        if count(row.place) != tree.size() || row.event_seq <= last {
            few.add(|| format!("公开凭证日志第 {} 条缺失或次序被改动过", tree.size() + 1));
            // Nothing behind a gap can be made anew.
            return Ok(());
        }
        last = row.event_seq;
        for (place, hash) in tree.push(row.leaf.as_bytes()) {
            let stored = nodes.try_next().await?;
            let fits = stored.is_some_and(|(at, text)| count(at) == place && text == receipt::tree::to_hex(&hash));
            if !fits {
                few.add(|| format!("公开凭证日志第 {shown} 条与它的哈希不一致，被改动过"));
                return Ok(());
            }
        }
        if let Some(fault) = misfit(db, &row, &subject).await? {
            few.add(|| format!("公开凭证日志第 {shown} 条{fault}"));
        }
    }
    Ok(())
}

/// What is wrong with one leaf, in words.
async fn misfit(db: &Db, row: &LeafRow, subject: &str) -> Result<Option<&'static str>> {
    let Ok(leaf) = Leaf::parse(&row.leaf) else { return Ok(Some("的写法不对")) };
    let same = leaf.act.code() == row.act
        && leaf.document == row.document_id
        && leaf.edition == row.edition
        && leaf.at == row.at;
    if !same {
        return Ok(Some("与它的登记不一致"));
    }
    if subject != row.document_id.as_str() {
        return Ok(Some("在留痕里没有对应的记录"));
    }
    if !row.content.is_empty() {
        let fits = commit(&row.salt, &row.content).is_ok_and(|digest| digest == leaf.digest);
        return Ok((!fits).then_some("的公开内容与摘要不符，被改动过"));
    }
    if leaf.digest.is_empty() {
        return Ok(None);
    }
    let erased: Option<i64> = query_scalar("SELECT 1 FROM erasure WHERE document_id = $1 AND done_by <> ''")
        .bind(&row.document_id)
        .fetch_optional(db.read())
        .await?;
    Ok(erased.is_none().then_some("的公开内容被清空了，但没有清除的记录"))
}

/// Whether an event that was followed has no leaf.
async fn missing(db: &Db, followed: i64) -> Result<Option<String>> {
    let first: Option<i64> = query_scalar(
        "SELECT MIN(e.seq) AS first FROM event e WHERE e.chain = $1 AND e.seq <= $2 AND e.kind IN ($3, $4, $5, $6) \
         AND NOT EXISTS (SELECT 1 FROM public_leaf l WHERE l.event_seq = e.seq)",
    )
    .bind(db.chain())
    .bind(followed)
    .bind(events::PUBLISHED.name)
    .bind(events::CORRECTED.name)
    .bind(events::WITHDRAWN.name)
    .bind(events::ERASED.name)
    .fetch_one(db.read())
    .await?;
    Ok(first.map(|seq| format!("第 {seq} 号记录没有记入公开凭证日志，条目被删除过")))
}
