//! Conditions of a policy as lines (适用对象和条件): what it brings, to whom, where, at which age and size, in which situation, from
//! when until when. A group of lines is one benefit; groups stand apart by an empty line.

use jiff::civil::Date;
use kernel::time;

use super::range::Range;

/// To whom: code, name, and what else organs write.
pub(crate) const WHO: [(&str, &str, &[&str]); 5] = [
    ("person", "个人", &["居民", "群众", "家庭", "本人", "自然人"]),
    ("trader", "个体工商户", &["个体户", "个体"]),
    ("company", "企业", &["公司", "小微企业", "中小企业", "中小微企业"]),
    ("farm", "农民合作社和家庭农场", &["农民专业合作社", "农民合作社", "合作社", "家庭农场"]),
    ("body", "社会组织和其他单位", &["社会组织", "事业单位", "民办机构", "其他单位"]),
];

/// Names of the lines.
const NAMES: [&str; 10] = ["给", "对象", "地区", "年龄", "人数", "情形", "时间", "金额", "办理", "说明"];

/// One benefit and its conditions. What is empty is no condition.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(crate) struct Rule {
    /// What it brings.
    pub(crate) brings: Vec<String>,
    /// Codes of [`WHO`]: any of them.
    pub(crate) who: Vec<&'static str>,
    /// The words in which they were written: 小微企业 is more than its code says.
    pub(crate) who_words: String,
    /// Townships: any of them.
    pub(crate) places: Vec<String>,
    pub(crate) age: Option<Range>,
    pub(crate) age_words: String,
    pub(crate) size: Option<Range>,
    pub(crate) size_words: String,
    /// Situations: any of them.
    pub(crate) situations: Vec<String>,
    pub(crate) from: Option<Date>,
    pub(crate) until: Option<Date>,
    pub(crate) amount: String,
    pub(crate) how: String,
    pub(crate) note: String,
}

fn words(text: &str) -> Vec<String> {
    let parts = text.split(['、', '，', ',', '；', ';', '/']).map(str::trim).filter(|part| !part.is_empty());
    parts.map(str::to_owned).collect()
}

fn who_of(word: &str) -> Option<&'static str> {
    WHO.iter().find(|(_, name, others)| *name == word || others.contains(&word)).map(|(code, ..)| *code)
}

/// The name of who asks.
pub(crate) fn who_name(code: &str) -> &'static str {
    WHO.iter().find(|(known, ..)| *known == code).map_or("", |(_, name, _)| *name)
}

impl Rule {
    /// The words in which the policy names those of this code: 小微企业 for a company.
    pub(crate) fn named(&self, code: &str) -> Vec<String> {
        words(&self.who_words).into_iter().filter(|word| who_of(word) == Some(code)).collect()
    }

    /// Takes a line. The sentence says what to change.
    fn take(&mut self, name: &str, text: &str) -> Result<(), String> {
        let once =
            |there: bool| if there { Err(format!("“{name}”写了两次，请合在一行")) } else { Ok(()) };
        match name {
            "给" => self.brings.push(text.to_owned()),
            "对象" => {
                once(!self.who_words.is_empty())?;
                // Whoever was named and is not known was named nevertheless.
                text.clone_into(&mut self.who_words);
                for word in words(text) {
                    let code = who_of(&word).ok_or_else(|| {
                        let known: Vec<&str> = WHO.iter().map(|(_, name, _)| *name).collect();
                        format!("不认识对象“{word}”，请写 {}；更细的条件写在“情形”里", known.join("、"))
                    })?;
                    if !self.who.contains(&code) {
                        self.who.push(code);
                    }
                }
            }
            "地区" => {
                once(!self.places.is_empty())?;
                self.places = words(text);
                // The whole county is no condition.
                self.places.retain(|place| !["全县", "本县", "全县范围"].contains(&place.as_str()));
            }
            "年龄" => narrow(&mut self.age, &mut self.age_words, text, "年龄", "60 岁以上、不满 35 岁、16 至 60 岁")?,
            "人数" => {
                narrow(&mut self.size, &mut self.size_words, text, "人数", "100 人以下、20 人以上、10 至 50 人")?
            }
            "情形" => {
                once(!self.situations.is_empty())?;
                self.situations = words(text);
            }
            "时间" => {
                once(self.from.is_some() || self.until.is_some())?;
                (self.from, self.until) = period(text)?;
            }
            "金额" => {
                once(!self.amount.is_empty())?;
                text.clone_into(&mut self.amount);
            }
            "办理" => {
                once(!self.how.is_empty())?;
                text.clone_into(&mut self.how);
            }
            "说明" => {
                once(!self.note.is_empty())?;
                text.clone_into(&mut self.note);
            }
            _ => return Err(format!("不认识“{name}”，每行写成“名称：内容”，名称只能是 {}", NAMES.join("、"))),
        }
        Ok(())
    }

    /// What is missing, or cannot hold together.
    fn faults(&self) -> Vec<String> {
        let mut faults = Vec::new();
        if self.brings.is_empty() {
            faults.push("没有写“给”，例如 给：一次性创业补贴".to_owned());
        }
        if self.who_words.is_empty() {
            faults.push("没有写“对象”，例如 对象：个体工商户、企业".to_owned());
        }
        let people = self.who.contains(&"person");
        if self.age.is_some() && !people && !self.who.is_empty() && !self.who.contains(&"trader") {
            faults.push("写了“年龄”，对象里却没有个人，条件互相矛盾".to_owned());
        }
        if self.size.is_some() && self.who == ["person"] {
            faults.push("写了“人数”，对象却只有个人，条件互相矛盾".to_owned());
        }
        faults
    }
}

