//! Statutes to be edited: invented from few words (all articles alike), from many, and as they are published.

use std::{collections::BTreeSet, path::Path};

use gongkai_law_text::Statute;

/// An article, sentence by sentence.
pub(crate) type Sentences = Vec<String>;

/// The same numbers for the same seed.
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn of(seed: u64) -> Self {
        Self(seed.wrapping_mul(7919).wrapping_add(17))
    }

    pub(crate) fn below(&mut self, most: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from((self.0 >> 33) % u64::try_from(most).expect("small")).expect("small")
    }

    fn one<'a>(&mut self, of: &[&'a str]) -> &'a str {
        of[self.below(of.len())]
    }
}

const WHO: [&str; 8] =
    ["县级以上人民政府", "有关主管部门", "申请人", "用人单位", "监督检查机构", "乡镇人民政府", "行业协会", "受托机构"];
const WHEN: [&str; 6] =
    ["依照本办法", "自收到申请之日起", "在规定期限内", "每年第一季度", "经批准后", "发现违法行为的"];
const MUST: [&str; 5] = ["应当", "不得", "可以", "负责", "有权"];
const DOES: [&str; 14] =
    ["公布", "审查", "登记", "报告", "检验", "评估", "核实", "移送", "备案", "监测", "保存", "归还", "调查", "协调"];
const WHAT: [&str; 22] = [
    "河道采砂许可",
    "职业病危害因素",
    "粮食储备计划",
    "档案目录",
    "设备运行记录",
    "劳动争议调解书",
    "水污染物排放量",
    "校车驾驶资格",
    "食品添加剂标准",
    "种子经营档案",
    "广告代言活动",
    "渔业捕捞限额",
    "地震监测设施",
    "矿山安全规程",
    "统计调查表",
    "气象探测资料",
    "古树名木名录",
    "信用评级报告",
    "公证书副本",
    "消防水源",
    "城市绿线",
    "烟花爆竹仓库",
];

/// Where sentences and articles come from.
pub(crate) enum Source {
    /// Made from so many of the words; how many sentences an article has at least.
    Made { name: &'static str, words: usize, sentences: usize, more: usize },
    /// Articles of laws.
    Real(Vec<Sentences>),
}

impl Source {
    /// Six who do ten things to eighteen: all articles are much alike.
    pub(crate) fn poor() -> Self {
        Self::Made { name: "few words", words: 18, sentences: 5, more: 1 }
    }

    pub(crate) fn rich() -> Self {
        Self::Made { name: "more words", words: 22, sentences: 4, more: 3 }
    }

    /// All articles of the laws; `None` without laws.
    pub(crate) fn real(laws: &[Vec<Sentences>]) -> Option<Self> {
        (!laws.is_empty()).then(|| Self::Real(laws.concat()))
    }

    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Made { name, .. } => name,
            Self::Real(_) => "laws",
        }
    }

    pub(crate) fn sentence(&self, dice: &mut Dice) -> String {
        match self {
            Self::Made { words, .. } => {
                let (who, does, what) = (&WHO[..(*words - 10).min(8)], &DOES[..*words - 8], &WHAT[..*words]);
                let (who, when, must) = (dice.one(who), dice.one(&WHEN[..*words / 4 + 1]), dice.one(&MUST));
                let (first, one, two) = (dice.one(does), dice.one(what), dice.one(what));
                let (then, last) = (dice.one(does), dice.one(what));
                format!("{who}{when}{must}{first}{one}和{two}，并{then}{last}。")
            }
            Self::Real(articles) => loop {
                let article = &articles[dice.below(articles.len())];
                if let Some(one) = article.get(dice.below(article.len().max(1))) {
                    return one.clone();
                }
            },
        }
    }

    pub(crate) fn article(&self, dice: &mut Dice) -> Sentences {
        match self {
            Self::Made { sentences, more, .. } => {
                let count = sentences + dice.below(*more);
                (0..count).map(|_| self.sentence(dice)).collect()
            }
            Self::Real(articles) => articles[dice.below(articles.len())].clone(),
        }
    }
}

/// The articles of all laws that are at hand, each sentence with its sign; laws that say the same article twice are left out,
/// since of such nobody can tell which of both was edited.
pub(crate) fn laws() -> Vec<Vec<Sentences>> {
    let here = concat!(env!("CARGO_MANIFEST_DIR"), "/../../../shared");
    let shared = std::env::var("GONGKAI_SHARED").unwrap_or_else(|_| here.to_owned());
    let mut found = Vec::new();
    for text in texts(&Path::new(&shared).join("corpus/laws")) {
        let law = Statute::read(&text);
        let articles: Vec<Sentences> = law.articles.iter().map(|one| sentences(&one.text)).collect();
        let different: BTreeSet<&Sentences> = articles.iter().collect();
        if !articles.is_empty() && different.len() == articles.len() && articles.iter().all(|one| !one.is_empty()) {
            found.push(articles);
        }
    }
    found
}

fn texts(folder: &Path) -> Vec<String> {
    let Ok(entries) = std::fs::read_dir(folder) else { return Vec::new() };
    let mut paths: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
    paths.sort();
    let mut found = Vec::new();
    for path in paths {
        if path.is_dir() {
            found.extend(texts(&path));
        } else if path.extension().is_some_and(|end| end == "md") {
            found.extend(std::fs::read_to_string(&path));
        }
    }
    found
}

/// What ends with a full stop or, within an enumeration, with a semicolon; without line breaks, so that an article is one line.
fn sentences(text: &str) -> Sentences {
    let line: String = text.lines().collect();
    line.split_inclusive(['。', '；']).map(str::to_owned).filter(|one| !one.trim().is_empty()).collect()
}
