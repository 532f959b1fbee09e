//! Stand-ins (代办): who decides for whom while somebody is away. A stand-in is of the same organ and holds a role of the one who
//! is away, so nobody gains a right by it: what it gives is the work that names that person, what that person has in hand, and
//! the name under which it is done, «王某 代 李某». One at a time, no stand-in is away, and it ends by itself after its last day.

mod rows;

use jiff::{ToSpan, civil::Date};
use kernel::{Actor, NewEvent, OrganCode, Role, Staff, id::AccountId};
use serde_json::json;
use store::{Executor, FromRow, Sealed, Tx};
use web::{FormErrors, Refusal};

use crate::{
    Result,
    events::{STAND_IN, STAND_IN_ENDED, STAND_IN_SET},
    model::{Who, may_pass},
    refusal::Refusal as Because,
    route::Stage,
};

/// Roles whose work is more than reviews: what people in them have in hand goes to the stand-in, too. Declared by whoever keeps
/// such work; without it only whoever passes a stage is stood in for.
#[derive(Debug, Clone, Copy)]
pub struct InHand(pub &'static [Role]);

/// Longest absence for which somebody is named, in days.
pub const MOST_DAYS: i64 = 92;
/// Longest note, in characters.
pub const NOTE: usize = 200;

::store::ids! {
    /// One arrangement.
    StandInId,
}

/// An arrangement as it is kept. Days are dates in China as text.
#[derive(Debug, Clone, PartialEq, Eq, FromRow)]
pub struct StandIn {
    pub id: StandInId,
    /// Who is away.
    pub away: AccountId,
    pub away_name: String,
    /// Who decides meanwhile.
    pub deputy: AccountId,
    pub deputy_name: String,
    /// Of both, when it was set.
    pub organ: OrganCode,
    /// JSON.
    roles: String,
    pub first_on: String,
    /// The last day, inclusive.
    pub last_on: String,
    pub note: String,
    pub set_name: String,
    /// Name of who ended it before its last day; empty = nobody did.
    pub ended_name: String,
    pub ended_at: String,
}

impl StandIn {
    /// Whether it is in force on this day.
    pub fn holds(&self, today: Date) -> bool {
        let today = today.to_string();
        self.ended_at.is_empty() && self.first_on <= today && today <= self.last_on
    }

    /// Whether it is in force or still to come.
    pub fn is_live(&self, today: Date) -> bool {
        self.ended_at.is_empty() && today.to_string() <= self.last_on
    }

    /// Roles in which the stand-in decides for the one who is away.
    pub fn roles(&self) -> Vec<Role> {
        // Written by this program alone; what cannot be read gives nothing.
        serde_json::from_str(&self.roles).unwrap_or_default()
    }

    /// The one who is away, as far as the stand-in decides for them.
    fn staff(&self, deputy: &Staff) -> Staff {
        Staff {
            account: self.away.clone(),
            name: self.away_name.clone(),
            organ: deputy.organ.clone(),
            roles: self.roles(),
            central: deputy.central,
        }
    }

    fn meets(&self, wanted: &Wanted) -> bool {
        self.first_on <= wanted.last_on.to_string() && wanted.first_on.to_string() <= self.last_on
    }
}

/// Those for whom this person decides today, besides in the own name.
///
/// # Errors
/// When the database fails.
pub async fn away_of(executor: impl Executor<'_>, deputy: &Staff, today: Date) -> Result<Vec<Staff>> {
    let rows = rows::of_deputy(executor, deputy, today).await?;
    Ok(rows.iter().map(|row| row.staff(deputy)).collect())
}

/// Whether this person may pass the stage of a subject of `keeper` today, in the own name or in that of somebody who is away.
///
/// # Errors
/// As [`may_pass`]; when the database fails.
pub async fn may_pass_today(
    executor: impl Executor<'_>,
    staff: &Staff,
    stage: &Stage,
    keeper: &OrganCode,
    today: Date,
) -> Result<()> {
    let Err(why) = may_pass(staff, stage, keeper) else { return Ok(()) };
    if matches!(why, Because::Named { .. }) {
        let away = away_of(executor, staff, today).await?;
        if away.iter().any(|away| may_pass(Who { staff, away: Some(away) }, stage, keeper).is_ok()) {
            return Ok(());
        }
    }
    Err(why.into())
}

/// The arrangement by which somebody decides for this person today, if there is one.
///
/// # Errors
/// When the database fails.
pub async fn deputy_of(executor: impl Executor<'_>, away: &AccountId, today: Date) -> Result<Option<StandIn>> {
    let live = live(executor, today).await?;
    Ok(live.into_iter().find(|one| one.away == *away && one.holds(today)))
}

/// Arrangements in force or to come, by their first day.
///
/// # Errors
/// When the database fails.
pub async fn live(executor: impl Executor<'_>, today: Date) -> Result<Vec<StandIn>> {
    Ok(rows::live(executor, today).await?)
}

/// The newest arrangements in which this person is one of the two, over or not; of everybody without one.
///
/// # Errors
/// When the database fails.
pub async fn newest(executor: impl Executor<'_>, of: Option<&AccountId>, most: i64) -> Result<Vec<StandIn>> {
    Ok(rows::newest(executor, of, most).await?)
}

/// The arrangement with this id.
///
/// # Errors
/// [`Refusal::NotFound`] when there is none.
pub async fn one(executor: impl Executor<'_>, id: &StandInId) -> Result<StandIn> {
    let found = rows::one(executor, id).await?;
    found.ok_or(Refusal::NotFound)
}

/// What the log seals: who decided in whose name is nobody's to write past the program.
pub(crate) fn sealed() -> Sealed {
    Sealed::each(STAND_IN, "代办", "SELECT id FROM stand_in", "SELECT away_name FROM stand_in WHERE id = $1").part(
        "stand_in/1",
        "代办安排",
        "SELECT id, away, away_name, deputy, deputy_name, organ, roles, first_on, last_on, note, set_by, set_name, set_at, \
         ended_name, ended_at FROM stand_in WHERE id = $1",
    )
}

/// An arrangement to be made. Of the roles of both, those that pass stages.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Wanted {
    /// Who is away.
    pub away: Staff,
    /// Who decides meanwhile.
    pub deputy: Staff,
    pub first_on: Date,
    /// The last day, inclusive.
    pub last_on: Date,
    /// Why, for those who read the arrangement; may be empty.
    pub note: String,
}

