//! The letters of a request, drafted from what is decided. A draft is changed by people; what the law wants in it may be put
//! in other words and nowhere left out: [`Draft::left_out`] says what is.

use jiff::civil::Date;
use serde::Serialize;

use crate::{
    decision::{Decision, Need},
    event::Asked,
    outcome::{Exemption, Outcome},
    practice::Rules,
    remedy,
    state::State,
};

/// About what a letter is, and from whom.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct About<'a> {
    /// The organ that writes.
    pub organ: &'a str,
    /// Telephone of its desk, or empty.
    pub phone: &'a str,
    /// The applicant's name.
    pub applicant: &'a str,
    /// How the applicant is addressed: 您, 贵单位, or [`YOU`] where it is not known which.
    pub you: &'a str,
    /// Number of the case.
    pub number: &'a str,
    /// The day of receipt by Art. 31.
    pub received: Date,
    /// What was asked for, in the applicant's words.
    pub wanted: &'a str,
}

/// How somebody is addressed of whom it is not known whether it is a person or an organisation.
pub const YOU: &str = "您（单位）";

/// Something that a letter must say.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Must {
    /// For the person who left it out: 救济途径和期限.
    pub what: &'static str,
    /// Words of which each must stand in the letter.
    pub words: Vec<String>,
}

/// A letter before it is numbered, signed off and sent.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Draft {
    pub title: String,
    /// 主送, with its colon left out.
    pub to: String,
    pub paragraphs: Vec<String>,
    /// Who signs.
    pub organ: String,
    pub must: Vec<Must>,
}

/// Without what people put between characters, and with one word for whoever is addressed: a letter to a person says 您 where its
/// draft was typed with 您（单位）.
fn plain(text: &str) -> String {
    let text: String = text.chars().filter(|c| !c.is_whitespace()).collect();
    text.replace(YOU, "您").replace("贵单位", "您")
}

impl Draft {
    /// The text of the letter as it stands, a paragraph a line.
    pub fn text(&self) -> String {
        self.paragraphs.join("\n")
    }

    /// What a changed `text` no longer says.
    pub fn left_out(&self, text: &str) -> Vec<&'static str> {
        let text = plain(text);
        let missing = |must: &&Must| !must.words.iter().all(|words| text.contains(&plain(words)));
        self.must.iter().filter(missing).map(|must| must.what).collect()
    }
}

/// 2026年6月1日.
fn day(date: Date) -> String {
    format!("{}年{}月{}日", date.year(), date.month(), date.day())
}

fn must(what: &'static str, words: &[&str]) -> Must {
    Must { what, words: words.iter().map(|word| (*word).to_owned()).collect() }
}

/// The most characters of a request that a letter repeats; it stands whole in the case.
const MOST_REPEATED: usize = 300;

/// 本机关于…收到您（单位）提出的…申请（编号…）.
fn opening(about: &About<'_>) -> String {
    let mut wanted: String = about.wanted.trim().chars().take(MOST_REPEATED).collect();
    if wanted.len() < about.wanted.trim().len() {
        wanted.push_str("……（全文见申请）");
    }
    let (received, number, wanted) = (day(about.received), about.number, sentence(&wanted));
    format!("本机关于{received}收到您（单位）提出的政府信息公开申请（编号 {number}）：{wanted}")
}

/// With its full stop.
fn sentence(text: &str) -> String {
    let text = text.trim();
    if text.ends_with(['。', '？', '；', '！', '.', '?']) { text.to_owned() } else { format!("{text}。") }
}

fn contact(about: &About<'_>) -> Option<String> {
    (!about.phone.is_empty()).then(|| format!("联系电话：{}。", about.phone))
}

fn draft(about: &About<'_>, title: &str, to: &str, paragraphs: Vec<String>, must: Vec<Must>) -> Draft {
    // Of others nothing is known; who asks is known.
    let addressed = |text: String| if to == about.applicant { text.replace(YOU, about.you) } else { text };
    let paragraphs =
        paragraphs.into_iter().chain(contact(about)).filter(|text| !text.is_empty()).map(addressed).collect();
    // What must stand in it is looked for as it is said.
    let said = |one: Must| Must { what: one.what, words: one.words.into_iter().map(addressed).collect() };
    let must = must.into_iter().map(said).collect();
    Draft { title: title.to_owned(), to: to.to_owned(), paragraphs, organ: about.organ.to_owned(), must }
}

