//! Situations meet although organs write them in several ways: whoever ticks 低保家庭成员 has what another policy calls 城乡低保对象.

/// Words that mean the same in every policy, with the one that stands for them.
const SAME: [(&str, &str); 12] = [
    ("最低生活保障", "低保"),
    ("退伍军人", "退役军人"),
    ("退役士兵", "退役军人"),
    ("大学毕业生", "高校毕业生"),
    ("大中专毕业生", "高校毕业生"),
    ("特困供养", "特困"),
    ("特困救助供养", "特困"),
    ("失能老人", "失能老年人"),
    ("独居老人", "独居老年人"),
    ("空巢老人", "空巢老年人"),
    ("防返贫", "防止返贫"),
    ("失业登记", "登记失业"),
];

/// Endings that say who is in the situation, not which it is.
const WHO: [&str; 4] = ["人员", "对象", "成员", "人口"];
/// Situations of a household, which all its members have: 低保户 are 低保对象.
const HOUSEHOLDS: [&str; 6] = ["低保", "低保边缘", "特困", "低收入", "脱贫", "防止返贫监测"];

/// What a situation means, however it is written. For comparing only.
pub(super) fn meaning(written: &str) -> String {
    let mut words: String = written.chars().filter(|c| !c.is_whitespace() && !"“”\"（）()·".contains(*c)).collect();
    for (other, one) in SAME {
        // 退役士兵 within 自主就业退役士兵 is narrower than what it would become.
        if words.starts_with(other) {
            words = words.replacen(other, one, 1);
        }
    }
    for prefix in ["城乡", "本县"] {
        if let Some(rest) = words.strip_prefix(prefix).filter(|rest| rest.chars().count() >= 2) {
            words = rest.to_owned();
        }
    }
    for (other, one) in SAME {
        if words.starts_with(other) {
            words = words.replacen(other, one, 1);
        }
    }
    let household = |stem: &str| HOUSEHOLDS.contains(&stem);
    for ending in ["家庭成员", "家庭", "户"] {
        if let Some(stem) = words.strip_suffix(ending).filter(|stem| household(stem)) {
            return stem.to_owned();
        }
    }
    for ending in WHO {
        if let Some(stem) =
            words.strip_suffix(ending).filter(|stem| stem.chars().count() >= 2 && !stem.ends_with("家庭"))
        {
            return stem.to_owned();
        }
    }
    words
}

/// Whether two situations are the same.
pub(super) fn same(one: &str, other: &str) -> bool {
    one == other || meaning(one) == meaning(other)
}

/// Whether one is so like the other that a person should say whether they are the same: one holds the other, or both share most of
/// their characters.
fn like(one: &str, other: &str) -> bool {
    let (one, other) = (meaning(one), meaning(other));
    let stem =
        |word: &str| WHO.into_iter().chain(["家庭"]).fold(word.to_owned(), |word, ending| word.replace(ending, ""));
    let (short, long) = (stem(&one), stem(&other));
    let (short, long) = if short.chars().count() <= long.chars().count() { (short, long) } else { (long, short) };
    let count = short.chars().count();
    if count < 2 {
        return false;
    }
    let shared = short.chars().filter(|c| long.contains(*c)).count();
    long.contains(&short) || shared * 3 >= count * 2 && shared >= 2
}

/// Each situation once, in the order in which they come, in the words that come first.
pub(super) fn once<'a>(all: impl IntoIterator<Item = &'a String>) -> Vec<String> {
    let mut found: Vec<(String, String)> = Vec::new();
    for written in all {
        let meant = meaning(written);
        if !found.iter().any(|(known, _)| *known == meant) {
            found.push((meant, written.clone()));
        }
    }
    found.into_iter().map(|(_, written)| written).collect()
}

/// Situations in use that are named beside a new one when none is like it.
const NAMED: usize = 40;

/// What the writer is told of the situations that no other policy knows: `None` when all are known.
pub(super) fn told(written: &[String], in_use: &[String]) -> Option<String> {
    let new: Vec<&String> = written.iter().filter(|one| !in_use.iter().any(|known| same(one, known))).collect();
    if new.is_empty() || in_use.is_empty() {
        return None;
    }
    let mut told = String::new();
    for one in &new {
        let near: Vec<&str> = in_use.iter().filter(|known| like(one, known)).map(String::as_str).collect();
        if near.is_empty() {
            told.push_str(&format!("情形“{one}”是第一次用。"));
        } else {
            told.push_str(&format!("情形“{one}”是第一次用，已经有相近的：{}。", near.join("、")));
        }
    }
    let all: Vec<&str> = in_use.iter().take(NAMED).map(String::as_str).collect();
    Some(format!(
        "{told}意思相同的，请改用已有的写法：群众按情形勾选，写法不同就对不上。现在各政策用的有：{}{}。",
        all.join("、"),
        if in_use.len() > NAMED { " 等" } else { "" },
    ))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_means_the_same_is_the_same() {
        for (one, other) in [
            ("低保家庭成员", "城乡低保对象"),
            ("低保家庭成员", "最低生活保障对象"),
            ("低保户", "城乡最低生活保障家庭"),
            ("特困人员", "特困供养人员"),
            ("登记失业人员", "登记失业"),
            ("退役军人", "退役士兵"),
            ("独居老人", "独居老年人"),
            ("防止返贫监测对象", "防返贫监测户"),
        ] {
            assert!(same(one, other), "{one} {other}: {} {}", meaning(one), meaning(other));
        }
        for (one, other) in [
            ("低保家庭成员", "低保边缘家庭成员"),
            ("独居老人", "空巢老人"),
            ("招用自主就业退役士兵", "退役军人"),
            ("军人家庭", "军人"),
            ("高校毕业生", "招用高校毕业生或者登记失业人员"),
            ("城镇住房困难家庭", "住房困难"),
        ] {
            assert!(!same(one, other), "{one} {other}");
        }
    }

    #[test]
    fn a_new_word_is_told_with_those_like_it() {
        let words = |all: &[&str]| all.iter().map(|one| (*one).to_owned()).collect::<Vec<_>>();
        let in_use = words(&["低保家庭成员", "独居老人", "新办企业"]);
        assert_eq!(told(&words(&["城乡低保对象", "新办企业"]), &in_use), None);
        let new = told(&words(&["空巢独居老人"]), &in_use).expect("told");
        assert!(new.contains("“空巢独居老人”是第一次用，已经有相近的：独居老人"), "{new}");
        let new = told(&words(&["种粮大户"]), &in_use).expect("told");
        assert!(new.contains("“种粮大户”是第一次用。") && new.contains("低保家庭成员、独居老人、新办企业"), "{new}");
        assert_eq!(told(&words(&["种粮大户"]), &[]), None);
        assert_eq!(once(&words(&["低保家庭成员", "孤儿", "城乡低保对象"])), ["低保家庭成员", "孤儿"]);
    }
}