/// Narrows a range by one more line.
fn narrow(range: &mut Option<Range>, said: &mut String, text: &str, name: &str, like: &str) -> Result<(), String> {
    let read = Range::read(text)
        .ok_or_else(|| format!("“{name}：{text}”读不出来，请写成 {like}；一头不算的写“不满”“超过”，例如 超过 60 岁"))?;
    let both = range.unwrap_or_default().and(read);
    if both.is_empty() {
        return Err(format!("“{name}”的条件互相矛盾，没有人能符合"));
    }
    *range = Some(both);
    if !said.is_empty() {
        said.push('、');
    }
    said.push_str(text);
    Ok(())
}

/// 2026-01-01 至 2026-12-31, 2026年7月1日起, 2026-12-31 前.
fn period(text: &str) -> Result<(Option<Date>, Option<Date>), String> {
    let wrong = || format!("“时间：{text}”读不出来，请写成 2026-01-01 至 2026-12-31、2026-07-01 起、2026-12-31 止");
    let day = |text: &str| time::parse_date(text.trim().trim_end_matches(['起', '止', '前']).trim());
    if let Some((from, until)) = text.split_once('至') {
        let (from, until) = (day(from).ok_or_else(wrong)?, day(until).ok_or_else(wrong)?);
        return match from > until {
            true => Err("“时间”的开始晚于结束，条件互相矛盾".to_owned()),
            false => Ok((Some(from), Some(until))),
        };
    }
    let one = day(text).ok_or_else(wrong)?;
    Ok(if text.trim_end().ends_with('起') { (Some(one), None) } else { (None, Some(one)) })
}

/// Reads the lines of a policy.
///
/// # Errors
/// Everything that must be changed, each with its line.
pub(crate) fn read(text: &str) -> Result<Vec<Rule>, Vec<String>> {
    let (mut rules, mut faults) = (Vec::new(), Vec::new());
    let mut current: Option<(usize, Rule)> = None;
    for (number, line) in (1..).zip(text.lines().chain([""])) {
        let line = line.trim();
        if line.is_empty() {
            if let Some((first, rule)) = current.take() {
                faults.extend(rule.faults().into_iter().map(|fault| format!("第 {first} 行起的一组：{fault}。")));
                rules.push(rule);
            }
            continue;
        }
        let (_, rule) = current.get_or_insert_with(|| (number, Rule::default()));
        let (name, said) = line.split_once(['：', ':']).unwrap_or((line, ""));
        if said.trim().is_empty() {
            faults.push(format!("第 {number} 行：请写成“名称：内容”，例如 对象：个体工商户、企业。"));
            continue;
        }
        if let Err(fault) = rule.take(name.trim(), said.trim()) {
            faults.push(format!("第 {number} 行：{fault}。"));
        }
    }
    if faults.is_empty() { Ok(rules) } else { Err(faults) }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    const TEXT: &str = "给：一次性创业补贴\n对象：个体工商户、小微企业\n地区：河口镇、石桥乡\n人数：不超过 20 人\n情形：返乡创业、登记失业\n\
                        时间：2026-01-01 至 2026-12-31\n金额：5000 元\n办理：县人社局窗口\n\n给：养老服务补贴\n对象：个人\n地区：全县\n年龄：70 岁以上";

    #[test]
    fn lines_become_conditions() {
        let rules = read(TEXT).expect("read");
        assert_eq!(rules.len(), 2);
        assert_eq!(rules[0].who, ["trader", "company"]);
        assert_eq!(rules[0].places, ["河口镇", "石桥乡"]);
        assert_eq!(rules[0].size, Some(Range { least: None, most: Some(20) }));
        assert_eq!((rules[0].from, rules[0].until), (Some(date(2026, 1, 1)), Some(date(2026, 12, 31))));
        assert_eq!(rules[0].amount, "5000 元");
        assert!(rules[1].places.is_empty(), "the whole county is no condition");
        assert_eq!(rules[1].age, Some(Range { least: Some(70), most: None }));
        assert_eq!(read(""), Ok(Vec::new()));
    }

    #[test]
    fn conditions_that_contradict_are_told_with_their_line() {
        let faults = |text: &str| read(text).expect_err("faults").join("");
        assert!(
            faults("给：补贴\n对象：个人\n年龄：60 岁以上\n年龄：不满 35 岁").contains("第 4 行：“年龄”的条件互相矛盾")
        );
        assert!(faults("给：补贴\n对象：企业\n年龄：60 岁以上").contains("没有个人"));
        assert!(faults("给：补贴\n对象：个人\n人数：3 人以上").contains("只有个人"));
        assert!(faults("给：补贴\n对象：个人\n时间：2026-12-31 至 2026-01-01").contains("开始晚于结束"));
        assert!(faults("对象：个人").contains("没有写“给”"));
        let unknown = faults("给：补贴\n对象：火星人");
        assert!(unknown.contains("不认识对象“火星人”") && !unknown.contains("没有写“对象”"), "{unknown}");
        assert!(faults("给：补贴\n对象：个人\n颜色：红").contains("不认识“颜色”"));
        assert!(faults("补贴").contains("名称：内容"));
        assert!(faults("给：补贴\n对象：个人\n对象：企业").contains("写了两次"));
    }
}
