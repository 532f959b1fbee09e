//! The county's own tree of places: its townships, as the directory has them. Sheets of a county say 城关镇 or 城关镇文昌村; readers
//! choose 青禾县, 城关镇 and what lies below it, so that both must be the same path.

use item::{Item, Type, Value};
use jiff::civil::Date;
use kernel::{Directory, organ::OrganKind};
use web::Ctx;

use crate::values::{self, Values};

/// How the names of the governments of townships end, which their places do not.
const GOVERNMENTS: [&str; 4] = ["人民政府", "街道办事处", "办事处", "政府"];

/// The county with its townships.
#[derive(Debug, Clone, Default)]
pub(crate) struct Townships {
    county: String,
    names: Vec<String>,
}

/// How a place fits the tree.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) enum Fitted {
    /// It is written as a path of the county, or nobody knows better.
    AsWritten,
    /// The path that was meant.
    Path(String),
    /// No township of the county.
    Unknown,
}

impl Townships {
    /// Those of this installation, today.
    pub(crate) fn here(ctx: &Ctx) -> Self {
        Self::of(&ctx.site().county, &ctx.directory(), ctx.today())
    }

    /// The townships that exist on this day.
    pub(crate) fn of(county: &str, directory: &Directory, today: Date) -> Self {
        let living = directory.all().iter().filter(|organ| organ.kind == OrganKind::Township && organ.exists_on(today));
        let mut names: Vec<String> = living.map(|organ| township(county, &organ.short_name)).collect();
        // 河口新镇 before 河口
        names.sort_by_key(|name| std::cmp::Reverse(name.chars().count()));
        Self { county: county.to_owned(), names }
    }

    /// How a place as it was read fits: county, township, village parted by `/`, or in one.
    pub(crate) fn fit(&self, text: &str) -> Fitted {
        if self.names.is_empty() || self.county.is_empty() {
            return Fitted::AsWritten;
        }
        let parts: Vec<&str> = text.split('/').map(str::trim).filter(|part| !part.is_empty()).collect();
        let Some((first, below)) = parts.split_first() else { return Fitted::AsWritten };
        let (rest, below) = match first.strip_prefix(self.county.as_str()) {
            Some("") => match below.split_first() {
                Some((next, below)) => (*next, below),
                // the whole county
                None => return Fitted::AsWritten,
            },
            Some(rest) => (rest, below),
            None => (*first, below),
        };
        let Some((name, rest)) = self.names.iter().find_map(|name| Some((name, rest_of(name, rest)?))) else {
            return Fitted::Unknown;
        };
        // What is smaller than a village stands behind its name: 文昌村3组.
        let village: String = std::iter::once(rest).chain(below.iter().copied()).collect();
        let mut path = vec![self.county.as_str(), name.as_str()];
        if !village.is_empty() {
            path.push(&village);
        }
        let path = path.join("/");
        if path == text { Fitted::AsWritten } else { Fitted::Path(path) }
    }
}

/// 城关镇 of 城关镇人民政府, 青禾县城关镇.
fn township(county: &str, short_name: &str) -> String {
    let name = short_name.strip_prefix(county).unwrap_or(short_name);
    let bare = GOVERNMENTS.iter().find_map(|end| name.strip_suffix(end)).filter(|bare| !bare.is_empty());
    match bare {
        Some(bare) if name.ends_with("街道办事处") => format!("{bare}街道"),
        Some(bare) => bare.to_owned(),
        None => name.to_owned(),
    }
}

/// What stands behind the name of a township: 文昌村 of 城关镇文昌村; `None` = it is another place. 城关 alone is 城关镇.
fn rest_of<'t>(name: &str, text: &'t str) -> Option<&'t str> {
    if let Some(rest) = text.strip_prefix(name) {
        let rest = GOVERNMENTS.iter().find_map(|end| rest.strip_prefix(end)).unwrap_or(rest);
        return Some(rest.trim());
    }
    let bare = ["街道", "镇", "乡"].iter().find_map(|end| name.strip_suffix(end));
    bare.filter(|bare| bare.chars().count() >= 2 && *bare == text).map(|_| "")
}

/// What was made of the places of a row: as it was written, and the path; no path = no township of the county.
pub(crate) fn fit(townships: &Townships, item: &Item, values: &mut Values) -> Vec<(String, String, Option<String>)> {
    let mut told = Vec::new();
    for column in item.columns.iter().filter(|column| column.typed == Type::Place) {
        let Some(value) = values.get(&column.key) else { continue };
        let text = values::text_of(value);
        match townships.fit(&text) {
            Fitted::AsWritten => {}
            Fitted::Path(path) => {
                values.insert(column.key.clone(), Value::Text(path.clone()));
                told.push((column.key.clone(), text, Some(path)));
            }
            Fitted::Unknown => told.push((column.key.clone(), text, None)),
        }
    }
    told
}

#[cfg(test)]
mod tests {
    use kernel::organ::Organ;

    use super::*;

    fn tree() -> Townships {
        let town = |code: &str, short: &str| Organ::named(code, short, short, OrganKind::Township);
        let organs = vec![
            town("T1", "城关镇"),
            town("T2", "青禾县柳溪镇人民政府"),
            town("T3", "东门街道办事处"),
            Organ::named("D1", "青禾县财政局", "县财政局", OrganKind::CountyDepartment),
        ];
        Townships::of("青禾县", &Directory::new(organs, "青禾县"), Date::constant(2026, 11, 30))
    }

    #[test]
    fn a_name_of_the_county_is_its_path() {
        let of = |text: &str| tree().fit(text);
        let path = |text: &str| Fitted::Path(text.to_owned());
        assert_eq!(of("城关镇"), path("青禾县/城关镇"));
        assert_eq!(of("城关"), path("青禾县/城关镇"));
        assert_eq!(of("柳溪镇/柳溪西村"), path("青禾县/柳溪镇/柳溪西村"));
        assert_eq!(of("城关镇文昌村"), path("青禾县/城关镇/文昌村"));
        assert_eq!(of("青禾县柳溪镇人民政府"), path("青禾县/柳溪镇"));
        assert_eq!(of("青禾县城关镇文昌村"), path("青禾县/城关镇/文昌村"));
        assert_eq!(of("青禾县/城关镇文昌村"), path("青禾县/城关镇/文昌村"));
        assert_eq!(of("城关镇/文昌村/3组"), path("青禾县/城关镇/文昌村3组"));
        assert_eq!(of("东门街道/学府社区"), path("青禾县/东门街道/学府社区"));
    }

    #[test]
    fn what_is_a_path_stays_and_what_is_elsewhere_is_told() {
        let of = |text: &str| tree().fit(text);
        for text in ["青禾县/城关镇/文昌村", "青禾县/柳溪镇", "青禾县", ""] {
            assert_eq!(of(text), Fitted::AsWritten, "{text}");
        }
        for text in ["邻县某镇", "柳溪西村", "青禾县/河东镇"] {
            assert_eq!(of(text), Fitted::Unknown, "{text}");
        }
        assert_eq!(Townships::default().fit("城关镇"), Fitted::AsWritten, "a county without townships knows none");
    }
}