impl Wanted {
    /// The roles that both hold.
    pub fn shared(&self) -> Vec<Role> {
        self.away.roles.iter().copied().filter(|role| self.deputy.has(*role)).collect()
    }

    /// What is wrong with it, given what is arranged already.
    pub fn errors(&self, live: &[StandIn], today: Date) -> FormErrors {
        let mut errors = FormErrors::new();
        let (away, deputy) = (&self.away, &self.deputy);
        if away.account == deputy.account {
            errors.add("deputy", "请选择另一个人：自己不能作自己的代办人。");
        } else if away.organ != deputy.organ {
            errors.add("deputy", "请选择同一机关的人员：代办人须与不在岗的人员同属一个机关。");
        } else if self.shared().is_empty() {
            errors.add(
                "deputy",
                format!(
                    "请选择有同样角色的人员：{}没有{}的审核角色或者办件角色，不能代办。需要的，请安全管理员先授予角色。",
                    deputy.name, away.name
                ),
            );
        }
        if self.first_on < today {
            errors.add("first_on", format!("请填写今天或以后的日期，例如 {today}：代办不能从过去开始。"));
        }
        if self.last_on < self.first_on {
            errors.add("last_on", format!("请填写不早于 {} 的日期，当天也算在内。", self.first_on));
        } else if self.first_on.checked_add(MOST_DAYS.days()).is_ok_and(|most| self.last_on >= most) {
            errors.add("last_on", format!("请缩短代办时间：一次最多 {MOST_DAYS} 天，到期后可以再安排。"));
        }
        for other in live.iter().filter(|other| other.meets(self)) {
            let days = format!("{} 至 {}", other.first_on, other.last_on);
            if other.away == away.account {
                let text = format!(
                    "{days}已经安排{}代办，同一时间只能有一位代办人。请先取消原来的安排，或者另选日期。",
                    other.deputy_name
                );
                errors.add("first_on", text);
            } else if other.deputy == away.account {
                let text = format!(
                    "{}在 {days} 代{}办理，这段时间不能再请别人代办：代办不能转给第三人。请先取消那一项，或者另选日期。",
                    away.name, other.away_name
                );
                errors.add("first_on", text);
            } else if other.away == deputy.account {
                let text = format!("请选择另一个人：{}在 {days} 也不在岗，由{}代办。", deputy.name, other.deputy_name);
                errors.add("deputy", text);
            }
        }
        errors
    }
}

/// Makes an arrangement. Whether this person may make it for whoever is away is the caller's to say.
///
/// # Errors
/// [`Refusal::Fields`] (`deputy`, `first_on`, `last_on`) with what is wrong.
pub async fn set(tx: &mut Tx, actor: &Actor, wanted: &Wanted, today: Date) -> Result<StandInId> {
    tx.lock("stand_in").await?;
    let errors = wanted.errors(&live(tx.conn(), today).await?, today);
    if !errors.is_empty() {
        return Err(Refusal::Fields(errors));
    }
    let id = StandInId::fresh(&tx.seams());
    let note: String = wanted.note.trim().chars().filter(|c| !c.is_control()).take(NOTE).collect();
    rows::add(tx, actor, &id, wanted, (serde_json::to_string(&wanted.shared())?, &note)).await?;
    let roles: Vec<&str> = wanted.shared().iter().map(|role| role.label()).collect();
    let data = json!({
        "away": wanted.away.name,
        "away_account": wanted.away.account,
        "deputy": wanted.deputy.name,
        "deputy_account": wanted.deputy.account,
        "roles": roles.join("、"),
        "first_on": wanted.first_on.to_string(),
        "last_on": wanted.last_on.to_string(),
        "note": note,
    });
    tx.append(NewEvent::new(&STAND_IN_SET, &id, actor).organ(&wanted.away.organ).data(data)).await?;
    Ok(id)
}

