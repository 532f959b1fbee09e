//! Lists of powers and responsibilities (权责清单): what is in force on a day, and what became of it by another day.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

/// A power of an organ for a time.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Power {
    /// Of the record, for links.
    pub id: String,
    /// 事项编码; may be empty.
    pub code: String,
    pub kind: String,
    pub name: String,
    pub sub_name: String,
    /// 实施机关.
    pub organ: String,
    /// First and last day; `None` = from of old, without end.
    pub from: Option<Date>,
    pub to: Option<Date>,
    /// What else is said of it, by label: 实施依据, 责任事项.
    pub texts: BTreeMap<String, String>,
}

impl Power {
    pub fn is_in_force(&self, on: Date) -> bool {
        self.from.is_none_or(|from| from <= on) && self.to.is_none_or(|to| on <= to)
    }

    /// What it is, whoever has it: by its code, else by kind and names.
    pub fn matter(&self) -> String {
        if self.code.is_empty() {
            return format!("{}\u{1f}{}\u{1f}{}", self.kind, self.name, self.sub_name);
        }
        self.code.clone()
    }
}

/// What became of a matter.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Change {
    /// Nobody had it: these have it.
    Begun(Vec<String>),
    /// These had it: nobody has it.
    Ended(Vec<String>),
    /// Handed from these to those.
    Moved(Vec<String>, Vec<String>),
    /// The same organ has it with other words: label, before, after.
    Reworded(String, Vec<(String, String, String)>),
}

/// A matter that is not what it was.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Changed {
    pub code: String,
    pub kind: String,
    pub name: String,
    pub change: Change,
    /// The day since which it is so, where the list says it.
    pub since: Option<Date>,
    /// Of a record that says so.
    pub id: String,
}

impl Changed {
    /// Whether it concerns this organ.
    pub fn concerns(&self, whose: &str) -> bool {
        let has = |organs: &[String]| organs.iter().any(|one| one == whose);
        match &self.change {
            Change::Begun(organs) | Change::Ended(organs) => has(organs),
            Change::Moved(from, to) => has(from) || has(to),
            Change::Reworded(one, _) => one == whose,
        }
    }
}

/// What is different on the second day from the first, by matter.
pub fn compare(all: &[Power], before: Date, after: Date) -> Vec<Changed> {
    let mut matters: BTreeMap<String, (Vec<&Power>, Vec<&Power>)> = BTreeMap::new();
    for power in all {
        let (was, is) = (power.is_in_force(before), power.is_in_force(after));
        if !was && !is {
            continue;
        }
        let pair = matters.entry(power.matter()).or_default();
        if was {
            pair.0.push(power);
        }
        if is {
            pair.1.push(power);
        }
    }
    matters.into_values().flat_map(|(was, is)| changed(&was, &is)).collect()
}

fn organs(powers: &[&Power]) -> BTreeSet<String> {
    powers.iter().map(|power| power.organ.clone()).collect()
}

fn changed(was: &[&Power], is: &[&Power]) -> Vec<Changed> {
    let (before, after) = (organs(was), organs(is));
    let gone: Vec<String> = before.difference(&after).cloned().collect();
    let come: Vec<String> = after.difference(&before).cloned().collect();
    let told = |power: &Power, change: Change, since: Option<Date>| Changed {
        code: power.code.clone(),
        kind: power.kind.clone(),
        name: if power.sub_name.is_empty() {
            power.name.clone()
        } else {
            format!("{}：{}", power.name, power.sub_name)
        },
        change,
        since,
        id: power.id.clone(),
    };
    let first =
        |powers: &[&Power], organs: &[String]| powers.iter().find(|one| organs.contains(&one.organ)).copied().cloned();
    let mut out = Vec::new();
    let (lost, found) = (first(was, &gone), first(is, &come));
    let day_after = |power: &Power| power.to.and_then(|day| day.tomorrow().ok());
    match (lost, found) {
        (Some(old), Some(new)) => out.push(told(&new, Change::Moved(gone, come), new.from.or_else(|| day_after(&old)))),
        (None, Some(new)) => out.push(told(&new, Change::Begun(come), new.from)),
        (Some(old), None) => out.push(told(&old, Change::Ended(gone), day_after(&old))),
        (None, None) => {}
    }
    for organ in before.intersection(&after) {
        let (old, new) = (was.iter().find(|one| one.organ == *organ), is.iter().rev().find(|one| one.organ == *organ));
        if let (Some(old), Some(new)) = (old, new)
            && old.id != new.id
        {
            let words = reworded(old, new);
            if !words.is_empty() {
                out.push(told(new, Change::Reworded(organ.clone(), words), new.from));
            }
        }
    }
    out
}

