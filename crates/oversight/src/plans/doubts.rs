//! What of a draft does not fit together: the year that its text names, the year for which it is kept, the years of its dates,
//! and other plans of the same kind and year. Told, never decided by the program.

use jiff::civil::Date;

use super::{
    rows::Twin,
    tree::{DutyRow, PlanRow, Tree},
};

/// The years that a title names, in order: four digits from 1990 to 2100, in whatever characters (2026, ２０２６, 二〇二六).
pub(super) fn years_in(title: &str) -> Vec<i16> {
    let digit = |c: char| match c {
        '０'..='９' => char::from_u32(c as u32 - '０' as u32 + '0' as u32),
        '0'..='9' => Some(c),
        '〇' | '○' | '零' => Some('0'),
        _ => "一二三四五六七八九".chars().zip('1'..='9').find(|(han, _)| *han == c).map(|(_, digit)| digit),
    };
    let mut years = Vec::new();
    let mut run = String::new();
    for c in title.chars().chain(['\n']) {
        if let Some(digit) = digit(c) {
            run.push(digit);
            continue;
        }
        let year: Option<i16> = run.parse().ok().filter(|year| run.len() == 4 && (1990..=2100).contains(year));
        years.extend(year);
        run.clear();
    }
    years
}

/// The one year that somebody typed: 2026, ２０２６, 2026年, 二〇二六年.
pub(super) fn year_typed(typed: &str) -> Option<i16> {
    let typed = typed.trim();
    match years_in(typed).as_slice() {
        [year] if typed.chars().count() <= 6 => Some(*year),
        _ => None,
    }
}

/// What places end in: longer names first, since 实验区 ends in 区. With it the most characters before it.
const PLACES: [(&str, usize); 21] = [
    ("综合实验区", 6),
    ("自治旗", 10),
    ("自治县", 10),
    ("自治州", 10),
    ("自治区", 8),
    ("实验区", 6),
    ("试验区", 6),
    ("示范区", 6),
    ("开发区", 6),
    ("合作区", 6),
    ("管理区", 6),
    ("新区", 4),
    ("街道", 4),
    ("省", 3),
    ("市", 4),
    ("县", 4),
    ("区", 4),
    ("旗", 5),
    ("盟", 4),
    ("镇", 4),
    ("乡", 6),
];

/// Characters before 市, 区, 县 … with which it is a word and no name: 全市, 社区, 城市, 乡镇.
const NO_NAMES: &str =
    "全各本我该邻一两省市区县旗乡城社园小地辖片景校库灾林矿牧灌街战特分超股夜集重点村老下属直范验发理作";
/// What stands behind such a character in a word: 市场, 区域, 县级, 省级, 旗帜, 镇村.
const NO_ENDS: &str = "场域级间块长委直属内外辖情际钱帜舰村民镇圈";
/// What titles begin with that are not names.
const VERBS: [&str; 22] = [
    "推进", "推动", "加强", "加快", "关于", "做好", "深化", "优化", "落实", "贯彻", "开展", "印发", "规范", "促进",
    "提升", "完善", "强化", "实施", "全面", "建设", "打造", "公开",
];

/// The place with which a text begins; `None` where it begins with none.
fn place(text: &str) -> Option<String> {
    let han = |c: char| matches!(c, '\u{4e00}'..='\u{9fff}');
    let chars: Vec<char> = text.chars().take(20).take_while(|c| han(*c)).collect();
    let starts = |at: usize, end: &str| chars[at..].iter().collect::<String>().starts_with(end);
    for at in 1..chars.len() {
        let Some((end, most)) = PLACES.iter().find(|(end, _)| starts(at, end)) else { continue };
        let name: String = chars[..at].iter().collect();
        let next = chars.get(at + end.chars().count());
        let word = NO_NAMES.contains(chars[at - 1])
            || "年月日的与、".chars().any(|c| name.contains(c))
            || (end.chars().count() == 1 && next.is_some_and(|c| NO_ENDS.contains(*c)))
            || VERBS.iter().any(|verb| name.starts_with(verb));
        return (at <= *most && !word).then(|| format!("{name}{end}"));
    }
    None
}

/// Another place that a title names where a plan names its own: at its beginning, behind the year, in quotation marks, behind
/// 关于 or 印发. `None` where it names this county, or none.
pub(super) fn other_place(title: &str, county: &str) -> Option<String> {
    if county.is_empty() || title.contains(county) {
        return None;
    }
    let mut starts = vec![0];
    let title = title.replace("年度", "年");
    for mark in ["年", "《", "“", "印发", "关于", "中共", " ", "　"] {
        starts.extend(title.match_indices(mark).map(|(at, _)| at + mark.len()));
    }
    starts.sort_unstable();
    let found = starts.into_iter().find_map(|at| place(&title[at..]))?;
    (!county.ends_with(found.as_str())).then_some(found)
}

