//! The proof of the public log: every leaf is the one that the tree was made of and the one of its event, none is missing, and
//! what was signed is a state of this log.

use std::{collections::BTreeMap, sync::Arc};

use document::events;
use futures::{TryStreamExt, future::BoxFuture};
use proof::Signer;
use receipt::{Growing, Key, Leaf, Of, leaf::commit};
use store::{Db, Result, log::Place};
use web::{
    Ctx,
    hooks::{Few, Proof, Recorded},
};

use super::{
    count, follow,
    rows::{self, LeafRow, Walked},
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
    let followed = rows::followed(db, follow::CONSUMER).await?;
    let others = rows::followed(db, follow::OTHERS).await?;
    let head = rows::head(db.read()).await?;
    let kept = sign::kept(ctx)?;
    let mut few = Few::default();
    walk(db, &mut few).await?;
    let mut faults = few.told("公开凭证日志的条目");
    let kinds = [&events::PUBLISHED, &events::CORRECTED, &events::WITHDRAWN, &events::ERASED];
    faults.extend(rows::missing(db, followed, &kinds).await?.map(unrecorded));
    for keeper in ctx.declared::<Arc<dyn Recorded>>() {
        faults.extend(rows::missing_of_others(db, others, keeper.certain()).await?.map(unrecorded));
    }
    let size = rows::size(db.read()).await?;
    let Some(head) = head else {
        // Signed once, a log stays signed: a database without it is another one.
        faults.extend(kept.map(|_| {
            format!(
                "{KEPT_WORDS}有签名，数据库里的公开凭证日志却从来没有签过名，日志被换过或删除过{}",
                sign::meant(KEPT_WORDS)
            )
        }));
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
    for one in rows::witnessed(db.read()).await? {
        faults.extend(sign::misfit(db.read(), (&one.note, &key), size, WITNESSED_WORDS).await?);
    }
    Ok(faults)
}

/// How the states that witnesses have cosigned are called.
pub(super) const WITNESSED_WORDS: &str = "见证方见到的检查点";

fn unrecorded(seq: i64) -> String {
    format!("第 {seq} 号记录没有记入公开凭证日志，条目被删除过")
}

/// Makes the tree anew, and holds every leaf against its row, its event and what it was taken over.
async fn walk(db: &Db, few: &mut Few) -> Result<()> {
    let (mut leaves, mut nodes) = (rows::walk(db), rows::walk_nodes(db));
    // Each sort in the order of the audit log: they are followed one beside the other.
    let (mut tree, mut last) = (Growing::default(), BTreeMap::<String, i64>::new());
    while let Some(Walked { row, about }) = leaves.try_next().await? {
        let shown = row.place + 1;
        let before = last.insert(row.subject.clone(), row.event_seq).unwrap_or(0);
        if count(row.place) != tree.size() || row.event_seq <= before {
            few.add(|| format!("公开凭证日志第 {} 条缺失或次序被改动过", tree.size() + 1));
            // Nothing behind a gap can be made anew.
            return Ok(());
        }
        for (place, hash) in tree.push(row.leaf.as_bytes()) {
            let stored = nodes.try_next().await?;
            let fits = stored.is_some_and(|(at, text)| count(at) == place && text == receipt::tree::to_hex(&hash));
            if !fits {
                few.add(|| format!("公开凭证日志第 {shown} 条与它的哈希不一致，被改动过"));
                return Ok(());
            }
        }
        if let Some(fault) = misfit(db, &row, &about).await? {
            few.add(|| format!("公开凭证日志第 {shown} 条{fault}"));
        }
    }
    Ok(())
}

/// What is wrong with one leaf, in words; `about` is what its event is about.
async fn misfit(db: &Db, row: &LeafRow, about: &str) -> Result<Option<&'static str>> {
    let Ok(leaf) = Leaf::parse(&row.leaf) else { return Ok(Some("的写法不对")) };
    let same = leaf.act.code() == row.act
        && Some(&leaf.of) == row.of().as_ref()
        && leaf.edition == row.edition
        && leaf.at == row.at;
    if !same {
        return Ok(Some("与它的登记不一致"));
    }
    if about != format!("{}/{}", row.subject, row.subject_id) {
        return Ok(Some("在留痕里没有对应的记录"));
    }
    if !row.content.is_empty() {
        let fits = commit(&row.salt, &row.content).is_ok_and(|digest| digest == leaf.digest);
        return Ok((!fits).then_some("的公开内容与摘要不符，被改动过"));
    }
    if leaf.digest.is_empty() {
        return Ok(None);
    }
    let erased = match &leaf.of {
        Of::Document(document) => rows::is_erased(db, document).await?,
        Of::Plan(_) => false,
    };
    Ok((!erased).then_some("的公开内容被清空了，但没有清除的记录"))
}
