//! Organs (机关) and the directory of them.

use std::collections::HashMap;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

/// The stable code of an organ, also its address on the portal (`/organs/{code}`): letters, digits and hyphens.
#[derive(Debug, Clone, Default, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(transparent)]
pub struct OrganCode(String);

impl OrganCode {
    /// The code as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Pages beside those of the organs: an organ with such a code could never be opened.
    pub const RESERVED: [&str; 3] = ["new", "merge", "import"];

    /// Whether the text can be a code: 2 to 32 ASCII letters, digits or hyphens, and no page of the program's own.
    pub fn is_valid(text: &str) -> bool {
        !Self::RESERVED.iter().any(|page| text.eq_ignore_ascii_case(page))
            && (2..=32).contains(&text.len())
            && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
    }
}

impl std::fmt::Display for OrganCode {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl From<OrganCode> for String {
    fn from(code: OrganCode) -> Self {
        code.0
    }
}

impl AsRef<str> for OrganCode {
    fn as_ref(&self) -> &str {
        &self.0
    }
}

impl crate::id::Id for OrganCode {}

impl From<&str> for OrganCode {
    fn from(text: &str) -> Self {
        Self(text.to_owned())
    }
}

impl From<String> for OrganCode {
    fn from(text: String) -> Self {
        Self(text)
    }
}

/// What kind of body an organ is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OrganKind {
    /// 县政府及县直单位 that are no department: the government itself, its office, coordinating bodies.
    CountyUnit,
    /// 县政府工作部门 such as 县财政局.
    CountyDepartment,
    /// 乡镇人民政府, and the 街道 and 中心 that stand beside them.
    Township,
    /// 公共事业单位 such as hospitals and schools (条例 Art. 55).
    PublicInstitution,
    /// 公用企业: water, power, gas, transport (条例 Art. 55).
    PublicUtility,
}

impl OrganKind {
    /// All kinds in the order in which the portal lists them.
    pub const ALL: [Self; 5] =
        [Self::CountyUnit, Self::CountyDepartment, Self::Township, Self::PublicInstitution, Self::PublicUtility];

    /// Whether it is a 行政机关: public institutions and utilities publish by rules of their own (条例 Art. 55), and owe nothing of
    /// what every organ owes.
    pub fn is_government(self) -> bool {
        matches!(self, Self::CountyUnit | Self::CountyDepartment | Self::Township)
    }

    /// The code used in storage and files.
    pub fn code(self) -> &'static str {
        match self {
            Self::CountyUnit => "county_unit",
            Self::CountyDepartment => "county_department",
            Self::Township => "township",
            Self::PublicInstitution => "public_institution",
            Self::PublicUtility => "public_utility",
        }
    }

    /// The name shown to people.
    pub fn label(self) -> &'static str {
        match self {
            Self::CountyUnit => "县直单位",
            Self::CountyDepartment => "县政府部门",
            Self::Township => "乡镇（中心）",
            Self::PublicInstitution => "公共事业单位",
            Self::PublicUtility => "公用企业",
        }
    }

    /// The kind with this code or this label.
    pub fn read(text: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.code() == text || kind.label() == text)
    }
}

/// An organ as the directory knows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Organ {
    /// Code that never changes, whatever its name: addresses and rows hold it.
    pub code: OrganCode,
    /// Official name, e.g. 青禾县发展和改革委员会.
    pub name: String,
    /// Short name, e.g. 县发展改革委.
    pub short_name: String,
    /// Other names found in documents, e.g. 县发改委.
    pub aliases: Vec<String>,
    pub kind: OrganKind,
    /// The organ above, if any.
    pub parent: Option<OrganCode>,
    /// Post of the responsible leader.
    pub leader: String,
    /// Telephone for the public; empty = readers are given the hotline.
    pub phone: String,
    /// Address of its office in words, for visits and letters.
    pub address: String,
    /// Office hours in words.
    pub hours: String,
    /// First day of existence; `None` = since before the records.
    pub exists_from: Option<Date>,
    /// Last day of existence; `None` = exists.
    pub exists_to: Option<Date>,
    /// Who took over its duties and documents.
    pub successor: Option<OrganCode>,
}

