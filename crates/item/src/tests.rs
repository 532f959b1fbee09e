//! An item and columns to try things with.

use crate::{Audience, Column, Domain, Filter, Item, ItemKey, Owner, Period, Privacy, Type, Way};

pub(crate) fn column(key: &str, typed: Type, filter: Filter) -> Column {
    Column {
        key: key.to_owned(),
        label: key.to_owned(),
        aliases: Vec::new(),
        code: String::new(),
        letter: String::new(),
        group: Vec::new(),
        typed,
        required: false,
        hint: String::new(),
        privacy: Privacy::default(),
        names: None,
        filter,
        listed: false,
    }
}

pub(crate) fn item() -> Item {
    Item {
        key: ItemKey::new("trial").expect("a key"),
        version: 1,
        domain: Domain { key: "trials".to_owned(), name: "试验".to_owned(), order: 1 },
        matter: "试验事项".to_owned(),
        sub_matter: String::new(),
        title: "试验信息".to_owned(),
        elements: String::new(),
        basis: Vec::new(),
        limits: Vec::new(),
        owner: Owner::All,
        channels: Vec::new(),
        audience: Audience::Everybody,
        way: Way::Proactive,
        levels: Vec::new(),
        period: Period::Event,
        retention: None,
        retention_person: None,
        confirmed: false,
        source: String::new(),
        site_columns: Vec::new(),
        columns: Vec::new(),
        keys: Vec::new(),
        newest_by: String::new(),
        checks: Vec::new(),
        charts: Vec::new(),
        more_columns: false,
    }
}
