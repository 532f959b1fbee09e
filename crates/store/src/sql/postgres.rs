//! Connections to PostgreSQL.

use std::{str::FromStr, time::Duration};

use sqlx::{
    Connection, PgPool,
    postgres::{PgConnectOptions, PgPoolOptions},
};

use crate::Result;

/// What a pool is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Use {
    /// Questions: refuses writes, stops what takes longer than the limit.
    Read(Duration),
    Write,
}

/// A connection that was idle for longer is asked whether it still lives before it is used.
const IDLE: Duration = Duration::from_secs(10);

/// Connects a pool; the first connection is made at once, so that a wrong address shows.
pub(crate) async fn connect(url: &str, places: u32, purpose: Use) -> Result<PgPool> {
    let options = PgConnectOptions::from_str(url)?.application_name("gongkai").statement_cache_capacity(200);
    let setting = match purpose {
        // The server looks now and then whether anybody still waits for the answer.
        Use::Read(limit) => format!(
            "SET default_transaction_read_only = on; SET client_connection_check_interval = '2s'; \
             SET statement_timeout = {}",
            limit.as_millis()
        ),
        // A writer that hangs in the middle of its transaction would hold the lock of the log for ever.
        Use::Write => "SET idle_in_transaction_session_timeout = '5min'; SET lock_timeout = '30s'".to_owned(),
    };
    let pool = PgPoolOptions::new()
        .max_connections(places)
        .acquire_timeout(Duration::from_secs(30))
        .test_before_acquire(false)
        .before_acquire(|conn, state| {
            Box::pin(async move {
                if state.idle_for > IDLE {
                    conn.ping().await?;
                }
                Ok(true)
            })
        })
        .after_connect(move |conn, _| {
            // SQL: made above of literals and a number of ours.
            let setting = setting.clone();
            Box::pin(async move {
                sqlx::raw_sql(sqlx::AssertSqlSafe(setting)).execute(&mut *conn).await?;
                Ok(())
            })
        })
        .connect_with(options)
        .await?;
    Ok(pool)
}
