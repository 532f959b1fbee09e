//! Who answers for what after an amendment: new duties are issued, organs join, leave or change their part. Each of it is an
//! event, so that the log can say since when an organ owes something and when it was released.

use std::collections::BTreeSet;

use duty::duties::{self, ShareRow};
use kernel::{OrganCode, id::DutyId};
use store::Tx;
use web::{Error, Result};

use crate::{
    model::OwnerRole,
    plans::{amend::store::Work, confirm, tree},
};

impl Work<'_> {
    /// Brings shares in line with the owners. Returns the organs for which something changed.
    pub(super) async fn reassign(
        &self,
        tx: &mut Tx,
        new: &[DutyId],
        altered: &[DutyId],
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
        let held = duties::shares(tx.conn(), &tree.plan.key()).await?;
        let mut touched = BTreeSet::new();
        // After a reform the successor's name in the text means the share that its predecessor was given.
        let same = |old: &ShareRow, organ: &OrganCode| {
            directory.stands_for(&old.organ, today) == directory.stands_for(organ, today)
        };
        for duty in tree.duties.iter().filter(|duty| duty.is_owed()) {
            if new.contains(&duty.id) {
                touched.extend(confirm::issue(tx, self.actor, &tree, duty).await?);
                continue;
            }
            let (wanted, row) = (confirm::organs_of(&tree, duty), tree.row(duty));
            let of_duty = || held.iter().filter(|old| old.duty == duty.id);
            for (organ, role) in &wanted {
                let fits = of_duty().filter(|old| same(old, organ));
                let old = fits.min_by_key(|old| (!old.ended_at.is_empty(), old.organ != *organ));
                if self.keep_or_join(tx, &row, organ, *role, old).await? {
                    touched.insert(organ.clone());
                }
            }
            for old in of_duty().filter(|old| old.ended_at.is_empty()) {
                if !wanted.iter().any(|(organ, _)| same(old, organ)) {
                    duties::release(tx, self.actor, &row, old, "调整后不再承担").await?;
                    touched.insert(old.organ.clone());
                }
            }
        }
        touched.extend(self.concerned(&held, altered));
        Ok(touched)
    }

    /// Organs whose duties ended or go on with other words.
    fn concerned(&self, held: &[ShareRow], altered: &[DutyId]) -> Vec<OrganCode> {
        let ended = &self.prepared.alignment.ended;
        let concerned =
            |old: &&ShareRow| ended.contains(&old.duty) || (altered.contains(&old.duty) && old.ended_at.is_empty());
        held.iter().filter(concerned).map(|old| old.organ.clone()).collect()
    }

    /// One owner of a duty that goes on. `false` when nothing changes for it.
    async fn keep_or_join(
        &self,
        tx: &mut Tx,
        duty: &duty::DutyRow,
        organ: &OrganCode,
        role: OwnerRole,
        old: Option<&ShareRow>,
    ) -> Result<bool> {
        match old {
            Some(old) => Ok(duties::set_role(tx, self.actor, duty, old, role).await?),
            None => {
                duties::assign(tx, self.actor, duty, organ, role).await?;
                Ok(true)
            }
        }
    }
}
