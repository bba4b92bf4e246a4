//! Outputs that are JSON: one value to a file, or several that follow each other, as on standard input.

use std::sync::Arc;

use crate::language::diagnostic::Diagnostics;
use crate::language::source::Source;
use crate::model::json::{self, Json};

use super::found::Found;

/// All values of all outputs, in their order.
pub struct JsonOutputs {
    values: Vec<(Arc<Source>, Json)>,
}

impl JsonOutputs {
    /// Reads the values.
    ///
    /// # Errors
    /// Where a text is empty, or not JSON.
    pub fn read(sources: &[Arc<Source>]) -> Result<Self, Diagnostics> {
        let mut all = Diagnostics::default();
        let mut values = Vec::new();
        for source in sources {
            let (read, diagnostics) = json::read_all(source);
            all.extend(diagnostics);
            values.extend(read.into_iter().map(|json| (Arc::clone(source), json)));
        }
        if all.has_errors() {
            return Err(all);
        }
        Ok(Self { values })
    }

    /// The values with the texts that they stand in.
    pub fn found(&self) -> Vec<Found<'_>> {
        let values = self.values.iter();
        values
            .map(|(source, json)| Found { source, json })
            .collect()
    }
}