/// 登记回执: received, and by when it is answered.
pub fn registered(about: &About<'_>, due: Date) -> Draft {
    let paragraphs = vec![
        opening(about),
        format!("本机关将在{}前答复。需要延长期限或者征求第三方、其他机关意见的，另行告知。", day(due)),
    ];
    draft(about, "政府信息公开申请登记回执", about.applicant, paragraphs, vec![must("答复期限", &[&day(due)])])
}

/// 补正告知书 (Art. 30): what is missing and by when.
pub fn supplement(about: &About<'_>, wanting: &str, until: Date) -> Draft {
    let paragraphs = vec![
        opening(about),
        format!(
            "经审查，申请内容不明确。根据《政府信息公开条例》第三十条，请在{}前补正以下事项：{}",
            day(until),
            sentence(wanting)
        ),
        "答复期限自本机关收到补正的申请之日起计算。无正当理由逾期不补正的，视为放弃申请，本机关不再处理。".to_owned(),
    ];
    let musts = vec![
        must("补正的依据", &["第三十条"]),
        must("需要补正的事项", &[wanting]),
        must("补正期限", &[&day(until)]),
        must("逾期不补正的后果", &["视为放弃申请"]),
    ];
    draft(about, "政府信息公开申请补正告知书", about.applicant, paragraphs, musts)
}

/// 征求意见书 (Art. 32–34). Says nothing of who asks.
pub fn consult(about: &About<'_>, asked: Asked, whom: &str, matter: &str) -> Draft {
    let (title, ground, consequence) = match asked {
        Asked::ThirdParty => (
            "政府信息公开第三方意见征询书",
            "公开可能损害您（单位）的合法权益。根据《政府信息公开条例》第三十二条",
            "请自收到本征询书之日起 15 个工作日内书面提出是否同意公开的意见；不同意公开的，请说明理由。\
             逾期未提出意见的，由本机关依照条例决定是否公开。不同意公开且有合理理由的，本机关不予公开；\
             但是本机关认为不公开可能对公共利益造成重大影响的，可以决定予以公开，并书面告知您（单位）。",
        ),
        Asked::CoMaker => (
            "政府信息公开征求意见函",
            "该信息由贵单位与本机关共同制作。根据《政府信息公开条例》第三十四条",
            "请自收到本函之日起 15 个工作日内提出意见，逾期未提出意见的，视为同意公开。",
        ),
        Asked::OtherOrgan => (
            "政府信息公开征求意见函",
            "该信息涉及贵单位。根据《政府信息公开条例》第十一条、第三十三条",
            "请尽快书面提出意见。征求意见所需时间不计算在答复期限内。",
        ),
    };
    let paragraphs = vec![
        format!("本机关收到公开下列政府信息的申请：{}", sentence(matter)),
        format!("{ground}，现征求意见。{consequence}"),
    ];
    let musts = match asked {
        Asked::ThirdParty => vec![
            must("依据", &["第三十二条"]),
            must("答复期限", &["15个工作日"]),
            must("逾期的后果", &["逾期未提出意见"]),
        ],
        Asked::CoMaker => vec![
            must("依据", &["第三十四条"]),
            must("答复期限", &["15个工作日"]),
            must("逾期的后果", &["视为同意公开"]),
        ],
        Asked::OtherOrgan => vec![must("依据", &["第三十三条"])],
    };
    draft(about, title, whom, paragraphs, musts)
}

/// Tells a third party that what it objected to is given, and why (Art. 32).
pub fn override_notice(about: &About<'_>, whom: &str, matter: &str, why: &str) -> Draft {
    let paragraphs = vec![
        format!("您（单位）不同意公开下列政府信息：{}", sentence(matter)),
        format!(
            "本机关认为不公开可能对公共利益造成重大影响。根据《政府信息公开条例》第三十二条，决定予以公开。理由：{}",
            sentence(why)
        ),
    ];
    let musts = vec![must("依据", &["第三十二条"]), must("决定公开的内容", &[matter]), must("决定公开的理由", &[why])];
    draft(about, "政府信息公开决定告知书（第三方）", whom, paragraphs, musts)
}

