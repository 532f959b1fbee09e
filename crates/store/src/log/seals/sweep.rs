//! The walk over all that is sealed.

use super::{STEP, Sealed, guard::Moment, name_of};
use crate::{Db, Result, built, query_as, query_scalar, raw::Snapshot};

/// Subjects of a kind that are told one by one; of more it is told that there are more. So no kind hides another, and all is
/// compared however much differs.
const TOLD: i64 = 20;

/// A walk over all that is sealed, some at a time, each as of one moment: who writes meanwhile disturbs nothing.
#[derive(Debug, Default)]
pub struct Sweep {
    kind: usize,
    after: Option<String>,
    /// Subjects compared so far.
    pub compared: i64,
    /// Subjects that differ so far, told or not.
    pub differing: i64,
    /// Those of this kind.
    of_kind: i64,
    /// What was not compared, since the program has not sealed it yet, in words.
    pub pending: Vec<String>,
}

/// What a step of a [`Sweep`] came to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Step {
    /// All of these fit; there is more.
    More,
    /// Everything has been compared.
    End,
    /// Some are not what the log says; there may be more.
    Altered(Vec<Altered>),
}

/// Something that is not what the log says.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Altered {
    /// What does not fit, in a sentence for the auditor.
    pub words: String,
    /// Its subject, `kind:id`; empty where it stands for several.
    pub subject: String,
}

impl Sweep {
    /// Compares the next subjects.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn step(&mut self, db: &Db) -> Result<Step> {
        let Some(sealed) = db.sealed().get(self.kind) else { return Ok(Step::End) };
        let mut at = db.snapshot().await?;
        let found = self.compare(&mut at, db, sealed).await;
        at.end().await?;
        let found = found?;
        Ok(if found.is_empty() { Step::More } else { Step::Altered(found) })
    }

    async fn compare(&mut self, at: &mut Snapshot, db: &Db, sealed: &Sealed) -> Result<Vec<Altered>> {
        let moment = Moment::of(at.conn(), db).await?;
        let knows = |key: &str| moment.known.contains(&sealed.key(key));
        if self.after.is_none() {
            let missing: Vec<&str> =
                sealed.parts.iter().filter(|part| !knows(part.key)).map(|part| part.label).collect();
            if !missing.is_empty() {
                self.pending.push(format!("{}的{}", sealed.label, missing.join("、")));
            }
        }
        let mut found = Vec::new();
        let seals = next(at, db.chain(), sealed, self.after.as_deref()).await?;
        for (id, seq, seal) in &seals {
            self.after = Some(id.clone());
            self.compared += 1;
            if let Some(held) = moment.hold(at.conn(), sealed, id, Some((*seq, seal))).await?
                && !held.fits()
                && self.counts()
            {
                let words = held.words(sealed, &name_of(at, sealed, id).await?);
                found.push(Altered { words, subject: subject(sealed, id) });
            }
        }
        if seals.len() < usize::try_from(STEP).unwrap_or_default() {
            let roots = std::iter::once(sealed.roots).chain(sealed.more.iter().map(|(_, sql)| *sql));
            let all_known =
                sealed.parts.iter().any(|part| knows(part.key)) && sealed.more.iter().all(|(key, _)| knows(key));
            for sql in roots.filter(|sql| all_known && !sql.is_empty()) {
                for id in unsealed(at, db.chain(), sealed, sql).await? {
                    if self.counts() {
                        let words =
                            format!("{}{}没有经过本程序，留痕中没有", sealed.label, name_of(at, sealed, &id).await?);
                        found.push(Altered { words, subject: subject(sealed, &id) });
                    }
                }
            }
            if self.of_kind > TOLD {
                let words = format!("还有更多的{}与留痕不一致，没有逐一列出", sealed.label);
                found.push(Altered { words, subject: String::new() });
            }
            (self.kind, self.after, self.of_kind) = (self.kind + 1, None, 0);
        }
        Ok(found)
    }

    /// Counts one that differs; whether it is to be told.
    fn counts(&mut self) -> bool {
        self.differing += 1;
        self.of_kind += 1;
        self.of_kind <= TOLD
    }
}

fn subject(sealed: &Sealed, id: &str) -> String {
    format!("{}:{id}", sealed.kind)
}

/// The next subjects of a kind with their newest seals. From subject to subject by the key, so that it takes as long as there
/// are subjects, however many seals each has.
async fn next(
    at: &mut Snapshot,
    chain: &str,
    sealed: &Sealed,
    after: Option<&str>,
) -> Result<Vec<(String, i64, String)>> {
    // The first may have the empty id.
    let begin = if after.is_some() { ">" } else { ">=" };
    let sql = format!(
        "WITH RECURSIVE walk (id, place) AS (\
         SELECT (SELECT MIN(f.subject_id) FROM event_seal f WHERE f.chain = $1 AND f.subject_kind = $2 AND f.subject_id {begin} $3), \
         CAST(1 AS BIGINT) \
         UNION ALL \
         SELECT (SELECT MIN(f.subject_id) FROM event_seal f WHERE f.chain = $1 AND f.subject_kind = $2 AND f.subject_id > walk.id), \
         walk.place + 1 FROM walk WHERE walk.id IS NOT NULL AND walk.place < $4) \
         SELECT s.subject_id, s.seq, s.seal FROM walk JOIN event_seal s ON s.chain = $1 AND s.subject_kind = $2 \
         AND s.subject_id = walk.id AND s.seq = (SELECT MAX(n.seq) FROM event_seal n WHERE n.chain = $1 \
         AND n.subject_kind = $2 AND n.subject_id = walk.id) ORDER BY walk.place"
    );
    // SQL: one of two literals.
    query_as(built(sql))
        .bind(chain)
        .bind(sealed.kind)
        .bind(after.unwrap_or_default())
        .bind(STEP)
        .fetch_all(at.conn())
        .await
}

/// Rows that must have a seal and have none, the first of them.
async fn unsealed(at: &mut Snapshot, chain: &str, sealed: &Sealed, roots: &str) -> Result<Vec<String>> {
    // SQL: literals of the capabilities.
    let sql = format!(
        "SELECT r.id FROM ({roots}) r WHERE NOT EXISTS (SELECT 1 FROM event_seal s WHERE s.chain = $1 AND s.subject_kind = $2 \
         AND s.subject_id = r.id) ORDER BY r.id LIMIT $3"
    );
    query_scalar(built(sql)).bind(chain).bind(sealed.kind).bind(TOLD + 1).fetch_all(at.conn()).await
}
