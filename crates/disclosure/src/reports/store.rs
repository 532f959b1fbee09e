//! Writes on yearly reports, and the rules on them.

use ::store::{Tx, query};
use annual_report::{Report, Weight, json};
use jiff::civil::Date;
use kernel::{Actor, NewEvent, OrganCode, may_for};
use serde_json::json as data;
use web::{Ctx, Refusal};

use super::{
    FILL, RELEASE, RELEASED, SAVED, SUBJECT, WITHDRAWN, former, office,
    rows::{self, AnnualReportId, Row},
};

/// Who keeps an organ's reports today: itself, or whoever follows it.
pub(super) fn keeper(ctx: &Ctx, organ: &OrganCode) -> OrganCode {
    ctx.directory().stands_for(organ, ctx.today())
}

/// Begins the report of an organ and a year; the one that is there already stays as it is.
///
/// # Errors
/// When the person may not.
pub(super) async fn begin(
    ctx: &Ctx,
    tx: &mut Tx,
    actor: &Actor,
    (organ, year, scope): (&OrganCode, i64, &str),
    report: &Report,
) -> Result<(AnnualReportId, bool), Refusal> {
    tx.lock(SUBJECT).await?;
    may_for(actor, &FILL, &keeper(ctx, organ))?;
    if let Some(row) = rows::of(tx.conn(), organ, year, scope).await? {
        return Ok((row.id, false));
    }
    let id = AnnualReportId::fresh(&tx.seams());
    let (figures, now) = (json::to_value(report).to_string(), tx.now());
    query(
        "INSERT INTO annual_report (id, organ, year, scope, version, figures, origin, changed_by, changed_name, changed_at, \
         public_version, public_by, public_name, public_at, public_reason) \
         VALUES ($1, $2, $3, $4, 1, $5, 'new', $6, $7, $8, 0, '', '', '', '')",
    )
    .bind(&id)
    .bind(organ)
    .bind(year)
    .bind(scope)
    .bind_all([figures.as_str(), actor.log_id(), actor.log_name(), now.as_str()])
    .execute(tx.conn())
    .await?;
    version(tx, actor, &id, 1, (&figures, "new")).await?;
    let what = data!({ "year": year, "scope": scope, "version": 1, "origin": "new" });
    tx.append(NewEvent::new(&SAVED, &id, actor).organ(organ).data(what)).await?;
    Ok((id, true))
}

async fn version(
    tx: &mut Tx,
    actor: &Actor,
    id: &AnnualReportId,
    number: i64,
    (figures, origin): (&str, &str),
) -> Result<(), Refusal> {
    let now = tx.now();
    query(
        "INSERT INTO annual_report_version (report, version, figures, origin, changed_by, changed_name, changed_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7)",
    )
    .bind(id)
    .bind(number)
    .bind_all([figures, origin, actor.log_id(), actor.log_name(), now.as_str()])
    .execute(tx.conn())
    .await?;
    Ok(())
}

/// The report, locked, for whoever may do this with it.
async fn taken(
    ctx: &Ctx,
    tx: &mut Tx,
    actor: &Actor,
    id: &AnnualReportId,
    permission: &'static kernel::Permission,
) -> Result<Row, Refusal> {
    tx.lock(SUBJECT).await?;
    let row = rows::one(tx.conn(), id).await?.ok_or(Refusal::NotFound)?;
    may_for(actor, permission, &keeper(ctx, &row.organ))?;
    Ok(row)
}

/// Saves a version over the one that was seen. The same figures again are none.
///
/// # Errors
/// When the person may not, or somebody was faster.
pub(super) async fn save(
    ctx: &Ctx,
    tx: &mut Tx,
    actor: &Actor,
    (id, seen): (&AnnualReportId, i64),
    (report, origin): (&Report, &str),
) -> Result<bool, Refusal> {
    let row = taken(ctx, tx, actor, id, &FILL).await?;
    if row.version != seen {
        let text = format!("{}已保存了新的一版，没有覆盖。请核对现在的数据，再决定要不要改。", row.changed_name);
        return Err(Refusal::Conflict(text));
    }
    let figures = json::to_value(report).to_string();
    if figures == row.figures {
        return Ok(false);
    }
    let (number, now) = (row.version + 1, tx.now());
    query(
        "UPDATE annual_report SET figures = $2, origin = $3, changed_by = $4, changed_name = $5, changed_at = $6, version = $7 \
         WHERE id = $1",
    )
    .bind(id)
    .bind_all([figures.as_str(), origin, actor.log_id(), actor.log_name(), now.as_str()])
    .bind(number)
    .execute(tx.conn())
    .await?;
    version(tx, actor, id, number, (&figures, origin)).await?;
    let what = data!({ "year": row.year, "scope": row.scope, "version": number, "origin": origin });
    tx.append(NewEvent::new(&SAVED, id, actor).organ(&row.organ).data(what)).await?;
    Ok(true)
}