/// 延期答复告知书 (Art. 33). `expected`: the day lies beyond the recorded notices, so that it is told as expected.
pub fn extension(about: &About<'_>, days: u32, (due, expected): (Date, bool), why: &str) -> Draft {
    let until = if expected {
        format!("预计到{}为止（放假安排公布后，以按其计算的日期为准）。", day(due))
    } else {
        format!("将在{}前答复。", day(due))
    };
    let why = if why.trim().is_empty() { String::new() } else { format!("原因：{}", sentence(why)) };
    let paragraphs = vec![
        opening(about),
        format!(
            "根据《政府信息公开条例》第三十三条，经本机关政府信息公开工作机构负责人同意，答复期限延长 {days} 个工作日，{until}{why}"
        ),
    ];
    let musts = vec![
        must("延长的依据", &["第三十三条"]),
        must("负责人同意", &["负责人同意"]),
        must("延长后的期限", &[&day(due)]),
    ];
    draft(about, "政府信息公开延期答复告知书", about.applicant, paragraphs, musts)
}

/// 说明理由通知书 (Art. 35): by when the applicant is to say why, since silence has consequences only after that day.
pub fn reasons(about: &About<'_>, finding: &str, until: Date) -> Draft {
    let paragraphs = vec![
        opening(about),
        format!(
            "经查，{}您（单位）申请公开政府信息的数量、频次明显超过合理范围。根据《政府信息公开条例》第三十五条，请在{}前书面说明理由。",
            sentence(finding),
            day(until)
        ),
        "理由不合理的，本机关不予处理；理由合理，但是无法在法定期限内答复的，本机关将确定延迟答复的合理期限并告知您（单位）。"
            .to_owned(),
    ];
    let musts = vec![
        must("依据", &["第三十五条"]),
        must("数量、频次的情况", &[finding]),
        must("说明理由的期限", &[&day(until)]),
    ];
    draft(about, "政府信息公开申请说明理由通知书", about.applicant, paragraphs, musts)
}

/// 延迟答复告知书 (Art. 35).
pub fn delay(about: &About<'_>, until: Date) -> Draft {
    let paragraphs = vec![
        opening(about),
        format!(
            "您（单位）说明的理由合理，但是无法在法定期限内答复。根据《政府信息公开条例》第三十五条，本机关将在{}前答复。",
            day(until)
        ),
    ];
    let musts = vec![must("依据", &["第三十五条"]), must("延迟答复的期限", &[&day(until)])];
    draft(about, "政府信息公开延迟答复告知书", about.applicant, paragraphs, musts)
}

/// 收费通知书: 依据、标准、数额、缴纳方式.
pub fn fee(about: &About<'_>, standard: &str, yuan: u64, how: &str, days: u32) -> Draft {
    let amount = format!("{yuan} 元");
    let paragraphs = vec![
        opening(about),
        format!(
            "您（单位）申请公开政府信息的数量、频次明显超过合理范围。根据《政府信息公开条例》第四十二条和《政府信息公开信息处理费\
             管理办法》（国办函〔2020〕109号），收取信息处理费 {amount}。计算标准：{}缴纳方式：{}",
            sentence(standard),
            sentence(how)
        ),
        format!("请自收到本通知次日起 {days} 个工作日内缴纳。逾期未缴纳的，视为放弃申请，本机关不再处理。"),
    ];
    let musts = vec![
        must("收费依据", &["第四十二条", "国办函〔2020〕109号"]),
        must("收费标准", &[standard]),
        must("数额", &[&amount]),
        must("缴纳方式", &[how]),
        must("缴纳期限和逾期的后果", &["视为放弃申请"]),
    ];
    draft(about, "政府信息公开信息处理费收费通知书", about.applicant, paragraphs, musts)
}

/// 撤回确认.
pub fn withdrawal(about: &About<'_>, on: Date) -> Draft {
    let noted = format!("您（单位）已于{}撤回申请，本机关不再办理。需要的，可以重新申请。", day(on));
    draft(about, "政府信息公开申请撤回告知书", about.applicant, vec![opening(about), noted], Vec::new())
}

/// Who is above an answer: those to whom its applicant may turn, and those who have asked for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Instances<'a> {
    /// 行政复议机关, or empty.
    pub reviewer: &'a str,
    /// 有管辖权的人民法院, or empty.
    pub court: &'a str,
    /// What asks for the answer anew, 行政复议决定（青政复〔2026〕3号）, or empty.
    pub anew_by: &'a str,
    /// The answer that it has annulled, 依申请答复〔2026〕1号, or empty.
    pub annulled: &'a str,
}

