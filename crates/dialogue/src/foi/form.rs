//! The form of the portal: what is filled in at each of its steps, and what is wrong with it.

use ::foi::{Applicant, Carrier, Delivery, Missing, Request, proof};
use kernel::{Organ, OrganCode, OrganKind};
use portal_form::{DraftForm, Fields, Kind, Line, is_line, is_mailbox};
use serde::Deserialize;
use web::{Ctx, FormErrors, Result};

/// Most characters of a description.
pub(super) const MOST: usize = 5_000;

pub(super) static FORM: DraftForm = DraftForm::new("foi", "政府信息公开申请", "/foi", lines).files(5, Kind::ALL);

/// A step of the form with the name of its page below the draft's address.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Step {
    Want,
    Organ,
    Who,
    How,
}

impl Step {
    pub(super) const ALL: [Self; 4] = [Self::Want, Self::Organ, Self::Who, Self::How];

    /// Below the draft's address; empty = the address itself.
    pub(super) fn path(self) -> &'static str {
        match self {
            Self::Want => "",
            Self::Organ => "/organ",
            Self::Who => "/who",
            Self::How => "/how",
        }
    }
}

/// 第一步：想要什么信息.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Want {
    pub(super) wanted: String,
    pub(super) number: String,
}

/// 第二步：哪个机关.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Whom {
    /// Chosen among the suggested; `other` = the list below.
    pub(super) organ: String,
    /// Chosen from the list.
    pub(super) other: String,
}

/// 第三步：您是谁.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct Who {
    pub(super) applicant: String,
    /// Of the person; of an organisation, who acts for it.
    pub(super) name: String,
    pub(super) proof: String,
    pub(super) proof_number: String,
    pub(super) organisation: String,
    pub(super) code: String,
    pub(super) representative: String,
    pub(super) phone: String,
    pub(super) email: String,
    pub(super) address: String,
    pub(super) postcode: String,
}

/// 第四步：怎样给您.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(default)]
pub(super) struct How {
    pub(super) carrier: String,
    pub(super) delivery: String,
    /// Where a fax goes.
    pub(super) fax: String,
    /// For who has difficulties in reading, seeing or hearing (条例 Art. 43).
    pub(super) help: String,
    /// Whether question and answer may become public, without who asked; empty = no.
    pub(super) consent: String,
}

impl How {
    pub(super) fn consents(&self) -> bool {
        !self.consent.is_empty()
    }
}

/// All steps together, as they are checked and registered.
#[derive(Debug, Clone, Default)]
pub(super) struct Whole {
    pub(super) want: Want,
    pub(super) whom: Whom,
    pub(super) who: Who,
    pub(super) how: How,
}

/// Papers that prove who somebody is.
pub(super) const PAPERS: [&str; 5] =
    ["居民身份证", "护照", "港澳居民来往内地通行证", "台湾居民来往大陆通行证", "其他证件"];

impl Whom {
    /// The organ that was chosen.
    pub(super) fn chosen(&self) -> OrganCode {
        let code = if self.organ.is_empty() || self.organ == "other" { &self.other } else { &self.organ };
        OrganCode::from(code.trim())
    }
}

/// Organs that can be asked (条例 Art. 27): the government, its departments and the townships, but not the institutions and
/// companies of Art. 55.
pub(super) fn askable(ctx: &Ctx) -> Vec<Organ> {
    let today = ctx.today();
    let asked = |organ: &&Organ| {
        organ.exists_on(today) && !matches!(organ.kind, OrganKind::PublicInstitution | OrganKind::PublicUtility)
    };
    ctx.directory().all().iter().filter(asked).cloned().collect()
}

impl Whole {
    /// Reads all steps of a draft.
    ///
    /// # Errors
    /// For what no form of ours sends.
    pub(super) fn of(fields: &Fields) -> Result<Self> {
        Ok(Self { want: fields.read()?, whom: fields.read()?, who: fields.read()?, how: fields.read()? })
    }