fn reworded(old: &Power, new: &Power) -> Vec<(String, String, String)> {
    let mut words = Vec::new();
    for (label, before, after) in [
        ("权力类型", &old.kind, &new.kind),
        ("事项名称", &old.name, &new.name),
        ("子项名称", &old.sub_name, &new.sub_name),
    ] {
        if before != after {
            words.push((label.to_owned(), before.clone(), after.clone()));
        }
    }
    let labels: BTreeSet<&String> = old.texts.keys().chain(new.texts.keys()).collect();
    for label in labels {
        let of = |power: &Power| power.texts.get(label).cloned().unwrap_or_default();
        let (before, after) = (of(old), of(new));
        if before != after {
            words.push((label.clone(), before, after));
        }
    }
    words
}

/// Days on which something began or had ended, the newest first.
pub fn days(all: &[Power]) -> Vec<Date> {
    let began = all.iter().filter_map(|power| power.from);
    let ended = all.iter().filter_map(|power| power.to.and_then(|day| day.tomorrow().ok()));
    let days: BTreeSet<Date> = began.chain(ended).collect();
    days.into_iter().rev().collect()
}

/// An organ that has the same matter twice on a day.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Overlap {
    pub name: String,
    pub organ: String,
    /// Of the two records.
    pub ids: (String, String),
    /// The first day of both.
    pub on: Option<Date>,
}

/// Where two records of one organ say of the same days that it has a matter: one of them lacks its end.
pub fn overlaps(all: &[Power]) -> Vec<Overlap> {
    let mut of: BTreeMap<(String, String), Vec<&Power>> = BTreeMap::new();
    for power in all {
        of.entry((power.matter(), power.organ.clone())).or_default().push(power);
    }
    let mut out = Vec::new();
    for powers in of.values_mut() {
        powers.sort_by_key(|power| power.from);
        for pair in powers.windows(2) {
            let [one, next] = pair else { continue };
            if one.to.is_none_or(|to| next.from.is_none_or(|from| from <= to)) {
                out.push(Overlap {
                    name: one.name.clone(),
                    organ: one.organ.clone(),
                    ids: (one.id.clone(), next.id.clone()),
                    on: next.from,
                });
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn power(id: &str, code: &str, whose: &str, from: Option<Date>, to: Option<Date>) -> Power {
        let (id, code, organ) = (id.to_owned(), code.to_owned(), whose.to_owned());
        Power { id, code, organ, name: "城市道路占用许可".to_owned(), from, to, ..Power::default() }
    }

    const EVE: Date = Date::constant(2026, 3, 31);
    const REFORM: Date = Date::constant(2026, 4, 1);

    #[test]
    fn a_reform_hands_a_power_over() {
        let all = [power("1", "A1", "住建局", None, Some(EVE)), power("2", "A1", "城管局", Some(REFORM), None)];
        let changed = compare(&all, EVE, REFORM);
        assert_eq!(changed.len(), 1);
        assert_eq!(changed[0].change, Change::Moved(vec!["住建局".into()], vec!["城管局".into()]));
        assert_eq!(changed[0].since, Some(REFORM));
        assert!(changed[0].concerns("住建局") && changed[0].concerns("城管局") && !changed[0].concerns("财政局"));
        assert_eq!(compare(&all, REFORM, REFORM), Vec::new());
        assert_eq!(days(&all), vec![REFORM]);
        let back = compare(&all, REFORM, EVE);
        assert_eq!(back[0].change, Change::Moved(vec!["城管局".into()], vec!["住建局".into()]));
    }

    #[test]
    fn powers_begin_end_and_get_other_words() {
        let mut new = power("3", "B", "住建局", Some(REFORM), None);
        new.texts.insert("实施依据".into(), "新法".into());
        let all = [power("1", "C", "住建局", None, Some(EVE)), power("2", "B", "住建局", None, Some(EVE)), new];
        let changed = compare(&all, EVE, REFORM);
        let kinds: Vec<bool> = changed.iter().map(|one| matches!(one.change, Change::Reworded(..))).collect();
        assert_eq!(kinds, [true, false]);
        assert_eq!(changed[1].change, Change::Ended(vec!["住建局".into()]));
        assert_eq!(changed[1].since, Some(REFORM));
    }

    #[test]
    fn a_power_that_nobody_ended_is_told() {
        let all = [power("1", "A1", "住建局", None, None), power("2", "A1", "住建局", Some(REFORM), None)];
        assert_eq!(overlaps(&all).len(), 1);
        let all = [power("1", "A1", "住建局", None, Some(EVE)), power("2", "A1", "住建局", Some(REFORM), None)];
        assert_eq!(overlaps(&all), Vec::new());
    }
}
