//! Who enters records, who takes them away, who sees what of them is never public. Who passes the gates is the review's to say.

use kernel::{
    Permission, Role,
    permission::Scope::{AnyStaff, OwnOrgan, Program},
};

const WRITERS: &[Role] = &[Role::Editor, Role::OrganHead, Role::CountyOffice];
const READERS: &[Role] = &[
    Role::Editor,
    Role::ReviewerSecrecy,
    Role::ReviewerWording,
    Role::ReviewerPolicy,
    Role::ReviewerPolitical,
    Role::OrganHead,
    Role::CountyOffice,
];
const HEADS: &[Role] = &[Role::OrganHead, Role::CountyOffice];

/// See which records are public, and where they stand.
pub static READ_RECORDS: Permission = Permission::new("read_records", "查看已公开的领域数据", &[], AnyStaff);
/// See batches with their rows, whether they are public or not.
pub static READ_BATCHES: Permission = Permission::new("read_batches", "查看数据批次和未公开的记录", READERS, OwnOrgan);
/// Enter records by form, correct them, settle what is doubtful, submit batches.
pub static ENTER_RECORDS: Permission = Permission::new("enter_records", "填报、更正和提交领域数据", WRITERS, OwnOrgan);
/// Send records, and ask what became of them: programs with a key, of no role. People hand in and review what they send.
pub static SEND_RECORDS: Permission = Permission::new("send_records", "以接口报送领域数据，查询报送结果", &[], Program);
/// Bring sheets, and bring in what is from before.
pub static IMPORT_RECORDS: Permission = Permission::new("import_records", "导入领域数据表格", WRITERS, OwnOrgan);
/// Take away what is public, and bring it back.
pub static WITHDRAW_RECORDS: Permission =
    Permission::new("withdraw_records", "撤下和恢复已公开的记录", HEADS, OwnOrgan);
/// See what of a record is never public.
pub static UNMASK_RECORDS: Permission =
    Permission::new("unmask_records", "填写理由后查看记录中不公开的内容", WRITERS, OwnOrgan);

/// All of them, for the capability.
pub static ALL: [&Permission; 7] =
    [&READ_RECORDS, &READ_BATCHES, &ENTER_RECORDS, &SEND_RECORDS, &IMPORT_RECORDS, &WITHDRAW_RECORDS, &UNMASK_RECORDS];