/// What speaks against making a report public as it is on this day, in a sentence; `None` when nothing does.
pub(super) fn against(judged: &rows::Judged, row: &Row, lacking: &[String], today: Date) -> Option<String> {
    // 条例 Art. 49: a report is of the year before; an organ that is abolished within a year may have reason to tell it sooner.
    let early = row.is_of_a_year_that_runs(today).then(|| format!("{} 年还没有过完，这不是全年的数据", row.year));
    let without =
        (!lacking.is_empty()).then(|| format!("还有 {} 个机关没有填报：{}", lacking.len(), lacking.join("、")));
    let told: Vec<String> = early.into_iter().chain(without).chain(faulty(judged)).collect();
    (!told.is_empty()).then(|| told.join("；"))
}

/// What its tables say against it.
fn faulty(judged: &rows::Judged) -> Option<String> {
    let wrong: Vec<&str> = judged
        .identities
        .iter()
        .filter(|identity| identity.weight == Weight::Error && identity.holds == Some(false))
        .map(|identity| identity.rule)
        .collect();
    let tables = &judged.report.tables;
    let cells = tables.proactive.iter().flat_map(|row| &row.cells);
    let cells = cells.chain(tables.requests.iter().flat_map(|row| &row.cells)).chain(&tables.remedies);
    let open = cells.filter(|cell| cell.is_unknown()).count();
    match (wrong.is_empty(), open) {
        (true, 0) => None,
        (true, open) => Some(format!("还有 {open} 个单元格没有填写")),
        (false, 0) => Some(format!("数据不相符：{}", wrong.join("；"))),
        (false, open) => Some(format!("数据不相符：{}；还有 {open} 个单元格没有填写", wrong.join("；"))),
    }
}

/// Makes the newest version public. Whoever saved it is not who does.
///
/// # Errors
/// When the person may not or has saved it, somebody was faster, or it contradicts itself and nobody says why.
pub(super) async fn release(
    ctx: &Ctx,
    tx: &mut Tx,
    actor: &Actor,
    (id, seen): (&AnnualReportId, i64),
    reason: &str,
) -> Result<(), Refusal> {
    let row = taken(ctx, tx, actor, id, &RELEASE).await?;
    if row.version != seen {
        return Err(Refusal::Conflict(format!("{}已保存了新的一版。请核对现在的数据，再公布。", row.changed_name)));
    }
    if row.public_version == row.version {
        return Err(Refusal::Conflict("这一版已经公布，没有改动。".to_owned()));
    }
    if row.changed_by == actor.log_id() {
        let text = "这一版是您保存的。请由本机关负责人或者县政府办公室的另一位同事核对后公布。";
        return Err(Refusal::Conflict(text.to_owned()));
    }
    let others = rows::two_years(tx.conn(), row.year).await?;
    let judged = rows::judged(&row, &others, &ctx.directory());
    let lacking = office::lacking(ctx, &row, &others);
    let against = against(&judged, &row, &lacking, ctx.today());
    if let Some(why) = against.as_ref().filter(|_| reason.is_empty()) {
        let text = format!("{why}。请先改正；原件如此、需要照样公布的，请写明原因。");
        return Err(Refusal::field("reason", text));
    }
    let (reason, now) = (if against.is_some() { reason } else { "" }, tx.now());
    query(
        "UPDATE annual_report SET public_version = $2, public_by = $3, public_name = $4, public_at = $5, public_reason = $6 \
         WHERE id = $1",
    )
    .bind(id)
    .bind(row.version)
    .bind_all([actor.log_id(), actor.log_name(), now.as_str(), reason])
    .execute(tx.conn())
    .await?;
    former::begun(tx, id, row.version).await?;
    let what = data!({ "year": row.year, "scope": row.scope, "version": row.version, "reason": reason });
    tx.append(NewEvent::new(&RELEASED, id, actor).organ(&row.organ).data(what)).await?;
    Ok(())
}

/// Takes a report off the portal; its versions stay.
///
/// # Errors
/// When the person may not, it is not public, or nobody says why.
pub(super) async fn withdraw(
    ctx: &Ctx,
    tx: &mut Tx,
    actor: &Actor,
    id: &AnnualReportId,
    reason: &str,
) -> Result<(), Refusal> {
    let row = taken(ctx, tx, actor, id, &RELEASE).await?;
    if !row.is_public() {
        return Err(Refusal::Conflict("这份年报数据没有公布，不用撤回。".to_owned()));
    }
    if reason.is_empty() {
        return Err(Refusal::field("why", "请写明撤回理由，例如 汇总有误，更正后重新公布。"));
    }
    query(
        "UPDATE annual_report SET public_version = 0, public_by = '', public_name = '', public_at = '', public_reason = '' \
         WHERE id = $1",
    )
    .bind(id)
    .execute(tx.conn())
    .await?;
    former::ended(tx, id, "withdrawn").await?;
    let what = data!({ "year": row.year, "scope": row.scope, "version": row.public_version, "reason": reason });
    tx.append(NewEvent::new(&WITHDRAWN, id, actor).organ(&row.organ).data(what)).await?;
    Ok(())
}
