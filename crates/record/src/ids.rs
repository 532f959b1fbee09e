//! Ids of records, their versions, batches and imports.

store::ids! {
    /// A record: the same through all its versions; stands in addresses of the portal.
    RecordId,
    /// One version of a record.
    RowId,
    /// What was entered together.
    BatchId,
    /// A sheet that is read in the background.
    ImportId,
    /// A line about something that was taken away.
    WithdrawalId,
}