impl Organ {
    /// What sort of organ it is, in words: the government itself stands above the units that its kind is called after.
    pub fn sort(&self) -> &'static str {
        match self.kind {
            OrganKind::CountyUnit if self.name.ends_with("人民政府") => "本级政府",
            kind => kind.label(),
        }
    }

    /// An organ of which nothing is known but its names and kind.
    pub fn named(code: &str, name: &str, short_name: &str, kind: OrganKind) -> Self {
        Self {
            code: code.into(),
            name: name.to_owned(),
            short_name: short_name.to_owned(),
            aliases: Vec::new(),
            kind,
            parent: None,
            leader: String::new(),
            phone: String::new(),
            address: String::new(),
            hours: String::new(),
            exists_from: None,
            exists_to: None,
            successor: None,
        }
    }

    /// Whether the organ exists on `day`.
    pub fn exists_on(&self, day: Date) -> bool {
        self.exists_from.is_none_or(|from| from <= day) && self.exists_to.is_none_or(|to| day <= to)
    }
}

/// What a name in a text means.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Match {
    Organ(OrganCode),
    /// This organ had the name but exists no more; who follows, if recorded.
    Abolished(OrganCode, Option<OrganCode>),
    /// More than one organ answers to the name.
    Ambiguous(Vec<OrganCode>),
    /// No organ bears the name.
    Unknown,
}

/// All organs at one moment, with lookup by code and by name. Small (tens to hundreds of rows), held in memory and
/// replaced as a whole when an organ changes.
#[derive(Debug, Clone, Default)]
pub struct Directory {
    organs: Vec<Organ>,
    by_code: HashMap<OrganCode, usize>,
    by_name: HashMap<String, Vec<usize>>,
    county: String,
}

impl Directory {
    /// Builds the directory. `county` is the county's name (青禾县), which texts leave out or write as 县.
    pub fn new(organs: Vec<Organ>, county: &str) -> Self {
        let mut by_code = HashMap::new();
        let mut by_name: HashMap<String, Vec<usize>> = HashMap::new();
        for (at, organ) in organs.iter().enumerate() {
            by_code.insert(organ.code.clone(), at);
            let names = [organ.name.as_str(), organ.short_name.as_str()];
            for name in names.into_iter().chain(organ.aliases.iter().map(String::as_str)) {
                for form in name_forms(name, county) {
                    let places = by_name.entry(form).or_default();
                    if !places.contains(&at) {
                        places.push(at);
                    }
                }
            }
        }
        Self { organs, by_code, by_name, county: county.to_owned() }
    }

    /// All organs, in stored order.
    pub fn all(&self) -> &[Organ] {
        &self.organs
    }

    /// Code and short name of the organs that exist on `day`, for a select.
    pub fn options(&self, day: Date) -> Vec<(String, String)> {
        let living = self.organs.iter().filter(|organ| organ.exists_on(day));
        living.map(|organ| (organ.code.to_string(), organ.short_name.clone())).collect()
    }

    /// The organ with this code.
    pub fn get(&self, code: &OrganCode) -> Option<&Organ> {
        self.by_code.get(code).map(|at| &self.organs[*at])
    }

    /// Short name of the organ with this code, or the code itself.
    pub fn short_name<'a>(&'a self, code: &'a OrganCode) -> &'a str {
        self.get(code).map_or(code.as_str(), |organ| organ.short_name.as_str())
    }

    /// The organ that stands for `code` on `day`: itself, or the last of its successors.
    pub fn current(&self, code: &OrganCode, day: Date) -> Option<&Organ> {
        let mut organ = self.get(code)?;
        // A chain longer than the directory would be a circle.
        for _ in 0..self.organs.len() {
            match organ.successor.as_ref().and_then(|next| self.get(next)) {
                Some(next) if !organ.exists_on(day) => organ = next,
                _ => break,
            }
        }
        Some(organ)
    }

    /// The organ that answers on `day` for what belongs to `code`: itself, or the last of its successors (机构改革: duties and
    /// documents follow). An organ that is not in the directory stands for itself.
    pub fn stands_for(&self, code: &OrganCode, day: Date) -> OrganCode {
        self.current(code, day).map_or_else(|| code.clone(), |organ| organ.code.clone())
    }

