//! The secret under which subscriptions are sealed. It lies in the database, sealed itself by the installation's key, which lies
//! in a file: a copy of the database tells no address, no condition and no link.

use portal_form::Secret;
use store::{Error, Tx, query, query_scalar};
use web::Ctx;

/// The place of the secret among what the installation's key seals.
const PLACE: &str = "subscription_key one";

/// The secret, opened.
#[derive(Debug, Clone)]
pub(crate) struct Keys(Secret);

impl Keys {
    /// The secret, if there has ever been a subscription.
    ///
    /// # Errors
    /// When the key of the installation is missing or another one; when the database fails.
    pub(crate) async fn known(ctx: &Ctx) -> store::Result<Option<Self>> {
        let sealed: Option<String> = query_scalar("SELECT sealed FROM subscription_key WHERE id = 'one'")
            .fetch_optional(ctx.db().read())
            .await?;
        sealed.map(|sealed| opened(ctx, &sealed)).transpose()
    }

    /// The secret, made with the first subscription.
    ///
    /// # Errors
    /// As [`Keys::known`].
    pub(crate) async fn made(ctx: &Ctx, tx: &mut Tx) -> store::Result<Self> {
        let known: Option<String> =
            query_scalar("SELECT sealed FROM subscription_key WHERE id = 'one'").fetch_optional(tx.conn()).await?;
        // What is sealed already is never a reason to make a key.
        if let Some(known) = known {
            return opened(ctx, &known);
        }
        let fresh = Secret::fresh(ctx.seams());
        let sealed = ctx.files().seal_words(ctx.seams(), PLACE, &fresh.text())?;
        query("INSERT INTO subscription_key (id, sealed) VALUES ('one', $1) ON CONFLICT (id) DO NOTHING")
            .bind(sealed)
            .execute(tx.conn())
            .await?;
        let kept: String =
            query_scalar("SELECT sealed FROM subscription_key WHERE id = 'one'").fetch_one(tx.conn()).await?;
        opened(ctx, &kept)
    }

    /// The same for everybody who writes the address in another case: by it the subscriptions of one mailbox are found.
    pub(crate) fn mailbox(&self, address: &str) -> String {
        self.0.digest(&format!("mailbox {}", address.to_lowercase()))
    }

    /// Seals words for one row; they open there only.
    pub(crate) fn seal(&self, ctx: &Ctx, row: &str, words: &str) -> store::Result<String> {
        let sealed = self.0.seal(row, words.as_bytes(), ctx.seams());
        sealed.ok_or_else(|| Error::Sealed("订阅内容封不上".to_owned()))
    }

    /// Opens what [`Keys::seal`] made for this row.
    pub(crate) fn open(&self, row: &str, sealed: &str) -> store::Result<String> {
        let plain = self.0.open(row, sealed).and_then(|plain| String::from_utf8(plain).ok());
        plain.ok_or_else(|| Error::Sealed(format!("{row} 打不开：密钥不是封上它的那一个")))
    }
}

fn opened(ctx: &Ctx, sealed: &str) -> store::Result<Keys> {
    let text = ctx.files().open_words(PLACE, sealed)?;
    Secret::parse(&text).map(Keys).ok_or_else(|| Error::Sealed("订阅的密钥读不懂".to_owned()))
}