impl Instances<'_> {
    /// Why there is another answer; empty of the first.
    fn anew(&self) -> String {
        match (self.anew_by, self.annulled) {
            ("", _) => String::new(),
            (by, "") => format!("根据{by}，本机关重新处理该申请。"),
            (by, annulled) => format!("本机关作出的{annulled}已被{by}撤销，本机关重新处理该申请。"),
        }
    }
}

/// The answer (Art. 36 and its neighbours).
pub fn reply(
    about: &About<'_>,
    decision: &Decision,
    state: &State,
    instances: Instances<'_>,
    rules: &Rules<'_>,
) -> Draft {
    let outcome = decision.outcome;
    let mut paragraphs = vec![opening(about)];
    if let Some(supplement) = state.facts.supplement.and_then(|supplement| supplement.came) {
        paragraphs.push(format!("本机关于{}收到您（单位）补正的申请。", day(supplement)));
    }
    paragraphs.push(instances.anew());
    // What the law does not list rests on the article that is named.
    let ground = match outcome {
        Outcome::OtherHandling => decision.text(Need::Law).trim_end_matches('。'),
        _ => outcome.ground(),
    };
    paragraphs.push(format!("经审查，根据{ground}，答复如下："));
    paragraphs.push(core(decision));
    if outcome.has_exemptions() {
        // Of a part, none of them holds of the whole.
        let of = match (outcome, decision.exemptions.len()) {
            (Outcome::Partly, 0 | 1) => "不予公开的部分",
            (Outcome::Partly, _) => "不予公开的部分中，有的",
            _ => "",
        };
        paragraphs.extend(decision.exemptions.iter().map(|one| format!("{of}{}", because(*one, decision))));
    }
    if outcome == Outcome::Partly {
        paragraphs.push(format!("不予公开部分的理由：{}", sentence(decision.text(Need::Reason))));
    }
    let remedies = remedy::paragraph(outcome, state.today, instances.reviewer, instances.court, rules);
    paragraphs.push(remedies.clone());
    let title = match outcome {
        Outcome::Petition | Outcome::Publications | Outcome::NotSupplemented | Outcome::FeeUnpaid => {
            "政府信息公开申请告知书"
        }
        _ => "政府信息公开申请答复书",
    };
    let mut musts = musts(decision, &remedies);
    if !instances.anew_by.is_empty() {
        musts.push(must("重新答复的依据和被撤销的答复", &[instances.anew_by, instances.annulled]));
    }
    draft(about, title, about.applicant, paragraphs, musts)
}

/// What the answer says, in a sentence or two.
fn core(decision: &Decision) -> String {
    let text = |need: Need| sentence(decision.text(need));
    match decision.outcome {
        Outcome::AlreadyPublic => {
            format!("您（单位）申请公开的信息已经主动公开。获取的方式、途径：{}", text(Need::Where))
        }
        Outcome::Disclosed => format!("您（单位）申请公开的信息予以公开。{}", text(Need::How)),
        Outcome::Partly => {
            format!("您（单位）申请公开的信息中含有不应当公开的内容，经区分处理，予以部分公开。{}", text(Need::How))
        }
        Outcome::Withheld => format!("您（单位）申请公开的信息不予公开。理由：{}", text(Need::Reason)),
        Outcome::RegistryQuery => format!(
            "您（单位）申请公开的信息，{}对获取有特别规定，请依照规定办理。办理途径：{}",
            decision.text(Need::Law).trim_end_matches('。'),
            text(Need::Where)
        ),
        Outcome::NotExist => {
            format!("经检索，没有您（单位）申请公开的信息，该政府信息不存在。检索情况：{}", text(Need::Searched))
        }
        Outcome::NotResponsible => {
            let right = match decision.text(Need::RightOrgan) {
                "" => String::new(),
                organ => format!("请向负责公开该信息的机关提出：{}", sentence(organ)),
            };
            format!("您（单位）申请公开的信息不属于本机关负责公开。理由：{}{right}", text(Need::Reason))
        }
        Outcome::NeedsMaking => format!(
            "行政机关提供的信息应当是已制作或者获取的政府信息。您（单位）申请公开的信息需要加工、分析，本机关不予提供。理由：{}",
            text(Need::Reason)
        ),
        Outcome::StillUnclear => {
            format!("经补正，申请内容仍不明确，本机关无法提供。理由：{}", text(Need::Reason))
        }
        Outcome::Petition => {
            let place = match decision.text(Need::Where) {
                "" => String::new(),
                place => format!("您（单位）可以通过下列渠道提出：{}", sentence(place)),
            };
            format!(
                "您（单位）以政府信息公开申请的形式进行信访、投诉、举报等活动，不作为政府信息公开申请处理。理由：{}{place}",
                text(Need::Reason)
            )
        }
        Outcome::Repeated => {
            format!("本机关已就相同的申请作出答复：{}现不予重复处理。", text(Need::Earlier))
        }
        Outcome::Publications => {
            format!("您（单位）要求提供的是公开出版物。获取的途径：{}", text(Need::Where))
        }
        Outcome::Abusive => format!(
            "您（单位）申请公开政府信息的数量、频次明显超过合理范围，说明的理由不合理，不予处理。理由：{}",
            text(Need::Reason)
        ),
        Outcome::ConfirmOrReissue => {
            format!("您（单位）要求确认或者重新出具已经获取的信息，不予处理。理由：{}", text(Need::Reason))
        }
        Outcome::NotSupplemented => {
            "您（单位）在告知的期限内没有补正，视为放弃申请，本机关不再处理该政府信息公开申请。".to_owned()
        }
        Outcome::FeeUnpaid => {
            "您（单位）没有在收费通知的期限内缴纳信息处理费，视为放弃申请，本机关不再处理该政府信息公开申请。"
                .to_owned()
        }
        Outcome::Withdrawn => "您（单位）已经撤回申请，本机关不再办理。".to_owned(),
        Outcome::OtherHandling => text(Need::Reason),
    }
}

