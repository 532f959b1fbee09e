//! How a document stands to the law on a day (有效性): one function of what the document says of itself, what other public
//! documents do to it, and the day. Every page, list, file, feed and index asks it; nobody stores its answer for good.

use jiff::civil::Date;

use crate::common::{AMENDED, COMING, IN_FORCE, LAPSED, REPEALED};

/// What a document does to another, as far as it changes how that one stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Does {
    /// 废止, 代替.
    Repeals,
    /// 宣布失效: the result of a clean-up.
    Ends,
    /// 修改, also the repeal of some of its articles.
    Amends,
}

/// What another public document does to this one, as a person confirmed it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Effect {
    pub does: Does,
    /// The first day.
    pub from: Date,
}

/// What a document says of itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Declared<'a> {
    /// Code of 有效性; empty for kinds of documents that are no law.
    pub validity: &'a str,
    /// 施行日期.
    pub from: Option<Date>,
    /// 有效期至: the last day on which it holds.
    pub until: Option<Date>,
}

/// The code under which it stands on a day, where that is another than the declared one.
///
/// What ended first ended it: a text whose term was over is not repealed later. What its own authors declared to be over stays
/// so; where another document says since when, it was not over before.
pub fn turned(declared: Declared<'_>, effects: &[Effect], day: Date) -> Option<&'static str> {
    let over = matches!(declared.validity, REPEALED | LAPSED);
    if over && since(declared, effects).is_none_or(|first| first <= day) {
        return None;
    }
    let own = if over { IN_FORCE } else { declared.validity };
    let begun = || effects.iter().filter(|effect| effect.from <= day);
    let term = declared.until.filter(|until| *until < day && !own.is_empty());
    // The day after the last one; a last day at the end of the calendar never comes here.
    let term = term.and_then(|until| until.tomorrow().ok()).map(|first| (first, 1, LAPSED));
    let ends = begun().filter_map(|effect| match effect.does {
        Does::Repeals => Some((effect.from, 0, REPEALED)),
        Does::Ends => Some((effect.from, 1, LAPSED)),
        Does::Amends => None,
    });
    if let Some((_, _, code)) = ends.chain(term).min() {
        return Some(code);
    }
    if own == IN_FORCE && declared.from.is_some_and(|from| from > day) {
        return Some(COMING);
    }
    let amended = begun().any(|effect| effect.does == Does::Amends);
    (own == IN_FORCE && amended).then_some(AMENDED).or(over.then_some(IN_FORCE))
}

/// Since when a text is over that its authors declared to be over: the first day on which another one did just that to it. One
/// that ends it in another way speaks of something else.
fn since(declared: Declared<'_>, effects: &[Effect]) -> Option<Date> {
    let same =
        |effect: &&Effect| matches!((declared.validity, effect.does), (REPEALED, Does::Repeals) | (LAPSED, Does::Ends));
    effects.iter().filter(same).map(|effect| effect.from).min()
}

/// Whether it is known how a text stood on a day, `public` being the one from which its own words were: of one that is over or
/// changed it is known of days before only where somebody has said since when.
pub(crate) fn is_known(declared: Declared<'_>, effects: &[Effect], (day, public): (Date, Option<Date>)) -> bool {
    let over = matches!(declared.validity, REPEALED | LAPSED);
    if turned(declared, effects, day).is_some() || (over && since(declared, effects).is_some()) {
        return true;
    }
    let before = public.is_some_and(|public| day < public);
    let later = effects.iter().any(|effect| effect.does != Does::Amends && effect.from > day);
    !((before && (over || declared.validity == AMENDED)) || (over && later))
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    const DAY: Date = date(2026, 3, 2);
    const BEFORE: Date = date(2026, 3, 1);
    const AFTER: Date = date(2026, 3, 3);

    /// Declared validity, first and last day, what others do, how it stands.
    type Row<'a> = (&'a str, Option<Date>, Option<Date>, &'a [(Does, Date)], &'a str);

    fn on(validity: &str, from: Option<Date>, until: Option<Date>, effects: &[(Does, Date)]) -> String {
        let effects: Vec<Effect> = effects.iter().map(|(does, from)| Effect { does: *does, from: *from }).collect();
        let declared = Declared { validity, from, until };
        turned(declared, &effects, DAY).map_or_else(|| validity.to_owned(), str::to_owned)
    }

    #[test]
    fn the_whole_table() {
        use Does::{Amends, Ends, Repeals};
        let old = date(2020, 1, 1);
        let table: &[Row<'_>] = &[
            // Alone.
            (IN_FORCE, None, None, &[], IN_FORCE),
            (IN_FORCE, Some(DAY), None, &[], IN_FORCE),
            (IN_FORCE, Some(AFTER), None, &[], COMING),
            (IN_FORCE, None, Some(DAY), &[], IN_FORCE),
            (IN_FORCE, None, Some(BEFORE), &[], LAPSED),
            (IN_FORCE, Some(AFTER), Some(BEFORE), &[], LAPSED),
            (AMENDED, None, None, &[], AMENDED),
            (AMENDED, None, Some(BEFORE), &[], LAPSED),
            (AMENDED, Some(AFTER), None, &[], AMENDED),
            (LAPSED, None, Some(AFTER), &[], LAPSED),
            (REPEALED, Some(AFTER), Some(BEFORE), &[], REPEALED),
            ("", Some(AFTER), Some(BEFORE), &[], ""),
            // By others: from their day on.
            (IN_FORCE, None, None, &[(Repeals, DAY)], REPEALED),
            (IN_FORCE, None, None, &[(Repeals, AFTER)], IN_FORCE),
            (IN_FORCE, None, None, &[(Ends, BEFORE)], LAPSED),
            (IN_FORCE, None, None, &[(Amends, BEFORE)], AMENDED),
            (IN_FORCE, None, None, &[(Amends, AFTER)], IN_FORCE),
            (IN_FORCE, Some(AFTER), None, &[(Amends, BEFORE)], COMING),
            (AMENDED, None, None, &[(Repeals, BEFORE)], REPEALED),
            (IN_FORCE, None, None, &[(Amends, BEFORE), (Repeals, AFTER)], AMENDED),
            (IN_FORCE, None, None, &[(Amends, DAY), (Repeals, BEFORE)], REPEALED),
            // A notice that somebody repeals is repealed too; a mere amendment says nothing of it.
            ("", None, None, &[(Repeals, BEFORE)], REPEALED),
            ("", None, None, &[(Amends, BEFORE)], ""),
            // What ended first.
            (IN_FORCE, None, Some(old), &[(Repeals, BEFORE)], LAPSED),
            (IN_FORCE, None, Some(BEFORE), &[(Repeals, old)], REPEALED),
            (IN_FORCE, None, None, &[(Ends, old), (Repeals, BEFORE)], LAPSED),
            (IN_FORCE, None, Some(BEFORE), &[(Repeals, DAY)], REPEALED),
            // What its authors say is over stays so, whatever others say later.
            (LAPSED, None, None, &[(Repeals, BEFORE)], LAPSED),
            (REPEALED, None, None, &[(Ends, BEFORE)], REPEALED),
            (REPEALED, None, None, &[(Amends, BEFORE)], REPEALED),
            // Where another one says since when, it was not over before.
            (REPEALED, None, None, &[(Repeals, DAY)], REPEALED),
            (REPEALED, None, None, &[(Repeals, AFTER)], IN_FORCE),
            (REPEALED, None, None, &[(Repeals, AFTER), (Repeals, BEFORE)], REPEALED),
            (REPEALED, Some(AFTER), None, &[(Repeals, AFTER)], COMING),
            (REPEALED, None, None, &[(Amends, BEFORE), (Repeals, AFTER)], AMENDED),
            (REPEALED, None, Some(BEFORE), &[(Repeals, AFTER)], LAPSED),
            (LAPSED, None, None, &[(Ends, AFTER)], IN_FORCE),
            // Ended in two ways: the later one does not say that it held until then.
            (LAPSED, None, None, &[(Repeals, AFTER)], LAPSED),
            (REPEALED, None, None, &[(Ends, AFTER)], REPEALED),
        ];
        for (validity, from, until, effects, shown) in table {
            assert_eq!(on(validity, *from, *until, effects), *shown, "{validity} {from:?} {until:?} {effects:?}");
        }
    }

    #[test]
    fn what_nobody_has_dated_is_not_known_of_days_before() {
        use Does::{Amends, Repeals};
        let known = |validity, effects: &[(Does, Date)], since: Option<Date>| {
            let effects: Vec<Effect> = effects.iter().map(|(does, from)| Effect { does: *does, from: *from }).collect();
            is_known(Declared { validity, ..Declared::default() }, &effects, (DAY, since))
        };
        type Case<'a> = (&'a str, &'a [(Does, Date)], Option<Date>, bool);
        let table: &[Case<'_>] = &[
            (IN_FORCE, &[], Some(AFTER), true),
            (REPEALED, &[], Some(AFTER), false),
            (AMENDED, &[], Some(AFTER), false),
            (REPEALED, &[], Some(BEFORE), true),
            (REPEALED, &[(Repeals, AFTER)], Some(BEFORE), true),
            (REPEALED, &[(Repeals, AFTER)], Some(AFTER), true),
            (REPEALED, &[(Repeals, BEFORE)], Some(AFTER), true),
            (REPEALED, &[(Amends, BEFORE)], Some(AFTER), false),
            (LAPSED, &[(Repeals, AFTER)], Some(BEFORE), false),
            (AMENDED, &[(Repeals, BEFORE)], Some(AFTER), true),
            (AMENDED, &[(Repeals, AFTER)], Some(BEFORE), true),
        ];
        for (validity, effects, since, shown) in table {
            assert_eq!(known(validity, effects, *since), *shown, "{validity} {effects:?} {since:?}");
        }
    }
}
