//! One function answers: may this actor see this object? Every surface asks it: page, API, feed, search hit, snippet,
//! attachment, export, site map, print, preview.

use crate::{Actor, OrganCode, Permission, permission};

/// What visibility depends on, whatever the object is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Exposure {
    /// Whether the object is public now (published and not withdrawn; a confirmed plan; a public duty).
    pub public: bool,
    pub organ: OrganCode,
    /// The permission that opens it before it is public.
    pub inner: &'static Permission,
}

/// Whether `actor` may see an object with this exposure.
pub fn can_view(actor: &Actor, exposure: &Exposure) -> bool {
    exposure.public || (*actor != Actor::Visitor && permission::may_for(actor, exposure.inner, &exposure.organ).is_ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Role, Staff, id::AccountId, permission::Scope};

    static VIEW: Permission = Permission::new("view", "查看", &[Role::Editor], Scope::OwnOrgan);

    #[test]
    fn what_is_not_public_is_seen_by_the_own_organ_only() {
        let hidden = Exposure { public: false, organ: "A".into(), inner: &VIEW };
        let editor = |organ: &str| {
            Actor::Staff(Staff {
                account: AccountId::from("x"),
                name: String::new(),
                organ: organ.into(),
                roles: vec![Role::Editor],
                central: false,
            })
        };
        assert!(!can_view(&Actor::Visitor, &hidden));
        assert!(can_view(&editor("A"), &hidden));
        assert!(!can_view(&editor("B"), &hidden));
        assert!(can_view(&Actor::Visitor, &Exposure { public: true, ..hidden }));
    }
}
