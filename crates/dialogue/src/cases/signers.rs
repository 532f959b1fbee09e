//! Who can sign a letter that its writers do not sign themselves.

use std::sync::Arc;

use case::Kind;
use kernel::OrganCode;
use web::{
    Ctx, Result,
    hooks::{Person, Recipients},
};

/// Who signs letters of this kind of case for the organ, its own people alone.
///
/// # Errors
/// When the database fails.
pub(super) async fn of(ctx: &Ctx, kind: Kind, organ: &OrganCode) -> Result<Vec<Person>> {
    let keeper = case::keeper(ctx, organ);
    let people = ctx.one::<Arc<dyn Recipients>>().people(ctx, kind.decide.roles).await?;
    Ok(people.into_iter().filter(|person| person.organ == keeper).collect())
}

/// What whoever wrote in a letter is told in the place of the button that signs it.
pub(super) fn others_sign<'a>(ctx: &Ctx, others: impl Iterator<Item = &'a Person>) -> String {
    let names: Vec<&str> = others.map(|person| person.name.as_str()).collect();
    let who = if names.is_empty() {
        let office = ctx.directory().stands_for(&ctx.office_organ(), ctx.today());
        let office = ctx.directory().short_name(&office).to_owned();
        format!("本机关没有别人可以签发，已列入{office}的待办，由其签发；也可以作废，由别人另拟一份。")
    } else {
        format!("可以签发的有：{}。", names.join("、"))
    };
    format!("您拟写或者改过这份文书（附件也算），不能自己签发，须由另一个人签发。{who}")
}

/// Whether the next thing in a case is somebody's who decides, without a letter that is signed.
pub(super) fn waits_for_decider(kind: Kind, state: &str) -> bool {
    let decides = |step: &case::Step| matches!(step.by, case::By::Decider | case::By::Second);
    kind.letters.is_empty() && kind.steps.iter().any(|step| decides(step) && step.from.contains(&state))
}

/// Who decides on a case, for whoever works on it and may not; empty where nobody has to.
///
/// # Errors
/// When the database fails.
pub(super) async fn deciding(ctx: &Ctx, kind: Kind, (organ, state): (&OrganCode, &str)) -> Result<String> {
    if !waits_for_decider(kind, state) {
        return Ok(String::new());
    }
    let people = of(ctx, kind, organ).await?;
    let names: Vec<&str> = people.iter().map(|person| person.name.as_str()).collect();
    if names.is_empty() {
        let office = ctx.directory().stands_for(&ctx.office_organ(), ctx.today());
        let office = ctx.directory().short_name(&office).to_owned();
        return Ok(format!("本机关没有人可以决定，已列入{office}的待办，由其决定。"));
    }
    Ok(format!("由有权决定的人决定：{}。", names.join("、")))
}
