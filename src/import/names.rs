//! Names of objects: unique in the whole cluster, and without letters that cluster files have for something else.

/// The names that are given so far.
#[derive(Debug, Default)]
pub struct Names {
    given: Vec<String>,
}

impl Names {
    /// A name for what the product calls `wanted`: that, if it can be; otherwise one that `instead` begins, with a note.
    pub fn give(&mut self, wanted: &str, instead: &str, notes: &mut Vec<String>) -> String {
        let (base, why) = if usable(wanted) {
            (wanted, "something else has that name already")
        } else {
            (
                instead,
                "its name has letters that names of objects do not have",
            )
        };
        let name = self.free(base);
        if name != wanted {
            notes.push(format!("`{wanted}` is called `{name}`: {why}"));
        }
        self.given.push(name.clone());
        name
    }

    /// A name for what has none in the product's outputs.
    pub fn own(&mut self, wanted: &str) -> String {
        let name = self.free(wanted);
        self.given.push(name.clone());
        name
    }

    fn free(&self, base: &str) -> String {
        let taken = |name: &String| self.given.contains(name);
        let mut name = base.to_owned();
        let mut number = 1;
        while taken(&name) {
            number += 1;
            name = format!("{base}-{number}");
        }
        name
    }
}

/// Whether a cluster file can have it as a name. Quotes and brackets mean something there, and letters that nobody sees are
/// refused.
pub fn usable(name: &str) -> bool {
    let usual = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_' | '.' | '@' | ':' | '/');
    !name.is_empty() && name.chars().count() <= 200 && name.chars().all(usual)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_are_unique_and_usable() {
        let (mut names, mut notes) = (Names::default(), Vec::new());
        let mut give = |wanted| names.give(wanted, "node", &mut notes);
        assert_eq!(give("rabbit@a.b"), "rabbit@a.b");
        assert_eq!(give("a"), "a");
        assert_eq!(give("a"), "a-2");
        assert_eq!(give("a-2"), "a-2-2");
        assert_eq!(give("it's"), "node");
        assert_eq!(give("a[1]"), "node-2");
        assert_eq!(names.own("a"), "a-3");
        assert_eq!(notes.len(), 4, "{notes:?}");
        assert!(notes[0].contains("`a` is called `a-2`"), "{notes:?}");
    }
}
