//! Articles as they are kept: one for each document and account, and for each call of an audience.

use jiff::Timestamp;
use kernel::{
    Actor, OrganCode,
    id::{DocumentId, EditionId},
};
use store::{Executor, FromRow, Result, Tx, query, query_as, query_scalar};

store::ids! {
    /// An article of an official account.
    ArticleId,
}

/// How an article stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum State {
    /// A person must say whether it is sent.
    Asked,
    /// On its way, not yet with the platform but for a draft.
    Waiting,
    /// Sent for publication, no answer kept yet.
    Submitting,
    /// The platform is at it.
    Publishing,
    Published,
    /// A person must do something first.
    Refused,
    /// Sent for publication, and nobody knows what came of it.
    Unsure,
    /// To be taken away there.
    Deleting,
    Deleted,
    /// Will not be sent.
    Cancelled,
}

impl State {
    pub(crate) const ALL: [Self; 10] = [
        Self::Asked,
        Self::Waiting,
        Self::Submitting,
        Self::Publishing,
        Self::Published,
        Self::Refused,
        Self::Unsure,
        Self::Deleting,
        Self::Deleted,
        Self::Cancelled,
    ];

    /// The code in storage and in addresses.
    pub(crate) fn code(self) -> &'static str {
        match self {
            Self::Asked => "asked",
            Self::Waiting => "waiting",
            Self::Submitting => "submitting",
            Self::Publishing => "publishing",
            Self::Published => "published",
            Self::Refused => "refused",
            Self::Unsure => "unsure",
            Self::Deleting => "deleting",
            Self::Deleted => "deleted",
            Self::Cancelled => "cancelled",
        }
    }

    pub(crate) fn label(self) -> &'static str {
        match self {
            Self::Asked => "待决定",
            Self::Waiting => "排队中",
            Self::Submitting | Self::Publishing => "微信处理中",
            Self::Published => "已发布",
            Self::Refused => "没有发布",
            Self::Unsure => "待核对",
            Self::Deleting => "正在删除",
            Self::Deleted => "已删除",
            Self::Cancelled => "不推送",
        }
    }

    /// Kind of the chip.
    pub(crate) fn chip(self) -> &'static str {
        match self {
            Self::Published => "ok",
            Self::Asked | Self::Waiting | Self::Submitting | Self::Publishing | Self::Deleting => "soon",
            Self::Refused | Self::Unsure => "late",
            Self::Deleted | Self::Cancelled => "off",
        }
    }

    /// The state with this code; what this program never writes waits for a person.
    pub(crate) fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|state| state.code() == code)
    }

    /// Whether a person must do something.
    pub(crate) fn is_open(self) -> bool {
        matches!(self, Self::Asked | Self::Refused | Self::Unsure)
    }
}

/// An article with what its document says of itself.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub(crate) struct Row {
    pub(crate) id: ArticleId,
    /// Key of the account.
    pub(crate) account: String,
    #[sql(rename = "document_id")]
    pub(crate) document: DocumentId,
    #[sql(rename = "edition_id")]
    pub(crate) edition: EditionId,
    pub(crate) call_id: String,
    pub(crate) title: String,
    pub(crate) words: String,
    pub(crate) state: String,
    pub(crate) outdated: bool,
    pub(crate) code: i64,
    pub(crate) reason: String,
    pub(crate) media_id: String,
    pub(crate) publish_id: String,
    pub(crate) article_id: String,
    pub(crate) url: String,
    pub(crate) tries: i64,
    pub(crate) next_at: String,
    pub(crate) queued_at: String,
    pub(crate) queued_name: String,
    pub(crate) changed_at: String,
    pub(crate) version: i64,
    /// Title of the document as it stands.
    pub(crate) document_title: String,
    pub(crate) organ: OrganCode,
}

impl Row {
    pub(crate) fn state(&self) -> State {
        State::from_code(&self.state).unwrap_or(State::Unsure)
    }

