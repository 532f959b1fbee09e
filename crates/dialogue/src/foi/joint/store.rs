//! What other organs are asked about a request. The words lie sealed under the key of its case.

use case::CaseKey;
use jiff::civil::Date;
use kernel::{OrganCode, id::CaseId};
use store::{Executor, FromRow, Tx, Value, built, places, query, query_as};
use web::{Ctx, Refusal};

store::ids! {
    /// A question to another organ about a request.
    JointId,
}

/// What is asked of the other organ.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Sort {
    /// Its opinion on what both made together.
    Opinion,
    /// To take the request over.
    HandOver,
}

impl Sort {
    pub(super) fn code(self) -> &'static str {
        match self {
            Self::Opinion => "opinion",
            Self::HandOver => "hand_over",
        }
    }
}

/// A question as it stands.
#[derive(Clone, FromRow)]
pub(super) struct Joint {
    pub(super) id: JointId,
    pub(super) case_id: CaseId,
    sort: String,
    /// The organ that is asked.
    pub(super) organ: OrganCode,
    pub(super) asked_name: String,
    pub(super) asked_on: String,
    /// Empty = no law sets a last day.
    pub(super) due_on: String,
    matter: String,
    /// `asked`, `agreed`, `refused` or `answered`.
    pub(super) state: String,
    words: String,
    pub(super) answered_on: String,
    pub(super) answered_name: String,
}

fn matter_place(id: &JointId) -> String {
    format!("joint {id} matter")
}

fn words_place(id: &JointId) -> String {
    format!("joint {id} words")
}

impl Joint {
    pub(super) fn sort(&self) -> Sort {
        if self.sort == Sort::HandOver.code() { Sort::HandOver } else { Sort::Opinion }
    }

    pub(super) fn is_open(&self) -> bool {
        self.state == "asked"
    }

    /// What is asked; empty once the case is erased.
    pub(super) fn matter(&self, key: Option<&CaseKey>) -> Result<String, Refusal> {
        Ok(match key {
            Some(key) => key.open(&matter_place(&self.id), &self.matter)?,
            None => String::new(),
        })
    }

    /// What was answered; empty once the case is erased.
    pub(super) fn words(&self, key: Option<&CaseKey>) -> Result<String, Refusal> {
        Ok(match key {
            Some(key) => key.open(&words_place(&self.id), &self.words)?,
            None => String::new(),
        })
    }

    pub(super) fn state_words(&self) -> &'static str {
        match (self.state.as_str(), self.sort()) {
            ("asked", _) => "等待答复",
            ("agreed", _) => "同意接收",
            ("refused", _) => "不接收",
            _ => "已提出意见",
        }
    }
}

const COLUMNS: &str = "j.id, j.case_id, j.sort, j.organ, j.asked_name, j.asked_on, j.due_on, j.matter, j.state, j.words, \
                       j.answered_on, j.answered_name";

/// A question that is about to be asked.
pub(super) struct Asking<'a> {
    pub(super) case: &'a CaseId,
    pub(super) sort: Sort,
    pub(super) organ: &'a OrganCode,
    /// Name of who asks.
    pub(super) by: &'a str,
    pub(super) on: Date,
    pub(super) due: Option<Date>,
    pub(super) matter: &'a str,
}

/// Keeps a question, sealed under the key of its case.
pub(super) async fn add(tx: &mut Tx, key: &CaseKey, asking: &Asking<'_>) -> Result<JointId, Refusal> {
    let seams = tx.seams();
    let id = JointId::fresh(&seams);
    query(
        "INSERT INTO foi_joint (id, case_id, sort, organ, asked_name, asked_on, due_on, matter, state, words, answered_on, \
         answered_name) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, 'asked', '', '', '')",
    )
    .bind(&id)
    .bind(asking.case)
    .bind(asking.sort.code())
    .bind(asking.organ)
    .bind(asking.by)
    .bind(asking.on.to_string())
    .bind(asking.due.map(|due| due.to_string()).unwrap_or_default())
    .bind(key.seal(&seams, &matter_place(&id), asking.matter)?)
    .execute(tx.conn())
    .await?;
    Ok(id)
}

/// Keeps an answer; `false` when somebody else has answered.
pub(super) async fn answer(
    tx: &mut Tx,
    key: &CaseKey,
    id: &JointId,
    (state, words): (&str, &str),
    (by, on): (&str, Date),
) -> Result<bool, Refusal> {
    let seams = tx.seams();
    let done = query(
        "UPDATE foi_joint SET state = $2, words = $3, answered_on = $4, answered_name = $5 WHERE id = $1 AND state = 'asked'",
    )
    .bind(id)
    .bind(state)
    .bind(key.seal(&seams, &words_place(id), words)?)
    .bind(on.to_string())
    .bind(by)
    .execute(tx.conn())
    .await?;
    Ok(done.rows_affected() == 1)
}

/// The question with this id.
pub(super) async fn one(executor: impl Executor<'_>, id: &JointId) -> Result<Joint, Refusal> {
    // SQL: a constant of this file.
    let sql = built(format!("SELECT {COLUMNS} FROM foi_joint j WHERE j.id = $1"));
    let found: Option<Joint> = query_as(sql).bind(id).fetch_optional(executor).await?;
    found.ok_or(Refusal::NotFound)
}

/// All questions about a case, the first one first.
pub(super) async fn of_case(executor: impl Executor<'_>, case: &CaseId) -> store::Result<Vec<Joint>> {
    // SQL: a constant of this file.
    let sql = built(format!("SELECT {COLUMNS} FROM foi_joint j WHERE j.case_id = $1 ORDER BY j.asked_on, j.id"));
    query_as(sql).bind(case).fetch_all(executor).await
}

/// What these organs have not answered, of cases that go on; the first to be due first.
pub(super) async fn waiting(ctx: &Ctx, organs: &[OrganCode]) -> store::Result<Vec<Joint>> {
    if organs.is_empty() {
        return Ok(Vec::new());
    }
    let values: Vec<Value> = organs.iter().map(Value::from).collect();
    // SQL: fixed text and placeholders; every value is bound.
    let sql = built(format!(
        "SELECT {COLUMNS} FROM foi_joint j JOIN case_entry c ON c.id = j.case_id \
         WHERE j.state = 'asked' AND c.ended_at = '' AND j.organ IN ({}) ORDER BY j.due_on, j.id LIMIT 200",
        places(1, organs.len())
    ));
    query_as(sql).bind_all(values).fetch_all(ctx.db().read()).await
}
