//! The four gates (关) that an edition passes, in this order, before it may be public.

use serde::{Deserialize, Serialize};

/// A gate. Secrecy review stands before the three that the work points name (把好政治关、政策关、文字关):
/// 政府信息公开条例 Art. 17 asks for a review mechanism before disclosure, 保守国家秘密法 for the secrecy part.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Gate {
    /// 保密审查.
    Secrecy,
    /// 文字关.
    Wording,
    /// 政策关.
    Policy,
    /// 政治关.
    Political,
}

impl Gate {
    /// All gates in the order in which they are passed.
    pub const ALL: [Self; 4] = [Self::Secrecy, Self::Wording, Self::Policy, Self::Political];

    /// The code used in storage and addresses.
    pub fn code(self) -> &'static str {
        match self {
            Self::Secrecy => "secrecy",
            Self::Wording => "wording",
            Self::Policy => "policy",
            Self::Political => "political",
        }
    }

    /// The official name.
    pub fn label(self) -> &'static str {
        match self {
            Self::Secrecy => "保密审查",
            Self::Wording => "文字关",
            Self::Policy => "政策关",
            Self::Political => "政治关",
        }
    }

    /// The gate with this code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|gate| gate.code() == code)
    }

    /// The gate after this one; `None` after the last.
    pub fn next(self) -> Option<Self> {
        Self::ALL.into_iter().find(|gate| *gate > self)
    }
}

#[cfg(test)]
mod tests {
    use super::Gate;

    #[test]
    fn gates_follow_each_other_from_secrecy_to_political() {
        let mut seen = vec![Gate::Secrecy];
        while let Some(next) = seen[seen.len() - 1].next() {
            seen.push(next);
        }
        assert_eq!(seen, Gate::ALL);
        assert_eq!(Gate::from_code("policy"), Some(Gate::Policy));
        assert_eq!(Gate::from_code("other"), None);
    }
}