    /// As the law looks at it.
    pub(super) fn request(&self) -> Request<'_> {
        let applicant = Applicant::of(&self.who.applicant);
        let organisation = applicant.is_some_and(|one| !one.is_person());
        Request {
            applicant,
            name: if organisation { &self.who.organisation } else { &self.who.name },
            proof: if organisation { &self.who.code } else { &self.who.proof_number },
            agent: if organisation { &self.who.name } else { "" },
            phone: &self.who.phone,
            email: &self.who.email,
            address: &self.who.address,
            wanted: &self.want.wanted,
            carrier: Carrier::of(&self.how.carrier),
            delivery: Delivery::of(&self.how.delivery),
        }
    }

    /// What is wrong with one step.
    pub(super) fn errors(&self, ctx: &Ctx, step: Step, errors: &mut FormErrors) {
        for missing in self.request().missing().into_iter().filter(|missing| place(*missing) == step) {
            errors.add(self.field(missing), self.words(missing));
        }
        match step {
            Step::Want => self.about_wanted(errors),
            Step::Organ => self.about_organ(ctx, errors),
            Step::Who => self.about_person(errors),
            Step::How => self.about_delivery(errors),
        }
    }

    /// The first step that is not right yet.
    pub(super) fn unfinished(&self, ctx: &Ctx) -> Option<(Step, FormErrors)> {
        Step::ALL.into_iter().find_map(|step| {
            let mut errors = FormErrors::new();
            self.errors(ctx, step, &mut errors);
            (!errors.is_empty()).then_some((step, errors))
        })
    }

    /// The field of this form for something that is missing.
    fn field(&self, missing: Missing) -> &'static str {
        let organisation = Applicant::of(&self.who.applicant).is_some_and(|one| !one.is_person());
        match missing {
            Missing::Name if organisation => "organisation",
            Missing::Proof if organisation => "code",
            Missing::Proof => "proof_number",
            Missing::Agent => "name",
            Missing::Address => "delivery",
            other => other.field(),
        }
    }

    /// What to do about it, for whoever fills in this form: nobody reads of fields that are not theirs.
    fn words(&self, missing: Missing) -> &'static str {
        let organisation = Applicant::of(&self.who.applicant).is_some_and(|one| !one.is_person());
        match missing {
            Missing::Name if organisation => "请填写单位全称，例如 某某县某某有限公司。",
            Missing::Name => "请填写姓名，例如 王小明。",
            Missing::Proof if organisation => "请填写统一社会信用代码，18 位，在营业执照或者登记证书上。",
            Missing::Proof => "请填写证件号码，例如 身份证号码。",
            Missing::Address if self.how.delivery == Delivery::Email.code() => {
                "选择了电子邮件，还没有填写电子邮箱。请回到第三步填写，或者换一种方式。"
            }
            Missing::Address => "选择了邮寄，还没有填写收信地址。请回到第三步填写，或者换一种方式。",
            other => other.words(),
        }
    }

    fn about_delivery(&self, errors: &mut FormErrors) {
        errors.require(self.how.help.chars().count() <= 500, "help", "需要的帮助请写在 500 字以内。");
        if self.how.delivery == Delivery::Fax.code() {
            errors.require(is_line(&self.how.fax), "fax", "请填写传真号码，带区号，例如 0793-0000000。");
        }
    }

    fn about_wanted(&self, errors: &mut FormErrors) {
        if let Some(number) = case::personal::number_in(&self.want.wanted) {
            errors.add(
                "wanted",
                format!(
                    "这里写了证件号码或者银行卡号（{number}）。请删去：您自己的证件号码在第三步填写，不要写别人的。"
                ),
            );
        }
        let length = self.want.wanted.chars().count();
        errors.require(
            length <= MOST,
            "wanted",
            &format!("描述请写在 {MOST} 字以内，现在有 {length} 字。长的材料可以在第四步作为附件上传。"),
        );
        errors.require(self.want.number.chars().count() <= 200, "number", "文号请写在 200 字以内。");
    }

    fn about_organ(&self, ctx: &Ctx, errors: &mut FormErrors) {
        let (organ, other) = (self.whom.organ.trim(), self.whom.other.trim());
        if organ == "other" && other.is_empty() {
            return errors.add("other", "选了“其他机关”的，请在这里选是哪个机关。");
        }
        if !organ.is_empty() && organ != "other" && !other.is_empty() && organ != other {
            let directory = ctx.directory();
            let named = |code: &str| directory.short_name(&code.into()).to_owned();
            let (one, two) = (named(organ), named(other));
            let why = format!(
                "上面选了{one}，这里选了{two}，只能选一个。要向{two}申请的，上面请选“其他机关”；否则这里请改回“请选择”。"
            );
            return errors.add("other", why);
        }
        let code = self.whom.chosen();
        let known = askable(ctx).iter().any(|organ| organ.code == code);
        let office = ctx.directory().short_name(&ctx.office_organ()).to_owned();
        errors.require(known, "organ", &format!("请选择向哪个机关申请；不确定的，选择{office}。"));
    }

    fn about_person(&self, errors: &mut FormErrors) {
        let who = &self.who;
        for (name, label, value, most) in [
            ("name", "姓名", &who.name, 60),
            ("organisation", "单位名称", &who.organisation, 120),
            ("representative", "法定代表人", &who.representative, 60),
            ("proof_number", "证件号码", &who.proof_number, 60),
            ("code", "统一社会信用代码", &who.code, 60),
            ("address", "收信地址", &who.address, 200),
            ("phone", "联系电话", &who.phone, 30),
            ("email", "电子邮箱", &who.email, 120),
        ] {
            errors.require(value.chars().count() <= most, name, &format!("{label}请写在 {most} 字以内。"));
        }
        let is_person = Applicant::of(&who.applicant).is_none_or(Applicant::is_person);
        let number = who.proof_number.trim();
        if is_person && !number.is_empty() && (who.proof.is_empty() || who.proof == PAPERS[0]) {
            errors.require(
                proof::is_resident_number(number),
                "proof_number",
                "请核对身份证号码：共 18 位，最后一位可能是 X。用其他证件的，先在上面选择证件种类。",
            );
        }
        let code = proof::plain(&who.code);
        if !is_person && !code.is_empty() {
            // The check character of old codes may fail: only the shape is asked for.
            let shape = code.len() == 18 && code.bytes().all(|byte| byte.is_ascii_alphanumeric());
            errors.require(shape, "code", "请核对统一社会信用代码：共 18 位数字和大写字母，在营业执照或者登记证书上。");
        }
        let phone = who.phone.trim().is_empty() || is_line(&who.phone);
        errors.require(phone, "phone", "请核对联系电话，例如 13800000000。");
        let email = who.email.trim();
        errors.require(email.is_empty() || is_mailbox(email), "email", "请核对电子邮箱，例如 name@example.cn。");
        let postcode = who.postcode.trim();
        let six = postcode.len() == 6 && postcode.bytes().all(|byte| byte.is_ascii_digit());
        errors.require(postcode.is_empty() || six, "postcode", "邮政编码是 6 位数字，不清楚的可以空着。");
    }
}