/// Ends an arrangement before its last day. Whether this person may is the caller's to say.
///
/// # Errors
/// [`Refusal::NotFound`], or [`Refusal::Conflict`] when it is over already.
pub async fn end(tx: &mut Tx, actor: &Actor, id: &StandInId, today: Date) -> Result<StandIn> {
    tx.lock("stand_in").await?;
    let row = one(tx.conn(), id).await?;
    if !row.is_live(today) {
        return Err(Refusal::Conflict("这项代办已经结束，不用再取消。".into()));
    }
    rows::end(tx, actor, id).await?;
    let data = json!({ "away": row.away_name, "deputy": row.deputy_name, "last_on": row.last_on });
    tx.append(NewEvent::new(&STAND_IN_ENDED, id, actor).organ(&row.organ).data(data)).await?;
    Ok(row)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn person(account: &str, organ: &str, roles: &[Role]) -> Staff {
        Staff {
            account: account.into(),
            name: format!("姓{account}"),
            organ: organ.into(),
            roles: roles.to_vec(),
            central: false,
        }
    }

    fn row(away: &str, deputy: &str, first: Date, last: Date) -> StandIn {
        StandIn {
            id: "1".into(),
            away: away.into(),
            away_name: format!("姓{away}"),
            deputy: deputy.into(),
            deputy_name: format!("姓{deputy}"),
            organ: "QH010".into(),
            roles: r#"["reviewer_policy"]"#.into(),
            first_on: first.to_string(),
            last_on: last.to_string(),
            note: String::new(),
            set_name: String::new(),
            ended_name: String::new(),
            ended_at: String::new(),
        }
    }

    const TODAY: Date = Date::constant(2026, 3, 2);

    fn wanted(away: &str, deputy: &str) -> Wanted {
        let roles = [Role::ReviewerPolicy];
        Wanted {
            away: person(away, "QH010", &roles),
            deputy: person(deputy, "QH010", &roles),
            first_on: date(2026, 3, 3),
            last_on: date(2026, 3, 6),
            note: String::new(),
        }
    }

    fn field(wanted: &Wanted, live: &[StandIn]) -> Option<String> {
        wanted.errors(live, TODAY).items().first().map(|(field, _)| field.clone())
    }

    #[test]
    fn a_stand_in_is_a_colleague_with_the_same_right() {
        assert_eq!(field(&wanted("a", "b"), &[]), None);
        assert_eq!(field(&wanted("a", "a"), &[]).as_deref(), Some("deputy"));
        let elsewhere = Wanted { deputy: person("b", "QH011", &[Role::ReviewerPolicy]), ..wanted("a", "b") };
        assert_eq!(field(&elsewhere, &[]).as_deref(), Some("deputy"));
        let other = Wanted { deputy: person("b", "QH010", &[Role::ReviewerWording]), ..wanted("a", "b") };
        assert_eq!(field(&other, &[]).as_deref(), Some("deputy"));
    }

    #[test]
    fn one_at_a_time_and_never_a_chain() {
        let (first, last) = (date(2026, 3, 6), date(2026, 3, 9));
        assert_eq!(field(&wanted("a", "b"), &[row("a", "c", first, last)]).as_deref(), Some("first_on"), "two");
        assert_eq!(field(&wanted("a", "b"), &[row("c", "a", first, last)]).as_deref(), Some("first_on"), "passed on");
        assert_eq!(field(&wanted("a", "b"), &[row("b", "c", first, last)]).as_deref(), Some("deputy"), "away as well");
        assert_eq!(field(&wanted("a", "b"), &[row("c", "b", first, last)]), None, "one may stand in for two");
        let after = row("a", "c", date(2026, 3, 7), last);
        assert_eq!(field(&wanted("a", "b"), &[after]), None, "one after the other");
    }

    #[test]
    fn days_are_inclusive_and_end_by_themselves() {
        let row = row("a", "b", date(2026, 3, 3), date(2026, 3, 6));
        let on = |day| (row.holds(date(2026, 3, day)), row.is_live(date(2026, 3, day)));
        assert_eq!([on(2), on(3), on(6), on(7)], [(false, true), (true, true), (true, true), (false, false)]);
        let past = Wanted { first_on: date(2026, 3, 1), ..wanted("a", "b") };
        assert_eq!(field(&past, &[]).as_deref(), Some("first_on"));
        let back = Wanted { last_on: date(2026, 3, 2), ..wanted("a", "b") };
        assert_eq!(field(&back, &[]).as_deref(), Some("last_on"));
        let long = Wanted { last_on: date(2026, 12, 2), ..wanted("a", "b") };
        assert_eq!(field(&long, &[]).as_deref(), Some("last_on"));
    }
}
