//! States of batches and of versions of records, with their codes in storage and their words.

/// An enumeration with codes in storage and words for people.
macro_rules! coded {
    ($(#[$doc:meta])* $name:ident { $($(#[$each:meta])* $variant:ident = $code:literal, $label:literal;)+ }) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize)]
        #[serde(rename_all = "snake_case")]
        pub enum $name { $($(#[$each])* $variant),+ }

        impl $name {
            /// All of them.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The code in storage, addresses and events.
            pub fn code(self) -> &'static str {
                match self { $(Self::$variant => $code),+ }
            }

            /// In the words of the office.
            pub fn label(self) -> &'static str {
                match self { $(Self::$variant => $label),+ }
            }

            /// What this code stands for.
            pub fn from_code(code: &str) -> Option<Self> {
                Self::ALL.iter().copied().find(|one| one.code() == code)
            }
        }

        impl store::FromColumn for $name {
            fn from_column(column: &store::Column<'_>) -> store::Result<Self> {
                let code = column.text()?;
                Self::from_code(code).ok_or_else(|| store::Error::Value(format!("{code} 读不懂")))
            }
        }

        impl From<$name> for store::Value {
            fn from(it: $name) -> Self { Self::Text(it.code().to_owned()) }
        }
    };
}

coded! {
    /// Where a version of a record stands.
    State {
        /// In a batch that is not public.
        Draft = "draft", "待公开";
        /// Waits for a person: see [`crate::doubt`].
        Doubtful = "doubtful", "待核定";
        /// The version that readers see.
        Public = "public", "已公开";
        /// About a minor: passed its review and is never public. Or was public and is sealed, since its record is about a minor or
        /// its words should not have been shown.
        Closed = "closed", "不公开";
        /// A later version took its place; readers of the record see it in the history.
        Superseded = "superseded", "已被更正";
        /// Taken away; a line says why.
        Withdrawn = "withdrawn", "已撤下";
        /// Its time is over: the data are erased.
        Expired = "expired", "公示期满";
    }
}

coded! {
    /// Where a batch stands.
    BatchState {
        /// Its rows are being written.
        Loading = "loading", "正在导入";
        Draft = "draft", "草稿";
        InReview = "in_review", "审核中";
        Returned = "returned", "已退回";
        /// All gates are behind it; its rows are being made public, and are shown together.
        Publishing = "publishing", "正在公开";
        Public = "public", "已公开";
        Dropped = "dropped", "已作废";
    }
}

impl BatchState {
    /// Whether its rows may be changed.
    pub fn is_open(self) -> bool {
        matches!(self, Self::Draft | Self::Returned)
    }
}

coded! {
    /// How a batch was entered.
    Way {
        Form = "form", "表单填报";
        Sheet = "sheet", "表格导入";
        Api = "api", "接口报送";
    }
}

coded! {
    /// What a batch is for.
    What {
        New = "new", "新增";
        Correction = "correction", "更正";
        /// A correction of what should not have been shown: the former words are sealed when it is public.
        Redaction = "redaction", "更正（不再显示原内容）";
        /// 历史数据补录.
        Backfill = "backfill", "历史补录";
    }
}

coded! {
    /// Why a record is taken away.
    Reason {
        /// The decision was revoked, changed or found unlawful: within 3 working days (国办发〔2018〕118号).
        Revoked = "revoked", "行政决定被撤销、变更或者确认违法";
        /// 信用修复.
        Repaired = "repaired", "信用修复";
        Wrong = "wrong", "信息有误";
        /// 依法不应公开.
        Lawful = "lawful", "依法不再公开";
        /// The person concerned asked for it (个人信息保护法 Art. 47).
        Asked = "asked", "当事人申请删除";
    }
}