/// The beginnings of collective names that are those of a place above or beside the county: 市政府各部门 in a county.
pub(super) fn of_other_level(name: &str, county: &str) -> bool {
    let level = county.chars().last();
    let own = |of: char| Some(of) == level || (of == '旗' && level == Some('县'));
    let first = name.trim_start_matches(['全', '各']).chars().next();
    first.is_some_and(|of| "省市区县旗州盟".contains(of) && !own(of))
        && !name.starts_with("各区")
        && !name.starts_with("区直属")
}

/// Why the plan's year may be wrong, in sentences; empty when everything names the same year.
pub(super) fn of_year(plan: &PlanRow) -> Vec<String> {
    let mut doubts = Vec::new();
    let year = plan.year;
    if plan.text_year != 0 && plan.text_year != year {
        doubts.push(format!("原文写的是 {} 年，这份草稿登记为 {year} 年。", plan.text_year));
    }
    let named = years_in(&plan.title);
    let spans = named.first().zip(named.last()).is_some_and(|(a, b)| (i64::from(*a)..=i64::from(*b)).contains(&year));
    if let Some(first) = named.first().filter(|first| !spans && i64::from(**first) != plan.text_year) {
        doubts.push(format!("标题写的是 {first} 年，这份草稿登记为 {year} 年。"));
    }
    // A year that is still to come is seldom meant beyond the next.
    let today: Option<i64> = plan.created_at.get(..4).and_then(|year| year.parse().ok());
    if today.is_some_and(|today| year > today + 1) {
        doubts.push(format!("登记为 {year} 年，比导入时晚了两年以上。"));
    }
    // Nor is a plan issued for a year that is over.
    if let Some(today) = today.filter(|today| year < *today) {
        doubts.push(format!("登记为 {year} 年，这一年已经过去（导入时是 {today} 年）。"));
    }
    // Numbers begin anew each year.
    let numbered = years_in(&plan.document_number).first().copied();
    let made = plan.issued_on.parse::<Date>().ok().map(Date::year);
    if let Some((numbered, made)) = numbered.zip(made)
        && numbered != made
    {
        doubts.push(format!("发文字号“{}”是 {numbered} 年的，成文日期是 {}。", plan.document_number, plan.issued_on));
    }
    doubts
}

/// Whether the day on which a duty is due once lies outside the plan's year, or outside those that its title spans.
pub(super) fn is_off_year(plan: &PlanRow, duty: &DutyRow) -> bool {
    let Ok(due) = duty.due_on.parse::<Date>() else { return false };
    let named = years_in(&plan.title);
    let last = named.last().map_or(plan.year, |last| i64::from(*last)).max(plan.year);
    !(plan.year..=last).contains(&i64::from(due.year()))
}

/// Duties whose date was read as one of the plan's year and moves with it: the words name no year themselves.
pub(super) fn moving(tree: &Tree, from: i64) -> impl Iterator<Item = &DutyRow> {
    let of_year = move |duty: &&DutyRow| duty.due_on.parse::<Date>().is_ok_and(|due| i64::from(due.year()) == from);
    tree.duties.iter().filter(of_year).filter(|duty| years_in(&duty.due_words).is_empty())
}