/// At which step something is asked for.
fn place(missing: Missing) -> Step {
    match missing {
        Missing::Wanted => Step::Want,
        Missing::Applicant | Missing::Name | Missing::Proof | Missing::Agent | Missing::Contact => Step::Who,
        Missing::Carrier | Missing::Delivery | Missing::Unfitting | Missing::Address => Step::How,
    }
}

/// Everything in the words of the form, for checking and for the receipt.
fn lines(ctx: &Ctx, fields: &Fields) -> Vec<Line> {
    let Ok(whole) = Whole::of(fields) else { return Vec::new() };
    let organ = whole.whom.chosen();
    let directory = ctx.directory();
    let who = &whole.who;
    let is_person = Applicant::of(&who.applicant).is_none_or(Applicant::is_person);
    let only = |holds: bool, value: &str| if holds { value.trim().to_owned() } else { String::new() };
    let all = [
        ("申请公开的信息", whole.want.wanted.trim().to_owned()),
        ("文号", whole.want.number.trim().to_owned()),
        ("向哪个机关申请", directory.get(&organ).map(|organ| organ.name.clone()).unwrap_or_default()),
        ("申请人", Applicant::of(&who.applicant).map(|one| one.choice().to_owned()).unwrap_or_default()),
        ("单位名称", only(!is_person, &who.organisation)),
        ("统一社会信用代码", only(!is_person, &who.code)),
        ("法定代表人", only(!is_person, &who.representative)),
        (if is_person { "姓名" } else { "经办人" }, who.name.trim().to_owned()),
        ("证件种类", only(is_person, &who.proof)),
        ("证件号码", only(is_person, &who.proof_number)),
        ("联系电话", who.phone.trim().to_owned()),
        ("电子邮箱", who.email.trim().to_owned()),
        ("收信地址", who.address.trim().to_owned()),
        ("邮政编码", who.postcode.trim().to_owned()),
        ("信息的形式", Carrier::of(&whole.how.carrier).map(|one| one.label().to_owned()).unwrap_or_default()),
        ("提供的途径", Delivery::of(&whole.how.delivery).map(|one| one.label().to_owned()).unwrap_or_default()),
        ("传真号码", only(whole.how.delivery == Delivery::Fax.code(), &whole.how.fax)),
        ("需要的帮助", whole.how.help.trim().to_owned()),
        ("同意公开问题和答复", only(whole.how.consents(), "是")),
    ];
    let filled = all.into_iter().filter(|(_, value)| !value.is_empty());
    filled.map(|(label, value)| Line { label: label.to_owned(), value }).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_organisation_names_itself_and_who_acts_for_it() {
        let mut whole = Whole::default();
        whole.want.wanted = "验收报告".into();
        whole.who = Who { applicant: "business".into(), phone: "0793-0000000".into(), ..Who::default() };
        let missing: Vec<&str> = whole.request().missing().into_iter().map(|one| whole.field(one)).collect();
        assert_eq!(missing, ["organisation", "code", "name", "carrier", "delivery"]);
        whole.who.applicant = "natural_person".into();
        let missing: Vec<&str> = whole.request().missing().into_iter().map(|one| whole.field(one)).collect();
        assert_eq!(missing, ["name", "proof_number", "carrier", "delivery"]);
    }

    #[test]
    fn a_fax_needs_its_number_and_messages_speak_of_fields_that_are_there() {
        let mut whole = Whole { how: How { delivery: "fax".into(), ..How::default() }, ..Whole::default() };
        let wrong = |whole: &Whole| {
            let mut errors = FormErrors::new();
            whole.about_delivery(&mut errors);
            errors.items().iter().map(|(field, _)| field.clone()).collect::<Vec<_>>()
        };
        assert_eq!(wrong(&whole), ["fax"]);
        whole.how.fax = "0793-0000000".into();
        assert_eq!(wrong(&whole), [""; 0]);
        whole.who.applicant = "business".into();
        assert!(!whole.words(Missing::Name).contains("姓名") && !whole.words(Missing::Proof).contains("身份证"));
    }

    #[test]
    fn a_number_of_a_person_does_not_belong_into_what_is_wanted() {
        let mut errors = FormErrors::new();
        let mut whole = Whole::default();
        whole.want.wanted = "我要11010519491231002X的低保档案".into();
        whole.about_wanted(&mut errors);
        let told = errors.of("wanted").expect("told");
        assert!(told.contains("第三步") && !told.contains("19491231"), "{told}");
    }

    #[test]
    fn numbers_are_looked_at_and_never_changed() {
        let errors = |who: Who| {
            let mut errors = FormErrors::new();
            Whole { who, ..Whole::default() }.about_person(&mut errors);
            errors.items().iter().map(|(field, _)| field.clone()).collect::<Vec<_>>()
        };
        let person = Who { applicant: "natural_person".into(), ..Who::default() };
        assert_eq!(errors(Who { proof_number: "123".into(), ..person.clone() }), ["proof_number"]);
        let passport = Who { proof: "护照".into(), proof_number: "E00000000".into(), ..person.clone() };
        assert_eq!(errors(passport), [""; 0]);
        let wrong = Who { phone: "12".into(), email: "name".into(), postcode: "1".into(), ..person };
        assert_eq!(errors(wrong), ["phone", "email", "postcode"]);
    }
}
