//! Whom the issuing of duties reaches: who gets mail, who finds them on the desk, and which organs nobody acts for.

use std::{collections::BTreeSet, sync::Arc};

use kernel::{OrganCode, Role};
use web::{Ctx, Result, hooks::Recipients};

/// Who reports on duties for an organ, and gets the mails about them.
const REPORTING: [Role; 2] = [Role::Editor, Role::OrganHead];

/// Organs by what reaches them: short names, each organ once.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Reach {
    /// Somebody there gets mail, and sees the duties on the desk.
    pub(crate) mailed: Vec<String>,
    /// People there see them on the desk; none has an address.
    pub(crate) desk: Vec<String>,
    /// Nobody there can sign in to report.
    pub(crate) nobody: Vec<String>,
}

impl Reach {
    /// What issuing has done.
    pub(crate) fn done(&self) -> String {
        let unseen = match self.nobody.len() {
            0 => String::new(),
            count => format!("；{count} 个机关没有可用的账号，请尽快建立：{}", self.nobody.join("、")),
        };
        match self.mailed.len() {
            0 => format!("任务已下达，没有发出邮件{unseen}"),
            count => format!("任务已下达，正在给 {count} 个机关发邮件{unseen}"),
        }
    }

    /// What issuing does, in one sentence.
    pub(crate) fn sentence(&self) -> String {
        let all = self.mailed.len() + self.desk.len() + self.nobody.len();
        if self.desk.is_empty() && self.nobody.is_empty() {
            return format!("下达后，{all} 个机关会在待办台看到自己的任务，并都会收到邮件。");
        }
        let mut parts = vec![match self.mailed.len() {
            0 => "没有机关会收到邮件".to_owned(),
            mailed => format!("{mailed} 个会收到邮件，也会在待办台看到"),
        }];
        if !self.desk.is_empty() {
            parts.push(format!("{} 个没有登记邮箱，只能在待办台看到", self.desk.len()));
        }
        if !self.nobody.is_empty() {
            parts.push(format!("{} 个没有可用的账号，暂时没有人看到", self.nobody.len()));
        }
        format!("下达后，{all} 个机关中：{}。", parts.join("；"))
    }
}

/// Whom duties of these organs reach today.
pub(crate) async fn of(ctx: &Ctx, organs: &BTreeSet<OrganCode>) -> Result<Reach> {
    let recipients = ctx.one::<Arc<dyn Recipients>>();
    let (addresses, people) = (recipients.addresses(ctx, &REPORTING).await?, recipients.people(ctx, &REPORTING).await?);
    let (directory, today) = (ctx.directory(), ctx.today());
    let organs: BTreeSet<OrganCode> = organs.iter().map(|organ| directory.stands_for(organ, today)).collect();
    let mut reach = Reach::default();
    for code in organs {
        let list = match addresses.get(&code) {
            Some(to) if !to.is_empty() => &mut reach.mailed,
            _ if people.iter().any(|person| person.organ == code) => &mut reach.desk,
            _ => &mut reach.nobody,
        };
        list.push(directory.short_name(&code).to_owned());
    }
    Ok(reach)
}
