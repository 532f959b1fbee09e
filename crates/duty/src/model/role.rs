//! The part that an organ has in a duty, and who may see it.

use serde::{Deserialize, Serialize};

/// The part that an organ has in a duty.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum OwnerRole {
    /// 牵头.
    Lead,
    /// 负责.
    Responsible,
    /// 配合.
    Support,
}

impl OwnerRole {
    /// All, from the heaviest to the lightest.
    pub const ALL: [Self; 3] = [Self::Lead, Self::Responsible, Self::Support];

    /// The code in storage.
    pub fn code(self) -> &'static str {
        match self {
            Self::Lead => "lead",
            Self::Responsible => "responsible",
            Self::Support => "support",
        }
    }

    /// The name shown.
    pub fn label(self) -> &'static str {
        match self {
            Self::Lead => "牵头",
            Self::Responsible => "负责",
            Self::Support => "配合",
        }
    }

    /// The role with this code.
    pub fn from_code(code: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|role| role.code() == code)
    }

    /// Whether the duty's state depends on this owner: supporting organs may report, but the duty does not wait for them.
    pub fn answers(self) -> bool {
        self != Self::Support
    }
}

/// Whether the public may see a duty.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Visibility {
    /// On the public plan page.
    Public,
    /// In the office only.
    Internal,
}

impl Visibility {
    /// The code in storage.
    pub fn code(self) -> &'static str {
        match self {
            Self::Public => "public",
            Self::Internal => "internal",
        }
    }

    /// The name shown.
    pub fn label(self) -> &'static str {
        match self {
            Self::Public => "公开",
            Self::Internal => "内部",
        }
    }

    /// The visibility with this code; anything unknown is internal, since that shows less.
    pub fn from_code(code: &str) -> Self {
        if code == "public" { Self::Public } else { Self::Internal }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn codes_are_read_back() {
        assert!(OwnerRole::ALL.iter().all(|role| OwnerRole::from_code(role.code()) == Some(*role)));
        assert_eq!(Visibility::from_code("anything"), Visibility::Internal);
    }
}
