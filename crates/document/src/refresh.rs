//! Texts whose form for reading was made under other rules than today's: made anew, some at a time. What is stored as the text
//! itself is never touched, because the log commits to it.

use kernel::id::{EditionId, SubjectRef};
use store::{Db, FromRow, query, query_as};

use crate::{
    draft::put_articles,
    error::{Result, fault},
    html::{self, Written},
};

#[derive(FromRow)]
struct Old {
    edition_id: EditionId,
    document_id: String,
    body_html: String,
}

/// Texts that one write takes.
const STEP: i64 = 50;

/// Makes the next texts anew; returns how many. None are left when it returns 0.
///
/// # Errors
/// When the database fails; what was made before stays made.
pub async fn refresh(db: &Db, own_host: &str) -> Result<usize> {
    let mark = html::mark(own_host);
    let sql = "SELECT t.edition_id, e.document_id, t.body_html FROM edition_text t JOIN edition e ON e.id = t.edition_id \
               WHERE t.html_policy <> $1 LIMIT $2";
    let old: Vec<Old> = query_as(sql).bind(&mark).bind(STEP).fetch_all(db.read()).await?;
    if old.is_empty() {
        return Ok(0);
    }
    let own = own_host.to_owned();
    let made = move || -> Vec<(Old, Written)> {
        old.into_iter()
            .map(|text| (Written::renewed(&text.body_html, &own), text))
            .map(|(new, old)| (old, new))
            .collect()
    };
    let made = tokio::task::spawn_blocking(made).await;
    let made = made.map_err(|error| fault(format!("renewing texts: {error}")))?;
    let mut tx = db.write().await?;
    for (text, fresh) in &made {
        let done = query(
            "UPDATE edition_text SET body_text = $3, reading_html = $4, html_policy = $5 \
             WHERE edition_id = $1 AND body_html = $2",
        )
        .bind(&text.edition_id)
        .bind(&text.body_html)
        .bind(&fresh.text)
        .bind(&fresh.reading)
        .bind(&mark)
        .execute(tx.conn())
        .await?;
        // Saved meanwhile: made under today's rules then.
        if done.rows_affected() == 1 {
            put_articles(&mut tx, &text.edition_id, fresh).await?;
            tx.touch(&SubjectRef::new("document", &text.document_id));
        }
    }
    tx.commit().await?;
    Ok(made.len())
}
