//! The section `[subscriptions]` of the configuration: when digests go out, how often somebody may subscribe, and when a mailbox
//! is given up.

use serde::{Deserialize, Serialize};
use web::Section;

/// Subscriptions by mail.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct Subscriptions {
    /// Whether people may subscribe by mail; feeds are there all the same, and who has subscribed is still told.
    pub by_mail: bool,
    /// The hour in China at which digests go out.
    pub hour: i8,
    /// The day of the week on which weekly digests go out: 1 = Monday.
    pub weekday: i8,
    /// Hours for which a subscription waits to be confirmed.
    pub confirm_hours: u32,
    /// How many one network may ask for in an hour; 0 = without limit.
    pub per_hour: u32,
    /// How many one mailbox may have.
    pub per_mailbox: u32,
    /// How many mails in a row a mailbox that is not there may refuse before the subscription is stopped.
    pub refusals: u32,
    /// After how many days in which a mailbox takes nothing the subscription is stopped.
    pub full_days: u32,
    /// Days for which it is kept what was sent.
    pub history_days: u32,
}

impl Default for Subscriptions {
    fn default() -> Self {
        Self {
            by_mail: true,
            hour: 8,
            weekday: 1,
            confirm_hours: 48,
            per_hour: 10,
            per_mailbox: 20,
            refusals: 3,
            full_days: 7,
            history_days: 365,
        }
    }
}

impl Section for Subscriptions {
    const KEY: &'static str = "subscriptions";

    fn problems(&self) -> Vec<String> {
        let checks = [
            ((0..=23).contains(&self.hour), "hour：应为 0 至 23"),
            ((1..=7).contains(&self.weekday), "weekday：应为 1（星期一）至 7（星期日）"),
            ((1..=168).contains(&self.confirm_hours), "confirm_hours：应为 1 至 168 小时。没有确认的邮箱地址不宜久存"),
            ((1..=200).contains(&self.per_mailbox), "per_mailbox：应为 1 至 200"),
            ((1..=20).contains(&self.refusals), "refusals：应为 1 至 20"),
            ((1..=60).contains(&self.full_days), "full_days：应为 1 至 60 天"),
            ((30..=1100).contains(&self.history_days), "history_days：应为 30 至 1100 天"),
        ];
        checks.into_iter().filter(|(holds, _)| !holds).map(|(_, problem)| problem.to_owned()).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_is_named() {
        assert_eq!(Subscriptions::default().problems(), Vec::<String>::new());
        let wrong = Subscriptions { hour: 24, weekday: 0, refusals: 0, ..Subscriptions::default() };
        assert_eq!(wrong.problems().len(), 3);
    }
}
