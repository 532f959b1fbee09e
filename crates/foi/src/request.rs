//! What a request must hold (条例 Art. 29), and in which form and by which way information is given (Art. 40).

use serde::{Deserialize, Serialize};

use crate::applicant::Applicant;

/// 获取信息的方式: on what the information is given.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Carrier {
    Electronic,
    Paper,
    /// 查阅、抄录.
    Reading,
}

impl Carrier {
    pub const ALL: [Self; 3] = [Self::Electronic, Self::Paper, Self::Reading];

    /// As it is stored; the serde form.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Electronic => "electronic",
            Self::Paper => "paper",
            Self::Reading => "reading",
        }
    }

    /// `None` for any other text.
    pub fn of(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.code() == code)
    }

    pub const fn label(self) -> &'static str {
        match self {
            Self::Electronic => "电子文件",
            Self::Paper => "纸质",
            Self::Reading => "当面查阅、抄录",
        }
    }
}

/// 获取信息的途径: how it reaches the applicant.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Delivery {
    /// On the page of the case, behind its private link.
    Online,
    Email,
    Post,
    Collect,
    Fax,
}

impl Delivery {
    pub const ALL: [Self; 5] = [Self::Online, Self::Email, Self::Post, Self::Collect, Self::Fax];

    /// As it is stored; the serde form.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Online => "online",
            Self::Email => "email",
            Self::Post => "post",
            Self::Collect => "collect",
            Self::Fax => "fax",
        }
    }

    /// `None` for any other text.
    pub fn of(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|one| one.code() == code)
    }

    pub const fn label(self) -> &'static str {
        match self {
            Self::Online => "网上查看",
            Self::Email => "电子邮件",
            Self::Post => "邮寄",
            Self::Collect => "自行领取",
            Self::Fax => "传真",
        }
    }

    /// Whether this carrier can go this way.
    pub fn carries(self, carrier: Carrier) -> bool {
        match carrier {
            Carrier::Electronic => matches!(self, Self::Online | Self::Email | Self::Collect),
            Carrier::Paper => matches!(self, Self::Post | Self::Collect | Self::Fax),
            Carrier::Reading => self == Self::Collect,
        }
    }
}

/// The contents of a request, as the form or the desk wrote them down. No purpose: the law asks for none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Request<'a> {
    pub applicant: Option<Applicant>,
    /// 姓名或者名称.
    pub name: &'a str,
    /// 身份证明: number of a paper, or credit code.
    pub proof: &'a str,
    /// 经办人 of an organisation.
    pub agent: &'a str,
    pub phone: &'a str,
    pub email: &'a str,
    pub address: &'a str,
    /// 名称、文号或者其他特征性描述.
    pub wanted: &'a str,
    pub carrier: Option<Carrier>,
    pub delivery: Option<Delivery>,
}

/// Something that Art. 29 asks for and that is not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Missing {
    Applicant,
    Name,
    Proof,
    Agent,
    Contact,
    Wanted,
    Carrier,
    Delivery,
    /// The carrier cannot go that way.
    Unfitting,
    /// What the way needs: an address of mail or post.
    Address,
}

impl Missing {
    /// Name of the field of forms that it belongs to.
    pub fn field(self) -> &'static str {
        match self {
            Self::Applicant => "applicant",
            Self::Name => "name",
            Self::Proof => "proof",
            Self::Agent => "agent",
            Self::Contact => "phone",
            Self::Wanted => "wanted",
            Self::Carrier => "carrier",
            Self::Delivery | Self::Unfitting => "delivery",
            Self::Address => "address",
        }
    }

    /// What to do, with an example.
    pub fn words(self) -> &'static str {
        match self {
            Self::Applicant => "请选择以个人还是单位的名义申请。",
            Self::Name => "请填写姓名；以单位申请的，填写单位全称，例如 某某县某某有限公司。",
            Self::Proof => "请填写身份证件号码；以单位申请的，填写统一社会信用代码。",
            Self::Agent => "请填写经办人姓名，例如 王小明。",
            Self::Contact => "请至少留一种联系方式，例如 手机号码 13800000000。",
            Self::Wanted => {
                "请写明要什么信息：名称、文号，或者便于查找的描述，例如 2025 年城关镇老旧小区改造项目验收报告。"
            }
            Self::Carrier => "请选择要纸质、电子文件还是当面查阅。",
            Self::Delivery => "请选择怎样给您，例如 邮寄。",
            Self::Unfitting => {
                "这种形式不能用所选的途径提供。电子文件可以网上查看、发电子邮件或者自行领取，纸质可以邮寄、传真或者自行领取。"
            }
            Self::Address => "请填写收信地址；选择电子邮件的，填写电子邮箱，例如 name@example.cn。",
        }
    }

    /// The item of Art. 29 that asks for it.
    pub fn basis(self) -> &'static str {
        match self {
            Self::Applicant | Self::Name | Self::Proof | Self::Agent | Self::Contact => {
                "《政府信息公开条例》第二十九条第二款第一项"
            }
            Self::Wanted => "《政府信息公开条例》第二十九条第二款第二项",
            Self::Carrier | Self::Delivery | Self::Unfitting | Self::Address => {
                "《政府信息公开条例》第二十九条第二款第三项"
            }
        }
    }
}

impl Request<'_> {
    /// What is missing, in the order of the form. Nothing else may be asked for.
    pub fn missing(&self) -> Vec<Missing> {
        let empty = |text: &str| text.trim().is_empty();
        let mut missing = Vec::new();
        let mut note = |absent: bool, what: Missing| {
            if absent {
                missing.push(what);
            }
        };
        note(empty(self.wanted), Missing::Wanted);
        note(self.applicant.is_none(), Missing::Applicant);
        note(empty(self.name), Missing::Name);
        note(empty(self.proof), Missing::Proof);
        note(self.applicant.is_some_and(|one| !one.is_person()) && empty(self.agent), Missing::Agent);
        note(empty(self.phone) && empty(self.email) && empty(self.address), Missing::Contact);
        note(self.carrier.is_none(), Missing::Carrier);
        note(self.delivery.is_none(), Missing::Delivery);
        if let (Some(carrier), Some(delivery)) = (self.carrier, self.delivery) {
            note(!delivery.carries(carrier), Missing::Unfitting);
        }
        match self.delivery {
            Some(Delivery::Email) => note(empty(self.email), Missing::Address),
            Some(Delivery::Post) => note(empty(self.address), Missing::Address),
            _ => {}
        }
        missing
    }
}
