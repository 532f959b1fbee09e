//! The proof that the event log is whole: a walk along the chain ([`verify`]), and the end of the chain kept outside of the
//! database under a signature ([`Checkpoint`]). Apart from the store, since all write the log and few ask for its proof.

mod checkpoint;
mod verify;

pub use checkpoint::{Checkpoint, Signer, Unkept, checkpoint};
pub use verify::{Progress, Verified, Verify, unlisted, verify};
