//! The organs of a duty as its page shows them: how far each has come, what it reported, what was decided.

use duty::{
    facts::Share,
    model::PeriodStanding,
    permissions::{CONFIRM_DUTIES, REPORT_DUTIES},
    report::Note,
};
use jiff::civil::Date;
use kernel::{Actor, Countdown, Directory, OrganCode, Staff, id::ShareId, may, may_for, time};
use web::Ctx;

use crate::{
    duties::{evidence::Piece, held::Held},
    model::OwnerRole,
};

pub(super) struct PeriodLine {
    pub(super) label: String,
    pub(super) span: String,
    pub(super) due: Date,
    pub(super) word: &'static str,
    pub(super) late: bool,
}

pub(super) struct Owner {
    pub(super) id: ShareId,
    pub(super) organ: String,
    pub(super) role: &'static str,
    pub(super) word: String,
    pub(super) due: String,
    /// Name of the period that is open: 第四季度; empty without cadence.
    pub(super) period: String,
    pub(super) left: Option<Countdown>,
    pub(super) ended: String,
    pub(super) may_report: bool,
    /// Whether notes, reasons and open evidence are shown to this person.
    pub(super) open: bool,
    pub(super) periods: Vec<PeriodLine>,
    pub(super) notes: Vec<(String, String, String)>,
    pub(super) pieces: Vec<Piece>,
}

impl Owner {
    /// Whether it has a section of its own: what was reported, and the organ for which the forms stand.
    pub(super) fn shown(&self, active: &ShareId) -> bool {
        !self.pieces.is_empty() || !self.notes.is_empty() || self.id == *active
    }

    pub(super) fn new(ctx: &Ctx, staff: &Staff, held: &Held, leads: bool) -> Self {
        let (directory, today) = (ctx.directory(), ctx.today());
        let (share, standing) = (&held.share, &held.standing);
        let organ = directory.stands_for(&share.organ, today);
        let actor: Actor = staff.clone().into();
        let name = directory.short_name(&organ).to_owned();
        let line = |one: &PeriodStanding| PeriodLine {
            label: one.period.label.clone(),
            span: format!("{} 至 {}", one.period.start, one.period.end),
            due: one.period.due,
            word: one.state.label(),
            late: one.overdue,
        };
        Self {
            id: share.id.clone(),
            // After a reform both names matter: who answers now, and whom the text meant.
            organ: with_origins(&directory, &name, share, &organ),
            role: share.role.label(),
            word: standing.word(),
            due: standing.due_on.map(|due| due.to_string()).unwrap_or_default(),
            period: held.due_period().map(|one| one.period.label.clone()).unwrap_or_default(),
            left: standing
                .due_on
                .filter(|_| standing.open() && share.running)
                .map(|due| ctx.calendar().countdown(today, due)),
            ended: share.ended_reason.clone(),
            may_report: share.running && !standing.ended && may_for(&actor, &REPORT_DUTIES, &organ).is_ok(),
            open: leads || staff.central || organ == staff.organ,
            periods: held.periods.iter().map(line).collect(),
            notes: Vec::new(),
            pieces: Vec::new(),
        }
    }

    /// Adds what the organ reported, as far as this person may see it.
    pub(super) fn with_notes(&mut self, notes: &[Note]) {
        let own = notes.iter().filter(|note| self.open && note.share == self.id);
        self.notes = own
            .map(|note| (time::show_minute(&note.added_at), note.added_by_name.clone(), note.text.clone()))
            .collect();
    }
}

/// 县农业农村局（承接县扶贫办、县农业局的任务）.
fn with_origins(directory: &Directory, name: &str, share: &Share, organ: &OrganCode) -> String {
    let issued = std::iter::once(&share.organ).chain(&share.origins).filter(|code| *code != organ);
    let names: Vec<&str> = issued.map(|code| directory.short_name(code)).collect();
    if names.is_empty() { name.to_owned() } else { format!("{name}（承接原{}的任务）", names.join("、")) }
}

/// What the person may do with the further fields: read those that are never published, and fill them in. Both belong to
/// the office and to organs that answer for the duty, not to those that support.
pub(super) fn answers(rows: &[Held], owners: &[Owner], active: &ShareId, actor: &Actor) -> (bool, bool) {
    let office = may(actor, &CONFIRM_DUTIES).is_ok();
    let reads = office || rows.iter().zip(owners).any(|(row, owner)| row.answers() && owner.open);
    let chosen = !active.as_str().is_empty();
    let fills = chosen && (office || rows.iter().any(|row| row.share.id == *active && row.answers()));
    (reads, fills)
}

/// Whether the person's organ leads one of the shares.
pub(super) fn leads(ctx: &Ctx, staff: &Staff, rows: &[Held]) -> bool {
    let (directory, today) = (ctx.directory(), ctx.today());
    rows.iter()
        .any(|row| row.share.role == OwnerRole::Lead && directory.stands_for(&row.share.organ, today) == staff.organ)
}
