//! How much a file of boundaries holds, counted while it is read and before anything of it is kept: eight megabytes of empty
//! brackets would be hundreds of megabytes of values.

use serde::de::{DeserializeSeed, Deserializer, Error, IgnoredAny, MapAccess, SeqAccess, Visitor};

/// Values of a file: the points that a county may have, with height, and what programs write beside its shapes.
const VALUES: usize = 1_500_000;
/// Lists of a file: each point is one.
const LISTS: usize = 600_000;

/// What a file may still hold.
struct Room {
    values: usize,
    lists: usize,
}

impl Room {
    fn take<E: Error>(&mut self, is_list: bool) -> Result<(), E> {
        self.values = self.values.saturating_sub(1);
        self.lists = self.lists.saturating_sub(usize::from(is_list));
        if self.is_full() { Err(E::custom("too much")) } else { Ok(()) }
    }

    fn is_full(&self) -> bool {
        self.values == 0 || self.lists == 0
    }
}

/// One value of the file, counted and let go.
struct Counted<'a>(&'a mut Room);

impl<'de> DeserializeSeed<'de> for Counted<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Counted<'_> {
    type Value = ();

    fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("JSON")
    }

    fn visit_bool<E: Error>(self, _: bool) -> Result<(), E> {
        self.0.take(false)
    }

    fn visit_i64<E: Error>(self, _: i64) -> Result<(), E> {
        self.0.take(false)
    }

    fn visit_u64<E: Error>(self, _: u64) -> Result<(), E> {
        self.0.take(false)
    }

    fn visit_f64<E: Error>(self, _: f64) -> Result<(), E> {
        self.0.take(false)
    }

    fn visit_str<E: Error>(self, _: &str) -> Result<(), E> {
        self.0.take(false)
    }

    fn visit_unit<E: Error>(self) -> Result<(), E> {
        self.0.take(false)
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        self.0.take(true)?;
        while list.next_element_seed(Counted(&mut *self.0))?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        self.0.take(false)?;
        while map.next_key::<IgnoredAny>()?.is_some() {
            map.next_value_seed(Counted(&mut *self.0))?;
        }
        Ok(())
    }
}

/// Whether a file holds more than any county has; one that is no JSON is for its reader to refuse.
pub(super) fn holds_too_much(bytes: &[u8]) -> bool {
    let mut room = Room { values: VALUES, lists: LISTS };
    let mut json = serde_json::Deserializer::from_slice(bytes);
    let _ = Counted(&mut room).deserialize(&mut json);
    room.is_full()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_no_county_has_is_counted_and_not_kept() {
        let list = |piece: &str, count: usize| format!("[{}0]", piece.repeat(count)).into_bytes();
        assert!(!holds_too_much(&list("[110.1,30.1],", 250_000)));
        assert!(!holds_too_much(&list("[110.1,30.1,55],", 250_000)));
        assert!(holds_too_much(&list("[],", LISTS)));
        assert!(holds_too_much(&list("1,", VALUES)));
        assert!(holds_too_much(&list("{},", VALUES)));
        assert!(holds_too_much(
            format!("{{\"a\":{}}}", String::from_utf8(list("\"\",", VALUES)).expect("text")).as_bytes()
        ));
        for bytes in [&b""[..], b"{", b"[1,", b"\xff", b"null", b"{\"type\": \"Feature\"}"] {
            assert!(!holds_too_much(bytes), "{bytes:?}");
        }
        assert!(!holds_too_much("[".repeat(100_000).as_bytes()), "depth is bounded by the reader itself");
    }
}
