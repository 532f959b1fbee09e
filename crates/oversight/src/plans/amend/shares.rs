//! Who answers for what after an amendment: new duties are issued, organs join, leave or change their part. Each of it is an
//! event, so that the log can say since when an organ owes something and when it was released.

use std::collections::BTreeSet;

use kernel::{NewEvent, OrganCode};
use serde_json::{Value, json};
use store::{FromRow, Tx, query, query_as};
use web::{Error, Result};

use crate::{
    duties::store::answering,
    model::OwnerRole,
    plans::{
        amend::store::Work,
        confirm,
        tree::{self, DutyRow},
    },
};

/// A share as it was before.
#[derive(Debug, Clone, FromRow)]
struct Held {
    id: String,
    duty: String,
    organ: String,
    role: String,
    ended_at: String,
}

impl Held {
    fn organ(&self) -> OrganCode {
        OrganCode(self.organ.clone())
    }
}

impl Work<'_> {
    /// Brings assignments in line with the owners. Returns the organs for which something changed.
    pub(super) async fn reassign(
        &self,
        tx: &mut Tx,
        new: &[String],
        altered: &[String],
    ) -> Result<BTreeSet<OrganCode>> {
        let (directory, today) = (self.ctx.directory(), self.ctx.today());
        let tree = tree::load_in(tx, &self.row.plan).await?.ok_or(Error::NotFound)?;
        let ready = confirm::readiness(&tree, &directory, today);
        if let Some(spot) = ready.unowned.first() {
            return Err(Error::Conflict(format!(
                "{}没有牵头或负责单位，不能确认调整。请在调整稿中写明责任单位。",
                spot.place
            )));
        }
        let held: Vec<Held> =
            query_as("SELECT id, duty, organ, role, ended_at FROM assignment WHERE plan = $1 ORDER BY issued_at, id")
                .bind(&self.row.plan)
                .fetch_all(tx.conn())
                .await?;
        let mut touched = BTreeSet::new();
        // After a reform the successor's name in the text means the share that its predecessor was given.
        let same = |old: &Held, organ: &OrganCode| {
            answering(&directory, &old.organ(), today) == answering(&directory, organ, today)
        };
        for duty in tree.duties.iter().filter(|duty| duty.is_owed()) {
            if new.contains(&duty.id) {
                touched.extend(confirm::issue(tx, self.actor, &tree, duty).await?);
                continue;
            }
            let wanted = confirm::organs_of(&tree, duty);
            let of_duty = || held.iter().filter(|old| old.duty == duty.id);
            for (organ, role) in &wanted {
                let fits = of_duty().filter(|old| same(old, organ));
                let old = fits.min_by_key(|old| (!old.ended_at.is_empty(), old.organ != organ.0));
                if self.keep_or_join(tx, duty, organ, *role, old).await? {
                    touched.insert(organ.clone());
                }
            }
            for old in of_duty().filter(|old| old.ended_at.is_empty()) {
                if !wanted.iter().any(|(organ, _)| same(old, organ)) {
                    self.release(tx, duty, old).await?;
                    touched.insert(old.organ());
                }
            }
        }
        let ended = &self.prepared.alignment.ended;
        let running =
            |old: &&Held| ended.contains(&old.duty) || (altered.contains(&old.duty) && old.ended_at.is_empty());
        touched.extend(held.iter().filter(running).map(Held::organ));
        Ok(touched)
    }

    /// One owner of a duty that goes on. `false` when nothing changes for it.
    async fn keep_or_join(
        &self,
        tx: &mut Tx,
        duty: &DutyRow,
        organ: &OrganCode,
        role: OwnerRole,
        old: Option<&Held>,
    ) -> Result<bool> {
        let Some(old) = old else {
            self.join(tx, duty, organ, role).await?;
            return Ok(true);
        };
        let runs = old.ended_at.is_empty();
        if runs && old.role == role.code() {
            return Ok(false);
        }
        // Taken up again it is owed from now on: for the time between nobody can be reminded.
        query(
            "UPDATE assignment SET role = $2, issued_at = CASE WHEN ended_at = '' THEN issued_at ELSE $3 END, ended_at = '', \
             ended_reason = '', version = version + 1 WHERE id = $1",
        )
        .bind(&old.id)
        .bind(role.code())
        .bind(self.now)
        .execute(tx.conn())
        .await?;
        let kind = if runs { "duty.role_changed" } else { "duty.assigned" };
        self.tell(tx, kind, duty, &old.organ(), json!({"role": role.code(), "was": old.role})).await?;
        Ok(true)
    }

    async fn release(&self, tx: &mut Tx, duty: &DutyRow, old: &Held) -> Result<()> {
        const REASON: &str = "调整后不再承担";
        query("UPDATE assignment SET ended_at = $2, ended_reason = $3, version = version + 1 WHERE id = $1")
            .bind(&old.id)
            .bind(self.now)
            .bind(REASON)
            .execute(tx.conn())
            .await?;
        self.tell(tx, "duty.released", duty, &old.organ(), json!({"role": old.role, "reason": REASON})).await
    }

    async fn join(&self, tx: &mut Tx, duty: &DutyRow, organ: &OrganCode, role: OwnerRole) -> Result<()> {
        query(
            "INSERT INTO assignment (id, plan, clause, duty, organ, role, issued_at, ended_at, ended_reason, version) \
             VALUES ($1, $2, $3, $4, $5, $6, $7, '', '', 1)",
        )
        .bind(kernel::id::fresh(self.ctx.seams()))
        .bind(&duty.plan)
        .bind(&duty.clause)
        .bind(&duty.id)
        .bind(organ.as_str())
        .bind(role.code())
        .bind(self.now)
        .execute(tx.conn())
        .await?;
        self.tell(tx, "duty.assigned", duty, organ, json!({"role": role.code()})).await
    }

    async fn tell(
        &self,
        tx: &mut Tx,
        kind: &'static str,
        duty: &DutyRow,
        organ: &OrganCode,
        mut data: Value,
    ) -> Result<()> {
        data["plan"] = json!(duty.plan);
        tx.append(NewEvent::new(kind, "duty", &duty.id, self.actor).organ(organ).data(data)).await?;
        Ok(())
    }
}