/// What the information is, in the words of a sentence, with the kind that was chosen.
fn nature(exemption: Exemption, decision: &Decision) -> String {
    let kind = decision.kind(exemption);
    match (exemption, kind) {
        (Exemption::StateSecret, _) => "属于依法确定为国家秘密的政府信息".to_owned(),
        (Exemption::ForbiddenByLaw, _) => "属于法律、行政法规禁止公开的政府信息".to_owned(),
        (Exemption::ThreeSafeties, kind) if !kind.is_empty() => format!("公开后可能危及{kind}"),
        (Exemption::ThirdParty, kind) if !kind.is_empty() => {
            format!("涉及{kind}，公开会对第三方合法权益造成损害")
        }
        (Exemption::ThreeSafeties | Exemption::ThirdParty, _) => exemption.label().to_owned(),
        (_, "") => format!("属于{}", exemption.label()),
        (_, kind) => format!("属于{}（{kind}）", exemption.label()),
    }
}

/// 属于…，根据…，不予公开.
fn because(exemption: Exemption, decision: &Decision) -> String {
    let law = match (exemption, decision.text(Need::Law)) {
        (Exemption::ForbiddenByLaw, law) if !law.is_empty() => format!("和{}", law.trim_end_matches('。')),
        _ => String::new(),
    };
    format!("{}，根据{}{law}，不予公开。", nature(exemption, decision), exemption.ground())
}

fn musts(decision: &Decision, remedies: &str) -> Vec<Must> {
    let outcome = decision.outcome;
    let mut musts = Vec::new();
    let articles: Vec<&str> = outcome.ground().split('、').map(article).filter(|text| !text.is_empty()).collect();
    if outcome.is_answer() && !articles.is_empty() {
        musts.push(must("法律依据", &articles));
    }
    if outcome.has_exemptions() {
        for exemption in &decision.exemptions {
            let nature = nature(*exemption, decision);
            musts.push(must("不予公开的情形和依据", &[nature.as_str(), article(exemption.ground())]));
        }
    }
    for need in outcome.needs() {
        musts.push(must(need.label(), &[decision.text(*need).trim_end_matches('。')]));
    }
    if outcome.has_remedies() {
        // As a whole: its words in another order may say the opposite.
        musts.push(must("救济途径和期限", &[remedies]));
    }
    musts
}

/// 第三十六条 of 《政府信息公开条例》第三十六条第三项; empty where no article is named.
fn article(ground: &str) -> &str {
    let Some(start) = ground.find('第') else { return "" };
    let rest = &ground[start..];
    rest.find('条').map_or("", |end| &rest[..end + '条'.len_utf8()])
}
