//! A piece of evidence as a duty's page shows it: what came of it, and what this person may do to it.

use std::{
    collections::{BTreeSet, HashMap},
    sync::Arc,
};

use duty::{
    evidence::{
        self, EvidenceRow,
        opens::{self, Check},
    },
    facts,
    model::{State, label_of, names_other_period},
    permissions::CONFIRM_DUTIES,
    settings::Duties,
};
use kernel::{
    Actor, EventKind,
    id::{DutyId, EvidenceId, ShareId},
    may, time,
};
use web::{Ctx, FormErrors, Result, hooks::PublicDocuments};

use crate::duties::held::Held;

/// What was typed with the decision on one piece, kept when it must be corrected.
#[derive(Debug, Default, Clone)]
pub(crate) struct AtPiece {
    /// Which; `None` = nothing was typed.
    pub(crate) piece: Option<EvidenceId>,
    /// What is still missing.
    pub(crate) missing: String,
    /// Why it is sent back.
    pub(crate) reason: String,
}

impl AtPiece {
    /// Whether what is still missing was written, or left out, for this piece.
    pub(in crate::duties) fn misses(&self, piece: &EvidenceId, errors: &FormErrors) -> bool {
        self.reasons(piece) && (!self.missing.is_empty() || errors.of(&format!("missing-{piece}")).is_some())
    }

    /// Whether what was typed belongs to this piece.
    pub(in crate::duties) fn reasons(&self, piece: &EvidenceId) -> bool {
        self.piece.as_ref() == Some(piece)
    }
}

pub(in crate::duties) struct Piece {
    /// What came of looking at the address; empty for what this site has published.
    pub(in crate::duties) looked: String,
    /// It opened, or it does not exist, or neither is known: `ok`, `late`, `soon`.
    pub(in crate::duties) looked_tone: &'static str,
    pub(in crate::duties) may_look: bool,
    /// Why it cannot be confirmed now although it waits: nobody has looked yet, or it does not exist.
    pub(in crate::duties) unsure: bool,
    pub(in crate::duties) row: EvidenceRow,
    /// Which organ published it and when, in words; empty = an address, or no longer public.
    pub(in crate::duties) published: String,
    pub(in crate::duties) period: String,
    pub(in crate::duties) added: String,
    pub(in crate::duties) decided: String,
    /// Day on which its subject left the public; empty = it is public (or an address).
    pub(in crate::duties) lapsed: String,
    pub(in crate::duties) href: String,
    pub(in crate::duties) word: &'static str,
    pub(in crate::duties) tone: &'static str,
    pub(in crate::duties) may_decide: bool,
    pub(in crate::duties) own: bool,
    pub(in crate::duties) may_undo: bool,
    pub(in crate::duties) may_take_back: bool,
    /// Why the title raises a doubt about the period; empty = it does not.
    pub(in crate::duties) doubt: String,
    /// What its confirmation brings about, in words.
    pub(in crate::duties) effect: String,
    pub(in crate::duties) once: String,
}

/// Who looks at the pieces of a share, and what they may do there.
pub(in crate::duties) struct Seen<'a> {
    pub(in crate::duties) actor: &'a Actor,
    /// Name of the organ that answers for the share.
    pub(in crate::duties) organ: &'a str,
    /// Whether all of it is shown, or only what is confirmed.
    pub(in crate::duties) open: bool,
    pub(in crate::duties) may_report: bool,
}

/// All evidence of a duty, with what its page tells of each piece besides.
pub(in crate::duties) struct Pieces {
    rows: Vec<EvidenceRow>,
    looked: HashMap<EvidenceId, Check>,
    /// By the id of the subject.
    published: HashMap<String, String>,
}

/// The evidence of a duty.
pub(in crate::duties) async fn of_duty(ctx: &Ctx, duty: &DutyId) -> Result<Pieces> {
    let rows = evidence::of_duty(ctx.db(), duty).await?;
    let looked = opens::of_duty(ctx.db(), duty).await?;
    let published = published(ctx, &rows).await?;
    Ok(Pieces { rows, looked, published })
}

impl Pieces {
    /// Those of one share that this person may see: all of an open share, else what is confirmed.
    pub(in crate::duties) fn at(&self, ctx: &Ctx, shares: &[Held], held: &Held, seen: &Seen<'_>) -> Vec<Piece> {
        let shows = |row: &&EvidenceRow| {
            let confirmed = row.decision == "confirmed" && row.withdrawn_at.is_empty();
            row.share == held.share.id && (seen.open || confirmed)
        };
        let shown = |row: &EvidenceRow| {
            let mut shown = piece(ctx, seen.actor, seen.may_report, held, row, self.looked.get(&row.id));
            shown.published = self.published.get(&row.subject_id).cloned().unwrap_or_default();
            if shown.may_decide {
                shown.effect = effect(shares, &held.share.id, seen.organ, &row.period, held.share.public);
            }
            shown
        };
        self.rows.iter().filter(shows).map(shown).collect()
    }
}

