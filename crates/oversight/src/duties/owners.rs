//! The organs of a duty as its page shows them: how far each has come, what it reported, what was decided.

use duty::{
    checks::Check,
    facts::Share,
    model::{PeriodStanding, Standing, State, label_of, names_other_period},
    permissions::{CONFIRM_DUTIES, REPORT_DUTIES},
    pieces::{EvidenceRow, Note},
    settings::Duties,
};
use jiff::civil::Date;
use kernel::{Actor, Countdown, Directory, OrganCode, Staff, id::ShareId, may, may_for, time};
use web::Ctx;

use crate::model::OwnerRole;

/// A share with its standing today.
pub(super) struct Held {
    pub(super) share: Share,
    pub(super) standing: Standing,
    pub(super) periods: Vec<PeriodStanding>,
}

impl Held {
    pub(super) fn new(share: Share, today: Date) -> Self {
        let course = share.course();
        let (mut standing, mut periods) = (course.on(today), course.periods(today));
        if !share.running {
            // Nobody owes what a plan asked for that is no longer in force.
            standing.overdue = false;
            periods.iter_mut().for_each(|period| period.overdue = false);
        }
        Self { standing, periods, share }
    }

    /// The period that counts now.
    pub(super) fn current(&self) -> Option<&PeriodStanding> {
        self.periods.iter().find(|one| one.period.key == self.standing.period)
    }

    /// The period of which the date is the one that counts: the earliest that is not confirmed.
    fn due_period(&self) -> Option<&PeriodStanding> {
        self.periods.iter().find(|one| one.state != State::Confirmed).or(self.periods.last())
    }

    pub(super) fn answers(&self) -> bool {
        self.share.role.answers()
    }
}

pub(super) struct PeriodLine {
    pub(super) label: String,
    pub(super) span: String,
    pub(super) due: Date,
    pub(super) word: &'static str,
    pub(super) late: bool,
}

pub(super) struct Piece {
    /// What came of looking at the address; empty for what this site has published.
    pub(super) looked: String,
    /// It opened, or it does not exist, or neither is known: `ok`, `late`, `soon`.
    pub(super) looked_tone: &'static str,
    pub(super) may_look: bool,
    /// Why it cannot be confirmed now although it waits: nobody has looked yet, or it does not exist.
    pub(super) unsure: bool,
    pub(super) row: EvidenceRow,
    /// Which organ published it and when, in words; empty = an address, or no longer public.
    pub(super) published: String,
    pub(super) period: String,
    pub(super) added: String,
    pub(super) decided: String,
    /// Day on which its subject left the public; empty = it is public (or an address).
    pub(super) lapsed: String,
    pub(super) href: String,
    pub(super) word: &'static str,
    pub(super) tone: &'static str,
    pub(super) may_decide: bool,
    pub(super) own: bool,
    pub(super) may_undo: bool,
    pub(super) may_take_back: bool,
    /// Why the title raises a doubt about the period; empty = it does not.
    pub(super) doubt: String,
    /// What its confirmation brings about, in words.
    pub(super) effect: String,
    pub(super) once: String,
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

    /// Whether this person may see a piece of evidence: all of an open share, else what is confirmed.
    pub(super) fn shows(&self, piece: &EvidenceRow) -> bool {
        let confirmed = piece.decision == "confirmed" && piece.withdrawn_at.is_empty();
        piece.share == self.id && (self.open || confirmed)
    }
}

/// 县农业农村局（承接县扶贫办、县农业局的任务）.
fn with_origins(directory: &Directory, name: &str, share: &Share, organ: &OrganCode) -> String {
    let issued = std::iter::once(&share.organ).chain(&share.origins).filter(|code| *code != organ);
    let names: Vec<&str> = issued.map(|code| directory.short_name(code)).collect();
    if names.is_empty() { name.to_owned() } else { format!("{name}（承接原{}的任务）", names.join("、")) }
}

/// A piece of evidence with what this person may do to it.
pub(super) fn piece(
    ctx: &Ctx,
    actor: &Actor,
    may_report: bool,
    held: &Held,
    row: &EvidenceRow,
    check: Option<&Check>,
) -> Piece {
    let outside = row.subject_id.is_empty();
    let asks = ctx.settings::<Duties>().check_addresses;
    let looked = match check {
        Some(check) => check.words(),
        None if !outside => String::new(),
        None if asks => "网址正在检查，稍后刷新可见结果".to_owned(),
        None => "外部网址，本机没有开启网址检查，请点开核对".to_owned(),
    };
    let undecided = row.decision.is_empty() && row.withdrawn_at.is_empty();
    let decided_today = time::from_db(&row.decided_at).map(time::date_in_china) == Some(ctx.today());
    let confirms = may(actor, &CONFIRM_DUTIES).is_ok();
    let (word, tone) = match (row.withdrawn_at.is_empty(), row.lapsed_at.is_empty(), row.decision.as_str()) {
        (false, _, _) => ("已收回", "off"),
        (_, false, _) => ("佐证失效", "late"),
        (_, _, "confirmed") if row.partial => ("已认可，尚未完成", "soon"),
        (_, _, "confirmed") => ("已确认", "ok"),
        (_, _, "returned") => ("已退回", "late"),
        _ => ("待确认", "soon"),
    };
    let portal = ctx.config().server.portal_url.trim_end_matches('/');
    let period = held.periods.iter().find(|one| one.period.key == row.period);
    Piece {
        published: String::new(),
        looked,
        looked_tone: match check {
            Some(check) if check.opened() => "ok",
            Some(check) if check.refuses() => "late",
            _ => "soon",
        },
        unsure: outside && asks && check.is_none_or(Check::refuses),
        may_look: outside && asks && undecided && (may_report || confirms),
        period: period.map(|one| one.period.label.clone()).unwrap_or_default(),
        added: time::show_minute(&row.added_at),
        decided: time::show_minute(&row.decided_at),
        lapsed: time::show_date(&row.lapsed_at),
        href: if outside { row.url.clone() } else { format!("{portal}{}", row.url) },
        word,
        tone,
        own: undecided && confirms && row.added_by == actor.log_id(),
        may_decide: undecided && confirms,
        may_undo: confirms && !row.decision.is_empty() && decided_today && row.lapsed_at.is_empty(),
        // Who decides takes back what was handed in by the own hand alone; all else is sent back.
        may_take_back: undecided && may_report && (!confirms || row.added_by == actor.log_id()),
        doubt: if undecided { doubt(&row.period, &row.title) } else { String::new() },
        effect: String::new(),
        once: ctx.once(),
        row: row.clone(),
    }
}

