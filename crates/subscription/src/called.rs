//! Mail as a way by which a policy is pushed to an audience ([`web::push::Channel`]): subscriptions that name the audience are told,
//! at their time, besides being told when the policy became public. The push is an event of its own, and is followed like others.

use std::{slice, sync::Arc};

use futures::future::BoxFuture;
use kernel::{Actor, event::Event, id::DocumentId};
use serde_json::Value;
use store::Tx;
use web::{
    Ctx, Refusal, Result,
    push::{Call, Channel, Reach},
};

use crate::{
    facts,
    filter::{AUDIENCES, Often},
    follow::matcher,
    matching::{Facts, Matcher},
    rows::SubscriptionId,
};

/// What stands for mail among the channels of a push.
const KEY: &str = "mail";

/// Subject of the events of pushes; whoever writes them is not known here.
pub(crate) const PUSHES: &str = "policy_push";

/// Which policy is pushed to whom by an event; `None` = not by mail.
pub(crate) fn of(event: &Event) -> Option<(DocumentId, String)> {
    if event.subject_kind != PUSHES {
        return None;
    }
    let data: Value = serde_json::from_str(&event.data).ok()?;
    let text = |key: &str| data.get(key).and_then(Value::as_str);
    let by_mail = text("ways")?.split(',').any(|way| way == KEY);
    by_mail.then(|| Some((DocumentId::from(text("document")?), text("who")?.to_owned())))?
}

/// Subscriptions that name this audience and fit the policy otherwise, too.
pub(crate) async fn told(
    ctx: &Ctx,
    matcher: &Matcher,
    document: &DocumentId,
    who: &str,
) -> Result<Vec<(SubscriptionId, Often)>> {
    let public = facts::of(ctx, slice::from_ref(document)).await?;
    let Some(public) = public.first() else { return Ok(Vec::new()) };
    let facts = Facts { audiences: vec![who.to_owned()], ..public.facts.clone() };
    let names = |wanted: &[String]| wanted.iter().any(|one| one == who);
    let fit = matcher.matching(&facts).into_iter().filter(|entry| names(&entry.filter.audiences));
    Ok(fit.map(|entry| (entry.id.clone(), entry.often)).collect())
}

/// The channel.
pub(crate) struct ByMail;

pub(crate) fn channel() -> Arc<dyn Channel> {
    Arc::new(ByMail)
}

impl Channel for ByMail {
    fn key(&self) -> &'static str {
        KEY
    }

    fn label(&self) -> &'static str {
        "邮件订阅"
    }

    fn reach<'a>(&'a self, ctx: &'a Ctx, call: &'a Call) -> BoxFuture<'a, Result<Option<Reach>>> {
        Box::pin(async move {
            let matcher = matcher(ctx).await?;
            let (mut people, mut why) = (0, Vec::new());
            for who in &call.audience {
                let name = AUDIENCES.iter().find(|(code, ..)| code == who).map_or(who.as_str(), |(_, name, _)| *name);
                let told = told(ctx, &matcher, &call.document, who).await?;
                for often in [Often::Now, Often::Daily, Often::Weekly] {
                    let some = told.iter().filter(|(_, chosen)| *chosen == often).count();
                    let some = i64::try_from(some).unwrap_or(i64::MAX);
                    if some > 0 {
                        why.push((format!("订阅了对象“{name}”，其他条件也符合，{}", often.label()), Some(some)));
                    }
                    people += some;
                }
                if told.is_empty() {
                    why.push((format!("还没有人订阅对象“{name}”"), None));
                }
            }
            Ok(Some(Reach { people: Some(people), why }))
        })
    }

    fn send<'a>(&'a self, _: &'a Ctx, _: &'a mut Tx, _: &'a Call, _: &'a Actor) -> BoxFuture<'a, Result<(), Refusal>> {
        // The event of the push is followed.
        Box::pin(async { Ok(()) })
    }
}
