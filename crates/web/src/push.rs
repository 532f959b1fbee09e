//! What is told to people who are not looking: whom a call reaches and how it goes out, and which hubs hear of which feeds.
//! Channels, hubs and feeds belong to capabilities that do not know each other; each declares what it has.

use std::sync::Arc;

use futures::future::BoxFuture;
use kernel::{Actor, OrganCode, id::DocumentId};
use store::Tx;

use crate::{Ctx, Refusal, Result};

/// A public policy that people of an audience are told of: everything in it is public already.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Call {
    /// Under which it is sent once.
    pub id: String,
    pub document: DocumentId,
    /// What stands above it: 面向企业：新政策施行.
    pub title: String,
    /// Plain words, a paragraph each.
    pub paragraphs: Vec<String>,
    /// Whole address of the policy on the portal.
    pub url: String,
    /// Who published it.
    pub organ: OrganCode,
    /// To whom: codes of `policy::audience`, e.g. `company`; never empty.
    pub audience: Vec<String>,
    /// The same in the words of the policy.
    pub audience_words: String,
    /// Townships: only people of any of these; empty = of the whole county.
    pub places: Vec<String>,
}

/// Whom a call reaches by a channel.
#[derive(Debug, Clone, Default, PartialEq, Eq, serde::Serialize)]
pub struct Reach {
    /// How many; `None` = the channel does not know.
    pub people: Option<i64>,
    /// Why these, each with how many it is for (`None` = not known): 订阅了“企业” 31; or what else must be known of the channel.
    pub why: Vec<(String, Option<i64>)>,
}

/// A way by which calls go out. Declared as `Arc<dyn Channel>`.
pub trait Channel: Send + Sync {
    /// What stands for it in forms and in the log: `mail`.
    fn key(&self) -> &'static str;

    /// What it is called: 邮件订阅.
    fn label(&self) -> &'static str;

    /// Whom the call would reach now; `None` = there is nobody to send by, because nothing is configured.
    fn reach<'a>(&'a self, ctx: &'a Ctx, call: &'a Call) -> BoxFuture<'a, Result<Option<Reach>>>;

    /// Puts the call on its way, in the write in which it is decided and before the event of that, which tells of all channels:
    /// rows and jobs under a lock of its own; no event, no network. Sending it twice under one id does no harm.
    fn send<'a>(
        &'a self,
        ctx: &'a Ctx,
        tx: &'a mut Tx,
        call: &'a Call,
        actor: &'a Actor,
    ) -> BoxFuture<'a, Result<(), Refusal>>;
}

/// The channels of the program, in the order in which they were declared.
pub fn channels(ctx: &Ctx) -> Vec<Arc<dyn Channel>> {
    ctx.declared::<Arc<dyn Channel>>().cloned().collect()
}

/// Who tells hubs (WebSub) that feeds have changed. Declared as `Arc<dyn Hubs>`.
pub trait Hubs: Send + Sync {
    /// Whole addresses of the hubs that are told.
    fn addresses(&self, ctx: &Ctx) -> Vec<String>;
}

/// The hubs that a feed names.
pub fn hubs(ctx: &Ctx) -> Vec<String> {
    ctx.declared::<Arc<dyn Hubs>>().flat_map(|one| one.addresses(ctx)).collect()
}

/// Who has feeds of documents that name the hubs. Declared as `Arc<dyn Feeds>`.
pub trait Feeds: Send + Sync {
    /// Addresses from `/` on of the feeds in which a document stands or stood: those that change when it does.
    fn of_document<'a>(
        &'a self,
        ctx: &'a Ctx,
        tx: &'a mut Tx,
        document: &'a DocumentId,
    ) -> BoxFuture<'a, Result<Vec<String>, Refusal>>;
}
