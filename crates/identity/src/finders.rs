//! Organs and accounts found from every page of the office, by their words or by the first letters of their names.

use std::sync::Arc;

use futures::future::BoxFuture;
use kernel::{Organ, Staff, may};
use sound::{Known, typed_letters};
use web::{
    Ctx, Result,
    hooks::{FOUND, Finder, Found},
};

use crate::{
    accounts,
    permissions::{MANAGE_ACCOUNTS, VIEW_ORGANS},
};

/// Organs by any of their names or their code.
pub(crate) fn organs() -> Arc<dyn Finder> {
    Arc::new(Organs::default())
}

/// Accounts by name or login, for those who manage them.
pub(crate) fn people() -> Arc<dyn Finder> {
    Arc::new(People::default())
}

#[derive(Default)]
struct Organs {
    known: Known,
}

/// Whether any of these contains the words, whatever characters both are written in.
fn holds<'a>(words: &str, mut names: impl Iterator<Item = &'a str>) -> bool {
    let words = fold::fold(&words.to_lowercase());
    names.any(|name| fold::fold(&name.to_lowercase()).contains(&words))
}

/// How near the words are to what an organ is called: its short name, then those where they begin, then its full name, then any
/// other (青禾县人民政府 holds 民政, and is not what is looked for).
fn nearness(words: &str, organ: &Organ) -> (u8, usize) {
    let words = fold::fold(&words.to_lowercase());
    let place = |name: &str| fold::fold(&name.to_lowercase()).find(&words);
    match (place(&organ.short_name), place(&organ.name)) {
        (Some(0), _) if organ.short_name.chars().count() == words.chars().count() => (0, 0),
        (Some(at), _) => (1, at),
        (None, Some(at)) => (2, at),
        (None, None) => (3, 0),
    }
}

impl Finder for Organs {
    fn group(&self) -> &'static str {
        "机关"
    }

    fn find<'a>(&'a self, ctx: &'a Ctx, staff: &'a Staff, words: &'a str) -> BoxFuture<'a, Result<Vec<Found>>> {
        Box::pin(async move {
            if may(&staff.clone().into(), &VIEW_ORGANS).is_err() {
                return Ok(Vec::new());
            }
            let (directory, today) = (ctx.directory(), ctx.today());
            let letters = typed_letters(words);
            let spoken = |organ: &Organ| {
                let letters = letters.as_deref()?;
                let names = [&organ.short_name, &organ.name].into_iter().chain(&organ.aliases);
                names.filter_map(|name| self.known.place(name, letters)).min()
            };
            let named = |organ: &&Organ| {
                let names = [organ.name.as_str(), organ.short_name.as_str(), organ.code.as_str()];
                holds(words, names.into_iter().chain(organ.aliases.iter().map(String::as_str)))
                    || spoken(organ).is_some()
            };
            let one = |organ: &Organ| Found {
                label: organ.short_name.clone(),
                about: if organ.exists_on(today) { organ.name.clone() } else { format!("{}　已撤销", organ.name) },
                href: format!("/organs/{}", organ.code),
            };
            let mut found: Vec<&Organ> = directory.all().iter().filter(named).collect();
            found.sort_by_key(|organ| (nearness(words, organ), spoken(organ).unwrap_or(usize::MAX)));
            Ok(found.into_iter().take(FOUND).map(one).collect())
        })
    }
}

#[derive(Default)]
struct People {
    known: Known,
}

impl Finder for People {
    fn group(&self) -> &'static str {
        "账号"
    }

    fn find<'a>(&'a self, ctx: &'a Ctx, staff: &'a Staff, words: &'a str) -> BoxFuture<'a, Result<Vec<Found>>> {
        Box::pin(async move {
            if may(&staff.clone().into(), &MANAGE_ACCOUNTS).is_err() {
                return Ok(Vec::new());
            }
            let directory = ctx.directory();
            let found = accounts::list(ctx.db()).await?.into_iter();
            let letters = typed_letters(words);
            let spoken = |name: &str| letters.as_deref().is_some_and(|typed| self.known.place(name, typed).is_some());
            let found = found.filter(|account| {
                holds(words, [account.name.as_str(), &account.login].into_iter()) || spoken(&account.name)
            });
            let one = |account: accounts::Account| Found {
                label: account.name,
                about: format!("{}　{}", account.login, directory.short_name(&account.organ)),
                href: format!("/accounts/{}", account.id),
            };
            Ok(found.take(FOUND).map(one).collect())
        })
    }
}

#[cfg(test)]
mod tests {
    use kernel::OrganKind;

    use super::*;

    #[test]
    fn what_is_called_so_comes_before_what_only_holds_the_words() {
        let organ = |name: &str, short: &str| Organ::named(short, name, short, OrganKind::CountyUnit);
        let mut organs = [
            organ("青禾县人民政府", "县政府"),
            organ("青禾县人民政府办公室", "县政府办"),
            organ("青禾县民政局", "县民政局"),
            organ("青禾县民政服务中心", "民政服务中心"),
        ];
        organs.sort_by_key(|organ| nearness("民政", organ));
        let names = organs.map(|organ| organ.short_name);
        assert_eq!(names[..2], ["民政服务中心", "县民政局"]);
    }
}