    /// The organs for which `organ` answers on `day`: itself first, then those that it succeeded.
    pub fn answered_by(&self, organ: &OrganCode, day: Date) -> Vec<OrganCode> {
        let others =
            self.organs.iter().filter(|other| other.code != *organ && self.stands_for(&other.code, day) == *organ);
        std::iter::once(organ.clone()).chain(others.map(|other| other.code.clone())).collect()
    }

    /// Organs that report on the openness of a year: those of the government that existed at its end (条例 Art. 49). Public
    /// institutions and enterprises do not.
    pub fn reporting(&self, year: i16) -> Vec<&Organ> {
        let end = Date::new(year, 12, 31).ok();
        let reports = |organ: &&Organ| organ.kind.is_government() && end.is_none_or(|end| organ.exists_on(end));
        self.organs.iter().filter(reports).collect()
    }

    /// What `name` means on `day`: existing organs first, then abolished ones.
    pub fn find(&self, name: &str, day: Date) -> Match {
        let mut found: Vec<usize> = Vec::new();
        for form in name_forms(name, &self.county) {
            found.extend(
                self.by_name.get(&form).into_iter().flatten().filter(|at| !found.contains(at)).collect::<Vec<_>>(),
            );
        }
        found.dedup();
        let living: Vec<_> = found.iter().filter(|at| self.organs[**at].exists_on(day)).collect();
        match (living.as_slice(), found.as_slice()) {
            ([one], _) => Match::Organ(self.organs[**one].code.clone()),
            ([], []) => Match::Unknown,
            ([], [one]) => {
                let organ = &self.organs[*one];
                let next = self.current(&organ.code, day).filter(|next| next.code != organ.code);
                Match::Abolished(organ.code.clone(), next.map(|next| next.code.clone()))
            }
            ([], many) => Match::Ambiguous(many.iter().map(|at| self.organs[*at].code.clone()).collect()),
            (many, _) => Match::Ambiguous(many.iter().map(|at| self.organs[**at].code.clone()).collect()),
        }
    }

    /// Existing organs that a collective name means: 各乡镇（中心）, 县直各单位, 各单位. `None` when it is no such name.
    /// 县直单位 are departments and county units; the county government itself, which has no organ above it, is none. Organs that
    /// the name takes out, as 各单位（县税务局除外） does, are none either.
    pub fn group(&self, name: &str, day: Date) -> Option<Vec<OrganCode>> {
        let (name, excepted) = exception(name).unwrap_or((name, ""));
        let township = name.contains("乡镇") || name.contains("街道");
        let county = name.contains("县直") || name.contains("县政府部门") || name.contains("各部门");
        let all = !township && !county && name.contains("各单位");
        if !(township || county || all) {
            return None;
        }
        let out: Vec<OrganCode> =
            excepted.split(['、', '，', ',']).flat_map(|name| self.meant(name.trim(), day)).collect();
        let wanted = |organ: &Organ| match organ.kind {
            OrganKind::Township => township || all,
            OrganKind::CountyDepartment => county || all,
            OrganKind::CountyUnit => (county || all) && organ.parent.is_some(),
            OrganKind::PublicInstitution | OrganKind::PublicUtility => false,
        };
        let codes = self.organs.iter().filter(|organ| wanted(organ) && organ.exists_on(day));
        Some(codes.map(|organ| organ.code.clone()).filter(|code| !out.contains(code)).collect())
    }

    /// The organ, or the organs, that one name means.
    fn meant(&self, name: &str, day: Date) -> Vec<OrganCode> {
        match self.find(name, day) {
            Match::Organ(code) => vec![code],
            _ => self.group(name, day).unwrap_or_default(),
        }
    }
}

/// A collective name that takes some out, `各单位（县税务局除外）` or `各乡镇（不含城关镇）`: the name, and who is none of them.
fn exception(name: &str) -> Option<(&str, &str)> {
    let (whole, inner) = name.rsplit_once(['（', '('])?;
    let inner = inner.trim_end().strip_suffix(['）', ')'])?;
    let out = ["除外", "例外"].iter().find_map(|end| inner.strip_suffix(end));
    let out = out.or_else(|| ["不含", "不包括"].iter().find_map(|start| inner.strip_prefix(start)))?;
    Some((whole, out))
}

