//! What may become of a document in a clean-up.

/// What an organ proposes and the office decides.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Answer {
    Keep,
    /// It stays law until the document that amends it is there.
    Amend,
    Repeal,
    /// 宣布失效: what it was for is over.
    Lapse,
}

impl Answer {
    /// All of them, in the order in which results tell them.
    pub const ALL: [Self; 4] = [Self::Keep, Self::Amend, Self::Repeal, Self::Lapse];

    /// Its name in storage.
    pub const fn code(self) -> &'static str {
        match self {
            Self::Keep => "keep",
            Self::Amend => "amend",
            Self::Repeal => "repeal",
            Self::Lapse => "lapse",
        }
    }

    /// The one of this name.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|answer| answer.code() == code)
    }

    /// Its name for people.
    pub const fn label(self) -> &'static str {
        match self {
            Self::Keep => "继续有效",
            Self::Amend => "拟修改",
            Self::Repeal => "废止",
            Self::Lapse => "宣布失效",
        }
    }

    /// When it is chosen.
    pub const fn hint(self) -> &'static str {
        match self {
            Self::Keep => "与现行法律、法规、规章和政策一致，仍然需要",
            Self::Amend => "个别内容与现行规定不一致，要修改；修改以前仍然有效",
            Self::Repeal => "主要内容与现行规定相抵触，或者已有新的规定代替",
            Self::Lapse => "适用期已过，或者调整的对象已经不存在",
        }
    }

    /// Tint of its chip.
    pub const fn tone(self) -> &'static str {
        match self {
            Self::Keep => "ok",
            Self::Amend => "soon",
            Self::Repeal | Self::Lapse => "late",
        }
    }

    /// For a form: code, label, hint.
    pub fn choices() -> Vec<(&'static str, &'static str, &'static str)> {
        Self::ALL.map(|answer| (answer.code(), answer.label(), answer.hint())).to_vec()
    }

    /// For a filter: code and label.
    pub fn options() -> Vec<(&'static str, &'static str)> {
        Self::ALL.map(|answer| (answer.code(), answer.label())).to_vec()
    }
}
