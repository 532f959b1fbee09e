//! Sections of the configuration that belong to capabilities: each is a struct of its slice, named by its key in the file.

use std::{
    any::{Any, TypeId},
    collections::HashMap,
    sync::Arc,
};

pub use kernel::Section;

/// The sections of one installation, by their type.
#[derive(Clone, Default)]
pub struct Settings(HashMap<TypeId, Arc<dyn Any + Send + Sync>>);

impl Settings {
    /// The section as configured, or its defaults.
    pub fn get<T: Section>(&self) -> Arc<T> {
        let found = self.0.get(&TypeId::of::<T>()).and_then(|any| Arc::clone(any).downcast::<T>().ok());
        found.unwrap_or_default()
    }

    /// Puts a section in place of the one that is there.
    pub fn set<T: Section>(&mut self, section: T) {
        self.0.insert(TypeId::of::<T>(), Arc::new(section));
    }
}

impl std::fmt::Debug for Settings {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Settings").field("sections", &self.0.len()).finish()
    }
}

/// Reads a section into the settings; see [`SectionSpec::read`].
type Reads = fn(toml::Table, &mut Settings) -> Result<Vec<String>, (String, String)>;

/// A [`Section`] with its type left out: what a capability declares.
#[derive(Debug, Clone, Copy)]
pub struct SectionSpec {
    /// See [`Section::KEY`].
    pub key: &'static str,
    /// The section as it is when nothing is configured; empty when it cannot be written as TOML.
    pub default: fn() -> toml::Table,
    /// Reads the section into the settings. The problems are those of [`Section::problems`]; an error names the place
    /// within the section that cannot be read, and what is wrong there.
    pub read: Reads,
}

impl SectionSpec {
    /// What the program must know of section `T` to read, check and hold it.
    pub fn of<T: Section>() -> Self {
        Self { key: T::KEY, default: default::<T>, read: read::<T> }
    }
}

fn default<T: Section>() -> toml::Table {
    toml::Table::try_from(T::default()).unwrap_or_default()
}

fn read<T: Section>(table: toml::Table, settings: &mut Settings) -> Result<Vec<String>, (String, String)> {
    let section: T = serde_path_to_error::deserialize(toml::Value::Table(table))
        .map_err(|error| (error.path().to_string(), error.inner().to_string()))?;
    let problems = section.problems().into_iter().map(|problem| format!("{}.{problem}", T::KEY)).collect();
    settings.set(section);
    Ok(problems)
}

#[cfg(test)]
mod tests {
    use serde::Serialize;

    use super::*;

    #[derive(Debug, PartialEq, Serialize, serde::Deserialize)]
    #[serde(deny_unknown_fields, default)]
    struct Tea {
        minutes: u32,
    }

    impl Default for Tea {
        fn default() -> Self {
            Self { minutes: 3 }
        }
    }

    impl Section for Tea {
        const KEY: &'static str = "tea";

        fn problems(&self) -> Vec<String> {
            if self.minutes < 10 { Vec::new() } else { vec!["minutes：应小于 10".into()] }
        }
    }

    #[test]
    fn a_section_is_read_by_its_type_and_says_what_is_wrong_with_it() {
        let mut settings = Settings::default();
        assert_eq!(settings.get::<Tea>().minutes, 3);
        let spec = SectionSpec::of::<Tea>();
        let table = |text: &str| text.parse::<toml::Table>().expect("table");
        assert_eq!((spec.read)(table("minutes = 5"), &mut settings), Ok(Vec::new()));
        assert_eq!(settings.get::<Tea>().minutes, 5);
        assert_eq!((spec.read)(table("minutes = 11"), &mut settings), Ok(vec!["tea.minutes：应小于 10".into()]));
        let (place, _) = (spec.read)(table("minutes = 'x'"), &mut settings).expect_err("no number");
        assert_eq!(place, "minutes");
        assert_eq!((spec.default)(), table("minutes = 3"));
    }
}