/// The forms under which a name is looked up: as written without white space, and without the county in front.
fn name_forms(name: &str, county: &str) -> Vec<String> {
    let plain: String = fold::fold(name).chars().filter(|c| !c.is_whitespace()).collect();
    let county = fold::fold(county);
    let mut forms = vec![plain.clone()];
    let bare = plain.strip_prefix(county.as_str()).or_else(|| plain.strip_prefix('县')).unwrap_or(&plain);
    if !bare.is_empty() && bare != plain {
        forms.push(bare.to_owned());
    }
    forms
}

#[cfg(test)]
mod tests {
    use super::*;

    fn directory() -> Directory {
        let mut finance = Organ::named("F", "青禾县财政局", "县财政局", OrganKind::CountyDepartment);
        finance.aliases = vec!["财政部门".into()];
        let mut poverty = Organ::named("P", "青禾县扶贫办公室", "县扶贫办", OrganKind::CountyDepartment);
        poverty.exists_to = Some(Date::constant(2021, 5, 31));
        poverty.successor = Some("R".into());
        let rural = Organ::named("R", "青禾县乡村振兴局", "县乡村振兴局", OrganKind::CountyDepartment);
        let town = Organ::named("T", "青禾县河口镇人民政府", "河口镇", OrganKind::Township);
        Directory::new(vec![finance, poverty, rural, town], "青禾县")
    }

    const DAY: Date = Date::constant(2026, 3, 1);

    #[test]
    fn a_name_is_found_with_and_without_the_county() {
        for name in ["青禾县财政局", "县财政局", "财政局", "财政部门", "县 财政局"] {
            assert_eq!(directory().find(name, DAY), Match::Organ("F".into()), "{name}");
        }
        assert_eq!(directory().find("县粮食局", DAY), Match::Unknown);
    }

    #[test]
    fn an_abolished_organ_is_named_with_its_successor() {
        assert_eq!(directory().find("县扶贫办", DAY), Match::Abolished("P".into(), Some("R".into())));
        let before = Date::constant(2020, 1, 1);
        assert_eq!(directory().find("县扶贫办", before), Match::Organ("P".into()));
    }

    #[test]
    fn a_name_is_found_as_it_looks() {
        for name in ["⻘禾县河口镇⼈⺠政府", "河⼝镇", "河口\u{200b}镇", "\u{feff}河口镇\u{3000}"] {
            assert_eq!(directory().find(name, DAY), Match::Organ("T".into()), "{name:?}");
        }
    }

    #[test]
    fn collective_names_mean_the_organs_that_exist() {
        let directory = directory();
        assert_eq!(directory.group("各乡镇（中心）", DAY), Some(vec!["T".into()]));
        assert_eq!(directory.group("县直各单位", DAY), Some(vec!["F".into(), "R".into()]));
        assert_eq!(directory.group("县财政局", DAY), None);
        // who is taken out is not meant
        assert_eq!(directory.group("县直各单位（县财政局除外）", DAY), Some(vec!["R".into()]));
        assert_eq!(directory.group("各单位（不含河口镇、县财政局）", DAY), Some(vec!["R".into()]));
        assert_eq!(directory.group("各单位（各乡镇除外）", DAY), Some(vec!["F".into(), "R".into()]));
        assert_eq!(directory.group("各单位（含河口镇）", DAY).map(|organs| organs.len()), Some(3));
    }

    #[test]
    fn a_circle_of_successors_ends() {
        let mut a = Organ::named("A", "甲", "甲", OrganKind::Township);
        let mut b = Organ::named("B", "乙", "乙", OrganKind::Township);
        a.exists_to = Some(Date::constant(2020, 1, 1));
        b.exists_to = Some(Date::constant(2020, 1, 1));
        a.successor = Some("B".into());
        b.successor = Some("A".into());
        assert!(Directory::new(vec![a, b], "").current(&"A".into(), DAY).is_some());
    }
}
