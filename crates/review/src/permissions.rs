//! What may be done at the review desk. The four gates' permissions say whose roles a stage takes by default; who may pass a
//! stage under way is what its route says.

use kernel::{
    Permission, Role,
    permission::Scope::{AllOrgans, OwnOrgan},
};

/// Claim, approve or return at the secrecy gate.
pub static PASS_SECRECY: Permission = Permission::new("pass_secrecy", "保密审查", &[Role::ReviewerSecrecy], OwnOrgan);
/// The same at the wording gate.
pub static PASS_WORDING: Permission = Permission::new("pass_wording", "把文字关", &[Role::ReviewerWording], OwnOrgan);
/// The same at the policy gate.
pub static PASS_POLICY: Permission = Permission::new("pass_policy", "把政策关", &[Role::ReviewerPolicy], OwnOrgan);
/// The same at the political gate.
pub static PASS_POLITICAL: Permission =
    Permission::new("pass_political", "把政治关", &[Role::ReviewerPolitical], OwnOrgan);
/// Let something pass although a finding blocks it, with a reason.
pub static OVERRIDE_FINDING: Permission = Permission::new(
    "override_finding",
    "说明理由后放行检查发现的问题",
    &[Role::ReviewerSecrecy, Role::CountyOffice],
    OwnOrgan,
);
/// Publish past the stages that are left after the secrecy review in an emergency, with a reason.
pub static BYPASS_GATES: Permission =
    Permission::new("bypass_gates", "紧急发布（保密审查通过后）", &[Role::CountyOffice], AllOrgans);
/// Review afterwards what another person published in an emergency: the county office, and who keeps the last gate.
pub static REVIEW_EXCEPTIONS: Permission = Permission::new(
    "review_exceptions",
    "复核他人的紧急发布",
    &[Role::CountyOffice, Role::ReviewerPolitical],
    OwnOrgan,
);

/// Send somebody who may pass the stage an address that opens the text for one decision.
pub static SEND_LINKS: Permission =
    Permission::new("send_review_links", "发送一次性审批链接", &[Role::CountyOffice], AllOrgans);

/// All of them, for the capability.
pub static ALL: [&Permission; 8] = [
    &PASS_SECRECY,
    &PASS_WORDING,
    &PASS_POLICY,
    &PASS_POLITICAL,
    &OVERRIDE_FINDING,
    &BYPASS_GATES,
    &REVIEW_EXCEPTIONS,
    &SEND_LINKS,
];