/// What the confirmation of evidence for a share and a period brings about: the organ's own part, and what is still missing before
/// the duty itself is done. A duty is done when all who lead or are responsible are.
pub(super) fn effect(rows: &[Held], share: &ShareId, name: &str, period: &str, public: bool) -> String {
    let Some(own) = rows.iter().find(|row| row.share.id == *share) else { return String::new() };
    if !own.answers() {
        return format!("{name}是配合单位，佐证记录在案；这一项是否办结，看牵头和负责的机关");
    }
    let answering = rows.iter().filter(|row| row.answers() && !row.standing.ended);
    let done = |row: &&Held| row.standing.state == State::Confirmed;
    let (total, others) =
        (answering.clone().count(), answering.filter(|row| row.share.id != *share && !done(row)).count());
    let shown = if public { "；这件佐证确认后马上显示在公开页面" } else { "" };
    match (label_of(period), others) {
        (label, _) if !label.is_empty() => format!("{name}的{label}计入办结，其余各期仍按期报送{shown}"),
        (_, 0) if public => "这一项计入办结，并显示在公开页面".to_owned(),
        (_, 0) => "这一项计入办结".to_owned(),
        (_, others) => {
            let now = total - others;
            format!(
                "{name}这一份计入办结（{now}/{total} 个机关）{shown}；其余 {others} 个机关也办结后，整项任务才算办结"
            )
        }
    }
}

/// What to look at when a title names another period than the evidence is for.
pub(super) fn doubt(period: &str, title: &str) -> String {
    if names_other_period(period, title) {
        format!("《{title}》写的不是{}，请核对对应时段。", label_of(period))
    } else {
        String::new()
    }
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

/// The state words of the periods that have begun, for the form of evidence.
pub(super) fn begun(row: &Held, today: Date) -> Vec<(String, String)> {
    let periods = row.periods.iter().filter(|one| one.period.start <= today);
    periods.map(|one| (one.period.key.clone(), format!("{}（{}）", one.period.label, one.state.label()))).collect()
}

/// Whether a share still wants something with a date.
pub(super) fn dated(row: &Held) -> bool {
    row.share.running && row.standing.state != State::Confirmed && !row.standing.ended && row.standing.due_on.is_some()
}

#[cfg(test)]
mod tests {
    use duty::{
        SourceKey,
        model::{Decision, EvidenceFact, Facts},
    };

    use super::*;

    const TODAY: Date = Date::constant(2026, 5, 1);

    fn held(organ: &str, role: OwnerRole, confirmed: bool) -> Held {
        let moment = || "2026-04-01T04:00:00.000Z".to_owned();
        let evidence = confirmed.then(|| EvidenceFact {
            period: String::new(),
            added_at: moment(),
            submitted_at: moment(),
            decision: Decision::Confirmed,
            decided_at: moment(),
        });
        let facts = Facts {
            year: 2026,
            due_on: None,
            cadence: None,
            grace_days: 0,
            issued_on: Date::constant(2026, 3, 1),
            ended_on: None,
            notes: Vec::new(),
            evidence: evidence.into_iter().collect(),
        };
        let share = Share {
            id: ShareId::from(organ),
            duty: "d".into(),
            source: SourceKey::new("work_points", "p"),
            order: (1, 1),
            running: true,
            public: true,
            organ: organ.into(),
            origins: Vec::new(),
            role,
            issued_at: moment(),
            ended_at: String::new(),
            ended_reason: String::new(),
            facts,
        };
        Held::new(share, TODAY)
    }

    #[test]
    fn a_confirmation_promises_what_it_does() {
        let rows = [
            held("A", OwnerRole::Lead, false),
            held("B", OwnerRole::Responsible, true),
            held("C", OwnerRole::Responsible, false),
            held("D", OwnerRole::Support, false),
        ];
        let said = |share: &str, period: &str| effect(&rows, &ShareId::from(share), "县民政局", period, true);
        assert!(
            said("A", "").contains("计入办结（2/3 个机关）；这件佐证确认后马上显示在公开页面；其余 1 个机关也办结后"),
            "{}",
            said("A", "")
        );
        assert!(said("A", "2026-Q1").contains("第一季度计入办结，其余各期仍按期报送"));
        assert!(said("D", "").contains("配合单位"));
        let last = effect(&rows[..2], &ShareId::from("A"), "县民政局", "", false);
        assert_eq!(last, "这一项计入办结");
    }
}