    /// What stands above it.
    pub(crate) fn shown_title(&self) -> &str {
        if self.title.is_empty() { &self.document_title } else { &self.title }
    }

    /// Whether it has the words of a call, not those of the document.
    pub(crate) fn is_call(&self) -> bool {
        !self.call_id.is_empty()
    }
}

/// What is read of an article, as [`Row`] has it.
macro_rules! columns {
    () => {
        "a.id, a.account, a.document_id, a.edition_id, a.call_id, a.title, a.words, a.state, a.outdated, a.code, a.reason, \
         a.media_id, a.publish_id, a.article_id, a.url, a.tries, a.next_at, a.queued_at, a.queued_name, a.changed_at, a.version, \
         d.title AS document_title, d.organ"
    };
}

/// For a list.
pub(crate) const COLUMNS: &str = columns!();
/// Where a list finds them.
pub(crate) const FROM: &str = "push_article a JOIN document d ON d.id = a.document_id";

/// One article, if there is one with this id.
pub(crate) async fn one(executor: impl Executor<'_>, id: &ArticleId) -> Result<Option<Row>> {
    let sql =
        concat!("SELECT ", columns!(), " FROM push_article a JOIN document d ON d.id = a.document_id WHERE a.id = $1");
    query_as(sql).bind(id).fetch_optional(executor).await
}

/// Articles of a document that are not over, in every account.
pub(crate) async fn of_document(executor: impl Executor<'_>, document: &DocumentId) -> Result<Vec<Row>> {
    let sql = concat!(
        "SELECT ",
        columns!(),
        " FROM push_article a JOIN document d ON d.id = a.document_id \
         WHERE a.document_id = $1 AND a.state NOT IN ('deleting', 'deleted', 'cancelled') ORDER BY a.id"
    );
    query_as(sql).bind(document).fetch_all(executor).await
}

/// Whether a document was ever put in for an account, whatever has become of it.
pub(crate) async fn was_in(executor: impl Executor<'_>, key: &str, document: &DocumentId) -> Result<bool> {
    let sql = "SELECT COUNT(*) FROM push_article WHERE account = $1 AND document_id = $2 AND call_id = ''";
    let known: i64 = query_scalar(sql).bind(key).bind(document).fetch_one(executor).await?;
    Ok(known > 0)
}

/// The first article that is due, behind `after` in the order of ids.
pub(crate) async fn due(executor: impl Executor<'_>, now: &str, after: &ArticleId) -> Result<Option<Row>> {
    let sql = concat!(
        "SELECT ",
        columns!(),
        " FROM push_article a JOIN document d ON d.id = a.document_id \
         WHERE a.state IN ('waiting', 'submitting', 'publishing', 'deleting') AND a.next_at <= $1 AND a.id > $2 \
         ORDER BY a.id LIMIT 1"
    );
    query_as(sql).bind(now).bind(after).fetch_optional(executor).await
}

/// A new article.
pub(crate) struct New<'a> {
    pub(crate) account: &'a str,
    pub(crate) document: &'a DocumentId,
    /// Of a call: its id, its title and its words; empty for the document itself.
    pub(crate) call: (&'a str, &'a str, &'a str),
    pub(crate) state: State,
}

/// Puts an article in; `None` when the document, or this call of it, stands in the account already.
pub(crate) async fn add(tx: &mut Tx, actor: &Actor, new: New<'_>) -> Result<Option<ArticleId>> {
    let (id, now) = (ArticleId::fresh(&tx.seams()), tx.now());
    let (call, title, words) = new.call;
    let added = query(
        "INSERT INTO push_article (id, account, document_id, edition_id, call_id, title, words, state, outdated, code, reason, \
         media_id, publish_id, article_id, url, tries, next_at, queued_at, queued_name, changed_at, version) \
         VALUES ($1, $2, $3, '', $4, $5, $6, $7, 0, 0, '', '', '', '', '', 0, $8, $8, $9, $8, 1) \
         ON CONFLICT (account, document_id, call_id) WHERE state NOT IN ('deleting', 'deleted', 'cancelled') DO NOTHING",
    )
    .bind(&id)
    .bind(new.account)
    .bind(new.document)
    .bind(call)
    .bind(title)
    .bind(words)
    .bind(new.state.code())
    .bind(&now)
    .bind(actor.log_name())
    .execute(tx.conn())
    .await?;
    Ok((added.rows_affected() == 1).then_some(id))
}

