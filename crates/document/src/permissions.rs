//! What may be done with documents. A kind names who writes it ([`crate::KindSpec::write`]); these are the usual ones.

use kernel::{Permission, Role, permission::Scope::OwnOrgan};

/// See documents, their editions and history.
pub static VIEW_DOCUMENTS: Permission = Permission::new(
    "view_documents",
    "查看未公开的稿件",
    &[
        Role::Editor,
        Role::ReviewerSecrecy,
        Role::ReviewerWording,
        Role::ReviewerPolicy,
        Role::ReviewerPolitical,
        Role::OrganHead,
        Role::CountyOffice,
    ],
    OwnOrgan,
);
/// Write, submit, take back, correct.
pub static WRITE_DOCUMENTS: Permission =
    Permission::new("write_documents", "撰写、提交、更正稿件", &[Role::Editor, Role::CountyOffice], OwnOrgan);
/// Take a published document off the portal.
pub static WITHDRAW_DOCUMENTS: Permission =
    Permission::new("withdraw_documents", "撤回已公开的信息", &[Role::OrganHead, Role::CountyOffice], OwnOrgan);

/// Agree that the words and files of a withdrawn document be erased for good; never who asked for it or wrote in it.
pub static CONFIRM_ERASURE: Permission = Permission::new(
    "confirm_erasure",
    "核准清除已撤回的原文（他人申请的）",
    &[Role::ReviewerSecrecy, Role::CountyOffice],
    OwnOrgan,
);

/// All of them, for the capability.
pub static ALL: [&Permission; 4] = [&VIEW_DOCUMENTS, &WRITE_DOCUMENTS, &WITHDRAW_DOCUMENTS, &CONFIRM_ERASURE];
