//! Records that systems of organs hand over by key, on the office's server: entered as batches that people hand in and review,
//! and followed by who sent them. Keys and who holds them are identity's, rules and tables the machine's (`record::api`). How
//! programs use it stands in `docs/records-api.md`.

mod answers;
mod send;

use record::permissions::SEND_RECORDS;
use web::{Capability, Listener, Routes};

pub fn capability() -> Capability {
    Capability::new("records_api", "领域数据接口报送").routes(routes)
}

fn routes() -> Routes {
    Routes::new(Listener::Office).post("/api/v1/records/{item}", &SEND_RECORDS, send::send).get(
        "/api/v1/records/{item}/batches/{batch}",
        &SEND_RECORDS,
        send::standing,
    )
}
