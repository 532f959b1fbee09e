//! Erasing a payload: the words go, the place in the chain and what happened stay.

use kernel::{Actor, EventKind, Keep, NewEvent, id::SubjectRef};
use serde_json::json;

use crate::{Error, Result, Tx, query, query_as};

/// A payload was erased; the subject's id is the position of the event that lost it. Its own reason is in the words of staff
/// and may be erased in turn: what was erased stays said in the chain itself.
pub static PAYLOAD_ERASED: EventKind = EventKind::new("event", "log.payload_erased", "清除记录内容")
    .holds(&[("reason", "原因"), ("kind", "记录种类"), ("at", "记录时间")])
    .keeps(Keep::Words);

impl Tx {
    /// Erases the payload of the event at position `seq` for a reason that the law knows (个人信息保护法 Art. 47), and says so
    /// in the log. `false` when it was erased before.
    ///
    /// # Errors
    /// [`Error::Event`] when there is no such event, or its class keeps it for ever; when the database fails.
    pub async fn erase(&mut self, seq: i64, reason: &str, actor: &Actor) -> Result<bool> {
        self.settle().await?;
        let chain = self.chain().to_owned();
        let found: Option<(String, String, String, String)> = query_as(
            "SELECT e.kind, e.at, e.keep, p.erased_at FROM event e JOIN event_payload p ON p.chain = e.chain AND p.seq = e.seq \
             WHERE e.chain = $1 AND e.seq = $2",
        )
        .bind(&chain)
        .bind(seq)
        .fetch_optional(self.conn())
        .await?;
        let Some((kind, at, keep, erased_at)) = found else {
            return Err(Error::Event(format!("没有第 {seq} 号记录")));
        };
        if !Keep::from_code(&keep).is_some_and(Keep::erasable) {
            return Err(Error::Event(format!("第 {seq} 号记录（{kind}）只有事实，不能清除")));
        }
        if !erased_at.is_empty() {
            return Ok(false);
        }
        let now = self.now();
        // Conditional: of two who erase at once, one says so in the log.
        let done = query(
            "UPDATE event_payload SET salt = '', data = '', erased_at = $3 WHERE chain = $1 AND seq = $2 AND erased_at = ''",
        )
        .bind(chain)
        .bind(seq)
        .bind(now)
        .execute(self.conn())
        .await?;
        if done.rows_affected() == 0 {
            return Ok(false);
        }
        let data = json!({ "reason": reason, "kind": kind, "at": at });
        self.append(NewEvent::new(&PAYLOAD_ERASED, seq, actor).data(data)).await?;
        Ok(true)
    }

    /// Erases the payloads of all events of one subject whose class allows it, and returns how many they were.
    pub async fn erase_of_subject(&mut self, subject: &SubjectRef, reason: &str, actor: &Actor) -> Result<usize> {
        let chain = self.chain().to_owned();
        let found: Vec<(i64,)> = query_as(
            "SELECT e.seq FROM event e JOIN event_payload p ON p.chain = e.chain AND p.seq = e.seq \
             WHERE e.chain = $1 AND e.subject_kind = $2 AND e.subject_id = $3 AND e.keep <> 'facts' AND p.erased_at = '' \
             ORDER BY e.seq",
        )
        .bind(chain)
        .bind(&subject.kind)
        .bind(&subject.id)
        .fetch_all(self.conn())
        .await?;
        let mut erased = 0;
        for (seq,) in found {
            erased += usize::from(self.erase(seq, reason, actor).await?);
        }
        Ok(erased)
    }
}