/// Whether it has been said how the plan stands to others of its kind and year that are in force.
pub(super) fn is_settled(plan: &PlanRow, twins: &[Twin]) -> bool {
    let mut in_force = twins.iter().filter(|twin| twin.in_force).peekable();
    if in_force.peek().is_none() {
        return true;
    }
    let known = plan.replaces.as_str().is_empty() || in_force.any(|twin| twin.id == plan.replaces);
    known && !plan.twin_reason.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{model::PlanKind, plans::fixture};

    #[test]
    fn years_of_titles_are_found() {
        assert_eq!(years_in("铅山县2019年政务公开工作要点"), [2019]);
        assert_eq!(years_in("２０２５年度审计发现问题清单"), [2025]);
        assert_eq!(years_in("三年行动方案（2024—2026年）"), [2024, 2026]);
        assert_eq!(years_in("青禾县二〇二六年工作要点"), [2026]);
        assert_eq!(years_in("二零二五年度重点项目"), [2025]);
        assert!(years_in("20260630号文件、12500万元项目、三年行动、一二三四条").is_empty());
    }

    #[test]
    fn years_are_typed_as_people_type_them() {
        for typed in ["2026", " 2026 ", "２０２６", "2026年", "二〇二六年"] {
            assert_eq!(year_typed(typed), Some(2026), "{typed}");
        }
        for typed in ["二六", "26", "2026-2027", "2026年2月3日", "1026"] {
            assert_eq!(year_typed(typed), None, "{typed}");
        }
    }

    #[test]
    fn the_plan_of_another_county_is_known_by_its_title() {
        let other = |title: &str| other_place(title, "青禾县");
        assert_eq!(other("2019年铅山县政务公开工作要点").as_deref(), Some("铅山县"));
        for own in [
            "青禾县2026年政务公开工作要点",
            "2026年全县政务公开工作要点",
            "县政府2026年工作要点",
            "2026年重点项目",
            "安徽省青禾县2026年政务公开工作要点",
            "2026年社区服务工作要点",
            "2026年城市更新工作要点",
            "2026年市场监管工作要点",
            "2026年区域协调发展重点任务",
            "2026年乡镇政务公开工作要点",
            "2026年省级督查发现问题清单",
            "关于推进城镇化的2026年重点任务",
            "全省统一的2026年政务公开工作要点",
        ] {
            assert_eq!(other(own), None, "{own}");
        }
    }

    #[test]
    fn every_other_place_is_known_whatever_it_is_called() {
        for (title, place) in [
            ("2026年池州市政务公开工作要点", "池州市"),
            ("平潭综合实验区2026年政务公开工作要点", "平潭综合实验区"),
            ("官渡区2026年政务公开工作要点", "官渡区"),
            ("安徽省2026年政务公开工作要点", "安徽省"),
            ("张掖市甘州区2026年政务公开工作要点", "张掖市"),
            ("青禾市2026年政务公开工作要点", "青禾市"),
            ("红河哈尼族彝族自治州2026年政务公开工作要点", "红河哈尼族彝族自治州"),
            ("城关镇政务公开工作要点", "城关镇"),
            ("2026年度鄂伦春自治旗政务公开工作要点", "鄂伦春自治旗"),
            ("关于印发《雄安新区2026年政务公开工作要点》的通知", "雄安新区"),
            ("正蓝旗2026年政务公开工作要点", "正蓝旗"),
            ("锡林郭勒盟2026年政务公开工作要点", "锡林郭勒盟"),
            ("宁夏回族自治区2026年政务公开工作要点", "宁夏回族自治区"),
            ("解放街道2026年政务公开工作要点", "解放街道"),
            ("和县2026年政务公开工作要点", "和县"),
        ] {
            assert_eq!(other_place(title, "青禾县").as_deref(), Some(place), "{title}");
        }
    }

    #[test]
    fn collective_names_of_another_level_are_known() {
        for name in ["市政府各部门", "市直各单位", "省直有关部门", "区直各部门", "全市各单位"]
        {
            assert!(of_other_level(name, "青禾县"), "{name}");
        }
        for name in ["县直各单位", "各单位", "各乡镇（中心）", "县政府各部门", "各部门"] {
            assert!(!of_other_level(name, "青禾县"), "{name}");
        }
        assert!(!of_other_level("市直各单位", "青禾市"));
    }

    #[test]
    fn a_year_that_is_over_is_asked_about() {
        let source = "政务公开工作要点\n一、公开\n（一）公开预算。公开预算。（县财政局负责）\n";
        let mut tree = fixture::tree(source, PlanKind::WorkPoints, &mut fixture::fresh("x"));
        (tree.plan.title, tree.plan.text_year) = ("政务公开工作要点".into(), 0);
        tree.plan.created_at = "2026-11-29T01:00:00.000Z".into();
        for year in [2016, 2006, 2024, 2025] {
            tree.plan.year = year;
            assert_eq!(of_year(&tree.plan).len(), 1, "{year}");
        }
        // Also where the text itself names it.
        (tree.plan.year, tree.plan.text_year) = (2022, 2022);
        assert!(of_year(&tree.plan)[0].contains("已经过去"));
        for year in [2026, 2027] {
            (tree.plan.year, tree.plan.text_year) = (year, 0);
            assert!(of_year(&tree.plan).is_empty(), "{year}");
        }
    }

    #[test]
    fn a_year_that_does_not_fit_is_told() {
        let source = "2026年某县政务公开工作要点\n一、公开\n（一）公开预算。6月底前公开预算。2025年3月1日前公开决算。（县财政局负责）\n";
        let mut tree = fixture::tree(source, PlanKind::WorkPoints, &mut fixture::fresh("x"));
        tree.plan.title = "2026年某县政务公开工作要点".into();
        assert!(of_year(&tree.plan).is_empty());
        let off: Vec<_> = tree.duties.iter().filter(|duty| is_off_year(&tree.plan, duty)).collect();
        assert_eq!(off.len(), 1, "{off:?}");
        tree.plan.year = 2027;
        assert_eq!(of_year(&tree.plan).len(), 1, "once, not for text and title");
        assert_eq!(moving(&tree, 2026).count(), 1, "a date with its own year stays");
        tree.plan.year = 2026;
        tree.plan.document_number = "某府办发〔2025〕3号".into();
        tree.plan.issued_on = "2026-02-03".into();
        assert_eq!(of_year(&tree.plan).len(), 1, "the number is of another year than the day");
        tree.plan.document_number = "某府办发〔2026〕3号".into();
        assert!(of_year(&tree.plan).is_empty());
        tree.plan.year = 2027;
        tree.plan.title = "某县三年行动方案（2025—2027年）".into();
        tree.plan.text_year = 0;
        assert!(of_year(&tree.plan).is_empty(), "the title spans it");
    }
}