/// Keeps an article as it is now, over the version that was seen; whether it still was that.
pub(crate) async fn put(tx: &mut Tx, row: &Row, state: State) -> Result<bool> {
    let now = tx.now();
    let written = query(
        "UPDATE push_article SET edition_id = $2, state = $3, outdated = $4, code = $5, reason = $6, media_id = $7, \
         publish_id = $8, article_id = $9, url = $10, tries = $11, next_at = $12, changed_at = $13, version = version + 1 \
         WHERE id = $1 AND version = $14",
    )
    .bind(&row.id)
    .bind(&row.edition)
    .bind(state.code())
    .bind(i64::from(row.outdated))
    .bind(row.code)
    .bind(&row.reason)
    .bind(&row.media_id)
    .bind(&row.publish_id)
    .bind(&row.article_id)
    .bind(&row.url)
    .bind(row.tries)
    .bind(&row.next_at)
    .bind(&now)
    .bind(row.version)
    .execute(tx.conn())
    .await?;
    Ok(written.rows_affected() == 1)
}

/// When it is tried again after so many tries in vain: 1, 2, 4 … minutes, at most six hours.
pub(crate) fn again(now: Timestamp, tries: i64) -> Timestamp {
    let minutes = 1_i64 << tries.clamp(1, 10).saturating_sub(1);
    now.checked_add(jiff::SignedDuration::from_mins(minutes.min(360))).unwrap_or(now)
}

/// Where a picture is at an account; `None` = it is not there.
pub(crate) async fn picture(
    executor: impl Executor<'_>,
    key: &str,
    digest: &str,
    purpose: &str,
) -> Result<Option<String>> {
    query_scalar("SELECT address FROM push_picture WHERE account = $1 AND digest = $2 AND purpose = $3")
        .bind(key)
        .bind(digest)
        .bind(purpose)
        .fetch_optional(executor)
        .await
}

/// Notes where a picture is at an account.
pub(crate) async fn keep_picture(tx: &mut Tx, key: &str, (digest, purpose): (&str, &str), address: &str) -> Result<()> {
    let now = tx.now();
    query(
        "INSERT INTO push_picture (account, digest, purpose, address, sent_at) VALUES ($1, $2, $3, $4, $5) \
         ON CONFLICT (account, digest, purpose) DO UPDATE SET address = excluded.address, sent_at = excluded.sent_at",
    )
    .bind(key)
    .bind(digest)
    .bind(purpose)
    .bind(address)
    .bind(now)
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// Forgets the words of a document's calls.
pub(crate) async fn forget(tx: &mut Tx, document: &DocumentId) -> Result<()> {
    query("UPDATE push_article SET title = '', words = '' WHERE document_id = $1")
        .bind(document)
        .execute(tx.conn())
        .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tries_in_vain_come_ever_later_and_never_end() {
        let now: Timestamp = "2026-03-02T01:00:00Z".parse().expect("moment");
        assert_eq!(again(now, 0), again(now, 1));
        assert_eq!(again(now, 1), now + jiff::SignedDuration::from_mins(1));
        assert_eq!(again(now, 4), now + jiff::SignedDuration::from_mins(8));
        assert_eq!(again(now, 99), now + jiff::SignedDuration::from_mins(360));
    }

    #[test]
    fn codes_are_read_back() {
        for state in State::ALL {
            assert_eq!(State::from_code(state.code()), Some(state));
        }
    }
}