/// Whose each text is and since when it is public, by its id: who confirms must see whether it is of the organ and the period.
async fn published(ctx: &Ctx, rows: &[EvidenceRow]) -> Result<HashMap<String, String>> {
    let documents = ctx.one::<Arc<dyn PublicDocuments>>();
    let of_documents = rows.iter().filter(|piece| piece.subject_kind == super::DOCUMENT);
    let ids: BTreeSet<&String> = of_documents.map(|piece| &piece.subject_id).filter(|id| !id.is_empty()).collect();
    let mut words = HashMap::new();
    let other = rows.iter().filter(|piece| !piece.subject_id.is_empty() && piece.subject_kind != super::DOCUMENT);
    for piece in other {
        if let Some(thing) = super::thing_at(ctx, &piece.url).await? {
            let name = ctx.directory().short_name(&thing.organ).to_owned();
            let day = thing.since;
            words.insert(piece.subject_id.clone(), if day.is_empty() { name } else { format!("{name} {day} 公开") });
        }
    }
    for id in ids {
        if let Some(document) = documents.find(ctx, id).await? {
            let day = time::show_date(&document.published_at);
            words.insert(id.clone(), format!("{} {day} 公开", ctx.directory().short_name(&document.organ)));
        }
    }
    Ok(words)
}

/// A piece of evidence with what this person may do to it.
fn piece(ctx: &Ctx, actor: &Actor, may_report: bool, held: &Held, row: &EvidenceRow, check: Option<&Check>) -> Piece {
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
    let portal = ctx.portal_url();
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
fn effect(rows: &[Held], share: &ShareId, name: &str, period: &str, public: bool) -> String {
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
        (label, _) if !label.is_empty() => format!("{name}的{label}计入办结，其余时段仍按时报送{shown}"),
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
pub(in crate::duties) fn doubt(period: &str, title: &str) -> String {
    if names_other_period(period, title) {
        format!("《{title}》写的不是{}，请核对对应时段。", label_of(period))
    } else {
        String::new()
    }
}

/// What the confirmation of a piece of evidence of this duty brings about, in words; empty when there is no such piece.
pub(super) async fn effect_of(ctx: &Ctx, id: &DutyId, wanted: &EvidenceId) -> Result<String> {
    let (directory, today) = (ctx.directory(), ctx.today());
    let Some(piece) = evidence::of_duty(ctx.db(), id).await?.into_iter().find(|piece| piece.id == *wanted) else {
        return Ok(String::new());
    };
    let shares = facts::of_duties(ctx.db().read(), std::slice::from_ref(id)).await?;
    let rows: Vec<Held> = shares.into_iter().map(|share| Held::new(share, today)).collect();
    let public = rows.first().is_some_and(|row| row.share.public);
    let organ = directory.short_name(&directory.stands_for(&piece.organ, today)).to_owned();
    Ok(effect(&rows, &piece.share, &organ, &piece.period, public))
}

/// What an event did with evidence, for the duty's history: what, and what was said with it; `None` for any other event.
/// `text` reads the event's data.
pub(in crate::duties) fn told(kind: &str, who: &str, text: impl Fn(&str) -> String) -> Option<(String, String)> {
    let title = text("title");
    let is = |one: &EventKind| kind == one.name;
    Some(if is(&evidence::ADDED) {
        (format!("{who}报送佐证《{title}》"), String::new())
    } else if is(&evidence::TAKEN_BACK) {
        (format!("{who}收回佐证《{title}》"), String::new())
    } else if is(&evidence::CONFIRMED) {
        (format!("确认{who}的佐证《{title}》"), String::new())
    } else if is(&evidence::RETURNED) {
        (format!("退回{who}的佐证《{title}》"), text("reason"))
    } else if is(&evidence::ACCEPTED) {
        (format!("认可{who}的佐证《{title}》，尚未完成"), format!("还差：{}", text("reason")))
    } else if is(&evidence::DECISION_UNDONE) {
        (format!("撤销对{who}佐证《{title}》的处理"), String::new())
    } else if is(&evidence::LAPSED) {
        (format!("{who}的佐证《{title}》已撤回公开，不再有效"), String::new())
    } else if is(&evidence::LOOKED) {
        match text("outcome").as_str() {
            "opened" => (format!("{who}报送的网址可以打开"), String::new()),
            _ => (format!("{who}报送的网址没有打开"), text("detail")),
        }
    } else {
        return None;
    })
}

#[cfg(test)]
mod tests {
    use duty::{
        SourceKey,
        facts::Share,
        model::{Decision, EvidenceFact, Facts},
    };
    use jiff::civil::Date;

    use super::*;
    use crate::model::OwnerRole;

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
        assert!(said("A", "2026-Q1").contains("第一季度计入办结，其余时段仍按时报送"));
        assert!(said("D", "").contains("配合单位"));
        let last = effect(&rows[..2], &ShareId::from("A"), "县民政局", "", false);
        assert_eq!(last, "这一项计入办结");
    }
}
