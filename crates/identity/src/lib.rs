//! Organs, accounts, roles, sign-in, second factor, sessions, reading the audit trail.
